use std::path::Path;

use super::*;
use crate::disk::Disk;
use crate::disk::memory::Memory;
use crate::fileset::{Base, Form, members};
use crate::tree::{Bounds, Tree};

const ROOT: &str = "/etc/puppetlabs/code/environments/production/modules/profile/files/tree";
const PROCESS: Process = Process { uid: 102, gid: 105 };

fn tree(disk: &Memory, path: &str) -> Tree {
    Tree::scan(disk, path, Bounds::default(), &|_, _| false, &mut Vec::new()).unwrap().unwrap()
}

fn query(text: &str, form: Form) -> Query {
    Query::parse(text.split('&').filter_map(|pair| pair.split_once('=')), form).unwrap()
}

fn recursive(disk: &Memory, paths: &[&str], text: &str) -> Vec<serde_json::Value> {
    let trees: Vec<Tree> = paths.iter().map(|path| tree(disk, path)).collect();
    let bases: Vec<Base> = trees.iter().map(|tree| Base { path: tree.path.to_string(), node: &tree.root }).collect();
    let query = query(text, Form::Recursive);
    let (members, _) = members(&bases, &query).unwrap();
    members
        .iter()
        .map(|member| {
            let base = &bases[member.base];
            let full = crate::path::join(&base.path, member.relative_path.trim_start_matches('.'));
            let relative_path = Some(member.relative_path.as_str());
            let subject =
                Subject { path: &base.path, base: base.node, relative_path, full_path: &full, node: member.node };
            let entry = metadata(subject, &query, PROCESS, disk).unwrap();
            serde_json::to_value(entry).unwrap()
        })
        .collect()
}

fn single(disk: &Memory, path: &str, text: &str) -> Result<String, Error> {
    let tree = tree(disk, path);
    let query = query(text, Form::Single);
    let subject = Subject { path, base: &tree.root, relative_path: None, full_path: path, node: &tree.root };
    let entry = metadata(subject, &query, PROCESS, disk)?;
    Ok(serde_json::to_string(&entry).unwrap())
}

fn lab() -> Memory {
    let mut disk = Memory::of(&[(&format!("{ROOT}/a.txt"), "a\n"), (&format!("{ROOT}/sub/b.txt"), "b\n")]);
    disk.link(&format!("{ROOT}/link"), "a.txt");
    disk
}

/// Bodies that a real server sent; times are those of the tests' disk.
fn recorded(request: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/wire/agent-first-run.txt");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not there", file.display());
        return None;
    };
    let body = text.split_once(request)?.1.split_once("<< ")?.1.lines().next()?;
    let start = body.match_indices("{ctime}").next().map(|(at, _)| at + "{ctime}".len());
    Some(match start {
        Some(start) => body.replace(&body[start..start + 25], "2026-11-23 10:18:36 +0000"),
        None => body.to_owned(),
    })
}

#[test]
fn a_single_file_as_recorded() {
    let Some(expected) = recorded("GET /puppet/v3/file_metadata/modules/profile/tree/a.txt") else { return };
    let text = "links=manage&checksum_type=sha256&source_permissions=ignore";
    assert_eq!(single(&lab(), &format!("{ROOT}/a.txt"), text).unwrap(), expected);
}

#[test]
fn a_recursive_answer_as_recorded() {
    let Some(expected) = recorded("GET /puppet/v3/file_metadatas/modules/profile/tree") else { return };
    let mut expected: Vec<serde_json::Value> = serde_json::from_str(&expected).unwrap();
    let text = "recurse=true&max_files=0&links=manage&checksum_type=sha256&source_permissions=ignore";
    let mut answer = recursive(&lab(), &[ROOT], text);
    assert_eq!(answer[0], expected[0]);
    // The order within one folder is that of the disk there, by name here.
    let name = |entry: &serde_json::Value| entry["relative_path"].to_string();
    answer.sort_by_key(name);
    expected.sort_by_key(name);
    assert_eq!(serde_json::to_string(&answer).unwrap(), serde_json::to_string(&expected).unwrap());
}

#[test]
fn permissions_and_checksum_types() {
    let disk = lab();
    let path = format!("{ROOT}/a.txt");
    let get = |text: &str| single(&disk, &path, text).unwrap();
    assert!(get("source_permissions=use").contains(r#""owner":5,"group":6,"mode":416,"#));
    assert!(get("checksum_type=mtime").contains(r#"{"type":"mtime","value":"{mtime}2026-11-23 10:18:36 +0000"}"#));
    assert!(get("checksum_type=none").contains(r#"{"type":"none","value":"{none}"}"#));
    assert!(get("checksum_type=md5").contains("{md5}60b725f10c9c85c70d97880dfe8191b3"));
    assert!(get("links=ignore").contains(r#""links":"manage""#));
}

#[test]
fn links() {
    let mut disk = lab();
    disk.link("/l/file", &format!("{ROOT}/a.txt"));
    disk.link("/l/folder", ROOT);
    disk.link("/l/nowhere", "/none");
    let get = |path: &str, text: &str| single(&disk, path, text);
    assert!(
        get("/l/file", "links=manage").unwrap().ends_with(&format!(r#""type":"link","destination":"{ROOT}/a.txt"}}"#))
    );
    assert!(get("/l/file", "links=follow").unwrap().ends_with(r#""type":"file","destination":null}"#));
    assert!(
        get("/l/folder", "links=manage")
            .unwrap()
            .contains(r#""checksum":{"type":"sha256","value":null},"type":"link""#)
    );
    assert!(get("/l/nowhere", "links=manage").unwrap().contains(r#""value":null"#));
    assert_eq!(get("/l/nowhere", "links=follow"), Err(Error::Dangling("/l/nowhere".into())));
}

#[test]
fn several_folders_as_one() {
    let disk = Memory::of(&[("/m/a/x", "1"), ("/m/a/d/one", "1"), ("/m/b/x", "2"), ("/m/b/d/two", "2")]);
    let answer = recursive(&disk, &["/m/a", "/m/b"], "recurse=true&max_files=-1");
    let pairs: Vec<(&str, &str)> = answer
        .iter()
        .map(|entry| (entry["path"].as_str().unwrap(), entry["relative_path"].as_str().unwrap()))
        .collect();
    assert_eq!(pairs, [("/m/a", "."), ("/m/a", "d"), ("/m/a", "x"), ("/m/a", "d/one"), ("/m/b", "d/two")]);
}

#[test]
fn ignore_recurse_and_limits() {
    let mut disk = Memory::of(&[("/m/.git/x", ""), ("/m/d/.git/x", ""), ("/m/d/e/f", ""), ("/m/x.orig", "")]);
    disk.link("/m/nowhere", "/none");
    let names = |text: &str| {
        let answer = recursive(&disk, &["/m"], text);
        answer.iter().map(|entry| entry["relative_path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("recurse=false"), ["."]);
    assert_eq!(names("recurse=true&ignore=.git&ignore=*.orig&links=follow"), [".", "d", "d/e", "d/e/f"]);
    assert_eq!(names("recurse=true&recurselimit=1&ignore=.git"), [".", "d", "nowhere", "x.orig"]);
    let tree = tree(&disk, "/m");
    let bases = [Base { path: "/m".into(), node: &tree.root }];
    let error = members(&bases, &query("recurse=true&max_files=2", Form::Recursive)).unwrap_err();
    assert!(error.to_string().starts_with("The directory '/m' contains 9 entries, which exceeds the limit of 2 "));
}

#[test]
fn broken_options() {
    let parse = |text: &str| {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Query::parse(pairs, Form::Recursive).unwrap_err().to_string()
    };
    assert_eq!(parse("checksum_type=bogus"), "Unsupported checksum type bogus");
    assert_eq!(parse("links=sideways"), "Invalid :links value 'sideways'");
    assert_eq!(parse("source_permissions=x"), "Unsupported source_permission x");
    assert!(parse("recurse=3").starts_with("Fileset recurse parameter must not be a number"));
}

#[test]
fn folders_that_links_lead_to() {
    let mut disk = Memory::of(&[("/srv/real/x", "")]);
    disk.link("/m/d", "/srv/real");
    disk.file("/m/f", "");
    assert!(disk.look("/m/d").unwrap().unwrap().link.is_some());
    let count = |text: &str| recursive(&disk, &["/m"], text).len();
    assert_eq!(count("recurse=true&links=manage"), 3);
    assert_eq!(count("recurse=true&links=follow"), 4);
}
