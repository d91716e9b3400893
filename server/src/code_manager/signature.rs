//! Whether a webhook was sent by somebody who knows the secret that is shared with its host.

use actix_web::http::header::{self, HeaderMap, HeaderName};
use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use modules::webhook::Host;

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Disbelief {
    #[error("the request carries no signature")]
    Missing,
    #[error("the signature is wrong")]
    Wrong,
}

/// Checks what the headers say of `body` against `secret`, in a time that says nothing of either.
///
/// GitHub, Gitea and both Bitbuckets send an HMAC-SHA256 of the body; GitLab sends the secret
/// itself in a header; Azure DevOps sends it as the password of basic authentication.
pub(super) fn verify(host: Host, headers: &HeaderMap, body: &[u8], secret: &[u8]) -> Result<(), Disbelief> {
    match host {
        Host::Github => signed(headers, &["x-hub-signature-256"], body, secret),
        Host::Gitea => {
            let names = ["x-gitea-signature", "x-forgejo-signature", "x-hub-signature-256", "x-gogs-signature"];
            signed(headers, &names, body, secret)
        }
        Host::Bitbucket | Host::BitbucketServer | Host::Stash => signed(headers, &["x-hub-signature"], body, secret),
        Host::Gitlab => {
            let token = value(headers, &["x-gitlab-token"]).ok_or(Disbelief::Missing)?;
            same(token.as_bytes(), secret)
        }
        Host::Azure => {
            let written = value(headers, &[header::AUTHORIZATION.as_str()]).ok_or(Disbelief::Missing)?;
            let encoded = written.strip_prefix("Basic ").ok_or(Disbelief::Missing)?;
            let pair = STANDARD.decode(encoded.trim()).map_err(|_| Disbelief::Wrong)?;
            let colon = pair.iter().position(|byte| *byte == b':').ok_or(Disbelief::Wrong)?;
            same(&pair[colon + 1..], secret)
        }
    }
}

fn signed(headers: &HeaderMap, names: &[&'static str], body: &[u8], secret: &[u8]) -> Result<(), Disbelief> {
    let written = value(headers, names).ok_or(Disbelief::Missing)?;
    let digits = written.strip_prefix("sha256=").unwrap_or(written);
    let signature = hex::decode(digits).map_err(|_| Disbelief::Wrong)?;
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), body, &signature).map_err(|_| Disbelief::Wrong)
}

/// Both are digested first, so that not even the length of the secret is told.
fn same(given: &[u8], secret: &[u8]) -> Result<(), Disbelief> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"quartermaster");
    let digest = |text: &[u8]| hmac::sign(&key, text);
    constant_time::verify_slices_are_equal(digest(given).as_ref(), digest(secret).as_ref())
        .map_err(|_| Disbelief::Wrong)
}

fn value<'a>(headers: &'a HeaderMap, names: &[&'static str]) -> Option<&'a str> {
    names.iter().find_map(|name| headers.get(HeaderName::from_static(name))?.to_str().ok())
}

#[cfg(test)]
mod tests;
