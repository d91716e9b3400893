//! What the file server says of a file.

use std::borrow::Cow;

use serde::Serialize;

use crate::checksum::ChecksumType;
use crate::disk::{Kind, Status};
use crate::error::Error;
use crate::fileset::{Links, Permissions, Query};
use crate::tree::Node;

/// One entry, with its fields in the order of the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metadata<'a> {
    /// The whole path of a single file; in a recursive answer the folder that was searched.
    pub path: Cow<'a, str>,
    /// `.` and what is below it in a recursive answer.
    pub relative_path: Option<Cow<'a, str>>,
    pub links: &'static str,
    pub owner: u32,
    pub group: u32,
    pub mode: u32,
    pub checksum: Checksum,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where a link leads, as it is written.
    pub destination: Option<Cow<'a, str>>,
    /// In a static catalog, where the content is: a path in the environment, as an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_uri: Option<String>,
    /// In a static catalog, which of the sources it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Metadata<'_> {
    pub fn into_owned(self) -> Metadata<'static> {
        let Self { path, relative_path, links, owner, group, mode, checksum, kind, destination, content_uri, source } =
            self;
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let (path, relative_path, destination) = (owned(path), relative_path.map(owned), destination.map(owned));
        Metadata { path, relative_path, links, owner, group, mode, checksum, kind, destination, content_uri, source }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checksum {
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `{type}digits`; none for a link that leads nowhere or to a folder.
    pub value: Option<String>,
}

/// Sums up the content of files: the port to what reads them.
pub trait Digests {
    /// The digest of the file at `path`, whose facts are `status`, in hexadecimal digits.
    fn digest(&self, path: &str, status: &Status, kind: ChecksumType) -> Result<String, String>;
}

/// The user and group that stand in for owners whose permissions are not to be copied.
#[derive(Clone, Copy, Debug)]
pub struct Process {
    pub uid: u32,
    pub gid: u32,
}

/// What an entry speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The file itself, or in a recursive answer the folder that was searched.
    pub path: &'a str,
    /// The node at `path`.
    pub base: &'a Node,
    /// Below `path`; `None` for a single file.
    pub relative_path: Option<&'a str>,
    /// Where `node` stands.
    pub full_path: &'a str,
    pub node: &'a Node,
}

/// The entry for one file or folder. The change time of folders is that of the folder that was
/// searched, as it always was.
pub fn metadata<'a>(
    subject: Subject<'a>,
    query: &Query,
    process: Process,
    digests: &dyn Digests,
) -> Result<Metadata<'a>, Error> {
    let Subject { path, base, relative_path, full_path, node } = subject;
    let status = match query.links {
        Links::Manage => &node.status,
        Links::Follow => node.followed().ok_or_else(|| Error::Dangling(full_path.to_owned()))?,
    };
    let (owner, group, mode) = match query.source_permissions {
        Permissions::Ignore => (process.uid, process.gid, 0o644),
        Permissions::Use => (status.uid, status.gid, status.mode & 0o7777),
    };
    let checksum = match status.kind {
        Kind::File => checksum(full_path, status, query.checksum_type, digests)?,
        Kind::Directory => {
            let base = base.followed().unwrap_or(&base.status);
            Checksum { kind: "ctime", value: Some(format!("{{ctime}}{}", time(base.ctime))) }
        }
        Kind::Link => Checksum {
            kind: query.checksum_type.as_str(),
            value: linked_sum(full_path, node.followed(), query.checksum_type, digests)?,
        },
        Kind::Fifo | Kind::Socket => Checksum { kind: "none", value: Some("{none}".to_owned()) },
        Kind::CharacterDevice | Kind::BlockDevice | Kind::Unknown => {
            return Err(Error::UnmanageableKind(status.kind.as_str()));
        }
    };
    let destination = match (status.kind, &node.link) {
        (Kind::Link, Some(link)) => Some(Cow::Borrowed(&*link.destination)),
        _ => None,
    };
    let links = query.links.as_str();
    Ok(Metadata {
        path: path.into(),
        relative_path: relative_path.map(Cow::Borrowed),
        links,
        owner,
        group,
        mode,
        checksum,
        kind: status.kind.as_str(),
        destination,
        content_uri: None,
        source: None,
    })
}

fn checksum(path: &str, status: &Status, kind: ChecksumType, digests: &dyn Digests) -> Result<Checksum, Error> {
    let sum = match kind {
        ChecksumType::Mtime => time(status.mtime),
        ChecksumType::Ctime => time(status.ctime),
        ChecksumType::None => String::new(),
        content => digests.digest(path, status, content).map_err(Error::Digest)?,
    };
    Ok(Checksum { kind: kind.as_str(), value: Some(format!("{{{kind}}}{sum}")) })
}

/// Links are summed up by what they lead to, where that can be.
fn linked_sum(
    path: &str,
    target: Option<&Status>,
    kind: ChecksumType,
    digests: &dyn Digests,
) -> Result<Option<String>, Error> {
    match (kind, target) {
        (ChecksumType::None, _) => Ok(Some("{none}".to_owned())),
        (_, None) => Ok(None),
        (ChecksumType::Mtime | ChecksumType::Ctime, Some(status)) => {
            checksum(path, status, kind, digests).map(|sum| sum.value)
        }
        (_, Some(status)) if status.kind == Kind::File => checksum(path, status, kind, digests).map(|sum| sum.value),
        _ => Ok(None),
    }
}

/// As Ruby prints a time in UTC: `2026-11-23 10:18:36 +0000`.
fn time(nanoseconds: i64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(nanoseconds))
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S +0000").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
