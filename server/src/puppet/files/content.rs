//! Files, streamed from disk in pieces.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use actix_web::web::{self, Bytes};
use futures_util::Stream;
use futures_util::stream;

use super::FileError;

/// An open file and how much of it is to be sent.
pub(crate) struct Content {
    file: File,
    /// Bytes when it was opened: no more than this is sent.
    pub(crate) length: u64,
}

/// Files up to this size are sent in one piece.
pub(crate) const SMALL: u64 = 64 * 1024;
const PIECE: u64 = 256 * 1024;

impl Content {
    /// Opens a file: for threads that may block.
    pub(crate) fn open(path: &str) -> Result<Self, FileError> {
        let unreadable = |error: &io::Error| FileError::Unreadable(format!("{} - {path}", plain(error)));
        let file = File::open(PathBuf::from(path)).map_err(|error| unreadable(&error))?;
        let metadata = file.metadata().map_err(|error| unreadable(&error))?;
        if metadata.is_dir() {
            return Err(FileError::Unreadable(format!("Is a directory - {path}")));
        }
        if !metadata.is_file() {
            return Err(FileError::Unreadable(format!("Not a regular file - {path}")));
        }
        Ok(Self { file, length: metadata.len() })
    }

    /// All of a small file: for threads that may block.
    pub(crate) fn whole(mut self) -> io::Result<Bytes> {
        let mut bytes = Vec::with_capacity(self.length as usize);
        (&mut self.file).take(self.length).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < self.length {
            return Err(shrank());
        }
        Ok(bytes.into())
    }

    /// The file piece by piece; pieces are read where blocking is allowed, one at a time.
    pub(crate) fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + 'static {
        stream::try_unfold((self.file, self.length), |(mut file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let read = web::block(move || {
                let mut piece = vec![0; left.min(PIECE) as usize];
                let count = file.read(&mut piece)?;
                if count == 0 {
                    return Err(shrank());
                }
                piece.truncate(count);
                Ok((file, Bytes::from(piece)))
            });
            let (file, piece) = read.await.map_err(io::Error::other)??;
            let left = left - piece.len() as u64;
            Ok(Some((piece, (file, left))))
        })
    }
}

fn shrank() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was sent")
}

/// An error as the original words it, without a number.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "No such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "Permission denied".to_owned(),
        _ => error.to_string(),
    }
}
