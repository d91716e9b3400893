use certs::ledger::{Revocation, Revocations};
use certs::{Revoked, Serial};
use jiff::{SignedDuration, Timestamp};
use model::Certname;

use super::{EXPIRED, Query, REVOKED, form_decode, unfit};
use crate::tls::Peer;

#[test]
fn a_certificate_may_become_unfit_while_its_connection_is_open() {
    let end = Timestamp::from_second(2_000_000_000).unwrap();
    let peer = Peer {
        certname: Certname::parse("web01.lab.test").unwrap(),
        serial: Serial(7),
        extensions: Vec::new(),
        not_after: end,
        fingerprint: String::new(),
    };
    let (none, second) = (Revoked::default(), SignedDuration::from_secs(1));
    assert_eq!(unfit(&peer, &none, end), None);
    assert_eq!(unfit(&peer, &none, end + second), Some(EXPIRED));
    let revocations = Revocations { number: 1, entries: vec![Revocation { serial: Serial(7), at: end }] };
    assert_eq!(unfit(&peer, &Revoked::from(&revocations), end - second), Some(REVOKED));
}

#[test]
fn parameters_are_decoded_in_order() {
    let query = Query::parse("environment=production&ignore=.svn&ignore=C%56S&flag&empty=");
    assert_eq!(query.get("environment"), Some("production"));
    assert_eq!(query.get("ignore"), Some("CVS"));
    assert_eq!((query.get("flag"), query.get("empty"), query.get("none")), (Some(""), Some(""), None));
}

#[test]
fn facts_are_encoded_twice() {
    let query = Query::parse("facts=%257B%2522a%2522%253A%2520%2522b%252Bc%2522%257D");
    assert_eq!(form_decode(query.get("facts").unwrap()), r#"{"a": "b+c"}"#);
}
