//! What signing costs: run with `cargo bench -p certs`.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;

use certs::issuer::{Issuer, Leaf};
use certs::ledger::{Revocation, Revocations};
use certs::x509::AltNames;
use certs::{KeyKind, Peer, PrivateKey, Request, Serial, Settings, crl, pem};
use divan::Bencher;
use jiff::{SignedDuration, Timestamp};

fn main() {
    divan::main();
}

/// Settles whether the authority's key may be RSA 4096, and what an agent's request costs.
#[divan::bench(args = [KeyKind::Rsa4096, KeyKind::Rsa2048, KeyKind::P256])]
fn sign_a_certificate(bencher: Bencher, kind: KeyKind) {
    let issuer = issuer(kind);
    let leaf = leaf();
    bencher.bench(|| issuer.sign(black_box(&leaf)).unwrap());
}

#[divan::bench(args = [KeyKind::Rsa4096, KeyKind::P256], sample_count = 10, sample_size = 1)]
fn make_a_key(kind: KeyKind) -> PrivateKey {
    PrivateKey::generate(kind).unwrap()
}

#[divan::bench(args = [KeyKind::Rsa4096, KeyKind::P256])]
fn read_and_verify_a_request(bencher: Bencher, kind: KeyKind) {
    let key = PrivateKey::generate(kind).unwrap();
    let text = pem::encode(pem::REQUEST, &key.request("web01.lab.test", &[]).unwrap());
    bencher.bench(|| Request::parse_pem(black_box(text.as_bytes())).unwrap());
}

#[divan::bench(args = [0, 1_000, 10_000])]
fn sign_a_revocation_list(bencher: Bencher, entries: u64) {
    let issuer = issuer(KeyKind::Rsa4096);
    let at = Timestamp::UNIX_EPOCH;
    let entries = (0..entries).map(|number| Revocation { serial: Serial(number), at }).collect();
    let revocations = Revocations { number: 1, entries };
    bencher.bench(|| crl::sign(&issuer, black_box(&revocations), Settings::default().crl_ttl, at).unwrap());
}

/// Once a connection.
#[divan::bench]
fn read_a_peer(bencher: Bencher) {
    let der = issuer(KeyKind::P256).sign(&leaf()).unwrap();
    bencher.bench(|| Peer::read(black_box(&der)).unwrap());
}

fn issuer(kind: KeyKind) -> Issuer {
    let key = PrivateKey::generate(kind).unwrap();
    Issuer::found(&Settings::for_certname("puppet.lab.test"), key, Timestamp::UNIX_EPOCH).unwrap()
}

fn leaf() -> Leaf {
    Leaf {
        serial: Serial(2),
        common_name: "web01.lab.test".to_owned(),
        public_key: PrivateKey::generate(KeyKind::P256).unwrap().public(),
        alt_names: AltNames::default(),
        extensions: Vec::new(),
        not_before: Timestamp::UNIX_EPOCH,
        not_after: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24),
    }
}
