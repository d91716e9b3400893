use proptest::prelude::*;

use super::Constraint;
use crate::version::Version;

fn takes(constraint: &str, version: &str) -> bool {
    Constraint::parse(constraint).expect("a constraint").takes(Version::parse(version).expect("a version"))
}

#[test]
fn reads_operators_with_one_space() {
    for text in ["> 1", "< 2", "3", "<= 4", "~> 5", ">= 6", "= 7", "> 1.0", "< 2.1.2", "3.3", "~> 5.6.2", "0.0.1"] {
        assert!(Constraint::parse(text).is_some(), "{text}");
    }
    for text in ["", ">1.0", ">=  1.0", "=> 1.0", ">= 1.2.3.4", "<= 5.6.7.8.9.0", "s395dss@#", "> ", "!= 1.0", "1.0 "] {
        assert_eq!(Constraint::parse(text), None, "{text}");
    }
}

#[test]
fn pessimistic_keeps_all_but_the_last_part() {
    assert!(takes("~> 2.1.1", "2.1.5"));
    assert!(!takes("~> 2.1.1", "2.1.0"));
    assert!(!takes("~> 2.1.1", "2.2.0"));
    assert!(takes("~> 2.1", "2.9.0"));
    assert!(!takes("~> 2.1", "3.0.0"));
    assert!(takes("~> 2", "2.9.0"));
    assert!(!takes("~> 2", "3.0.0"));
}

#[test]
fn writes_three_parts() {
    assert_eq!(Constraint::parse("1").map(|constraint| constraint.to_string()), Some("= 1.0.0".to_owned()));
    assert_eq!(Constraint::parse("~> 1.2").map(|constraint| constraint.to_string()), Some("~> 1.2.0".to_owned()));
    assert_eq!(Constraint::ANY.to_string(), ">= 0.0.0");
}

fn version() -> impl Strategy<Value = Version> {
    (0_u64..4, 0_u64..4, 0_u64..4).prop_map(|(major, minor, patch)| Version::new(major, minor, patch))
}

fn constraint() -> impl Strategy<Value = Constraint> {
    let sign = prop::sample::select(vec!["=", "<", "<=", ">", ">=", "~>"]);
    (sign, version(), 1_usize..=3).prop_map(|(sign, version, parts)| {
        let written = version.to_string();
        let kept: Vec<&str> = written.split('.').take(parts).collect();
        Constraint::parse(&format!("{sign} {}", kept.join("."))).expect("a constraint")
    })
}

proptest! {
    #[test]
    fn ranges_hold_what_the_constraint_takes(constraint in constraint(), version in version()) {
        prop_assert_eq!(constraint.takes(version), constraint.ranges().contains(&version));
    }

    #[test]
    fn reading_never_panics(text in "\\PC*") {
        let _ = Constraint::parse(&text);
        let _ = Version::parse(&text);
    }

    #[test]
    fn versions_are_read_as_they_are_written(version in version()) {
        prop_assert_eq!(Version::parse(&version.to_string()), Ok(version));
    }
}
