//! What an archive of a module may hold.
//!
//! An archive is a packed tar, that of a release with one folder at its top. [`Archive::walk`] reads it once, front to
//! back, refuses what could do harm to whoever unpacks it, and gives each file to a visitor. Nothing is unpacked here: what a file becomes
//! is the visitor's affair. Every bound has a setting, and the fault names it; bytes are counted as they are unpacked, so
//! that a small archive of many zeros is given up early.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use tar::EntryType;

use super::metadata;

mod entries;

use entries::Entries;

/// Bounds of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the whole when it is unpacked.
    pub unpacked: u64,
    /// Files and folders.
    pub entries: usize,
    /// Folders within folders.
    pub depth: usize,
    /// Bytes of `metadata.json`, and of each text that is kept beside a release.
    pub text: u64,
}

/// What stands at the top of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Top {
    /// One folder, which is no part of the paths.
    Folder,
    Files,
}

/// Something in an archive. Its path is below the top folder: relative, with `/`, without `.` and `..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Empty for the top folder itself.
    pub path: &'a str,
    pub kind: Kind<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    Folder,
    File {
        size: u64,
        executable: bool,
    },
    /// It leads to something below the top folder, named relatively.
    Link {
        target: &'a str,
    },
}

/// What is known of an archive that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The one folder at its top; empty where files were expected there.
    pub top: String,
    /// `metadata.json` of the top folder, if there is one.
    pub metadata: Option<Vec<u8>>,
    pub files: usize,
    pub bytes: u64,
}

/// Why an archive is refused.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the archive cannot be read: {0}")]
    Unreadable(String),
    #[error("the archive holds nothing")]
    Empty,
    #[error("the archive has more than {limit} bytes when unpacked (setting `{}`)", UNPACKED)]
    TooLarge { limit: u64 },
    #[error("the archive holds more than {limit} files and folders (setting `{}`)", ENTRIES)]
    TooMany { limit: usize },
    #[error("'{path}' lies deeper than {limit} folders (setting `{}`)", DEPTH)]
    TooDeep { path: String, limit: usize },
    #[error("'{path}' has more than {limit} bytes (setting `{}`)", TEXT)]
    LongText { path: String, limit: u64 },
    #[error("'{0}' leads out of the archive")]
    Outside(String),
    #[error("'{0}' is an absolute name")]
    Absolute(String),
    #[error("'{0}' is no usable name of a file")]
    Name(String),
    #[error("the link '{path}' leads out of the archive, to '{target}'")]
    LinkOutside { path: String, target: String },
    #[error("'{0}' is a hard link; only files, folders and symbolic links are taken")]
    HardLink(String),
    #[error("'{0}' is neither a file nor a folder nor a symbolic link")]
    Special(String),
    #[error("'{0}' is there twice")]
    Twice(String),
    #[error("'{0}' lies below something that is no folder")]
    NoFolder(String),
    #[error("the archive has more than one folder at its top: '{0}' and '{1}'")]
    SeveralTops(String, String),
    #[error("'{0}' lies beside the top folder")]
    Beside(String),
    #[error("the archive has no metadata.json in its top folder")]
    NoMetadata,
    #[error(transparent)]
    Metadata(#[from] metadata::Fault),
    #[error("the top folder is '{top}', and metadata.json says '{expected}'")]
    WrongTop { top: String, expected: String },
    #[error("metadata.json says '{found}', and '{expected}' was asked for")]
    WrongRelease { found: String, expected: String },
    /// The visitor could not do what it does with a file.
    #[error("'{path}': {error}")]
    Visitor { path: String, error: io::Error },
}

/// The settings behind [`Bounds`].
const UNPACKED: &str = "forge.max_unpacked";
const ENTRIES: &str = "forge.max_entries";
const DEPTH: &str = "forge.max_depth";
const TEXT: &str = "forge.max_text";

/// Longest name of one file or folder, in bytes: what file systems take.
const LONGEST_NAME: usize = 255;

impl Archive {
    /// Reads a `.tar.gz` to its end. `visit` gets each entry after it was judged, and the bytes of files. The top folder
    /// need not be there as an entry of its own; folders come before what they hold or not at all.
    pub fn walk(
        packed: impl Read,
        bounds: &Bounds,
        visit: impl FnMut(Entry<'_>, &mut dyn Read) -> io::Result<()>,
    ) -> Result<Self, Fault> {
        Self::read(packed, bounds, Top::Folder, visit)
    }

    /// As [`Archive::walk`], of an archive whose files stand at its top.
    pub fn walk_files(
        packed: impl Read,
        bounds: &Bounds,
        visit: impl FnMut(Entry<'_>, &mut dyn Read) -> io::Result<()>,
    ) -> Result<Self, Fault> {
        Self::read(packed, bounds, Top::Files, visit)
    }

    fn read(
        packed: impl Read,
        bounds: &Bounds,
        top: Top,
        mut visit: impl FnMut(Entry<'_>, &mut dyn Read) -> io::Result<()>,
    ) -> Result<Self, Fault> {
        let unpacked = MultiGzDecoder::new(io::BufReader::with_capacity(64 * 1024, packed));
        let mut entries = Entries::new(unpacked, bounds);
        let mut tree = Tree::new(bounds, top);
        let mut archive = Self { top: String::new(), metadata: None, files: 0, bytes: 0 };
        while let Some(raw) = entries.next()? {
            let path = tree.place(&raw.name, raw.kind)?;
            let kind = match raw.kind {
                EntryType::Directory => Kind::Folder,
                EntryType::Symlink => Kind::Link { target: stays_inside(&path, &raw.link)? },
                _ => Kind::File { size: raw.size, executable: raw.executable },
            };
            let entry = Entry { path: &path, kind };
            let mut content = entries.content(raw.size);
            if let Kind::File { size, .. } = kind {
                archive.files += 1;
                archive.bytes += size;
            }
            if path == "metadata.json" && matches!(kind, Kind::File { .. }) {
                if raw.size > bounds.text {
                    return Err(Fault::LongText { path, limit: bounds.text });
                }
                let mut text = Vec::new();
                content.read_to_end(&mut text).map_err(|error| content.fault(&error))?;
                visit(entry, &mut text.as_slice()).map_err(|error| Fault::Visitor { path: path.clone(), error })?;
                archive.metadata = Some(text);
            } else {
                let visited = visit(entry, &mut content);
                visited.map_err(|error| content.fault_of_visitor(&path, error))?;
            }
            content.skip()?;
        }
        archive.top = tree.folder.ok_or(Fault::Empty)?;
        Ok(archive)
    }

    /// What the archive says it is, if that is well formed.
    pub fn read_metadata(&self) -> Result<metadata::Metadata, Fault> {
        let text = self.metadata.as_deref().ok_or(Fault::NoMetadata)?;
        Ok(metadata::Metadata::parse(text)?)
    }

    /// What is published must say the same in `metadata.json` and in the name of its folder.
    pub fn published_metadata(&self) -> Result<metadata::Metadata, Fault> {
        let metadata = self.read_metadata()?;
        let expected = metadata.release.to_string();
        if self.top != expected {
            return Err(Fault::WrongTop { top: self.top.clone(), expected });
        }
        Ok(metadata)
    }
}

/// What was seen so far, to refuse what would be written over or through something else.
struct Tree<'b> {
    bounds: &'b Bounds,
    top: Top,
    /// The top folder, once there is an entry.
    folder: Option<String>,
    /// Below the top folder.
    seen: BTreeMap<String, Seen>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Folder,
    Other,
}

impl<'b> Tree<'b> {
    fn new(bounds: &'b Bounds, top: Top) -> Self {
        Self { bounds, top, folder: None, seen: BTreeMap::new() }
    }

    /// The path of an entry below the top folder.
    fn place(&mut self, name: &str, kind: EntryType) -> Result<String, Fault> {
        match kind {
            EntryType::Regular | EntryType::Continuous | EntryType::Directory | EntryType::Symlink => {}
            EntryType::Link => return Err(Fault::HardLink(name.to_owned())),
            _ => return Err(Fault::Special(name.to_owned())),
        }
        let parts = parts(name)?;
        let (top, below) = match (self.top, parts.split_first()) {
            (Top::Folder, Some((top, below))) => (*top, below),
            (Top::Files, Some(_)) => ("", parts.as_slice()),
            (_, None) if kind == EntryType::Directory => return Ok(String::new()),
            (_, None) => return Err(Fault::Name(name.to_owned())),
        };
        match &self.folder {
            Some(known) if known != top => {
                return Err(Fault::SeveralTops(known.clone(), top.to_owned()));
            }
            Some(_) => {}
            None => self.folder = Some(top.to_owned()),
        }
        if below.is_empty() {
            let is_folder = kind == EntryType::Directory;
            return if is_folder { Ok(String::new()) } else { Err(Fault::Beside(name.to_owned())) };
        }
        if below.len() > self.bounds.depth {
            return Err(Fault::TooDeep { path: name.to_owned(), limit: self.bounds.depth });
        }
        for end in 1..below.len() {
            if *self.note(&below[..end].join("/"), Seen::Folder)? == Seen::Other {
                return Err(Fault::NoFolder(name.to_owned()));
            }
        }
        let path = below.join("/");
        let seen = if kind == EntryType::Directory { Seen::Folder } else { Seen::Other };
        let is_known = self.seen.contains_key(&path);
        let known = *self.note(&path, seen)?;
        if is_known && (seen == Seen::Other || known == Seen::Other) {
            return Err(Fault::Twice(name.to_owned()));
        }
        Ok(path)
    }

    fn note(&mut self, path: &str, seen: Seen) -> Result<&Seen, Fault> {
        if !self.seen.contains_key(path) && self.seen.len() >= self.bounds.entries {
            return Err(Fault::TooMany { limit: self.bounds.entries });
        }
        Ok(self.seen.entry(path.to_owned()).or_insert(seen))
    }
}

/// The parts of a name, without those that say nothing.
fn parts(name: &str) -> Result<Vec<&str>, Fault> {
    if name.starts_with('/') {
        return Err(Fault::Absolute(name.to_owned()));
    }
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Fault::Name(name.escape_debug().to_string()));
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(Fault::Outside(name.to_owned()));
    }
    // What Windows would take for a drive or a separator is no name here either.
    if parts.iter().any(|part| part.len() > LONGEST_NAME || part.contains('\\')) {
        return Err(Fault::Name(name.to_owned()));
    }
    Ok(parts)
}

/// The target of a link, if it lies below the top folder.
fn stays_inside<'t>(path: &str, target: &'t str) -> Result<&'t str, Fault> {
    let outside = || Fault::LinkOutside { path: path.to_owned(), target: target.escape_debug().to_string() };
    if target.is_empty() || target.starts_with('/') || target.contains('\\') || target.chars().any(char::is_control) {
        return Err(outside());
    }
    let mut depth = path.split('/').count() - 1;
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = depth.checked_sub(1).ok_or_else(outside)?,
            _ => depth += 1,
        }
    }
    Ok(target)
}

#[cfg(test)]
mod tests;
