//! Any text as an ERB template, rendered: the same comes out twice.
#![no_main]

use compiler::testing::Texts;
use fuzz::{ENVIRONMENT, evaluate, quoted, with_stack};
use libfuzzer_sys::fuzz_target;

/// What a template finds around it.
const SCOPE: &str = "$text = 'some text' $number = 7 $float = 1.5 $truth = true $none = undef
    $list = ['b', 'a', 3, undef] $hash = {'k' => 'v', 'l' => [1, {'m' => 2}], 'n' => {}}
    function double($x) { $x * 2 }
    class a($p = 'x') { $q = [$p] } include a";

fuzz_target!(|text: &str| {
    with_stack(|| {
        let world = Texts::new(ENVIRONMENT).with_code(SCOPE);
        let expression = format!("inline_template({})", quoted(text));
        let render = || evaluate(&world, &expression).map_err(|error| error.message);
        assert_eq!(render(), render(), "two renderings of the same template differ");
    });
});
