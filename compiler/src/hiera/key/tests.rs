use super::{Key, Segment, split};

#[test]
fn keys_split_at_dots_outside_of_quotes() {
    let name = |text: &str| Segment::Name(text.into());
    let (root, rest) = split("a::b.c.0.-1").unwrap();
    assert_eq!((&*root, rest), ("a::b", vec![name("c"), Segment::Index(0), Segment::Index(-1)]));
    let (root, rest) = split(" 'a.b' .\"x y\".'0'").unwrap();
    assert_eq!((&*root, rest), ("a.b", vec![name("x y"), name("0")]));
    assert_eq!(&*split("plain").unwrap().0, "plain");
}

#[test]
fn broken_keys_are_refused() {
    for key in ["a.", ".a", "a..b", "a'b", "'a'b", "''"] {
        assert_eq!(split(key).err(), Some("Syntax error"), "{key}");
    }
}

#[test]
fn a_qualified_root_names_its_module() {
    assert_eq!(Key::parse("a::b::c.d").unwrap().module.as_deref(), Some("a"));
    assert_eq!(Key::parse("a.d").unwrap().module, None);
}
