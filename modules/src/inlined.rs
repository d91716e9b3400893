//! Metadata of files that a static catalog carries.
//!
//! An agent that finds it in its catalog asks for content alone, and by the version of the code that its catalog was
//! made from: what is deployed while it runs does not reach it.

use std::sync::Arc;

use model::value::Value;
use model::{Catalog, Resource};

use crate::checksum::ChecksumType;
use crate::error::Error;
use crate::fileset::{self, Base, Form, Query};
use crate::metadata::{Digests, Metadata, Process, Subject, metadata};
use crate::mount::{Answer, Mount, Mounts, Target};
use crate::path;
use crate::snapshot::Snapshot;

/// What is said of files, in the order of the resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inlined {
    /// By title: the first source that is there.
    pub metadata: Vec<(Arc<str>, Metadata<'static>)>,
    /// By title, of recursive resources.
    pub recursive: Vec<(Arc<str>, Below)>,
    /// Worth logging.
    pub warnings: Vec<String>,
}

/// By source: all that is below it, itself first.
pub type Below = Vec<(String, Vec<Metadata<'static>>)>;

/// Where metadata is taken from.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    pub snapshot: &'a Snapshot,
    pub mounts: &'a Mounts,
    pub owner: Process,
    pub digests: &'a dyn Digests,
    /// For resources that name no other.
    pub checksum_type: ChecksumType,
}

/// Looks at each file resource of a catalog whose sources are the server's.
///
/// Files of modules that lie in the environment are told; all others the agent asks for. A resource of which no source
/// is there is an error.
pub fn of(catalog: &Catalog, files: Files<'_>) -> Result<Inlined, Error> {
    let mut inlined = Inlined::default();
    for resource in catalog.resources.iter().filter(|resource| &*resource.type_name == "File") {
        let Some(sources) = sources(resource) else { continue };
        let is_recursive = match parameter(resource, "recurse") {
            Some(Value::Boolean(recurse)) => *recurse,
            Some(Value::String(text)) => matches!(&**text, "true" | "remote"),
            _ => false,
        };
        if is_recursive {
            let query = query(resource, files.checksum_type, Form::Recursive)?;
            let found = files.recursive(resource, &sources, &query, &mut inlined.warnings)?;
            if !found.is_empty() {
                inlined.recursive.push((resource.title.clone(), found));
            }
        } else {
            let query = query(resource, files.checksum_type, Form::Single)?;
            let found = files.single(resource, &sources, &query)?;
            inlined.metadata.extend(found.map(|found| (resource.title.clone(), found)));
        }
    }
    Ok(inlined)
}

impl Inlined {
    pub fn is_empty(&self) -> bool {
        self.metadata.is_empty() && self.recursive.is_empty()
    }
}

impl Files<'_> {
    /// The metadata of the first source that is there, if it is to be told.
    fn single(&self, resource: &Resource, sources: &[&str], query: &Query) -> Result<Option<Metadata<'static>>, Error> {
        for source in sources {
            let Some(address) = Address::parse(source, self.mounts)? else { continue };
            let base = match address.target.find(self.snapshot, "")? {
                Answer::Found { bases, .. } => bases.into_iter().next(),
                Answer::Outside(_) => return Ok(None),
                Answer::Nothing => None,
            };
            let Some(base) = base else { continue };
            let Some(content_uri) = self.content_uri(&address, &base.path) else { return Ok(None) };
            let full_path = base.path.as_str();
            let subject = Subject { path: full_path, base: base.node, relative_path: None, full_path, node: base.node };
            let found = metadata(subject, query, self.owner, self.digests)?.into_owned();
            let source = Some(address.source.to_owned());
            return Ok(Some(Metadata { content_uri: Some(content_uri), source, ..found }));
        }
        Err(Error::NoMetadata(written(resource)))
    }

    /// The metadata of all that is below the sources. Nothing is told when one of them is not to be.
    fn recursive(
        &self,
        resource: &Resource,
        sources: &[&str],
        query: &Query,
        warnings: &mut Vec<String>,
    ) -> Result<Below, Error> {
        let takes_first = match parameter(resource, "sourceselect") {
            None => true,
            Some(select) => text(select).as_deref() == Some("first"),
        };
        let mut told = Vec::new();
        for source in sources {
            let Some(address) = Address::parse(source, self.mounts)? else { continue };
            let base = match address.target.find(self.snapshot, "")? {
                Answer::Found { bases, .. } => bases.into_iter().next(),
                Answer::Outside(_) => return Ok(Vec::new()),
                Answer::Nothing => None,
            };
            let Some(base) = base else { continue };
            let Some(content_uri) = self.content_uri(&address, &base.path) else { return Ok(Vec::new()) };
            told.push((address.source.to_owned(), self.below(&base, &content_uri, query, warnings)?));
            if takes_first {
                break;
            }
        }
        Ok(told)
    }

    fn below(
        &self,
        base: &Base<'_>,
        content_uri: &str,
        query: &Query,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Metadata<'static>>, Error> {
        let (members, warning) = fileset::members(std::slice::from_ref(base), query)?;
        warnings.extend(warning);
        let entry = |member: fileset::Member<'_>| {
            let relative = member.relative_path.as_str();
            let below = if relative == "." { "" } else { relative };
            let full_path = path::join(&base.path, below);
            let subject = Subject {
                path: &base.path,
                base: base.node,
                relative_path: Some(relative),
                full_path: &full_path,
                node: member.node,
            };
            let found = metadata(subject, query, self.owner, self.digests)?.into_owned();
            Ok(Metadata { content_uri: Some(path::join(content_uri, below)), ..found })
        };
        members.into_iter().map(entry).collect()
    }

    /// Where an agent finds the content of `path`: for what is in the `files` of a module that is a folder in a folder
    /// of the environment.
    fn content_uri(&self, address: &Address<'_>, full_path: &str) -> Option<String> {
        if address.target.mount != Mount::Modules {
            return None;
        }
        let below = path::below(full_path, &self.snapshot.path)?;
        let is_told = matches!(below.splitn(4, '/').collect::<Vec<_>>()[..], [_, _, "files", rest] if !rest.is_empty());
        is_told.then(|| format!("puppet://{}/{below}", address.authority))
    }
}

/// A source that is the server's: `puppet:///modules/…`, or with `//HOST:PORT`, which is told and not looked at.
struct Address<'a> {
    source: &'a str,
    authority: &'a str,
    target: Target,
}

impl<'a> Address<'a> {
    /// `None` for a mount that is not there.
    fn parse(source: &'a str, mounts: &Mounts) -> Result<Option<Self>, Error> {
        let source = source.trim_end_matches('/');
        let rest = source.strip_prefix("puppet:").unwrap_or(source);
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        // What is no address is taken for a path as it is.
        let key = path.strip_prefix('/').unwrap_or(source);
        match mounts.split(key) {
            Ok(target) => Ok(Some(Self { source, authority, target })),
            Err(Error::NoSuchMount(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The sources of a resource, if it has some and all are the server's.
fn sources(resource: &Resource) -> Option<Vec<&str>> {
    if matches!(parameter(resource, "ensure"), Some(Value::String(state)) if &**state == "absent") {
        return None;
    }
    let mut sources = Vec::new();
    flat(parameter(resource, "source")?, &mut sources);
    let sources: Option<Vec<&str>> = sources
        .into_iter()
        .map(|source| match source {
            Value::String(text) if text.starts_with("puppet:") => Some(&**text),
            _ => None,
        })
        .collect();
    sources.filter(|sources| !sources.is_empty())
}

/// How the files of a resource are to be looked at.
fn query(resource: &Resource, checksum_type: ChecksumType, form: Form) -> Result<Query, Error> {
    let mut asked = vec![("checksum_type", checksum_type.to_string()), ("recurse", "true".to_owned())];
    for (name, option) in [
        ("links", "links"),
        ("checksum", "checksum_type"),
        ("source_permissions", "source_permissions"),
        ("recurselimit", "recurselimit"),
        ("max_files", "max_files"),
    ] {
        asked.extend(parameter(resource, name).and_then(text).map(|value| (option, value)));
    }
    let mut ignored = Vec::new();
    if let Some(ignore) = parameter(resource, "ignore") {
        flat(ignore, &mut ignored);
    }
    asked.extend(ignored.into_iter().filter_map(text).map(|pattern| ("ignore", pattern)));
    Query::parse(asked.iter().map(|(name, value)| (*name, value.as_str())), form)
}

fn parameter<'a>(resource: &'a Resource, name: &str) -> Option<&'a Value> {
    let (_, value) = resource.parameters.iter().find(|(known, _)| &**known == name)?;
    match value {
        Value::Undef => None,
        Value::Sensitive(value) => Some(value),
        value => Some(value),
    }
}

/// The values of lists in lists, without those that are undefined.
fn flat<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    match value {
        Value::Undef => {}
        Value::Array(items) => items.iter().for_each(|item| flat(item, into)),
        value => into.push(value),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// The sources of a resource as messages show them.
fn written(resource: &Resource) -> String {
    let mut sources = Vec::new();
    match parameter(resource, "source") {
        Some(Value::String(text)) => return text.to_string(),
        Some(value) => flat(value, &mut sources),
        None => {}
    }
    format!("{:?}", sources.into_iter().filter_map(text).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
