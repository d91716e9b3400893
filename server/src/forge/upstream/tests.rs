use serde_json::{Value, json};

use super::{key, localized};
use crate::http::Query;

#[test]
fn addresses_become_ours() {
    let theirs = json!({
        "pagination": {"next": "https://forge.test/api/v3/releases?offset=20", "previous": null},
        "results": [{"file_uri": "/v3/files/a-b-1.0.0.tar.gz", "uri": "http://x/v3/releases/a-b-1.0.0",
                     "metadata": {"uri": "http://x/v3/own"}}],
    });
    let ours: Value = serde_json::from_slice(&localized(theirs.to_string().as_bytes()).unwrap()).unwrap();
    assert_eq!(ours["pagination"]["next"], "/v3/releases?offset=20");
    assert_eq!(ours["results"][0]["file_uri"], "/v3/files/a-b-1.0.0.tar.gz");
    assert_eq!(ours["results"][0]["uri"], "/v3/releases/a-b-1.0.0");
    assert_eq!(ours["results"][0]["metadata"]["uri"], "http://x/v3/own");
    assert!(localized(b"<html>").is_err());
}

#[test]
fn questions_are_kept_as_they_are_asked() {
    assert_eq!(key("/v3/modules/a-b", &Query::default()), "/v3/modules/a-b");
    assert_eq!(key("/v3/releases", &Query::parse("module=a-b&x=1+2")), "/v3/releases?module=a-b&x=1%202");
}
