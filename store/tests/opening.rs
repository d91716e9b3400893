//! Opening a store: again, newer than we know, full, and with a job that fails among others.

#![allow(clippy::unwrap_used)]

use certs::LedgerError;
use certs::ledger::{Ledger, NewCertificate};
use certs::serial::Serial;
use jiff::Timestamp;
use model::Certname;
use store::{Error, Settings, Store};

#[test]
fn a_newer_schema_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path(), &Settings::default()).unwrap());
    let file = dir.path().join("store.sqlite");
    let database = rusqlite::Connection::open(&file).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let Err(error) = Store::open(dir.path(), &Settings::default()) else { panic!("it opened") };
    assert!(matches!(error, Error::TooNew { found: 99, .. }), "{error}");
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("store.sqlite"), [b'x'; 8192]).unwrap();
    assert!(matches!(Store::open(dir.path(), &Settings::default()), Err(Error::Database { .. })));
}

#[test]
fn two_processes_may_have_it_open() {
    let dir = tempfile::tempdir().unwrap();
    let one = Store::open(dir.path(), &Settings::default()).unwrap();
    let two = Store::open(dir.path(), &Settings::default()).unwrap();
    block_on(async {
        let mut serials = Vec::new();
        for _ in 0..10 {
            serials.push(one.reserve_serial().await.unwrap());
            serials.push(two.reserve_serial().await.unwrap());
        }
        assert!(serials.is_sorted_by(|a, b| a < b));
        two.ping().await.unwrap();
    });
}

#[test]
fn a_full_queue_says_so_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &Settings { write_queue: 2, ..Settings::default() }).unwrap();
    block_on(async {
        let writes: Vec<_> = (0..200)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.reserve_serial().await })
            })
            .collect();
        let (mut done, mut busy) = (0, 0);
        for write in writes {
            match write.await.unwrap() {
                Ok(_) => done += 1,
                Err(LedgerError::Busy(text)) => {
                    assert!(text.contains("store.write_queue"), "{text}");
                    busy += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert!(busy > 0 && done > 0, "{done} done, {busy} busy");
        assert_eq!(store.reserve_serial().await.unwrap(), Serial(done + 2));
    });
}

#[test]
fn one_failing_write_takes_no_other_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &Settings::default()).unwrap();
    block_on(async {
        // All but the first break the primary key; they share transactions with good writes.
        let certificate = |name: &str| NewCertificate {
            serial: Serial(7),
            name: Certname::parse(name).unwrap(),
            der: vec![1],
            key_digest: [1; 32],
            not_before: Timestamp::UNIX_EPOCH,
            not_after: Timestamp::UNIX_EPOCH,
        };
        let mut bad = Vec::new();
        let mut good = Vec::new();
        for index in 0..50 {
            let (left, right) = (store.clone(), store.clone());
            let new = certificate(&format!("n{index}"));
            bad.push(tokio::spawn(async move { left.issue(new, None).await }));
            good.push(tokio::spawn(async move { right.reserve_serial().await }));
        }
        let mut recorded = 0;
        for outcome in bad {
            match outcome.await.unwrap() {
                Ok(_) => recorded += 1,
                Err(error) => assert!(matches!(error, LedgerError::Unavailable(_))),
            }
        }
        assert_eq!(recorded, 1);
        for outcome in good {
            outcome.await.unwrap().unwrap();
        }
        assert_eq!(store.reserve_serial().await.unwrap(), Serial(52));
        assert_eq!(store.issued(Serial(0), 10).await.unwrap().len(), 1);
    });
}

#[cfg(unix)]
#[test]
fn the_folder_is_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let made = dir.path().join("a/b");
    drop(Store::open(&made, &Settings::default()).unwrap());
    assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_path_of_one_word_will_do() {
    let dir = tempfile::tempdir().unwrap();
    // Of all tests here only this one depends on the working folder.
    std::env::set_current_dir(dir.path()).unwrap();
    drop(Store::open(std::path::Path::new("data"), &Settings::default()).unwrap());
    assert!(dir.path().join("data/store.sqlite").exists());
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
