//! Users of a backup, their keys, and who belongs to what.

use std::collections::BTreeMap;
use std::path::Path;

use chef::authorization::SUPERUSER;
use chef::backup::{self, KeyRow, Names, UserRow};
use chef::json::{self, Object};
use chef::key::{self, PublicKey};
use chef::records::{Changes, Organization, Records};
use chef::{Entity, Kind, OrgId, Result, acl, association, authorization, group};
use serde_json::Value;
use store::Transaction;

use super::super::told;
use super::folder::{document, documents, rows, value};
use super::import::{Import, Lists, Put, ensure};
use super::{KEY_TABLE, SERVER_ADMINS, USER_TABLE, fault};
use crate::clock;

/// All users, with what the tables say of them.
pub(super) struct People {
    users: Vec<(String, Object)>,
    lists: Vec<(String, Lists)>,
    rows: Vec<UserRow>,
    keys: Vec<KeyRow>,
    server_admins: Vec<String>,
}

impl People {
    /// Reads them; the superuser only where its keys are to be overwritten.
    pub(super) fn read(root: &Path, with_superuser: bool, mistakes: &mut Vec<String>) -> Result<Self> {
        let mut people = Self {
            users: Vec::new(),
            lists: Vec::new(),
            rows: Vec::new(),
            keys: Vec::new(),
            server_admins: Vec::new(),
        };
        let is_wanted = |name: &str| with_superuser || name != SUPERUSER;
        let folder = root.join("users");
        for name in documents(&folder)?.into_iter().filter(|name| is_wanted(name)) {
            match user(&folder, &name) {
                Ok(object) => people.users.push((name, object)),
                Err(error) => mistakes.push(error.to_string()),
            }
        }
        let folder = root.join("user_acls");
        for name in documents(&folder)?.into_iter().filter(|name| is_wanted(name)) {
            match document(&folder, &name).and_then(|object| backup::parse_lists(&object)) {
                Ok(lists) => people.lists.push((name, lists)),
                Err(error) => mistakes.push(fault(&folder.join(name), error).to_string()),
            }
        }
        let path = root.join(USER_TABLE);
        for row in rows(&path)? {
            match UserRow::parse(&row) {
                Ok(row) => people.rows.push(row),
                Err(error) => mistakes.push(fault(&path, error).to_string()),
            }
        }
        let path = root.join(KEY_TABLE);
        for row in rows(&path)? {
            match KeyRow::parse(&row) {
                Ok(row) => people.keys.push(row),
                Err(error) => mistakes.push(fault(&path, error).to_string()),
            }
        }
        let admins = value(&root.join(SERVER_ADMINS))?.unwrap_or_default();
        people.server_admins =
            admins.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(people)
    }

    /// Keys of an organization's clients.
    pub(super) fn keys_of(&self, organization: &str) -> Vec<KeyRow> {
        self.keys.iter().filter(|row| row.organization.as_deref() == Some(organization)).cloned().collect()
    }
}

fn user(folder: &Path, name: &str) -> Result<Object> {
    let path = folder.join(format!("{name}.json"));
    let object = document(folder, name)?;
    let given = json::str_of(&object, "username").or_else(|| json::str_of(&object, "name"));
    if given.is_some_and(|given| given != name) || !chef::names::is_small(name) {
        return Err(fault(&path, "its name is not that of the file, or no name of a user"));
    }
    let key = json::str_of(&object, "public_key");
    if key.is_some_and(|key| PublicKey::parse(key).is_none()) {
        return Err(fault(&path, "Public Key must be a valid key."));
    }
    Ok(object)
}

/// Who belongs to an organization, and who is invited (with the invitation's id).
pub(super) struct Belonging {
    members: Vec<String>,
    invited: Vec<(String, Option<String>)>,
}

impl Belonging {
    pub(super) fn read(place: &Path) -> Result<Self> {
        let name = |value: &Value| value.as_str().or_else(|| value.get("username")?.as_str()).map(str::to_owned);
        let list = |file: &str| -> Result<Vec<Value>> {
            let path = place.join(file);
            match value(&path)? {
                None => Ok(Vec::new()),
                Some(Value::Array(list)) => Ok(list),
                Some(_) => Err(fault(&path, "it is not a list")),
            }
        };
        let mut belonging = Self { members: Vec::new(), invited: Vec::new() };
        for member in list("members.json")? {
            let member = name(member.get("user").unwrap_or(&member));
            belonging.members.push(member.ok_or_else(|| fault(&place.join("members.json"), "a member has no name"))?);
        }
        for one in list("invitations.json")? {
            let id = one.get("id").and_then(Value::as_str).map(str::to_owned);
            let user =
                name(&one).ok_or_else(|| fault(&place.join("invitations.json"), "an invitation is to nobody"))?;
            belonging.invited.push((user, id));
        }
        Ok(belonging)
    }
}

/// Puts keys as the rows have them, or, without rows, the one of the document. True: something changed.
pub(super) fn put_keys(
    db: &Transaction<'_>,
    actor: &Entity,
    rows: &[&KeyRow],
    public_key: Option<&str>,
) -> Result<bool> {
    let mut changed = false;
    for row in rows {
        let wanted = row.key();
        match db.key(actor.id, &row.name)? {
            Some(before) if before == wanted => continue,
            Some(_) => drop(db.replace_key(actor.id, &row.name, &wanted)?),
            None => drop(db.add_key(actor.id, &wanted)?),
        }
        changed = true;
    }
    if let (true, Some(public_key)) = (rows.is_empty(), public_key) {
        let before = db.key(actor.id, key::DEFAULT)?;
        if before.is_none_or(|before| before.public_key != public_key) {
            key::put_default(db, actor, public_key)?;
            changed = true;
        }
    }
    Ok(changed)
}

impl Import {
    pub(super) fn people(&mut self, people: &People) -> Result<()> {
        let total = people.users.len();
        for (number, (name, object)) in people.users.iter().enumerate() {
            if number % 100 == 0 {
                told(&format!("users {number} of {total}"));
            }
            let row = people.rows.iter().find(|row| row.name == *name).cloned();
            let keys: Vec<KeyRow> =
                people.keys.iter().filter(|key| key.organization.is_none() && key.actor == *name).cloned().collect();
            if let Some(scheme) = row.as_ref().and_then(|row| row.password.as_ref()).filter(|one| one.kept().is_none())
            {
                self.warn(format!("user {name}: the password's scheme {} is not known; set a new one", scheme.scheme));
            }
            let (superuser, name, object) = (self.superuser, name.clone(), object.clone());
            let put = self.write(move |db| {
                let (entity, is_new) = ensure(db, superuser, OrgId::GLOBAL, Kind::User, &name)?;
                let before = db.profile(entity.id)?;
                let profile = backup::profile(&object, row.as_ref(), before.clone());
                let same = before.as_ref() == Some(&profile);
                if !same && !db.put_profile(entity.id, &profile)? {
                    let address = profile.email.unwrap_or_default();
                    return Err(chef::Error::exists(format!("user {name}: the address {address} is another user's")));
                }
                let keys: Vec<&KeyRow> = keys.iter().collect();
                let changed = put_keys(db, &entity, &keys, json::str_of(&object, "public_key"))?;
                // Groups of their own are called by it, so that it stays with those who have some.
                if let Some(guid) = row.and_then(|row| row.guid)
                    && db.organizations_of(entity.id)?.is_empty()
                {
                    db.adopt_guid(entity.id, &guid)?;
                }
                Ok(match (is_new, same && !changed) {
                    (true, _) => Put::Created,
                    (false, true) => Put::Unchanged,
                    (false, false) => Put::Replaced,
                })
            })?;
            self.count("", "users", put);
        }
        for name in people.server_admins.clone() {
            let done = self.write(move |db| {
                let Some(user) = db.entity(OrgId::GLOBAL, Kind::User, &name)? else { return Ok(false) };
                let admins = authorization::group(db, OrgId::GLOBAL, group::OF_SERVER)?;
                db.add_member(admins.id, user.id)?;
                Ok(true)
            })?;
            if !done {
                self.warn("server_admins.json names a user who is not there".to_owned());
            }
        }
        Ok(())
    }

    pub(super) fn members(&mut self, organization: &Organization, belonging: &Belonging) -> Result<()> {
        let (here, superuser) = (organization.clone(), self.superuser);
        let (members, invited) = (belonging.members.clone(), belonging.invited.clone());
        let absent = self.write(move |db| {
            let mut absent = Vec::new();
            for name in members {
                match db.entity(OrgId::GLOBAL, Kind::User, &name)? {
                    None => absent.push(name),
                    Some(user) if db.is_associated(user.id, here.id)? => {}
                    Some(user) => association::join(db, &here, &user, None, clock::now())?,
                }
            }
            for (name, id) in invited {
                let Some(user) = db.entity(OrgId::GLOBAL, Kind::User, &name)? else {
                    absent.push(name);
                    continue;
                };
                let made = db.invite(user.id, here.id, superuser, clock::now())?;
                if let (Some(made), Some(id)) = (made, id) {
                    db.adopt_invitation(&made.id, &id)?;
                }
            }
            Ok(absent)
        })?;
        for name in absent {
            self.warn(format!(
                "{}: {name} is a member or invited, but no user of the backup",
                organization.entity.name
            ));
        }
        Ok(())
    }

    /// Groups that are users' own, where they are called otherwise here: by the name there.
    pub(super) fn own_groups(&self, organization: &Organization, place: &Path) -> Result<BTreeMap<String, String>> {
        let folder = place.join("groups");
        let mut own = BTreeMap::new();
        for name in documents(&folder)? {
            let names = Names::parse(&document(&folder, &name)?)?;
            let is_guid = name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            let Some(user) = names.only_user().filter(|_| is_guid).map(str::to_owned) else { continue };
            let org = organization.id;
            let found = self.handle.block_on(self.store.chef_read(move |db| {
                let Some(user) = db.entity(OrgId::GLOBAL, Kind::User, &user)? else { return Ok(None) };
                Ok(db.entity(org, Kind::Group, &user.guid)?.map(|group| group.name))
            }))?;
            if let Some(here) = found.filter(|here| *here != name) {
                own.insert(name, here);
            }
        }
        Ok(own)
    }

    pub(super) fn memberships(
        &mut self,
        organization: &Organization,
        place: &Path,
        own: &BTreeMap<String, String>,
    ) -> Result<()> {
        let folder = place.join("groups");
        let mut groups = Vec::new();
        for name in documents(&folder)? {
            groups.push((name.clone(), renamed(Names::parse(&document(&folder, &name)?)?, own)));
        }
        let (org, own) = (organization.id, own.clone());
        let absent = self.write(move |db| {
            let mut absent = Vec::new();
            for (name, names) in groups {
                let Some(group) = acl::group(db, org, &name)? else { continue };
                if own.contains_key(&name) {
                    db.remove_entity(group.id)?;
                    continue;
                }
                let (found, missing) = names.find(db, org)?;
                db.set_members(group.id, &found)?;
                absent.extend(missing.into_iter().map(|who| format!("group {name} is without {who}")));
            }
            Ok(absent)
        })?;
        self.told_of(organization, absent);
        Ok(())
    }

    pub(super) fn lists(
        &mut self,
        organization: &Organization,
        lists: Vec<(Kind, String, Lists)>,
        own: &BTreeMap<String, String>,
    ) -> Result<()> {
        let total = lists.len();
        let mut done = 0;
        let mut lists = lists.into_iter().peekable();
        while lists.peek().is_some() {
            let part: Vec<(Kind, String, Lists)> = lists.by_ref().take(200).collect();
            told(&format!("{}: acls {done} of {total}", organization.entity.name));
            done += part.len();
            let (here, own) = (organization.clone(), own.clone());
            let absent = self.write(move |db| {
                let mut absent = Vec::new();
                for (kind, name, lists) in part {
                    let on = match kind {
                        Kind::Organization => Some(here.entity.clone()),
                        Kind::Group if own.contains_key(&name) => continue,
                        kind => db.entity(here.id, kind, &name)?,
                    };
                    let what = format!("{} {name}", kind.as_str());
                    let Some(on) = on else {
                        absent.push(format!("{what} has lists, and is not there"));
                        continue;
                    };
                    let lists: Lists =
                        lists.into_iter().map(|(permission, names)| (permission, renamed(names, &own))).collect();
                    let missing = backup::restore_lists(db, here.id, on.id, &lists)?;
                    absent.extend(missing.into_iter().map(|who| format!("lists of {what} are without {who}")));
                }
                Ok(absent)
            })?;
            self.told_of(organization, absent);
        }
        Ok(())
    }

    pub(super) fn lists_of_people(&mut self, people: &People) -> Result<()> {
        let lists = people.lists.clone();
        let absent = self.write(move |db| {
            let mut absent = Vec::new();
            for (name, lists) in lists {
                let Some(user) = db.entity(OrgId::GLOBAL, Kind::User, &name)? else { continue };
                let missing = backup::restore_lists(db, OrgId::GLOBAL, user.id, &lists)?;
                absent.extend(missing.into_iter().map(|who| format!("lists of user {name} are without {who}")));
            }
            Ok(absent)
        })?;
        for text in absent {
            self.warn(text);
        }
        Ok(())
    }

    fn told_of(&mut self, organization: &Organization, absent: Vec<String>) {
        for text in absent {
            self.warn(format!("{}: {text}", organization.entity.name));
        }
    }
}

fn renamed(mut names: Names, own: &BTreeMap<String, String>) -> Names {
    for group in &mut names.groups {
        if let Some(here) = own.get(group) {
            group.clone_from(here);
        }
    }
    names
}
