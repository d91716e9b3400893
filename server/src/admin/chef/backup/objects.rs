//! One file of an organization, and how it is put.

use std::path::Path;

use chef::backup::KeyRow;
use chef::client::Submitted;
use chef::json::{self, Object};
use chef::node::{self, Facets};
use chef::records::{Changes, Records};
use chef::{ApiVersion, EntityId, Kind, OrgId, Result, client, container, data_bag, environment, key, role};
use cookbooks::policy::Revision;
use cookbooks::shelf::{Changes as _, Shelf};
use serde_json::{Value, json};
use store::Transaction;

use super::fault;
use super::folder::document;
use super::import::{Put, ensure};
use crate::chef::cookbooks::refused;

/// An object that may be put.
pub(super) enum Parsed {
    Document {
        kind: Kind,
        name: String,
        document: Object,
        facets: Facets,
    },
    Bag {
        name: String,
    },
    Item {
        bag: String,
        id: String,
        text: String,
    },
    Client {
        submitted: Submitted,
        public_key: Option<String>,
    },
    Container {
        name: String,
    },
    /// Its members come when everybody is there.
    Group {
        name: String,
    },
    Policy(Revision),
    PolicyGroup {
        name: String,
        policies: Vec<(String, String)>,
    },
    /// What nobody changes, and each organization has.
    Given,
}

/// Reads the name and guid of an organization.
pub(super) fn organization(place: &Path, name: &str) -> Result<(String, Option<String>)> {
    let path = place.join("org.json");
    if !chef::names::is_organization(name) {
        return Err(fault(place, format!("'{name}' cannot be the name of an organization")));
    }
    let object = document(place, "org")?;
    let submitted = chef::organization::parse(json::text(&object).as_bytes(), Some(name));
    let submitted = submitted.map_err(|error| fault(&path, error))?;
    Ok((submitted.full_name, json::str_of(&object, "guid").map(str::to_owned)))
}

/// Reads an object; `item` is what [`super::import`] lists.
pub(super) fn read(place: &Path, kind: Kind, item: &str) -> Result<Parsed> {
    let folder = place.join(chef::backup::folder(kind).unwrap_or_default());
    let path = folder.join(format!("{item}.json"));
    parsed(&folder, kind, item).map_err(|error| match error {
        // The folder names its files itself.
        error if error.to_string().starts_with(&*folder.to_string_lossy()) => error,
        error => fault(&path, error),
    })
}

fn parsed(folder: &Path, kind: Kind, item: &str) -> Result<Parsed> {
    if kind == Kind::DataBag {
        let Some((bag, id)) = item.split_once('/') else {
            data_bag::parse(json!({"name": item}).to_string().as_bytes())?;
            return Ok(Parsed::Bag { name: item.to_owned() });
        };
        let raw = document(&folder.join(bag), id)?;
        let raw = match raw.get("raw_data") {
            Some(Value::Object(inner)) if raw.get("json_class") == Some(&"Chef::DataBagItem".into()) => inner.clone(),
            _ => raw,
        };
        let item = data_bag::parse_item_update(json::text(&raw).as_bytes(), id)?;
        return Ok(Parsed::Item { bag: bag.to_owned(), id: id.to_owned(), text: json::text(&item) });
    }
    let object = document(folder, item)?;
    let body = json::text(&object);
    let of = |document: Object, facets: Facets| Parsed::Document { kind, name: item.to_owned(), document, facets };
    Ok(match kind {
        Kind::Node => {
            let node = node::parse_update(body.as_bytes(), item)?;
            let facets = node::facets(&node);
            of(node, facets)
        }
        Kind::Role => of(role::parse_update(body.as_bytes(), item)?, Facets::default()),
        Kind::Environment if item == environment::DEFAULT => Parsed::Given,
        Kind::Environment => {
            named(&object, "name", item)?;
            of(environment::parse(body.as_bytes())?, Facets::default())
        }
        Kind::Client => parsed_client(&object, item)?,
        Kind::Container => {
            named(&object, "containername", item)?;
            Parsed::Container { name: container::parse(body.as_bytes())? }
        }
        Kind::Group => {
            chef::backup::Names::parse(&object)?;
            Parsed::Group { name: chef::group::parse(json!({"groupname": item}).to_string().as_bytes())? }
        }
        Kind::Policy => {
            let mut object = object;
            object.shift_remove("policy_group_list");
            let name = json::str_of(&object, "name").unwrap_or_default().to_owned();
            let revision = Revision::parse(&name, Value::Object(object)).map_err(refused)?;
            if item != format!("{name}-{}", revision.id) {
                let text = format!("it holds revision {} of policy {name}", revision.id);
                return Err(chef::Error::invalid(text));
            }
            Parsed::Policy(revision)
        }
        Kind::PolicyGroup => parsed_policy_group(&object, item)?,
        other => return Err(chef::Error::invalid(format!("a {} is no document", other.as_str()))),
    })
}

fn named(object: &Object, field: &str, name: &str) -> Result<()> {
    match json::str_of(object, field) {
        Some(given) if given != name => Err(chef::Error::invalid(format!("its {field} is '{given}'"))),
        _ => Ok(()),
    }
}

fn parsed_client(object: &Object, name: &str) -> Result<Parsed> {
    named(object, "name", name)?;
    // Of old, truth was written as text.
    let truth = |field: &str| {
        matches!(object.get(field), Some(Value::Bool(true))) || json::str_of(object, field) == Some("true")
    };
    let document = json!({"name": name, "validator": truth("validator")}).to_string();
    let submitted = client::parse(document.as_bytes(), ApiVersion::NEWEST, None)?;
    let public_key = json::str_of(object, "public_key").map(str::to_owned);
    if public_key.as_deref().is_some_and(|key| key::PublicKey::parse(key).is_none()) {
        return Err(chef::Error::invalid("Public Key must be a valid key."));
    }
    Ok(Parsed::Client { submitted, public_key })
}

fn parsed_policy_group(object: &Object, name: &str) -> Result<Parsed> {
    if !cookbooks::policy::is_name(name) {
        return Err(chef::Error::invalid(format!("'{name}' cannot be the name of a policy group")));
    }
    let mut policies = Vec::new();
    for (policy, revision) in object.get("policies").and_then(Value::as_object).into_iter().flatten() {
        let id = revision.get("revision_id").and_then(Value::as_str);
        let id = id.ok_or_else(|| chef::Error::invalid(format!("policy {policy} has no revision_id")))?;
        policies.push((policy.clone(), id.to_owned()));
    }
    Ok(Parsed::PolicyGroup { name: name.to_owned(), policies })
}

impl Parsed {
    /// Puts the object; `keys` are those of all clients. The second part is a warning.
    pub(super) fn put(
        self,
        db: &Transaction<'_>,
        superuser: EntityId,
        org: OrgId,
        keys: &[KeyRow],
    ) -> Result<(Put, Option<String>)> {
        let made = |is_new: bool| if is_new { Put::Created } else { Put::Unchanged };
        let ensure = |kind: Kind, name: &str| ensure(db, superuser, org, kind, name);
        let put = match self {
            Self::Given => Put::Unchanged,
            Self::Document { kind, name, document, facets } => {
                let (entity, is_new) = ensure(kind, &name)?;
                let before = db.document(entity.id)?;
                if before.as_deref() == Some(json::text(&document).as_str()) {
                    return Ok((Put::Unchanged, None));
                }
                db.put_document(entity.id, &document, &facets)?;
                if is_new { Put::Created } else { Put::Replaced }
            }
            Self::Bag { name } => made(ensure(Kind::DataBag, &name)?.1),
            Self::Item { bag, id, text } => {
                let (bag, _) = ensure(Kind::DataBag, &bag)?;
                match db.item(bag.id, &id)? {
                    Some(before) if before == text => Put::Unchanged,
                    Some(_) => {
                        db.put_item(bag.id, &id, &text)?;
                        Put::Replaced
                    }
                    None => {
                        db.add_item(bag.id, &id, &text)?;
                        Put::Created
                    }
                }
            }
            Self::Client { submitted, public_key } => {
                return put_client(db, superuser, org, &submitted, public_key.as_deref(), keys).map(|put| (put, None));
            }
            Self::Container { name } => made(ensure(Kind::Container, &name)?.1),
            Self::Group { name } => {
                // A user's own group is there already, or will not be needed: members come later.
                made(ensure(Kind::Group, &name)?.1)
            }
            Self::Policy(revision) => {
                ensure(Kind::Policy, &revision.name)?;
                let found = db.revision_of(org.0, &revision.name, &revision.id).map_err(refused)?;
                if found.is_none() {
                    db.add_revision(org.0, &revision.name, &revision.id, revision.document()).map_err(refused)?;
                }
                made(found.is_none())
            }
            Self::PolicyGroup { name, policies } => return put_policy_group(db, superuser, org, &name, &policies),
        };
        Ok((put, None))
    }
}

fn put_client(
    db: &Transaction<'_>,
    superuser: EntityId,
    org: OrgId,
    submitted: &Submitted,
    public_key: Option<&str>,
    keys: &[KeyRow],
) -> Result<Put> {
    let (entity, is_new) = ensure(db, superuser, org, Kind::Client, &submitted.name)?;
    if is_new {
        client::furnish(db, &entity, submitted.validator, None)?;
    } else {
        db.put_client(entity.id, submitted.validator)?;
    }
    let own: Vec<&KeyRow> = keys.iter().filter(|row| row.actor == entity.name).collect();
    let changed = super::people::put_keys(db, &entity, &own, public_key)?;
    if let Some(guid) = own.iter().find_map(|row| row.guid.as_deref()) {
        db.adopt_guid(entity.id, guid)?;
    }
    Ok(match (is_new, changed) {
        (true, _) => Put::Created,
        (false, true) => Put::Replaced,
        (false, false) => Put::Unchanged,
    })
}

fn put_policy_group(
    db: &Transaction<'_>,
    superuser: EntityId,
    org: OrgId,
    name: &str,
    policies: &[(String, String)],
) -> Result<(Put, Option<String>)> {
    let (_, is_new) = ensure(db, superuser, org, Kind::PolicyGroup, name)?;
    let all = db.assignments(org.0).map_err(refused)?;
    let mut changed = false;
    let mut absent = Vec::new();
    for (policy, revision) in policies {
        let is_so = all.iter().any(|(group, known, id)| group == name && known == policy && id == revision);
        if is_so {
            continue;
        }
        if db.revision_of(org.0, policy, revision).map_err(refused)?.is_none() {
            absent.push(format!("{policy} {revision}"));
            continue;
        }
        db.assign(org.0, name, policy, revision).map_err(refused)?;
        changed = true;
    }
    let put = match (is_new, changed) {
        (true, _) => Put::Created,
        (false, true) => Put::Replaced,
        (false, false) => Put::Unchanged,
    };
    let warning = (!absent.is_empty()).then(|| {
        format!("policy group {name} is without policies whose revisions the backup lacks: {}", absent.join(", "))
    });
    Ok((put, warning))
}
