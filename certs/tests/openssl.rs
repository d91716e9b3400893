//! Another implementation reads what the authority makes.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use certs::issuer::{Issuer, Leaf};
use certs::x509::{AltNames, Extension};
use certs::{KeyKind, PrivateKey, Serial, Settings, pem};
use jiff::{SignedDuration, Timestamp};

#[test]
fn openssl_verifies_certificates_of_every_kind_of_key() {
    let Some(lab) = Lab::new(KeyKind::Rsa2048) else { return };
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let key = PrivateKey::generate(kind).unwrap();
        lab.write("leaf.pem", &pem::encode(pem::CERTIFICATE, &lab.leaf(&key, Serial(2))));
        assert!(lab.openssl("verify -x509_strict -CAfile ca.pem leaf.pem").contains("leaf.pem: OK"));
        let purpose = "verify -purpose sslclient -CAfile ca.pem leaf.pem";
        assert!(lab.openssl(purpose).contains("leaf.pem: OK"));
    }
}

#[test]
fn certificates_say_what_the_original_s_say() {
    let Some(lab) = Lab::new(KeyKind::Rsa2048) else { return };
    let key = PrivateKey::generate(KeyKind::P256).unwrap();
    lab.write("leaf.pem", &pem::encode(pem::CERTIFICATE, &lab.leaf(&key, Serial(0x80))));
    let text = lab.openssl("x509 -in leaf.pem -noout -text");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for expected in [
        "Version: 3 (0x2)",
        "Serial Number: 128 (0x80)",
        "Signature Algorithm: sha256WithRSAEncryption",
        "Issuer: CN = Puppet CA: puppet.lab.test",
        "Subject: CN = web01.lab.test",
        "DNS:www, DNS:web01.lab.test, IP Address:10.0.0.9",
        "Puppet Server Internal Certificate",
        "DirName:/CN=Puppet CA: puppet.lab.test",
        "serial:01",
        "X509v3 Basic Constraints: critical",
        "CA:FALSE",
        "X509v3 Extended Key Usage: critical",
        "TLS Web Server Authentication, TLS Web Client Authentication",
        "X509v3 Key Usage: critical",
        "Digital Signature, Key Encipherment",
        "1.3.6.1.4.1.34380.1.1.13:",
        "..web",
    ] {
        assert!(lines.contains(&expected), "{expected:?} is missing in\n{text}");
    }
    let authority = lab.openssl("x509 -in ca.pem -noout -text");
    for expected in
        ["X509v3 Basic Constraints: critical", "CA:TRUE", "Certificate Sign, CRL Sign", "Serial Number: 1 (0x1)"]
    {
        assert!(authority.contains(expected), "{expected:?} is missing in\n{authority}");
    }
}

#[test]
fn openssl_verifies_the_revocation_list() {
    let Some(lab) = Lab::new(KeyKind::P256) else { return };
    let key = PrivateKey::generate(KeyKind::P256).unwrap();
    for (file, serial) in [("good.pem", Serial(2)), ("bad.pem", Serial(3))] {
        lab.write(file, &pem::encode(pem::CERTIFICATE, &lab.leaf(&key, serial)));
    }
    let revocations = certs::ledger::Revocations {
        number: 200,
        entries: vec![certs::ledger::Revocation { serial: Serial(3), at: now() }],
    };
    let row = certs::crl::sign(&lab.issuer, &revocations, Settings::default().crl_ttl, now()).unwrap();
    lab.write("crl.pem", &pem::encode(pem::CRL, &row.der));
    let text = lab.openssl("crl -in crl.pem -noout -text -CAfile ca.pem");
    for expected in ["verify OK", "Version 2 (0x1)", "Key Compromise", "Serial Number: 03", "X509v3 CRL Number"] {
        assert!(text.contains(expected), "{expected:?} is missing in\n{text}");
    }
    let verify = |file: &str| lab.openssl(&format!("verify -crl_check -CAfile ca.pem -CRLfile crl.pem {file}"));
    assert!(verify("good.pem").contains("good.pem: OK"));
    assert!(verify("bad.pem").contains("certificate revoked"));
}

#[test]
fn requests_of_openssl_are_read() {
    let Some(lab) = Lab::new(KeyKind::P256) else { return };
    lab.write(
        "req.cnf",
        "[req]\ndistinguished_name=dn\nprompt=no\nattributes=attrs\nreq_extensions=ext\n[dn]\nCN=web01.lab.test\n\
         [attrs]\nchallengePassword=secret\n[ext]\n1.3.6.1.4.1.34380.1.1.13=ASN1:UTF8String:web\n\
         subjectAltName=DNS:web01.lab.test,IP:10.0.0.9\n",
    );
    for key in ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256", "ec -pkeyopt ec_paramgen_curve:P-384"] {
        lab.openssl(&format!("req -new -newkey {key} -nodes -keyout key.pem -config req.cnf -out csr.pem"));
        let request = certs::Request::parse_pem(&std::fs::read(lab.dir.path().join("csr.pem")).unwrap()).unwrap();
        assert!(request.proven, "{key}");
        assert_eq!(request.subject, "web01.lab.test");
        assert_eq!(request.alt_names.prefixed(), ["IP:10.0.0.9", "DNS:web01.lab.test"]);
        assert_eq!(request.extensions[0].value, b"\x0c\x03web");
        assert_eq!(certs::policy::key(&request, &Settings::default()), Ok(()), "{key}");
        let signed = lab.issuer.sign(&leaf(request.public_key, Serial(9))).unwrap();
        lab.write("leaf.pem", &pem::encode(pem::CERTIFICATE, &signed));
        assert!(lab.openssl("verify -CAfile ca.pem leaf.pem").contains("leaf.pem: OK"));
    }
}

struct Lab {
    issuer: Arc<Issuer>,
    dir: tempfile::TempDir,
}

impl Lab {
    fn new(kind: KeyKind) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            println!("skipped: there is no openssl command here");
            return None;
        }
        let key = PrivateKey::generate(kind).unwrap();
        let issuer = Arc::new(Issuer::found(&Settings::for_certname("puppet.lab.test"), key, now()).unwrap());
        let lab = Self { issuer, dir: tempfile::tempdir().unwrap() };
        lab.write("ca.pem", lab.issuer.bundle());
        Some(lab)
    }

    fn leaf(&self, key: &PrivateKey, serial: Serial) -> Vec<u8> {
        self.issuer.sign(&leaf(key.public(), serial)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.dir.path().join(file), text).unwrap();
    }

    /// Both outputs of a command, whatever its exit status.
    fn openssl(&self, arguments: &str) -> String {
        let dir: &Path = self.dir.path();
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(dir).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text(&output.stdout) + &text(&output.stderr)
    }
}

fn leaf(public_key: Vec<u8>, serial: Serial) -> Leaf {
    Leaf {
        serial,
        common_name: "web01.lab.test".to_owned(),
        public_key,
        alt_names: AltNames::parse("www,IP:10.0.0.9"),
        extensions: vec![Extension::text("1.3.6.1.4.1.34380.1.1.13", "web")],
        not_before: now() - SignedDuration::from_hours(24),
        not_after: now() + SignedDuration::from_hours(24 * 365),
    }
}

/// Real time, because openssl compares with it.
fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(since.as_secs() as i64)
}
