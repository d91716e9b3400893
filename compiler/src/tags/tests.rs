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

#[test]
fn many_tags_are_found_as_few_are() {
    let names: Vec<String> = (0..200).map(|number| format!("a{number}::b{}", number % 40)).collect();
    let mut set = TagSet::default();
    names.iter().chain(&names).for_each(|name| set.tag_if_valid(name));
    assert_eq!(set.as_slice().len(), 200 + 200 + 40);
    assert!(set.contains("a7::b7") && set.contains("b39") && !set.contains("b40"));
    let mut other = TagSet::default();
    other.merge(&set);
    assert_eq!(other, set);
}
