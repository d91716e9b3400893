//! Signed requests: the headers `X-Ops-*` of the protocols 1.0, 1.1 and 1.3.
//!
//! 1.0 and 1.1 encrypt a text with the private key, padded and unhashed; 1.3 signs it in the
//! ordinary way with SHA-256. All name the body by its digest, which is compared too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use sha1::Digest;

use crate::Result;
use crate::error::Error;
use crate::key::PublicKey;

/// How far a client's clock may be from ours.
pub const SKEW: SignedDuration = SignedDuration::from_mins(15);
/// Lines of a signature; a key of 16,384 bits needs 46.
const MAX_LINES: usize = 64;

/// The forms of the text that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The user's name as it is.
    V1_0,
    /// The user's name as a digest.
    V1_1,
    V1_3,
}

/// What the headers of a request say.
#[derive(Clone, Debug)]
pub struct Signature {
    pub protocol: Protocol,
    pub user: String,
    timestamp: String,
    content_hash: String,
    /// As it came for version 1.3.
    bytes: Option<Vec<u8>>,
}

/// What of a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    /// As it came over the wire, without the query.
    pub path: &'a str,
    pub body: &'a [u8],
    /// The header `X-Ops-Server-API-Version` as it came; absent counts as `0`.
    pub api_version: &'a str,
}

impl Signature {
    /// Reads the headers of a request that came at `now`. Empty headers count as absent.
    pub fn read<'a>(header: impl Fn(&str) -> Option<&'a str>, now: Timestamp) -> Result<Self> {
        let header = |name: &str| header(name).map(str::trim).filter(|value| !value.is_empty());
        let required = ["X-Ops-UserId", "X-Ops-Timestamp", "X-Ops-Sign", "X-Ops-Content-Hash"];
        let missing: Vec<String> =
            required.iter().filter(|name| header(name).is_none()).map(|name| format!("'{name}'")).collect();
        if !missing.is_empty() {
            let text = format!("missing required authentication header(s) {}", missing.join(", "));
            return Err(Error::invalid(text));
        }
        let [user, timestamp, sign, content_hash] = required.map(|name| header(name).unwrap_or_default().to_owned());
        let Some(at) = moment(&timestamp) else {
            return Err(Error::unauthenticated("bad header(s) 'X-Ops-Timestamp'"));
        };
        if now.duration_since(at).abs() > SKEW {
            let text = format!("Failed to authenticate as {user}. Synchronize the clock on your host.");
            return Err(Error::unauthenticated(text));
        }
        let protocol = protocol(&sign).ok_or_else(|| Error::invalid("Unsupported authentication protocol version"))?;
        let lines: Vec<&str> =
            (1..=MAX_LINES).map_while(|number| header(&format!("X-Ops-Authorization-{number}"))).collect();
        let bytes = STANDARD.decode(lines.concat()).ok().filter(|bytes| !bytes.is_empty());
        Ok(Self { protocol, user, timestamp, content_hash, bytes })
    }

    /// Whether the body is the one that was signed.
    pub fn matches_body(&self, body: &[u8]) -> bool {
        self.digest(body) == self.content_hash
    }

    /// Whether the key's other half signed this request, body apart.
    pub fn is_by(&self, key: &PublicKey, request: &Request<'_>) -> bool {
        let Some(bytes) = &self.bytes else { return false };
        let text = self.text(request);
        match self.protocol {
            Protocol::V1_0 | Protocol::V1_1 => key.verifies_text(text.as_bytes(), bytes),
            Protocol::V1_3 => key.verifies_sha256(text.as_bytes(), bytes),
        }
    }

    /// The text that was signed.
    fn text(&self, request: &Request<'_>) -> String {
        let path = canonical_path(request.path);
        let (method, hash, time) = (request.method, &self.content_hash, &self.timestamp);
        match self.protocol {
            Protocol::V1_0 | Protocol::V1_1 => {
                let path = self.digest(path.as_bytes());
                let user =
                    if self.protocol == Protocol::V1_1 { self.digest(self.user.as_bytes()) } else { self.user.clone() };
                format!(
                    "Method:{method}\nHashed Path:{path}\nX-Ops-Content-Hash:{hash}\nX-Ops-Timestamp:{time}\nX-Ops-UserId:{user}"
                )
            }
            Protocol::V1_3 => {
                let (user, api) = (&self.user, request.api_version);
                format!(
                    "Method:{method}\nPath:{path}\nX-Ops-Content-Hash:{hash}\nX-Ops-Sign:version=1.3\nX-Ops-Timestamp:{time}\nX-Ops-UserId:{user}\nX-Ops-Server-API-Version:{api}"
                )
            }
        }
    }

    fn digest(&self, bytes: &[u8]) -> String {
        match self.protocol {
            Protocol::V1_0 | Protocol::V1_1 => STANDARD.encode(sha1::Sha1::digest(bytes)),
            Protocol::V1_3 => STANDARD.encode(sha2::Sha256::digest(bytes)),
        }
    }
}

/// Runs of slashes as one, none at the end.
fn canonical_path(path: &str) -> String {
    let mut canonical = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !canonical.ends_with('/') {
            canonical.push(letter);
        }
    }
    if canonical.len() > 1 && canonical.ends_with('/') {
        canonical.pop();
    }
    canonical
}

/// `algorithm=sha1;version=1.1;` in any order.
fn protocol(description: &str) -> Option<Protocol> {
    let fields = description.split(';').filter_map(|field| field.split_once('='));
    let mut versions = fields.filter(|(name, _)| name.trim() == "version").map(|(_, value)| value.trim());
    match versions.next()? {
        // 1.2 was never released; what speaks it signs as 1.0 does.
        "1.0" | "1.2" => Some(Protocol::V1_0),
        "1.1" => Some(Protocol::V1_1),
        "1.3" => Some(Protocol::V1_3),
        _ => None,
    }
}

/// ISO 8601 in UTC, to the second.
fn moment(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    (bytes.len() == 20 && bytes[10] == b'T' && bytes[19] == b'Z').then(|| text.parse().ok())?
}

/// The refusal of a name that nobody has.
pub fn unknown(user: &str) -> Error {
    let text = format!("Failed to authenticate as '{user}'. Ensure that your node_name and client key are correct.");
    Error::unauthenticated(text)
}

/// The refusal of a signature that none of the name's keys made.
pub fn forged(user: &str) -> Error {
    Error::unauthenticated(format!("Invalid signature for user or client '{user}'"))
}

#[cfg(test)]
mod tests;
