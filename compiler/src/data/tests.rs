use crate::data::{self, parse};
use crate::value::Value;
use crate::world::DataFormat;

#[test]
fn plain_scalars_follow_psych() {
    // Recorded from Ruby 3.1: YAML.safe_load("- SCALAR")
    let text = |text: &str| Value::from(text);
    let recorded = [
        ("yes", Value::Boolean(true)),
        ("Off", Value::Boolean(false)),
        ("y", text("y")),
        ("~", Value::Undef),
        ("null", Value::Undef),
        ("0644", Value::Integer(420)),
        ("0o644", text("0o644")),
        ("08", text("08")),
        ("0x1F", Value::Integer(31)),
        ("0b11", Value::Integer(3)),
        ("1_000", Value::Integer(1000)),
        ("1,000", Value::Integer(1000)),
        ("-17", Value::Integer(-17)),
        ("+3", Value::Integer(3)),
        ("190:20:30", Value::Integer(685_230)),
        ("12:30", Value::Integer(45_000)),
        ("1.5", Value::Float(1.5)),
        (".5", Value::Float(0.5)),
        ("1.", Value::Float(1.0)),
        ("1.5e+3", Value::Float(1500.0)),
        ("1e3", text("1e3")),
        ("1.5e3", text("1.5e3")),
        (".inf", Value::Float(f64::INFINITY)),
        (":foo", text("foo")),
        ("12abc", text("12abc")),
        ("-foo", text("-foo")),
        ("1.2.3", text("1.2.3")),
        ("10.0.0.1", text("10.0.0.1")),
        ("12:99", text("12:99")),
        ("2020-13-45", text("2020-13-45")),
        ("!!str 12", text("12")),
        ("'12'", text("12")),
        ("! 12", text("12")),
    ];
    for (scalar, expected) in recorded {
        assert_eq!(data::yaml(&format!("- {scalar}\n")).unwrap(), Value::array(vec![expected]), "{scalar}");
    }
}

#[test]
fn classes_are_refused_by_name() {
    for (scalar, class) in [("2020-01-02", "Date"), ("2020-01-02 03:04:05", "Time"), ("!ruby/object:Foo {}", "Foo")] {
        let message = data::yaml(&format!("a: {scalar}\n")).unwrap_err();
        assert!(message.starts_with(&format!("Tried to load unspecified class: {class}")), "{message}");
    }
}

#[test]
fn merge_keys_and_aliases() {
    let merged =
        data::yaml("a: &a {x: 1, y: 2}\nb:\n  x: 0\n  <<: *a\n  y: 3\nc: {<<: [{p: 1}, {p: 2, q: 2}]}\nd: *a\n")
            .unwrap();
    assert_eq!(merged.get("b"), Some(&data::yaml("{x: 1, y: 3}").unwrap()));
    assert_eq!(merged.get("c"), Some(&data::yaml("{p: 1, q: 2}").unwrap()));
    assert_eq!(merged.get("d"), merged.get("a"));
}

#[test]
fn the_first_document_counts_and_an_empty_one_is_undef() {
    assert_eq!(data::yaml("a\n---\nb\n").unwrap(), Value::from("a"));
    assert_eq!(data::yaml("").unwrap(), Value::Undef);
    assert_eq!(data::yaml("# nothing\n").unwrap(), Value::Undef);
}

#[test]
fn bombs_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let before = level - 1;
        let names = vec![format!("*a{before}"); 10].join(", ");
        text = format!("{text}a{level}: &a{level} [{names}]\n");
    }
    assert!(data::yaml(&text).unwrap_err().contains("more than 5000000 nodes"));
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    assert!(data::yaml(&deep).is_err());
}

#[test]
fn errors_name_file_line_and_column() {
    let error = parse("/data/x.yaml", b"a: [1\nb: 2\n", DataFormat::Yaml).unwrap_err().to_string();
    assert!(error.starts_with("(/data/x.yaml): ") && error.contains(" at line "), "{error}");
    let error = parse("/data/x.json", b"{\"a\": }", DataFormat::Json).unwrap_err().to_string();
    assert!(error.starts_with("(/data/x.json): ") && error.contains("line 1 column 7"), "{error}");
}

#[test]
fn json_keeps_numbers_apart() {
    assert_eq!(
        data::json(r#"{"b": 1, "a": [1.0, null, true]}"#).unwrap(),
        data::yaml("{b: 1, a: [1.0, ~, true]}").unwrap()
    );
}
