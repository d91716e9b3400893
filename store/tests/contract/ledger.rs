//! Promises of `certs::Ledger`.

use std::collections::HashSet;

use certs::ledger::{CrlRow, Issued, Ledger, LedgerError, NewCertificate, NewRequest, RevokedNames, State, Submitted};
use certs::serial::Serial;
use jiff::{SignedDuration, Timestamp};
use model::Certname;

pub(crate) async fn serials_never_repeat(ledger: &(impl Ledger + Clone + 'static)) {
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let ledger = ledger.clone();
        tasks.push(tokio::spawn(async move {
            let mut mine = Vec::new();
            for _ in 0..25 {
                mine.push(ledger.reserve_serial().await.unwrap());
            }
            mine
        }));
    }
    let mut all = HashSet::new();
    for task in tasks {
        for serial in task.await.unwrap() {
            assert!(all.insert(serial), "{serial} came twice");
        }
    }
    assert!(!all.contains(&Serial::AUTHORITY) && !all.contains(&Serial(0)));
}

pub(crate) async fn a_name_is_requested_once(ledger: &impl Ledger) {
    assert_eq!(submit(ledger, "web", 1).await, Submitted::Stored);
    assert_eq!(submit(ledger, "web", 2).await, Submitted::Already(State::Requested));
    assert_eq!(ledger.request(&name("web")).await.unwrap().unwrap().der, [1]);
    assert_eq!(ledger.submit(request("web", 3), true).await.unwrap(), Submitted::Stored);
    assert_eq!(ledger.request(&name("web")).await.unwrap().unwrap().digest, [3; 32]);
    assert!(ledger.remove_request(&name("web")).await.unwrap());
    assert!(!ledger.remove_request(&name("web")).await.unwrap());
    let serial = issue(ledger, "web", 1).await;
    assert_eq!(submit(ledger, "web", 4).await, Submitted::Already(State::Signed));
    ledger.revoke(&[name("web")], false, at(1)).await.unwrap();
    assert_eq!(submit(ledger, "web", 4).await, Submitted::Already(State::Revoked));
    ledger.remove(&name("web")).await.unwrap();
    assert_eq!(submit(ledger, "web", 4).await, Submitted::Stored);
    assert_eq!(ledger.certificate_by_serial(serial).await.unwrap().unwrap().state(), State::Revoked);
}

pub(crate) async fn a_request_is_issued_only_if_it_is_the_same(ledger: &impl Ledger) {
    submit(ledger, "web", 1).await;
    let first = ledger.reserve_serial().await.unwrap();
    let outcome = ledger.issue(certificate("web", first, 1), Some([2; 32])).await.unwrap();
    assert_eq!(outcome, Issued::RequestChanged);
    assert!(ledger.certificate(&name("web")).await.unwrap().is_none());
    assert!(ledger.request(&name("web")).await.unwrap().is_some());
    let outcome = ledger.issue(certificate("web", first, 1), Some([1; 32])).await.unwrap();
    assert_eq!(outcome, Issued::Recorded);
    assert!(ledger.request(&name("web")).await.unwrap().is_none());
    let second = ledger.reserve_serial().await.unwrap();
    let outcome = ledger.issue(certificate("web", second, 1), Some([1; 32])).await.unwrap();
    assert_eq!(outcome, Issued::RequestChanged, "a request is signed once");
}

pub(crate) async fn the_newest_certificate_counts(ledger: &impl Ledger) {
    let (old, new) = (issue(ledger, "web", 1).await, issue(ledger, "web", 2).await);
    let row = ledger.certificate(&name("web")).await.unwrap().unwrap();
    assert_eq!((row.serial, row.current, row.der.as_slice()), (new, true, [2].as_slice()));
    assert!(!ledger.certificate_by_serial(old).await.unwrap().unwrap().current);
    let all = ledger.issued(Serial(0), 10).await.unwrap();
    assert_eq!(all.iter().map(|row| row.serial).collect::<Vec<_>>(), [old, new]);
    assert_eq!(ledger.issued(old, 10).await.unwrap().len(), 1);
    assert_eq!(ledger.certificates(None, None, 10).await.unwrap().len(), 1);
}

pub(crate) async fn revoking_raises_the_list_once(ledger: &impl Ledger) {
    let serial = issue(ledger, "web", 1).await;
    let before = ledger.revocations().await.unwrap();
    assert!(before.entries.is_empty());
    let names = [name("web"), name("absent")];
    let done = ledger.revoke(&names, false, at(5)).await.unwrap();
    assert_eq!(done, RevokedNames { serials: vec![serial], missing: vec![name("absent")] });
    let after = ledger.revocations().await.unwrap();
    assert_eq!(after.number, before.number + 1);
    assert_eq!((after.entries[0].serial, after.entries[0].at), (serial, at(5)));
    let again = ledger.revoke(&names[..1], false, at(6)).await.unwrap();
    assert_eq!(again, RevokedNames::default());
    assert_eq!(ledger.revocations().await.unwrap(), after, "revoking twice changes nothing");
    assert_eq!(ledger.certificate(&name("web")).await.unwrap().unwrap().revoked_at, Some(at(5)));
    assert_eq!(ledger.next_crl().await.unwrap().number, after.number + 1);
}

pub(crate) async fn cleaning_forgets_the_name_but_not_the_revocation(ledger: &impl Ledger) {
    let serial = issue(ledger, "web", 1).await;
    ledger.revoke(&[name("web")], true, at(1)).await.unwrap();
    assert!(ledger.certificate(&name("web")).await.unwrap().is_none());
    assert_eq!(ledger.revocations().await.unwrap().entries[0].serial, serial);
    let new = issue(ledger, "web", 2).await;
    assert_eq!(ledger.certificate(&name("web")).await.unwrap().unwrap().state(), State::Signed);
    assert_ne!(new, serial);
}

pub(crate) async fn deleting_revokes_nothing(ledger: &impl Ledger) {
    let serial = issue(ledger, "web", 1).await;
    submit(ledger, "db", 1).await;
    let removed = ledger.remove(&name("web")).await.unwrap();
    assert!(removed.certificate && !removed.request);
    assert!(ledger.remove(&name("db")).await.unwrap().request);
    assert!(!ledger.remove(&name("web")).await.unwrap().anything());
    assert!(ledger.revocations().await.unwrap().entries.is_empty());
    assert!(ledger.revoke_serial(serial, at(1)).await.unwrap(), "a deleted certificate can still be revoked");
    assert!(!ledger.revoke_serial(serial, at(2)).await.unwrap());
}

pub(crate) async fn a_revoked_key_is_known(ledger: &impl Ledger) {
    let serial = issue(ledger, "web", 7).await;
    assert_eq!(ledger.revoked_key(&[7; 32]).await.unwrap(), None);
    ledger.revoke(&[name("web")], true, at(1)).await.unwrap();
    assert_eq!(ledger.revoked_key(&[7; 32]).await.unwrap(), Some(serial));
    assert_eq!(ledger.revoked_key(&[8; 32]).await.unwrap(), None);
}

pub(crate) async fn lists_are_paged_by_name(ledger: &impl Ledger) {
    for (index, host) in ["c", "a", "b"].into_iter().enumerate() {
        submit(ledger, &format!("new-{host}"), index as u8).await;
        issue(ledger, host, index as u8 + 10).await;
    }
    ledger.revoke(&[name("b")], false, at(1)).await.unwrap();
    let hosts = |rows: Vec<certs::ledger::CertificateRow>| -> Vec<String> {
        rows.iter().map(|row| row.name.to_string()).collect()
    };
    assert_eq!(hosts(ledger.certificates(None, None, 2).await.unwrap()), ["a", "b"]);
    assert_eq!(hosts(ledger.certificates(None, Some(&name("b")), 2).await.unwrap()), ["c"]);
    assert_eq!(hosts(ledger.certificates(Some(true), None, 9).await.unwrap()), ["b"]);
    assert_eq!(hosts(ledger.certificates(Some(false), None, 9).await.unwrap()), ["a", "c"]);
    let requests = ledger.requests(Some(&name("new-a")), 9).await.unwrap();
    assert_eq!(requests.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["new-b", "new-c"]);
}

pub(crate) async fn revocation_by_serial_needs_a_certificate(ledger: &impl Ledger) {
    let error = ledger.revoke_serial(Serial(4711), at(1)).await.unwrap_err();
    assert!(matches!(error, LedgerError::Missing(Serial(4711))));
    assert!(ledger.revocations().await.unwrap().entries.is_empty());
}

pub(crate) async fn an_older_list_does_not_replace_a_newer(ledger: &impl Ledger) {
    let list = |number, byte| CrlRow { number, der: vec![byte], this_update: at(1), next_update: at(2) };
    assert_eq!(ledger.crl().await.unwrap(), None);
    ledger.put_crl(list(3, 1)).await.unwrap();
    ledger.put_crl(list(2, 2)).await.unwrap();
    assert_eq!(ledger.crl().await.unwrap(), Some(list(3, 1)));
    ledger.put_crl(list(4, 3)).await.unwrap();
    assert_eq!(ledger.crl().await.unwrap(), Some(list(4, 3)));
}

pub(crate) async fn waiting_requests_are_bounded(ledger: &impl Ledger) {
    let bounded = |host, byte| NewRequest { max_waiting: 1, ..request(host, byte) };
    assert_eq!(ledger.submit(bounded("a", 1), false).await.unwrap(), Submitted::Stored);
    assert_eq!(ledger.submit(bounded("b", 2), false).await.unwrap(), Submitted::Full(1));
    assert_eq!(ledger.submit(bounded("a", 3), true).await.unwrap(), Submitted::Stored, "a replacement adds nothing");
}

pub(crate) async fn another_authority_is_noticed(ledger: &impl Ledger) {
    assert_eq!(ledger.adopt("AA:BB").await.unwrap(), "AA:BB");
    assert_eq!(ledger.adopt("CC:DD").await.unwrap(), "AA:BB");
}

fn name(text: &str) -> Certname {
    Certname::parse(text).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn request(host: &str, byte: u8) -> NewRequest {
    NewRequest { name: name(host), der: vec![byte], digest: [byte; 32], at: at(0), max_waiting: 100 }
}

fn certificate(host: &str, serial: Serial, byte: u8) -> NewCertificate {
    NewCertificate {
        serial,
        name: name(host),
        der: vec![byte],
        key_digest: [byte; 32],
        not_before: at(0),
        not_after: at(1000),
    }
}

async fn submit(ledger: &impl Ledger, host: &str, byte: u8) -> Submitted {
    ledger.submit(request(host, byte), false).await.unwrap()
}

async fn issue(ledger: &impl Ledger, host: &str, byte: u8) -> Serial {
    let serial = ledger.reserve_serial().await.unwrap();
    assert_eq!(ledger.issue(certificate(host, serial, byte), None).await.unwrap(), Issued::Recorded);
    serial
}
