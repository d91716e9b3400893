//! Durable writes a second, alone and in company: run with `cargo bench -p store`.
//!
//! Put the folder on the disk that is to be measured with `TMPDIR`.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use certs::ledger::Ledger;
use divan::Bencher;
use divan::counter::ItemsCount;
use inventory::NewReport;
use inventory::nodes::{NewFacts, Nodes};
use jiff::Timestamp;
use model::{Certname, Facts};
use store::{Settings, Store};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

const WRITERS: [usize; 4] = [1, 8, 64, 256];

/// The smallest write: what the flush costs.
#[divan::bench(args = WRITERS, sample_count = 20)]
fn serials(bencher: Bencher, writers: usize) {
    let lab = Lab::new();
    bencher.counter(ItemsCount::new(writers)).bench(|| {
        lab.at_once(writers, |store, _| async move { store.reserve_serial().await.unwrap() });
    });
}

/// Facts of a usual size, of as many nodes.
#[divan::bench(args = WRITERS, sample_count = 20)]
fn facts(bencher: Bencher, writers: usize) {
    let lab = Lab::new();
    let values = (0..200).map(|n| (format!("fact{n}"), "a value of usual length".into())).collect();
    let facts = Arc::new(Facts { name: "n".to_owned(), values, ..Facts::default() });
    bencher.counter(ItemsCount::new(writers)).bench(|| {
        lab.at_once(writers, |store, index| {
            let (facts, node) = (Facts::clone(&facts), node(index));
            let new = NewFacts { node, environment: None, facts, at: Timestamp::UNIX_EPOCH };
            async move { store.put_facts(new).await.unwrap() }
        });
    });
}

/// Reports of 192 kB, as the captured run sent.
#[divan::bench(args = WRITERS, sample_count = 10)]
fn reports(bencher: Bencher, writers: usize) {
    let lab = Lab::new();
    let body = format!(r#"{{"host":"n","time":"t","report_format":12,"pad":"{}"}}"#, "x".repeat(192_000));
    bencher.counter(ItemsCount::new(writers)).bench(|| {
        lab.at_once(writers, |store, index| {
            let report = NewReport::parse(node(index), body.clone().into_bytes(), Timestamp::UNIX_EPOCH).unwrap();
            async move { store.put_report(report).await.unwrap() }
        });
    });
}

/// Reading facts back, so many at once.
#[divan::bench(args = [1, 8], sample_count = 50)]
fn read_facts(bencher: Bencher, readers: usize) {
    let lab = Lab::new();
    let facts = Facts { name: "n".to_owned(), ..Facts::default() };
    let new = NewFacts { node: node(0), environment: None, facts, at: Timestamp::UNIX_EPOCH };
    lab.runtime.block_on(lab.store.put_facts(new)).unwrap();
    bencher.counter(ItemsCount::new(readers)).bench(|| {
        lab.at_once(readers, |store, _| async move { store.facts(&node(0)).await.unwrap() });
    });
}

struct Lab {
    store: Store,
    runtime: Runtime,
    _dir: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &Settings::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { store, runtime, _dir: dir }
    }

    /// Runs so many tasks at once and waits for all.
    fn at_once<T: Send + 'static, F>(&self, tasks: usize, work: impl Fn(Store, usize) -> F)
    where
        F: Future<Output = T> + Send + 'static,
    {
        self.runtime.block_on(async {
            let tasks: Vec<_> = (0..tasks).map(|index| tokio::spawn(work(self.store.clone(), index))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    }
}

fn node(index: usize) -> Certname {
    Certname::parse(&format!("n{index}")).unwrap()
}
