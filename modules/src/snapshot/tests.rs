use super::*;
use crate::disk::memory::Memory;

const HOME: &str = "/code/environments/production";

fn take(disk: &Memory, conf: Option<&str>) -> Snapshot {
    try_take(disk, conf, Bounds::default()).unwrap().unwrap()
}

fn try_take(disk: &Memory, conf: Option<&str>, bounds: Bounds) -> Result<Option<Snapshot>, Error> {
    let name = EnvironmentName::production();
    let base = ["/code/modules".to_owned()];
    let origin = Origin {
        name: &name,
        path: HOME,
        environmentpath: "/code/environments",
        codedir: "/code",
        confdir: "/etc/puppet",
        basemodulepath: &base,
    };
    Snapshot::take(disk, origin, conf, bounds)
}

fn names(snapshot: &Snapshot) -> Vec<(&str, &str)> {
    snapshot.modules.iter().map(|module| (&*module.name, &*module.path)).collect()
}

fn at(rest: &str) -> String {
    format!("{HOME}/{rest}")
}

#[test]
fn first_module_of_a_name_wins() {
    let mut disk = Memory::of(&[
        (&at("modules/b/manifests/init.pp"), ""),
        (&at("modules/Upper/x"), ""),
        (&at("modules/with-dash/x"), ""),
        (&at("modules/plain_file"), ""),
        ("/code/modules/a/x", ""),
        ("/code/modules/b/x", ""),
        ("/srv/linked/lib/x.rb", ""),
    ]);
    disk.link(&at("modules/c"), "/srv/linked");
    disk.link(&at("modules/nowhere"), "/srv/none");
    let snapshot = take(&disk, None);
    assert_eq!(names(&snapshot), [("b", &*at("modules/b")), ("c", &*at("modules/c")), ("a", "/code/modules/a")]);
    assert!(snapshot.module("c").unwrap().find("lib", "x.rb").is_some());
}

#[test]
fn definitions_by_place() {
    let disk = Memory::of(&[
        (&at("modules/ntp/manifests/init.pp"), ""),
        (&at("modules/ntp/manifests/a/b.pp"), ""),
        (&at("modules/ntp/functions/f.pp"), ""),
        (&at("modules/ntp/types/t.pp"), ""),
        (&at("functions/site.pp"), ""),
    ]);
    let snapshot = take(&disk, None);
    let path = |sort, name| snapshot.definition(sort, name).map(|(path, _)| path);
    assert_eq!(path(Sort::Manifest, "ntp"), Some(at("modules/ntp/manifests/init.pp")));
    assert_eq!(path(Sort::Manifest, "ntp::a::b"), Some(at("modules/ntp/manifests/a/b.pp")));
    assert_eq!(path(Sort::Function, "ntp::f"), Some(at("modules/ntp/functions/f.pp")));
    assert_eq!(path(Sort::TypeAlias, "ntp::t"), Some(at("modules/ntp/types/t.pp")));
    assert_eq!(path(Sort::Function, "environment::site"), Some(at("functions/site.pp")));
    assert_eq!(path(Sort::Manifest, "ntp::missing"), None);
    assert_eq!(path(Sort::Manifest, "other"), None);
}

#[test]
fn site_manifests_in_order() {
    let mut disk = Memory::of(&[
        (&at("manifests/z.pp"), ""),
        (&at("manifests/a/x.pp"), ""),
        (&at("manifests/a.pp"), ""),
        (&at("manifests/.hidden.pp"), ""),
        (&at("manifests/readme.md"), ""),
        ("/srv/more/m.pp", ""),
    ]);
    disk.link(&at("manifests/linked"), "/srv/more");
    let paths = |snapshot: &Snapshot| snapshot.manifests().into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    assert_eq!(paths(&take(&disk, None)), [at("manifests/a.pp"), at("manifests/a/x.pp"), at("manifests/z.pp")]);
    assert_eq!(paths(&take(&disk, Some("manifest = manifests/z.pp"))), [at("manifests/z.pp")]);
    assert_eq!(paths(&take(&disk, Some("manifest = /srv/more"))), ["/srv/more/m.pp"]);
    assert!(paths(&take(&disk, Some("manifest = none.pp"))).is_empty());
}

#[test]
fn identity_follows_the_tree() {
    let files = [("/code/environments/production/manifests/site.pp", "notice(1)")];
    let first = take(&Memory::of(&files), None);
    assert_eq!(first.id, take(&Memory::of(&files), None).id);
    let mut more = Memory::of(&files);
    more.file(&at("modules/m/files/x"), "");
    assert_ne!(first.id, take(&more, None).id);
    let changed = Memory::of(&[(files[0].0, "notice(12)")]);
    assert_ne!(first.id, take(&changed, None).id);
}

#[test]
fn history_and_specs_are_left_out() {
    let disk = Memory::of(&[
        (&at(".git/HEAD"), ""),
        (&at("modules/m/spec/x.rb"), ""),
        (&at("modules/m/.git/HEAD"), ""),
        (&at("modules/m/files/.git/HEAD"), ""),
        (&at("modules/m/files/spec/x"), ""),
    ]);
    let snapshot = take(&disk, None);
    let there = |rest: &str| snapshot.look(&at(rest)).unwrap().is_some();
    assert!(!there(".git") && !there("modules/m/spec") && !there("modules/m/.git"));
    assert!(there("modules/m/files/.git/HEAD") && there("modules/m/files/spec/x"));
}

#[test]
fn links_that_turn_back_end() {
    let mut disk = Memory::of(&[(&at("modules/m/files/x"), "")]);
    disk.link(&at("modules/m/files/loop"), "..");
    disk.link(&at("modules/m/files/self"), "self");
    let snapshot = take(&disk, None);
    let link = snapshot.look(&at("modules/m/files/loop")).unwrap().unwrap();
    assert!(link.is_directory() && link.children.is_none());
    assert_eq!(snapshot.look(&at("modules/m/files/self")).unwrap().unwrap().followed(), None);
}

#[test]
fn bounds_hold() {
    let disk = Memory::of(&[(&at("a/b/c/d/e"), ""), (&at("x"), "")]);
    let error = |bounds| try_take(&disk, None, bounds).unwrap_err().to_string();
    assert!(error(Bounds { entries: 3, depth: 64 }).contains("max-environment-entries"));
    assert!(error(Bounds { entries: 300, depth: 3 }).contains("max-environment-depth"));
}

#[test]
fn no_environment_without_its_folder() {
    assert!(try_take(&Memory::of(&[("/code/modules/x/y", "")]), None, Bounds::default()).unwrap().is_none());
}

#[test]
fn outside_is_not_the_same_as_absent() {
    let snapshot = take(&Memory::of(&[(&at("data/common.yaml"), "")]), None);
    assert!(snapshot.look(&at("data/none.yaml")).unwrap().is_none());
    assert_eq!(snapshot.look("/etc/passwd").err(), Some(Outside));
    assert_eq!(snapshot.look(&at("data/../../../../etc/passwd")).unwrap().map(|_| ()), None);
    assert_eq!(snapshot.glob(&at("data/*.yaml")), Ok(vec![at("data/common.yaml")]));
    assert_eq!(snapshot.glob("/etc/*"), Err(Outside));
}

#[test]
fn module_path_patterns_are_expanded() {
    let disk = Memory::of(&[(&at("teams/b/modules/x/f"), ""), (&at("teams/a/modules/y/f"), "")]);
    let snapshot = take(&disk, Some("modulepath = teams/*/modules:{none,teams/a/modules}"));
    assert_eq!(snapshot.modulepath, [at("teams/a/modules"), at("teams/b/modules"), at("teams/a/modules")]);
    assert_eq!(snapshot.modules.iter().map(|module| &*module.name).collect::<Vec<_>>(), ["y", "x"]);
}
