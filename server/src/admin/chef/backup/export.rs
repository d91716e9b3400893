//! Writes a backup.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::PathBuf;

use chef::backup::{self, KINDS, KeyRow, UserRow};
use chef::records::{Organization, Records};
use chef::{Entity, Kind, OrgId, Result, authorization, group, json, principal};
use cookbooks::document::Fields;
use cookbooks::segments;
use cookbooks::shelf::Shelf;
use serde_json::{Value, json};
use store::{Store, Transaction};

use super::super::come_to;
use super::folder::{self, Folder};
use super::{KEY_TABLE, SERVER_ADMINS, STATUS, UPLOADED, USER_TABLE, fault};
use crate::admin::AdminError;
use crate::chef::cookbooks::refused;
use crate::code::progress::Said;
use crate::rooms::Rooms;

/// Objects after which it is told how far the work is.
const TOLD: usize = 500;

/// Writes everything, or one organization with all users, as it is at one moment.
pub(in crate::admin::chef) async fn export(
    rooms: &Rooms,
    dir: PathBuf,
    only: Option<String>,
    said: &Said,
) -> std::result::Result<Value, AdminError> {
    let (root, heard) = (dir.clone(), said.clone());
    let written = rooms.store.chef_read(move |db| {
        let folder = Folder::make(&root)?;
        let mut export = Export {
            db,
            folder,
            said: heard,
            files: Vec::new(),
            keys: Vec::new(),
            done: BTreeMap::new(),
            failed: Vec::new(),
        };
        export.people()?;
        let organizations = if let Some(name) = &only {
            vec![super::super::organization(db, name)?]
        } else {
            let all = db.entities(OrgId::GLOBAL, Kind::Organization)?;
            let all: Result<Vec<_>> = all.iter().map(|one| super::super::organization(db, &one.name)).collect();
            all?
        };
        for organization in &organizations {
            export.organization(organization)?;
        }
        export.folder.table(KEY_TABLE, &export.keys)?;
        Ok((export.files, export.done, export.failed))
    });
    let (files, done, mut failed) = written.await?;
    let total = files.len();
    for (number, file) in files.into_iter().enumerate() {
        if number % TOLD == 0 {
            come_to(said, "write", "cookbook files", number, total);
        }
        if let Err(error) = copied(&rooms.store, &file).await {
            failed.push(json!({"name": file.path.display().to_string(), "error": error.to_string()}));
        }
    }
    Ok(json!({"folder": dir.display().to_string(), "written": done, "failed": failed}))
}

/// A file of a cookbook that is to be copied.
struct Copy {
    path: PathBuf,
    sha256: String,
    bytes: u64,
}

async fn copied(store: &Store, file: &Copy) -> Result<()> {
    let contents = store.cookbook_file(&file.sha256).await.map_err(|error| fault(&file.path, error))?;
    let contents = contents.ok_or_else(|| fault(&file.path, "its contents are gone from the store"))?;
    if contents.len != file.bytes {
        return Err(fault(&file.path, format!("{} bytes are stored, not {}", contents.len, file.bytes)));
    }
    let mut into = folder::create(&file.path)?;
    let path = file.path.clone();
    let work = move || -> std::io::Result<()> {
        let mut reader = contents.reader;
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let read = reader.read(&mut chunk)?;
            if read == 0 {
                return Ok(());
            }
            into.write_all(&chunk[..read])?;
        }
    };
    let done = actix_web::web::block(work).await.map_err(|error| fault(&path, error))?;
    done.map_err(|error| fault(&path, error))
}

struct Export<'a> {
    db: &'a Transaction<'a>,
    folder: Folder,
    said: Said,
    files: Vec<Copy>,
    /// Rows of the table of keys.
    keys: Vec<Value>,
    /// How many of each sort were written.
    done: BTreeMap<String, usize>,
    /// What could not be written, and why.
    failed: Vec<Value>,
}

impl Export<'_> {
    fn people(&mut self) -> Result<()> {
        let users = self.db.entities(OrgId::GLOBAL, Kind::User)?;
        self.folder.dir(&["users"])?;
        self.folder.dir(&["user_acls"])?;
        let mut rows = Vec::new();
        for user in &users {
            let profile = self.db.profile(user.id)?.unwrap_or_default();
            let key = principal::default_key(self.db, user)?.map(|key| key.public_key);
            let document = Value::Object(profile.json(&user.name, key.as_deref()));
            self.folder.json(&["users", &user.name], &document)?;
            self.folder.json(&["user_acls", &user.name], &backup::lists(self.db, OrgId::GLOBAL, user.id)?)?;
            rows.push(UserRow::json(user, &profile, key.as_deref()));
            for key in self.db.keys(user.id)? {
                self.keys.push(KeyRow::json(user, &key, None));
            }
        }
        self.folder.table(USER_TABLE, &rows)?;
        let admins = authorization::group(self.db, OrgId::GLOBAL, group::OF_SERVER)?;
        let admins: Vec<Value> = self.db.members(admins.id)?.into_iter().map(|user| user.name.into()).collect();
        self.folder.table(SERVER_ADMINS, &admins)?;
        self.count("users", users.len());
        Ok(())
    }

    fn organization(&mut self, organization: &Organization) -> Result<()> {
        let name = organization.entity.name.as_str();
        let place = ["organizations", name];
        self.folder.json(&[&place[..], &["org"]].concat(), &Value::Object(backup::organization(organization)))?;
        let members = self.db.associated(organization.id)?.into_iter().map(|user| json!({"user": {"username": user}}));
        self.folder.json(&[&place[..], &["members"]].concat(), &members.collect())?;
        let invited = self.db.invitations_to(organization.id)?;
        let invited = invited.into_iter().map(|one| json!({"id": one.id, "username": one.user.name}));
        self.folder.json(&[&place[..], &["invitations"]].concat(), &invited.collect())?;
        let own = backup::lists(self.db, organization.id, organization.entity.id)?;
        self.folder.json(&[&place[..], &["acls", "organization"]].concat(), &own)?;
        for kind in KINDS {
            let Some(folder) = backup::folder(kind) else { continue };
            self.folder.dir(&[&place[..], &[folder]].concat())?;
            let all = self.db.entities(organization.id, kind)?;
            for (number, entity) in all.iter().enumerate() {
                if number % TOLD == 0 {
                    come_to(&self.said, "write", &format!("{name}/{folder}"), number, all.len());
                }
                let written = self.object(organization, folder, entity).and_then(|()| {
                    let lists = backup::lists(self.db, organization.id, entity.id)?;
                    self.folder.json(&[&place[..], &["acls", folder, &entity.name]].concat(), &lists)
                });
                if let Err(error) = written {
                    let name = format!("{name}/{folder}/{}", entity.name);
                    self.failed.push(json!({"name": name, "error": error.to_string()}));
                }
            }
            self.count(folder, all.len());
        }
        self.count("organizations", 1);
        Ok(())
    }

    fn count(&mut self, what: &str, more: usize) {
        *self.done.entry(what.to_owned()).or_default() += more;
    }

    /// Writes what stands behind one list.
    fn object(&mut self, organization: &Organization, folder: &str, entity: &Entity) -> Result<()> {
        let place = ["organizations", &organization.entity.name, folder];
        let at = |name: &str| -> Vec<String> {
            place.iter().map(|part| (*part).to_owned()).chain([name.to_owned()]).collect()
        };
        let put = |parts: Vec<String>, document: &Value| {
            self.folder.json(&parts.iter().map(String::as_str).collect::<Vec<_>>(), document)
        };
        let name = entity.name.as_str();
        match entity.kind {
            Kind::Organization | Kind::User => Ok(()),
            Kind::Container => put(at(name), &chef::container::json(name)),
            Kind::Group => put(at(name), &backup::group(self.db, entity, &organization.entity.name)?),
            Kind::Client => {
                let validator = self.db.is_validator(entity.id)? == Some(true);
                let key = principal::default_key(self.db, entity)?.map(|key| key.public_key);
                let org = (organization.entity.name.as_str(), organization.entity.guid.as_str());
                put(at(name), &Value::Object(backup::client(name, validator, org.0, key.as_deref())))?;
                for key in self.db.keys(entity.id)? {
                    self.keys.push(KeyRow::json(entity, &key, Some(org)));
                }
                Ok(())
            }
            Kind::Node => put(at(name), &Value::Object(backup::node(&self.document(entity)?))),
            Kind::Role => put(at(name), &Value::Object(backup::role(&self.document(entity)?))),
            Kind::Environment => put(at(name), &Value::Object(backup::environment(&self.document(entity)?))),
            Kind::DataBag => {
                self.folder.dir(&[&place[..], &[name]].concat())?;
                for id in self.db.items(entity.id)? {
                    let item = json::kept(&self.db.item(entity.id, &id)?.unwrap_or_default())?;
                    self.folder.json(&[&place[..], &[name, &id]].concat(), &Value::Object(backup::item(&id, &item)))?;
                }
                Ok(())
            }
            Kind::Policy => {
                let org = organization.id.0;
                let all = self.db.policies(org).map_err(refused)?;
                for revision in all.into_iter().filter(|(policy, _)| policy == name).flat_map(|(_, all)| all) {
                    let document = self.db.revision_of(org, name, &revision).map_err(refused)?.unwrap_or_default();
                    put(at(&format!("{name}-{revision}")), &Value::Object(document))?;
                }
                Ok(())
            }
            Kind::PolicyGroup => {
                let all = self.db.assignments(organization.id.0).map_err(refused)?;
                let own = all.into_iter().filter(|(group, ..)| group == name);
                let own: Vec<(String, String)> = own.map(|(_, policy, revision)| (policy, revision)).collect();
                put(at(name), &backup::policy_group(name, &own))
            }
            Kind::Cookbook => self.cookbook(organization, &place, name),
            Kind::CookbookArtifact => self.artifacts(organization, &place, name),
        }
    }

    fn document(&self, entity: &Entity) -> Result<json::Object> {
        json::kept(&crate::chef::kept(self.db, entity)?)
    }

    fn cookbook(&mut self, organization: &Organization, place: &[&str], name: &str) -> Result<()> {
        let org = organization.id.0;
        for version in self.db.versions(org, name).map_err(refused)? {
            let Some(kept) = self.db.version(org, name, version).map_err(refused)? else { continue };
            let folder = format!("{name}-{version}");
            let frozen = kept.document.get("frozen?") == Some(&Value::Bool(true));
            let parts = [place, &[folder.as_str()]].concat();
            self.contents(org, &parts, &kept.document)?;
            let has_own = segments::files(&kept.document).any(|file| file.get("path") == Some(&STATUS.into()));
            if !has_own {
                let path = self.folder.path(&parts)?.join(STATUS);
                folder::text(&path, &json!({"frozen": frozen}).to_string())?;
            }
        }
        Ok(())
    }

    fn artifacts(&mut self, organization: &Organization, place: &[&str], name: &str) -> Result<()> {
        let org = organization.id.0;
        let all = self.db.artifacts(org).map_err(refused)?;
        for identifier in all.into_iter().filter(|(known, _)| known == name).flat_map(|(_, all)| all) {
            let Some(document) = self.db.artifact(org, name, &identifier).map_err(refused)? else { continue };
            let folder = format!("{name}-{identifier}");
            self.contents(org, &[place, &[folder.as_str()]].concat(), &document)?;
        }
        Ok(())
    }

    /// Writes the document of a cookbook, and notes the files that are to be copied.
    fn contents(&mut self, org: i64, parts: &[&str], document: &Fields) -> Result<()> {
        let place = self.folder.path(parts)?;
        let text = serde_json::to_string_pretty(document).map_err(|error| fault(&place, error))?;
        folder::text(&place.join(UPLOADED), &(text + "\n"))?;
        let mut seen = BTreeSet::new();
        for file in segments::files(document) {
            let text = |field: &str| file.get(field).and_then(Value::as_str).unwrap_or_default();
            let inner: Vec<&str> = text("path").split('/').collect();
            let path = self.folder.path(&[parts, &inner].concat())?;
            let content = self.db.content(org, text("checksum")).map_err(refused)?;
            let missing = || fault(&path, format!("no content has the checksum {}", text("checksum")));
            let (sha256, bytes) = content.ok_or_else(missing)?;
            if seen.insert(path.clone()) {
                self.files.push(Copy { path, sha256, bytes });
            }
        }
        Ok(())
    }
}
