use super::Serial;

#[test]
fn numbers_are_read_from_der() {
    assert_eq!(Serial::from_der(&[2]), Some(Serial(2)));
    assert_eq!(Serial::from_der(&[0, 0x80]), Some(Serial(128)));
    assert_eq!(Serial::from_der(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Some(Serial(u64::MAX)));
    for foreign in [&[][..], &[0x80], &[1; 9]] {
        assert_eq!(Serial::from_der(foreign), None);
    }
}

#[test]
fn puppets_forms_are_read_and_written() {
    assert_eq!(Serial(15).to_string(), "0x000F");
    assert_eq!(Serial(0x1_0000).to_string(), "0x10000");
    for text in ["000F", "0x000F", "f"] {
        assert_eq!(Serial::parse_hex(text), Some(Serial(15)));
    }
    assert_eq!(Serial::parse_hex("xyz"), None);
}
