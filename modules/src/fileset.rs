//! Which files a request speaks of, and in which order.

use std::collections::{HashSet, VecDeque};

use crate::checksum::ChecksumType;
use crate::error::Error;
use crate::path;
use crate::pattern;
use crate::tree::Node;

/// The options of a request for metadata.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    pub links: Links,
    pub recurse: bool,
    /// How many folders deep; `None` is without end.
    pub recurselimit: Option<u32>,
    /// More files than this are an error; 0 warns beyond 1,000, -1 never does.
    pub max_files: i64,
    /// Patterns of names to leave out at any depth.
    pub ignore: Vec<String>,
    pub checksum_type: ChecksumType,
    pub source_permissions: Permissions,
}

/// Whether links are spoken of, or what they lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Links {
    Manage,
    Follow,
}

/// Whether owners and modes are those on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permissions {
    Ignore,
    Use,
}

/// Whether one file is asked for, or a folder with what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Single,
    Recursive,
}

/// A folder that is searched.
#[derive(Clone, Debug)]
pub struct Base<'a> {
    pub path: String,
    pub node: &'a Node,
}

/// One file of the answer.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Index of the folder it was found in.
    pub base: usize,
    /// `.` for the folder itself.
    pub relative_path: String,
    pub node: &'a Node,
}

/// From this many files on a request without a limit is worth a warning.
pub const SOFT_LIMIT: usize = 1000;

impl Query {
    /// Reads the parameters of a request; names that mean nothing here are passed over.
    pub fn parse<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, form: Form) -> Result<Self, Error> {
        let mut query = Self {
            links: Links::Manage,
            recurse: false,
            recurselimit: None,
            max_files: 0,
            ignore: Vec::new(),
            checksum_type: ChecksumType::Sha256,
            source_permissions: Permissions::Ignore,
        };
        for (name, value) in pairs {
            match name {
                "links" => query.links = Links::parse(value, form)?,
                "checksum_type" => query.checksum_type = ChecksumType::parse(value)?,
                "source_permissions" => query.source_permissions = Permissions::parse(value)?,
                "recurse" if form == Form::Recursive => query.recurse = recurse(value)?,
                "recurselimit" if form == Form::Recursive => query.recurselimit = limit(value)?,
                "max_files" => query.max_files = number(value)?,
                "ignore" => query.ignore.push(value.to_owned()),
                _ => {}
            }
        }
        Ok(query)
    }
}

/// The files of several folders as one: breadth first, the first of two of one name wins.
///
/// Entries of a folder come sorted by name. Links that lead nowhere are left out when links are
/// followed. The second value is a warning worth logging.
pub fn members<'a>(bases: &[Base<'a>], query: &Query) -> Result<(Vec<Member<'a>>, Option<String>), Error> {
    let mut seen: HashSet<String> = HashSet::new();
    let (mut members, mut warning) = (Vec::new(), None);
    for (index, base) in bases.iter().enumerate() {
        let found = files(base, query);
        let count = found.len() - 1;
        if query.max_files > 0 && count as u64 > query.max_files as u64 {
            let (path, limit) = (base.path.clone(), query.max_files);
            return Err(Error::TooManyFiles { path, entries: count, limit });
        }
        if query.max_files == 0 && count > SOFT_LIMIT {
            warning = Some(soft_limit_warning(&base.path, count));
        }
        for (relative_path, node) in found {
            if seen.insert(relative_path.clone()) {
                members.push(Member { base: index, relative_path, node });
            }
        }
    }
    Ok((members, warning))
}

impl Links {
    fn parse(text: &str, form: Form) -> Result<Self, Error> {
        match (text, form) {
            ("manage", _) | ("ignore", Form::Single) => Ok(Self::Manage),
            ("follow", _) => Ok(Self::Follow),
            (other, Form::Recursive) => Err(Error::InvalidLinks(other.to_owned())),
            (_, Form::Single) => Err(Error::InvalidFileLinks),
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manage => "manage",
            Self::Follow => "follow",
        }
    }
}

impl Permissions {
    fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "ignore" => Ok(Self::Ignore),
            "use" | "use_when_creating" => Ok(Self::Use),
            other => Err(Error::UnsupportedPermissions(other.to_owned())),
        }
    }
}

/// The base itself as `.`, then what is in it.
fn files<'a>(base: &Base<'a>, query: &Query) -> Vec<(String, &'a Node)> {
    let mut found = vec![(".".to_owned(), base.node)];
    if !query.recurse {
        return found;
    }
    let mut open = VecDeque::from([(0, String::new(), base.node)]);
    while let Some((depth, folder, node)) = open.pop_front() {
        let descends = query.links == Links::Follow || node.link.is_none();
        if !descends || query.recurselimit.is_some_and(|limit| depth + 1 > limit) {
            continue;
        }
        for (name, child) in node.entries() {
            let dangling = query.links == Links::Follow && child.followed().is_none();
            if dangling || query.ignore.iter().any(|ignored| pattern::matches(ignored, name)) {
                continue;
            }
            let relative = if folder.is_empty() { name.to_owned() } else { path::join(&folder, name) };
            found.push((relative.clone(), child));
            if child.is_directory() {
                open.push_back((depth + 1, relative, child));
            }
        }
    }
    found
}

fn recurse(value: &str) -> Result<bool, Error> {
    match value {
        "false" => Ok(false),
        digits if is_number(digits) => Err(Error::RecurseIsNumber),
        _ => Ok(true),
    }
}

fn limit(value: &str) -> Result<Option<u32>, Error> {
    match value {
        "infinite" => Ok(None),
        other => number(other).map(|number| Some(u32::try_from(number).unwrap_or(0))),
    }
}

fn number(value: &str) -> Result<i64, Error> {
    value.parse().map_err(|_| Error::NotANumber(value.to_owned()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn soft_limit_warning(path: &str, entries: usize) -> String {
    format!(
        "The directory '{path}' contains {entries} entries, which exceeds the default soft limit {SOFT_LIMIT} and may \
         cause excessive resource consumption and degraded performance. To remove this warning set a value for \
         `max_files` parameter or consider using an alternate method to manage large directory trees"
    )
}
