use super::{integer, oid, time, tlv};

#[test]
fn integers_are_shortest_and_never_negative() {
    assert_eq!(integer(0), [2, 1, 0]);
    assert_eq!(integer(127), [2, 1, 127]);
    assert_eq!(integer(128), [2, 2, 0, 128]);
    assert_eq!(integer(256), [2, 2, 1, 0]);
}

#[test]
fn identifiers_use_base_128() {
    assert_eq!(oid("1.3.6.1.4.1.34380.1.1.13"), hex::decode("060b2b06010401828c4c01010d").unwrap());
    assert_eq!(oid("2.5.29.17"), [6, 3, 0x55, 0x1d, 0x11]);
}

#[test]
fn long_contents_carry_their_length_in_bytes() {
    assert_eq!(tlv(4, &[7; 200])[..3], [4, 0x81, 200]);
    assert_eq!(tlv(4, &[7; 300])[..4], [4, 0x82, 1, 44]);
}

#[test]
fn times_change_form_in_2050() {
    assert_eq!(&time("2049-12-31T23:59:59Z".parse().unwrap())[2..], b"491231235959Z");
    assert_eq!(&time("2050-01-01T00:00:00Z".parse().unwrap())[2..], b"20500101000000Z");
}
