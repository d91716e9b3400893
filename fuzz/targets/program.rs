//! Manifests by the grammar, grown from bytes: they parse, and the same comes out twice.
#![no_main]

use std::sync::Arc;

use fuzz::{compile_twice, program};
use libfuzzer_sys::fuzz_target;
use syntax::source::Source;

fuzz_target!(|bytes: &[u8]| {
    let text = program::grow(bytes);
    if let Err(error) = syntax::check(Arc::new(Source::new("", text.as_str())), &syntax::Options::default()) {
        panic!("what the grammar allows does not parse: {error}\n{text}");
    }
    compile_twice(&text);
});
