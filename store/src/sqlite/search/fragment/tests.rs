use serde_json::{Value, json};

use super::{USUAL, any, divided, read_number, write_number};

fn all(object: &Value) -> Vec<Vec<u8>> {
    object.as_object().unwrap().iter().flat_map(|(key, value)| divided(key, value)).collect()
}

fn shown(contents: &[Vec<u8>]) -> Vec<String> {
    let mut shown = Vec::new();
    for content in contents {
        any(content, &mut String::new(), |entry| {
            shown.push(format!("{}|{}={:?}", entry.path, &entry.path[entry.leaf..], entry.value));
            false
        });
    }
    shown
}

#[test]
fn what_is_written_is_read_back() {
    let object = json!({"a": {"ä": {"c": "x"}, "ö": ["", null]}, "b": 1});
    assert_eq!(
        shown(&all(&object)),
        [
            "a|a=None",
            "a|a=Some(\"ä\")",
            "a_ä|ä=None",
            "a_ä|ä=Some(\"c\")",
            "a_ä_c|c=None",
            "a_ä_c|c=Some(\"x\")",
            "a|a=Some(\"ö\")",
            "a_ö|ö=None",
            "a_ö|ö=Some(\"\")",
            "a_ö|ö=Some(\"\")",
            "b|b=None",
            "b|b=Some(\"1\")",
        ]
    );
}

#[test]
fn a_large_field_is_divided_and_a_change_stays_in_its_branch() {
    let fields = |changed: &str| -> Value {
        let mut fields: serde_json::Map<String, Value> =
            (0..400).map(|number| (format!("k{number}"), json!({"version": format!("1.0.{number}")}))).collect();
        fields.insert("k7".to_owned(), json!({"version": changed}));
        json!({"packages": fields})
    };
    let (one, other) = (all(&fields("1")), all(&fields("2")));
    assert!(one.len() > 4 && one.len() == other.len(), "{}", one.len());
    assert!(one.iter().filter(|content| content.len() > 4 * USUAL).count() <= 1);
    assert_eq!(one.iter().zip(&other).filter(|(one, other)| one != other).count(), 1);
    assert_eq!(shown(&one).len(), 1 + 400 * 5);
}

#[test]
fn what_was_not_written_here_holds_nothing() {
    for content in [&b"\x05\x01a\x00\x00"[..], b"\x00\x05a", b"\x00\x01a\x09\x00", b"\xff", b"\x00\x01\xff\x00\x00"] {
        assert!(!any(content, &mut String::new(), |_| true), "{content:?}");
    }
    let mut bytes = Vec::new();
    write_number(&mut bytes, 1_000_000);
    assert_eq!(read_number(&mut bytes.as_slice()), Some(1_000_000));
}
