use super::*;
use crate::deploy::version::tests::version;

fn shown(old: Option<&Version>, new: &Version) -> Vec<String> {
    between(old, new).iter().map(ToString::to_string).collect()
}

#[test]
fn equal_versions_differ_in_nothing() {
    let one = version(&[("modules/a", '1')]);
    assert!(between(Some(&one), &one).is_empty());
}

#[test]
fn differences_come_by_path() {
    let old = version(&[("modules/a", '1'), ("modules/b", '2'), ("modules/c", '3')]);
    let new = Version { commit: "e".repeat(40), ..version(&[("modules/b", '4'), ("modules/c", '3'), ("site/z", '5')]) };
    assert_eq!(
        shown(Some(&old), &new),
        [
            "control repository: cccccccccc -> eeeeeeeeee",
            "modules/a: removed, was main (1111111111)",
            "modules/b: main (2222222222) -> main (4444444444)",
            "site/z: added, main (5555555555)",
        ]
    );
}

#[test]
fn the_first_version_is_all_new() {
    let new = version(&[("modules/a", '1')]);
    assert_eq!(shown(None, &new), ["control repository: cccccccccc", "modules/a: added, main (1111111111)"]);
}
