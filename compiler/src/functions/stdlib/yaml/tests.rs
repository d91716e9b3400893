use super::write;
use crate::data;
use crate::value::Value;

#[test]
fn documents_are_laid_out_as_ruby_does() {
    // Recorded from Ruby 3.1: value.to_yaml
    let recorded = "---\na:\n  b:\n  - 1\n  - 2\n  - - 3\n    - []\n  - {}\nc:\n1: true\nd: 1.0\ne: 1.0e+20\nf:\n- x: 1\n  \
                    \"y\":\n  - 1\ntrue: false\ng: 1.0e-07\n";
    let value = data::yaml(
        "{a: {b: [1, 2, [3, []], {}]}, c: ~, 1: true, d: 1.0, e: 1.0e+20, f: [{x: 1, 'y': [1]}], true: false, g: 1.0e-07}",
    );
    assert_eq!(write(&value.unwrap(), &Value::Undef), recorded);
}

#[test]
fn texts_are_quoted_where_ruby_quotes_them() {
    // Recorded from Ruby 3.1.
    let recorded = [
        ("abc\n", "'abc\n\n  '"),
        ("a\nb", "|-\n  a\n  b"),
        ("a: b", "'a: b'"),
        ("- x", "\"- x\""),
        ("x # y", "'x # y'"),
        ("", "''"),
        ("~", "\"~\""),
        ("yes", "'yes'"),
        ("1.5", "'1.5'"),
        ("a:", "'a:'"),
        ("a,b", "a,b"),
        ("[x]", "\"[x]\""),
        ("it's", "it's"),
        ("\"q\"", "'\"q\"'"),
        ("a\tb", "\"a\\tb\""),
        ("é", "é"),
        ("x ", "'x '"),
        ("0x1f", "'0x1f'"),
        ("12:30", "'12:30'"),
        ("2020-01-01", "'2020-01-01'"),
        ("a\\b", "a\\b"),
        (":sym", "\":sym\""),
        ("http://x/", "http://x/"),
        ("1e3", "1e3"),
        ("08", "'08'"),
        ("abc\n\n", "\"abc\\n\\n\""),
        ("\n", "\"\\n\""),
        ("a\u{1}b", "\"a\\x01b\""),
        ("n", "\"n\""),
        ("a|b", "a|b"),
        (" a\nb", "|2-\n   a\n  b"),
        ("/a/b", "\"/a/b\""),
        ("x\ny\n", "|\n  x\n  y"),
        ("+1", "\"+1\""),
        ("1.", "'1.'"),
        ("→ x", "\"→ x\""),
    ];
    for (text, expected) in recorded {
        let written = write(&Value::array(vec![Value::from(text)]), &Value::Undef);
        assert_eq!(written, format!("---\n- {expected}\n"), "{text:?}");
    }
}
