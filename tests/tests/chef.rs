//! Chef's clients against the server: go-chef, as Debian packages it, and `PyChef`, from Python's packages.

#![allow(clippy::print_stderr, reason = "what was left out is for whoever runs the tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::server::{Options, Server};
use anyhow::{Context, Result, ensure};

/// Where Debian puts the sources of Go libraries.
const LIBRARIES: &str = "/usr/share/gocode";

#[test]
fn go_chef_drives_every_kind_of_object() -> Result<()> {
    driven("drive", "all was well\n", Server::options())
}

#[test]
fn go_chef_uploads_downloads_and_searches() -> Result<()> {
    driven("cookbooks", "done\n", Server::options())
}

#[test]
fn runs_are_told_and_read() -> Result<()> {
    let settings = [
        "--set",
        "chef.data_collector_token=sesame",
        "--set",
        "chef.stats_password=sesame",
        "--set",
        "chef.required_recipe=FOLDER/required.rb",
    ];
    let options = Server::options().file("required.rb", "log 'required'\n").arguments(&settings);
    driven("runs", "done\n", options)
}

/// Builds and runs a program with go-chef, whose output ends so when all was well.
fn driven(program: &str, well: &str, options: Options) -> Result<()> {
    let library = Path::new(LIBRARIES).join("src/github.com/go-chef/chef");
    if !library.is_dir() || Command::new("go").arg("version").output().is_err() {
        eprintln!("skipped: needs the packages golang-go and golang-github-go-chef-chef-dev");
        return Ok(());
    }
    let server = options.start()?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chef").join(program).with_extension("go");
    let driver = server.folder().join("drive");
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&driver, &source])
        .env("GO111MODULE", "off")
        .env("GOPATH", LIBRARIES)
        .env("GOFLAGS", "")
        .env("GOCACHE", server.folder().join("cache"))
        .output()
        .context("go runs")?;
    ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let url = format!("https://localhost:{}/organizations/default/", server.port());
    let outcome = Command::new(driver)
        .args([&url, "pivotal"])
        .arg(server.data().join("chef/pivotal.pem"))
        .arg("sesame")
        .output()?;
    let said = String::from_utf8_lossy(&outcome.stdout);
    let complained = String::from_utf8_lossy(&outcome.stderr);
    ensure!(outcome.status.success() && said.ends_with(well), "{said}\n{complained}\n{}", server.log());
    Ok(())
}

#[test]
fn pychef_drives_every_kind_of_object() -> Result<()> {
    let Some(python) = python_with_chef() else {
        eprintln!("skipped: needs python3 with venv, and PyChef from its packages");
        return Ok(());
    };
    let server = Server::options().start()?;
    let url = format!("https://localhost:{}/organizations/default", server.port());
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chef/drive.py");
    let outcome = Command::new(python)
        .arg(driver)
        .args([&url, "pivotal"])
        .arg(server.data().join("chef/pivotal.pem"))
        .current_dir(server.folder())
        .output()?;
    let said = String::from_utf8_lossy(&outcome.stdout);
    let complained = String::from_utf8_lossy(&outcome.stderr);
    ensure!(outcome.status.success() && said.ends_with("all was well\n"), "{said}\n{complained}\n{}", server.log());
    Ok(())
}

/// A Python that has `PyChef`, kept beside what was built; none where it cannot be had.
fn python_with_chef() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pychef");
    let python = folder.join("bin/python");
    let works = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    // PyChef asks for a part of setuptools that newer ones no longer have.
    let wanted = ["-m", "pip", "install", "--quiet", "PyChef==0.3.0", "setuptools<81"];
    let is_there = || {
        works(
            Command::new(&python)
                .args(["-c", "import pkg_resources, requests, six, importlib.metadata as m; m.version('PyChef')"]),
        )
    };
    let made = is_there()
        || works(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
            && works(Command::new(&python).args(wanted))
            && is_there();
    made.then_some(python)
}

#[test]
fn keys_of_the_first_start_are_their_owners_alone() -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::options().arguments(&["--set", "chef.organization=first"]).start()?;
    for file in ["pivotal.pem", "webui.pem", "first-validator.pem"] {
        let path = server.data().join("chef").join(file);
        let text = std::fs::read_to_string(&path).with_context(|| file.to_owned())?;
        ensure!(text.starts_with("-----BEGIN RSA PRIVATE KEY-----"), "{file}");
        ensure!(std::fs::metadata(&path)?.permissions().mode() & 0o777 == 0o600, "{file}");
    }
    Ok(())
}
