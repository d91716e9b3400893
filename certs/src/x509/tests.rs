use super::{AltNames, Extension};
use crate::{der, oids};

fn text(value: &[u8]) -> String {
    Extension { oid: oids::CLI_AUTH.to_owned(), critical: false, value: value.to_vec() }.value_text()
}

#[test]
fn values_of_every_kind_have_a_text() {
    let long = "x".repeat(300);
    assert_eq!(text(&der::tlv(der::UTF8, "wéb".as_bytes())), "wéb");
    assert_eq!(text(&der::tlv(der::IA5, long.as_bytes())), long);
    assert_eq!(text(&[0x13, 3, b'w', b'e', b'b']), "web");
    assert_eq!(text(&[0x1e, 4, 0, b'w', 0, b'b']), "wb");
    assert_eq!(text(&[1, 1, 0xff]), "true");
    assert_eq!(text(&[2, 1, 0xff]), "-1");
    assert_eq!(text(&[2, 2, 1, 0]), "256");
    assert_eq!(text(b"bare"), "bare");
    for broken in [&[][..], &[0x0c], &[0x0c, 0x84], &[0x0c, 0xff, 1]] {
        text(broken);
    }
}

#[test]
fn alternative_names_are_read_from_settings_without_repetition() {
    let names = AltNames::parse("DNS:a, b,,IP:10.0.0.1,b , IP:::1");
    assert_eq!(names.prefixed(), ["IP:10.0.0.1", "IP:::1", "DNS:a", "DNS:b"]);
    assert!(AltNames::parse(" ").is_empty());
}
