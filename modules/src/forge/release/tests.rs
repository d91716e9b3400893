use super::current;
use crate::forge::slug::version;

#[test]
fn the_current_release_is_the_highest_that_is_meant_for_all() {
    let current = |versions: &[(&str, bool)]| {
        let versions: Vec<_> = versions.iter().map(|(text, deleted)| (version(text).unwrap(), *deleted)).collect();
        current(versions.iter().map(|(version, deleted)| (version, *deleted))).map(ToString::to_string)
    };
    assert_eq!(current(&[("1.2.0", false), ("1.10.0", false), ("2.0.0-rc1", false)]).as_deref(), Some("1.10.0"));
    assert_eq!(current(&[("1.2.0", false), ("1.10.0", true)]).as_deref(), Some("1.2.0"));
    assert_eq!(current(&[("1.2.0", true), ("2.0.0-rc1", false)]).as_deref(), Some("2.0.0-rc1"));
    assert_eq!(current(&[("1.2.0", true), ("1.1.0", true)]).as_deref(), Some("1.2.0"));
    assert_eq!(current(&[]), None);
}
