//! The folder `.chef` of a starter kit.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use super::StarterKit;

/// Refuses a place that is taken, before a key is made.
pub(crate) fn is_free(kit: &StarterKit) -> anyhow::Result<()> {
    let folder = folder(kit);
    if folder.symlink_metadata().is_ok() {
        bail!("{} is there already; a starter kit is not written over it", folder.display());
    }
    if !kit.dir.is_dir() {
        bail!("{} is no folder", kit.dir.display());
    }
    Ok(())
}

fn folder(kit: &StarterKit) -> PathBuf {
    kit.dir.join(".chef")
}

/// Writes what the answer holds, which then names the folder instead.
pub(crate) fn write(kit: &StarterKit, answer: &mut Value) -> anyhow::Result<()> {
    let field = |name: &str| answer.get(name).and_then(Value::as_str).context("the answer is not complete");
    let (user, url, key) = (field("user")?, field("chef_server_url")?, field("private_key")?);
    let folder = folder(kit);
    let certificates = folder.join("trusted_certs");
    for folder in [&folder, &certificates] {
        fs::DirBuilder::new().mode(0o700).create(folder).with_context(|| folder.display().to_string())?;
    }
    put(&folder.join(format!("{user}.pem")), key, 0o600)?;
    put(&folder.join("config.rb"), &config(user, url), 0o644)?;
    put(&folder.join("credentials"), &credentials(user, url), 0o600)?;
    for (number, certificate) in blocks(field("trusted_certs")?).enumerate() {
        // Of a file, `knife` reads the first certificate only.
        put(&certificates.join(format!("quartermaster-{}.crt", number + 1)), &certificate, 0o644)?;
    }
    if let Some(answer) = answer.as_object_mut() {
        answer.shift_remove("private_key");
        answer.shift_remove("trusted_certs");
        answer.insert("folder".to_owned(), folder.display().to_string().into());
    }
    Ok(())
}

fn config(user: &str, url: &str) -> String {
    format!(
        "current_dir = File.dirname(__FILE__)\n\
         log_level                :info\n\
         node_name                {user:?}\n\
         client_key               \"#{{current_dir}}/{user}.pem\"\n\
         chef_server_url          {url:?}\n\
         trusted_certs_dir        \"#{{current_dir}}/trusted_certs\"\n\
         cookbook_path            [\"#{{current_dir}}/../cookbooks\"]\n"
    )
}

/// What newer clients read, where the folder is that of the user's home.
fn credentials(user: &str, url: &str) -> String {
    format!("[default]\nclient_name     = {user:?}\nclient_key      = \"{user}.pem\"\nchef_server_url = {url:?}\n")
}

/// The certificates of a bundle, one by one.
fn blocks(bundle: &str) -> impl Iterator<Item = String> {
    const END: &str = "-----END CERTIFICATE-----";
    bundle.split_inclusive(END).filter(|block| block.contains(END)).map(|block| format!("{}\n", block.trim_start()))
}

fn put(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| path.display().to_string())
}
