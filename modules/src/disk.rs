//! What is known of one file, and the port through which it becomes known.

/// Listings of folders.
pub trait Disk {
    /// What stands at `path`; `None` when there is nothing.
    fn look(&self, path: &str) -> Result<Option<Found>, String>;

    /// Everything in the folder `path` except `.` and `..`, in any order.
    /// Names that are not UTF-8 cannot be asked for and are left out.
    fn list(&self, path: &str) -> Result<Vec<(String, Found)>, String>;
}

/// One directory entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Of the entry itself, not of what it links to.
    pub status: Status,
    /// Present for symbolic links.
    pub link: Option<Link>,
}

/// Where a symbolic link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As written in the link.
    pub destination: Box<str>,
    /// What is at its end; `None` when there is nothing.
    pub target: Option<Status>,
}

/// The facts of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    pub kind: Kind,
    /// Permission bits, `0o7777` at most.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub device: u64,
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since the epoch.
    pub mtime: i64,
    /// Nanoseconds since the epoch.
    pub ctime: i64,
}

/// What sort of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    File,
    Directory,
    Link,
    Fifo,
    Socket,
    CharacterDevice,
    BlockDevice,
    Unknown,
}

impl Kind {
    /// The word that file metadata uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Link => "link",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::CharacterDevice => "characterSpecial",
            Self::BlockDevice => "blockSpecial",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
pub(crate) mod memory;
