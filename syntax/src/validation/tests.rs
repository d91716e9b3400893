use std::sync::Arc;

use crate::source::Source;
use crate::{Options, Severity, Strict, check, check_location, parse};

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("/m/a/manifests/b.pp", text))
}

fn findings(text: &str, options: &Options) -> Vec<(Severity, &'static str)> {
    let checked = check(source(text), options).expect("the text parses");
    checked.diagnostics.iter().map(|found| (found.severity, found.issue_code)).collect()
}

#[test]
fn the_setting_strict_decides_about_duplicate_keys() {
    let text = "$a = { b => 1, 'b' => 2 }";
    let with = |strict| findings(text, &Options { strict, ..Options::default() });
    assert_eq!(with(Strict::Off), []);
    assert_eq!(with(Strict::Warning), [(Severity::Warning, "DUPLICATE_KEY")]);
    assert_eq!(with(Strict::Error), [(Severity::Error, "DUPLICATE_KEY")]);
}

#[test]
fn several_errors_are_counted() {
    let error = parse(source("1 = 2\n3 = 4\n$a = { b => 1, b => 2 }"), &Options::default()).expect_err("two errors");
    assert_eq!(
        error.to_string(),
        "Language validation logged 2 errors, and 1 warnings. Giving up (file: /m/a/manifests/b.pp)"
    );
    assert_eq!(
        error.logged_errors(),
        [
            "Illegal attempt to assign to 'a Literal Integer'. Not an assignable reference (file: /m/a/manifests/b.pp, line: 1, column: 1)",
            "Illegal attempt to assign to 'a Literal Integer'. Not an assignable reference (file: /m/a/manifests/b.pp, line: 2, column: 1)",
        ]
    );
}

#[test]
fn scripts_make_catalogs_only_in_apply() {
    let tasks = Options { tasks: true, ..Options::default() };
    assert_eq!(findings("notify { 'x': }", &tasks), [(Severity::Error, "EXPRESSION_NOT_SUPPORTED_WHEN_SCRIPTING")]);
    assert_eq!(findings("plan a() { apply('n') { notify { 'x': } } }", &tasks), []);
    assert_eq!(
        findings("apply('n') { apply('m') { } }", &tasks),
        [(Severity::Error, "EXPRESSION_NOT_SUPPORTED_WHEN_COMPILING")]
    );
}

#[test]
fn files_of_modules_define_what_their_path_says() {
    let program = |text| parse(source(text), &Options::default()).expect("valid").program;
    let codes = |text| check_location(&program(text), "a::b").iter().map(|d| d.message.clone()).collect::<Vec<_>>();
    assert_eq!(codes("class a::b { }"), Vec::<String>::new());
    assert_eq!(codes("class a::b::c { }\ntype A::T = Integer"), Vec::<String>::new());
    assert_eq!(
        codes("class a::c { }"),
        ["Unacceptable location. The name 'a::c' is unacceptable in file '/m/a/manifests/b.pp'"]
    );
    assert_eq!(codes("notice(1)"), ["This Function Call is unacceptable as a top level construct in this location"]);
}

#[test]
fn tagged_heredocs_are_checked() {
    for (text, message) in [
        ("$a = @(E:json)\n{\"a\" 1}\n| E\n", "unexpected token at '{\"a\" 1}"),
        ("$a = @(E:json)\n[1, x]\n| E\n", "unexpected token at 'x]"),
        ("$a = @(E:data+json)\n[1,]\n| E\n", "unexpected token at ']"),
        ("$a = @(E:pp)\n$b ==\n| E\n", "PP syntax checker: \"Syntax error at end of input\""),
        ("$a = @(E:base64)\nYQ\n| E\n", "Base64 syntax checker: Cannot parse invalid Base64 string"),
    ] {
        let error = parse(source(text), &Options::default()).expect_err("the text is not what it says");
        assert!(error.to_string().contains(message), "{error}");
    }
    for text in [
        "$a = @(E:json)\n [{\"a\": [1.5e3, -2, true, null, \"\\n\"]}, {}] /* c */\n| E\n",
        "$a = @(\"E\":json)\n${broken}\n| E\n",
        "$a = @(E:base64)\nYWI=\n| E\n",
        "$a = @(E:unknown)\n{\n| E\n",
    ] {
        assert!(parse(source(text), &Options::default()).is_ok(), "{text}");
    }
}
