use super::*;

fn sum(kind: &str, content: &[u8]) -> String {
    let mut digest = ChecksumType::parse(kind).unwrap().digest().unwrap();
    for piece in content.chunks(7) {
        digest.update(piece);
    }
    digest.finish()
}

#[test]
fn known_sums() {
    let fox = b"The quick brown fox jumps over the lazy dog";
    assert_eq!(sum("md5", fox), "9e107d9d372bb6826bd81d3542a419d6");
    assert_eq!(sum("sha1", fox), "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12");
    assert_eq!(sum("sha224", fox), "730e109bd7a8a32b1cb9d9a09aa2325d2430587ddbc0c38bad911525");
    assert_eq!(sum("sha256", fox), "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592");
    assert!(sum("sha384", fox).starts_with("ca737f1014a48f4c"));
    assert!(sum("sha512", fox).starts_with("07e547d9586f6a73"));
}

#[test]
fn lite_looks_at_512_bytes() {
    let long = [b'x'; 2000];
    assert_eq!(sum("sha256lite", &long), sum("sha256", &long[..512]));
    assert_eq!(sum("md5lite", &long), sum("md5", &long[..512]));
    assert_ne!(sum("md5lite", &long), sum("md5", &long));
}

#[test]
fn others_are_refused() {
    assert_eq!(ChecksumType::parse("bogus").unwrap_err().to_string(), "Unsupported checksum type bogus");
    assert!(ChecksumType::Mtime.digest().is_none());
}
