//! Tokens: secrets by which programs deploy, read the Forge and publish to it.
//!
//! A token is written `qm_ID_SECRET`. The identifier is public: lists show it, and it is how the record is found. Of
//! the secret only the SHA-256 is kept, so that whoever reads the store cannot use what is in it. The secret is 256 bits
//! of randomness, which no digest needs to be slow for.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::port::PortError;

/// What a token allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// `deploy`: to deploy environments and to ask how that goes.
    Deploy,
    /// `forge-read`: to read the Forge where reading needs a token.
    ForgeRead,
    /// `forge-write:AUTHOR`, `forge-write:*`: to publish, delete and deprecate modules of an author, or of any. It
    /// allows to read too.
    ForgeWrite(Authors),
}

/// Whose modules a token may change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authors {
    All,
    /// In small letters.
    One(String),
}

/// What is kept of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    /// SHA-256 of the whole token as it is written.
    pub digest: [u8; 32],
    /// In order, each once.
    pub scopes: Vec<Scope>,
    /// What it is for, in the words of who made it.
    pub label: String,
    pub made_at: Timestamp,
    /// Good before this moment; `None`: for ever.
    pub expires_at: Option<Timestamp>,
}

/// Eight hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenId(String);

/// A token as it is written, which only its owner has.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    id: TokenId,
    text: String,
}

/// Bytes of randomness that a new token needs.
pub const RANDOM_BYTES: usize = ID_BYTES + SECRET_BYTES;
const ID_BYTES: usize = 4;
const SECRET_BYTES: usize = 32;
const PREFIX: &str = "qm_";
/// Longest label, in bytes.
const LONGEST_LABEL: usize = 200;

/// The port to the tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Keeps a new token; `false` if its identifier is taken.
    async fn keep(&self, token: Token) -> Result<bool, PortError>;

    async fn token(&self, id: &TokenId) -> Result<Option<Token>, PortError>;

    /// All of them, the oldest first.
    async fn tokens(&self) -> Result<Vec<Token>, PortError>;

    /// Forgets a token, so that it lets nobody in from then on. Whether there was one.
    async fn revoke(&self, id: &TokenId) -> Result<bool, PortError>;
}

/// Why a token cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("'{0}' is no scope: `deploy`, `forge-read`, `forge-write:AUTHOR` or `forge-write:*` is expected")]
    Scope(String),
    #[error("'{0}' is no identifier of a token: eight hexadecimal digits are expected, as `token list` shows them")]
    Id(String),
    #[error("a token needs at least one scope")]
    NoScope,
    #[error("the label has {0} bytes; at most {LONGEST_LABEL} are taken")]
    LongLabel(usize),
    #[error("the label holds a line break or another control character")]
    ControlInLabel,
}

/// Why a token that was presented lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Never made, revoked, or not written as a token is: which of them is nobody's business.
    #[error("the token is not valid")]
    Unknown,
    #[error("the token has expired")]
    Expired,
    /// It is a good token, for something else.
    #[error("the token does not allow this")]
    OutOfScope,
}

impl Token {
    /// A new token, and what its owner gets to see of it.
    pub fn make(
        random: &[u8; RANDOM_BYTES],
        mut scopes: Vec<Scope>,
        label: &str,
        made_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<(Self, Secret), Fault> {
        scopes.sort();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(Fault::NoScope);
        }
        if label.len() > LONGEST_LABEL {
            return Err(Fault::LongLabel(label.len()));
        }
        if label.chars().any(char::is_control) {
            return Err(Fault::ControlInLabel);
        }
        let (id, secret) = random.split_at(ID_BYTES);
        let id = TokenId(hex::encode(id));
        let text = format!("{PREFIX}{id}_{}", hex::encode(secret));
        let secret = Secret { id: id.clone(), text };
        let label = label.to_owned();
        Ok((Self { id, digest: secret.digest(), scopes, label, made_at, expires_at }, secret))
    }

    /// Judges what somebody presents for this token, and whether it allows what is wanted.
    pub fn admits(&self, presented: &Secret, wanted: &Scope, now: Timestamp) -> Result<(), Refusal> {
        self.is_held_by(presented, now)?;
        if self.allows(wanted) { Ok(()) } else { Err(Refusal::OutOfScope) }
    }

    pub fn allows(&self, wanted: &Scope) -> bool {
        self.scopes.iter().any(|scope| scope.allows(wanted))
    }

    /// Judges what somebody presents for this token. The time it takes says nothing about the secret.
    pub fn is_held_by(&self, presented: &Secret, now: Timestamp) -> Result<(), Refusal> {
        if !bool::from(self.digest.ct_eq(&presented.digest())) {
            return Err(Refusal::Unknown);
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::Expired);
        }
        Ok(())
    }
}

impl Scope {
    /// To change modules of one author.
    pub fn writing_as(author: &str) -> Self {
        Self::ForgeWrite(Authors::One(author.to_ascii_lowercase()))
    }

    fn allows(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Deploy, Self::Deploy) => true,
            (Self::ForgeRead | Self::ForgeWrite(_), Self::ForgeRead) => true,
            (Self::ForgeWrite(Authors::All), Self::ForgeWrite(_)) => true,
            (Self::ForgeWrite(have), Self::ForgeWrite(need)) => have == need,
            _ => false,
        }
    }
}

impl FromStr for Scope {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "deploy" => return Ok(Self::Deploy),
            "forge-read" => return Ok(Self::ForgeRead),
            "forge-write:*" => return Ok(Self::ForgeWrite(Authors::All)),
            _ => {}
        }
        let author = text.strip_prefix("forge-write:").filter(|author| {
            !author.is_empty()
                && author.len() <= LONGEST_LABEL
                && author.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        author.map(Self::writing_as).ok_or_else(|| Fault::Scope(text.to_owned()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deploy => f.write_str("deploy"),
            Self::ForgeRead => f.write_str("forge-read"),
            Self::ForgeWrite(Authors::All) => f.write_str("forge-write:*"),
            Self::ForgeWrite(Authors::One(author)) => write!(f, "forge-write:{author}"),
        }
    }
}

impl TokenId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenId {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let is_id = text.len() == 2 * ID_BYTES && is_hex(text);
        if is_id { Ok(Self(text.to_owned())) } else { Err(Fault::Id(text.to_owned())) }
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Secret {
    /// Reads what somebody presents.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (id, secret) = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(Refusal::Unknown)?;
        if secret.len() != 2 * SECRET_BYTES || !is_hex(secret) {
            return Err(Refusal::Unknown);
        }
        let id = id.parse().map_err(|_| Refusal::Unknown)?;
        Ok(Self { id, text: text.to_owned() })
    }

    pub fn id(&self) -> &TokenId {
        &self.id
    }

    /// The token itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.text).into()
    }
}

/// Never the secret.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({PREFIX}{}_…)", self.id)
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests;
