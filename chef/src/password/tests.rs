use super::{Hashed, digest, hash, verify};

fn kept(scheme: &str, salt: &str, hash: &str) -> String {
    let hashed = Hashed { hash: hash.to_owned(), salt: salt.to_owned(), scheme: scheme.to_owned() };
    let kept = hashed.kept().expect("a scheme that is known");
    if scheme != "erlang-bcrypt-0.5.0" && scheme != "bcrypt" {
        assert_eq!(Hashed::of_kept(&kept), hashed);
    }
    kept
}

#[test]
fn every_scheme_of_the_original_is_verified() {
    let plain = hash("secret", [7; 16]).expect("it hashes");
    assert!(verify("secret", &plain) && !verify("other", &plain));
    assert_eq!(kept("erlang-bcrypt-0.5.0", "", &plain), plain);
    assert_eq!(Hashed::of_kept(&plain).kept(), Some(plain.clone()));
    assert!(plain.starts_with(&Hashed::of_kept(&plain).salt));

    let inner = digest("salt--secret--");
    let twice = kept("SHA1-bcrypt", "salt", &hash(&inner, [8; 16]).expect("it hashes"));
    assert!(verify("secret", &twice) && !verify("other", &twice));
    let inner = digest("--salt--secret--");
    let twice = kept("sha1+bcrypt", "$2a$10$x\tsalt", &hash(&inner, [9; 16]).expect("it hashes"));
    assert!(verify("secret", &twice) && !verify("other", &twice));
    for old in [digest("salt--secret--"), digest("--salt--secret--")] {
        let once = kept("SHA1", "salt", &old);
        assert!(verify("secret", &once) && !verify("other", &once));
    }
}

#[test]
fn an_unknown_scheme_is_not_kept() {
    let hashed = |scheme: &str, hash: &str| Hashed { hash: hash.into(), salt: String::new(), scheme: scheme.into() };
    assert_eq!(hashed("argon2", "$argon2id$x").kept(), None);
    assert_eq!(hashed("bcrypt", "plain").kept(), None);
}
