//! Tokens in HTTP: where a request carries one, and whom it lets in.
//!
//! Taken are `X-Authentication: TOKEN` (as Code Manager's clients send it), `Authorization: Bearer TOKEN` (as clients of
//! a Forge do), the password of `Authorization: Basic`, for clients that know no other way than a URL with `user:TOKEN@`,
//! and `?token=TOKEN` (webhooks) where a handler allows it, since addresses end up in logs.

use actix_web::http::header::{self, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use modules::PortError;
use modules::token::{Refusal, Scope, Secret, Token};

use crate::clock;
use crate::http::Asked;

/// Code Manager's header.
const X_AUTHENTICATION: HeaderName = HeaderName::from_static("x-authentication");

/// Whether a token in the query counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InQuery {
    Taken,
    Ignored,
}

/// Why a request may not do what needs a token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAdmitted {
    #[error("a token is needed")]
    Missing,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The token that lets the request do what `wanted` says. Refusals are logged, never with the secret.
pub(crate) async fn admit(asked: &Asked<'_>, wanted: &Scope, query: InQuery) -> Result<Token, NotAdmitted> {
    noted(asked, judge(asked, query, |token| token.allows(wanted)).await)
}

/// The token that lets the request write for some author: for which one is known when the body was read.
pub(crate) async fn admit_author(asked: &Asked<'_>) -> Result<Token, NotAdmitted> {
    let writes = |token: &Token| token.scopes.iter().any(|scope| matches!(scope, Scope::ForgeWrite(_)));
    noted(asked, judge(asked, InQuery::Ignored, writes).await)
}

fn noted(asked: &Asked<'_>, admitted: Result<Token, NotAdmitted>) -> Result<Token, NotAdmitted> {
    if let Err(reason) = &admitted {
        let address = asked.http.peer_addr().map(|address| address.ip());
        tracing::warn!(method = %asked.http.method(), path = asked.path, ?address, %reason, "no token lets this request in");
        asked.app.metrics.denied.inc();
    }
    admitted
}

async fn judge(asked: &Asked<'_>, query: InQuery, allows: impl FnOnce(&Token) -> bool) -> Result<Token, NotAdmitted> {
    let presented = presented(asked, query).ok_or(NotAdmitted::Missing)?;
    let secret = Secret::parse(&presented)?;
    let token = asked.app.tokens.token(secret.id()).await?.ok_or(Refusal::Unknown)?;
    token.is_held_by(&secret, clock::now())?;
    if allows(&token) { Ok(token) } else { Err(Refusal::OutOfScope.into()) }
}

fn presented(asked: &Asked<'_>, query: InQuery) -> Option<String> {
    if let Some(token) = asked.header(X_AUTHENTICATION) {
        return Some(token.trim().to_owned());
    }
    if let Some(authorization) = asked.header(header::AUTHORIZATION) {
        return Some(of_authorization(authorization));
    }
    let token = asked.query.get("token").filter(|_| query == InQuery::Taken)?;
    Some(token.to_owned())
}

/// The token of a header; clients of the Forge are free to leave the word `Bearer` out.
fn of_authorization(value: &str) -> String {
    let (scheme, rest) = value.trim().split_once(' ').unwrap_or(("", value));
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        let pair = STANDARD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let password = pair.as_deref().and_then(|pair| pair.split_once(':')).map(|(_, password)| password.to_owned());
        return password.unwrap_or_default();
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests;
