//! The older reporting API: `…/reports/nodes/NODE/runs`, `…/reports/org/runs` and what is below
//! them.

use actix_web::http::{Method, StatusCode};
use chef::records::Records;
use chef::{Entity, Error, Kind, Message, Permission, Result};
use inventory::runs::reporting::{self, PROTOCOL, Resource, Told};
use inventory::runs::{Account, Filter, NodeName, RunId, RunRow, Runs, State};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Transaction;

use super::data_collector::refused;
use super::request::{Answer, Ask, Call, Work};

/// Rows that are told unless more are asked for.
const ROWS: usize = 10;
/// Rows that are told at most.
const MOST_ROWS: usize = 10_000;

/// `…/reports/nodes/NODE/runs`
pub(crate) fn of_node(ask: &Ask, node: &str) -> Result<Work> {
    demand_protocol(ask)?;
    let name = node_name(node)?;
    if ask.method == Method::GET {
        let filter = Filter { node: Some(name), ..filter(ask)? };
        return Ok(Work::read(move |call, db| {
            call.demand(db, &find(call, db, filter.node.as_ref())?)?;
            history(call, db, filter)
        }));
    }
    let beginning = reporting::beginning(name, &ask.body, ask.now).map_err(refused)?;
    Ok(Work::write(move |call, db| {
        call.demand_also(db, &find(call, db, Some(&beginning.node))?, Permission::Update)?;
        db.begin_run(call.org().0, &beginning).map_err(refused)?;
        let url = call.url(&["reports", "nodes", beginning.node.as_str(), "runs", beginning.run.as_str()]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

/// `…/reports/nodes/NODE/runs/RUN`
pub(crate) fn one_of_node(ask: &Ask, node: &str, run: &str) -> Result<Work> {
    demand_protocol(ask)?;
    let (name, run) = (node_name(node)?, run_id(run)?);
    if ask.method == Method::GET {
        let page = Page::parse(ask)?;
        let detailed = ask.query.get("detail") == Some("true");
        return Ok(Work::read(move |call, db| {
            call.demand(db, &find(call, db, Some(&name))?)?;
            let row = find_run(call, db, &run, Some(&name))?;
            let mut shown = resources(call, db, &row, page)?;
            if !detailed && let Some(shown) = shown.as_object_mut() {
                shown.remove("run_detail");
            }
            Ok(Answer::ok(&shown))
        }));
    }
    let ending = reporting::ending(name, run, &ask.body, ask.now).map_err(refused)?;
    Ok(Work::write(move |call, db| {
        call.demand_also(db, &find(call, db, Some(&ending.node))?, Permission::Update)?;
        find_run(call, db, &ending.run, Some(&ending.node))?;
        db.end_run(call.org().0, &ending).map_err(refused)?;
        Ok(Answer::ok(&json!({"result": "ok"})))
    }))
}

/// `…/reports/nodes/NODE/runs/RUN/RESOURCE`
pub(crate) fn resource(ask: &Ask, node: &str, run: &str, index: &str) -> Result<Work> {
    demand_protocol(ask)?;
    let (name, run) = (node_name(node)?, run_id(run)?);
    let index: Option<usize> = index.parse().ok();
    Ok(Work::read(move |call, db| {
        call.demand(db, &find(call, db, Some(&name))?)?;
        let row = find_run(call, db, &run, Some(&name))?;
        let told = told(call, db, &row)?;
        let found = index.and_then(|index| told.resources.get(index));
        let found = found.ok_or_else(|| Error::not_found(format!("run {run} has no such resource")))?;
        Ok(Answer::ok(&json!({"resource_detail": {"content_delta": found.delta()}})))
    }))
}

/// `…/reports/org/runs`
pub(crate) fn of_organization(ask: &Ask) -> Result<Work> {
    demand_protocol(ask)?;
    let filter = filter(ask)?;
    Ok(Work::read(move |call, db| {
        call.demand_container(db, Kind::Node)?;
        history(call, db, filter)
    }))
}

/// `…/reports/org/runs/RUN`
pub(crate) fn one(ask: &Ask, run: &str) -> Result<Work> {
    demand_protocol(ask)?;
    let (run, page) = (run_id(run)?, Page::parse(ask)?);
    Ok(Work::read(move |call, db| {
        call.demand_container(db, Kind::Node)?;
        let row = find_run(call, db, &run, None)?;
        Ok(Answer::ok(&resources(call, db, &row, page)?))
    }))
}

/// Who does not say the protocol's version is answered as if there were no such path.
fn demand_protocol(ask: &Ask) -> Result<()> {
    match ask.reporting_protocol.as_deref().or_else(|| ask.query.get("protocol-version")) {
        Some(PROTOCOL) => Ok(()),
        Some(other) => {
            let text = format!("Unsupported reporting protocol version {other}; this server speaks {PROTOCOL}");
            Err(Error::NotAcceptable(Message::listed(text)))
        }
        None => Err(Error::not_found("Unsupported reporting protocol version")),
    }
}

fn node_name(text: &str) -> Result<NodeName> {
    NodeName::parse(text).ok_or_else(|| no_node(text))
}

fn run_id(text: &str) -> Result<RunId> {
    RunId::parse(text).ok_or_else(|| no_run(text))
}

fn no_node(name: &str) -> Error {
    Error::not_found(format!("node '{name}' not found"))
}

fn no_run(run: &str) -> Error {
    Error::not_found(format!("run '{run}' not found"))
}

fn find(call: &Call, db: &Transaction<'_>, node: Option<&NodeName>) -> Result<Entity> {
    let name = node.map_or("", NodeName::as_str);
    db.entity(call.org(), Kind::Node, name)?.ok_or_else(|| no_node(name))
}

fn find_run(call: &Call, db: &Transaction<'_>, run: &RunId, of: Option<&NodeName>) -> Result<RunRow> {
    let row = db.run(call.org().0, run).map_err(refused)?;
    row.filter(|row| of.is_none_or(|node| *node == row.node)).ok_or_else(|| no_run(run.as_str()))
}

/// Part of a list.
#[derive(Clone, Copy)]
struct Page {
    start: usize,
    rows: usize,
}

impl Page {
    fn parse(ask: &Ask) -> Result<Self> {
        let number = |name, default| match ask.query.get(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| Error::invalid(format!("invalid {name} '{text}'"))),
        };
        let rows: usize = number("rows", ROWS)?;
        Ok(Self { start: number("start", 0)?, rows: rows.min(MOST_ROWS) })
    }
}

fn filter(ask: &Ask) -> Result<Filter> {
    let page = Page::parse(ask)?;
    let time = |name| {
        let Some(text) = ask.query.get(name) else { return Ok(None) };
        let seconds = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let time = seconds.or_else(|| text.parse().ok());
        time.map(Some).ok_or_else(|| Error::invalid(format!("invalid {name} '{text}'")))
    };
    let state = match ask.query.get("status") {
        None => None,
        Some(text) => Some(State::parse(text).ok_or_else(|| Error::invalid(format!("invalid status '{text}'")))?),
    };
    let (from, until) = (time("from")?, time("until")?);
    Ok(Filter { org: None, node: None, state, from, until, skip: page.start, limit: page.rows })
}

fn history(call: &Call, db: &Transaction<'_>, filter: Filter) -> Result<Answer> {
    let filter = Filter { org: Some(call.org().0), ..filter };
    let rows = db.runs(&filter, call.now).map_err(refused)?;
    let history: Vec<Value> = rows.iter().map(|row| summary(row, call.now)).collect();
    Ok(Answer::ok(&json!({"run_history": history})))
}

fn summary(row: &RunRow, now: Timestamp) -> Value {
    let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({
        "node_name": row.node.as_str(),
        "run_id": row.run.as_str(),
        "start_time": time(row.started_at),
        "end_time": row.ended_at.map(time),
        "status": row.state(now).as_str(),
        "total_res_count": row.total,
        "updated_res_count": row.updated,
    })
}

/// What a run did. The data collector was told of it too, and of more, but not as this API shows it.
fn told(call: &Call, db: &Transaction<'_>, row: &RunRow) -> Result<Told> {
    for account in [Account::Resources, Account::Converge] {
        if let Some(document) = db.account(call.org().0, &row.run, account).map_err(refused)? {
            return Told::read(&document).map_err(refused);
        }
    }
    Ok(Told::nothing())
}

fn resources(call: &Call, db: &Transaction<'_>, row: &RunRow, page: Page) -> Result<Value> {
    let told = told(call, db, row)?;
    let shown = |(index, resource): (usize, &Resource)| {
        let index = index.to_string();
        resource.json(call.url(&["reports", "nodes", row.node.as_str(), "runs", row.run.as_str(), &index]))
    };
    let some: Vec<Value> = told.resources.iter().enumerate().skip(page.start).take(page.rows).map(shown).collect();
    let mut detail = summary(row, call.now);
    // Of what is told here, so that who asks for all of it knows when it has come to the end.
    detail["updated_res_count"] = told.resources.len().into();
    detail["run_list"] = told.run_list.into();
    detail["data"] = told.data;
    Ok(json!({"run_resources": some, "run_detail": detail}))
}

/// `/reports/status`
pub(crate) fn status(well: bool) -> (StatusCode, Value) {
    let word = if well { "online" } else { "offline" };
    let status = if well { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR };
    (status, json!({"rest_api": "online", "sql_db": word, "index": word}))
}
