//! The forms of `r10k.yaml`, Puppetfiles and lists of environments, deployed beside r10k; and a Forge behind this one.

use std::os::unix::fs::symlink;

use acceptance::files::{deployed, exported};
use acceptance::lab::{Lab, on_disk, publish, refusal, with_forge};
use acceptance::server::Server;
use acceptance::shared::has_command;
use anyhow::{Context, Result};

#[test]
fn odd_forms_are_deployed_as_r10k_does() -> Result<()> {
    if !has_command("r10k") || !has_command("git") {
        return Ok(());
    }
    let (server, url) = with_forge(Server::options())?;
    let (other, other_url) = with_forge(Server::options())?;
    for (name, version) in [("acme-web", "1.0.0"), ("acme-web", "2.0.0-rc1"), ("acme-base", "1.0.0")] {
        publish(&server, name, version, &[])?;
        // The Forge that one Puppetfile names is that of all environments after it, for r10k.
        publish(&other, name, version, &[])?;
    }
    publish(&other, "other-thing", "0.1.0", &[])?;
    let lab = Lab::new()?;
    let packed = lab.tarball("packed", "packed 1")?;
    let (place, module) = (lab.repositories.root().display().to_string(), lab.text("gitmod/.git"));
    lab.git("gitmod", &["checkout", "-q", "-b", "env/feature"])?;
    lab.write("gitmod/spec/x_spec.rb", "# tests\n")?;
    symlink("../manifests/init.pp", lab.path("gitmod/spec/link"))?;
    let commit = lab.repositories.commit("gitmod", "feature")?;
    // A branch and a tag of one name.
    lab.git("gitmod", &["checkout", "-q", "main"])?;
    lab.git("gitmod", &["branch", "both"])?;
    lab.git("gitmod", &["tag", "both", &commit])?;

    lab.write("control/Puppetfile", "mod 'never/read', '1.0.0'\n")?;
    lab.write(
        "control/Modules",
        &format!(
            "forge '{other_url}'\nmoduledir '{place}/r10k/feature/third/party'\nmod 'other/thing', '0.1.0'\n\
             mod 'by_branch', git: '{module}', branch: :control_branch, default_branch: 'main'\n\
             mod 'short', :git => '{module}', :commit => '{}'\n\
             mod 'typed', type: 'git', source: '{module}', version: 'both'\n\
             mod 'deep', git: '{module}', ref: 'v1', install_path: 'a/b/c'\n\
             mod 'at_top', git: '{module}', ref: 'v1', install_path: ''\n\
             mod 'absolute', git: '{module}', branch: 'env/feature', install_path: '{place}/r10k/feature/site'\n\
             mod 'whole', git: '{module}', branch: 'env/feature', exclude_spec: false\n\
             moduledir 'later'\nmod 'packed', type: 'tarball', source: '{place}/packed.tar.gz', checksum: '{packed}'\n",
            &commit[..12],
        ),
    )?;
    lab.write("control/site/tracked/manifests/init.pp", "class tracked { }\n")?;
    lab.git("control", &["checkout", "-q", "-b", "env/feature"])?;
    lab.repositories.commit("control", "modules")?;
    lab.git("control", &["checkout", "-q", "-b", "wip/one"])?;
    lab.git("control", &["checkout", "-q", "-b", "temporary"])?;
    lab.write(
        "environments.yaml",
        &format!(
            "env/listed:\n  type: plain\n  moduledir: extra\n  modules:\n    gitmod:\n      type: git\n      source: \
             '{module}'\n      ref: :control_branch\n      default_branch: both\n    acme-base:\n      type: forge\n      \
             version: 1.0.0\n      install_path: spare\n      exclude_spec: true\n    acme-web: :latest\n\
             env/pinned:\n  remote: '{0}'\n  ref: '{commit}'\n  puppetfile_name: Modules\n",
            lab.text("gitmod/.git"),
        ),
    )?;
    lab.write(
        "r10k.yaml",
        &format!(
            ":cachedir: {place}/cache\n:deploy:\n  exclude_spec: true\n  purge_levels: ['deployment', 'environment', \
             'puppetfile']\nforge:\n  baseurl: {url}/\n  allow_puppetfile_override: true\nsources:\n  lab:\n    remote: \
             {place}/control/.git\n    basedir: {place}/r10k\n    puppetfile_name: Modules\n    strip_component: env/\n    \
             ignore_branch_prefixes: [temp]\n    invalid_branches: error\n  lists:\n    type: yaml\n    basedir: \
             {place}/r10k\n    config: {place}/environments.yaml\n    strip_component: '/^env\\//'\n",
        ),
    )?;
    lab.import(&server)?;
    let theirs = lab.with_r10k()?;
    let ours = deployed(&server)?;
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ours.keys().collect::<Vec<_>>());
    for (name, files) in &theirs {
        let (missing, more): (Vec<_>, Vec<_>) = (
            files.iter().filter(|(path, content)| ours[name].get(*path) != Some(content)).collect(),
            ours[name].iter().filter(|(path, content)| files.get(*path) != Some(content)).collect(),
        );
        assert!(missing.is_empty() && more.is_empty(), "{name}: r10k has {missing:#?}\n\nours has {more:#?}");
    }
    Ok(())
}

#[test]
fn a_forge_behind_this_one_is_asked_where_none_is_named() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let (mut behind, url) = with_forge(Server::options())?;
    publish(&behind, "acme-web", "1.0.0", &[])?;
    publish(&behind, "acme-base", "1.0.0", &[])?;
    let settings = format!("forge.upstream={url}");
    let (server, own) = with_forge(Server::options().arguments(&["--set", &settings]))?;
    publish(&server, "acme-base", "2.0.0", &[])?;
    let lab = Lab::new()?;
    lab.puppetfile("mod 'acme/web', :latest\nmod 'acme/base', :latest\n")?;
    lab.r10k("")?;
    lab.import(&server)?;
    let before = on_disk(&server)?;
    server.quartermaster(&["code", "deploy", "--all", "--dry-run"])?;
    assert_eq!(on_disk(&server)?, before, "a dry run leaves nothing");
    let all = deployed(&server)?;
    assert!(all["production"]["modules/web/manifests/init.pp"].contains("web 1.0.0"));
    assert!(all["production"]["modules/base/manifests/init.pp"].contains("base 2.0.0"), "what is here comes from here");

    // This server under the address of its Forge is the same; the archive is kept here, and serves on.
    lab.r10k(&format!("forge: {{baseurl: '{own}/'}}\n"))?;
    lab.import(&server)?;
    behind.stop()?;
    lab.puppetfile("mod 'acme/web', '1.0.0', exclude_spec: true\n").context("a Puppetfile")?;
    let said = refusal(&server)?;
    assert!(said.contains("wrong number of arguments"), "{said}");
    lab.puppetfile("mod 'acme/web', type: 'forge', version: :latest, exclude_spec: true\n")?;
    server.quartermaster(&["code", "deploy", "--all", "--wait"])?;
    assert!(!exported(&server, "production")?.contains_key("modules/web/spec"));

    // What was removed meanwhile is had again when it is rolled back to.
    for folder in ["trees", "versions"] {
        for name in on_disk(&server)?.iter().filter_map(|name| name.strip_prefix(&format!("{folder}/"))) {
            let keeps = server.quartermaster(&["code", "status", "--json"])?.contains(name) || name.starts_with("git-");
            if !keeps && !name.ends_with("-nospec") {
                std::fs::remove_dir_all(server.data().join("code").join(folder).join(name))?;
            }
        }
    }
    server.quartermaster(&["code", "rollback", "production"])?;
    assert!(exported(&server, "production")? == all["production"], "as it was");
    Ok(())
}
