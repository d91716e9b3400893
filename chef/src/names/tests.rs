use super::*;

#[test]
fn names_have_their_letters() {
    assert!(is_plain("a.B_9-"));
    assert!(!is_plain("a:b") && is_wide("a:b"));
    assert!(!is_plain("") && !is_plain("a b") && !is_plain("é") && !is_plain("a\n"));
    assert!(is_small("a_9-") && !is_small("A") && !is_small("a."));
    assert!(is_organization("9a-_") && !is_organization("-a") && !is_organization("_a"));
    assert!(is_organization(&"a".repeat(255)) && !is_organization(&"a".repeat(256)));
    assert!(is_full_name("Ünder the sea") && !is_full_name(" a") && !is_full_name(""));
    assert!(is_full_name(&"a".repeat(1023)) && !is_full_name(&"a".repeat(1024)));
}

#[test]
fn scoped_names_say_where() {
    assert_eq!(Scoped::parse("admins"), Some(Scoped::Here("admins")));
    assert_eq!(Scoped::parse("::admins"), Some(Scoped::Global("admins")));
    assert_eq!(Scoped::parse("o::admins"), Some(Scoped::Of { organization: "o", name: "admins" }));
    for bad in ["", "::", "o::", "a::b::c", "a b", "a:b"] {
        assert_eq!(Scoped::parse(bad), None, "{bad}");
    }
}
