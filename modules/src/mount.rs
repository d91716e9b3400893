//! The mounts of the file server: from a request's path to paths on disk.

use indexmap::IndexMap;

use crate::error::Error;
use crate::fileset::Base;
use crate::path;
use crate::snapshot::Snapshot;
use crate::tree::Node;

/// The built-in mounts and those that the operator added.
#[derive(Clone, Debug, Default)]
pub struct Mounts {
    /// Folder by name of mount; `%h`, `%H` and `%d` stand for the client's short name, certname
    /// and domain.
    pub custom: IndexMap<String, String>,
}

/// A mount, and the path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub mount: Mount,
    /// `None` for the mount itself.
    pub path: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mount {
    /// `files/` of one module.
    Modules,
    /// `scripts/` of one module.
    Scripts,
    /// `tasks/` of one module.
    Tasks,
    /// One folder of every module, as if they were one.
    Merged(&'static str),
    /// A folder of the operator's; the template of its path.
    Custom(String),
}

/// Where the answer to a request is found.
#[derive(Clone, Debug)]
pub enum Answer<'a> {
    /// In the snapshot: the folders to search.
    Found {
        bases: Vec<Base<'a>>,
        /// A merged mount that no module fills answers with its bare folder.
        recurse: bool,
    },
    /// At this absolute path outside of the environment, if it exists.
    Outside(String),
    Nothing,
}

impl Mounts {
    /// Takes `plugins/facter/x.rb` apart. Refuses `..` anywhere in it.
    pub fn split(&self, request: &str) -> Result<Target, Error> {
        let (name, rest) = match request.split_once('/') {
            Some((name, rest)) => (name, Some(rest)),
            None => (request, None),
        };
        let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if name.is_empty() || !name.bytes().all(valid) {
            return Err(Error::InvalidMount(name.to_owned()));
        }
        if let Some(rest) = rest
            && (rest.contains('\0') || rest.split('/').any(|part| part == ".."))
        {
            return Err(Error::InvalidRelativePath(rest.to_owned()));
        }
        let mount = match name {
            "modules" => Mount::Modules,
            "scripts" => Mount::Scripts,
            "tasks" => Mount::Tasks,
            "plugins" => Mount::Merged("lib"),
            "pluginfacts" => Mount::Merged("facts.d"),
            "locales" => Mount::Merged("locales"),
            other => match self.custom.get(other) {
                Some(folder) => Mount::Custom(folder.clone()),
                None => return Err(Error::NoSuchMount(other.to_owned())),
            },
        };
        let path = rest.map(squeeze).filter(|path| !path.is_empty());
        Ok(Target { mount, path })
    }
}

impl Target {
    /// The one file or folder that a request names. `codedir` and the client's certname are asked
    /// for by merged and custom mounts.
    pub fn find<'a>(&self, snapshot: &'a Snapshot, client: &str) -> Result<Answer<'a>, Error> {
        let relative = self.path.as_deref().unwrap_or_default();
        let answer = match &self.mount {
            Mount::Modules => in_module(snapshot, "files", relative, Error::NoModule)?,
            Mount::Scripts => in_module(snapshot, "scripts", relative, Error::NoModule)?,
            Mount::Tasks => in_module(snapshot, "tasks", relative, Error::NoTask)?,
            Mount::Merged(folder) => snapshot.modules.iter().find_map(|module| module.find(folder, relative)),
            Mount::Custom(template) => return Ok(Answer::Outside(path::join(&fill(template, client), relative))),
        };
        Ok(match answer {
            Some((path, node)) => Answer::Found { bases: vec![Base { path, node }], recurse: true },
            None => Answer::Nothing,
        })
    }

    /// The folders that a recursive request searches.
    pub fn search<'a>(&self, snapshot: &'a Snapshot, client: &str, codedir: &str) -> Result<Answer<'a>, Error> {
        let Mount::Merged(folder) = self.mount else { return self.find(snapshot, client) };
        let base = |(path, node)| Base { path, node };
        let folders: Vec<Base> =
            snapshot.modules.iter().filter_map(|module| module.find(folder, "")).map(base).collect();
        if !folders.is_empty() {
            return Ok(Answer::Found { bases: folders, recurse: true });
        }
        let roots: Vec<Base> =
            snapshot.existing_modulepath().map(|(path, node)| Base { path: path.to_owned(), node }).collect();
        if roots.is_empty() {
            return Ok(Answer::Outside(codedir.to_owned()));
        }
        Ok(Answer::Found { bases: roots, recurse: false })
    }
}

fn in_module<'a>(
    snapshot: &'a Snapshot,
    folder: &str,
    path: &str,
    missing: Error,
) -> Result<Option<(String, &'a Node)>, Error> {
    if path.is_empty() {
        return Err(missing);
    }
    let (module, relative) = path.split_once('/').unwrap_or((path, ""));
    Ok(snapshot.module(module).and_then(|module| module.find(folder, relative)))
}

/// One slash where there are several; none at the end.
fn squeeze(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// `%h`, `%H`, `%d` and `%%` filled in for a client.
fn fill(template: &str, client: &str) -> String {
    let (host, domain) = client.split_once('.').unwrap_or((client, client));
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('h') => out.push_str(host),
            Some('H') => out.push_str(client),
            Some('d') => out.push_str(domain),
            Some('%') => out.push('%'),
            Some(other) => out.extend(['%', other]),
            None => out.push('%'),
        }
        rest = chars.as_str();
    }
    out + rest
}

#[cfg(test)]
mod tests;
