use super::{Certname, CertnameError};

#[test]
fn names_of_hosts_are_taken() {
    for name in ["a", "web01.lab.test", "_x", "a_b-c.d", "10.0.0.9", "a.-b"] {
        assert!(Certname::parse(name).is_ok(), "{name}");
    }
}

#[test]
fn tricks_are_refused() {
    for name in ["", ".", "..", "../etc", "a/b", "a..b", "a-", "-a", "a.", "a b", "a\0", "ä", "a\n"] {
        assert_eq!(Certname::parse(name), Err(CertnameError::Format), "{name:?}");
    }
    assert_eq!(Certname::parse("Web"), Err(CertnameError::UpperCase));
    assert!(matches!(Certname::parse("*.x"), Err(CertnameError::Wildcard(_))));
}

#[test]
fn host_and_domain_are_split_at_the_first_dot() {
    let name = Certname::parse("web01.lab.test").expect("valid");
    assert_eq!((name.hostname(), name.domain()), ("web01", Some("lab.test")));
}
