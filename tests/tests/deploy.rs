//! Deploys from Git: beside r10k, and when something goes wrong.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use acceptance::files::{Files, deployed, files};
use acceptance::server::Server;
use acceptance::shared::has_command;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

/// A control repository and repositories of modules, with what r10k makes of them.
struct Lab {
    folder: TempDir,
}

impl Lab {
    /// Two branches, and modules by tag, commit, branch, the control repository's branch, and one of its own.
    fn new() -> Result<Self> {
        let lab = Self { folder: tempfile::tempdir()? };
        for module in ["apache", "ntp", "base", "site_tools"] {
            lab.repository(module)?;
            for version in ["1", "2"] {
                lab.write(
                    module,
                    "manifests/init.pp",
                    &format!("class {module} {{ notify {{ '{module} {version}': }} }}\n"),
                )?;
                lab.write(module, "spec/init_spec.rb", "# tests\n")?;
                lab.write(
                    module,
                    "metadata.json",
                    &format!("{{\"name\": \"lab-{module}\", \"version\": \"{version}.0.0\"}}\n"),
                )?;
                lab.commit(module, version)?;
                lab.git(module, &["tag", "-a", "-m", version, &format!("v{version}")])?;
            }
        }
        lab.git("base", &["branch", "feature/new"])?;
        lab.git("base", &["checkout", "-q", "feature/new"])?;
        lab.write("base", "manifests/init.pp", "class base { notify { 'base feature': } }\n")?;
        lab.commit("base", "feature")?;
        lab.git("base", &["checkout", "-q", "main"])?;
        lab.repository("control")?;
        lab.git("control", &["checkout", "-q", "-b", "production"])?;
        lab.write("control", "manifests/site.pp", "node default { include role }\n")?;
        lab.write(
            "control",
            "site/role/manifests/init.pp",
            "class role { include apache include base include own }\n",
        )?;
        lab.write("control", "modules/own/manifests/init.pp", "class own { notify { 'own': } }\n")?;
        lab.write("control", "modules/stale/manifests/init.pp", "class stale { }\n")?;
        lab.write("control", "environment.conf", "modulepath = site:modules:$basemodulepath\n")?;
        lab.write("control", "data/common.yaml", "a: 1\n")?;
        lab.write("control", "dos.txt", "one\ntwo\n")?;
        lab.write("control", ".gitattributes", "dos.txt text eol=crlf\nhidden.txt export-ignore\n")?;
        lab.write("control", "hidden.txt", "kept all the same\n")?;
        lab.write("control", "bin/run", "#!/bin/sh\n")?;
        fs::set_permissions(lab.work("control").join("bin/run"), fs::Permissions::from_mode(0o755))?;
        symlink("../data/common.yaml", lab.work("control").join("bin/link"))?;
        lab.puppetfile("v1")?;
        lab.commit("control", "first")?;
        lab.git("control", &["branch", "feature/new"])?;
        let control = lab.url("control");
        let r10k = format!(
            "cachedir: {0}/cache\nsources:\n  lab: {{remote: {control}, basedir: {0}/r10k}}\n",
            lab.folder.path().display()
        );
        fs::write(lab.file(), r10k)?;
        Ok(lab)
    }

    fn puppetfile(&self, apache: &str) -> Result<()> {
        let commit = self.git("ntp", &["rev-parse", "v1^{commit}"])?;
        let text = format!(
            "forge 'http://127.0.0.1:9/'\nmod 'apache', git: '{}', tag: '{apache}'\nmod 'ntp',\n  :git => '{}',\n  \
             :commit => '{commit}'\nmod 'base', git: '{}', branch: :control_branch, default_branch: 'main'\n\
             mod 'own', local: true\nmod 'site_tools', git: '{}', ref: 'main', install_path: 'site', exclude_spec: true\n",
            self.url("apache"),
            self.url("ntp"),
            self.url("base"),
            self.url("site_tools"),
        );
        self.write("control", "Puppetfile", &text)
    }

    fn repository(&self, name: &str) -> Result<()> {
        fs::create_dir_all(self.work(name))?;
        self.git(name, &["init", "-q", "-b", "main"]).map(drop)
    }

    fn work(&self, name: &str) -> PathBuf {
        self.folder.path().join("git").join(name)
    }

    fn url(&self, name: &str) -> String {
        self.work(name).join(".git").display().to_string()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("r10k.yaml")
    }

    fn write(&self, repository: &str, path: &str, text: &str) -> Result<()> {
        let path = self.work(repository).join(path);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        Ok(fs::write(path, text)?)
    }

    fn commit(&self, repository: &str, message: &str) -> Result<()> {
        self.git(repository, &["add", "-A"])?;
        self.git(repository, &["commit", "-q", "-m", message]).map(drop)
    }

    fn git(&self, repository: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new("git")
            .args(["-c", "user.name=lab", "-c", "user.email=lab@example.com"])
            .args(arguments)
            .current_dir(self.work(repository))
            .output()?;
        ensure!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Deploys with r10k, and gives what every environment then has.
    fn with_r10k(&self) -> Result<BTreeMap<String, Files>> {
        let output =
            Command::new("r10k").args(["deploy", "environment", "-m", "-v", "warn", "-c"]).arg(self.file()).output()?;
        ensure!(output.status.success(), "r10k: {}", String::from_utf8_lossy(&output.stderr));
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(self.folder.path().join("r10k"))? {
            let entry = entry?;
            all.insert(entry.file_name().to_string_lossy().into_owned(), files(&entry.path())?);
        }
        Ok(all)
    }

    fn server(&self) -> Result<Server> {
        self.server_with("")
    }

    fn server_with(&self, config: &str) -> Result<Server> {
        let server = Server::options().config(config).start()?;
        server.quartermaster(&["code", "import-r10k", self.file().to_str().context("a path")?])?;
        Ok(server)
    }
}

/// The titles of the notices in a node's catalog, and the version of its code.
fn catalog(server: &Server, environment: &str) -> Result<(Vec<String>, String)> {
    let text = server.quartermaster(&["compile", "web01.example.com", "--environment", environment])?;
    let catalog: Value = serde_json::from_str(&text)?;
    let resources = catalog["resources"].as_array().context("resources")?;
    let notices = resources.iter().filter(|resource| resource["type"] == "Notify");
    let mut titles: Vec<String> = notices.filter_map(|notice| notice["title"].as_str()).map(str::to_owned).collect();
    titles.sort();
    Ok((titles, catalog["code_id"].as_str().unwrap_or_default().to_owned()))
}

/// What is said of a deploy that fails.
fn refusal(server: &Server, arguments: &[&str]) -> Result<String> {
    let output = server.command(arguments)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!output.status.success(), "{arguments:?} succeeded: {}", String::from_utf8_lossy(&output.stdout));
    Ok(said)
}

const DEPLOY: &[&str] = &["code", "deploy", "production", "--wait"];

#[test]
fn the_same_files_as_r10k() -> Result<()> {
    if !has_command("r10k") || !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new()?;
    let server = lab.server()?;
    let (theirs, ours) = (lab.with_r10k()?, deployed(&server)?);
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ["feature_new", "production"]);
    assert_eq!(theirs, ours, "at first");
    assert!(ours["production"].contains_key("modules/stale"), "what is in the control repository stays");

    // A module moves, one is moved back by force, a branch goes and another comes.
    lab.write("site_tools", "manifests/init.pp", "class site_tools { notify { 'new': } }\n")?;
    lab.commit("site_tools", "newer")?;
    lab.git("base", &["reset", "-q", "--hard", "v1"])?;
    lab.git("control", &["branch", "-D", "feature/new"])?;
    lab.git("control", &["branch", "topic-1"])?;
    lab.puppetfile("v2")?;
    lab.commit("control", "second")?;
    let (theirs, ours) = (lab.with_r10k()?, deployed(&server)?);
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ["production", "topic_1"]);
    assert_eq!(theirs, ours, "after changes");
    Ok(())
}

#[test]
fn a_puppetfile_with_logic_is_run_where_that_is_allowed() -> Result<()> {
    if !has_command("r10k") || !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new()?;
    let text = format!(
        r"
def branch_or(default)
  match = /\A(.+)\/new\z/.match(@librarian.environment.name)
  match ? 'feature/new' : default
end
modules = {{ 'apache' => '{}', 'base' => '{}' }}
modules.each do |name, url|
  mod name, git: url, ref: name == 'base' ? branch_or('v2') : 'v1'
end
%w[own stale].each {{ |name| mod name, local: true }}
",
        lab.url("apache"),
        lab.url("base"),
    );
    lab.write("control", "Puppetfile", &text)?;
    lab.commit("control", "logic")?;
    lab.git("control", &["branch", "-f", "feature/new"])?;

    let strict = lab.server()?;
    let said = refusal(&strict, DEPLOY)?;
    assert!(said.contains("Puppetfile, line: 2, column: 1") && said.contains("deploy.puppetfile_ruby"), "{said}");

    let server = lab.server_with("[deploy]\npuppetfile_ruby = true\n")?;
    let (theirs, ours) = (lab.with_r10k()?, deployed(&server)?);
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ["feature_new", "production"]);
    assert_eq!(theirs, ours);
    Ok(())
}

#[test]
fn a_catalog_comes_from_one_version() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new()?;
    lab.write(
        "control",
        "Puppetfile",
        &format!(
            "mod 'apache', git: '{}', tag: 'v1'\nmod 'base', git: '{}', branch: 'main'\nmod 'own', local: true\n",
            lab.url("apache"),
            lab.url("base")
        ),
    )?;
    lab.commit("control", "no module in site")?;
    let server = lab.server()?;
    server.quartermaster(DEPLOY)?;
    let (notices, first) = catalog(&server, "production")?;
    assert_eq!(notices, ["apache 1", "base 2", "own"]);
    assert_eq!(first.len(), 40);

    let again: Value = serde_json::from_str(&server.quartermaster(&["code", "deploy", "--all", "--wait", "--json"])?)?;
    let results: Vec<_> =
        again["environments"].as_array().context("a list")?.iter().map(|one| &one["result"]).collect();
    assert_eq!(results, ["switched", "unchanged"]);
    assert_eq!(catalog(&server, "production")?.1, first);

    lab.write("base", "manifests/init.pp", "class base { notify { 'base 3': } }\n")?;
    lab.commit("base", "third")?;
    let would = server.quartermaster(&["code", "deploy", "production", "--dry-run"])?;
    assert!(would.contains("would switch") && would.contains("modules/base: main ("), "{would}");
    assert_eq!(catalog(&server, "production")?.1, first, "a dry run changes nothing");
    server.quartermaster(&["code", "deploy", "production", "--module", "base", "--wait"])?;
    let (notices, second) = catalog(&server, "production")?;
    assert_eq!(notices, ["apache 1", "base 3", "own"]);
    let differs = server.quartermaster(&["code", "diff", &first[..12], "production"])?;
    assert_eq!(differs.lines().count(), 1, "{differs}");

    server.quartermaster(&["code", "rollback", "production"])?;
    assert_eq!(catalog(&server, "production")?.1, first);
    server.quartermaster(&["code", "pin", "production", "--reason", "freeze"])?;
    let held = server.quartermaster(DEPLOY)?;
    assert!(held.contains("pinned") && held.contains("freeze"), "{held}");
    assert_eq!(catalog(&server, "production")?.1, first);
    server.quartermaster(&["code", "unpin", "production"])?;
    server.quartermaster(DEPLOY)?;
    assert_eq!(catalog(&server, "production")?.1, second);

    let history: Value = serde_json::from_str(&server.quartermaster(&["code", "history", "production", "--json"])?)?;
    let actions: Vec<_> = history.as_array().context("a list")?.iter().map(|line| &line["action"]).collect();
    assert_eq!(actions, ["deploy", "rollback", "deploy", "deploy"]);
    Ok(())
}

#[test]
fn what_fails_changes_nothing_and_says_where() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new()?;
    let server = lab.server()?;
    server.quartermaster(&["code", "deploy", "--all", "--wait"])?;
    let before = server.quartermaster(&["code", "status", "--json"])?;
    let live = |text: &str| -> Result<Vec<Value>> {
        let status: Value = serde_json::from_str(text)?;
        Ok(status["environments"].as_array().context("a list")?.iter().map(|one| one["code_id"].clone()).collect())
    };

    let good = fs::read_to_string(lab.work("control").join("Puppetfile"))?;
    for (text, expected) in [
        ("mod 'apache', git: \n", vec!["Puppetfile", "line: "]),
        ("mod 'apache', git: '/srv/nowhere.git'\n", vec!["apache", "Puppetfile line 1", "/srv/nowhere.git"]),
        ("mod 'apache', git: 'ext::sh -c id'\n", vec!["apache", "ext::"]),
        ("mod 'apache', git: '--upload-pack=id'\n", vec!["apache", "no address of a repository"]),
    ] {
        lab.write("control", "Puppetfile", text)?;
        lab.commit("control", "mistake")?;
        let said = refusal(&server, DEPLOY)?;
        assert!(expected.iter().all(|part| said.contains(part)), "{text}: {said}");
    }
    lab.write("control", "Puppetfile", &good)?;
    lab.write("control", "manifests/site.pp", "node default { include ]\n")?;
    lab.commit("control", "broken manifest")?;
    let said = refusal(&server, DEPLOY)?;
    assert!(said.contains("manifests/site.pp:1:24"), "{said}");
    lab.git("control", &["reset", "-q", "--hard", "HEAD~5"])?;

    lab.git("apache", &["tag", "-d", "v1"])?;
    let said = refusal(&server, DEPLOY)?;
    assert!(said.contains("Could not resolve desired ref 'v1'"), "{said}");
    symlink("/etc/passwd", lab.work("control").join("out"))?;
    lab.git("apache", &["tag", "v1"])?;
    lab.commit("control", "a link out")?;
    let said = refusal(&server, DEPLOY)?;
    assert!(said.contains("out leads out of its folder, to /etc/passwd"), "{said}");
    lab.git("control", &["reset", "-q", "--hard", "HEAD~1"])?;

    let hidden = lab.work("away");
    fs::rename(lab.work("control"), &hidden)?;
    let said = refusal(&server, &["code", "deploy", "--all", "--wait"])?;
    assert!(said.contains("production: git ls-remote"), "{said}");
    assert_eq!(live(&server.quartermaster(&["code", "status", "--json"])?)?, live(&before)?, "all of it stayed");
    fs::rename(hidden, lab.work("control"))?;
    let nowhere = refusal(&server, &["code", "deploy", "nowhere", "--wait"])?;
    assert!(nowhere.contains("cannot be found in any source"), "{nowhere}");
    server.quartermaster(DEPLOY)?;
    Ok(())
}

#[test]
fn a_server_that_is_killed_goes_on_where_it_was() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new()?;
    let mut server = lab.server()?;
    server.quartermaster(&["code", "deploy", "--all", "--wait"])?;
    let mut expected = catalog_id(&server)?;
    for moment in [0, 20, 60, 120, 250] {
        lab.write("base", "files/moment", &moment.to_string())?;
        lab.commit("base", "moment")?;
        let data = server.data();
        let mut deploy = Command::new(acceptance::server::binary())
            .args(DEPLOY)
            .arg("--data-dir")
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        std::thread::sleep(Duration::from_millis(moment));
        server.kill()?;
        deploy.wait()?;
        server.start()?;
        let found = catalog_id(&server)?;
        server.quartermaster(DEPLOY)?;
        let deployed = catalog_id(&server)?;
        assert!(found == expected || found == deployed, "one version or the other is served");
        assert_ne!(deployed, expected);
        expected = deployed;
        assert_eq!(fs::read_dir(data.join("code/tmp"))?.count(), 0, "nothing half-made is left");
    }
    Ok(())
}

fn catalog_id(server: &Server) -> Result<String> {
    let status: Value = serde_json::from_str(&server.quartermaster(&["code", "status", "--json"])?)?;
    let production = status["environments"].as_array().context("a list")?.iter();
    let mut production = production.filter(|one| one["environment"] == "production");
    Ok(production.next().and_then(|one| one["code_id"].as_str()).context("production")?.to_owned())
}
