//! Deploys of modules from a Forge, of archives, and of environments that files list: beside r10k, and when something
//! goes wrong.

use std::fs;
use std::io::Write;
use std::path::Path;

use acceptance::files::{deployed, exported};
use acceptance::host::{Host, response};
use acceptance::lab::{Lab, on_disk, publish, refusal, with_forge};
use acceptance::server::Server;
use acceptance::shared::has_command;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[test]
fn modules_of_a_forge_and_archives_are_the_files_of_r10k() -> Result<()> {
    if !has_command("r10k") || !has_command("git") {
        return Ok(());
    }
    // The Forge wants a token, and its own deploys need none.
    let (own, url) = with_forge(Server::options().arguments(&["--set", "forge.read_token=true"]))?;
    for (name, version) in [
        ("acme-web", "1.0.0"),
        ("acme-web", "2.0.0"),
        ("acme-base", "1.0.0"),
        ("acme-tool", "1.0.0"),
        ("acme-bare", "1.0.0"),
    ] {
        publish(&own, name, version, &[])?;
    }
    let token = own.quartermaster(&["token", "create", "--scope", "forge-read"])?;
    let lab = Lab::new()?;
    let packed = lab.tarball("packed", "packed 1")?;
    lab.tarball("loose", "loose 1")?;
    lab.puppetfile(&format!(
        "forge 'http://127.0.0.1:9'\nmod 'acme/web', '1.0.0'\nmod 'acme-base', :latest\nmod 'acme/tool'\n\
         mod 'acme-bare', version: '1.0.0', type: 'forge', exclude_spec: true\nmod 'own', local: true\n\
         mod 'packed', type: 'tarball', source: 'file://{}', version: '{packed}'\n\
         mod 'loose', type: 'tarball', source: '{}', install_path: 'vendor'\nmod 'gitmod', git: '{}', tag: 'v1'\n",
        lab.text("packed.tar.gz"),
        lab.text("loose.tar.gz"),
        lab.text("gitmod/.git"),
    ))?;
    lab.git("control", &["checkout", "-q", "-b", "other"])?;
    lab.puppetfile(
        "moduledir 'thirdparty'\nmod 'acme/web', '2.0.0'\nmod 'own', local: true, install_path: 'modules'\n",
    )?;
    lab.r10k(&format!(
        "deploy: {{purge_levels: [deployment, environment, puppetfile]}}\n\
         forge: {{baseurl: '{url}', authorization_token: 'Bearer {}'}}\n",
        token.trim()
    ))?;
    let elsewhere = Server::options().start()?;
    let servers = [&own, &elsewhere];
    servers.iter().try_for_each(|server| lab.import(server))?;
    let theirs = lab.with_r10k()?;
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ["other", "production"]);
    assert!(theirs["production"].contains_key("vendor/loose/empty"));
    for server in servers {
        assert_eq!(theirs, deployed(server)?, "at first");
    }

    // The newest moves on, what names no version stays, and so does an archive without checksum.
    publish(&own, "acme-base", "2.0.0", &[])?;
    publish(&own, "acme-tool", "2.0.0", &[])?;
    lab.tarball("loose", "loose 2")?;
    lab.git("control", &["checkout", "-q", "production"])?;
    lab.git("control", &["branch", "-q", "-D", "other"])?;
    lab.git("control", &["branch", "topic"])?;
    let theirs = lab.with_r10k()?;
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ["production", "topic"]);
    assert!(theirs["production"]["modules/base/manifests/init.pp"].contains("base 2.0.0"));
    assert!(theirs["production"]["modules/tool/manifests/init.pp"].contains("tool 1.0.0"));
    assert!(theirs["topic"]["modules/tool/manifests/init.pp"].contains("tool 2.0.0"));
    for server in servers {
        assert_eq!(theirs, deployed(server)?, "after changes");
    }

    // What is here is not asked for again: exact versions are deployed while the Forge is away.
    lab.puppetfile("mod 'acme/web', '1.0.0'\nmod 'acme/base', '2.0.0'\nmod 'acme-tool'\n")?;
    lab.git("control", &["branch", "-D", "topic"])?;
    let mut own = own;
    own.stop()?;
    let there = deployed(&elsewhere)?;
    assert!(there["production"]["modules/base/manifests/init.pp"].contains("base 2.0.0"));
    assert!(!there["production"].contains_key("modules/packed"));
    elsewhere.quartermaster(&["code", "rollback", "production"])?;
    assert!(elsewhere.quartermaster(&["code", "history", "production"])?.contains("rollback"));
    Ok(())
}

#[test]
fn environments_that_files_list_are_those_of_r10k() -> Result<()> {
    if !has_command("r10k") || !has_command("git") {
        return Ok(());
    }
    let (server, url) = with_forge(Server::options())?;
    for (name, version) in [("acme-web", "1.0.0"), ("acme-web", "2.0.0"), ("acme-base", "1.0.0")] {
        publish(&server, name, version, &[])?;
    }
    let lab = Lab::new()?;
    let packed = lab.tarball("packed", "packed 1")?;
    lab.puppetfile(&format!("mod 'acme/web', '1.0.0'\nmod 'gitmod', git: '{}', tag: 'v1'\n", lab.text("gitmod/.git")))?;
    lab.git("control", &["tag", "release-1"])?;
    let (control, archive) = (lab.text("control/.git"), lab.text("packed.tar.gz"));
    lab.write(
        "environments.yaml",
        &format!(
            "alone:\n  type: plain\n  modules:\n    acme-web: '1.0.0'\n    acme/base: :latest\n    gitmod: {{git: '{0}', \
             ref: v1, install_path: site}}\n    packed: {{type: tarball, source: '{archive}', version: '{packed}', \
             exclude_spec: true}}\n\
             tagged:\n  type: git\n  remote: '{control}'\n  ref: release-1\n  module_conflicts: override\n  moduledir: \
             extra\n  modules:\n    acme-web: '2.0.0'\nbranch:\n  remote: '{control}'\n  ref: production\n",
            lab.text("gitmod/.git"),
        ),
    )?;
    lab.write("environments.d/old.yaml", "type: bare\nmodules:\n  acme-base: '1.0.0'\n")?;
    lab.write("environments.d/gone.yaml", "type: plain\n")?;
    lab.write(
        "environments.d/whole.yaml",
        &format!("type: tarball\nsource: '{archive}'\nversion: '{packed}'\nmodules:\n  acme-web: '2.0.0'\n"),
    )?;
    let place = lab.repositories.root().display();
    lab.r10k(&format!(
        "  listed: {{type: yaml, config: {place}/environments.yaml, basedir: {place}/r10k, prefix: true}}\n  \
         folder: {{type: yamldir, config: {place}/environments.d, basedir: {place}/r10k, prefix: dir}}\n\
         forge: {{baseurl: '{url}'}}\n"
    ))?;
    lab.import(&server)?;
    let theirs = lab.with_r10k()?;
    let names = ["dir_gone", "dir_old", "dir_whole", "listed_alone", "listed_branch", "listed_tagged", "production"];
    assert_eq!(theirs.keys().collect::<Vec<_>>(), names);
    assert!(theirs["listed_tagged"]["extra/web/manifests/init.pp"].contains("web 2.0.0"));
    assert!(!theirs["listed_tagged"].contains_key("modules/web"));
    assert_eq!(theirs, deployed(&server)?);

    fs::remove_file(lab.path("environments.d/gone.yaml"))?;
    lab.write("environments.d/old.yaml", "type: plain\nmodules:\n  acme-base: '1.0.0'\n  acme-web: :latest\n")?;
    let (theirs, ours) = (lab.with_r10k()?, deployed(&server)?);
    assert!(!theirs.contains_key("dir_gone"));
    assert_eq!(theirs, ours, "after changes");

    // One module alone, in an environment without a repository.
    publish(&server, "acme-web", "3.0.0", &[])?;
    server.quartermaster(&["code", "deploy", "dir_old", "--module", "web", "--wait"])?;
    assert!(exported(&server, "dir_old")?["modules/web/manifests/init.pp"].contains("web 3.0.0"));

    lab.write("environments.yaml", &format!("tagged:\n  remote: '{control}'\n  ref: production\n  module_conflicts: error\n  modules: {{acme-web: '2.0.0'}}\n"))?;
    let said = refusal(&server)?;
    assert!(said.contains("Environment and puppetfile both define the \"web\" module"), "{said}");
    lab.write("environments.yaml", "tagged: [")?;
    let said = refusal(&server)?;
    assert!(said.contains("Couldn't open environments file"), "{said}");
    Ok(())
}

#[test]
fn what_cannot_be_had_changes_nothing_and_is_named() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let (server, url) = with_forge(Server::options())?;
    publish(&server, "acme-web", "1.0.0", &[])?;
    let lab = Lab::new()?;
    lab.tarball("packed", "packed 1")?;
    lab.puppetfile("mod 'acme-web', '1.0.0'\n")?;
    lab.r10k(&format!("forge: {{baseurl: '{url}'}}\n"))?;
    lab.import(&server)?;
    let (before, there) = (deployed(&server)?, on_disk(&server)?);

    let packed = lab.text("packed.tar.gz");
    let wrong = "0".repeat(64);
    for (text, expected) in [
        (
            "\n\nmod 'acme-web', '9.0.0'".to_owned(),
            vec!["Puppetfile line 3", "The module release acme-web-9.0.0 does not exist"],
        ),
        (
            "mod 'acme-none', :latest".to_owned(),
            vec!["module none (Puppetfile line 1)", "The module acme-none does not exist on"],
        ),
        ("mod 'acme-none', '1.0.0'".to_owned(), vec!["The module acme-none does not exist on"]),
        (
            format!("mod 'packed', tarball: '{packed}', version: '{wrong}'"),
            vec!["Puppetfile line 1", "does not match checksum", &packed],
        ),
        ("mod 'packed', tarball: '/srv/nowhere.tar.gz'".to_owned(), vec!["Puppetfile line 1", "/srv/nowhere.tar.gz"]),
        ("mod 'packed', tarball: 'http://127.0.0.1:9/x.tar.gz'".to_owned(), vec!["http://127.0.0.1:9/x.tar.gz"]),
        ("mod 'packed', tarball: 'ftp://127.0.0.1/x.tar.gz'".to_owned(), vec!["Unexpected source scheme ftp"]),
        ("mod 'packed', tarball: 'x.tar.gz'".to_owned(), vec!["'x.tar.gz' is no address of an archive"]),
        (format!("mod 'packed', tarball: '{}'", lab.text("r10k.yaml")), vec!["the archive cannot be read"]),
    ] {
        lab.puppetfile(&format!("{text}\n"))?;
        let said = refusal(&server)?;
        assert!(expected.iter().all(|part| said.contains(part)), "{text}: {said}");
        assert_eq!(on_disk(&server)?.iter().filter(|name| name.starts_with("tmp/")).count(), 0, "{text}");
    }

    // A Forge that is away: what is here stays.
    lab.r10k("forge: {baseurl: 'http://127.0.0.1:9/'}\n")?;
    lab.import(&server)?;
    lab.puppetfile("mod 'acme-web', '1.0.0'\nmod 'other-one', '1.0.0'\nmod 'other-two', :latest\n")?;
    let said = refusal(&server)?;
    assert!(
        said.contains("module one (Puppetfile line 2)")
            && said.contains("http://127.0.0.1:9/v3/releases/other-one-1.0.0"),
        "{said}"
    );
    // The Forge of a Puppetfile counts where the configuration says so.
    lab.r10k("forge: {baseurl: 'http://127.0.0.1:9/', allow_puppetfile_override: true}\n")?;
    lab.import(&server)?;
    lab.puppetfile("forge 'forge.example.com'\nmod 'other-one', '1.0.0'\n")?;
    let said = refusal(&server)?;
    assert!(said.contains("'forge.example.com', is not one of http or https"), "{said}");
    lab.r10k("deploy: {write_lock: 'a freeze'}\n")?;
    lab.import(&server)?;
    let said = refusal(&server)?;
    assert!(
        said.contains("Making changes to deployed environments has been administratively disabled.\nReason: a freeze"),
        "{said}"
    );

    lab.git("control", &["checkout", "-q", "--", "."])?;
    let now: Vec<String> = on_disk(&server)?.into_iter().filter(|name| !name.starts_with("trees/git-")).collect();
    let there: Vec<String> = there.into_iter().filter(|name| !name.starts_with("trees/git-")).collect();
    assert_eq!(now, there, "nothing was written");
    assert_eq!(exported(&server, "production")?, before["production"]);
    Ok(())
}

#[test]
fn hostile_archives_are_refused_and_nothing_is_written() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new()?;
    let server = Server::options().start()?;
    lab.puppetfile("mod 'own', local: true\n")?;
    lab.r10k("")?;
    lab.import(&server)?;
    let before = deployed(&server)?;
    let zeros = Hostile { size: 10 << 30, ..Hostile::file("zeros") };
    let link = |to| Hostile { kind: b'2', link: to, ..Hostile::file("link") };
    let hostile = [
        (Hostile::file("../../escaped"), "leads out of the archive"),
        (Hostile::file("/tmp/quartermaster-escaped"), "is an absolute name"),
        (link("/etc/passwd"), "leads out of the archive"),
        (link("../../../outside"), "leads out of the archive"),
        (Hostile { kind: b'1', link: "/etc/passwd", ..Hostile::file("hard") }, "is a hard link"),
        (Hostile { kind: b'3', ..Hostile::file("device") }, "neither a file nor a folder"),
        (zeros, "setting `forge.max_unpacked`"),
    ];
    let archive = lab.path("hostile.tar.gz");
    for (entry, expected) in &hostile {
        fs::write(&archive, entry.packed("")?)?;
        lab.puppetfile(&format!("# {}\nmod 'bad', tarball: '{}'\n", entry.name, archive.display()))?;
        let said = refusal(&server)?;
        assert!(said.contains("module bad (Puppetfile line 2)") && said.contains(expected), "{}: {said}", entry.name);
    }
    for (entry, expected) in &hostile {
        let bytes = entry.packed("acme-bad-1.0.0/")?;
        let release = json!({"slug": "acme-bad-1.0.0", "version": "1.0.0", "file_uri": "/v3/files/acme-bad-1.0.0.tar.gz",
                             "file_sha256": hex::encode(Sha256::digest(&bytes)), "module": {"deprecated_at": null}});
        let forge = forge(&release, bytes)?;
        let url = forge.url();
        lab.r10k(&format!("forge: {{baseurl: '{url}'}}\n"))?;
        lab.import(&server)?;
        lab.puppetfile(&format!("# {url}\nmod 'acme-bad', '1.0.0'\n"))?;
        let said = refusal(&server)?;
        assert!(said.contains("module bad (Puppetfile line 2)") && said.contains(expected), "{}: {said}", entry.name);
    }
    // Archives that are not what the Forge says of them.
    let mut web = Hostile::file("metadata.json");
    web.content = br#"{"name": "acme/web", "version": "1.0.0"}"#;
    let bytes = web.packed("acme-bad-1.0.0/")?;
    let digest = hex::encode(Sha256::digest(&bytes));
    for (sums, expected) in [
        (json!({"file_sha256": digest}), "is that of acme-web-1.0.0"),
        (json!({"file_sha256": "0".repeat(64)}), "Unable to validate SHA-256 checksum"),
        (json!({"file_md5": "0".repeat(32)}), "Unable to validate MD5 checksum"),
        (json!({}), "names no checksum"),
    ] {
        let mut release = json!({"version": "1.0.0", "file_uri": "/v3/files/acme-bad-1.0.0.tar.gz"});
        release.as_object_mut().context("an object")?.extend(sums.as_object().context("an object")?.clone());
        let forge = forge(&release, bytes.clone())?;
        lab.r10k(&format!("forge: {{baseurl: '{}'}}\n", forge.url()))?;
        lab.import(&server)?;
        let said = refusal(&server)?;
        assert!(said.contains("module bad (Puppetfile line 2)") && said.contains(expected), "{expected}: {said}");
    }
    let kept = on_disk(&server)?;
    assert!(kept.iter().all(|name| !name.starts_with("tmp/") && !name.starts_with("trees/forge-")), "{kept:?}");
    assert!(kept.iter().all(|name| !name.starts_with("trees/tarball-")), "{kept:?}");
    assert!(!Path::new("/tmp/quartermaster-escaped").exists() && !server.data().join("code/escaped").exists());
    assert_eq!(exported(&server, "production")?, before["production"]);
    Ok(())
}

/// An entry of an archive as no program writes it.
#[derive(Clone, Copy)]
struct Hostile {
    name: &'static str,
    kind: u8,
    link: &'static str,
    content: &'static [u8],
    /// Of zeros after the content.
    size: u64,
}

impl Hostile {
    fn file(name: &'static str) -> Self {
        Self { name, kind: b'0', link: "", content: b"", size: 0 }
    }

    /// A packed tar with it below `top`.
    fn packed(&self, top: &str) -> Result<Vec<u8>> {
        let mut header = [0; 512];
        let name = if self.name.starts_with('/') { self.name.to_owned() } else { format!("{top}{}", self.name) };
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        // As numbers that are too large for digits are written.
        header[124] = 0x80;
        header[128..136].copy_from_slice(&(self.size + self.content.len() as u64).to_be_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = self.kind;
        header[157..157 + self.link.len()].copy_from_slice(self.link.as_bytes());
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut head = header.to_vec();
        head.extend_from_slice(self.content);
        head.resize(head.len().next_multiple_of(512), 0);
        let mut packed = gzip(&head)?;
        // Parts that are packed one by one are one stream.
        let part = gzip(&vec![0; 64 << 20])?;
        for _ in 0..self.size.div_ceil(64 << 20) {
            packed.extend_from_slice(&part);
        }
        packed.extend(gzip(&[0; 1024])?);
        Ok(packed)
    }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes)?;
    Ok(packer.finish()?)
}

/// A Forge that knows one release.
fn forge(release: &Value, archive: Vec<u8>) -> Result<Host> {
    let release = release.to_string().into_bytes();
    Host::start(move |asked| {
        let is_archive = asked.target.starts_with("/v3/files/");
        Ok(response("200 OK", "", if is_archive { &archive } else { &release }))
    })
}

#[test]
fn dependencies_are_checked_and_a_hook_hears_of_environments() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let (mut server, _) = with_forge(Server::options())?;
    publish(&server, "acme-base", "2.0.0", &[])?;
    publish(
        &server,
        "acme-web",
        "1.0.0",
        &[("acme/base", ">= 1.0.0 < 2.0.0"), ("acme/none", "1.x"), ("lab/own", ">= 1.0.0")],
    )?;
    let lab = Lab::new()?;
    lab.write("control/modules/own/metadata.json", r#"{"name": "lab-own", "version": "1.0.0"}"#)?;
    lab.puppetfile("mod 'acme-base', '2.0.0'\nmod 'acme-web', '1.0.0'\n")?;
    lab.git("control", &["branch", "topic"])?;
    let told = lab.text("told");
    let hook = format!("postrun: ['/bin/sh', '-c', 'echo \"$0\" >> {told}', '$modifiedenvs']\n");
    lab.r10k(&hook)?;
    lab.import(&server)?;
    let said = server.quartermaster(&["code", "deploy", "--all", "--wait"])?;
    let expected = "Module 'acme-base' (v2.0.0) fails to meet some dependencies:\n  'acme-web' (v1.0.0) requires 'acme-base' \
                    (>= 1.0.0 < 2.0.0)";
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(&said).contains(&flat(expected)), "{said}");
    assert!(
        flat(&said).contains("Missing dependency 'acme-none': 'acme-web' (v1.0.0) requires 'acme-none' (v1.x)"),
        "{said}"
    );
    assert!(!said.contains("lab-own"), "{said}");
    server.quartermaster(&["code", "deploy", "topic", "--wait"])?;
    server.quartermaster(&["code", "deploy", "production", "--module", "web", "--wait"])?;
    assert_eq!(fs::read_to_string(&told)?, "production topic\ntopic\n");

    server.stop()?;
    let mut strict = Server::options().arguments(&["--set", "deploy.dependencies=error"]).start()?;
    publish(&strict, "acme-base", "2.0.0", &[])?;
    publish(&strict, "acme-web", "1.0.0", &[("acme/base", ">= 1.0.0 < 2.0.0")])?;
    lab.import(&strict)?;
    let said = refusal(&strict)?;
    assert!(
        said.contains("Module 'acme-base' (v2.0.0) fails") && said.contains("setting deploy.dependencies"),
        "{said}"
    );
    strict.stop()?;
    Ok(())
}
