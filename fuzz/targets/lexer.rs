//! Any text to tokens: each within the text, one after the other.
#![no_main]

use fuzz::with_stack;
use libfuzzer_sys::fuzz_target;
use syntax::lexer::{Lexed, lex, lex_epp};
use syntax::limits::Limits;
use syntax::source::Source;

fuzz_target!(|text: &str| {
    with_stack(|| {
        let source = Source::new("fuzz.pp", text);
        for tasks in [false, true] {
            check(text, &lex(&source, tasks, &Limits::default()));
            check(text, &lex_epp(&source, tasks, &Limits::default()));
        }
    });
});

fn check(text: &str, lexed: &Lexed) {
    for token in &lexed.tokens {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        assert!(text.get(start..end).is_some(), "{token:?} lies outside of the text, or cuts a character");
    }
}
