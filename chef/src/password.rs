//! Passwords of users, for the console: kept as bcrypt hashes, or as the original kept them of old.
//!
//! The text that is kept is a bcrypt hash, or `{SCHEME}SALT$$HASH` with a name that the original's
//! database has for the scheme.

use sha1::{Digest, Sha1};

use crate::Result;
use crate::error::Error;

/// Rounds, as a power of two: about a twentieth of a second.
const COST: u32 = 10;
/// Characters of a bcrypt hash that are its salt.
const SALT: usize = 29;

/// Hashes a password. `salt` is random. Takes its time, on purpose.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String> {
    let hashed = bcrypt::hash_with_salt(password.as_bytes(), COST, salt);
    Ok(hashed.map_err(|error| Error::invalid(error.to_string()))?.to_string())
}

/// Whether a password is the one that was hashed. Takes its time, on purpose.
pub fn verify(password: &str, kept: &str) -> bool {
    let bcrypt = |password: &str, hash: &str| bcrypt::verify(password.as_bytes(), hash).unwrap_or(false);
    let hashed = Hashed::of_kept(kept);
    match hashed.scheme.as_str() {
        BCRYPT => bcrypt(password, &hashed.hash),
        SHA1_BCRYPT => bcrypt(&salted(&hashed.salt, password), &hashed.hash),
        OPEN_SOURCE_SHA1_BCRYPT => {
            let salt = hashed.salt.split_once('\t').map_or("", |(_, salt)| salt);
            bcrypt(&salted_before(salt, password), &hashed.hash)
        }
        _ => [salted(&hashed.salt, password), salted_before(&hashed.salt, password)].contains(&hashed.hash),
    }
}

const BCRYPT: &str = "bcrypt";
const OPEN_SOURCE_BCRYPT: &str = "erlang-bcrypt-0.5.0";
const SHA1_BCRYPT: &str = "SHA1-bcrypt";
const OPEN_SOURCE_SHA1_BCRYPT: &str = "sha1+bcrypt";
const SHA1: &str = "SHA1";

/// A password as the original's table of users has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    pub hash: String,
    pub salt: String,
    pub scheme: String,
}

impl Hashed {
    /// Reads what is kept here.
    pub fn of_kept(kept: &str) -> Self {
        let tagged = kept.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        if let Some((scheme, rest)) = tagged
            && let Some((salt, hash)) = rest.split_once("$$")
        {
            return Self { hash: hash.to_owned(), salt: salt.to_owned(), scheme: scheme.to_owned() };
        }
        let salt = kept.get(..SALT).unwrap_or_default().to_owned();
        Self { hash: kept.to_owned(), salt, scheme: BCRYPT.to_owned() }
    }

    /// The text to keep; `None` where the scheme is not known.
    pub fn kept(&self) -> Option<String> {
        match self.scheme.as_str() {
            BCRYPT | OPEN_SOURCE_BCRYPT => self.hash.starts_with("$2").then(|| self.hash.clone()),
            SHA1_BCRYPT | OPEN_SOURCE_SHA1_BCRYPT | SHA1 => {
                Some(format!("{{{}}}{}$${}", self.scheme, self.salt, self.hash))
            }
            _ => None,
        }
    }
}

fn salted(salt: &str, password: &str) -> String {
    digest(&format!("{salt}--{password}--"))
}

fn salted_before(salt: &str, password: &str) -> String {
    digest(&format!("--{salt}--{password}--"))
}

fn digest(text: &str) -> String {
    Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests;
