//! The file server: metadata and content of files in mounts, and the list of environments.
//!
//! - [`answers`]: recursive answers, kept as bytes for as long as their snapshot lives
//! - [`content`]: files, streamed from disk
//! - [`listing`]: `GET environments`

use std::sync::Arc;

use model::EnvironmentName;
use modules::fileset::{self, Base, Form, Query};
use modules::metadata::{Process, Subject, metadata};
use modules::{Answer, Error, Metadata, Tree, path};

use crate::environments::{Environment, EnvironmentError, Environments};

pub(crate) mod answers;
pub(crate) mod content;
pub(crate) mod listing;

/// What stands in for the owners of files whose permissions are not to be copied.
pub(crate) type Owner = Process;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error("An environment parameter must be specified")]
    NoEnvironment,
    #[error("{0}")]
    BadEnvironment(String),
    /// Nothing is there: `Could not find file_metadata modules/m/f`.
    #[error("{0}")]
    NotFound(String),
    /// No such mount.
    #[error("{0}")]
    NoMount(String),
    #[error(transparent)]
    Refused(#[from] Error),
    #[error("{0}")]
    Unreadable(String),
}

/// A request for files: what stands behind `file_metadata/`, and the parameters.
#[derive(Clone, Debug)]
pub(crate) struct FileRequest {
    /// `MOUNT/PATH`, percent-decoded.
    pub(crate) key: String,
    /// Decoded, in order.
    pub(crate) parameters: Vec<(String, String)>,
    /// The certname of who asks, for `%H` in paths of custom mounts.
    pub(crate) client: String,
}

impl FileRequest {
    /// The `environment` parameter.
    pub(crate) fn environment(&self) -> Result<EnvironmentName, FileError> {
        let name = self.parameters.iter().rfind(|(name, _)| name == "environment").ok_or(FileError::NoEnvironment)?;
        EnvironmentName::parse(&name.1).map_err(|error| FileError::BadEnvironment(error.to_string()))
    }

    fn query(&self, form: Form) -> Result<Query, FileError> {
        let pairs = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Query::parse(pairs, form)?)
    }

    fn target(&self, environment: &Environment, verb: &str, kind: &str) -> Result<modules::mount::Target, FileError> {
        environment.settings().mounts.split(&self.key).map_err(|error| match error {
            Error::NoSuchMount(_) => FileError::NoMount(format!(
                "Not authorized to call {verb} on /{kind}/{key} with {{:rest=>{key:?}}}",
                key = self.key
            )),
            other => other.into(),
        })
    }
}

/// The JSON of `file_metadata`. Reads the disk: for threads that may block.
pub(crate) fn single(environment: &Environment, request: &FileRequest, owner: Owner) -> Result<Vec<u8>, FileError> {
    let query = request.query(Form::Single)?;
    let target = request.target(environment, "find", "file_metadata")?;
    let not_found = || FileError::NotFound(format!("Could not find file_metadata {}", request.key));
    match target.find(&environment.snapshot, &request.client)? {
        Answer::Found { bases, .. } => {
            let base = bases.first().ok_or_else(not_found)?;
            json(&single_entry(base, &query, owner, environment)?)
        }
        Answer::Outside(outside) => {
            let tree = scan(environment, &outside)?.ok_or_else(not_found)?;
            json(&single_entry(&Base { path: outside, node: &tree.root }, &query, owner, environment)?)
        }
        Answer::Nothing => Err(not_found()),
    }
}

/// The JSON of `file_metadatas`. Reads the disk unless the answer is known: for threads that may block.
pub(crate) fn recursive(
    environment: &Environment,
    request: &FileRequest,
    owner: Owner,
) -> Result<Arc<answers::Body>, FileError> {
    let query = request.query(Form::Recursive)?;
    if let Some(known) = environment.answers.get(&request.key, &query) {
        return Ok(known);
    }
    let target = request.target(environment, "search", "file_metadata")?;
    let not_found = || FileError::NotFound(format!("Could not find instances in file_metadata with '{}'", request.key));
    let codedir = &environment.settings().codedir;
    match target.search(&environment.snapshot, &request.client, codedir)? {
        Answer::Found { bases, recurse } => {
            let narrowed = Query { recurse: query.recurse && recurse, ..query.clone() };
            let body = Arc::new(answers::Body::new(entries(&bases, &narrowed, owner, environment)?));
            environment.answers.keep(&request.key, query, &body);
            Ok(body)
        }
        Answer::Outside(outside) => {
            let recurse = query.recurse && !matches!(target.mount, modules::mount::Mount::Merged(_));
            let narrowed = Query { recurse, ..query };
            let tree = scan(environment, &outside)?.ok_or_else(not_found)?;
            let bases = [Base { path: outside, node: &tree.root }];
            Ok(Arc::new(answers::Body::new(entries(&bases, &narrowed, owner, environment)?)))
        }
        Answer::Nothing => Err(not_found()),
    }
}

/// Where the content of `file_content` is. Reads the disk only for custom mounts.
pub(crate) fn locate(environment: &Environment, request: &FileRequest) -> Result<String, FileError> {
    let target = request.target(environment, "find", "file_content")?;
    let not_found = || FileError::NotFound(format!("Could not find file_content {}", request.key));
    match target.find(&environment.snapshot, &request.client)? {
        Answer::Found { bases, .. } => bases.into_iter().next().map(|base| base.path).ok_or_else(not_found),
        Answer::Outside(path) if std::path::Path::new(&path).exists() => Ok(path),
        Answer::Outside(_) | Answer::Nothing => Err(not_found()),
    }
}

/// The environment that a request names, as it is now.
pub(crate) async fn environment(
    environments: &Environments,
    request: &FileRequest,
) -> Result<Arc<Environment>, FileError> {
    Ok(environments.fetch(&request.environment()?).await?)
}

fn single_entry<'a>(
    base: &'a Base,
    query: &Query,
    owner: Owner,
    environment: &Environment,
) -> Result<Metadata<'a>, FileError> {
    let path = base.path.as_str();
    let subject = Subject { path, base: base.node, relative_path: None, full_path: path, node: base.node };
    Ok(metadata(subject, query, owner, environment.digests())?)
}

fn entries(bases: &[Base], query: &Query, owner: Owner, environment: &Environment) -> Result<Vec<u8>, FileError> {
    let (members, warning) = fileset::members(bases, query)?;
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    let mut out = Vec::with_capacity(members.len() * 320 + 2);
    out.push(b'[');
    for (index, member) in members.iter().enumerate() {
        let base = &bases[member.base];
        let relative = member.relative_path.as_str();
        let full_path = if relative == "." { base.path.clone() } else { path::join(&base.path, relative) };
        let subject = Subject {
            path: &base.path,
            base: base.node,
            relative_path: Some(relative),
            full_path: &full_path,
            node: member.node,
        };
        let entry = metadata(subject, query, owner, environment.digests())?;
        if index > 0 {
            out.push(b',');
        }
        serde_json::to_writer(&mut out, &entry).map_err(|error| FileError::Unreadable(error.to_string()))?;
    }
    out.push(b']');
    Ok(out)
}

fn json(entry: &Metadata) -> Result<Vec<u8>, FileError> {
    serde_json::to_vec(entry).map_err(|error| FileError::Unreadable(error.to_string()))
}

/// What is at a path outside of the environment now.
fn scan(environment: &Environment, path: &str) -> Result<Option<Tree>, FileError> {
    Ok(crate::environments::outside(path, environment.settings().bounds)?)
}

#[cfg(test)]
mod tests;
