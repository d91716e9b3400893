//! What is sent to a data collector.

use jiff::Timestamp;
use serde::Deserialize;

use super::compliance::NewCompliance;
use super::{Account, Beginning, Ending, NodeName, Outcome, RunId, time};
use crate::error::Error;

/// A message, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Began(Beginning),
    Ended(Box<Ending>),
    Compliance(Box<NewCompliance>),
    Action(Box<Action>),
}

/// Somebody changed something on a Chef server that tells us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub row: ActionRow,
    /// JSON, as it was sent.
    pub document: Vec<u8>,
    pub received_at: Timestamp,
}

/// What lists show of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRow {
    pub at: Timestamp,
    /// As the message names it.
    pub organization: Option<String>,
    /// `create`, `update`, `delete`…
    pub task: String,
    /// Such as `node` and its name.
    pub entity_type: String,
    pub entity_name: String,
    /// `user` or `client`, and its name.
    pub requestor_type: Option<String>,
    pub requestor: Option<String>,
}

/// A message and the organization that it says it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub organization: Option<String>,
    pub message: Message,
}

/// Names every kind of message that is understood.
const KINDS: &str = "run_start, run_converge, action, inspec_report";

#[derive(Deserialize)]
struct Head {
    message_type: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    organization_name: Option<String>,
}

/// Reads a message. A run that failed before it had an identifier gets the `spare` one.
pub fn parse(body: &[u8], spare: &RunId, at: Timestamp) -> Result<Sent, Error> {
    let head: Head = read(body)?;
    let kind = head.message_type.or(head.kind).unwrap_or_default();
    let message = match kind.as_str() {
        "run_start" => Message::Began(beginning(body, spare, at)?),
        "run_converge" => Message::Ended(Box::new(ending(body, spare, at)?)),
        "action" => Message::Action(Box::new(action(body, at)?)),
        "inspec_report" => Message::Compliance(Box::new(NewCompliance::parse(body, at)?)),
        "" => return Err(refused(format!("it does not say its message_type; known are {KINDS}"))),
        other => return Err(refused(format!("'{other}' is no known message_type; known are {KINDS}"))),
    };
    Ok(Sent { organization: head.organization_name, message })
}

#[derive(Deserialize)]
struct Told {
    node_name: Option<String>,
    run_id: Option<String>,
    id: Option<String>,
    source: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    status: Option<String>,
    total_resource_count: Option<u64>,
    updated_resource_count: Option<u64>,
    node: Option<Node>,
    error: Option<Exception>,
}

#[derive(Deserialize)]
struct Node {
    chef_environment: Option<String>,
}

#[derive(Deserialize)]
struct Exception {
    class: Option<String>,
    message: Option<String>,
}

impl Told {
    fn node(&self) -> Result<NodeName, Error> {
        node_name(self.node_name.as_deref(), "node_name")
    }

    fn run(&self, spare: &RunId) -> Result<RunId, Error> {
        match self.run_id.as_deref().or(self.id.as_deref()) {
            None => Ok(spare.clone()),
            Some(text) => RunId::parse(text).ok_or_else(|| refused(format!("run_id '{text}' is no UUID"))),
        }
    }

    fn started_at(&self, at: Timestamp) -> Timestamp {
        self.start_time.as_deref().and_then(time).unwrap_or(at)
    }
}

fn beginning(body: &[u8], spare: &RunId, at: Timestamp) -> Result<Beginning, Error> {
    let run: Told = read(body)?;
    let (node, id, started_at) = (run.node()?, run.run(spare)?, run.started_at(at));
    Ok(Beginning { node, run: id, started_at, source: run.source, received_at: at })
}

fn ending(body: &[u8], spare: &RunId, at: Timestamp) -> Result<Ending, Error> {
    let run: Told = read(body)?;
    let status = run.status.as_deref().unwrap_or_default();
    let outcome = Outcome::parse(status)
        .ok_or_else(|| refused(format!("status '{status}' is neither 'success' nor 'failure'")))?;
    Ok(Ending {
        node: run.node()?,
        run: run.run(spare)?,
        outcome,
        started_at: run.started_at(at),
        ended_at: run.end_time.as_deref().and_then(time).unwrap_or(at),
        source: run.source,
        environment: run.node.and_then(|node| node.chef_environment),
        total: run.total_resource_count.unwrap_or_default(),
        updated: run.updated_resource_count.unwrap_or_default(),
        error: run.error.map(|error| described(error.class.as_deref(), error.message.as_deref())),
        account: Account::Converge,
        document: body.to_vec(),
        received_at: at,
    })
}

/// `CLASS: MESSAGE`, as lists show it.
pub(super) fn described(class: Option<&str>, message: Option<&str>) -> String {
    /// Characters of a message; the whole stands in the account.
    const SHOWN: usize = 1000;
    let message: String = message.unwrap_or_default().chars().take(SHOWN).collect();
    match class {
        Some(class) if !message.is_empty() => format!("{class}: {message}"),
        Some(class) => class.to_owned(),
        None => message,
    }
}

#[derive(Deserialize)]
struct SentAction {
    organization_name: Option<String>,
    recorded_at: Option<String>,
    task: String,
    entity_type: String,
    entity_name: String,
    requestor_type: Option<String>,
    requestor_name: Option<String>,
}

fn action(body: &[u8], at: Timestamp) -> Result<Action, Error> {
    let sent: SentAction = read(body)?;
    let row = ActionRow {
        at: sent.recorded_at.as_deref().and_then(time).unwrap_or(at),
        organization: sent.organization_name,
        task: sent.task,
        entity_type: sent.entity_type,
        entity_name: sent.entity_name,
        requestor_type: sent.requestor_type,
        requestor: sent.requestor_name,
    };
    Ok(Action { row, document: body.to_vec(), received_at: at })
}

pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| refused(error.to_string()))
}

pub(super) fn node_name(text: Option<&str>, field: &str) -> Result<NodeName, Error> {
    let text = text.ok_or_else(|| refused(format!("it has no {field}")))?;
    NodeName::parse(text).ok_or_else(|| refused(format!("{field} '{text}' is no name of a node")))
}

pub(super) fn refused(fault: impl Into<String>) -> Error {
    Error::NotAMessage(fault.into())
}
