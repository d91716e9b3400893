//! Any text as an EPP template, rendered.
#![no_main]

use compiler::testing::Texts;
use fuzz::{ENVIRONMENT, evaluate, quoted, with_stack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    with_stack(|| {
        let world = Texts::new(ENVIRONMENT).with_code("$a = [1, 'two', {'three' => undef}] $b = 'b'");
        let _ = evaluate(&world, &format!("inline_epp({}, {{'x' => 1, 'y' => 'z'}})", quoted(text)));
        let _ = evaluate(&world, &format!("inline_epp({})", quoted(text)));
    });
});
