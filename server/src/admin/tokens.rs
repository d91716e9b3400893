//! `token …`

use aws_lc_rs::rand;
use modules::token::{RANDOM_BYTES, Token, TokenId};
use serde_json::{Value, json};

use super::AdminError;
use crate::clock;
use crate::rooms::Rooms;

/// Makes a token. The answer is the only place where the whole of it is ever seen.
pub(super) async fn create(
    rooms: &Rooms,
    scopes: &[String],
    label: &str,
    expires_in: Option<u64>,
) -> Result<Value, AdminError> {
    let scopes = scopes.iter().map(|scope| scope.parse()).collect::<Result<Vec<_>, _>>()?;
    let now = clock::now();
    let end = expires_in.map(|seconds| {
        let span = jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        now.checked_add(span).map_err(|_| AdminError::Refused("the token would outlive the calendar".to_owned()))
    });
    let end = end.transpose()?;
    loop {
        let mut random = [0; RANDOM_BYTES];
        rand::fill(&mut random).map_err(|_| AdminError::Refused("the system gives no randomness".to_owned()))?;
        let (token, secret) = Token::make(&random, scopes.clone(), label, now, end)?;
        if rooms.tokens.keep(token.clone()).await? {
            let mut value = shown(&token);
            value["token"] = secret.reveal().into();
            return Ok(value);
        }
    }
}

/// Every token, without what is secret of it.
pub(super) async fn list(rooms: &Rooms) -> Result<Value, AdminError> {
    Ok(rooms.tokens.tokens().await?.iter().map(shown).collect())
}

pub(super) async fn revoke(rooms: &Rooms, ids: &[String]) -> Result<Value, AdminError> {
    let (mut revoked, mut failed) = (Vec::new(), Vec::new());
    for text in ids {
        let id: TokenId = text.parse()?;
        if rooms.tokens.revoke(&id).await? {
            revoked.push(text);
        } else {
            failed.push(json!({"name": text, "error": "there is no such token"}));
        }
    }
    Ok(json!({"revoked": revoked, "failed": failed}))
}

fn shown(token: &Token) -> Value {
    json!({
        "id": token.id.as_str(),
        "scopes": token.scopes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "label": token.label,
        "made_at": token.made_at.to_string(),
        "expires_at": token.expires_at.map(|end| end.to_string()),
        "expired": token.expires_at.is_some_and(|end| end <= clock::now()),
    })
}
