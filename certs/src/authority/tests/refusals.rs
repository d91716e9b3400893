//! What is refused, when, and in which words.

use super::*;
use crate::policy::Allowed;

const FIX: &str = "Then restart the puppetserver and try signing this certificate again.";

#[test]
fn a_name_is_requested_once() {
    run(async {
        let authority = authority(Autosign::Off).await;
        let (body, _) = request("web01.lab.test", &[]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        for (state, step) in [("requested", 0), ("signed", 1), ("revoked", 2)] {
            match step {
                1 => drop(authority.sign(&name(), SignOptions::default(), now()).await.unwrap()),
                2 => authority.revoke(&name(), now()).await.unwrap(),
                _ => {}
            }
            let (body, _) = request("web01.lab.test", &[]);
            let text = format!("web01.lab.test already has a {state} certificate; ignoring certificate request");
            assert_eq!(refused(&authority, "web01.lab.test", &body).await, text);
            assert_eq!(refused(&authority, "other", &body).await, text, "before the name in the URL is looked at");
        }
    });
}

#[test]
fn names_are_checked_before_anything_is_kept() {
    run(async {
        let authority = authority(Autosign::All).await;
        for (subject, url, text) in [
            ("a", "b", "Instance name \"a\" does not match requested key \"b\""),
            ("Web01", "Web01", "Certificate names must be lower case."),
            ("*.lab.test", "*.lab.test", "Subject contains a wildcard, which is not allowed: *.lab.test"),
            ("web-", "web-", "Subject hostname format is invalid"),
            ("-web", "-web", "Subject hostname format is invalid"),
            ("../etc/passwd", "../etc/passwd", "Subject hostname format is invalid"),
            ("..", "..", "Subject hostname format is invalid"),
            ("a/b", "a/b", "Subject hostname format is invalid"),
            ("a\0b", "a\0b", "Subject hostname format is invalid"),
            ("a b", "a b", "Subject hostname format is invalid"),
        ] {
            let (body, _) = request(subject, &[]);
            assert_eq!(refused(&authority, url, &body).await, text, "{subject}");
        }
        assert!(authority.statuses(None).await.unwrap().is_empty());
    });
}

#[test]
fn what_is_no_request_is_refused() {
    run(async {
        let authority = authority(Autosign::All).await;
        let (one, _) = request("web01.lab.test", &[]);
        let broken = String::from_utf8(one.clone()).unwrap().replace("MI", "AA");
        for body in [b"garbage".to_vec(), Vec::new(), vec![0xff; 100], [one.clone(), one].concat(), broken.into_bytes()]
        {
            let outcome = authority.submit("web01.lab.test", &body, now()).await;
            assert!(matches!(outcome, Err(Error::MalformedRequest(_))));
        }
        let outcome = authority.submit("web01.lab.test", &vec![b'x'; 64 * 1024 + 1], now()).await;
        assert!(matches!(outcome, Err(Error::RequestTooLarge { limit: 65536, .. })));
        assert!(authority.statuses(None).await.unwrap().is_empty());
    });
}

#[test]
fn extra_alternative_names_need_consent() {
    run(async {
        let mut names = AltNames::parse("web01.lab.test,IP:10.0.0.9,www");
        let asked = [Extension::alt_names(&names)];
        let text = format!(
            "CSR 'web01.lab.test' contains extra subject alternative names (IP:10.0.0.9, DNS:www), which are disallowed. \
             To allow subject alternative names, set allow-subject-alt-names to true in your ca.conf file. {FIX}"
        );
        assert_eq!(at_signing(&asked).await, text);
        let allow = Allowed { alt_names: true, ..Allowed::default() };
        let status = signed(&asked, allow).await;
        assert_eq!(status.alt_names.prefixed(), ["IP:10.0.0.9", "DNS:web01.lab.test", "DNS:www"]);
        let own = [Extension::alt_names(&AltNames::parse("web01.lab.test"))];
        assert_eq!(signed(&own, Allowed::default()).await.alt_names.prefixed(), ["DNS:web01.lab.test"]);
        names.add("*.lab.test");
        let asked = [Extension::alt_names(&names)];
        let text = "Cert subjectAltName contains a wildcard, which is not allowed: *.lab.test";
        assert_eq!(at_signing_with(&asked, allow).await, text);
        let mail = Extension { value: crate::der::sequence(&[crate::der::tlv(0x81, b"a@b")]), ..asked[0].clone() };
        let text = "Only DNS and IP names are allowed in the Subject Alternative Names extension";
        assert_eq!(at_signing_with(&[mail], allow).await, text);
    });
}

#[test]
fn authorization_extensions_need_consent() {
    run(async {
        let role = Extension::text(oids::by_name("pp_auth_role").unwrap(), "boss");
        let text = format!(
            "CSR 'web01.lab.test' contains an authorization extension, which is disallowed. To allow authorization \
             extensions, set allow-authorization-extensions to true in your ca.conf file. {FIX}"
        );
        let cli = Extension::text(oids::CLI_AUTH, "true");
        assert_eq!(at_signing(std::slice::from_ref(&role)).await, text);
        assert_eq!(at_signing(std::slice::from_ref(&cli)).await, text);
        let allow = Allowed { authorization_extensions: true, ..Allowed::default() };
        let status = signed(&[role], allow).await;
        assert_eq!(status.authorization_extensions, [("pp_auth_role".to_owned(), "boss".to_owned())]);
        let text = "Found extensions that are not permitted: 1.3.6.1.4.1.34380.1.3.39";
        assert_eq!(at_signing_with(&[cli], allow).await, text, "nobody may ask for it");
    });
}

#[test]
fn only_puppets_extensions_are_signed() {
    run(async {
        let other = |oid: &str| Extension::text(oid, "x");
        let text = "Found extensions that are not permitted: 1.2.3.4, 2.5.29.19";
        assert_eq!(at_signing(&[other("1.2.3.4"), other("2.5.29.19")]).await, text);
        let arc = "Found extensions that are not permitted: 1.3.6.1.4.1.34380.1.1";
        assert_eq!(at_signing(&[other(oids::REGISTERED)]).await, arc, "the arc itself is no extension");
        let twice = [other("1.3.6.1.4.1.34380.1.1.13"), other("1.3.6.1.4.1.34380.1.1.13")];
        assert!(at_signing(&twice).await.contains("1.3.6.1.4.1.34380.1.1.13 more than once"));
    });
}

#[test]
fn permitted_extensions_are_copied_byte_for_byte() {
    run(async {
        let authority = authority(Autosign::All).await;
        // No DER at all: older agents sent bare bytes.
        let odd = Extension { oid: "1.3.6.1.4.1.34380.1.2.900".to_owned(), critical: true, value: b"\x05raw".to_vec() };
        let role = Extension::text(oids::by_name("pp_role").unwrap(), "wéb");
        let (body, _) = request("web01.lab.test", &[role.clone(), odd.clone()]);
        authority.submit("web01.lab.test", &body, now()).await.unwrap();
        let der = der(&authority).await;
        for extension in [&role, &odd] {
            let bytes = crate::der::extension(&extension.oid, false, &extension.value);
            assert!(der.windows(bytes.len()).any(|window| window == bytes), "{}", extension.oid);
        }
        let peer = Peer::read(&der).unwrap();
        assert_eq!(peer.extension("pp_role"), Some("wéb"));
        assert_eq!(peer.extensions[1].0, "1.3.6.1.4.1.34380.1.2.900");
        assert!(!peer.is_admin());
    });
}

#[test]
fn a_request_must_prove_that_it_has_the_key() {
    run(async {
        let (body, _) = request("web01.lab.test", &[]);
        let mut der = pem::decode(&[pem::REQUEST], &body).unwrap().remove(0);
        let last = der.len() - 1;
        der[last] ^= 1;
        let forged = pem::encode(pem::REQUEST, &der).into_bytes();
        let text = "CSR contains a public key that does not correspond to the signing key";
        let off = authority(Autosign::Off).await;
        assert_eq!(off.submit("web01.lab.test", &forged, now()).await.unwrap(), Submission::Waiting);
        let error = off.sign(&name(), SignOptions::default(), now()).await.unwrap_err();
        assert_eq!(error.to_string(), text);
        let all = authority(Autosign::All).await;
        assert_eq!(refused(&all, "web01.lab.test", &forged).await, text);
        assert!(all.certificate(&name()).await.unwrap().is_none());
    });
}

#[test]
fn weak_keys_are_refused_at_the_door() {
    run(async {
        let settings = Settings { min_rsa_bits: 3072, ..settings() };
        let authority = with(Autosign::All, settings, Arc::new(NoPolicy), Arc::new(Inline)).await;
        let key = PrivateKey::generate(KeyKind::Rsa2048).unwrap();
        let body = pem::encode(pem::REQUEST, &key.request("web01.lab.test", &[]).unwrap()).into_bytes();
        let text = refused(&authority, "web01.lab.test", &body).await;
        assert!(text.ends_with("RSA of 2048 bits, and min_rsa_bits is 3072"), "{text}");
        assert!(authority.status(&name()).await.unwrap().is_none());
    });
}

/// The text of a refusal at the door.
async fn refused(authority: &Authority, url: &str, body: &[u8]) -> String {
    match authority.submit(url, body, now()).await {
        Err(Error::Refused(refusal)) => refusal.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

/// The text of a refusal at signing, which must be that of autosigning too and leave the request
/// waiting.
async fn at_signing(extensions: &[Extension]) -> String {
    at_signing_with(extensions, Allowed::default()).await
}

async fn at_signing_with(extensions: &[Extension], allow: Allowed) -> String {
    let settings = Settings {
        allow_subject_alt_names: allow.alt_names,
        allow_authorization_extensions: allow.authorization_extensions,
        ..settings()
    };
    let (body, _) = request("web01.lab.test", extensions);
    let off = with(Autosign::Off, settings.clone(), Arc::new(NoPolicy), Arc::new(Inline)).await;
    assert_eq!(off.submit("web01.lab.test", &body, now()).await.unwrap(), Submission::Waiting);
    let by_hand = off.sign(&name(), SignOptions::default(), now()).await.unwrap_err().to_string();
    let all = with(Autosign::All, settings, Arc::new(NoPolicy), Arc::new(Inline)).await;
    assert_eq!(refused(&all, "web01.lab.test", &body).await, by_hand);
    for authority in [off, all] {
        assert_eq!(authority.status(&name()).await.unwrap().unwrap().state, State::Requested);
    }
    by_hand
}

/// The status after signing by hand with this consent.
async fn signed(extensions: &[Extension], allow: Allowed) -> crate::Status {
    let authority = authority(Autosign::Off).await;
    let (body, _) = request("web01.lab.test", extensions);
    authority.submit("web01.lab.test", &body, now()).await.unwrap();
    let options = SignOptions { allow, ..SignOptions::default() };
    authority.sign(&name(), options, now()).await.unwrap();
    authority.status(&name()).await.unwrap().unwrap()
}
