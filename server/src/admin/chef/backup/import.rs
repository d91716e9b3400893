//! Reads a backup.
//!
//! Everything is read and checked first; where anything is wrong, nothing is done. Then each object is put as the
//! backup has it, a few hundred in each transaction, so that a server which runs goes on answering. An import that was
//! cut short is run again: what is there already stays as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chef::backup::{self, KeyRow};
use chef::records::{Changes, Organization, Records};
use chef::{Entity, EntityId, Kind, OrgId, Result, authorization};
use serde_json::{Value, json};
use store::{Store, Transaction};
use tokio::runtime::Handle;

use super::super::{come_to, told};
use super::folder::{document, folders};
use super::objects::Parsed;
use super::people::{Belonging, People};
use super::{cookbooks, fault, objects};
use crate::admin::AdminError;
use crate::code::progress::Said;
use crate::rooms::Rooms;

/// Objects that are put in one transaction.
const AT_ONCE: usize = 100;
/// Mistakes that are told of at most.
const MISTAKES: usize = 50;

/// What is to be read, and how.
#[derive(Clone, Debug)]
pub(in crate::admin::chef) struct Order {
    pub(in crate::admin::chef) dir: PathBuf,
    pub(in crate::admin::chef) only: Option<String>,
    /// Also the superuser's keys and lists.
    pub(in crate::admin::chef) overwrite_superuser: bool,
}

/// Puts everything, or one organization with all users, as a backup has it.
pub(in crate::admin::chef) async fn import(
    rooms: &Rooms,
    order: Order,
    said: &Said,
) -> std::result::Result<Value, AdminError> {
    let superuser = rooms.store.chef_read(|db| chef::organization::superuser(db)).await?;
    let missing = || AdminError::Refused("Chef was never served from this data folder: start the server once".into());
    let superuser = superuser.ok_or_else(missing)?.id;
    let (store, handle) = (rooms.store.clone(), Handle::current());
    let said = said.clone();
    let mut import = Import { store, handle, superuser, order, said, done: BTreeMap::new(), warnings: Vec::new() };
    super::super::blocking(move || import.run()).await
}

pub(super) struct Import {
    pub(super) store: Store,
    pub(super) handle: Handle,
    pub(super) superuser: EntityId,
    pub(super) order: Order,
    said: Said,
    done: BTreeMap<String, BTreeMap<String, Counts>>,
    warnings: Vec<String>,
}

/// What became of the objects of a sort.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    created: usize,
    replaced: usize,
    unchanged: usize,
}

/// What became of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    Created,
    Replaced,
    Unchanged,
}

impl Import {
    fn run(&mut self) -> Result<Value> {
        let root = self.order.dir.clone();
        let organizations = root.join("organizations");
        if !organizations.is_dir() {
            return Err(fault(
                &root,
                "there is no folder `organizations` in it: a folder of `knife ec backup` is expected",
            ));
        }
        let names = match &self.order.only {
            None => folders(&organizations)?,
            Some(name) if organizations.join(name).is_dir() => vec![name.clone()],
            Some(name) => return Err(fault(&organizations, format!("the backup has no organization {name}"))),
        };
        told("a backup is read");
        let people = self.check(&root, &organizations, &names)?;
        self.people(&people)?;
        for name in &names {
            self.organization(&organizations.join(name), name, &people)?;
        }
        self.lists_of_people(&people)?;
        let done: Value = self
            .done
            .iter()
            .map(|(place, sorts)| {
                let sorts: Value = sorts
                    .iter()
                    .map(|(sort, counts)| {
                        let Counts { created, replaced, unchanged } = counts;
                        (sort.clone(), json!({"created": created, "replaced": replaced, "unchanged": unchanged}))
                    })
                    .collect();
                (place.clone(), sorts)
            })
            .collect();
        Ok(json!({"folder": root.display().to_string(), "imported": done, "warnings": self.warnings}))
    }

    /// Reads all there is, and refuses what cannot be put.
    fn check(&self, root: &Path, organizations: &Path, names: &[String]) -> Result<People> {
        let mut mistakes = Vec::new();
        let people = People::read(root, self.order.overwrite_superuser, &mut mistakes)?;
        for name in names {
            let place = organizations.join(name);
            note(&mut mistakes, objects::organization(&place, name));
            note(&mut mistakes, Belonging::read(&place));
            for kind in backup::KINDS {
                let all = listed(&place, kind)?;
                let folder = backup::folder(kind).unwrap_or_default();
                for (number, item) in all.iter().enumerate() {
                    if number % AT_ONCE == 0 {
                        come_to(&self.said, "check", &format!("{name}/{folder}"), number, all.len());
                    }
                    match kind {
                        Kind::Cookbook | Kind::CookbookArtifact => {
                            note(&mut mistakes, cookbooks::read(&place, kind, item));
                        }
                        kind => note(&mut mistakes, objects::read(&place, kind, item)),
                    }
                }
            }
            note(&mut mistakes, lists_in(&place, &mut |_, _, _| Ok(())));
        }
        let total = mistakes.len();
        if total == 0 {
            return Ok(people);
        }
        mistakes.truncate(MISTAKES);
        let more = if total > MISTAKES { format!("\n... and {} more", total - MISTAKES) } else { String::new() };
        Err(chef::Error::invalid(format!("nothing was imported, mistakes: {total}\n{}{more}", mistakes.join("\n"))))
    }

    fn organization(&mut self, place: &Path, name: &str, people: &People) -> Result<()> {
        let (full_name, guid) = objects::organization(place, name)?;
        let superuser = self.superuser;
        let owned = name.to_owned();
        let (organization, put) = self.write(move |db| {
            let found = db.organization(&owned)?;
            let put = match &found {
                None => Put::Created,
                Some(found) if found.full_name == full_name => Put::Unchanged,
                Some(_) => Put::Replaced,
            };
            let organization = match found {
                Some(found) => found,
                None => chef::organization::create_bare(db, superuser, &owned, &full_name)?
                    .ok_or_else(chef::organization::exists)?,
            };
            db.set_full_name(organization.id, &full_name)?;
            if let Some(guid) = guid {
                db.adopt_guid(organization.entity.id, &guid)?;
            }
            Ok((organization, put))
        })?;
        self.count(name, "organizations", put);
        let belonging = Belonging::read(place)?;
        self.members(&organization, &belonging)?;
        for kind in backup::KINDS {
            let all = listed(place, kind)?;
            let folder = backup::folder(kind).unwrap_or_default();
            let total = all.len();
            if matches!(kind, Kind::Cookbook | Kind::CookbookArtifact) {
                for (number, item) in all.iter().enumerate() {
                    come_to(&self.said, "put", &format!("{name}/{folder}"), number, total);
                    let put = self.cookbook(&organization, place, kind, item)?;
                    self.count(name, folder, put);
                }
                continue;
            }
            for (number, items) in all.chunks(AT_ONCE).enumerate() {
                come_to(&self.said, "put", &format!("{name}/{folder}"), number * AT_ONCE, total);
                let parsed: Result<Vec<Parsed>> = items.iter().map(|item| objects::read(place, kind, item)).collect();
                let keys = if kind == Kind::Client { people.keys_of(name) } else { Vec::new() };
                self.objects(&organization, folder, parsed?, keys)?;
            }
        }
        told(&format!("{name}: groups and lists"));
        let own = self.own_groups(&organization, place)?;
        self.memberships(&organization, place, &own)?;
        let mut lists = Vec::new();
        lists_in(place, &mut |kind, name, list| {
            lists.push((kind, name.to_owned(), list));
            Ok(())
        })?;
        self.lists(&organization, lists, &own)
    }

    fn objects(
        &mut self,
        organization: &Organization,
        folder: &str,
        parsed: Vec<Parsed>,
        keys: Vec<KeyRow>,
    ) -> Result<()> {
        let (org, superuser) = (organization.id, self.superuser);
        let puts = self.write(move |db| {
            let mut puts = Vec::new();
            for one in parsed {
                puts.push(one.put(db, superuser, org, &keys)?);
            }
            Ok(puts)
        })?;
        for (put, warning) in puts {
            self.count(&organization.entity.name, folder, put);
            self.warnings.extend(warning.map(|text| format!("{}: {text}", organization.entity.name)));
        }
        Ok(())
    }

    /// Changes in one transaction, from a thread that may wait.
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.handle.block_on(self.store.chef_write(work))
    }

    pub(super) fn count(&mut self, place: &str, sort: &str, put: Put) {
        let counts = self.done.entry(place.to_owned()).or_default().entry(sort.to_owned()).or_default();
        match put {
            Put::Created => counts.created += 1,
            Put::Replaced => counts.replaced += 1,
            Put::Unchanged => counts.unchanged += 1,
        }
    }

    pub(super) fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }
}

/// What a kind's folder holds: documents, or folders.
fn listed(place: &Path, kind: Kind) -> Result<Vec<String>> {
    let folder = place.join(backup::folder(kind).unwrap_or_default());
    match kind {
        Kind::Cookbook | Kind::CookbookArtifact => folders(&folder),
        Kind::DataBag => {
            let mut items = Vec::new();
            for bag in folders(&folder)? {
                items.push(bag.clone());
                let all = super::folder::documents(&folder.join(&bag))?;
                items.extend(all.into_iter().map(|item| format!("{bag}/{item}")));
            }
            Ok(items)
        }
        _ => super::folder::documents(&folder),
    }
}

fn note<T>(mistakes: &mut Vec<String>, read: Result<T>) {
    if let Err(error) = read {
        mistakes.push(error.to_string());
    }
}

/// Finds an entity, or makes it; true where it was made.
pub(super) fn ensure(
    db: &Transaction<'_>,
    superuser: EntityId,
    org: OrgId,
    kind: Kind,
    name: &str,
) -> Result<(Entity, bool)> {
    if let Some(found) = db.entity(org, kind, name)? {
        return Ok((found, false));
    }
    let made = authorization::make(db, Some(superuser), org, kind, name)?;
    let made = made.ok_or_else(|| chef::Error::broken(format!("{} {name} came and went", kind.as_str())))?;
    Ok((made, true))
}

/// A list's file, with its kind and name.
pub(super) type Lists = Vec<(chef::Permission, backup::Names)>;

/// Reads every file of lists of an organization.
fn lists_in(place: &Path, take: &mut dyn FnMut(Kind, &str, Lists) -> Result<()>) -> Result<()> {
    let folder = place.join("acls");
    let read = |folder: &Path, name: &str| {
        let lists = backup::parse_lists(&document(folder, name)?);
        lists.map_err(|error| fault(&folder.join(format!("{name}.json")), error))
    };
    if folder.join("organization.json").is_file() {
        take(Kind::Organization, "", read(&folder, "organization")?)?;
    }
    for kind in backup::KINDS {
        let folder = folder.join(backup::folder(kind).unwrap_or_default());
        for name in super::folder::documents(&folder)? {
            take(kind, &name, read(&folder, &name)?)?;
        }
    }
    Ok(())
}
