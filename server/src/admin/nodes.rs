//! `node …`

use inventory::Page;
use inventory::nodes::{NodeRow, ReportId, ReportRow};
use model::Certname;
use serde_json::{Value, json};

use super::AdminError;
use crate::rooms::Rooms;

/// Rows fetched at once.
const PAGE: usize = 1000;

/// Every node, by name.
pub(super) async fn list(rooms: &Rooms, deactivated: bool) -> Result<Value, AdminError> {
    let mut all = Vec::new();
    let mut page = Page::first(PAGE);
    loop {
        let rows = rooms.nodes.nodes(deactivated, page).await?;
        all.extend(rows.iter().map(node));
        match rows.into_iter().nth(PAGE - 1) {
            Some(last) => page = Page { after: Some(last.name), limit: PAGE },
            None => return Ok(Value::Array(all)),
        }
    }
}

pub(super) async fn show(rooms: &Rooms, name: &Certname) -> Result<Value, AdminError> {
    let row = rooms.nodes.node(name).await?.ok_or_else(|| unknown(name))?;
    let mut value = node(&row);
    if let Ok(authority) = rooms.authority() {
        value["certificate"] = serde_json::to_value(authority.status(name).await?)?;
    }
    Ok(value)
}

/// The factset as the agent sent it.
pub(super) async fn facts(rooms: &Rooms, name: &Certname) -> Result<Value, AdminError> {
    let kept = rooms.nodes.facts(name).await?;
    let kept = kept.ok_or_else(|| AdminError::Refused(format!("no facts are stored of {name}")))?;
    Ok(serde_json::to_value(kept.facts)?)
}

/// Reports, newest first.
pub(super) async fn reports(rooms: &Rooms, name: Option<&Certname>, limit: usize) -> Result<Value, AdminError> {
    let mut all: Vec<Value> = Vec::new();
    let mut after = None;
    while all.len() < limit {
        let page = Page { after, limit: PAGE.min(limit - all.len()) };
        let wanted = page.limit;
        let rows = rooms.nodes.reports(name, page).await?;
        after = rows.last().map(|row| row.id);
        let got = rows.len();
        all.extend(rows.iter().map(report_row));
        if got < wanted {
            break;
        }
    }
    Ok(Value::Array(all))
}

/// One report as the agent sent it.
pub(super) async fn report(rooms: &Rooms, id: i64) -> Result<Value, AdminError> {
    let kept = rooms.nodes.report(ReportId(id)).await?;
    let (_, document) = kept.ok_or_else(|| AdminError::Refused(format!("there is no report {id}")))?;
    Ok(serde_json::from_slice(&document)?)
}

/// The newest catalog as it was sent.
pub(super) async fn catalog(rooms: &Rooms, name: &Certname) -> Result<Value, AdminError> {
    let kept = rooms.nodes.catalog(name).await?;
    let kept = kept.ok_or_else(|| AdminError::Refused(format!("no catalog is stored of {name}")))?;
    Ok(serde_json::from_slice(&kept.document)?)
}

pub(super) async fn forget(rooms: &Rooms, name: &Certname) -> Result<Value, AdminError> {
    if !rooms.nodes.forget(name).await? {
        return Err(unknown(name));
    }
    tracing::info!(certname = %name, by = "command line", "a node was forgotten");
    Ok(json!({"forgotten": name}))
}

fn unknown(name: &Certname) -> AdminError {
    AdminError::Refused(format!("no node {name} has told anything"))
}

fn node(row: &NodeRow) -> Value {
    json!({
        "name": row.name,
        "environment": row.environment,
        "last_seen": row.last_seen(),
        "facts_at": row.facts_at,
        "catalog_at": row.catalog_at,
        "report_at": row.report_at,
        "report_status": row.report_status,
        "report_noop": row.report_noop,
        "report_id": row.report_id.map(|id| id.0),
        "deactivated_at": row.deactivated_at,
    })
}

fn report_row(row: &ReportRow) -> Value {
    json!({
        "id": row.id.0,
        "node": row.node,
        "status": row.status,
        "environment": row.environment,
        "noop": row.noop,
        "report_format": row.report_format,
        "transaction_uuid": row.transaction_uuid,
        "puppet_version": row.puppet_version,
        "configuration_version": row.configuration_version,
        "time": row.time,
        "received_at": row.received_at,
        "size": row.size,
    })
}
