//! Any text as a manifest: the same comes out twice.
#![no_main]

use fuzz::compile_twice;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| compile_twice(text));
