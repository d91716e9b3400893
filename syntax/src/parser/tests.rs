use std::sync::Arc;

use crate::ast::{Definition, ExprKind};
use crate::source::Source;
use crate::{Options, Parsed, SyntaxError, parse, parse_expression};

fn parsed(text: &str) -> Result<Parsed, SyntaxError> {
    parse(Arc::new(Source::new("/x/site.pp", text)), &Options::default())
}

#[test]
fn definitions_come_in_source_order_with_full_names() {
    let parsed = parsed("class a { class b { define c { } } class d::e { } }\nclass f { }\n").expect("valid");
    let names: Vec<&str> = parsed
        .program
        .definitions
        .iter()
        .map(|definition| match definition {
            Definition::Class(class) => &*class.name,
            Definition::Define(define) => &*define.name,
            _ => "?",
        })
        .collect();
    assert_eq!(names, ["a", "a::b", "a::b::c", "a::d::e", "f"]);
}

#[test]
fn nested_definitions_need_a_class_around_them() {
    let error = parsed("define a { class b { } }").expect_err("a class in a define");
    assert_eq!(error.errors().next().map(|found| found.issue_code), Some("NOT_TOP_LEVEL"));
}

#[test]
fn an_error_names_file_line_and_column() {
    let error = parsed("class a {\n  file { '/x'\n  mode => 1 }\n}\n").expect_err("no colon");
    assert_eq!(error.to_string(), "Syntax error at 'mode' (file: /x/site.pp, line: 3, column: 3)");
    assert!(error.logged_errors().is_empty());
}

#[test]
fn the_end_of_input_has_no_line() {
    let error = parsed("class a {").expect_err("no end");
    assert_eq!(error.to_string(), "Syntax error at end of input (file: /x/site.pp)");
}

#[test]
fn operators_are_placed_at_the_operator() {
    let parsed = parsed("$abc = 1 + 2").expect("valid");
    assert_eq!(parsed.program.source.slice(parsed.program.body.span), "=");
}

#[test]
fn nodes_are_placed_where_messages_point() {
    for (text, place) in [
        ("$a + $b", "+"),
        ("$a -> $b", "->"),
        ("!$a", "!"),
        ("($a)", "("),
        ("$a ? { 1 => 2 }", "$a"),
        ("$a[1]", "$a[1]"),
        ("$a.foo", ".foo"),
        ("$a.foo(1)", "(1)"),
        ("foo(1) |$x| { }", "foo(1) |$x| { }"),
        ("notice 1, 2", "notice 1, 2"),
        ("if $a { } else { }", "if $a { } else { }"),
        ("@file { 'a': }", "@file { 'a': }"),
        ("type A = B[1]", "A = B[1]"),
        ("@(E)\nx\nE\n", "@(E)"),
    ] {
        let parsed = parsed(text).expect("valid");
        assert_eq!(parsed.program.source.slice(parsed.program.body.span), place, "{text}");
    }
}

#[test]
fn an_expression_can_be_parsed_alone() {
    let source = Arc::new(Source::new("", "Optional[String[1]]"));
    let expr = parse_expression(source, &Options::default()).expect("valid");
    assert!(matches!(expr.kind, ExprKind::Access { .. }));
    let class = Arc::new(Source::new("", "class a { }"));
    assert!(parse_expression(class, &Options::default()).is_err());
}

#[test]
fn errors_can_travel_between_threads() {
    fn assert_shared<T: Send + Sync + 'static>() {}
    assert_shared::<SyntaxError>();
    assert_shared::<Parsed>();
}
