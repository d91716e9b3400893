//! A format, a line break, a text: through every function that reads formats, numbers or times.
#![no_main]

use compiler::testing::Texts;
use fuzz::{ENVIRONMENT, evaluate, quoted, with_stack};
use libfuzzer_sys::fuzz_target;

const EXPRESSIONS: &[&str] = &[
    "sprintf($f, $t, 7, 1.5)",
    "sprintf($f, {'a' => $t, 'b' => 255})",
    "String($t, $f)",
    "String(-255, $f)",
    "String(2.75, $f)",
    "String([1, ['a', $t], {'k' => 1.5}], $f)",
    "String({'k' => [$t, undef]}, {Hash => {'format' => $f}, Any => $f})",
    "Integer($t)",
    "Integer($t, 16)",
    "Float($t)",
    "Numeric($t)",
    "Timespan($t)",
    "Timespan($t, $f)",
    "Timestamp($t)",
    "Timestamp($t, $f)",
    "strftime(Timestamp(0), $f)",
    "strftime(Timespan(90061), $f)",
    "SemVer($t)",
    "SemVerRange($t)",
    "Binary($t, '%B')",
    "URI($t)",
    "versioncmp($t, $f)",
    "scanf($t, $f)",
    "split($t, Regexp($f))",
    "regsubst($t, $f, '[\\\\0]', 'G')",
    "str2bool($t)",
    "parsejson($t, 'none')",
    "parseyaml($t, 'none')",
    "to_yaml([$t, {$f => $t}])",
    "shell_split($t)",
    "base64('decode', $t)",
    "to_bytes($t)",
    "range($t, $f)",
    "$t.capitalize.camelcase.unique",
];

fuzz_target!(|input: &str| {
    let (format, text) = input.split_once('\n').unwrap_or((input, "12"));
    with_stack(|| {
        let world = Texts::new(ENVIRONMENT).with_code(&format!("$f = {} $t = {}", quoted(format), quoted(text)));
        for expression in EXPRESSIONS {
            let _ = evaluate(&world, expression);
        }
    });
});
