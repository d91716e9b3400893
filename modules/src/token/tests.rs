use jiff::{Timestamp, ToSpan};

use super::{Fault, RANDOM_BYTES, Refusal, Scope, Secret, Token, TokenId};

fn scopes(texts: &[&str]) -> Vec<Scope> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn make(texts: &[&str]) -> (Token, Secret) {
    let end = Timestamp::UNIX_EPOCH + 1.hour();
    Token::make(&[7; RANDOM_BYTES], scopes(texts), "ci", Timestamp::UNIX_EPOCH, Some(end)).unwrap()
}

fn admits(token: &Token, secret: &Secret, wanted: &str) -> Result<(), Refusal> {
    token.admits(secret, &wanted.parse().unwrap(), Timestamp::UNIX_EPOCH)
}

#[test]
fn what_its_owner_presents_is_admitted_and_nothing_else() {
    let (token, secret) = make(&["deploy"]);
    assert_eq!(secret.reveal(), format!("qm_07070707_{}", "07".repeat(32)));
    let presented = Secret::parse(secret.reveal()).unwrap();
    assert_eq!((presented.id(), admits(&token, &presented, "deploy")), (&token.id, Ok(())));
    let other = Secret::parse(&secret.reveal().replace("_0707070707", "_0807070707")).unwrap();
    assert_eq!((other.id(), admits(&token, &other, "deploy")), (&token.id, Err(Refusal::Unknown)));
}

#[test]
fn it_is_good_until_it_expires() {
    let (token, secret) = make(&["deploy"]);
    let at = |seconds: i64| token.admits(&secret, &Scope::Deploy, Timestamp::from_second(seconds).unwrap());
    assert_eq!((at(3599), at(3600), at(9999)), (Ok(()), Err(Refusal::Expired), Err(Refusal::Expired)));
    let (eternal, secret) =
        Token::make(&[1; RANDOM_BYTES], vec![Scope::Deploy], "", Timestamp::UNIX_EPOCH, None).unwrap();
    assert_eq!(eternal.admits(&secret, &Scope::Deploy, Timestamp::MAX), Ok(()));
}

#[test]
fn a_scope_allows_what_it_says() {
    let allowed = |have: &str, want: &str| {
        let (token, secret) = make(&[have]);
        admits(&token, &secret, want) == Ok(())
    };
    assert!(allowed("forge-read", "forge-read") && allowed("forge-write:acme", "forge-read"));
    assert!(allowed("forge-write:Acme", "forge-write:acme") && allowed("forge-write:*", "forge-write:acme"));
    assert!(!allowed("forge-write:acme", "forge-write:other") && !allowed("forge-write:acme", "forge-write:*"));
    assert!(!allowed("forge-read", "forge-write:acme") && !allowed("forge-read", "deploy"));
    assert!(!allowed("deploy", "forge-read") && !allowed("forge-write:*", "deploy"));
    let (both, secret) = make(&["forge-read", "deploy", "deploy"]);
    assert_eq!(both.scopes, scopes(&["deploy", "forge-read"]));
    assert_eq!(admits(&both, &secret, "forge-write:acme"), Err(Refusal::OutOfScope));
}

#[test]
fn what_is_no_token_is_not_looked_up() {
    let (_, secret) = make(&["deploy"]);
    let good = secret.reveal();
    let bad = ["", "qm_", "qm_07070707_", "qm_0707070_07", &good[1..], &good.to_uppercase(), &format!("{good}0")];
    for text in bad {
        assert_eq!(Secret::parse(text), Err(Refusal::Unknown), "{text}");
    }
    assert!(!format!("{secret:?}").contains(&"07".repeat(32)));
}

#[test]
fn faults_name_what_is_wrong() {
    for text in ["", "Deploy", "forge-write", "forge-write:", "forge-write:a/b", "forge-write:a-b", "admin"] {
        assert_eq!(text.parse::<Scope>(), Err(Fault::Scope(text.to_owned())));
    }
    for text in ["forge-write:acme", "forge-write:*", "forge-read", "deploy"] {
        assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
    }
    let make = |scopes, label: &str| Token::make(&[0; RANDOM_BYTES], scopes, label, Timestamp::UNIX_EPOCH, None).err();
    assert_eq!(make(Vec::new(), ""), Some(Fault::NoScope));
    assert_eq!(make(vec![Scope::Deploy], &"x".repeat(201)), Some(Fault::LongLabel(201)));
    assert_eq!(make(vec![Scope::Deploy], "a\nb"), Some(Fault::ControlInLabel));
    assert_eq!("0707070".parse::<TokenId>(), Err(Fault::Id("0707070".to_owned())));
}
