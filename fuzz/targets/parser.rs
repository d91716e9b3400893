//! Any text to a tree; every diagnostic has a place within the text.
#![no_main]

use std::sync::Arc;

use fuzz::with_stack;
use libfuzzer_sys::fuzz_target;
use syntax::source::Source;
use syntax::{Options, check, pn};

fuzz_target!(|text: &str| {
    with_stack(|| {
        for tasks in [false, true] {
            let options = Options { tasks, ..Options::default() };
            let source = Arc::new(Source::new("fuzz.pp", text));
            match check(source, &options) {
                Ok(checked) => {
                    let _ = pn::print(&checked.program);
                }
                Err(error) => {
                    let _ = error.to_string();
                }
            }
        }
    });
});
