use super::*;
use crate::deploy::version::Origin;
use crate::deploy::version::tests::version;

#[test]
fn modules_stand_where_their_paths_say() {
    let mut version = version(&[("modules/a", '1'), ("site/deep/b", '2'), ("modules/own", '3')]);
    version.modules[2].origin = Origin::Local;
    version.modules[2].tree = None;
    let root = of(&version);
    assert_eq!(root.tree.as_ref(), Some(&version.tree));
    let modules = &root.below["modules"];
    assert!(modules.tree.is_none() && !modules.is_plain());
    assert_eq!(modules.below["a"].tree, version.modules[0].tree);
    assert!(modules.below["own"].tree.is_none() && modules.below["own"].is_plain());
    assert!(root.below["site"].below["deep"].below["b"].is_plain());
}
