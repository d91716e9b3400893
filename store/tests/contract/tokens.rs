//! Promises of `modules::Tokens`.

use jiff::{Timestamp, ToSpan};
use modules::token::{RANDOM_BYTES, Scope, Token, Tokens};

pub(crate) async fn tokens_come_back_whole(tokens: &impl Tokens) {
    let start = Timestamp::UNIX_EPOCH;
    let scopes = vec![Scope::Deploy, Scope::writing_as("acme"), "forge-write:*".parse().unwrap()];
    let (younger, _) = Token::make(&[1; RANDOM_BYTES], scopes, "a 'label'", start + 1.second(), None).unwrap();
    let (older, _) =
        Token::make(&[2; RANDOM_BYTES], vec![Scope::ForgeRead], "", start, Some(start + 1.hour())).unwrap();
    assert!(tokens.keep(younger.clone()).await.unwrap());
    assert!(tokens.keep(older.clone()).await.unwrap());
    assert_eq!(tokens.token(&younger.id).await.unwrap(), Some(younger.clone()));
    assert_eq!(tokens.tokens().await.unwrap(), [older, younger]);
}

pub(crate) async fn an_identifier_is_taken_once(tokens: &impl Tokens) {
    let (first, _) = token("first");
    let (second, _) = token("second");
    assert!(tokens.keep(first.clone()).await.unwrap());
    assert!(!tokens.keep(second).await.unwrap());
    assert_eq!(tokens.tokens().await.unwrap(), [first]);
}

pub(crate) async fn revoked_tokens_are_gone(tokens: &impl Tokens) {
    let (token, _) = token("");
    assert!(!tokens.revoke(&token.id).await.unwrap());
    assert!(tokens.keep(token.clone()).await.unwrap());
    assert!(tokens.revoke(&token.id).await.unwrap());
    assert_eq!(tokens.token(&token.id).await.unwrap(), None);
}

fn token(label: &str) -> (Token, modules::token::Secret) {
    Token::make(&[3; RANDOM_BYTES], vec![Scope::Deploy], label, Timestamp::UNIX_EPOCH, None).unwrap()
}
