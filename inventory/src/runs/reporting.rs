//! The older reporting API: what clients send to it, and what it tells of a run.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::message::{described, read, refused};
use super::{Account, Beginning, Ending, NodeName, Outcome, RunId, time};
use crate::error::Error;

/// The version that is spoken, as the header says it.
pub const PROTOCOL: &str = "0.1.0";

#[derive(Deserialize)]
struct Began {
    action: Option<String>,
    run_id: Option<String>,
    start_time: Option<String>,
}

/// Reads the beginning of a run.
pub fn beginning(node: NodeName, body: &[u8], at: Timestamp) -> Result<Beginning, Error> {
    let start: Began = read(body)?;
    check_action(start.action.as_deref(), "start")?;
    let run = start.run_id.as_deref().and_then(RunId::parse);
    let run = run.ok_or_else(|| refused("run_id is no UUID"))?;
    let started_at = moment(start.start_time.as_deref(), "start_time")?;
    Ok(Beginning { node, run, started_at, source: None, received_at: at })
}

#[derive(Deserialize)]
struct Ended {
    action: Option<String>,
    status: Option<String>,
    resources: Option<Vec<serde::de::IgnoredAny>>,
    total_res_count: Option<Value>,
    start_time: Option<String>,
    end_time: Option<String>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    exception: Option<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    class: Option<String>,
    message: Option<String>,
}

/// Reads the end of a run.
pub fn ending(node: NodeName, run: RunId, body: &[u8], at: Timestamp) -> Result<Ending, Error> {
    let end: Ended = read(body)?;
    check_action(end.action.as_deref(), "end")?;
    let status = end.status.as_deref().unwrap_or_default();
    let outcome = Outcome::parse(status).ok_or_else(|| refused(format!("invalid status '{status}'")))?;
    let updated = end.resources.ok_or_else(|| refused("it has no resources"))?.len() as u64;
    let ended_at = moment(end.end_time.as_deref(), "end_time")?;
    let error = end.data.and_then(|data| data.exception);
    Ok(Ending {
        node,
        run,
        outcome,
        started_at: end.start_time.as_deref().and_then(time).unwrap_or(ended_at),
        ended_at,
        source: None,
        environment: None,
        total: count(end.total_res_count.as_ref()).unwrap_or(updated),
        updated,
        error: error.map(|error| described(error.class.as_deref(), error.message.as_deref())),
        account: Account::Resources,
        document: body.to_vec(),
        received_at: at,
    })
}

fn check_action(found: Option<&str>, wanted: &str) -> Result<(), Error> {
    let found = found.unwrap_or_default();
    if found == wanted { Ok(()) } else { Err(refused(format!("invalid action '{found}'; '{wanted}' belongs here"))) }
}

fn moment(text: Option<&str>, field: &str) -> Result<Timestamp, Error> {
    text.and_then(time).ok_or_else(|| refused(format!("invalid {field} '{}'", text.unwrap_or_default())))
}

/// Clients send a number as a text.
fn count(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What a run did, as the API tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The resources that were updated or failed, in their order.
    pub resources: Vec<Resource>,
    /// JSON text.
    pub run_list: String,
    /// An exception, where there was one.
    pub data: Value,
}

/// One resource of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Resource {
    #[serde(rename = "type")]
    kind: Option<Value>,
    name: Option<Value>,
    id: Option<Value>,
    result: Option<Value>,
    duration: Option<Value>,
    before: Option<Value>,
    after: Option<Value>,
    delta: Option<Value>,
    cookbook_name: Option<Value>,
    cookbook_version: Option<Value>,
    /// Only data collectors are told.
    status: Option<String>,
}

impl Resource {
    /// `uri`: where its change is told.
    pub fn json(&self, uri: String) -> Value {
        let mut shown = Map::new();
        shown.insert("uri".to_owned(), uri.into());
        let fields = [
            ("type", &self.kind),
            ("name", &self.name),
            ("id", &self.id),
            ("duration", &self.duration),
            ("result", &self.result),
            ("cookbook_name", &self.cookbook_name),
            ("cookbook_version", &self.cookbook_version),
            ("initial_state", &self.before),
            ("final_state", &self.after),
        ];
        for (name, value) in fields {
            shown.insert(name.to_owned(), value.clone().unwrap_or_default());
        }
        Value::Object(shown)
    }

    /// What changed in the contents of a file.
    pub fn delta(&self) -> Value {
        self.delta.clone().unwrap_or_else(|| "".into())
    }

    fn is_change(&self) -> bool {
        self.status.as_deref().is_none_or(|status| matches!(status, "updated" | "failed"))
    }
}

#[derive(Deserialize)]
struct Kept {
    resources: Option<Vec<Resource>>,
    run_list: Option<Value>,
    data: Option<Value>,
    error: Option<Value>,
}

impl Told {
    /// Reads an account back, of either form.
    pub fn read(document: &[u8]) -> Result<Self, Error> {
        let kept: Kept = read(document)?;
        let data = match (kept.data, kept.error) {
            (Some(data), _) => data,
            (None, Some(error)) => serde_json::json!({"exception": error}),
            (None, None) => Value::Object(Map::new()),
        };
        let run_list = match kept.run_list {
            Some(Value::String(text)) => text,
            Some(list) => list.to_string(),
            None => "[]".to_owned(),
        };
        let resources = kept.resources.unwrap_or_default().into_iter().filter(Resource::is_change).collect();
        Ok(Self { resources, run_list, data })
    }

    /// Of a run that has told nothing yet.
    pub fn nothing() -> Self {
        Self { resources: Vec::new(), run_list: "[]".to_owned(), data: Value::Object(Map::new()) }
    }
}
