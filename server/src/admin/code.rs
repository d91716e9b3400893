//! `code …`

use model::EnvironmentName;
use modules::deploy::{Pin, change};
use serde_json::{Value, json};

use super::AdminError;
use crate::clock;
use crate::code::CodeError;
use crate::code::order::{Order, Outcome, Result as Came};
use crate::code::progress::Said;
use crate::rooms::Rooms;

/// Deploys; without `wait` only takes a place in the queue.
pub(super) async fn deploy(rooms: &Rooms, order: Order, wait: bool, said: &Said) -> Result<Value, AdminError> {
    // What nobody waits for would end with a command that works without a server.
    if !wait && rooms.is_serving() {
        return Ok(json!({"queued": rooms.code.enqueue(order)?}));
    }
    let began = clock::now();
    let outcomes = rooms.code.deploy(order, said.clone()).await?;
    let millis = clock::now().duration_since(began).as_millis() as u64;
    Ok(report(&outcomes, millis))
}

/// What became of environments. Those that failed are named apart, so that the command fails.
fn report(outcomes: &[Outcome], millis: u64) -> Value {
    let failed: Vec<Value> = outcomes
        .iter()
        .filter(|outcome| outcome.result == Came::Failed)
        .map(|outcome| json!({"name": outcome.environment, "error": outcome.error}))
        .collect();
    json!({"environments": outcomes, "failed": failed, "millis": millis})
}

pub(super) async fn status(rooms: &Rooms) -> Result<Value, AdminError> {
    let live = rooms.code.deployments().live().await.map_err(CodeError::from)?;
    let environments: Vec<Value> = live
        .iter()
        .map(|live| {
            let version = &live.version;
            json!({
                "environment": live.environment,
                "code_id": live.code_id,
                "source": version.source,
                "branch": version.branch,
                "commit": version.commit,
                "modules": version.modules.len(),
                "since": live.since,
                "looked_at": live.looked_at,
                "pin": live.pin,
            })
        })
        .collect();
    Ok(json!({"environments": environments, "deploys": rooms.code.jobs()}))
}

pub(super) async fn history(rooms: &Rooms, name: Option<&str>, limit: usize) -> Result<Value, AdminError> {
    let name = name.map(environment).transpose()?;
    let entries = rooms.code.deployments().history(name.as_ref(), limit).await.map_err(CodeError::from)?;
    Ok(serde_json::to_value(entries)?)
}

pub(super) async fn diff(rooms: &Rooms, from: &str, to: &str) -> Result<Value, AdminError> {
    let (_, old) = rooms.code.version_of(None, from).await?;
    let (_, new) = rooms.code.version_of(None, to).await?;
    let changes = change::between(Some(&old), &new);
    Ok(json!({"from": old.code_id(), "to": new.code_id(), "changes": changes}))
}

pub(super) async fn roll_back(rooms: &Rooms, name: &str, to: Option<&str>, who: &str) -> Result<Value, AdminError> {
    let began = clock::now();
    let outcome = rooms.code.roll_back(&environment(name)?, to, who).await?;
    let millis = clock::now().duration_since(began).as_millis() as u64;
    Ok(report(&[outcome], millis))
}

pub(super) async fn pin(rooms: &Rooms, name: &str, reason: Option<String>, who: String) -> Result<Value, AdminError> {
    let pin = Pin { who, at: clock::now(), reason };
    rooms.code.pin(&environment(name)?, Some(pin)).await?;
    Ok(json!({"pinned": name}))
}

pub(super) async fn unpin(rooms: &Rooms, name: &str) -> Result<Value, AdminError> {
    rooms.code.pin(&environment(name)?, None).await?;
    Ok(json!({"unpinned": name}))
}

/// What a version is made of, and where its trees are.
pub(super) async fn version(rooms: &Rooms, what: &str) -> Result<Value, AdminError> {
    let (environment, version) = rooms.code.version_of(None, what).await?;
    Ok(json!({"environment": environment, "version": version, "root": rooms.code.root()}))
}

fn environment(name: &str) -> Result<EnvironmentName, AdminError> {
    EnvironmentName::parse(name).map_err(|error| AdminError::Refused(error.to_string()))
}
