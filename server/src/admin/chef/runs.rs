//! `chef runs`, `chef run` and what else nodes of Chef told.

use chef::records::Records;
use chef::{Kind, OrgId};
use inventory::runs::reporting::Told;
use inventory::runs::{Account, ActionRow, ComplianceRow, Filter, NodeName, RunId, RunRow, Runs, State};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Transaction;

use super::{organization, read};
use crate::admin::AdminError;
use crate::chef::data_collector::refused;
use crate::clock;
use crate::rooms::Rooms;

/// Runs, newest first.
pub(super) async fn list(
    rooms: &Rooms,
    name: Option<String>,
    node: Option<String>,
    status: Option<String>,
    limit: usize,
) -> Result<Value, AdminError> {
    let now = clock::now();
    let node = node.as_deref().map(node_name).transpose()?;
    let state = status.as_deref().map(|text| {
        let known = "started, success, failure, aborted";
        State::parse(text).ok_or_else(|| AdminError::Refused(format!("'{text}' is no status: {known}")))
    });
    let filter = Filter { node, state: state.transpose()?, limit, ..Filter::default() };
    read(rooms, move |db| {
        let org = name.map(|name| organization(db, &name)).transpose()?.map(|organization| organization.id.0);
        let rows = db.runs(&Filter { org, ..filter }, now).map_err(refused)?;
        Ok(rows.iter().map(|row| run(row, now)).collect())
    })
    .await
}

/// One run, with what it changed.
pub(super) async fn show(rooms: &Rooms, name: Option<String>, id: String) -> Result<Value, AdminError> {
    let wanted = run_id(&id)?;
    let now = clock::now();
    read(rooms, move |db| {
        let orgs = match name {
            Some(name) => vec![organization(db, &name)?.id.0],
            None => all_organizations(db)?,
        };
        for org in orgs {
            let Some(row) = db.run(org, &wanted).map_err(refused)? else { continue };
            let mut shown = run(&row, now);
            for account in [Account::Converge, Account::Resources] {
                let Some(document) = db.account(org, &wanted, account).map_err(refused)? else { continue };
                let told = Told::read(&document).map_err(refused)?;
                shown["run_list"] = told.run_list.into();
                shown["resources"] = told.resources.iter().map(|resource| resource.json(String::new())).collect();
                shown["data"] = told.data;
                break;
            }
            return Ok(shown);
        }
        Err(chef::Error::not_found(format!("there is no run {wanted}")))
    })
    .await
}

/// Every organization, and what belongs to none.
fn all_organizations(db: &Transaction<'_>) -> chef::Result<Vec<i64>> {
    let mut orgs = vec![0];
    for entity in db.entities(OrgId::GLOBAL, Kind::Organization)? {
        orgs.extend(db.organization(&entity.name)?.map(|organization| organization.id.0));
    }
    Ok(orgs)
}

/// Compliance reports, newest first.
pub(super) async fn compliance(rooms: &Rooms, node: Option<String>, limit: usize) -> Result<Value, AdminError> {
    let node = node.as_deref().map(node_name).transpose()?;
    let rows = read(rooms, move |db| db.compliance(node.as_ref(), limit).map_err(refused)).await?;
    Ok(rows.iter().map(report).collect())
}

/// One compliance report as it was sent.
pub(super) async fn compliance_report(rooms: &Rooms, id: String) -> Result<Value, AdminError> {
    let wanted = run_id(&id)?;
    let found = read(rooms, move |db| db.compliance_report(&wanted).map_err(refused)).await?;
    let document = found.ok_or_else(|| AdminError::Refused(format!("there is no compliance report {id}")))?;
    Ok(serde_json::from_slice(&document)?)
}

/// Actions, newest first.
pub(super) async fn actions(rooms: &Rooms, limit: usize) -> Result<Value, AdminError> {
    let rows = read(rooms, move |db| db.actions(limit).map_err(refused)).await?;
    Ok(rows.iter().map(action).collect())
}

fn node_name(text: &str) -> Result<NodeName, AdminError> {
    NodeName::parse(text).ok_or_else(|| AdminError::Refused(format!("'{text}' is no name of a node")))
}

fn run_id(text: &str) -> Result<RunId, AdminError> {
    RunId::parse(text).ok_or_else(|| AdminError::Refused(format!("'{text}' is no UUID, as runs have")))
}

fn run(row: &RunRow, now: Timestamp) -> Value {
    json!({
        "run": row.run.as_str(),
        "organization": row.organization,
        "node": row.node.as_str(),
        "environment": row.environment,
        "status": row.state(now).as_str(),
        "source": row.source,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "total": row.total,
        "updated": row.updated,
        "error": row.error,
    })
}

fn report(row: &ComplianceRow) -> Value {
    json!({
        "report": row.report.as_str(),
        "organization": row.organization,
        "node": row.node.as_str(),
        "environment": row.environment,
        "status": row.controls.status(),
        "passed": row.controls.passed,
        "failed": row.controls.failed,
        "skipped": row.controls.skipped,
        "ended_at": row.ended_at,
        "size": row.size,
    })
}

fn action(row: &ActionRow) -> Value {
    json!({
        "at": row.at,
        "organization": row.organization,
        "task": row.task,
        "entity_type": row.entity_type,
        "entity_name": row.entity_name,
        "requestor_type": row.requestor_type,
        "requestor": row.requestor,
    })
}
