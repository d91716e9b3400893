//! A site to deploy: a control repository, modules in Git, archives, a Forge, and what r10k makes of them.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::files::{Files, files};
use crate::git::Repositories;
use crate::server::{Options, Server};

/// A control repository, modules in Git, archives, and lists of environments.
pub struct Lab {
    pub repositories: Repositories,
}

impl Lab {
    pub fn new() -> Result<Self> {
        let lab = Self { repositories: Repositories::new()? };
        lab.repositories.module("gitmod", "1")?;
        lab.git("gitmod", &["tag", "v1"])?;
        lab.repositories.make("control", "production")?;
        lab.write("control/manifests/site.pp", "node default { include web }\n")?;
        lab.write("control/environment.conf", "modulepath = vendor:modules:thirdparty:$basemodulepath\n")?;
        lab.write("control/modules/own/manifests/init.pp", "class own { }\n")?;
        Ok(lab)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.repositories.root().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        self.repositories.write("", path, text)
    }

    pub fn puppetfile(&self, text: &str) -> Result<()> {
        self.write("control/Puppetfile", text)?;
        self.repositories.commit("control", "modules").map(drop)
    }

    pub fn git(&self, repository: &str, arguments: &[&str]) -> Result<String> {
        self.repositories.git(repository, arguments)
    }

    /// Packs files with `tar`, and gives the archive's checksum.
    pub fn tarball(&self, name: &str, text: &str) -> Result<String> {
        let source = format!("sources/{name}");
        self.write(&format!("{source}/manifests/init.pp"), &format!("class {name} {{ notify {{ '{text}': }} }}\n"))?;
        self.write(&format!("{source}/files/run"), "#!/bin/sh\n")?;
        self.write(&format!("{source}/spec/some_spec.rb"), "# tests\n")?;
        fs::create_dir_all(self.path(&source).join("empty"))?;
        fs::set_permissions(self.path(&source).join("files/run"), fs::Permissions::from_mode(0o755))?;
        let archive = self.text(&format!("{name}.tar.gz"));
        let done = Command::new("tar").args(["-czf", &archive, "-C", &self.text(&source), "."]).status()?;
        ensure!(done.success(), "tar: {done}");
        Ok(hex::encode(Sha256::digest(fs::read(archive)?)))
    }

    /// Writes an `r10k.yaml` with the control repository as the source `lab`.
    pub fn r10k(&self, more: &str) -> Result<()> {
        let place = self.repositories.root().display();
        let text = format!(
            "cachedir: {place}/cache\nsources:\n  lab: {{remote: {place}/control/.git, basedir: {place}/r10k}}\n{more}"
        );
        self.write("r10k.yaml", &text)
    }

    pub fn import(&self, server: &Server) -> Result<()> {
        server.quartermaster(&["code", "import-r10k", &self.text("r10k.yaml")]).map(drop)
    }

    /// Deploys with r10k, and gives what every environment then has.
    pub fn with_r10k(&self) -> Result<BTreeMap<String, Files>> {
        let file = self.text("r10k.yaml");
        let arguments = ["deploy", "environment", "-m", "-v", "warn", "-c", &file];
        let output = Command::new("r10k").args(arguments).env("HOME", self.repositories.root()).output()?;
        ensure!(output.status.success(), "r10k: {}", String::from_utf8_lossy(&output.stderr));
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(self.path("r10k"))? {
            let entry = entry?;
            all.insert(entry.file_name().to_string_lossy().into_owned(), files(&entry.path())?);
        }
        Ok(all)
    }
}

/// A server with a Forge that is reached without TLS, and the address of that.
pub fn with_forge(options: Options) -> Result<(Server, String)> {
    // The system gives a free port; that somebody else takes it in between is hardly to be.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let url = format!("http://127.0.0.1:{port}");
    Ok((options.arguments(&["--forge-listen", &url]).start()?, url))
}

/// Builds a release and publishes it.
pub fn publish(server: &Server, name: &str, version: &str, needs: &[(&str, &str)]) -> Result<()> {
    let module = name.split_once('-').context("AUTHOR-NAME")?.1;
    let dir = server.folder().join(format!("sources/{name}-{version}"));
    let needs: Vec<Value> =
        needs.iter().map(|(name, range)| json!({"name": name, "version_requirement": range})).collect();
    for folder in ["manifests", "spec", "files"] {
        fs::create_dir_all(dir.join(folder))?;
    }
    fs::write(
        dir.join("metadata.json"),
        json!({"name": name, "version": version, "author": "Acme", "summary": "", "license": "MIT", "source": "x",
               "dependencies": needs})
        .to_string(),
    )?;
    fs::write(dir.join("manifests/init.pp"), format!("class {module} {{ notify {{ '{module} {version}': }} }}\n"))?;
    fs::write(dir.join("spec/init_spec.rb"), "# tests\n")?;
    fs::write(dir.join("files/run"), "#!/bin/sh\n")?;
    fs::set_permissions(dir.join("files/run"), fs::Permissions::from_mode(0o755))?;
    let archive = server.quartermaster(&["module", "build", dir.to_str().context("a path is text")?])?;
    server.quartermaster(&["module", "publish", archive.trim()]).map(drop)
}

/// What is said of a deploy that fails.
pub fn refusal(server: &Server) -> Result<String> {
    let output = server.command(&["code", "deploy", "--all", "--wait"])?;
    ensure!(!output.status.success(), "it was deployed: {}", String::from_utf8_lossy(&output.stdout));
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Versions, trees and drafts on disk.
pub fn on_disk(server: &Server) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for folder in ["trees", "versions", "tmp"] {
        for entry in fs::read_dir(server.data().join("code").join(folder))? {
            all.push(format!("{folder}/{}", entry?.file_name().to_string_lossy()));
        }
    }
    all.sort();
    Ok(all)
}
