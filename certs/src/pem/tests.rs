use super::{CERTIFICATE, CRL, decode, encode};

#[test]
fn blocks_come_back_in_order() {
    let text = format!("{}noise\n{}{}", encode(CERTIFICATE, &[1; 100]), encode(CRL, &[2]), encode(CERTIFICATE, &[3]));
    assert_eq!(decode(&[CERTIFICATE], text.as_bytes()), Some(vec![vec![1; 100], vec![3]]));
    assert!(text.lines().all(|line| line.len() <= 64));
}

#[test]
fn broken_armour_is_no_block() {
    assert_eq!(decode(&[CRL], b"garbage"), Some(vec![]));
    assert_eq!(decode(&[CRL], b"-----BEGIN X509 CRL-----\nAAAA"), None);
    assert_eq!(decode(&[CRL], b"-----BEGIN X509 CRL-----\n!!\n-----END X509 CRL-----"), None);
    assert_eq!(decode(&[CRL], &[0xff, 0xfe]), None);
}
