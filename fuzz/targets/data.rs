//! Any bytes as a data file.
#![no_main]

use compiler::data::parse;
use compiler::world::DataFormat;
use fuzz::with_stack;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    with_stack(|| {
        for format in [DataFormat::Yaml, DataFormat::Json] {
            if let Ok(value) = parse("data", bytes, format) {
                let _ = compiler::format::inspect(&value);
            }
        }
    });
});
