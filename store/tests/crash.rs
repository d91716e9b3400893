//! `kill -9` under load: what was answered is there, what is there is whole, serials never repeat.
//!
//! The test starts itself as a child that writes from several tasks and tells each answer on
//! standard output; the parent kills it at some moment and looks.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use certs::Serial;
use certs::ledger::{Issued, Ledger, NewCertificate, NewRequest, Submitted};
use inventory::NewReport;
use inventory::bucket::{Bucket, Sha256};
use inventory::nodes::{NewFacts, Nodes, Page, ReportId};
use jiff::Timestamp;
use model::{Certname, Facts};
use sha2::Digest;
use store::{Settings, Store};

const ROUNDS: u32 = 20;
const DIR: &str = "STORE_CRASH_DIR";
const ROUND: &str = "STORE_CRASH_ROUND";

#[test]
fn acknowledged_writes_survive_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut serials = HashSet::new();
    let mut answers = 0;
    for round in 0..ROUNDS {
        let told = run_and_kill(dir.path(), round);
        answers += told.len();
        for line in &told {
            if let Some(serial) = line.strip_prefix("serial ") {
                assert!(serials.insert(serial.to_owned()), "serial {serial} was given out twice");
            }
        }
        runtime().block_on(check(dir.path(), round, &told));
    }
    println!("{answers} acknowledged writes in {ROUNDS} rounds, {} serials", serials.len());
    assert!(answers > ROUNDS as usize * 5, "the children hardly wrote anything");
}

/// Not a test: what the child process runs.
#[test]
fn child() {
    let (Ok(dir), Ok(round)) = (std::env::var(DIR), std::env::var(ROUND)) else { return };
    runtime().block_on(async {
        let store = Store::open(Path::new(&dir), &Settings::default()).unwrap();
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let (store, prefix) = (store.clone(), format!("r{round}-t{task}"));
                tokio::spawn(async move {
                    for count in 0.. {
                        write_all_kinds(&store, &format!("{prefix}-{count}")).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn write_all_kinds(store: &Store, name: &str) {
    let certname = Certname::parse(name).unwrap();
    let digest: [u8; 32] = sha2::Sha256::digest(name).into();
    let request = NewRequest { name: certname.clone(), der: name.into(), digest, at: now(), max_waiting: u64::MAX };
    assert_eq!(store.submit(request, false).await.unwrap(), Submitted::Stored);
    tell("request", name);
    let serial = store.reserve_serial().await.unwrap();
    tell("serial", &serial.0.to_string());
    let certificate = NewCertificate {
        serial,
        name: certname.clone(),
        der: name.into(),
        key_digest: digest,
        not_before: now(),
        not_after: now(),
    };
    assert_eq!(store.issue(certificate, Some(digest)).await.unwrap(), Issued::Recorded);
    tell("issued", &format!("{} {name}", serial.0));
    store.revoke(std::slice::from_ref(&certname), false, now()).await.unwrap();
    tell("revoked", &serial.0.to_string());
    let facts = Facts { name: name.to_owned(), ..Facts::default() };
    let facts = NewFacts { node: certname.clone(), environment: None, facts, at: now() };
    store.put_facts(facts).await.unwrap();
    tell("facts", name);
    let id = store.put_report(report(&certname)).await.unwrap();
    tell("report", &format!("{id} {name}"));
    let mut upload = store.begin().await.unwrap();
    upload.write(name.as_bytes()).await.unwrap();
    upload.finish(&Sha256(digest), Some("/etc/motd"), now()).await.unwrap();
    tell("blob", &Sha256(digest).to_string());
}

/// One whole line at once, so that the parent never reads half an answer as a whole one.
fn tell(kind: &str, what: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("ack {kind} {what}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// The answers that a child told before it was killed.
fn run_and_kill(dir: &Path, round: u32) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(DIR, dir)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let first = Arc::new(std::sync::Barrier::new(2));
    let theirs = first.clone();
    let reader = std::thread::spawn(move || {
        let mut told = Vec::new();
        let mut waiting = true;
        let mut out = BufReader::new(out);
        let mut line = String::new();
        while out.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
            if let Some(answer) = line.trim_end().strip_prefix("ack ") {
                told.push(answer.to_owned());
                if std::mem::take(&mut waiting) {
                    theirs.wait();
                }
            }
            line.clear();
        }
        assert!(!waiting, "the child told nothing");
        told
    });
    first.wait();
    // Another moment each time, from at once to half a second.
    std::thread::sleep(Duration::from_millis(u64::from(round) * 197 % 500));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

async fn check(dir: &Path, round: u32, told: &[String]) {
    let store = Store::open(dir, &Settings::default()).unwrap();
    let revoked: HashSet<Serial> =
        store.revocations().await.unwrap().entries.into_iter().map(|entry| entry.serial).collect();
    for line in told {
        let words: Vec<&str> = line.split(' ').collect();
        let kept = match words.as_slice() {
            ["request", name] => {
                let name = Certname::parse(name).unwrap();
                store.request(&name).await.unwrap().is_some() || store.certificate(&name).await.unwrap().is_some()
            }
            ["serial", number] => {
                let next = store.reserve_serial().await.unwrap();
                next.0 > number.parse().unwrap()
            }
            ["issued", number, name] => {
                let row = store.certificate_by_serial(Serial(number.parse().unwrap())).await.unwrap();
                row.is_some_and(|row| row.name.as_str() == *name && row.der == name.as_bytes())
            }
            ["revoked", number] => revoked.contains(&Serial(number.parse().unwrap())),
            ["facts", name] => store.facts(&Certname::parse(name).unwrap()).await.unwrap().is_some(),
            ["report", id, name] => {
                let report = store.report(ReportId(id.parse().unwrap())).await.unwrap();
                report.is_some_and(|(row, _)| row.node.as_str() == *name)
            }
            ["blob", digest] => store.exists(&Sha256::parse(digest).unwrap(), Some("/etc/motd")).await.unwrap(),
            _ => panic!("the child told {line:?}"),
        };
        assert!(kept, "round {round}: {line:?} was answered and is gone");
    }
    whole(&store).await;
}

/// What is kept is whole, answered or not.
async fn whole(store: &Store) {
    for row in store.issued(Serial(0), 1_000_000).await.unwrap() {
        assert_eq!(row.der, row.name.as_str().as_bytes());
        assert!(store.request(&row.name).await.unwrap().is_none(), "{} is issued and still waits", row.name);
    }
    for row in store.reports(None, Page::first(20)).await.unwrap() {
        let (row, document) = store.report(row.id).await.unwrap().unwrap();
        let node = row.node;
        assert!(NewReport::parse(node, document, now()).is_ok());
    }
}

fn report(node: &Certname) -> NewReport {
    let body = format!(r#"{{"host":"{node}","time":"t","report_format":12,"pad":"{}"}}"#, "x".repeat(5000));
    NewReport::parse(node.clone(), body.into_bytes(), now()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
