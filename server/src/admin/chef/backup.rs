//! `chef export` and `chef import`: everything, in the folder layout of `knife ec backup`.

mod cookbooks;
mod export;
mod folder;
mod import;
mod objects;
mod people;

pub(super) use export::export;
pub(super) use import::{Order, import};

use std::path::Path;

/// The row of each user, with the hash of its password.
const USER_TABLE: &str = "key_dump.json";
/// The row of each key.
const KEY_TABLE: &str = "key_table_dump.json";
/// Names of those who look after users, which the original's backup forgets.
const SERVER_ADMINS: &str = "server_admins.json";
/// The document of a cookbook beside its files: what `knife` calls the uploaded version.
const UPLOADED: &str = ".uploaded-cookbook-version.json";
/// Whether a cookbook is frozen.
const STATUS: &str = "status.json";

/// What is wrong with a file or folder.
fn fault(path: &Path, what: impl std::fmt::Display) -> chef::Error {
    chef::Error::invalid(format!("{}: {what}", path.display()))
}
