use super::*;

fn tags(names: &[&str]) -> String {
    let mut set = TagSet::default();
    for name in names {
        set.tag_if_valid(name);
    }
    set.as_slice().join(" ")
}

#[test]
fn a_qualified_tag_brings_its_segments() {
    assert_eq!(tags(&["A::B::C", "b"]), "a::b::c a b c");
}

#[test]
fn titles_that_are_no_tags_are_left_out() {
    assert_eq!(tags(&["/etc/hosts", "a b", "-x", "", "é", "x.y-z"]), "é x.y-z");
}

#[test]
fn a_written_tag_must_be_one() {
    assert_eq!(TagSet::default().tag("A b"), Err("a b".to_owned()));
}
