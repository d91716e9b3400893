//! Revisions of policies: run lists with the cookbooks they were locked to.

use serde_json::Value;

use crate::document::{Field, Fields};
use crate::{Constraint, Error, document, name};

/// A revision as a client sent it. It never changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    pub name: String,
    pub id: String,
    document: Fields,
}

impl Revision {
    /// Checks what was sent for the policy `policy` of the path.
    pub fn parse(policy: &str, body: Value) -> Result<Self, Error> {
        let mut document = document::object(body)?;
        Field::of(&document, "revision_id").required()?.text_that(name::is_policy_name)?;
        Field::of(&document, "name").required()?.text_that(name::is_policy_name)?;
        check_run_list(&document)?;
        check_locks(&document)?;
        let named = document["name"].as_str().unwrap_or_default();
        if named != policy {
            let (found, expected) = (policy.to_owned(), named.to_owned());
            return Err(Error::Mismatch { field: "name".to_owned(), found, expected });
        }
        let id = document["revision_id"].as_str().unwrap_or_default().to_owned();
        document.shift_remove("policy_group");
        Ok(Self { name: policy.to_owned(), id, document })
    }

    pub fn document(&self) -> &Fields {
        &self.document
    }
}

pub fn is_name(text: &str) -> bool {
    name::is_policy_name(text)
}

fn check_run_list(document: &Fields) -> Result<(), Error> {
    let field = Field::of(document, "run_list").required()?;
    let items = field.list().map_err(|_| Error::RunList)?;
    if items.iter().all(|item| item.as_str().is_some_and(is_full_recipe)) { Ok(()) } else { Err(Error::RunList) }
}

/// `recipe[COOKBOOK::RECIPE]`.
fn is_full_recipe(item: &str) -> bool {
    let inner = item.strip_prefix("recipe[").and_then(|rest| rest.strip_suffix(']'));
    let parts = inner.and_then(|inner| inner.split_once("::"));
    parts.is_some_and(|(cookbook, recipe)| name::is_cookbook_name(cookbook) && name::is_cookbook_name(recipe))
}

fn check_locks(document: &Fields) -> Result<(), Error> {
    let locks = Field::of(document, "cookbook_locks").required()?.object()?;
    for (cookbook, lock) in locks.into_iter().flatten() {
        if !name::is_cookbook_name(cookbook) {
            return Err(Error::Key { field: "cookbook_locks".to_owned(), key: cookbook.clone() });
        }
        let Value::Object(lock) = lock else {
            return Err(Error::Value { field: "cookbook_locks".to_owned(), value: crate::erlang::shown(lock) });
        };
        Field::of(lock, "identifier").required()?.text_that(name::is_policy_name)?;
        check_version(lock, "dotted_decimal_identifier", "Field 'dotted_decimal_identifier' is not a valid version")?;
        Field::of(lock, "version").required()?;
        check_version(lock, "version", "Field 'version' is not a valid version")?;
    }
    Ok(())
}

fn check_version(lock: &Fields, key: &str, text: &'static str) -> Result<(), Error> {
    match lock.get(key) {
        None => Ok(()),
        Some(Value::String(version)) if Constraint::parse(version).is_some() => Ok(()),
        Some(_) => Err(Error::Text(text)),
    }
}

#[cfg(test)]
mod tests;
