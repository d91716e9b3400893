//! A cookbook of a backup: its files, and the document that names them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use chef::records::Organization;
use chef::{Kind, Result};
use cookbooks::artifact::Artifact;
use cookbooks::cookbook::CookbookVersion;
use cookbooks::document::Fields;
use cookbooks::manifest;
use cookbooks::segments::{self, Form};
use cookbooks::shelf::{Changes, Kept, Shelf};
use md5::{Digest, Md5};
use serde_json::Value;

use super::folder::{document, value};
use super::import::{Import, Put, ensure};
use super::{STATUS, UPLOADED, fault};
use crate::chef::cookbooks::refused;
use crate::clock;

/// A cookbook that may be put.
pub(super) struct Cookbook {
    what: What,
    /// Where the contents of each checksum lie.
    files: BTreeMap<String, PathBuf>,
}

enum What {
    Version(Box<CookbookVersion>),
    Artifact(Box<Artifact>),
}

/// Reads the folder `NAME-VERSION` of a cookbook, or `NAME-IDENTIFIER` of an artifact.
pub(super) fn read(place: &Path, kind: Kind, item: &str) -> Result<Cookbook> {
    let folder = place.join(chef::backup::folder(kind).unwrap_or_default()).join(item);
    let wrong = || fault(&folder, "a folder is called NAME-VERSION");
    let (name, version) = item.rsplit_once('-').ok_or_else(wrong)?;
    let mut paths = Vec::new();
    walk(&folder, &folder, &mut paths)?;
    let uploaded = match value(&folder.join(UPLOADED))? {
        Some(Value::Object(fields)) => Some(fields),
        Some(_) => return Err(fault(&folder.join(UPLOADED), "it is not a JSON object")),
        None => None,
    };
    let status = if lists(uploaded.as_ref(), STATUS) { None } else { status(&folder) };
    if status.is_some() {
        paths.retain(|path| path != STATUS);
    }
    let mut found = Vec::new();
    for path in paths {
        let checksum = checksum(&folder.join(&path))?;
        found.push((path, checksum));
    }
    let files = found.iter().map(|(path, checksum)| (checksum.clone(), folder.join(path))).collect();
    let same = uploaded.as_ref().filter(|fields| manifest::is_of(fields, &found));
    let mut document = if let Some(fields) = same {
        fields.clone()
    } else {
        let metadata = metadata(&folder, uploaded.as_ref())?;
        manifest::of_files(kind == Kind::CookbookArtifact, name, version, metadata, &found)
    };
    if same.is_none() && kind == Kind::Cookbook {
        let frozen = uploaded.as_ref().and_then(|fields| fields.get("frozen?")?.as_bool());
        document.insert("frozen?".to_owned(), status.or(frozen).unwrap_or(false).into());
    } else if let (Some(frozen), Kind::Cookbook) = (status, kind) {
        document.insert("frozen?".to_owned(), frozen.into());
    }
    let form = if document.contains_key(segments::ALL_FILES) { Form::AllFiles } else { Form::Segments };
    let failed = |error| fault(&folder, refused(error));
    let what = if kind == Kind::CookbookArtifact {
        What::Artifact(Box::new(Artifact::parse(name, version, Value::Object(document)).map_err(failed)?))
    } else {
        let parsed = CookbookVersion::parse(name, version, Value::Object(document), form);
        What::Version(Box::new(parsed.map_err(failed)?))
    };
    Ok(Cookbook { what, files })
}

fn lists(document: Option<&Fields>, path: &str) -> bool {
    document.is_some_and(|fields| segments::files(fields).any(|file| file.get("path") == Some(&path.into())))
}

/// Whether the file beside a cookbook's own says that it is frozen; `None` where there is no such file.
fn status(folder: &Path) -> Option<bool> {
    let status = value(&folder.join(STATUS)).unwrap_or_default()?;
    status.as_object().filter(|fields| fields.len() == 1)?.get("frozen")?.as_bool()
}

/// The paths of all files, as `knife` takes them: no links, and no hidden folders at the top.
fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| fault(folder, error))?;
    let mut entries: Vec<_> = entries.collect::<std::io::Result<_>>().map_err(|error| fault(folder, error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type().map_err(|error| fault(&entry.path(), error))?);
        let is_hidden = folder == root && entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !is_hidden {
            walk(root, &path, paths)?;
        } else if kind.is_file() && entry.file_name() != UPLOADED {
            let inner = path.strip_prefix(root).ok().and_then(Path::to_str);
            paths.push(inner.ok_or_else(|| fault(&path, "its name is not UTF-8"))?.to_owned());
        }
    }
    Ok(())
}

fn checksum(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).map_err(|error| fault(path, error))?;
    let mut digest = Md5::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk).map_err(|error| fault(path, error))? {
            0 => return Ok(hex::encode(digest.finalize())),
            read => digest.update(&chunk[..read]),
        }
    }
}

fn metadata(folder: &Path, uploaded: Option<&Fields>) -> Result<Fields> {
    if folder.join("metadata.json").is_file() {
        return document(folder, "metadata");
    }
    if let Some(Value::Object(metadata)) = uploaded.and_then(|fields| fields.get("metadata")) {
        return Ok(metadata.clone());
    }
    let text = "there is no metadata.json in it; `knife cookbook metadata from file` makes one of a metadata.rb";
    Err(fault(folder, text))
}

impl Import {
    /// Puts a cookbook: first the contents that are missing, then the document.
    pub(super) fn cookbook(
        &mut self,
        organization: &Organization,
        place: &Path,
        kind: Kind,
        item: &str,
    ) -> Result<Put> {
        let Cookbook { what, files } = read(place, kind, item)?;
        let (org, superuser) = (organization.id, self.superuser);
        let checksums = match &what {
            What::Version(version) => version.checksums(),
            What::Artifact(artifact) => artifact.checksums(),
        };
        let wanted = checksums.clone();
        let missing =
            self.handle.block_on(self.store.chef_read(move |db| db.missing(org.0, &wanted).map_err(refused)))?;
        for checksum in missing {
            let path = files.get(&checksum).ok_or_else(|| {
                fault(&place.join(item), format!("no file has the checksum {checksum}, which its document names"))
            })?;
            self.upload(org.0, path)?;
        }
        self.write(move |db| {
            let sandbox = uuid::Uuid::new_v4().simple().to_string();
            db.add_sandbox(org.0, &sandbox, &checksums, clock::now().as_microsecond()).map_err(refused)?;
            db.commit_sandbox(org.0, &sandbox, clock::now().as_microsecond()).map_err(refused)?;
            match what {
                What::Version(version) => {
                    ensure(db, superuser, org, Kind::Cookbook, version.name.as_str())?;
                    let (name, number) = (version.name.as_str().to_owned(), version.version);
                    let before = db.version(org.0, &name, number).map_err(refused)?;
                    let kept = Kept { name, version: number, document: version.into_document() };
                    if before.as_ref() == Some(&kept) {
                        return Ok(Put::Unchanged);
                    }
                    db.put_version(org.0, &kept, &checksums).map_err(refused)?;
                    Ok(if before.is_some() { Put::Replaced } else { Put::Created })
                }
                What::Artifact(artifact) => {
                    let (name, identifier) = (&artifact.name, &artifact.identifier);
                    ensure(db, superuser, org, Kind::CookbookArtifact, name)?;
                    if db.artifact(org.0, name, identifier).map_err(refused)?.is_some() {
                        return Ok(Put::Unchanged);
                    }
                    db.add_artifact(org.0, name, identifier, artifact.document(), &checksums).map_err(refused)?;
                    Ok(Put::Created)
                }
            }
        })
    }

    fn upload(&self, org: i64, path: &Path) -> Result<()> {
        let mut file = fs::File::open(path).map_err(|error| fault(path, error))?;
        let failed = |error: inventory::Error| fault(path, error);
        let mut upload = self.store.begin_cookbook_file();
        let mut chunk = vec![0; 256 * 1024];
        loop {
            let read = file.read(&mut chunk).map_err(|error| fault(path, error))?;
            if read == 0 {
                return self.handle.block_on(upload.finish(org, clock::now())).map_err(failed);
            }
            self.handle.block_on(upload.write(&chunk[..read])).map_err(failed)?;
        }
    }
}
