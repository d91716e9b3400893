//! Lexing, and parsing with validation, of a sample manifest and a sample template.

use std::sync::Arc;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use syntax::source::Source;
use syntax::{Limits, Options, lexer, parse, parse_epp};

const MANIFEST: &str = include_str!("sample.pp");
const TEMPLATE: &str = include_str!("sample.epp");

fn main() {
    divan::main();
}

#[divan::bench]
fn lex_manifest(bencher: Bencher<'_, '_>) {
    let source = Source::new("/sample.pp", MANIFEST);
    bencher.counter(BytesCount::of_str(MANIFEST)).bench(|| lexer::lex(black_box(&source), false, &Limits::default()));
}

#[divan::bench]
fn parse_manifest(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(MANIFEST))
        .with_inputs(|| Arc::new(Source::new("/sample.pp", MANIFEST)))
        .bench_values(|source| parse(source, &Options::default()).expect("the sample is valid"));
}

#[divan::bench]
fn parse_template(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(TEMPLATE))
        .with_inputs(|| Arc::new(Source::new("/sample.epp", TEMPLATE)))
        .bench_values(|source| parse_epp(source, &Options::default()).expect("the sample is valid"));
}
