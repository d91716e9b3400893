//! `…/cookbooks`, `…/universe`, and the cookbooks of environments.

use actix_web::http::{Method, StatusCode};
use chef::records::{Changes as _, Records};
use chef::{Entity, Error, Kind, Permission, Result, authorization};
use cookbooks::cookbook::{CookbookVersion, Overwrite, frozen_text};
use cookbooks::listing::{self, Versions};
use cookbooks::segments::Form;
use cookbooks::shelf::{Changes, Kept, Shelf};
use cookbooks::{CookbookName, Version};
use serde_json::{Map, Value, json};
use store::Transaction;

use super::files::Urls;
use super::request::{Answer, Ask, Call, Work};

/// The shelf's refusals as those of Chef's requests.
pub(crate) fn refused(error: cookbooks::Error) -> Error {
    match error {
        cookbooks::Error::Unavailable(text) => Error::broken(text),
        other => Error::invalid(other.to_string()),
    }
}

fn no_cookbook(name: &str) -> Error {
    Error::not_found(format!("Cannot find a cookbook named {name}"))
}

fn no_version(name: &str, version: &str) -> Error {
    Error::not_found(format!("Cannot find a cookbook named {name} with version {version}"))
}

/// `/cookbooks`
pub(crate) fn all(ask: &Ask) -> Result<Work> {
    let wanted = Versions::parse(ask.query.get("num_versions"), Versions::Newest(1)).map_err(refused)?;
    Ok(Work::read(move |call, db| {
        call.demand_container(db, Kind::Cookbook)?;
        let all = db.cookbooks(call.org().0).map_err(refused)?;
        let listed = all.into_iter().map(|(name, versions)| (name, wanted.pick(versions)));
        Ok(Answer::ok(&shown_list(call, listed)))
    }))
}

fn shown_list(call: &Call, cookbooks: impl Iterator<Item = (String, Vec<Version>)>) -> Value {
    let list: Map<String, Value> = cookbooks
        .map(|(name, versions)| {
            let versions: Vec<Value> = versions.iter().map(|version| shown_version(call, &name, *version)).collect();
            let shown = json!({"url": call.url(&["cookbooks", &name]), "versions": versions});
            (name, shown)
        })
        .collect();
    Value::Object(list)
}

fn shown_version(call: &Call, name: &str, version: Version) -> Value {
    let version = version.to_string();
    json!({"version": version, "url": call.url(&["cookbooks", name, &version])})
}

/// `/cookbooks/NAME`, `/cookbooks/_latest`, `/cookbooks/_recipes`
pub(crate) fn named(ask: &Ask, name: String) -> Result<Work> {
    Versions::parse(ask.query.get("num_versions"), Versions::Newest(1)).map_err(refused)?;
    Ok(Work::read(move |call, db| {
        call.demand_container(db, Kind::Cookbook)?;
        let org = call.org().0;
        match name.as_str() {
            "_latest" => {
                let all = db.cookbooks(org).map_err(refused)?;
                let newest = all.into_iter().filter_map(|(name, versions)| {
                    let url = call.url(&["cookbooks", &name, &versions.first()?.to_string()]);
                    Some((name, Value::String(url)))
                });
                Ok(Answer::ok(&Value::Object(newest.collect())))
            }
            "_recipes" => {
                let all = db.cookbooks(org).map_err(refused)?;
                Ok(Answer::ok(&recipes(call, db, all)?))
            }
            name => {
                let versions = db.versions(org, name).map_err(refused)?;
                if versions.is_empty() {
                    return Err(no_cookbook(name));
                }
                Ok(Answer::ok(&shown_list(call, std::iter::once((name.to_owned(), versions)))))
            }
        }
    }))
}

/// Recipes of the first version of each cookbook, sorted.
fn recipes(call: &Call, db: &Transaction<'_>, cookbooks: Vec<(String, Vec<Version>)>) -> Result<Value> {
    let mut found = Vec::new();
    for (name, versions) in cookbooks {
        let Some(version) = versions.first() else { continue };
        if let Some(kept) = db.version(call.org().0, &name, *version).map_err(refused)? {
            found.extend(listing::recipes(&name, &kept.document));
        }
    }
    found.sort_unstable();
    Ok(json!(found))
}

/// `/cookbooks/NAME/VERSION`
pub(crate) fn version(ask: &Ask, name: String, version: String) -> Result<Work> {
    let form = Form::of_api_version(ask.api.0);
    if ask.method == Method::PUT {
        Version::parse(&version).map_err(refused)?;
        CookbookName::parse(&name).map_err(refused)?;
        let sent = CookbookVersion::parse(&name, &version, chef::json::value(&ask.body)?, form).map_err(refused)?;
        let overwrite = Overwrite::of_query(ask.query.get("force"));
        return Ok(Work::write(move |call, db| put(call, db, sent, overwrite)));
    }
    let wanted = match version.as_str() {
        "_latest" | "latest" => None,
        text => Some(Version::parse(text).map_err(refused)?),
    };
    let urls = ask.files.clone();
    if ask.method == Method::DELETE {
        return Ok(Work::write(move |call, db| {
            let (entity, kept) = find(call, db, &name, wanted, &version)?;
            call.demand(db, &entity)?;
            let org = call.org().0;
            db.delete_version(org, &name, kept.version).map_err(refused)?;
            if db.versions(org, &name).map_err(refused)?.is_empty() {
                db.remove_entity(entity.id)?;
            }
            let urls = Urls::new(&urls, call)?;
            Ok(Answer::ok(&Value::Object(kept.full(Form::Segments, |checksum| urls.download(checksum)))))
        }));
    }
    Ok(Work::read(move |call, db| {
        let (entity, kept) = find(call, db, &name, wanted, &version)?;
        call.demand(db, &entity)?;
        let urls = Urls::new(&urls, call)?;
        Ok(Answer::ok(&Value::Object(kept.full(form, |checksum| urls.download(checksum)))))
    }))
}

fn find(
    call: &Call,
    db: &Transaction<'_>,
    name: &str,
    wanted: Option<Version>,
    text: &str,
) -> Result<(Entity, CookbookVersion)> {
    let missing = || no_version(name, text);
    let entity = db.entity(call.org(), Kind::Cookbook, name)?.ok_or_else(missing)?;
    let org = call.org().0;
    let version = match wanted {
        Some(version) => version,
        None => *db.versions(org, name).map_err(refused)?.first().ok_or_else(missing)?,
    };
    let kept = db.version(org, name, version).map_err(refused)?.ok_or_else(missing)?;
    Ok((entity, restored(kept)?))
}

fn restored(kept: Kept) -> Result<CookbookVersion> {
    let name = CookbookName::parse(&kept.name).map_err(|error| Error::broken(error.to_string()))?;
    Ok(CookbookVersion::restore(name, kept.version, kept.document))
}

fn put(call: &Call, db: &Transaction<'_>, mut sent: CookbookVersion, overwrite: Overwrite) -> Result<Answer> {
    let (org, name) = (call.org().0, sent.name.as_str().to_owned());
    let version = sent.version;
    match db.entity(call.org(), Kind::Cookbook, &name)? {
        Some(entity) => call.demand(db, &entity)?,
        None => drop(authorization::create(db, &call.caller, call.org(), Kind::Cookbook, &name)?),
    }
    let before = db.version(org, &name, version).map_err(refused)?.map(restored).transpose()?;
    if let Some(before) = &before {
        if before.is_frozen() && overwrite == Overwrite::Unfrozen {
            return Err(Error::exists(frozen_text(&sent.name, version)));
        }
        sent.keep_frozen(before.is_frozen());
    }
    let checksums = sent.checksums();
    if let Some(missing) = db.missing(org, &checksums).map_err(refused)?.first() {
        let text = match before {
            Some(_) => format!("Manifest has checksum {missing} but it hasn't yet been uploaded"),
            None => "Manifest has a checksum that hasn't been uploaded.".to_owned(),
        };
        return Err(Error::invalid(text));
    }
    let kept = Kept { name, version, document: sent.into_document() };
    db.put_version(org, &kept, &checksums).map_err(refused)?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok(Answer::ok(&Value::Object(kept.document)).with_status(status))
}

/// `/universe`
pub(crate) fn universe() -> Work {
    Work::read(|call, db| {
        call.demand_container(db, Kind::Cookbook)?;
        let mut universe: Map<String, Value> = Map::new();
        for (name, version, needs) in db.dependencies(call.org().0).map_err(refused)? {
            let version = version.to_string();
            let shown = json!({
                "location_path": call.url(&["cookbooks", &name, &version]),
                "location_type": "chef_server",
                "dependencies": listing::with_operators(&needs),
            });
            universe.entry(name).or_insert_with(|| json!({}))[version] = shown;
        }
        Ok(Answer::ok(&Value::Object(universe)))
    })
}

/// `/environments/ENVIRONMENT/cookbooks` and `/environments/ENVIRONMENT/cookbooks/NAME`
pub(crate) fn of_environment(ask: &Ask, environment: String, cookbook: Option<String>) -> Result<Work> {
    let default = if cookbook.is_some() { Versions::All } else { Versions::Newest(1) };
    let wanted = Versions::parse(ask.query.get("num_versions"), default).map_err(refused)?;
    Ok(Work::read(move |call, db| {
        let found = environment_of(call, db, &environment)?;
        let mut all = db.cookbooks(call.org().0).map_err(refused)?;
        if let Some(cookbook) = cookbook {
            all.retain(|(name, _)| *name == cookbook);
            if all.is_empty() {
                return Err(no_cookbook(&cookbook));
            }
        }
        call.demand(db, &found)?;
        let constraints = super::depsolver::constraints(db, &found)?;
        Ok(Answer::ok(&shown_list(call, listing::in_environment(all, &constraints, wanted).into_iter())))
    }))
}

/// `/environments/ENVIRONMENT/recipes`
pub(crate) fn recipes_of_environment(environment: String) -> Work {
    Work::read(move |call, db| {
        let found = environment_of(call, db, &environment)?;
        call.demand(db, &found)?;
        let constraints = super::depsolver::constraints(db, &found)?;
        let all = db.cookbooks(call.org().0).map_err(refused)?;
        let newest = listing::in_environment(all, &constraints, Versions::Newest(1));
        Ok(Answer::ok(&recipes(call, db, newest)?))
    })
}

fn environment_of(call: &Call, db: &Transaction<'_>, name: &str) -> Result<Entity> {
    db.entity(call.org(), Kind::Environment, name)?.ok_or_else(|| super::environments::not_found(name))
}

/// Refuses who may not read one of the cookbooks.
pub(crate) fn unreadable(call: &Call, db: &Transaction<'_>, names: &[&str]) -> Result<Vec<String>> {
    let mut refused = Vec::new();
    for name in names {
        if let Some(entity) = db.entity(call.org(), Kind::Cookbook, name)?
            && !db.permitted(call.caller.id(), entity.id, Permission::Read)?
        {
            refused.push((*name).to_owned());
        }
    }
    Ok(refused)
}
