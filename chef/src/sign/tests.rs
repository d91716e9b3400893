//! The requests in `recorded.json` were signed by Chef's own library, mixlib-authentication 3.0.6.
//! In the last one the signature has lost the zero byte with which it began, as go-chef sends it.

use serde_json::Value;

use super::*;

struct Recorded {
    key: PublicKey,
    other: PublicKey,
    cases: Vec<Value>,
}

fn recorded() -> Recorded {
    let all: Value = serde_json::from_str(include_str!("recorded.json")).unwrap();
    let key = |name: &str| PublicKey::parse(all[name].as_str().unwrap()).unwrap();
    Recorded { key: key("public_key"), other: key("other_key"), cases: all["cases"].as_array().unwrap().clone() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(case: &Value, now: &str) -> Result<Signature> {
    let headers = case["headers"].as_object().unwrap();
    let find = |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    Signature::read(|name| find(name).and_then(|(_, value)| value.as_str()), at(now))
}

fn request(case: &Value) -> Request<'_> {
    let text = |field: &str| case[field].as_str().unwrap();
    Request { method: text("method"), path: text("path"), body: text("body").as_bytes(), api_version: "1" }
}

const THEN: &str = "2026-01-02T03:10:00Z";

#[test]
fn recorded_requests_verify() {
    let Recorded { key, other, cases } = recorded();
    assert_eq!(cases.len(), 10);
    for case in &cases {
        let (signature, request) = (read(case, THEN).unwrap(), request(case));
        assert!(signature.matches_body(request.body), "{case}");
        assert!(signature.is_by(&key, &request), "{case}");
        assert!(!signature.is_by(&other, &request), "{case}");
    }
}

#[test]
fn whatever_is_altered_does_not_verify() {
    let Recorded { key, cases, .. } = recorded();
    for case in &cases {
        let signature = read(case, THEN).unwrap();
        let whole = request(case);
        assert!(!signature.matches_body(b"other"));
        assert!(!signature.is_by(&key, &Request { method: "DELETE", ..whole }));
        assert!(!signature.is_by(&key, &Request { path: "/organizations/other", ..whole }));
        let other = Request { api_version: "0", ..whole };
        assert_eq!(signature.is_by(&key, &other), signature.protocol != Protocol::V1_3);
        for field in ["X-Ops-Userid", "X-Ops-Content-Hash", "X-Ops-Timestamp", "X-Ops-Authorization-1"] {
            let mut altered = case.clone();
            let headers = altered["headers"].as_object_mut().unwrap();
            let name = headers.keys().find(|name| name.eq_ignore_ascii_case(field)).unwrap().clone();
            let value = if field == "X-Ops-Timestamp" { "2026-01-02T03:04:06Z" } else { "b3RoZXI=" };
            headers.insert(name, value.into());
            assert!(!read(&altered, THEN).unwrap().is_by(&key, &whole), "{field} of {case}");
        }
    }
}

#[test]
fn headers_are_demanded() {
    let Recorded { cases, .. } = recorded();
    let refused = |remove: &str, put: Option<&str>, now: &str| {
        let mut case = cases[0].clone();
        let headers = case["headers"].as_object_mut().unwrap();
        let name = headers.keys().find(|name| name.eq_ignore_ascii_case(remove)).unwrap().clone();
        headers.shift_remove(&name);
        if let Some(value) = put {
            headers.insert(name, value.into());
        }
        read(&case, now).unwrap_err()
    };
    let text = refused("X-Ops-Sign", None, THEN).to_string();
    assert_eq!(text, "missing required authentication header(s) 'X-Ops-Sign'");
    assert_eq!(refused("X-Ops-Userid", Some(" "), THEN).to_string().split_once("'X-Ops-UserId'").unwrap().1, "");
    let text = refused("X-Ops-Sign", Some("version=8.1"), THEN).to_string();
    assert_eq!(text, "Unsupported authentication protocol version");
    assert!(matches!(refused("X-Ops-Timestamp", Some("xxx"), THEN), Error::Unauthenticated(_)));
    let late = refused("X-Ops-Sign", Some("version=1.0"), "2026-01-02T03:19:06Z").to_string();
    assert_eq!(late, "Failed to authenticate as spec-user. Synchronize the clock on your host.");
    assert!(read(&cases[0], "2026-01-02T03:19:05Z").is_ok());
    assert!(read(&cases[0], "2026-01-02T02:49:05Z").is_ok());
    assert!(read(&cases[0], "2026-01-02T02:49:04Z").is_err());
}

#[test]
fn paths_lose_what_means_nothing() {
    for (path, canonical) in [("/", "/"), ("//a///b/", "/a/b"), ("/a%2F/", "/a%2F"), ("", "")] {
        assert_eq!(canonical_path(path), canonical);
    }
}
