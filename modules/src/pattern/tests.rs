use super::*;

/// Every answer here was given by Ruby 3.1.
#[test]
fn as_ruby_answers() {
    let yes = [
        (".svn", ".svn"),
        ("*", "a"),
        ("*.rb", "a.rb"),
        ("a*b*c", "axxbyyc"),
        ("?", "é"),
        ("[a-c]x", "bx"),
        ("[^a]x", "bx"),
        ("[!a]x", "bx"),
        ("\\*", "*"),
        ("**", "abc"),
        ("*a", "aaa"),
        (".*", ".git"),
        ("a[.]b", "a.b"),
    ];
    let no = [
        ("*", ".git"),
        ("?git", ".git"),
        ("*.rb", "a.rbx"),
        ("[a", "a"),
        ("{a,b}", "a"),
        ("", "a"),
        ("a", ""),
        ("[.]git", ".git"),
        ("a*b", "axc"),
    ];
    for (pattern, name) in yes {
        assert!(matches(pattern, name), "{pattern} should match {name}");
    }
    for (pattern, name) in no {
        assert!(!matches(pattern, name), "{pattern} should not match {name}");
    }
}
