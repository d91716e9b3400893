//! Repositories of Git that a test fills, as a control repository and modules, and the file that names them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// Repositories in a folder, each with a work tree: `NAME/.git` is what is served.
pub struct Repositories {
    folder: TempDir,
}

impl Repositories {
    pub fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::Builder::new().prefix("quartermaster-test-git-").tempdir()? })
    }

    /// A control repository `control` with the branch `production` that notifies `text`, and a module `web`, version 1.
    pub fn with_control(text: &str) -> Result<Self> {
        let repositories = Self::new()?;
        repositories.module("web", "1")?;
        repositories.make("control", "production")?;
        repositories.write("control", "manifests/site.pp", &format!("notify {{ '{text}': }}\ninclude web\n"))?;
        repositories.puppetfile(&repositories.place("web"))?;
        Ok(repositories)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A repository with a branch and no commit.
    pub fn make(&self, name: &str, branch: &str) -> Result<()> {
        fs::create_dir_all(self.work(name))?;
        self.git(name, &["init", "-q", "-b", branch]).map(drop)
    }

    /// Commits a module that notifies its name and version; made when it is not there.
    pub fn module(&self, name: &str, version: &str) -> Result<()> {
        if !self.work(name).is_dir() {
            self.make(name, "main")?;
        }
        self.write(name, "manifests/init.pp", &format!("class {name} {{ notify {{ '{name} {version}': }} }}\n"))?;
        self.commit(name, version).map(drop)
    }

    /// Commits a Puppetfile of the control repository that takes `web` from `remote`.
    pub fn puppetfile(&self, remote: &str) -> Result<()> {
        self.write("control", "Puppetfile", &format!("mod 'web', git: '{remote}', branch: 'main'\n"))?;
        self.commit("control", "modules").map(drop)
    }

    pub fn work(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// The path that it is cloned from.
    pub fn place(&self, name: &str) -> String {
        self.work(name).join(".git").display().to_string()
    }

    pub fn write(&self, name: &str, path: &str, text: &str) -> Result<()> {
        let path = self.work(name).join(path);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        Ok(fs::write(path, text)?)
    }

    /// Commits all that is there; gives the commit.
    pub fn commit(&self, name: &str, message: &str) -> Result<String> {
        self.git(name, &["add", "-A"])?;
        self.git(name, &["commit", "-q", "--allow-empty", "-m", message])?;
        self.git(name, &["rev-parse", "HEAD"])
    }

    pub fn git(&self, name: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new("git")
            .args(["-c", "user.name=lab", "-c", "user.email=lab@example.com"])
            .args(arguments)
            .current_dir(self.work(name))
            .output()?;
        ensure!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Writes an `r10k.yaml` with one source, `lab`; `more` are further settings.
    pub fn r10k(&self, remote: &str, more: &str) -> Result<String> {
        let path = self.root().join("r10k.yaml");
        fs::write(&path, format!("sources: {{lab: {{remote: '{remote}', basedir: /srv}}}}\n{more}"))?;
        Ok(path.display().to_string())
    }
}
