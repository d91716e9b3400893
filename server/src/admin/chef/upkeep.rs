//! `chef reindex` and `chef verify`.

use std::path::PathBuf;

use chef::records::{Changes, Organization, Records};
use chef::{Entity, Kind, OrgId, Permission, Result, data_bag, environment, json, node, role};
use cookbooks::segments;
use cookbooks::shelf::Shelf;
use serde_json::{Value, json};
use store::{Store, Transaction};

use super::{come_to, organization, read, told, write};
use crate::admin::AdminError;
use crate::chef::cookbooks::refused;
use crate::code::progress::Said;
use crate::rooms::Rooms;

/// Objects that are indexed in one transaction.
const AT_ONCE: usize = 100;
/// Kinds that can be searched for.
const SEARCHED: [Kind; 5] = [Kind::Node, Kind::Role, Kind::Environment, Kind::Client, Kind::DataBag];

/// Makes the index of one organization, or of all, anew.
pub(super) async fn reindex(
    rooms: &Rooms,
    only: Option<String>,
    said: &Said,
) -> std::result::Result<Value, AdminError> {
    let mut done = json!({});
    for organization in organizations(rooms, only).await? {
        let org = organization.id;
        let found = read(rooms, move |db| {
            let all: Result<Vec<Vec<Entity>>> = SEARCHED.into_iter().map(|kind| db.entities(org, kind)).collect();
            Ok(all?.concat())
        });
        let all = found.await?;
        let name = organization.entity.name;
        for (number, part) in all.chunks(AT_ONCE).enumerate() {
            come_to(said, "index", &name, number * AT_ONCE, all.len());
            let part = part.to_vec();
            write(rooms, move |db, _| part.iter().try_for_each(|entity| db.reindex(entity.id))).await?;
        }
        told(&format!("organization {name} was indexed anew"));
        done[name] = all.len().into();
    }
    Ok(json!({"indexed": done}))
}

async fn organizations(rooms: &Rooms, only: Option<String>) -> std::result::Result<Vec<Organization>, AdminError> {
    read(rooms, move |db| {
        if let Some(name) = only {
            return Ok(vec![organization(db, &name)?]);
        }
        let all = db.entities(OrgId::GLOBAL, Kind::Organization)?;
        all.iter().map(|one| organization(db, &one.name)).collect()
    })
    .await
}

/// Looks whether everything that is kept of one organization, or of all, can be read back and fits together.
pub(super) async fn verify(rooms: &Rooms, only: Option<String>, said: &Said) -> std::result::Result<Value, AdminError> {
    let mut checked = json!({});
    let mut failed = Vec::new();
    for organization in organizations(rooms, only).await? {
        let name = organization.entity.name.clone();
        let heard = said.clone();
        let work = move |db: &Transaction<'_>| {
            let mut look = Look { db, organization: &organization, faults: Vec::new(), files: Vec::new(), objects: 0 };
            for kind in Kind::ALL {
                look.kind(kind)?;
                let (name, kind) = (&organization.entity.name, kind.container());
                come_to(&heard, "check", &format!("{name}/{kind}"), look.objects, 0);
            }
            Ok((look.objects, look.faults, look.files))
        };
        let (objects, faults, files) = read(rooms, work).await?;
        failed
            .extend(faults.into_iter().map(|(what, error)| json!({"name": format!("{name}/{what}"), "error": error})));
        let total = files.len();
        for (number, file) in files.into_iter().enumerate() {
            if number % AT_ONCE == 0 {
                come_to(said, "check", &format!("{name}/cookbook files"), number, total);
            }
            if let Err(error) = content(&rooms.store, &file).await {
                failed.push(json!({"name": format!("{name}/{}", file.of.display()), "error": error}));
            }
        }
        checked[name] = json!({"objects": objects, "files": total});
    }
    Ok(json!({"checked": checked, "failed": failed}))
}

/// A file that a cookbook names.
struct File {
    of: PathBuf,
    checksum: String,
    sha256: String,
    bytes: u64,
}

async fn content(store: &Store, file: &File) -> std::result::Result<(), String> {
    use md5::Digest as _;
    let found = store.cookbook_file(&file.sha256).await.map_err(|error| error.to_string())?;
    let mut contents = found.ok_or_else(|| format!("the contents of checksum {} are gone", file.checksum))?;
    let (checksum, sha256, bytes) = (file.checksum.clone(), file.sha256.clone(), file.bytes);
    let work = move || -> std::io::Result<Option<String>> {
        let (mut short, mut long) = (md5::Md5::new(), sha2::Sha256::new());
        let (mut chunk, mut length) = (vec![0; 64 * 1024], 0);
        loop {
            let read = contents.reader.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            short.update(&chunk[..read]);
            long.update(&chunk[..read]);
            length += read as u64;
        }
        if hex::encode(short.finalize()) != checksum || hex::encode(long.finalize()) != sha256 || length != bytes {
            return Ok(Some(format!("the contents of checksum {checksum} are others")));
        }
        Ok(None)
    };
    let done = actix_web::web::block(work).await.map_err(|error| error.to_string())?;
    done.map_err(|error| error.to_string())?.map_or(Ok(()), Err)
}

struct Look<'a> {
    db: &'a Transaction<'a>,
    organization: &'a Organization,
    /// What it is, and what is wrong with it.
    faults: Vec<(String, String)>,
    files: Vec<File>,
    objects: usize,
}

impl Look<'_> {
    fn kind(&mut self, kind: Kind) -> Result<()> {
        if matches!(kind, Kind::Organization | Kind::User) {
            return Ok(());
        }
        for entity in self.db.entities(self.organization.id, kind)? {
            self.objects += 1;
            let what = format!("{}/{}", kind.container(), entity.name);
            if let Err(error) = self.document(&entity) {
                self.faults.push((what.clone(), error.to_string()));
            }
            if Permission::ALL
                .into_iter()
                .map(|permission| self.db.ace(entity.id, permission))
                .all(|list| list.is_ok_and(|members| members.is_empty()))
            {
                self.faults.push((what.clone(), "nobody has any permission on it".to_owned()));
            }
            if SEARCHED.contains(&kind) && !self.db.is_indexed(entity.id)? {
                self.faults.push((what, "its index is not that of its document: `chef reindex` mends it".to_owned()));
            }
        }
        Ok(())
    }

    /// Reads an object as a client would send it.
    fn document(&mut self, entity: &Entity) -> Result<()> {
        let name = entity.name.as_str();
        let org = self.organization.id.0;
        let kept = || crate::chef::kept(self.db, entity);
        match entity.kind {
            Kind::Node => node::parse_update(kept()?.as_bytes(), name).map(drop),
            Kind::Role => role::parse_update(kept()?.as_bytes(), name).map(drop),
            Kind::Environment if name == environment::DEFAULT => json::kept(&kept()?).map(drop),
            Kind::Environment => environment::parse(kept()?.as_bytes()).map(drop),
            Kind::DataBag => {
                for id in self.db.items(entity.id)? {
                    let item = self.db.item(entity.id, &id)?.unwrap_or_default();
                    if let Err(error) = data_bag::parse_item_update(item.as_bytes(), &id) {
                        self.faults.push((format!("data/{name}/{id}"), error.to_string()));
                    }
                }
                Ok(())
            }
            Kind::Client => match self.db.is_validator(entity.id)? {
                Some(_) => Ok(()),
                None => Err(chef::Error::broken("the client has no row of its own")),
            },
            Kind::Cookbook => {
                for version in self.db.versions(org, name).map_err(refused)? {
                    let kept = self.db.version(org, name, version).map_err(refused)?;
                    let document = kept.map(|kept| kept.document).unwrap_or_default();
                    self.files_of(&document, &format!("cookbooks/{name}/{version}"))?;
                }
                Ok(())
            }
            Kind::CookbookArtifact => {
                let all = self.db.artifacts(org).map_err(refused)?;
                for identifier in all.into_iter().filter(|(known, _)| known == name).flat_map(|(_, all)| all) {
                    let document = self.db.artifact(org, name, &identifier).map_err(refused)?.unwrap_or_default();
                    self.files_of(&document, &format!("cookbook_artifacts/{name}/{identifier}"))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn files_of(&mut self, document: &cookbooks::document::Fields, what: &str) -> Result<()> {
        for checksum in segments::checksums(document) {
            match self.db.content(self.organization.id.0, &checksum).map_err(refused)? {
                Some((sha256, bytes)) => self.files.push(File { of: PathBuf::from(what), checksum, sha256, bytes }),
                None => self.faults.push((what.to_owned(), format!("no content has the checksum {checksum}"))),
            }
        }
        Ok(())
    }
}
