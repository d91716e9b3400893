use super::value::{float, quote};

#[test]
fn floats_print_as_ruby_prints_them() {
    for (value, text) in [
        (1.0, "1.0"),
        (1.10, "1.1"),
        (-0.5, "-0.5"),
        (1e15, "1000000000000000.0"),
        (1e16, "1.0e+16"),
        (1.25e20, "1.25e+20"),
        (0.0001, "0.0001"),
        (0.00001, "1.0e-05"),
        (1.5e-100, "1.5e-100"),
        (f64::INFINITY, "Infinity"),
    ] {
        assert_eq!(float(value), text);
    }
}

#[test]
fn control_characters_are_octal() {
    let mut out = String::new();
    quote("a\u{1}\t\"\\\u{e9}", &mut out);
    assert_eq!(out, "\"a\\o001\\t\\\"\\\\\u{e9}\"");
}
