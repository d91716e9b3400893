//! Rows of the original's tables of users and of keys.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{end, parse_end};
use crate::error::Error;
use crate::json::{self, Object};
use crate::key::{Key, PublicKey};
use crate::password::Hashed;
use crate::user::Profile;
use crate::{Entity, Kind, Result};

/// What of a row of `users` is kept here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    pub name: String,
    /// 32 hexadecimal digits.
    pub guid: Option<String>,
    pub external_id: Option<String>,
    pub recovery: bool,
    pub password: Option<Hashed>,
}

impl UserRow {
    pub fn parse(row: &Object) -> Result<Self> {
        let text = |field: &str| json::str_of(row, field).map(str::to_owned);
        let password = match (text("hashed_password"), text("salt"), text("hash_type")) {
            (Some(hash), salt, Some(scheme)) => Some(Hashed { hash, salt: salt.unwrap_or_default(), scheme }),
            _ => None,
        };
        Ok(Self {
            name: json::name(row, "username", |_| true)?.to_owned(),
            guid: text("id").filter(|id| is_guid(id)),
            external_id: text("external_authentication_uid"),
            recovery: row.get("recovery_authentication_enabled") == Some(&Value::Bool(true)),
            password,
        })
    }

    /// The row of a user. Times and internal identifiers are not kept here, and left out.
    pub fn json(user: &Entity, profile: &Profile, public_key: Option<&str>) -> Value {
        let password = profile.password.as_deref().map(Hashed::of_kept);
        json!({
            "id": user.guid,
            "username": user.name,
            "email": profile.email,
            "pubkey_version": 0,
            "public_key": public_key,
            "serialized_object": json::text(&profile.personal),
            "external_authentication_uid": profile.external_id,
            "recovery_authentication_enabled": profile.recovery,
            "admin": false,
            "hashed_password": password.as_ref().map(|password| &password.hash),
            "salt": password.as_ref().map(|password| &password.salt),
            "hash_type": password.as_ref().map(|password| &password.scheme),
        })
    }
}

/// A row of the view of keys by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Of the actor.
    pub guid: Option<String>,
    pub actor: String,
    /// `None`: a user.
    pub organization: Option<String>,
    pub name: String,
    pub public_key: String,
    pub expires_at: Option<Timestamp>,
}

impl KeyRow {
    pub fn parse(row: &Object) -> Result<Self> {
        let text = |field: &'static str| json::name(row, field, |_| true).map(str::to_owned);
        let organization = match json::str_of(row, "type") {
            Some("user") => None,
            Some("client") => Some(text("org_name")?),
            _ => return Err(json::invalid("type")),
        };
        let public_key = text("public_key")?;
        let (actor, name) = (text("name")?, text("key_name")?);
        if PublicKey::parse(&public_key).is_none() {
            return Err(Error::invalid(format!("key {name} of {actor} is no RSA public key in PEM")));
        }
        Ok(Self {
            guid: json::str_of(row, "id").filter(|id| is_guid(id)).map(str::to_owned),
            actor,
            organization,
            name,
            public_key,
            expires_at: parse_end(json::str_of(row, "expires_at").unwrap_or("infinity"))?,
        })
    }

    pub fn key(&self) -> Key {
        Key { name: self.name.clone(), public_key: self.public_key.clone(), expires_at: self.expires_at }
    }

    /// The row of a key. `organization`: name and guid.
    pub fn json(actor: &Entity, key: &Key, organization: Option<(&str, &str)>) -> Value {
        let (name, guid) = organization.unzip();
        json!({
            "id": actor.guid,
            "org_id": guid.unwrap_or("global"),
            "name": actor.name,
            "type": if actor.kind == Kind::User { "user" } else { "client" },
            "key_name": key.name,
            "public_key": key.public_key,
            "key_version": 0,
            "expires_at": end(key),
            "org_name": name,
        })
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
