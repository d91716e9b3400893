use model::EnvironmentName;

use super::*;
use crate::disk::memory::Memory;
use crate::snapshot::Origin;
use crate::tree::Bounds;

fn snapshot(files: &[&str]) -> Snapshot {
    let files: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
    let name = EnvironmentName::production();
    let origin =
        Origin { name: &name, path: "/e", environmentpath: "/", codedir: "/code", confdir: "/c", basemodulepath: &[] };
    Snapshot::take(&Memory::of(&files), origin, None, Bounds::default()).unwrap().unwrap()
}

fn mounts() -> Mounts {
    let custom = [("pkg", "/srv/pkg"), ("own", "/srv/%H/%h-%d-100%%")];
    Mounts { custom: custom.into_iter().map(|(name, path)| (name.to_owned(), path.to_owned())).collect() }
}

fn bases(answer: Answer) -> Vec<String> {
    match answer {
        Answer::Found { bases, .. } => bases.into_iter().map(|base| base.path).collect(),
        Answer::Outside(path) => vec![format!("outside {path}")],
        Answer::Nothing => Vec::new(),
    }
}

#[test]
fn one_file() {
    let snapshot = snapshot(&[
        "/e/modules/a/files/x",
        "/e/modules/a/lib/facter/a.rb",
        "/e/modules/b/lib/facter/a.rb",
        "/e/modules/b/lib/facter/b.rb",
        "/e/modules/b/facts.d/f.txt",
        "/e/modules/b/tasks/t.sh",
        "/e/modules/b/scripts/s.sh",
        "/e/modules/b/locales/ja/b.po",
    ]);
    let find = |path: &str| mounts().split(path).and_then(|target| target.find(&snapshot, "n.example").map(bases));
    let one = |path: &str| Ok(vec![path.to_owned()]);
    assert_eq!(find("modules/a/x"), one("/e/modules/a/files/x"));
    assert_eq!(find("modules/a//x"), one("/e/modules/a/files/x"));
    assert_eq!(find("modules/a"), one("/e/modules/a/files"));
    assert_eq!(find("modules/none/x"), Ok(vec![]));
    assert_eq!(find("modules/a/none"), Ok(vec![]));
    assert_eq!(find("plugins/facter/a.rb"), one("/e/modules/a/lib/facter/a.rb"));
    assert_eq!(find("plugins/facter/b.rb"), one("/e/modules/b/lib/facter/b.rb"));
    assert_eq!(find("pluginfacts/f.txt"), one("/e/modules/b/facts.d/f.txt"));
    assert_eq!(find("tasks/b/t.sh"), one("/e/modules/b/tasks/t.sh"));
    assert_eq!(find("scripts/b/s.sh"), one("/e/modules/b/scripts/s.sh"));
    assert_eq!(find("locales/ja/b.po"), one("/e/modules/b/locales/ja/b.po"));
    assert_eq!(find("pkg/x/y.deb"), one("outside /srv/pkg/x/y.deb"));
    assert_eq!(find("own"), one("outside /srv/n.example/n-example-100%"));
    assert_eq!(find("modules"), Err(Error::NoModule));
    assert_eq!(find("tasks/"), Err(Error::NoTask));
}

#[test]
fn tricks_are_refused() {
    let split = |path: &str| mounts().split(path).map(|_| ());
    assert_eq!(split("modules/a/../../x"), Err(Error::InvalidRelativePath("a/../../x".into())));
    assert_eq!(split("pkg/.."), Err(Error::InvalidRelativePath("..".into())));
    assert_eq!(split("pkg/a\0b"), Err(Error::InvalidRelativePath("a\0b".into())));
    assert_eq!(split("../x"), Err(Error::InvalidMount("..".into())));
    assert_eq!(split("/etc/passwd"), Err(Error::InvalidMount(String::new())));
    assert_eq!(split("nomount/x"), Err(Error::NoSuchMount("nomount".into())));
    assert_eq!(split("pkg//etc/passwd"), Ok(()));
    let absolute = mounts().split("pkg//etc/passwd").unwrap();
    assert_eq!(absolute.path.as_deref(), Some("etc/passwd"));
}

#[test]
fn merged_searches() {
    let search =
        |snapshot: &Snapshot, path: &str| bases(mounts().split(path).unwrap().search(snapshot, "n", "/code").unwrap());
    let full = snapshot(&["/e/modules/a/lib/x", "/e/modules/b/x", "/e/modules/c/lib/x"]);
    assert_eq!(search(&full, "plugins"), ["/e/modules/a/lib", "/e/modules/c/lib"]);
    assert_eq!(search(&full, "plugins/whatever"), ["/e/modules/a/lib", "/e/modules/c/lib"]);
    assert_eq!(search(&full, "pluginfacts"), ["/e/modules"]);
    assert_eq!(search(&full, "modules/a/none"), Vec::<String>::new());
    let empty = snapshot(&["/e/manifests/site.pp"]);
    assert_eq!(search(&empty, "plugins"), ["outside /code"]);
}
