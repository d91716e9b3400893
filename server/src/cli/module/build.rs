//! An archive of a module's folder.
//!
//! What is left out is what the first of `.pdkignore`, `.pmtignore` and `.gitignore` says, and what no module needs.
//! Owners, times and the order of files do not depend on the machine, so that the same files give the same bytes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use flate2::{Compression, GzBuilder};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use modules::forge::{Bounds, Metadata};
use tar::{Builder, EntryType, Header};

use crate::forge::publish;

/// Files that say what is left out; the first that is there holds.
const IGNORE_FILES: [&str; 3] = [".pdkignore", ".pmtignore", ".gitignore"];
/// What is left out of every module.
const NEVER: [&str; 8] =
    ["/.git", "/pkg/", "~*", "/coverage", "/checksums.json", "/REVISION", "/spec/fixtures/modules/", "/vendor/"];
/// The time of all files, where `SOURCE_DATE_EPOCH` says none: the first second of 2000. With 1970 `tar` warns.
const TIME: u64 = 946_684_800;
const FOLDER: u32 = 0o755;
const EXECUTABLE: u32 = 0o755;
const PLAIN: u32 = 0o644;

/// An archive that was made.
pub(crate) struct Built {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
    pub(crate) size: u64,
}

/// Makes the archive `NAME-VERSION.tar.gz`.
pub(super) fn build(dir: &Path, output: Option<&Path>, bounds: &Bounds) -> anyhow::Result<Built> {
    let manifest = dir.join("metadata.json");
    let text = fs::read(&manifest).with_context(|| manifest.display().to_string())?;
    let metadata = Metadata::parse(&text).with_context(|| manifest.display().to_string())?;
    let output = output.map_or_else(|| dir.join("pkg"), Path::to_owned);
    let top = metadata.release.to_string();
    let archive = pack(dir, &top, &ignored(dir, &output)?)?;
    // What is built can be published.
    let checked = publish::check(&archive, bounds)?;
    fs::create_dir_all(&output).with_context(|| output.display().to_string())?;
    let path = output.join(format!("{top}.tar.gz"));
    fs::write(&path, &archive).with_context(|| path.display().to_string())?;
    Ok(Built { path, sha256: checked.file.sha256, size: checked.file.size })
}

fn ignored(dir: &Path, output: &Path) -> anyhow::Result<Gitignore> {
    let mut builder = GitignoreBuilder::new(dir);
    for line in NEVER {
        builder.add_line(None, line)?;
    }
    if let (Ok(dir), Ok(output)) = (std::path::absolute(dir), std::path::absolute(output))
        && let Ok(below) = output.strip_prefix(dir)
        && below != Path::new("")
    {
        builder.add_line(None, &format!("/{}/", below.display()))?;
    }
    if let Some(file) = IGNORE_FILES.iter().map(|name| dir.join(name)).find(|file| file.is_file())
        && let Some(fault) = builder.add(&file)
    {
        return Err(fault).with_context(|| file.display().to_string());
    }
    Ok(builder.build()?)
}

fn pack(dir: &Path, top: &str, ignored: &Gitignore) -> anyhow::Result<Vec<u8>> {
    let time = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok()).unwrap_or(TIME);
    let packer = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    let mut tar = Builder::new(packer);
    put(&mut tar, &format!("{top}/"), EntryType::Directory, FOLDER, time, &[])?;
    let mut folders = vec![(dir.to_owned(), top.to_owned())];
    while let Some((folder, name)) = folders.pop() {
        let mut entries = fs::read_dir(&folder)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .with_context(|| folder.display().to_string())?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut below = Vec::new();
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().with_context(|| path.display().to_string())?;
            let relative = path.strip_prefix(dir).unwrap_or(&path);
            if ignored.matched_path_or_any_parents(relative, kind.is_dir()).is_ignore() {
                continue;
            }
            let Some(file) = entry.file_name().to_str().map(str::to_owned) else {
                bail!("{}: the name is not UTF-8", path.display());
            };
            let name = format!("{name}/{file}");
            if kind.is_dir() {
                put(&mut tar, &format!("{name}/"), EntryType::Directory, FOLDER, time, &[])?;
                below.push((path, name));
            } else if kind.is_file() {
                let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
                let mode = if is_executable(&path)? { EXECUTABLE } else { PLAIN };
                put(&mut tar, &name, EntryType::Regular, mode, time, &bytes)?;
            } else {
                bail!("{}: symbolic links and special files have no place in a module; leave it out", path.display());
            }
        }
        folders.extend(below.into_iter().rev());
    }
    Ok(tar.into_inner()?.finish()?)
}

fn put(
    tar: &mut Builder<impl Write>,
    name: &str,
    kind: EntryType,
    mode: u32,
    time: u64,
    bytes: &[u8],
) -> anyhow::Result<()> {
    let mut header = Header::new_ustar();
    header.set_path(name).with_context(|| format!("{name}: the name is too long for an archive that all can read"))?;
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_mtime(time);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    tar.append(&header, bytes)?;
    Ok(())
}

fn is_executable(path: &Path) -> anyhow::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).with_context(|| path.display().to_string())?;
    Ok(metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(test)]
mod tests;
