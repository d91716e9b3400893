//! Passwords of users, for the console: kept as bcrypt hashes.

use crate::Result;
use crate::error::Error;

/// Rounds, as a power of two: about a twentieth of a second.
const COST: u32 = 10;

/// Hashes a password. `salt` is random. Takes its time, on purpose.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String> {
    let hashed = bcrypt::hash_with_salt(password.as_bytes(), COST, salt);
    Ok(hashed.map_err(|error| Error::invalid(error.to_string()))?.to_string())
}

/// Whether a password is the one that was hashed. Takes its time, on purpose.
pub fn verify(password: &str, hash: &str) -> bool {
    bcrypt::verify(password.as_bytes(), hash).unwrap_or(false)
}
