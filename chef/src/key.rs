//! Public keys of users and clients, each with a name and an end perhaps.

mod ring;

pub use ring::Ring;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use jiff::Timestamp;
use rsa::pkcs1::{DecodeRsaPublicKey, EncodeRsaPublicKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};
use serde_json::{Value, json};

use crate::Result;
use crate::entity::Entity;
use crate::error::{Error, Message};
use crate::json::{self, Object};
use crate::names::is_wide;
use crate::records::Changes;

/// The key that an actor is made with.
pub const DEFAULT: &str = "default";

/// One key of an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    /// PEM, as it was given.
    pub public_key: String,
    /// `None`: never.
    pub expires_at: Option<Timestamp>,
}

/// A key pair that was just made.
#[derive(Clone)]
pub struct Pair {
    /// PEM, `PUBLIC KEY`.
    pub public_key: String,
    /// PEM, `RSA PRIVATE KEY`: what the oldest clients read.
    pub private_key: String,
}

impl Key {
    /// The key of a new actor.
    pub fn default_with(public_key: &str) -> Self {
        Self { name: DEFAULT.to_owned(), public_key: public_key.to_owned(), expires_at: None }
    }

    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// As the API shows it.
    pub fn json(&self) -> Object {
        let mut shown = Object::new();
        shown.insert("name".to_owned(), self.name.clone().into());
        shown.insert("public_key".to_owned(), self.public_key.clone().into());
        shown.insert("expiration_date".to_owned(), self.expiration_date().into());
        shown
    }

    fn expiration_date(&self) -> String {
        match self.expires_at {
            None => "infinity".to_owned(),
            Some(end) => end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    /// As a list of keys shows it.
    pub fn listed(&self, url: &str, now: Timestamp) -> Value {
        json!({"uri": url, "name": self.name, "expired": self.is_expired(now)})
    }
}

/// A public key that can be verified with.
pub struct PublicKey {
    key: RsaPublicKey,
    /// The key as PKCS#1 in DER.
    der: Vec<u8>,
    /// `None` where the key is too short or too long for ordinary signatures.
    ordinary: Option<ParsedPublicKey>,
}

impl PublicKey {
    /// Reads `PUBLIC KEY` or `RSA PUBLIC KEY` in PEM, from 512 to 16,384 bits.
    pub fn parse(pem: &str) -> Option<Self> {
        let key = if pem.starts_with("-----BEGIN PUBLIC KEY") {
            RsaPublicKey::from_public_key_pem(pem).ok()
        } else if pem.starts_with("-----BEGIN RSA PUBLIC KEY") {
            RsaPublicKey::from_pkcs1_pem(pem).ok()
        } else {
            None
        }?;
        let bits = key.n().bits();
        if !(512..=16_384).contains(&bits) {
            return None;
        }
        let der = key.to_pkcs1_der().ok()?.into_vec();
        let ordinary = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der).ok();
        Some(Self { key, der, ordinary })
    }

    /// SHA-1 of the key as PKCS#1 in DER, in pairs of digits: the name of a key that was given none.
    pub fn fingerprint(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der);
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
    }

    /// Whether `signature` is the text itself, padded and encrypted with the private half.
    ///
    /// A signature is a number; go-chef leaves the zeros off with which one in 256 begins.
    pub(crate) fn verifies_text(&self, text: &[u8], signature: &[u8]) -> bool {
        let size = self.key.size();
        let Some(padding) = size.checked_sub(text.len() + 3).filter(|padding| *padding >= 8) else { return false };
        let signature_number = BigUint::from_bytes_be(signature);
        if signature.len() > size || signature_number >= *self.key.n() {
            return false;
        }
        let padded = [&[0, 1], vec![0xff; padding].as_slice(), &[0], text].concat();
        self.raised(&signature_number) == BigUint::from_bytes_be(&padded)
    }

    /// The public operation of RSA. By squares, since exponents of public keys are short: what `rsa` does suits the long
    /// ones of private keys, and takes three times as long. All that is dealt with is public.
    fn raised(&self, number: &BigUint) -> BigUint {
        let exponent = self.key.e().to_bytes_be();
        let bits = exponent.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        let mut power = number.clone();
        for bit in bits.skip_while(|bit| !bit).skip(1) {
            power = &power * &power % self.key.n();
            if bit {
                power = power * number % self.key.n();
            }
        }
        power
    }

    /// Whether `signature` is an ordinary one (PKCS#1 v1.5) over the text's SHA-256.
    pub(crate) fn verifies_sha256(&self, text: &[u8], signature: &[u8]) -> bool {
        self.ordinary.as_ref().is_some_and(|key| key.verify_sig(text, signature).is_ok())
    }
}

/// The inner half of a private key in DER, as the oldest clients read it (PKCS#1), of one in PKCS#8.
pub fn inner_of_pkcs8(der: &[u8]) -> Option<&[u8]> {
    rsa::pkcs8::PrivateKeyInfo::try_from(der).ok().map(|info| info.private_key)
}

/// Where the text of a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The server makes a pair and gives the private half away.
    Made,
    /// The client made it.
    Given(String),
    /// No key is asked for.
    None,
}

/// Reads `create_key` and `public_key` of a key's or actor's document.
pub fn source(object: &Object) -> Result<Source> {
    if object.contains_key("private_key") {
        return Err(Error::invalid("Please use create_key: true instead of private_key: true"));
    }
    let create = json::optional_bool(object, "create_key")?;
    let given = public_key(object)?;
    match (given, create) {
        (Some(_), Some(true)) => Err(Error::invalid("You must specify either create_key or public_key, but not both")),
        (Some(key), _) => Ok(Source::Given(key.to_owned())),
        (None, Some(true)) => Ok(Source::Made),
        (None, _) => Ok(Source::None),
    }
}

/// The field `public_key`, where it is there.
pub(crate) fn public_key(object: &Object) -> Result<Option<&str>> {
    match object.get("public_key") {
        None => Ok(None),
        Some(Value::String(key)) if PublicKey::parse(key).is_some() => Ok(Some(key)),
        Some(Value::String(_)) => Err(Error::invalid("Public Key must be a valid key.")),
        Some(_) => Err(json::invalid("public_key")),
    }
}

/// When a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Never,
    At(Timestamp),
}

impl End {
    /// Reads `YYYY-MM-DDTHH:MM:SSZ`, or `infinity`.
    pub fn parse(text: &str) -> Option<Self> {
        date(text)
    }

    /// As a key has it.
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::At(at) => Some(at),
        }
    }
}

/// A key that is to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: String,
    pub source: Source,
    pub expires_at: Option<Timestamp>,
}

/// What is to change of a key.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: Option<String>,
    pub source: Source,
    pub end: Option<End>,
    /// As it was sent: the answer shows it.
    pub sent: Object,
}

/// Reads a key that is to be made.
pub fn parse(body: &[u8]) -> Result<NewKey> {
    let object = json::object(body)?;
    let name = json::name(&object, "name", is_wide)?.to_owned();
    let source = source(&object)?;
    if source == Source::None && !object.contains_key("create_key") {
        let text = "You must either provide a valid value for 'public_key', or specify 'create_key': true";
        return Err(Error::invalid(text));
    }
    let expires_at = expiration(&object)?.ok_or_else(|| json::missing("expiration_date"))?.at();
    Ok(NewKey { name, source, expires_at })
}

/// Reads a change to a key.
pub fn parse_change(body: &[u8]) -> Result<Change> {
    let sent = json::object(body)?;
    if !["expiration_date", "name", "public_key", "create_key"].iter().any(|field| sent.contains_key(*field)) {
        let text = "At least one of 'name', 'expiration_date', or 'public_key' must be specified";
        return Err(Error::Invalid(Message::bare(text)));
    }
    let name = json::optional_name(&sent, "name", is_wide)?.map(str::to_owned);
    Ok(Change { name, source: source(&sent)?, end: expiration(&sent)?, sent })
}

fn expiration(object: &Object) -> Result<Option<End>> {
    let wrong = || {
        Error::invalid(
            "Field expiration_date is invalid. All dates must be a valid date in ISO8601 form of exactly \
             YYYY-MM-DDThh:mm:ss, eg 2099-02-28T01:00:00, or the string \"infinity\". All times are assumed UTC, so do \
             not include a Z on the end of your date.",
        )
    };
    match object.get("expiration_date") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(date(text).ok_or_else(wrong)?)),
        Some(_) => Err(json::invalid("expiration_date")),
    }
}

fn date(text: &str) -> Option<End> {
    if text == "infinity" {
        return Some(End::Never);
    }
    let is_shaped = text.len() == 20
        && text.bytes().zip(b"0000-00-00T00:00:00Z").all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            shape => byte == *shape,
        });
    if !is_shaped {
        return None;
    }
    text.parse().ok().map(End::At)
}

/// Replaces the key that an actor was made with, or makes it.
pub fn put_default(changes: &dyn Changes, actor: &Entity, public_key: &str) -> Result<()> {
    changes.remove_key(actor.id, DEFAULT)?;
    changes.add_key(actor.id, &Key::default_with(public_key)).map(drop)
}

/// The refusal for a key that is not there.
pub fn not_found(owner: &str, name: &str) -> Error {
    Error::NotFound(Message::bare(format!("There is no key named {name} associated with {owner}.")))
}

/// The refusal for a key that is there.
pub fn exists(name: &str) -> Error {
    Error::Exists(Message::bare(format!("a key with the name '{name}' already exists for this actor.")))
}

/// The refusal to saw off the branch that one sits on.
pub fn in_use(name: &str) -> Error {
    let text = format!("The key '{name}' was used to authenticate this request and cannot be modified or deleted.");
    Error::Forbidden(Message::bare(text))
}

#[cfg(test)]
mod tests;
