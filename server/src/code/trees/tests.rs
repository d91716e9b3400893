use std::os::unix::fs::symlink;

use super::*;

fn trees(folder: &Path) -> Trees {
    Trees::open(folder.join("code"), 10).unwrap()
}

fn id(digit: &str) -> TreeId {
    TreeId::of_git(&digit.repeat(40)).unwrap()
}

fn draft(trees: &Trees, write: impl Fn(&Path)) -> PathBuf {
    let draft = trees.draft();
    fs::create_dir_all(files(&draft)).unwrap();
    write(&files(&draft));
    draft
}

#[test]
fn a_tree_has_its_name_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let trees = trees(folder.path());
    let draft = draft(&trees, |tree| {
        fs::create_dir_all(tree.join("manifests")).unwrap();
        fs::create_dir_all(tree.join("examples")).unwrap();
        fs::create_dir_all(tree.join("spec")).unwrap();
        fs::write(tree.join("manifests/init.pp"), "class a {\n  notify { 'x': }\n").unwrap();
        fs::write(tree.join("examples/init.pp"), "include {").unwrap();
        let text = r#"{"name": "lab/a", "version": "1.0.0", "dependencies": [{"name": "lab/b"}]}"#;
        fs::write(tree.join("metadata.json"), text).unwrap();
    });
    let id = id("a").without_spec();
    assert!(!trees.has(&id));
    trees.finish(&draft, &id).unwrap();
    trees.keep(&[(draft.clone(), trees.place(&id))]).unwrap();
    assert!(trees.has(&id) && !draft.exists());
    let files = trees.root().join(Trees::relative(&id));
    assert!(files.join("manifests/init.pp").is_file() && !files.join("spec").exists());
    let facts = Trees::facts_in(&trees.place(&id)).unwrap();
    let errors: Vec<_> =
        facts.mistakes.iter().filter(|mistake| mistake.is_error).map(|mistake| &*mistake.text).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("manifests/init.pp:"), "{errors:?}");
    assert_eq!(facts.mistakes.len(), 2);
    assert_eq!(facts.module.unwrap().dependencies, [("lab-b".to_owned(), ">= 0.0.0".to_owned())]);
}

#[test]
fn links_out_and_too_many_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let trees = trees(folder.path());
    for target in ["/etc/passwd", "..", "../../x", "a/../../../x"] {
        let draft = draft(&trees, |tree| {
            fs::create_dir(tree.join("sub")).unwrap();
            symlink(target, tree.join(if target == ".." { "link" } else { "sub/link" })).unwrap();
        });
        let error = trees.finish(&draft, &id("b")).unwrap_err();
        assert!(matches!(error, TreeError::LinkOut { .. }), "{target}: {error}");
    }
    let inside = draft(&trees, |tree| {
        fs::create_dir(tree.join("sub")).unwrap();
        symlink("../other/./x", tree.join("sub/link")).unwrap();
    });
    trees.finish(&inside, &id("c")).unwrap();
    let many = draft(&trees, |tree| (0..11).for_each(|n| fs::write(tree.join(n.to_string()), "").unwrap()));
    assert!(matches!(trees.finish(&many, &id("d")), Err(TreeError::TooMany(10))));
    trees.clear_drafts().unwrap();
    assert_eq!(fs::read_dir(trees.drafts()).unwrap().count(), 0);
}
