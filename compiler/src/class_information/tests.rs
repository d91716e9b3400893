use serde_json::{Value, json};
use syntax::Options;

use super::*;

fn classes(text: &str) -> Value {
    let parsed = syntax::parse(Arc::new(Source::new("/m/a/manifests/init.pp", text)), &Options::default()).unwrap();
    serde_json::to_value(of(&parsed.program)).unwrap()
}

/// The entry of `$x`, without its name.
fn parameter_of(written: &str) -> Value {
    let mut told = classes(&format!("class c({written},) {{}}"));
    let mut entry = told[0]["params"][0].take();
    let name = entry.as_object_mut().unwrap().remove("name");
    assert_eq!(name, Some(json!("x")), "{written}");
    entry
}

#[test]
fn classes_within_others_come_first() {
    let told =
        classes("class a { class b($x) { } }\nclass a::z inherits a { }\ndefine a::d($q) { }\nfunction a::f() { }\n");
    let params = json!([{"name": "x"}]);
    let expected =
        json!([{"name": "a::b", "params": params}, {"name": "a", "params": []}, {"name": "a::z", "params": []}]);
    assert_eq!(told, expected);
}

#[test]
fn defaults_that_json_has() {
    for (written, literal) in [
        ("3", json!(3)),
        ("0x10", json!(16)),
        ("010", json!(8)),
        ("1.5e10", json!(1.5e10)),
        (r"'it\'s'", json!("it's")),
        (r#""tab\there""#, json!("tab\there")),
        ("foo::bar", json!("foo::bar")),
        ("false", json!(false)),
        ("[1, 'two', [3, undef], true]", json!([1, "two", [3, null], true])),
        ("{ 'z' => 1, a => { 'q' => undef } }", json!({"a": {"q": null}, "z": 1})),
    ] {
        let expected = json!({"default_literal": literal, "default_source": written});
        assert_eq!(parameter_of(&format!("$x = {written}")), expected, "{written}");
    }
}

#[test]
fn defaults_that_are_only_shown() {
    for (written, source) in [
        ("undef", "undef"),
        ("-3", "-3"),
        ("default", "default"),
        ("/ab+c/", "/ab+c/"),
        (r#""x${y}z""#, r#""x${y}z""#),
        ("[1, $y]", "[1, $y]"),
        ("{ 1 => 'x' }", "{ 1 => 'x' }"),
        ("File['/tmp']", "File['/tmp']"),
        ("lookup('x')", "lookup('x')"),
        ("1 + 2", "1 + 2"),
        // No node is placed at what closes these.
        ("(1)", "(1"),
        ("$y ? { 1 => 'a', default => 'b' }", "$y ? { 1 => 'a', default => 'b'"),
        ("if true { 1 } else { 2 }", "if true { 1 } else { 2"),
    ] {
        assert_eq!(parameter_of(&format!("$x = {written}")), json!({"default_source": source}), "{written}");
    }
}

#[test]
fn keys_are_in_the_order_of_keywords() {
    let written = "$x = { 'n/s' => 1, 'm/a' => 2, b => 3, '/x' => 4, '' => 5, b => 6 }";
    let text = serde_json::to_string(&parameter_of(written)["default_literal"]).unwrap();
    assert_eq!(text, r#"{"":5,"b":6,"/x":4,"m/a":2,"n/s":1}"#);
}

#[test]
fn types_as_text() {
    for (written, text) in [
        ("Integer[1,10]", "Integer[1, 10]"),
        ("Optional[Stdlib::Absolutepath]", "Optional[TypeReference['Stdlib::Absolutepath']]"),
        ("Data", "Data"),
        ("Variant[Enum['a',b], Pattern['x'], Undef]", "Variant[Enum['a', 'b'], Pattern[/x/], Undef]"),
        ("Struct[{ a => Integer, Optional[b] => String }]", "Struct[{'a' => Integer, Optional['b'] => String}]"),
        ("Class['foo::bar']", "Class[foo::bar]"),
        ("File", "TypeReference['File']"),
        ("My::Type[1, 2]", "TypeReference['My::Type[1, 2]']"),
        ("String[default,3]", "String[0, 3]"),
        ("Callable[[Integer], Boolean]", "Callable[[Integer], Boolean]"),
    ] {
        assert_eq!(parameter_of(&format!("{written} $x")), json!({"type": text}), "{written}");
    }
    assert_eq!(parameter_of("Integer[1,2,3] $x"), json!({}));
    assert_eq!(parameter_of("Integer[$y] $x"), json!({}));
}
