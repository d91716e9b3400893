use std::fs;
use std::os::unix::fs::symlink;

use compiler::world::{DataFormat, FileKind, LoadError, ProgramKind, World};
use tempfile::TempDir;

use super::world::EnvironmentWorld;
use super::*;

struct Code {
    root: TempDir,
}

impl Code {
    fn new() -> Self {
        let code = Self { root: TempDir::new().unwrap() };
        code.write("environments/production/manifests/site.pp", "notice('one')\n");
        code
    }

    fn path(&self, relative: &str) -> String {
        format!("{}/{relative}", self.root.path().display())
    }

    fn home(&self, relative: &str) -> String {
        self.path(&format!("environments/production/{relative}"))
    }

    fn write(&self, relative: &str, content: &str) {
        let path = self.path(relative);
        fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn write_home(&self, relative: &str, content: &str) {
        self.write(&format!("environments/production/{relative}"), content);
    }

    fn open(&self) -> Environments {
        Environments::open(EnvironmentSettings::classic(self.root.path()), syntax::Strict::Warning)
    }
}

fn production(environments: &Environments) -> Arc<Environment> {
    environments.get(&EnvironmentName::production()).unwrap()
}

fn world(environment: &Arc<Environment>) -> EnvironmentWorld {
    EnvironmentWorld::new(environment.clone(), 7, Arc::new(|_| Ok(Vec::new())))
}

#[test]
fn nothing_changes_while_nothing_changes() {
    let code = Code::new();
    let environments = code.open();
    // A listing made this shortly after a change is made again once.
    let first = production(&environments);
    let second = production(&environments);
    assert!(Arc::ptr_eq(&first, &second));
}

#[test]
fn every_edit_shows_at_once() {
    let code = Code::new();
    let environments = code.open();
    let mut seen = production(&environments);
    for round in 0..50 {
        code.write_home("manifests/site.pp", &format!("notice('{}')\n", round % 2));
        let now = production(&environments);
        assert!(!Arc::ptr_eq(&seen, &now), "round {round} was not seen");
        let text = world(&now).manifests().unwrap()[0].source.text().clone();
        assert_eq!(&*text, format!("notice('{}')\n", round % 2));
        seen = now;
    }
}

#[test]
fn new_modules_and_files_in_new_folders_show() {
    let code = Code::new();
    let environments = code.open();
    assert!(production(&environments).snapshot.modules.is_empty());
    code.write_home("modules/ntp/manifests/init.pp", "class ntp {}");
    assert!(world(&production(&environments)).program(ProgramKind::Manifest, "ntp").unwrap().is_some());
    code.write_home("modules/ntp/manifests/deep/er.pp", "class ntp::deep::er {}");
    assert!(world(&production(&environments)).program(ProgramKind::Manifest, "ntp::deep::er").unwrap().is_some());
    fs::remove_dir_all(code.home("modules/ntp")).unwrap();
    assert!(world(&production(&environments)).program(ProgramKind::Manifest, "ntp").unwrap().is_none());
}

#[test]
fn changes_behind_links_show() {
    let code = Code::new();
    code.write("shared/ntp/manifests/init.pp", "class ntp { $a = 1 }");
    fs::create_dir_all(code.home("modules")).unwrap();
    symlink(code.path("shared/ntp"), code.home("modules/ntp")).unwrap();
    let environments = code.open();
    let text = |environments: &Environments| {
        let program = world(&production(environments)).program(ProgramKind::Manifest, "ntp").unwrap().unwrap();
        program.source.text().to_string()
    };
    assert!(text(&environments).contains("= 1"));
    code.write("shared/ntp/manifests/init.pp", "class ntp { $a = 2 }");
    assert!(text(&environments).contains("= 2"));
    // A link further down the way that nobody watches.
    code.write("releases/2/manifests/init.pp", "class ntp { $a = 3 }");
    fs::rename(code.path("shared/ntp"), code.path("releases/1")).unwrap();
    symlink(code.path("releases/2"), code.path("shared/ntp")).unwrap();
    std::thread::sleep(LINKS_EVERY + Duration::from_millis(20));
    assert!(text(&environments).contains("= 3"));
}

#[test]
fn an_environment_that_is_a_link_may_be_exchanged() {
    let code = Code::new();
    fs::rename(code.path("environments/production"), code.path("one")).unwrap();
    code.write("two/manifests/site.pp", "notice('two')\n");
    symlink(code.path("one"), code.path("environments/production")).unwrap();
    let environments = code.open();
    let first = production(&environments);
    fs::remove_file(code.path("environments/production")).unwrap();
    symlink(code.path("two"), code.path("environments/production")).unwrap();
    std::thread::sleep(LINKS_EVERY + Duration::from_millis(20));
    let second = production(&environments);
    assert_ne!(first.snapshot.id, second.snapshot.id);
    assert_eq!(&**world(&second).manifests().unwrap()[0].source.text(), "notice('two')\n");
}

#[test]
fn environments_come_and_go() {
    let code = Code::new();
    let environments = code.open();
    let test = EnvironmentName::parse("test").unwrap();
    let missing = environments.get(&test).err().unwrap();
    assert_eq!(missing.to_string(), "Could not find environment 'test'");
    code.write("environments/test/manifests/site.pp", "");
    code.write("environments/not-a-name/x", "");
    assert!(environments.get(&test).is_ok());
    assert_eq!(environments.list(), [EnvironmentName::production(), test.clone()]);
    fs::remove_dir_all(code.path("environments/test")).unwrap();
    assert_eq!(environments.get(&test).err(), Some(EnvironmentError::NotFound(test)));
}

#[test]
fn a_compile_keeps_what_it_began_with() {
    let code = Code::new();
    code.write_home("modules/m/manifests/init.pp", "class m {}");
    let environments = code.open();
    let old = production(&environments);
    code.write_home("modules/m/manifests/other.pp", "class m::other {}");
    let new = production(&environments);
    assert!(world(&old).program(ProgramKind::Manifest, "m::other").unwrap().is_none());
    assert!(world(&new).program(ProgramKind::Manifest, "m::other").unwrap().is_some());
}

#[test]
fn parsed_once_and_shared() {
    let code = Code::new();
    code.write_home("modules/m/manifests/init.pp", "class m {}");
    code.write_home("data/common.yaml", "a: 1\n");
    let environments = code.open();
    let first = production(&environments);
    let program =
        |environment: &Arc<Environment>| world(environment).program(ProgramKind::Manifest, "m").unwrap().unwrap();
    let data = |environment: &Arc<Environment>| {
        world(environment).data(&code.home("data/common.yaml"), DataFormat::Yaml).unwrap().unwrap()
    };
    assert!(Arc::ptr_eq(&program(&first), &program(&first)));
    code.write_home("modules/m/files/unrelated", "");
    let second = production(&environments);
    assert!(!Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&program(&first), &program(&second)));
    assert!(Arc::ptr_eq(&data(&first), &data(&second)));
}

#[test]
fn a_mistake_hurts_only_who_loads_it() {
    let code = Code::new();
    code.write_home("modules/good/manifests/init.pp", "class good {}");
    code.write_home("modules/bad/manifests/init.pp", "class bad {");
    code.write_home("data/bad.yaml", "a: [1\n");
    let environments = code.open();
    let world = world(&production(&environments));
    assert!(world.program(ProgramKind::Manifest, "good").unwrap().is_some());
    assert!(world.manifests().is_ok());
    let Err(LoadError::Syntax(text)) = world.program(ProgramKind::Manifest, "bad") else { panic!("it parsed") };
    assert!(text.contains("Syntax error at end of input"), "{text}");
    assert!(text.contains(&code.home("modules/bad/manifests/init.pp")), "{text}");
    let error = world.data(&code.home("data/bad.yaml"), DataFormat::Yaml).err().unwrap().to_string();
    assert!(error.contains("bad.yaml"), "{error}");
}

#[test]
fn a_file_of_a_module_defines_what_its_place_says() {
    let code = Code::new();
    code.write_home("modules/m/manifests/init.pp", "class m {}\nclass m::also {}");
    code.write_home("modules/m/manifests/one.pp", "class m::other {}");
    code.write_home("modules/m/manifests/two.pp", "class m::two {}\nnotify { 'x': }");
    let environments = code.open();
    let world = world(&production(&environments));
    let said = |name: &str| world.program(ProgramKind::Manifest, name).map(|_| ()).map_err(|error| error.to_string());
    let path = |file: &str| code.home(&format!("modules/m/manifests/{file}.pp"));
    assert_eq!(said("m"), Ok(()));
    let one = path("one");
    let text = format!("Unacceptable location. The name 'm::other' is unacceptable in file '{one}'");
    assert_eq!(said("m::one"), Err(format!("{text} (file: {one}, line: 1, column: 1)")));
    let text = "This Resource Statement is unacceptable as a top level construct in this location";
    assert_eq!(said("m::two"), Err(format!("{text} (file: {}, line: 2, column: 1)", path("two"))));
}

#[test]
fn files_templates_and_data_by_name() {
    let code = Code::new();
    code.write_home("modules/m/files/a/b", "bytes");
    code.write_home("modules/m/templates/t.epp", "<%= 1 %>");
    code.write_home("modules/m/metadata.json", r#"{"name": "x-m", "version": "1.2.3"}"#);
    code.write_home("modules/m/lib/puppet/functions/m/f.rb", "");
    code.write_home("modules/m/lib/puppet/parser/functions/old.rb", "");
    code.write_home("modules/m/lib/puppet/type/thing.rb", "newparam(:path, namevar: true)\nnewproperty(:mode)\n");
    code.write_home("data/nodes/a.yaml", "x: 1\n");
    code.write("elsewhere/x.yaml", "x: 2\n");
    let environments = code.open();
    let world = world(&production(&environments));
    let file = world.find(FileKind::File, "m/a/b").unwrap();
    assert_eq!(world.read(&file).unwrap().as_deref(), Some(&b"bytes"[..]));
    assert!(world.find(FileKind::File, "m/none").is_none());
    assert!(world.find(FileKind::File, &code.path("elsewhere/x.yaml")).is_some());
    assert!(world.epp("m/t.epp").unwrap().is_some());
    assert!(world.epp("m/none.epp").unwrap().is_none());
    assert_eq!(world.modules(), [Arc::from("m")]);
    assert!(world.module("m").unwrap().metadata.is_some());
    assert!(world.data(&code.home("data/none.yaml"), DataFormat::Yaml).unwrap().is_none());
    assert!(world.data(&code.path("elsewhere/x.yaml"), DataFormat::Yaml).unwrap().is_some());
    assert_eq!(world.glob(&code.home("data/**/*.yaml")), [code.home("data/nodes/a.yaml")]);
    assert_eq!(world.glob(&code.path("elsewhere/*.yaml")), [code.path("elsewhere/x.yaml")]);
    assert!(world.ruby_function("m::f").is_some() && world.ruby_function("old").is_some());
    assert!(world.ruby_function("none").is_none());
    assert_eq!(world.resource_type("thing").unwrap().namevars, [Arc::from("path")]);
    assert!(world.resource_type("none").is_none());
}

#[test]
fn versions_of_catalogs() {
    let code = Code::new();
    let environments = code.open();
    let environment = production(&environments);
    assert_eq!(environment.version(), Ok(environment.made.to_string().into()));
    code.write_home("environment.conf", "config_version = /bin/echo v-$environment\n");
    assert_eq!(production(&environments).version(), Ok("v-production".into()));
    code.write_home("environment.conf", "config_version = /bin/false\n");
    let error = production(&environments).version().unwrap_err();
    assert!(
        error.starts_with(
            "Execution of config_version command `/bin/false` failed: Execution of '/bin/false' returned 1"
        ),
        "{error}"
    );
}

#[test]
fn limits_are_named() {
    let code = Code::new();
    let settings = EnvironmentSettings {
        bounds: Bounds { entries: 2, depth: 64 },
        ..EnvironmentSettings::classic(code.root.path())
    };
    let error =
        Environments::open(settings, syntax::Strict::Warning).get(&EnvironmentName::production()).err().unwrap();
    assert!(error.to_string().contains("max-environment-entries"), "{error}");
}

#[test]
fn files_of_the_server_are_not_for_code() {
    let code = Code::new();
    let data = TempDir::new().unwrap();
    fs::create_dir_all(data.path().join("ca")).unwrap();
    let key = data.path().join("ca/ca_key.pem");
    fs::write(&key, "secret").unwrap();
    code.write_home("modules/m/files/own", "public");
    symlink(&key, code.home("modules/m/files/link")).unwrap();
    let settings = |data_dir: &Path| EnvironmentSettings {
        data_dir: Some(data_dir.to_owned()),
        ..EnvironmentSettings::classic(code.root.path())
    };
    let environments = Environments::open(settings(data.path()), syntax::Strict::Warning);
    let environment = production(&environments);
    let world = world(&environment);
    let around = format!("{}/../{}/ca/ca_key.pem", data.path().display(), data.path().file_name().unwrap().display());
    for path in [key.display().to_string(), around, code.home("modules/m/files/link")] {
        let error = world.read(&path).unwrap_err().to_string();
        assert!(error.contains("(the setting data_dir)"), "{error}");
        assert!(world.erb(&path).is_err(), "{path}");
        assert!(world.data(&path, DataFormat::Yaml).is_err(), "{path}");
    }
    assert_eq!(&*world.read(&code.home("modules/m/files/own")).unwrap().unwrap(), b"public");
    // Code may lie within the folder.
    let environments = Environments::open(settings(code.root.path()), syntax::Strict::Warning);
    let environment = production(&environments);
    assert!(self::world(&environment).read(&code.home("modules/m/files/own")).is_ok());
}

#[test]
fn starter_is_made_once_and_is_right() {
    let root = TempDir::new().unwrap();
    let environmentpath = root.path().join("environments");
    assert!(starter::create(&environmentpath).unwrap());
    assert!(!starter::create(&environmentpath).unwrap());
    let report = check::check(&environmentpath, Path::new(""), &mut |_| ()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.files, 4);
    let environments = Environments::open(EnvironmentSettings::classic(root.path()), syntax::Strict::Warning);
    assert_eq!(world(&production(&environments)).manifests().unwrap().len(), 1);
    assert!(production(&environments).snapshot.problems.is_empty());
}

#[test]
fn an_occupied_path_is_left_alone() {
    let code = Code::new();
    assert!(!starter::create(Path::new(&code.path("environments"))).unwrap());
    assert!(!Path::new(&code.home("hiera.yaml")).exists());
}

#[test]
fn many_threads_see_one_environment() {
    let code = Code::new();
    code.write_home("modules/m/manifests/init.pp", "class m {}");
    let environments = code.open();
    code.write_home("modules/m/manifests/x.pp", "class m::x {}");
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let environment = production(&environments);
                    world(&environment).program(ProgramKind::Manifest, "m::x").unwrap().unwrap()
                })
            })
            .collect();
        let programs: Vec<_> = handles.into_iter().map(|handle| handle.join().unwrap()).collect();
        assert!(programs.iter().all(|program| Arc::ptr_eq(program, &programs[0])));
    });
}

#[test]
fn what_was_not_there_shows_when_it_comes() {
    let code = Code::new();
    fs::create_dir_all(code.home("modules/m/files")).unwrap();
    symlink(code.path("elsewhere/file"), code.home("modules/m/files/f")).unwrap();
    let environments = code.open();
    assert!(production(&environments).snapshot.module("late").is_none());
    // The folder of modules for all environments was not there, so nothing watches it.
    code.write("modules/late/manifests/init.pp", "class late {}");
    code.write("elsewhere/file", "one");
    std::thread::sleep(LINKS_EVERY + Duration::from_millis(20));
    assert!(production(&environments).snapshot.module("late").is_some());
    let size = |environments: &Environments| {
        let environment = production(environments);
        let node = environment.snapshot.look(&code.home("modules/m/files/f")).unwrap().unwrap();
        node.followed().unwrap().size
    };
    assert_eq!(size(&environments), 3);
    code.write("elsewhere/file", "longer");
    std::thread::sleep(LINKS_EVERY + Duration::from_millis(20));
    assert_eq!(size(&environments), 6);
}

#[test]
fn ruby_is_started_ahead_where_a_function_needs_it() {
    if std::process::Command::new("ruby").arg("--version").output().is_err() {
        eprintln!("skipped: Ruby is not installed");
        return;
    }
    let code = Code::new();
    let native = "modules/stdlib/lib/puppet/functions/length.rb";
    code.write_home(native, "Puppet::Functions.create_function(:length) { }\n");
    let started = |ahead: bool| {
        let mut settings = EnvironmentSettings::classic(code.root.path());
        settings.ruby.library = false;
        settings.ruby_ahead = ahead;
        let environments = Environments::open(settings, syntax::Strict::Warning);
        environments.warm();
        environments.ruby_counts().idle
    };
    assert_eq!(started(true), 0);
    code.write_home("modules/m/lib/puppet/functions/m/f.rb", "Puppet::Functions.create_function(:'m::f') { }\n");
    assert_eq!(started(true), 1);
    assert_eq!(started(false), 0);
}
