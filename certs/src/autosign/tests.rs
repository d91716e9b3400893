use model::Certname;

use super::Globs;

fn matches(text: &str, name: &str) -> bool {
    Globs::parse(text).0.matches(&Certname::parse(name).unwrap())
}

#[test]
fn globs_match_as_the_original_does() {
    for (line, name, expected) in [
        ("web01.lab.test", "web01.lab.test", true),
        ("web01.lab.test", "web02.lab.test", false),
        ("*", "anything", true),
        ("*.lab.test", "web01.lab.test", true),
        ("*.lab.test", "a.b.lab.test", true),
        ("*.lab.test", "lab.test", true),
        ("*.lab.test", "test", false),
        ("*.lab.test", "web.xlab.test", false),
        ("*.QUX", "0.1.qux", true),
        ("w*.lab.test", "web.lab.test", false),
        ("*anything", "other", false),
        ("*anything", "anything", false),
        ("*.", "anything", false),
    ] {
        assert_eq!(matches(line, name), expected, "{line} {name}");
    }
}

#[test]
fn comments_and_broken_lines_match_nothing() {
    let (globs, bad) = Globs::parse("# all\n\n  \n* # everyone\na b\nweb.test\n");
    assert_eq!(bad, ["* # everyone", "a b"]);
    assert!(globs.matches(&Certname::parse("web.test").unwrap()));
    assert!(!globs.matches(&Certname::parse("a").unwrap()));
}
