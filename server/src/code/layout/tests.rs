use modules::deploy::{Origin, Part, TreeId, Version, layout};

use super::*;

fn id(digit: char) -> TreeId {
    TreeId::of_git(&digit.to_string().repeat(40)).unwrap()
}

fn write(root: &Path, tree: char, files: &[&str]) {
    for file in files {
        let path = root.join(Trees::relative(&id(tree))).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{tree} {file}")).unwrap();
    }
}

fn module(path: &str, tree: Option<char>) -> Part {
    let name = path.rsplit('/').next().unwrap().to_owned();
    let origin = match tree {
        None => Origin::Local,
        Some(digit) => {
            Origin::Git { remote: String::new(), reference: "main".to_owned(), commit: digit.to_string().repeat(40) }
        }
    };
    Part { name, path: path.to_owned(), origin, tree: tree.map(id) }
}

fn version() -> Version {
    Version {
        source: "lab".to_owned(),
        remote: "/srv/control.git".to_owned(),
        branch: "production".to_owned(),
        commit: "c".repeat(40),
        tree: id('0'),
        modules: vec![
            module("modules/a", Some('1')),
            module("modules/own", None),
            module("site/x/deep", Some('2')),
            module("modules/a/nested", Some('3')),
        ],
    }
}

/// Every file with its content, links followed.
fn files(root: &Path, below: &str, found: &mut Vec<String>) {
    for name in names(&root.join(below)).unwrap() {
        let path = [below, "/", name.to_str().unwrap()].concat();
        match fs::read_to_string(root.join(path.trim_start_matches('/'))) {
            Ok(content) => found.push(format!("{}: {content}", path.trim_start_matches('/'))),
            Err(_) => files(root, path.trim_start_matches('/'), found),
        }
    }
}

#[test]
fn links_and_copies_have_the_same_files() {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path();
    write(root, '0', &["manifests/site.pp", "modules/own/x", "modules/stale/x", "modules/a/y", "site/z", "hiera.yaml"]);
    write(root, '1', &["manifests/init.pp", "metadata.json"]);
    write(root, '2', &["files/f"]);
    write(root, '3', &["n"]);
    let folder = layout::of(&version());
    let linked = root.join("versions/c/production");
    lay_out(root, &folder, &linked, Way::Link).unwrap();
    let copied = root.join("elsewhere");
    lay_out(root, &folder, &copied, Way::Copy).unwrap();
    let (mut one, mut two) = (Vec::new(), Vec::new());
    files(&linked, "", &mut one);
    files(&copied, "", &mut two);
    assert_eq!(
        one,
        [
            "hiera.yaml: 0 hiera.yaml",
            "manifests/site.pp: 0 manifests/site.pp",
            "modules/a/manifests/init.pp: 1 manifests/init.pp",
            "modules/a/metadata.json: 1 metadata.json",
            "modules/a/nested/n: 3 n",
            "modules/own/x: 0 modules/own/x",
            "modules/stale/x: 0 modules/stale/x",
            "site/x/deep/files/f: 2 files/f",
            "site/z: 0 site/z",
        ]
    );
    assert_eq!(one, two);
    assert!(fs::symlink_metadata(linked.join("manifests")).unwrap().is_symlink());
    assert!(fs::symlink_metadata(copied.join("manifests")).unwrap().is_dir());
}
