use chef::key::PublicKey;

use super::*;

#[test]
fn pairs_are_rsa_in_the_old_armour() {
    let pair = pair().unwrap();
    assert!(pair.private_key.starts_with("-----BEGIN RSA PRIVATE KEY-----\nMII"));
    assert!(PublicKey::parse(&pair.public_key).is_some());
    let again = certs::PrivateKey::parse_pem(&pair.private_key).unwrap();
    assert_eq!(pem::encode("PUBLIC KEY", &again.public()), pair.public_key);
}

#[test]
fn what_was_given_back_is_taken_next() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mint = Mint::default();
    let known = Pair { public_key: "public".to_owned(), private_key: "private".to_owned() };
    mint.give_back(known.clone());
    assert_eq!(runtime.block_on(mint.take()).unwrap().public_key, known.public_key);
    assert_ne!(runtime.block_on(mint.take()).unwrap().public_key, known.public_key);
}
