use crate::search::plan::{Comparison, Leaf, Pattern, Plan, is_near};

/// Plans in short: `+` for what must be, `-` for what must not.
fn shown(plan: &Plan) -> String {
    match plan {
        Plan::All => "*".to_owned(),
        Plan::Leaf(leaf) => shown_leaf(leaf),
        Plan::Combined { must, may, must_not } => {
            let signed = |sign: &'static str, plans: &[Plan]| {
                plans.iter().map(|plan| format!("{sign}{}", shown(plan))).collect::<Vec<_>>()
            };
            let parts = [signed("+", must), signed("", may), signed("-", must_not)].concat();
            format!("({})", parts.join(" "))
        }
    }
}

fn shown_pattern(pattern: &Pattern) -> String {
    pattern.as_literal().unwrap_or_else(|| format!("{}…", pattern.prefix()))
}

fn shown_leaf(leaf: &Leaf) -> String {
    let key = leaf.key.as_ref().map(|key| shown_pattern(key) + ":").unwrap_or_default();
    match &leaf.comparison {
        Comparison::Present => format!("{key}*"),
        Comparison::Equal(text) => format!("{key}{text}"),
        Comparison::Like(pattern) => format!("{key}{}", shown_pattern(pattern)),
        Comparison::Between { from, to, inclusive } => {
            let bound = |bound: &Option<String>| bound.clone().unwrap_or_else(|| "*".to_owned());
            let (open, close) = if *inclusive { ('[', ']') } else { ('{', '}') };
            format!("{key}{open}{} {}{close}", bound(from), bound(to))
        }
        Comparison::Near { text, edits } => format!("{key}{text}~{edits}"),
    }
}

fn parsed(text: &str) -> String {
    super::parse(text).map_or_else(|error| error.to_string(), |plan| shown(&plan))
}

fn check(cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(parsed(query), *expected, "{query}");
    }
}

#[test]
fn fields_and_terms() {
    check(&[
        ("*:*", "*"),
        ("role:mon", "role:mon"),
        ("aterm", "aterm"),
        ("afield:*", "afield:*"),
        ("mount:/foo", "mount:/foo"),
        ("ohai_time:1234.567", "ohai_time:1234.567"),
        ("name:ip-10-0-0-1+x@y", "name:ip-10-0-0-1+x@y"),
        ("*:eth0", "…:eth0"),
        ("network_*_mtu:1500", "network_…:1500"),
        ("tags:apples*.for.eating.com", "tags:apples…"),
        ("path:foo\\/*", "path:foo/…"),
        (" name:a ", "name:a"),
        ("ANDROID", "ANDROID"),
    ]);
}

#[test]
fn escapes() {
    check(&[
        ("run_list:role\\[rubberband\\]", "run_list:role[rubberband]"),
        ("run_list:recipe\\[nginx\\:\\:source\\]", "run_list:recipe[nginx::source]"),
        ("words:\\\"*", "words:\"…"),
        ("a:hello\\*world", "a:hello*world"),
        ("a:b\\\\c", "a:b\\c"),
    ]);
}

#[test]
fn phrases() {
    check(&[
        ("words:\"one two three\"", "words:one two three"),
        ("words:\"one \\\"two\\\" three\"", "words:one \"two\" three"),
        ("\"single\"", "single"),
        ("+\"one two\"", "one two"),
    ]);
}

#[test]
fn ranges() {
    check(&[
        ("afield:[start TO end]", "afield:[start end]"),
        ("afield:{start TO end}", "afield:{start end}"),
        ("afield:[start TO *]", "afield:[start *]"),
        ("afield:{* TO end}", "afield:{* end}"),
        ("afield:[* TO *]", "afield:*"),
        ("afield:{* TO *}", "afield:*"),
    ]);
}

#[test]
fn side_by_side_means_or_and_and_makes_both_sides_necessary() {
    check(&[
        ("a b c", "(a b c)"),
        ("a OR b", "(a b)"),
        ("a || b", "(a b)"),
        ("a AND b", "(+a +b)"),
        ("a && b", "(+a +b)"),
        ("t1 AND t2 OR t3 AND t4", "(+t1 +t2 +t3 +t4)"),
        ("a OR b AND c", "(+b +c a)"),
        ("(a && b) OR c", "((+a +b) c)"),
        ("role:t AND role:p NOT hostname:ip-1", "(+role:t +role:p -hostname:ip-1)"),
        ("id:foo* AND NOT bar", "(+id:foo… -bar)"),
        ("a NOT (b OR c)", "(a -(b c))"),
        ("!version:0.9.12", "(-version:0.9.12)"),
        ("-version:0.9.12", "(-version:0.9.12)"),
        ("a ! b", "(a -b)"),
        ("+aterm b", "(+aterm b)"),
        ("((v:[1 TO 3] OR x:B-c) OR v:[5 TO *])", "((v:[1 3] x:B-c) v:[5 *])"),
        ("name:(a b)", "(name:a name:b)"),
        ("*:* NOT role:x", "(* -role:x)"),
    ]);
}

#[test]
fn fuzzy_and_weighted_terms() {
    check(&[
        ("word~", "word~2"),
        ("word~1", "word~1"),
        ("afield:word~0.5", "afield:word~2"),
        ("word~0.8", "word~0"),
        ("word^0.5", "word"),
        ("\"one two\"^10", "one two"),
    ]);
}

#[test]
fn what_is_no_query() {
    for query in [
        "",
        "a:",
        ":b",
        "(a",
        "a)",
        "a:[b TO c}",
        "a:[b]",
        "AND",
        "a AND AND b",
        "NOT",
        "a:b^2",
        "é:x",
        "a\\x",
        "\"a",
        "a:{b TO ",
        "-",
        "[a TO b]",
    ] {
        assert_eq!(parsed(query), format!("invalid search query: '{query}'"), "{query}");
    }
    for query in ["a AND ", "()", "a AND ()"] {
        assert_eq!(parsed(query), "invalid index name or query", "{query}");
    }
    assert!(parsed(&"(".repeat(100_000)).starts_with("invalid search query"));
}

#[test]
fn numbers_of_the_query_string() {
    assert_eq!(super::number("rows", None, 1000).ok(), Some(1000));
    assert_eq!(super::number("rows", Some("5"), 1000).ok(), Some(5));
    for text in ["-1", "x", ""] {
        let error = super::number("start", Some(text), 0).expect_err(text);
        assert_eq!(error.to_string(), format!("invalid 'start' value: '{text}'"));
    }
}

fn takes(pattern: &str, text: &str) -> bool {
    let plan = super::parse(&format!("f:{pattern}")).expect("a query");
    match plan {
        Plan::Leaf(Leaf { comparison: Comparison::Like(pattern), .. }) => pattern.takes(text),
        Plan::Leaf(Leaf { comparison: Comparison::Equal(wanted), .. }) => wanted == text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn patterns() {
    assert!(takes("a*b", "ab") && takes("a*b", "axxb") && takes("a*b*c", "abbc") && takes("*b", "ab"));
    assert!(!takes("a*b", "abc") && !takes("a?b", "ab") && takes("a?b", "axb") && takes("cr?p", "crap"));
    assert!(takes("a*a*a*a*a*b*", &("a".repeat(5000) + "b")));
    assert!(!takes("a*a*a*a*a*b*", &"a".repeat(5000)));
}

#[test]
fn near_texts() {
    assert!(is_near("word", "wrod", 1) && is_near("word", "words", 1) && is_near("word", "wd", 2));
    assert!(!is_near("word", "sword fish", 2) && !is_near("word", "wor", 0));
}

/// Values with a special character inside are found by the whole of them and by patterns, not by their parts.
#[test]
fn special_characters_do_not_break_words() {
    for character in "[]\\\"!(){}^~*?:/".chars() {
        let value = format!("hello{character}world");
        let escaped = format!("\\{character}");
        for (pattern, expected) in [
            (format!("hello{escaped}world"), true),
            (format!("*{escaped}*"), true),
            (format!("*{escaped}"), false),
            (format!("*{escaped}world"), true),
            (format!("hello{escaped}*"), true),
            (format!("{escaped}*"), false),
            ("hello".to_owned(), false),
            ("world".to_owned(), false),
        ] {
            assert_eq!(takes(&pattern, &value), expected, "{pattern} {value}");
        }
    }
}
