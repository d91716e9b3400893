//! `lookup …`

use compiler::{LogEntry, Question};
use model::{Certname, EnvironmentName};
use serde_json::{Map, Value, json};

use super::AdminError;
use super::compile::trusted;
use crate::catalogs::{Assigned, Order, no_facts};
use crate::rooms::Rooms;

/// Looks data up for a node. `given` facts stand before those that are stored.
///
/// The answer holds `found` and `text`, or the `error` of the code, and what was logged.
///
/// Without a compile the classifier is not asked, as nothing that it says would count.
pub(super) async fn lookup(
    rooms: &Rooms,
    node: Certname,
    given: Map<String, Value>,
    environment: Option<&str>,
    question: Question,
) -> Result<Value, AdminError> {
    let refused = |error: &dyn std::fmt::Display| AdminError::Refused(error.to_string());
    let requested = environment.map(EnvironmentName::parse).transpose().map_err(|error| refused(&error))?;
    let mut facts = rooms.nodes.facts(&node).await?.map_or_else(|| no_facts(&node), |kept| kept.facts);
    facts.values.extend(given);
    if facts.values.is_empty() {
        return Err(AdminError::Refused(format!("No facts available for target node: {node}")));
    }
    let asked = requested.clone().unwrap_or_else(EnvironmentName::production);
    let mut assigned = if question.compile {
        rooms.catalogs.assign(&node, asked).await.map_err(|error| refused(&error))?
    } else {
        Assigned { environment: asked, classification: None }
    };
    if let Some(requested) = requested {
        assigned.environment = requested;
    }
    let trusted = trusted(rooms, &node).await?;
    let order = Order { node, assigned, facts, trusted, static_catalog: None };
    let logged = |logs: &[LogEntry]| -> Vec<Value> { logs.iter().map(log_entry).collect() };
    Ok(match rooms.catalogs.lookup(order, question).await.map_err(|error| refused(&error))? {
        Ok((answer, logs)) => json!({"found": answer.found, "text": answer.text, "logs": logged(&logs)}),
        Err(error) => json!({"error": error.message, "logs": logged(&error.logs)}),
    })
}

fn log_entry(entry: &LogEntry) -> Value {
    let message = match &entry.position {
        Some(place) if place.line > 0 => format!("{} {place}", entry.message),
        _ => entry.message.clone(),
    };
    json!({"level": entry.level.as_str(), "source": entry.source, "message": message})
}
