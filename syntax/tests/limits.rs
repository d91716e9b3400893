//! Deep, long and large inputs end in an error that names the limit, never in an overflow of the stack.
//!
//! Everything runs on a thread with the stack that Rust gives to tests and workers by default.

use std::sync::Arc;

use syntax::source::Source;
use syntax::{Limits, Options, parse, pn};

fn outcome(text: &str) -> Result<String, String> {
    let source = Arc::new(Source::new("", text));
    parse(source, &Options::default()).map(|parsed| pn::print(&parsed.program)).map_err(|error| error.to_string())
}

fn assert_limited(text: &str, limit: &str) {
    let error = outcome(text).expect_err("the input exceeds a limit");
    assert!(error.contains(limit), "{error}");
}

#[test]
fn nested_constructs_are_limited() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a=>", "}"),
        ("!", ""),
        ("-", ""),
        ("*", ""),
        ("f(", ")"),
        ("$a[", "]"),
        ("$x ? { 1 => ", "}"),
        ("if $a {", "}"),
        ("unless $a {", "}"),
        ("case $a { 1: {", "}}"),
        ("class a {", "}"),
        ("define a {", "}"),
        ("node a {", "}"),
        ("function a() {", "}"),
        ("$x.each |$y| {", "}"),
        ("@", ""),
        ("$a = ", ""),
        ("a { 'b': c => (", ")}"),
        ("\"${", "}\""),
        ("File <| ", " |>"),
        ("type A = B[", "]"),
    ] {
        let deep = format!("{}1{}", open.repeat(20_000), close.repeat(20_000));
        assert_limited(&deep, "max_depth of 128");
    }
}

#[test]
fn nesting_below_the_limit_is_fine_to_parse_print_and_drop() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("if $a {", "}"), ("{a=>", "}")] {
        let depth =
            (1..200).find(|&depth| outcome(&format!("{}$x{}", open.repeat(depth), close.repeat(depth))).is_err());
        assert!(depth.is_some_and(|depth| depth > 30), "{open} only to {depth:?}");
    }
}

#[test]
fn long_chains_are_limited() {
    for link in ["$a + ", "$a and ", "$a -> "] {
        assert!(outcome(&format!("{}$a", link.repeat(900))).is_ok(), "{link}");
        assert_limited(&format!("{}$a", link.repeat(100_000)), "max_height of 1024");
    }
    assert_limited(&format!("$a{}", "[1]".repeat(100_000)), "max_height of 1024");
    assert_limited(&format!("$a{}", ".b".repeat(100_000)), "max_height of 1024");
    assert_limited(&format!("$a{}", "(1)".repeat(100_000)), "max_height of 1024");
    assert_limited(&format!("$a{}", " ? 1 => 2".repeat(100_000)), "max_");
    assert_limited(&format!("if $a {{ }} {}", "elsif $a { } ".repeat(100_000)), "max_height of 1024");
    assert!(outcome(&format!("if $a {{ }} {}", "elsif $a { } ".repeat(900))).is_ok());
}

#[test]
fn chains_inside_chains_count_together() {
    let inner = format!("({}$a)", "$a + ".repeat(400));
    let middle = format!("({inner} {})", "+ $a".repeat(400));
    let outer = format!("{middle} {}", "+ $a".repeat(400));
    assert_limited(&outer, "max_height of 1024");
}

#[test]
fn long_but_flat_inputs_are_fine() {
    assert!(outcome(&format!("$x = [{}]", "1,".repeat(50_000))).is_ok());
    assert!(outcome(&"notice(1)\n".repeat(50_000)).is_ok());
    assert!(outcome(&format!("$x = '{}'", "a".repeat(1_000_000))).is_ok());
}

#[test]
fn the_size_of_a_source_is_limited() {
    let options = Options { limits: Limits { max_bytes: 10, ..Limits::default() }, ..Options::default() };
    let error = parse(Arc::new(Source::new("/x.pp", "$a = 'too long'")), &options).expect_err("eleven bytes and more");
    assert_eq!(error.to_string(), "The source has 15 bytes, more than the limit max_bytes of 10 (file: /x.pp)");
}

#[test]
fn texts_of_the_language_in_one_another_are_limited() {
    let mut text = "1".to_owned();
    for level in 0..8 {
        text = format!("$a{level} = @(E{level}:pp)\n{text}\n| E{level}\n");
    }
    assert_limited(&text, "max_depth of 4");
}
