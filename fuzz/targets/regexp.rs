//! A pattern, a line break, a text to match: no pattern takes long.
#![no_main]

use compiler::regexp::Regexp;
use fuzz::with_stack;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (pattern, text) = input.split_once('\n').unwrap_or((input, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
    with_stack(|| {
        if let Ok(regexp) = Regexp::parse(pattern) {
            let _ = regexp.is_match(text);
            let _ = regexp.captures(text);
            let _ = regexp.with_slashes();
        }
    });
});
