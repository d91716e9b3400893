use jiff::{SignedDuration, Timestamp};

use super::{LIFETIME, Signer};
use crate::http::Query;

const PATH: &str = "/bookshelf/organization-a/checksum-b";

fn query(signer: &Signer, expires: i64) -> String {
    format!("AWSAccessKeyId=quartermaster&Expires={expires}&Signature={}", signer.tag("GET", PATH, expires))
}

#[test]
fn an_address_ends() {
    let signer = Signer::new(b"secret");
    let made = Timestamp::from_second(1_700_000_000).expect("a time");
    let query = query(&signer, made.as_second() + LIFETIME);
    let admits =
        |after: i64| signer.admits("GET", PATH, &Query::parse(&query), made + SignedDuration::from_secs(after));
    assert!(admits(0) && admits(LIFETIME));
    assert!(!admits(LIFETIME + 1));
}

#[test]
fn an_address_is_for_one_file_and_one_method() {
    let signer = Signer::new(b"secret");
    let now = Timestamp::from_second(1_700_000_000).expect("a time");
    let good = query(&signer, now.as_second() + 60);
    let admits = |method: &str, path: &str, text: &str| signer.admits(method, path, &Query::parse(text), now);
    assert!(admits("GET", PATH, &good));
    assert!(!admits("PUT", PATH, &good));
    assert!(!admits("GET", "/bookshelf/organization-b/checksum-b", &good));
    assert!(!admits("GET", PATH, &good.replace("Expires=1", "Expires=2")));
    assert!(!admits("GET", PATH, &good[..good.len() - 2]));
    assert!(!admits("GET", PATH, ""));
    assert!(!Signer::new(b"another").admits("GET", PATH, &Query::parse(&good), now));
}
