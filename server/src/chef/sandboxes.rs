//! `…/sandboxes` and `…/sandboxes/SANDBOX`.

use actix_web::http::StatusCode;
use chef::{Error, Permission, Result, authorization};
use cookbooks::sandbox;
use cookbooks::shelf::{Changes, Shelf};
use serde_json::{Map, Value, json};

use super::cookbooks::refused;
use super::files::Urls;
use super::request::{Answer, Ask, Work};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    let checksums = sandbox::announced(chef::json::value(&ask.body)?).map_err(refused)?;
    let files = ask.files.clone();
    Ok(Work::write(move |call, db| {
        let container = authorization::container(db, call.org(), "sandboxes")?;
        call.demand_also(db, &container, Permission::Create)?;
        let org = call.org().0;
        let id = uuid::Uuid::new_v4().simple().to_string();
        db.add_sandbox(org, &id, &checksums, call.now.as_microsecond()).map_err(refused)?;
        let missing = db.missing(org, &checksums).map_err(refused)?;
        let urls = Urls::new(&files, call)?;
        let listed: Map<String, Value> = checksums
            .into_iter()
            .map(|checksum| {
                let shown = if missing.contains(&checksum) {
                    json!({"needs_upload": true, "url": urls.upload(&checksum)})
                } else {
                    json!({"needs_upload": false})
                };
                (checksum, shown)
            })
            .collect();
        let url = call.url(&["sandboxes", &id]);
        Ok(Answer::created(&url, &json!({"sandbox_id": id, "uri": url, "checksums": listed})))
    }))
}

pub(crate) fn one(ask: &Ask, id: String) -> Result<Work> {
    sandbox::completion(chef::json::value(&ask.body)?).map_err(refused)?;
    Ok(Work::write(move |call, db| {
        let container = authorization::container(db, call.org(), "sandboxes")?;
        call.demand_also(db, &container, Permission::Create)?;
        let org = call.org().0;
        let found = db.sandbox(org, &id).map_err(refused)?;
        let found = found.ok_or_else(|| Error::not_found(format!("No such sandbox '{id}'.")))?;
        let missing: Vec<String> =
            found.checksums.iter().filter(|(_, is_there)| !is_there).map(|(checksum, _)| checksum.clone()).collect();
        if !missing.is_empty() {
            let body = json!({"error": [sandbox::incomplete_text(&id, &missing)]});
            return Ok(Answer::ok(&body).with_status(StatusCode::SERVICE_UNAVAILABLE));
        }
        db.commit_sandbox(org, &id, call.now.as_microsecond()).map_err(refused)?;
        let checksums: Vec<&String> = found.checksums.iter().map(|(checksum, _)| checksum).collect();
        Ok(Answer::ok(&json!({
            "guid": id,
            "name": id,
            "checksums": checksums,
            "create_time": call.now.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
            "is_completed": true,
        })))
    }))
}
