//! `…/environments/ENVIRONMENT/cookbook_versions`: run list to cookbooks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use actix_web::http::StatusCode;
use chef::records::Records;
use chef::{Entity, Error, Kind, OrgId, Permission, Result, authorization};
use cookbooks::cookbook::CookbookVersion;
use cookbooks::segments::Form;
use cookbooks::shelf::Shelf;
use cookbooks::solver::{Available, Unsolved, Wanted, solve};
use cookbooks::{Constraint, CookbookName};
use serde_json::{Map, Value, json};
use store::Transaction;

use super::cookbooks::{refused, unreadable};
use super::files::Urls;
use super::request::{Answer, Ask, Call, Work};

/// Organizations whose cookbooks are kept ready for solving.
const MOST: usize = 64;

/// What solvers read, as long as nobody changes it.
#[derive(Default)]
pub(crate) struct Shelves(Mutex<HashMap<OrgId, (i64, Arc<Available>)>>);

impl Shelves {
    fn of(&self, db: &Transaction<'_>, org: OrgId) -> Result<Arc<Available>> {
        let revision = db.revision(org.0).map_err(refused)?;
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, available)) = lock().get(&org)
            && *known == revision
        {
            return Ok(available.clone());
        }
        let available = Arc::new(db.available(org.0).map_err(refused)?);
        let mut kept = lock();
        if kept.len() >= MOST && !kept.contains_key(&org) {
            kept.clear();
        }
        kept.insert(org, (revision, available.clone()));
        Ok(available)
    }
}

pub(crate) fn cookbook_versions(ask: &Ask, environment: String) -> Result<Work> {
    let body = chef::json::object(&ask.body)?;
    let run_list = body.get("run_list").cloned().unwrap_or_else(|| json!([]));
    chef::run_list::normalized("run_list", &run_list)?;
    let items = run_list.as_array().into_iter().flatten().filter_map(Value::as_str);
    let wanted = Wanted::of_run_list(items);
    let form = Form::of_api_version(ask.api.0);
    let (files, shelves, time) = (ask.files.clone(), ask.shelves.clone(), ask.config.chef.solver.0);
    Ok(Work::read(move |call, db| {
        let missing = || Error::not_found(format!("environment '{environment}' not found"));
        let found = db.entity(call.org(), Kind::Environment, &environment)?.ok_or_else(missing)?;
        let container = authorization::container_of(db, call.org(), Kind::Cookbook)?;
        call.demand_also(db, &container, Permission::Read)?;
        call.demand_also(db, &found, Permission::Read)?;
        if wanted.is_empty() {
            return Ok(Answer::ok(&json!({})));
        }
        let available = shelves.of(db, call.org())?;
        let began = Instant::now();
        let solved = solve(&available, &constraints(db, &found)?, &wanted, &|| began.elapsed() > time);
        match solved {
            Ok(versions) => answer(call, db, &versions, form, &Urls::new(&files, call)?),
            Err(unsolved) => Ok(failed(&unsolved)),
        }
    }))
}

fn failed(unsolved: &Unsolved) -> Answer {
    Answer::ok(&json!({"error": [unsolved.to_json()]})).with_status(StatusCode::PRECONDITION_FAILED)
}

fn answer(
    call: &Call,
    db: &Transaction<'_>,
    versions: &[(String, cookbooks::Version)],
    form: Form,
    urls: &Urls,
) -> Result<Answer> {
    let names: Vec<&str> = versions.iter().map(|(name, _)| name.as_str()).collect();
    let unreadable = unreadable(call, db, &names)?;
    if !unreadable.is_empty() {
        let text = "Read permission is not granted for one or more cookbooks";
        let body = json!({"error": [{"message": text, "unauthorized_cookbooks": unreadable}]});
        return Ok(Answer::ok(&body).with_status(StatusCode::FORBIDDEN));
    }
    let mut body = Map::new();
    for (name, version) in versions {
        let kept = db.version(call.org().0, name, *version).map_err(refused)?;
        let kept = kept.ok_or_else(|| Error::broken(format!("cookbook {name} {version} is gone")))?;
        let parsed = CookbookName::parse(name).map_err(refused)?;
        let cookbook = CookbookVersion::restore(parsed, *version, kept.document);
        body.insert(name.clone(), Value::Object(cookbook.minimal(form, |checksum| urls.download(checksum))));
    }
    Ok(Answer::ok(&Value::Object(body)))
}

/// What an environment says of cookbooks.
pub(crate) fn constraints(db: &Transaction<'_>, environment: &Entity) -> Result<Vec<(String, Constraint)>> {
    let document = chef::json::kept(&super::kept(db, environment)?)?;
    let listed = document.get("cookbook_versions").and_then(Value::as_object).into_iter().flatten();
    Ok(listed.filter_map(|(name, text)| Some((name.clone(), Constraint::parse(text.as_str()?)?))).collect())
}
