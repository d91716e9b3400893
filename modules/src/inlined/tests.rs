use model::EnvironmentName;
use model::catalog::{ResourceKind, Version};

use super::*;
use crate::disk::memory::Memory;
use crate::snapshot::Origin;
use crate::tree::Bounds;

fn disk() -> Memory {
    let mut disk = Memory::of(&[
        ("/e/modules/a/files/one", "1"),
        ("/e/modules/a/files/tree/t", "t"),
        ("/e/modules/a/files/tree/t.bak", "t"),
        ("/e/modules/a/files/tree/sub/s", "s"),
        ("/e/modules/a/files/other/o", "o"),
        ("/e/modules/a/lib/l.rb", ""),
        ("/e/site/deep/files/x/y", "y"),
        ("/e/far/modules/m/files/f", "f"),
        ("/elsewhere/shared/files/f", "f"),
    ]);
    disk.link("/e/modules/a/files/link", "one");
    disk
}

fn snapshot(disk: &Memory) -> Snapshot {
    let name = EnvironmentName::production();
    let origin =
        Origin { name: &name, path: "/e", environmentpath: "/", codedir: "/code", confdir: "/c", basemodulepath: &[] };
    let conf = "modulepath = modules:site:far/modules:/elsewhere";
    Snapshot::take(disk, origin, Some(conf), Bounds::default()).unwrap().unwrap()
}

fn file(title: &str, parameters: &[(&str, Value)]) -> Resource {
    Resource {
        type_name: "File".into(),
        title: title.into(),
        tags: Vec::new(),
        file: None,
        line: None,
        exported: false,
        kind: ResourceKind::CompilableType,
        parameters: parameters.iter().map(|(name, value)| ((*name).into(), value.clone())).collect(),
        sensitive_parameters: Vec::new(),
    }
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

fn list(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|text| string(text)).collect())
}

fn inlined(resources: Vec<Resource>) -> Result<Inlined, String> {
    let catalog = Catalog {
        name: "n".into(),
        environment: "production".into(),
        version: Version::Seconds(0),
        code_id: Some("c".into()),
        catalog_uuid: "u".into(),
        tags: Vec::new(),
        classes: Vec::new(),
        resources,
        edges: Vec::new(),
    };
    let disk = disk();
    let snapshot = snapshot(&disk);
    let mounts = Mounts { custom: [("pkg".to_owned(), "/srv/pkg".to_owned())].into_iter().collect() };
    let owner = Process { uid: 1, gid: 2 };
    let files =
        Files { snapshot: &snapshot, mounts: &mounts, owner, digests: &disk, checksum_type: ChecksumType::Sha256 };
    of(&catalog, files).map_err(|error| error.to_string())
}

/// Title, address of the content, source and type of checksum of each file told.
fn single(resource: Resource) -> Result<Vec<(String, String, &'static str)>, String> {
    let told = inlined(vec![resource])?;
    let line = |(_, found): (Arc<str>, Metadata<'static>)| {
        (found.content_uri.unwrap_or_default(), found.source.unwrap_or_default(), found.checksum.kind)
    };
    Ok(told.metadata.into_iter().map(line).collect())
}

#[test]
fn the_first_source_that_is_there() {
    let told = |source: Value| single(file("/x", &[("source", source)]));
    let one = |content: &str, source: &str| Ok(vec![(content.to_owned(), source.to_owned(), "sha256")]);
    assert_eq!(
        told(string("puppet:///modules/a/one")),
        one("puppet:///modules/a/files/one", "puppet:///modules/a/one")
    );
    assert_eq!(
        told(list(&["puppet:///modules/a/none", "puppet:///modules/a/one/"])),
        one("puppet:///modules/a/files/one", "puppet:///modules/a/one")
    );
    assert_eq!(
        told(string("puppet:///modules/deep/x/y")),
        one("puppet:///site/deep/files/x/y", "puppet:///modules/deep/x/y")
    );
    assert_eq!(
        told(string("puppet://other:8999/modules/a/one?v=1")),
        one("puppet://other:8999/modules/a/files/one", "puppet://other:8999/modules/a/one?v=1")
    );
    assert_eq!(
        told(Value::Sensitive(Box::new(string("puppet:/modules/a/one")))),
        one("puppet:///modules/a/files/one", "puppet:/modules/a/one")
    );
}

#[test]
fn what_the_agent_asks_for_itself() {
    let told = |parameters: &[(&str, Value)]| single(file("/x", parameters));
    for source in [
        string("puppet:///plugins/l.rb"),
        string("puppet:///pkg/x"),
        string("puppet:///modules/a"),
        string("puppet:///modules/m/f"),
        string("puppet:///modules/shared/f"),
        string("PUPPET:///modules/a/one"),
        string("/etc/hostname"),
        list(&["puppet:///modules/a/one", "/etc/hostname"]),
        Value::Integer(1),
        Value::Undef,
    ] {
        assert_eq!(told(&[("source", source.clone())]), Ok(vec![]), "{source:?}");
    }
    let source = ("source", string("puppet:///modules/a/one"));
    assert_eq!(told(&[source.clone(), ("ensure", string("absent"))]), Ok(vec![]));
    let other = Resource { type_name: "Notify".into(), ..file("/x", &[source]) };
    assert_eq!(single(other), Ok(vec![]));
}

#[test]
fn what_is_refused() {
    let source = |text: &str| vec![("source", string(text))];
    let with =
        |name: &'static str, value: &str| [source("puppet:///modules/a/one"), vec![(name, string(value))]].concat();
    let tree = |name: &'static str, value: Value| {
        [source("puppet:///modules/a/tree"), vec![("recurse", Value::Boolean(true)), (name, value)]].concat()
    };
    let all = |texts: &[&str]| vec![("source", list(texts))];
    for (parameters, expected) in [
        (source("puppet:///modules/no/x"), "Could not get metadata for puppet:///modules/no/x"),
        (source("puppet:///nomount/x"), "Could not get metadata for puppet:///nomount/x"),
        (
            all(&["puppet:///modules/no/x", "puppet:///modules/a/no"]),
            "Could not get metadata for [\"puppet:///modules/no/x\", \"puppet:///modules/a/no\"]",
        ),
        (source("puppet:///modules"), "No module specified"),
        (source("puppet:///"), "Cannot find file: Invalid mount 'puppet:'"),
        (source("puppet:foo"), "Cannot find file: Invalid mount 'puppet:foo'"),
        (source("puppet:///modules/a/../x"), "Cannot find file: Invalid relative path 'a/../x'"),
        (with("links", "bogus"), ":links can only be set to :manage or :follow"),
        (with("checksum", "bogus"), "Unsupported checksum type bogus"),
        (with("source_permissions", "bogus"), "Unsupported source_permission bogus"),
    ] {
        assert_eq!(inlined(vec![file("/x", &parameters)]), Err(expected.to_owned()));
    }
    let refused = inlined(vec![file("/x", &tree("max_files", Value::Integer(1)))]).unwrap_err();
    assert!(
        refused.starts_with("The directory '/e/modules/a/files/tree' contains 4 entries, which exceeds"),
        "{refused}"
    );
}

#[test]
fn options_of_the_resource_win() {
    let source = ("source", string("puppet:///modules/a/link"));
    let told = |name: &'static str, value: &str| {
        let told = inlined(vec![file("/x", &[source.clone(), (name, string(value))])]).unwrap();
        let (_, found) = told.metadata.into_iter().next().unwrap();
        (found.links, found.kind, found.checksum.kind)
    };
    assert_eq!(told("links", "manage"), ("manage", "link", "sha256"));
    assert_eq!(told("links", "follow"), ("follow", "file", "sha256"));
    assert_eq!(told("checksum", "md5lite"), ("manage", "link", "md5lite"));
}

#[test]
fn all_that_is_below() {
    let told = |parameters: &[(&str, Value)]| {
        let recurse = ("recurse", Value::Boolean(true));
        let told = inlined(vec![file("/x", &[parameters, &[recurse]].concat())]).unwrap();
        let lines = |entries: Vec<Metadata<'static>>| -> Vec<String> {
            entries.into_iter().filter_map(|entry| entry.content_uri).collect()
        };
        told.recursive.into_iter().flat_map(|(_, sources)| sources).map(|(from, all)| (from, lines(all))).collect()
    };
    let tree = ("source", list(&["puppet:///modules/a/gone", "puppet:///modules/a/tree", "puppet:///modules/a/other"]));
    let at = |path: &str| format!("puppet:///modules/a/files/{path}");
    let found: Vec<(String, Vec<String>)> = told(std::slice::from_ref(&tree));
    let below = ["tree", "tree/sub", "tree/t", "tree/t.bak", "tree/sub/s"].map(at).to_vec();
    assert_eq!(found, [("puppet:///modules/a/tree".to_owned(), below.clone())]);
    let all: Vec<_> = told(&[tree.clone(), ("sourceselect", string("all"))]);
    let other = ("puppet:///modules/a/other".to_owned(), ["other", "other/o"].map(at).to_vec());
    assert_eq!(all, [("puppet:///modules/a/tree".to_owned(), below), other]);
    let fewer: Vec<_> = told(&[tree, ("ignore", list(&["*.bak"])), ("recurselimit", string("1"))]);
    assert_eq!(fewer[0].1, ["tree", "tree/sub", "tree/t"].map(at));
    let none: Vec<(String, Vec<String>)> = Vec::new();
    assert_eq!(told(&[("source", string("puppet:///modules/a"))]), none);
    assert_eq!(told(&[("source", string("puppet:///modules/a/gone"))]), none);
    let half = list(&["puppet:///modules/a/tree", "puppet:///modules/m/f"]);
    assert_eq!(told(&[("source", half), ("sourceselect", string("all"))]), none);
}
