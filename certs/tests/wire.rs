//! What real agents sent and what the original answered, read from its transcripts.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use certs::status::Fingerprints;
use certs::{Peer, Request, Settings, policy};

#[test]
fn the_request_of_a_real_agent_is_read() {
    let Some(text) = transcript("agent-first-run.txt") else { return };
    let blocks = blocks(&text, "CERTIFICATE REQUEST");
    assert!(!blocks.is_empty());
    for block in blocks {
        let request = Request::parse_pem(block.as_bytes()).unwrap();
        assert_eq!(request.subject, "wire01.lab.test");
        assert!(request.proven && request.extensions.is_empty());
        assert_eq!(policy::signable(&request, policy::Allowed::default(), &Settings::default()), Ok(()));
        assert_eq!(request.pem(), block, "it is handed out as it came in");
    }
}

#[test]
fn the_certificate_that_the_original_signed_is_read() {
    let Some(text) = transcript("agent-first-run.txt") else { return };
    let Some(status) = transcript("endpoint-survey.txt") else { return };
    let mut seen = 0;
    for block in blocks(&text, "CERTIFICATE") {
        let der = certs::pem::decode(&[certs::pem::CERTIFICATE], block.as_bytes()).unwrap().remove(0);
        let Ok(peer) = Peer::read(&der) else { continue };
        assert_eq!((peer.certname.as_str(), peer.serial), ("wire01.lab.test", certs::Serial(2)));
        assert!(!peer.is_admin());
        assert!(status.contains(&Fingerprints::of(&der).sha1), "the original prints the same fingerprint");
        seen += 1;
    }
    assert!(seen > 0);
}

/// Whole blocks of a label, without the marks of the transcript.
fn blocks(text: &str, label: &str) -> Vec<String> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut found = Vec::new();
    for part in text.split(&begin).skip(1) {
        if let Some((body, _)) = part.split_once(&end)
            && !body.contains("...")
        {
            found.push(format!("{begin}{body}{end}\n"));
        }
    }
    found
}

fn transcript(file: &str) -> Option<String> {
    let path = format!("{}/../../shared/wire/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {path} is not there");
    }
    text
}
