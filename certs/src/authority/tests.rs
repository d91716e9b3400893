mod memory;
mod refusals;

use std::future::Future;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::Certname;

use super::{Authority, SignOptions, Submission};
use crate::autosign::{Autosign, Globs, NoPolicy, Policy};
use crate::issuer::Issuer;
use crate::key::{KeyKind, PrivateKey};
use crate::ledger::{Ledger, State};
use crate::peer::Peer;
use crate::pem;
use crate::serial::Serial;
use crate::settings::Settings;
use crate::workers::{Inline, Workers};
use crate::x509::{AltNames, Extension};
use crate::{Error, Refusal, oids};
use memory::Memory;

#[test]
fn a_request_waits_until_it_is_signed() {
    run(async {
        let authority = authority(Autosign::Off).await;
        let (body, _) = request("web01.lab.test", &[]);
        assert_eq!(authority.submit("web01.lab.test", &body, now()).await.unwrap(), Submission::Waiting);
        assert_eq!(authority.certificate(&name()).await.unwrap(), None);
        assert_eq!(authority.request(&name()).await.unwrap().unwrap().as_bytes(), body);
        assert_eq!(authority.status(&name()).await.unwrap().unwrap().state, State::Requested);
        let serial = authority.sign(&name(), SignOptions::default(), now()).await.unwrap();
        assert_eq!(serial, Serial(2), "1 is the authority's own");
        assert_eq!(authority.request(&name()).await.unwrap(), None);
        let peer = Peer::read(&der(&authority).await).unwrap();
        assert_eq!((peer.certname, peer.serial, peer.extensions), (name(), serial, vec![]));
        assert_eq!(peer.not_after, now() + SignedDuration::from_hours(1825 * 24));
        let error = authority.sign(&name(), SignOptions::default(), now()).await.unwrap_err();
        assert_eq!(error.to_string(), "Cannot sign certificate for host web01.lab.test without a certificate request");
    });
}

#[test]
fn autosigning_follows_its_mode() {
    run(async {
        let (globs, _) = Globs::parse("*.lab.test");
        for (mode, signs) in [(Autosign::All, true), (Autosign::Globs(globs), true), (Autosign::Off, false)] {
            let authority = authority(mode).await;
            let (body, _) = request("web01.lab.test", &[]);
            let outcome = authority.submit("web01.lab.test", &body, now()).await.unwrap();
            assert_eq!(outcome, if signs { Submission::Signed(Serial(2)) } else { Submission::Waiting });
        }
    });
}

struct Only(&'static str);

#[async_trait::async_trait]
impl Policy for Only {
    async fn allows(&self, name: &Certname, pem: &str) -> Result<bool, String> {
        assert!(pem.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
        if self.0.is_empty() { Err("no such file".to_owned()) } else { Ok(name.as_str() == self.0) }
    }
}

#[test]
fn a_policy_executable_is_asked() {
    run(async {
        for (only, expected) in [("web01.lab.test", Some(true)), ("other", Some(false)), ("", None)] {
            let authority = with(Autosign::Executable, settings(), Arc::new(Only(only)), Arc::new(Inline)).await;
            let (body, _) = request("web01.lab.test", &[]);
            let outcome = authority.submit("web01.lab.test", &body, now()).await;
            match expected {
                Some(true) => assert_eq!(outcome.unwrap(), Submission::Signed(Serial(2))),
                Some(false) => assert_eq!(outcome.unwrap(), Submission::Waiting),
                None => assert!(matches!(outcome, Err(Error::Policy(_)))),
            }
            let waits = authority.request(&name()).await.unwrap().is_some();
            assert_eq!(waits, expected != Some(true), "what was not signed waits");
        }
    });
}

#[test]
fn revocation_shows_at_once_everywhere() {
    run(async {
        let authority = authority(Autosign::All).await;
        let (body, _) = request("web01.lab.test", &[]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        let before = authority.crl();
        assert_eq!(before.number, 0);
        authority.revoke(&name(), now()).await.unwrap();
        assert!(authority.revoked().contains(Serial(2)) && !authority.revoked().contains(Serial(1)));
        let after = authority.crl();
        assert_eq!((after.number, after.modified), (1, now()));
        assert_eq!(authority.status(&name()).await.unwrap().unwrap().state, State::Revoked);
        authority.revoke(&name(), now()).await.unwrap();
        assert_eq!(authority.crl().number, 1, "revoking twice makes no new list");
        let absent = Certname::parse("absent").unwrap();
        let error = authority.revoke(&absent, now()).await.unwrap_err();
        assert_eq!(error.to_string(), "Cannot revoke certificate for host absent without a signed certificate");
    });
}

#[test]
fn a_cleaned_node_can_come_back_with_a_new_key() {
    run(async {
        let authority = authority(Autosign::All).await;
        let (body, _) = request("web01.lab.test", &[]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        let done = authority.clean(&[name(), Certname::parse("zz").unwrap()], now()).await.unwrap();
        assert_eq!(done.missing, [Certname::parse("zz").unwrap()]);
        assert!(authority.status(&name()).await.unwrap().is_none());
        assert!(authority.revoked().contains(Serial(2)));
        let error = authority.submit("web01.lab.test", &body, now()).await.unwrap_err();
        assert!(matches!(error, Error::Refused(Refusal::RevokedKey { serial: Serial(2), .. })), "{error}");
        assert!(authority.reject(&name()).await.unwrap());
        let (body, _) = request("web01.lab.test", &[]);
        assert_eq!(authority.submit("web01.lab.test", &body, now()).await.unwrap(), Submission::Signed(Serial(3)));
    });
}

#[test]
fn deleting_does_not_revoke() {
    run(async {
        let authority = authority(Autosign::All).await;
        let (body, _) = request("web01.lab.test", &[]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        assert!(authority.delete(&name()).await.unwrap().anything());
        assert!(!authority.delete(&name()).await.unwrap().anything());
        assert!(authority.revoked().is_empty());
        assert!(authority.revoke_serial(Serial(2), now()).await.unwrap());
        assert_eq!((authority.crl().number, authority.revoked().len()), (1, 1));
    });
}

/// Throws the request away while the certificate is being signed.
struct Meddler(Arc<Memory>);

#[async_trait::async_trait]
impl Workers for Meddler {
    async fn run(&self, job: Box<dyn FnOnce() + Send>) {
        job();
        self.0.remove_request(&name()).await.unwrap();
    }
}

#[test]
fn a_request_that_changes_while_being_signed_is_not_signed() {
    run(async {
        let ledger = Arc::new(Memory::default());
        let meddler = Arc::new(Meddler(ledger.clone()));
        let authority = open(ledger, Autosign::Off, settings(), Arc::new(NoPolicy), meddler).await.unwrap();
        let (body, _) = request("web01.lab.test", &[]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        let error = authority.sign(&name(), SignOptions::default(), now()).await.unwrap_err();
        assert!(matches!(error, Error::RequestChanged { .. }));
        assert!(authority.certificate(&name()).await.unwrap().is_none());
    });
}

#[test]
fn the_list_is_renewed_before_it_ends() {
    run(async {
        let ledger = Arc::new(Memory::default());
        let open = |at| open_at(ledger.clone(), Autosign::Off, settings(), Arc::new(NoPolicy), Arc::new(Inline), at);
        let authority = open(now()).await.unwrap();
        assert!(!authority.renew_crl_if_due(now()).await.unwrap());
        let later = now() + SignedDuration::from_hours(24 * 1000);
        assert!(authority.renew_crl_if_due(later).await.unwrap());
        let crl = authority.crl();
        assert_eq!((crl.number, crl.modified), (1, later));
        assert_eq!(*open(later).await.unwrap().crl(), *crl, "a restart makes no new list");
        let much_later = later + SignedDuration::from_hours(24 * 1000);
        assert_eq!(open(much_later).await.unwrap().crl().number, 2, "an old list is renewed at the start");
    });
}

#[test]
fn a_crash_between_revocation_and_list_is_made_good() {
    run(async {
        let ledger = Arc::new(Memory::default());
        let open = || open_at(ledger.clone(), Autosign::All, settings(), Arc::new(NoPolicy), Arc::new(Inline), now());
        let (body, _) = request("web01.lab.test", &[]);
        open().await.unwrap().submit("web01.lab.test", &body, now()).await.unwrap();
        ledger.revoke(&[name()], false, now()).await.unwrap();
        let authority = open().await.unwrap();
        assert_eq!(authority.crl().number, 1);
        assert!(authority.revoked().contains(Serial(2)));
    });
}

#[test]
fn revocations_by_another_process_are_taken_over() {
    run(async {
        let ledger = Arc::new(Memory::default());
        let open = || open_at(ledger.clone(), Autosign::All, settings(), Arc::new(NoPolicy), Arc::new(Inline), now());
        let (ours, theirs) = (open().await.unwrap(), open().await.unwrap());
        let (body, _) = request("web01.lab.test", &[]);
        ours.submit("web01.lab.test", &body, now()).await.unwrap();
        theirs.revoke(&name(), now()).await.unwrap();
        assert!(!ours.revoked().contains(Serial(2)));
        assert!(ours.renew_crl_if_due(now()).await.unwrap());
        assert!(ours.revoked().contains(Serial(2)));
        assert_eq!(ours.crl().number, 1);
        assert!(!ours.renew_crl_if_due(now()).await.unwrap());
    });
}

/// Has no time for anything while it is told so.
#[derive(Default)]
struct Idle(std::sync::atomic::AtomicBool);

#[async_trait::async_trait]
impl Workers for Idle {
    async fn run(&self, job: Box<dyn FnOnce() + Send>) {
        if !self.0.load(std::sync::atomic::Ordering::Relaxed) {
            job();
        }
    }
}

#[test]
fn a_revocation_holds_though_its_list_cannot_be_made() {
    run(async {
        let workers = Arc::new(Idle::default());
        let authority = with(Autosign::All, settings(), Arc::new(NoPolicy), workers.clone()).await;
        let (body, _) = request("web01.lab.test", &[]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        workers.0.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(matches!(authority.revoke(&name(), now()).await, Err(Error::NoWorkers)));
        assert!(authority.revoked().contains(Serial(2)));
        assert_eq!(authority.crl().number, 0);
        workers.0.store(false, std::sync::atomic::Ordering::Relaxed);
        authority.revoke(&name(), now()).await.unwrap();
        assert_eq!(authority.crl().number, 1, "asking again makes the list that was missing");
    });
}

#[test]
fn records_of_another_authority_are_refused() {
    run(async {
        let ledger = Arc::new(Memory::default());
        open(ledger.clone(), Autosign::Off, settings(), Arc::new(NoPolicy), Arc::new(Inline)).await.unwrap();
        let key = PrivateKey::generate(KeyKind::P256).unwrap();
        let other = Issuer::found(&settings(), key, now()).unwrap();
        let opened =
            Authority::open(settings(), Autosign::Off, other, ledger, Arc::new(NoPolicy), Arc::new(Inline), now());
        assert!(matches!(opened.await, Err(Error::OtherAuthority { .. })));
    });
}

#[test]
fn the_server_certificate_may_administer() {
    run(async {
        let authority = authority(Autosign::Off).await;
        let key = PrivateKey::generate(KeyKind::P256).unwrap();
        let names = AltNames::parse("DNS:puppet, localhost,IP:127.0.0.1");
        let row = authority.issue_server(&name(), key.public(), names.clone(), now()).await.unwrap();
        assert!(Peer::read(&row.der).unwrap().is_admin());
        let status = authority.status(&name()).await.unwrap().unwrap();
        let names = status.alt_names.prefixed();
        assert_eq!(names, ["IP:127.0.0.1", "DNS:puppet", "DNS:localhost", "DNS:web01.lab.test"]);
        assert_eq!(status.authorization_extensions, [("pp_cli_auth".to_owned(), "true".to_owned())]);
        let renewed = authority.issue_server(&name(), key.public(), status.alt_names, now()).await.unwrap();
        assert!(renewed.serial > row.serial);
        assert_eq!(authority.issued(Serial(0), 10).await.unwrap().len(), 2);
    });
}

#[test]
fn generating_needs_a_free_name() {
    run(async {
        let authority = authority(Autosign::Off).await;
        let key = PrivateKey::generate(KeyKind::P256).unwrap();
        let ttl = Some(SignedDuration::from_secs(3600));
        let row = authority.generate(&name(), key.public(), AltNames::default(), ttl, now()).await.unwrap();
        assert_eq!(row.not_after, now() + SignedDuration::from_secs(3600));
        assert_eq!(row.inventory_line(), "0x0002 2026-11-22T10:21:09UTC 2026-11-23T11:21:09UTC /CN=web01.lab.test");
        let again = authority.generate(&name(), key.public(), AltNames::default(), None, now()).await;
        assert!(matches!(again, Err(Error::Refused(Refusal::Duplicate { state: State::Signed, .. }))));
    });
}

#[test]
fn lives_have_bounds() {
    run(async {
        let authority = authority(Autosign::Off).await;
        let (body, _) = request("web01.lab.test", &[]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        for seconds in [0, -5, 1_576_800_001, i64::MAX] {
            let options = SignOptions { ttl: Some(SignedDuration::from_secs(seconds)), ..SignOptions::default() };
            assert!(matches!(authority.sign(&name(), options, now()).await, Err(Error::Ttl { .. })), "{seconds}");
        }
        assert!(authority.request(&name()).await.unwrap().is_some());
    });
}

#[test]
fn statuses_read_as_the_original_writes_them() {
    run(async {
        let authority = authority(Autosign::Off).await;
        for host in ["b.lab.test", "a.lab.test"] {
            let (body, _) = request(host, &[]);
            authority.submit(host, &body, now()).await.unwrap();
        }
        let signed = Certname::parse("a.lab.test").unwrap();
        authority.sign(&signed, SignOptions::default(), now()).await.unwrap();
        let all = authority.statuses(None).await.unwrap();
        let keys = |index: usize| -> Vec<String> {
            let json = serde_json::to_value(&all[index]).unwrap();
            json.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(
            keys(0),
            [
                "name",
                "state",
                "dns_alt_names",
                "subject_alt_names",
                "authorization_extensions",
                "fingerprint",
                "fingerprints"
            ]
        );
        assert_eq!(
            keys(1),
            [
                "name",
                "dns_alt_names",
                "state",
                "authorization_extensions",
                "subject_alt_names",
                "not_before",
                "fingerprints",
                "not_after",
                "serial_number",
                "fingerprint"
            ]
        );
        let json = serde_json::to_value(&all[1]).unwrap();
        assert_eq!(json["not_before"], "2026-11-22T10:21:09UTC");
        assert_eq!(json["serial_number"], 2);
        assert_eq!(json["dns_alt_names"], serde_json::json!(["DNS:a.lab.test"]));
        assert_eq!(json["fingerprints"]["SHA512"].as_str().unwrap().len(), 64 * 3 - 1);
        let of = |state| authority.statuses(Some(state));
        assert_eq!(of(State::Requested).await.unwrap().len(), 1);
        assert_eq!(of(State::Signed).await.unwrap().len(), 1);
        assert_eq!(of(State::Revoked).await.unwrap().len(), 0);
    });
}

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work);
}

fn now() -> Timestamp {
    "2026-11-23T10:21:09Z".parse().unwrap()
}

fn name() -> Certname {
    Certname::parse("web01.lab.test").unwrap()
}

fn settings() -> Settings {
    Settings { ca_key: KeyKind::P256, ..Settings::for_certname("puppet.lab.test") }
}

/// A request in PEM form and its key.
fn request(common_name: &str, extensions: &[Extension]) -> (Vec<u8>, PrivateKey) {
    let key = PrivateKey::generate(KeyKind::P256).unwrap();
    let der = key.request(common_name, extensions).unwrap();
    (pem::encode(pem::REQUEST, &der).into_bytes(), key)
}

async fn authority(autosign: Autosign) -> Authority {
    with(autosign, settings(), Arc::new(NoPolicy), Arc::new(Inline)).await
}

async fn with(autosign: Autosign, settings: Settings, policy: Arc<dyn Policy>, workers: Arc<dyn Workers>) -> Authority {
    open(Arc::new(Memory::default()), autosign, settings, policy, workers).await.unwrap()
}

async fn open(
    ledger: Arc<Memory>,
    autosign: Autosign,
    settings: Settings,
    policy: Arc<dyn Policy>,
    workers: Arc<dyn Workers>,
) -> Result<Authority, Error> {
    open_at(ledger, autosign, settings, policy, workers, now()).await
}

/// The same authority each time: its key and certificate are made once.
async fn open_at(
    ledger: Arc<Memory>,
    autosign: Autosign,
    settings: Settings,
    policy: Arc<dyn Policy>,
    workers: Arc<dyn Workers>,
    at: Timestamp,
) -> Result<Authority, Error> {
    static FOUNDED: std::sync::OnceLock<(String, String)> = std::sync::OnceLock::new();
    let (bundle, key) = FOUNDED.get_or_init(|| {
        let key = PrivateKey::generate(KeyKind::P256).unwrap();
        let text = key.to_pem().to_string();
        (Issuer::found(&settings, key, now()).unwrap().bundle().to_owned(), text)
    });
    let issuer = Issuer::open(bundle, PrivateKey::parse_pem(key)?)?;
    Authority::open(settings, autosign, issuer, ledger, policy, workers, at).await
}

async fn der(authority: &Authority) -> Vec<u8> {
    authority.certificate_row(&name()).await.unwrap().unwrap().der
}
