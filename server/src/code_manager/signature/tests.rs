use actix_web::http::header::HeaderValue;

use super::*;

const SECRET: &[u8] = b"It's a Secret to Everybody";
const BODY: &[u8] = b"Hello, World!";
/// The example of GitHub's documentation.
const DIGEST: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn check(host: Host, name: &'static str, text: &str, body: &[u8]) -> Result<(), Disbelief> {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static(name), HeaderValue::from_str(text).unwrap());
    verify(host, &headers, body, SECRET)
}

#[test]
fn each_host_signs_in_its_own_way() {
    let prefixed = format!("sha256={DIGEST}");
    assert_eq!(check(Host::Github, "x-hub-signature-256", &prefixed, BODY), Ok(()));
    assert_eq!(check(Host::Gitea, "x-gitea-signature", DIGEST, BODY), Ok(()));
    assert_eq!(check(Host::Gitea, "x-hub-signature-256", &prefixed, BODY), Ok(()));
    assert_eq!(check(Host::Bitbucket, "x-hub-signature", &prefixed, BODY), Ok(()));
    assert_eq!(check(Host::BitbucketServer, "x-hub-signature", &prefixed, BODY), Ok(()));
    assert_eq!(check(Host::Gitlab, "x-gitlab-token", "It's a Secret to Everybody", BODY), Ok(()));
    let basic = format!("Basic {}", STANDARD.encode("azure:It's a Secret to Everybody"));
    assert_eq!(check(Host::Azure, "authorization", &basic, BODY), Ok(()));
}

#[test]
fn what_is_wrong_or_missing_is_refused() {
    let prefixed = format!("sha256={DIGEST}");
    assert_eq!(check(Host::Github, "x-hub-signature-256", &prefixed, b"Hello, World?"), Err(Disbelief::Wrong));
    assert_eq!(check(Host::Github, "x-hub-signature-256", "sha256=00", BODY), Err(Disbelief::Wrong));
    assert_eq!(check(Host::Github, "x-hub-signature-256", "sha256=", BODY), Err(Disbelief::Wrong));
    assert_eq!(check(Host::Github, "x-hub-signature-256", "no digits", BODY), Err(Disbelief::Wrong));
    // The older header is an HMAC-SHA1.
    assert_eq!(check(Host::Github, "x-hub-signature", &prefixed, BODY), Err(Disbelief::Missing));
    assert_eq!(check(Host::Gitlab, "x-gitlab-token", "It's a Secret", BODY), Err(Disbelief::Wrong));
    assert_eq!(check(Host::Gitlab, "x-hub-signature-256", &prefixed, BODY), Err(Disbelief::Missing));
    let basic = format!("Basic {}", STANDARD.encode("no colon"));
    assert_eq!(check(Host::Azure, "authorization", &basic, BODY), Err(Disbelief::Wrong));
    assert_eq!(check(Host::Azure, "authorization", "Bearer x", BODY), Err(Disbelief::Missing));
}
