//! What the file server costs without the disk: listing 40 modules of 60 files, and the recursive
//! answer over their `lib` folders. `cargo bench -p modules`

use std::collections::BTreeMap;

use divan::{Bencher, black_box};
use model::EnvironmentName;
use modules::fileset::{self, Base, Form, Query};
use modules::metadata::{Digests, Process, Subject, metadata};
use modules::snapshot::Origin;
use modules::{Bounds, ChecksumType, Disk, Found, Kind, Snapshot, Status, path};

const MODULES: usize = 40;
const FILES: usize = 60;

fn main() {
    divan::main();
}

#[divan::bench]
fn list_2400_files(bencher: Bencher) {
    let disk = Made::new();
    bencher.bench(|| black_box(take(&disk)));
}

#[divan::bench]
fn plugins_of_2400_files(bencher: Bencher) {
    let disk = Made::new();
    let snapshot = take(&disk);
    bencher.bench(|| black_box(plugins(&snapshot)));
}

#[divan::bench]
fn find_a_definition(bencher: Bencher) {
    let snapshot = take(&Made::new());
    let find = |name: &str| snapshot.definition(modules::place::Sort::Manifest, name).is_some();
    bencher.bench(|| black_box(find(black_box("module7::c3"))));
}

fn plugins(snapshot: &Snapshot) -> Vec<u8> {
    let pairs = [("recurse", "true"), ("max_files", "-1"), ("ignore", ".git"), ("links", "follow")];
    let query = Query::parse(pairs.into_iter(), Form::Recursive).expect("the options are right");
    let bases: Vec<Base> = snapshot
        .modules
        .iter()
        .filter_map(|module| module.find("lib", ""))
        .map(|(path, node)| Base { path, node })
        .collect();
    let (members, _) = fileset::members(&bases, &query).expect("there is no limit");
    let mut out = Vec::new();
    for member in &members {
        let base = &bases[member.base];
        let full_path = path::join(&base.path, &member.relative_path);
        let subject = Subject {
            path: &base.path,
            base: base.node,
            relative_path: Some(&member.relative_path),
            full_path: &full_path,
            node: member.node,
        };
        let entry = metadata(subject, &query, Process { uid: 0, gid: 0 }, &Known).expect("digests are known");
        serde_json::to_writer(&mut out, &entry).expect("memory can be written to");
    }
    out
}

fn take(disk: &Made) -> Snapshot {
    let name = EnvironmentName::production();
    let origin =
        Origin { name: &name, path: "/e", environmentpath: "/", codedir: "/c", confdir: "/c", basemodulepath: &[] };
    Snapshot::take(disk, origin, None, Bounds::default()).expect("it is small").expect("it is there")
}

struct Known;

impl Digests for Known {
    fn digest(&self, _: &str, _: &Status, _: ChecksumType) -> Result<String, String> {
        Ok("87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7".to_owned())
    }
}

/// Folders and what is in them.
struct Made(BTreeMap<String, Vec<(String, Found)>>);

impl Made {
    fn new() -> Self {
        let mut folders: BTreeMap<String, Vec<(String, Found)>> = BTreeMap::new();
        let mut inode = 0;
        let mut add = |folder: String, name: String, kind| {
            inode += 1;
            let status = Status { kind, mode: 0o644, uid: 0, gid: 0, device: 1, inode, size: 1, mtime: 1, ctime: 1 };
            folders.entry(folder).or_default().push((name, Found { status, link: None }));
        };
        add(String::new(), "e".into(), Kind::Directory);
        add("/e".into(), "modules".into(), Kind::Directory);
        for module in 0..MODULES {
            let home = format!("/e/modules/module{module}");
            add("/e/modules".into(), format!("module{module}"), Kind::Directory);
            add(home.clone(), "lib".into(), Kind::Directory);
            add(home.clone(), "manifests".into(), Kind::Directory);
            for file in 0..FILES {
                add(format!("{home}/lib"), format!("m{module}_{file}.rb"), Kind::File);
                add(format!("{home}/manifests"), format!("c{file}.pp"), Kind::File);
            }
        }
        Self(folders)
    }
}

impl Disk for Made {
    fn look(&self, path: &str) -> Result<Option<Found>, String> {
        let (folder, name) = path.rsplit_once('/').ok_or("not absolute")?;
        let found = self.0.get(folder).and_then(|entries| entries.iter().find(|(entry, _)| entry == name));
        Ok(found.map(|(_, found)| found.clone()))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Found)>, String> {
        self.0.get(path).cloned().ok_or_else(|| "no such folder".to_owned())
    }
}
