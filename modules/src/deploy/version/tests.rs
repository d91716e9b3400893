use super::*;

pub(crate) fn version(modules: &[(&str, char)]) -> Version {
    let tree = |digit: char| TreeId::of_git(&digit.to_string().repeat(40)).unwrap();
    Version {
        source: "lab".to_owned(),
        remote: "/srv/control.git".to_owned(),
        branch: "production".to_owned(),
        commit: "c".repeat(40),
        tree: tree('0'),
        modules: modules
            .iter()
            .map(|(path, digit)| Part {
                name: path.rsplit('/').next().unwrap().to_owned(),
                path: (*path).to_owned(),
                origin: Origin::Git {
                    remote: format!("/srv/{path}.git"),
                    reference: "main".to_owned(),
                    commit: digit.to_string().repeat(40),
                },
                tree: Some(tree(*digit)),
            })
            .collect(),
    }
}

#[test]
fn the_id_follows_the_content() {
    let one = version(&[("modules/a", '1'), ("modules/b", '2')]);
    assert_eq!(one.code_id(), one.clone().code_id());
    assert_eq!(one.code_id().as_str().len(), 40);
    assert_ne!(one.code_id(), version(&[("modules/a", '1'), ("modules/b", '3')]).code_id());
    assert_ne!(one.code_id(), version(&[("modules/a", '1')]).code_id());
    assert_ne!(one.code_id(), Version { commit: "d".repeat(40), ..one.clone() }.code_id());
}

#[test]
fn ids_are_names_of_folders_and_nothing_else() {
    for bad in ["", "git-", "git-../../etc", "git-xyz", "-nospec", "git-0123", "/git-0"] {
        assert!(TreeId::try_from(bad.to_owned()).is_err(), "{bad}");
        assert!(CodeId::try_from(bad.to_owned()).is_err(), "{bad}");
    }
    let tree = TreeId::of_git(&"ab".repeat(20)).unwrap();
    assert_eq!(tree.without_spec().git_object(), tree.git_object());
    assert!(tree.without_spec().is_without_spec() && !tree.is_without_spec());
    assert_eq!(TreeId::of_release(&"ab".repeat(32)).unwrap().git_object(), None);
    assert_eq!(serde_json::from_str::<TreeId>(&serde_json::to_string(&tree).unwrap()).unwrap(), tree);
    assert!(serde_json::from_str::<TreeId>("\"git-..\"").is_err());
}

#[test]
fn trees_say_what_they_were_made_from() {
    let digits = "ab".repeat(32);
    let release = TreeId::of_release(&digits).unwrap();
    assert_eq!(release.archive(), Some(digits.as_str()));
    let without = release.without_spec();
    assert_eq!((without.archive(), without.with_spec()), (Some(digits.as_str()), release));
    assert!(TreeId::empty().is_empty());
    assert_eq!((TreeId::empty().archive(), TreeId::try_from(TreeId::empty().to_string())), (None, Ok(TreeId::empty())));
    assert_eq!((short("0123456789abcdef"), short(NO_COMMIT)), ("0123456789", "plain-default"));
}
