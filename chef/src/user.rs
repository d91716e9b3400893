//! Users: global, with a profile and a password for the console.

use regex::Regex;
use serde_json::{Value, json};
use std::sync::LazyLock;

use crate::authorization::{self, SUPERUSER};
use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::error::{Error, Message};
use crate::json::{self, Object};
use crate::key::{self, Key, Source};
use crate::names::is_small;
use crate::records::Changes;
use crate::{ApiVersion, Result};

/// Fields of a profile that anybody may fill.
const PERSONAL: [&str; 8] =
    ["display_name", "first_name", "last_name", "middle_name", "city", "country", "twitter_account", "image_file_name"];

/// What a user is besides a name and keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    pub email: Option<String>,
    /// Who it is in a directory elsewhere.
    pub external_id: Option<String>,
    /// Whether the password may be used where that directory is away.
    pub recovery: bool,
    /// A bcrypt hash.
    pub password: Option<String>,
    /// First name, city and the like.
    pub personal: Object,
}

/// A document of a user, read.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub name: String,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub recovery: Option<bool>,
    pub password: Option<String>,
    pub source: Source,
    personal: Object,
}

impl Profile {
    /// What a user looks like; `public_key` where the version of the API shows it.
    pub fn json(&self, name: &str, public_key: Option<&str>) -> Object {
        let mut shown = Object::new();
        shown.insert("username".to_owned(), name.into());
        shown.insert("email".to_owned(), self.email.clone().unwrap_or_default().into());
        for field in PERSONAL {
            if let Some(value) = self.personal.get(field) {
                shown.insert(field.to_owned(), value.clone());
            }
        }
        if let Some(public_key) = public_key {
            shown.insert("public_key".to_owned(), public_key.into());
        }
        shown
    }

    /// As the list of all users with their names shows it.
    pub fn verbose(&self) -> Value {
        let field = |name| json::str_of(&self.personal, name).unwrap_or_default();
        json!({
            "email": self.email,
            "first_name": field("first_name"),
            "last_name": field("last_name"),
            "display_name": field("display_name"),
        })
    }

    /// The profile of a new user.
    pub fn new(submitted: &Submitted, password_hash: Option<String>) -> Self {
        Self {
            email: submitted.email.clone(),
            external_id: submitted.external_id.clone(),
            recovery: submitted.recovery == Some(true),
            password: password_hash,
            personal: submitted.personal.clone(),
        }
    }

    /// What a change leaves: fields that are not named stay, a null takes one away.
    #[must_use]
    pub fn changed(mut self, submitted: &Submitted, password_hash: Option<String>) -> Self {
        self.email.clone_from(&submitted.email);
        if submitted.external_id.is_some() {
            self.external_id.clone_from(&submitted.external_id);
        }
        if let Some(recovery) = submitted.recovery {
            self.recovery = recovery;
        }
        if password_hash.is_some() {
            self.password = password_hash;
        }
        for (field, value) in &submitted.personal {
            if value.is_null() {
                self.personal.shift_remove(field);
            } else {
                self.personal.insert(field.clone(), value.clone());
            }
        }
        self
    }
}

/// Reads a user that is to be made.
pub fn parse(body: &[u8], api: ApiVersion) -> Result<Submitted> {
    let mut object = json::object(body)?;
    let source = if api.keys_apart() { key::source(&object)? } else { made_unless_given(embedded(&mut object)?) };
    read(&object, source, None, true)
}

/// Reads a change to a user.
pub fn parse_change(body: &[u8], api: ApiVersion, now: &Profile) -> Result<Submitted> {
    let mut object = json::object(body)?;
    let source = if api.keys_apart() {
        key_fields_are_elsewhere(&object)?;
        Source::None
    } else {
        embedded(&mut object)?
    };
    read(&object, source, Some(now), false)
}

/// Whether a change touches what only the superuser may.
pub fn is_for_superuser(body: &[u8]) -> bool {
    let Ok(object) = json::object(body) else { return false };
    ["external_authentication_uid", "recovery_authentication_enabled"].iter().any(|field| object.contains_key(*field))
}

/// The refusal of key fields where keys have a place of their own.
pub(crate) fn key_fields_are_elsewhere(object: &Object) -> Result<()> {
    if object.contains_key("private_key") {
        return Err(Error::invalid("Please use create_key: true instead of private_key: true"));
    }
    if object.contains_key("create_key") || object.contains_key("public_key") {
        return Err(Error::invalid("Since Server API v1, all keys must be updated via the keys endpoint. "));
    }
    Ok(())
}

/// Version 0 has no actors without a key.
pub(crate) fn made_unless_given(source: Source) -> Source {
    if source == Source::None { Source::Made } else { source }
}

/// Keys in the document itself, as version 0 has them.
fn embedded(object: &mut Object) -> Result<Source> {
    if object.get("public_key").is_some_and(Value::is_null) {
        object.shift_remove("public_key");
    }
    if object.get("private_key") == Some(&Value::Bool(true)) {
        object.shift_remove("public_key");
        return Ok(Source::Made);
    }
    Ok(key::public_key(object)?.map_or(Source::None, |key| Source::Given(key.to_owned())))
}

fn read(object: &Object, source: Source, now: Option<&Profile>, is_new: bool) -> Result<Submitted> {
    let field = if object.contains_key("name") { "name" } else { "username" };
    let name = json::name(object, field, is_small)?.to_owned();
    json::name(object, "display_name", |_| true)?;
    for field in ["first_name", "last_name", "middle_name", "twitter_account", "city", "country"] {
        json::optional_name(object, field, |_| true)?;
    }
    let external_id = json::optional_name(object, "external_authentication_uid", |_| true)?.map(str::to_owned);
    let mut password = password(object)?;
    let mut recovery = None;
    if !is_new {
        recovery = json::optional_bool(object, "recovery_authentication_enabled")?;
        json::optional_bool(object, "private_key")?;
    } else if object.get("recovery_authentication_enabled") == Some(&Value::Bool(true)) {
        recovery = Some(true);
    }
    let known_elsewhere = external_id.is_some() || now.is_some_and(|now| now.external_id.is_some());
    if !known_elsewhere {
        match object.get("email") {
            None => return Err(json::missing("email")),
            Some(Value::String(email)) if EMAIL.is_match(email) => {}
            Some(Value::String(_)) => return Err(Error::invalid("email must be valid")),
            Some(_) => return Err(json::invalid("email")),
        }
        if is_new && password.is_none() {
            return Err(json::missing("password"));
        }
    }
    let email = json::str_of(object, "email").map(str::to_lowercase);
    let personal = personal(object);
    Ok(Submitted { name, email, external_id, recovery, password: password.take(), source, personal })
}

/// Fields of a profile that anybody may fill.
pub(crate) fn personal(object: &Object) -> Object {
    PERSONAL.iter().filter_map(|field| Some(((*field).to_owned(), object.get(*field)?.clone()))).collect()
}

fn password(object: &Object) -> Result<Option<String>> {
    match object.get("password") {
        None => Ok(None),
        Some(Value::String(password)) => check_password(password).map(|()| Some(password.clone())),
        Some(_) => Err(json::invalid("password")),
    }
}

/// Refuses a password that is too short.
pub fn check_password(password: &str) -> Result<()> {
    if password.len() >= 6 { Ok(()) } else { Err(Error::invalid("Password must have at least 6 characters")) }
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let atom = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
    let quoted = r#""(?:[\x01-\x08\x0b\x0c\x0e-\x1f\x21\x23-\x5b\x5d-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*""#;
    let label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
    let octet = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)";
    let tagged =
        r"[a-z0-9-]*[a-z0-9]:(?:[\x01-\x08\x0b\x0c\x0e-\x1f\x21-\x5a\x53-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])+";
    let host = format!(r"(?:(?:{label}\.)+{label}|\[(?:{octet}\.){{3}}(?:{octet}|{tagged})\])");
    let text = format!(r"^(?i:(?:{atom}(?:\.{atom})*|{quoted})@{host})$");
    #[expect(clippy::unwrap_used, reason = "the expression is a constant, and tested")]
    Regex::new(&text).unwrap()
});

/// A name and a password to compare.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub name: String,
    pub password: String,
}

/// Reads a name and a password; `refusal` is said of an empty body.
pub fn credentials(body: &[u8], refusal: &str) -> Result<Credentials> {
    if body.is_empty() {
        return Err(Error::invalid(refusal));
    }
    let object = json::object(body)?;
    let password = json::name(&object, "password", is_line)?.to_owned();
    json::name(&object, "username", is_line)?;
    let name = json::str_of(&object, "name").or_else(|| json::str_of(&object, "username"));
    Ok(Credentials { name: name.unwrap_or_default().to_owned(), password })
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('\n') && !text.trim_end_matches('\n').contains('\n')
}

/// Makes a user of an entity that was just made: profile, password and first key.
pub fn furnish(
    changes: &dyn Changes,
    user: &Entity,
    submitted: &Submitted,
    password_hash: Option<String>,
    public_key: Option<&str>,
) -> Result<()> {
    if !changes.put_profile(user.id, &Profile::new(submitted, password_hash))? {
        return Err(exists());
    }
    if let Some(public_key) = public_key {
        changes.add_key(user.id, &Key::default_with(public_key))?;
    }
    Ok(())
}

/// Makes a user on nobody's permission; `creator` gets every permission on it.
pub fn create(
    changes: &dyn Changes,
    creator: EntityId,
    submitted: &Submitted,
    password_hash: Option<String>,
    public_key: Option<&str>,
) -> Result<Entity> {
    let made = authorization::make(changes, Some(creator), OrgId::GLOBAL, Kind::User, &submitted.name)?;
    let user = made.ok_or_else(exists)?;
    furnish(changes, &user, submitted, password_hash, public_key)?;
    Ok(user)
}

/// Deletes a user, with the group of its own that it has in each of its organizations.
pub fn remove(changes: &dyn Changes, user: &Entity) -> Result<()> {
    for organization in changes.organizations_of(user.id)? {
        if let Some(own) = changes.entity(organization.id, Kind::Group, &user.guid)? {
            changes.remove_entity(own.id)?;
        }
    }
    changes.remove_entity(user.id)
}

/// Refuses to take from the superuser what the server cannot do without.
pub fn spare_superuser(user: &Entity, what: &str) -> Result<()> {
    if user.name == SUPERUSER {
        return Err(Error::forbidden(format!("{SUPERUSER} is the superuser and cannot be {what}")));
    }
    Ok(())
}

/// The refusal for a user who is not there.
pub fn not_found(name: &str) -> Error {
    Error::NotFound(Message::bare(format!("Could not find user {name}")))
}

/// The refusal of a second user of a name or address.
pub fn exists() -> Error {
    Error::exists("Username or email address already in use.")
}

/// The refusal of a new name that is another user's.
pub fn name_taken(name: &str) -> Error {
    Error::exists(format!("User '{name}' already exists"))
}

/// A user and what is known of it.
#[derive(Clone, Debug)]
pub struct User {
    pub entity: Entity,
    pub profile: Profile,
}

#[cfg(test)]
mod tests;
