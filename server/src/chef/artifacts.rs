//! `…/cookbook_artifacts`.

use actix_web::http::Method;
use chef::records::{Changes as _, Records};
use chef::{Entity, Error, Kind, Message, Result, authorization};
use cookbooks::artifact::Artifact;
use cookbooks::segments::Form;
use cookbooks::shelf::{Changes, Shelf};
use serde_json::{Map, Value, json};
use store::Transaction;

use super::cookbooks::refused;
use super::files::Urls;
use super::request::{Answer, Ask, Call, Work};

fn not_found() -> Error {
    Error::not_found("not_found")
}

/// `/cookbook_artifacts` and `/cookbook_artifacts/NAME`
pub(crate) fn listed(name: Option<String>) -> Work {
    Work::read(move |call, db| {
        let mut all = db.artifacts(call.org().0).map_err(refused)?;
        if let Some(wanted) = name {
            all.retain(|(name, _)| *name == wanted);
            if all.is_empty() {
                return Err(not_found());
            }
        }
        call.demand_container(db, Kind::CookbookArtifact)?;
        let list: Map<String, Value> = all
            .into_iter()
            .map(|(name, identifiers)| {
                let url = |identifier: &str| call.url(&["cookbook_artifacts", &name, identifier]);
                let versions: Vec<Value> = identifiers
                    .iter()
                    .map(|identifier| json!({"url": url(identifier), "identifier": identifier}))
                    .collect();
                let shown = json!({"url": call.url(&["cookbook_artifacts", &name]), "versions": versions});
                (name, shown)
            })
            .collect();
        Ok(Answer::ok(&Value::Object(list)))
    })
}

/// `/cookbook_artifacts/NAME/IDENTIFIER`
pub(crate) fn one(ask: &Ask, name: String, identifier: String) -> Result<Work> {
    let form = Form::of_api_version(ask.api.0);
    let files = ask.files.clone();
    if ask.method == Method::PUT {
        let sent = Artifact::parse(&name, &identifier, chef::json::value(&ask.body)?).map_err(refused)?;
        return Ok(Work::write(move |call, db| put(call, db, &sent)));
    }
    let deletes = ask.method == Method::DELETE;
    let action = move |call: &Call, db: &Transaction<'_>| {
        let (entity, artifact) = find(call, db, &name, &identifier)?;
        call.demand(db, &entity)?;
        let org = call.org().0;
        if deletes {
            db.delete_artifact(org, &name, &identifier).map_err(refused)?;
            if !db.artifacts(org).map_err(refused)?.iter().any(|(other, _)| *other == name) {
                db.remove_entity(entity.id)?;
            }
        }
        let urls = Urls::new(&files, call)?;
        Ok(Answer::ok(&Value::Object(artifact.full(form, |checksum| urls.download(checksum)))))
    };
    Ok(if deletes { Work::write(action) } else { Work::read(action) })
}

fn find(call: &Call, db: &Transaction<'_>, name: &str, identifier: &str) -> Result<(Entity, Artifact)> {
    let document = db.artifact(call.org().0, name, identifier).map_err(refused)?.ok_or_else(not_found)?;
    let entity = db.entity(call.org(), Kind::CookbookArtifact, name)?.ok_or_else(not_found)?;
    Ok((entity, Artifact::restore(name.to_owned(), identifier.to_owned(), document)))
}

fn put(call: &Call, db: &Transaction<'_>, sent: &Artifact) -> Result<Answer> {
    let org = call.org().0;
    let entity = db.entity(call.org(), Kind::CookbookArtifact, &sent.name)?;
    if let Some(entity) = &entity
        && db.artifact(org, &sent.name, &sent.identifier).map_err(refused)?.is_some()
    {
        call.demand(db, entity)?;
        return Err(Error::Exists(Message::bare("Cookbook artifact already exists")));
    }
    authorization::create(db, &call.caller, call.org(), Kind::CookbookArtifact, &sent.name)?;
    let checksums = sent.checksums();
    if !db.missing(org, &checksums).map_err(refused)?.is_empty() {
        return Err(Error::invalid("Manifest has a checksum that hasn't been uploaded."));
    }
    db.add_artifact(org, &sent.name, &sent.identifier, sent.document(), &checksums).map_err(refused)?;
    let url = call.url(&["cookbook_artifacts", &sent.name, &sent.identifier]);
    Ok(Answer::created(&url, &json!({"uri": url})))
}
