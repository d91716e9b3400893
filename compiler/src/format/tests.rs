use super::*;

fn formatted(value: impl Into<Value>, format: &str) -> String {
    string_new(&value.into(), Some(&Value::string(format))).unwrap_or_else(|failure| failure.message)
}

#[test]
fn directives_are_ruby_s() {
    let text = |format: &str, value: Value| printf::one(format, &value).unwrap_or_else(|failure| failure.message);
    assert_eq!(text("%x", (-255).into()), "..f01");
    assert_eq!(text("%08x", (-255).into()), "..ffff01");
    assert_eq!(text("%+08x", (-255).into()), "-00000ff");
    assert_eq!(text("%08b", (-5).into()), "..111011");
    assert_eq!(text("%#010x", 255.into()), "0x000000ff");
    assert_eq!(text("%o", (-8).into()), "..70");
    assert_eq!(text("%.3g", Value::Float(1234.5)), "1.23e+03");
    assert_eq!(text("%-10.4g|", Value::Float(0.000_123_45)), "0.0001234 |");
    assert_eq!(text("%a", Value::Float(255.5)), "0x1.ffp+7");
    assert_eq!(text("%.2a", Value::Float(1.999)), "0x1.00p+1");
    assert_eq!(text("%d", "x".into()), "invalid value for Integer(): \"x\"");
    assert_eq!(text("%d", Value::Undef), "can't convert nil into Integer");
    assert_eq!(text("%y", 1.into()), "malformed format string - %y");
    assert_eq!(text("%5c|", "a".into()), "    a|");
}

#[test]
fn names_and_numbers_pick_arguments() {
    let hash = Value::record([("a", Value::Integer(1)), ("b", Value::Integer(2))]);
    assert_eq!(sprintf("%<a>d-%{b}", &[hash]).unwrap(), "1-2");
    assert_eq!(sprintf("%1$s %2$s %1$s", &["a".into(), "b".into()]).unwrap(), "a b a");
    assert_eq!(sprintf("%s %s", &["a".into()]).unwrap_err().message, "too few arguments");
    assert_eq!(sprintf("%s|%p", &[Value::Undef, Value::array(vec![Value::Undef])]).unwrap(), "|[nil]");
}

#[test]
fn floats_print_as_ruby_s() {
    let shown: Vec<String> =
        [1e14, 1e15, 0.0001, 0.00001, 1.1, -0.0, 1e100, 999_999_999_999_999.9].map(float_text).to_vec();
    assert_eq!(
        shown,
        ["100000000000000.0", "1.0e+15", "0.0001", "1.0e-05", "1.1", "-0.0", "1.0e+100", "999999999999999.9"]
    );
}

#[test]
fn values_take_formats() {
    assert_eq!(formatted(-12, "%+05d"), "-0012");
    assert_eq!(formatted("HELLO world", "%C"), "Hello world");
    assert_eq!(formatted(Value::Undef, "%d"), "NaN");
    assert_eq!(
        formatted("a", "%-6.2s|"),
        "The format '%-6.2s|' is not a valid format on the form '%<flags><width>.<prec><format>'"
    );
    assert_eq!(string_new(&Value::Float(1.0), None).unwrap(), "1.000000");
    let nested = Value::array(vec![1.into(), Value::record([("a", "x")].map(|(k, v)| (k, Value::from(v))))]);
    assert_eq!(inspect(&nested), "[1, {'a' => 'x'}]");
    assert_eq!(to_text(&nested), "[1, {a => x}]");
    assert_eq!(quote("a'b"), "'a\\'b'");
    assert_eq!(quote("a\n"), "\"a\\n\"");
}
