//! The entries of a tar, one after the other, with their long names put together.
//!
//! Long names stand in entries of their own before the entry they belong to. They are read here and not by the library,
//! which would take them whole however long they are.

use std::io::{self, Read};

use tar::{EntryType, Header, PaxExtensions};

use super::{Bounds, Fault};

/// Longest record of long names, in bytes.
const LONGEST_RECORD: u64 = 64 * 1024;
const BLOCK: u64 = 512;

/// An entry as it is written.
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) kind: EntryType,
    pub(super) size: u64,
    pub(super) executable: bool,
    /// Where a link leads.
    pub(super) link: String,
}

/// Reads one entry after the other.
pub(super) struct Entries<R> {
    unpacked: Counted<R>,
    limit: u64,
}

/// The bytes of one entry. They must be taken or skipped before the next entry.
pub(super) struct Content<'e, R> {
    unpacked: &'e mut Counted<R>,
    left: u64,
    padding: u64,
    limit: u64,
}

/// Stops at the bound.
struct Counted<R> {
    inner: R,
    left: u64,
    exhausted: bool,
}

impl<R: Read> Entries<R> {
    pub(super) fn new(unpacked: R, bounds: &Bounds) -> Self {
        let limit = bounds.unpacked;
        Self { unpacked: Counted { inner: unpacked, left: limit, exhausted: false }, limit }
    }

    /// The next entry; `None` at the end. Its content has to be asked for.
    pub(super) fn next(&mut self) -> Result<Option<Raw>, Fault> {
        let (mut name, mut link) = (None, None);
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            let size = header.entry_size().map_err(|error| unreadable(&error))?;
            match header.entry_type() {
                EntryType::GNULongName => name = Some(self.record(size)?),
                EntryType::GNULongLink => link = Some(self.record(size)?),
                EntryType::XGlobalHeader => drop(self.record(size)?),
                EntryType::XHeader => {
                    let record = self.record(size)?;
                    for extension in PaxExtensions::new(&record) {
                        let extension = extension.map_err(|error| unreadable(&error))?;
                        match extension.key_bytes() {
                            b"path" => name = Some(extension.value_bytes().to_vec()),
                            b"linkpath" => link = Some(extension.value_bytes().to_vec()),
                            b"size" => {
                                return Err(Fault::Unreadable(
                                    "an entry has its size in an extended header".to_owned(),
                                ));
                            }
                            _ => {}
                        }
                    }
                }
                kind => {
                    let name = name.unwrap_or_else(|| header.path_bytes().into_owned());
                    let link = link.or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned));
                    // Folders of very old archives are files whose names end in a slash.
                    let old_folder = kind == EntryType::Regular && name.ends_with(b"/");
                    let kind = if old_folder { EntryType::Directory } else { kind };
                    let size = if matches!(kind, EntryType::Regular | EntryType::Continuous) { size } else { 0 };
                    let executable = header.mode().is_ok_and(|mode| mode & 0o111 != 0);
                    let (name, link) = (text(name)?, text(link.unwrap_or_default())?);
                    return Ok(Some(Raw { name, kind, size, executable, link }));
                }
            }
        }
    }

    pub(super) fn content(&mut self, size: u64) -> Content<'_, R> {
        let padding = size.next_multiple_of(BLOCK) - size;
        Content { unpacked: &mut self.unpacked, left: size, padding, limit: self.limit }
    }

    /// The next header, whose checksum is right. Two blocks of zeros, or nothing more, are the end.
    fn header(&mut self) -> Result<Option<Header>, Fault> {
        let mut header = Header::new_old();
        let mut filled = 0;
        while filled < header.as_bytes().len() {
            let read = self.unpacked.read(&mut header.as_mut_bytes()[filled..]);
            match read.map_err(|error| self.unpacked.fault(self.limit, &error))? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(Fault::Unreadable("it ends in the middle of a header".to_owned())),
                read => filled += read,
            }
        }
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let bytes = header.as_bytes();
        let sum: u32 = bytes[..148].iter().chain(&bytes[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
        if header.cksum().ok() != Some(sum) {
            return Err(Fault::Unreadable("it is no tar, or damaged".to_owned()));
        }
        Ok(Some(header))
    }

    /// The whole content of an entry that says something of the next one.
    fn record(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
        if size > LONGEST_RECORD {
            return Err(Fault::Unreadable(format!("a record of a name has more than {LONGEST_RECORD} bytes")));
        }
        let mut content = self.content(size);
        let mut record = Vec::new();
        content.read_to_end(&mut record).map_err(|error| content.fault(&error))?;
        content.skip()?;
        if record.len() as u64 != size {
            return Err(Fault::Unreadable("it ends in the middle of a name".to_owned()));
        }
        while record.last() == Some(&0) {
            record.pop();
        }
        Ok(record)
    }
}

impl<R: Read> Content<'_, R> {
    /// Reads over what nobody took, to where the next entry begins.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let mut block = [0; 8192];
        while self.left > 0 {
            if self.read(&mut block).map_err(|error| self.fault(&error))? == 0 {
                return Err(Fault::Unreadable("it ends in the middle of a file".to_owned()));
            }
        }
        self.left = std::mem::take(&mut self.padding);
        while self.left > 0 {
            // An archive may lack the padding of its last file.
            if self.read(&mut block).map_err(|error| self.fault(&error))? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Whether a read failed at the bound, or for what is in the archive.
    pub(super) fn fault(&self, error: &io::Error) -> Fault {
        self.unpacked.fault(self.limit, error)
    }

    /// What a visitor failed with may be what it read.
    pub(super) fn fault_of_visitor(&self, path: &str, error: io::Error) -> Fault {
        if self.unpacked.exhausted {
            return self.fault(&error);
        }
        Fault::Visitor { path: path.to_owned(), error }
    }
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.unpacked.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            // One byte more tells the end from the bound.
            let read = self.inner.read(&mut buffer[..1])?;
            self.exhausted = read > 0;
            return if self.exhausted { Err(io::Error::other("the bound is reached")) } else { Ok(0) };
        }
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl<R> Counted<R> {
    fn fault(&self, limit: u64, error: &io::Error) -> Fault {
        if self.exhausted { Fault::TooLarge { limit } } else { unreadable(error) }
    }
}

fn text(bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|error| Fault::Name(String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn unreadable(error: &io::Error) -> Fault {
    Fault::Unreadable(error.to_string())
}
