//! Any text as HOCON, with a variable of the process to fall back on.
#![no_main]

use compiler::data::hocon;
use fuzz::with_stack;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    with_stack(|| {
        let variable = |name: &str| (name == "HOME").then(|| "/root".to_owned());
        if let Ok(value) = hocon(text, &variable) {
            let _ = compiler::format::inspect(&value);
        }
    });
});
