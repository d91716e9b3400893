use super::*;

fn found(pattern: &str, text: &str) -> Option<String> {
    let regexp = Regexp::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    regexp.captures(text).unwrap().map(|captures| captures.groups[0].as_deref().unwrap_or_default().to_owned())
}

#[test]
fn lines_and_dots_are_ruby_s() {
    assert_eq!(found("^b$", "a\nb\nc").as_deref(), Some("b"));
    assert_eq!(found("a.b", "a\nb"), None);
    assert_eq!(found("(?m)a.b", "a\nb").as_deref(), Some("a\nb"));
    assert_eq!(found("(?m-ix:a.b)", "a\nb").as_deref(), Some("a\nb"));
    assert_eq!(found(r"\Ab\Z", "b\n").as_deref(), Some("b"));
}

#[test]
fn short_classes_are_ascii_and_posix_ones_are_not() {
    assert_eq!(found(r"\w+", "é"), None);
    assert_eq!(found(r"[\w]+", "éa").as_deref(), Some("a"));
    assert_eq!(found("[[:alpha:]]+", "é1").as_deref(), Some("é"));
    assert_eq!(found(r"\d", "٣"), None);
    assert_eq!(found(r"[^\d\s]+", " 1x").as_deref(), Some("x"));
}

#[test]
fn braces_and_odd_escapes_stand_for_themselves() {
    assert_eq!(found("a{b", "a{b").as_deref(), Some("a{b"));
    assert_eq!(found("%{x}", "%{x}").as_deref(), Some("%{x}"));
    assert_eq!(found("a{,2}", "aaa").as_deref(), Some("aa"));
    assert_eq!(found(r"\<\>\_\-\ ", "<>_- ").as_deref(), Some("<>_- "));
    assert_eq!(found(r"[~&a--]+", "~&").as_deref(), Some("~&"));
}

#[test]
fn named_groups_and_look_around_work() {
    let regexp = Regexp::parse(r"(?<major>\d+)\.(?!0)(\g<major>)").unwrap();
    assert!(regexp.is_match("1.2").unwrap());
    assert!(!regexp.is_match("1.0").unwrap());
}

#[test]
fn mistakes_are_told_as_ruby_tells_them() {
    let message = |pattern: &str| Regexp::parse(pattern).err().map(|failure| failure.message).unwrap_or_default();
    assert_eq!(message("(a"), "end pattern with unmatched parenthesis: /(a/");
    assert_eq!(message("a)"), "unmatched close parenthesis: /a)/");
    assert_eq!(message("[a"), "premature end of char-class: /[a/");
    assert!(message(&"[".repeat(200_000)).starts_with("too deep nest level"));
    assert_eq!(message("*"), "target of repeat operator is not specified: /*/");
}

#[test]
fn slashes_are_escaped_once() {
    assert_eq!(Regexp::parse("x/y").unwrap().with_slashes(), r"/x\/y/");
    assert_eq!(Regexp::parse(r"x\/y").unwrap().with_slashes(), r"/x\/y/");
}
