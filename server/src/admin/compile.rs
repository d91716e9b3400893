//! `compile …`

use model::trusted::Authenticated;
use model::value::Form;
use model::{Certname, EnvironmentName, Facts, Trusted};
use serde_json::{Map, Value, json};

use super::AdminError;
use crate::catalogs::{Order, no_facts};
use crate::rooms::Rooms;

/// Compiles a catalog as if the node had asked; answers with its document. Nothing is kept.
pub(super) async fn compile(
    rooms: &Rooms,
    node: Certname,
    facts: Option<Value>,
    environment: Option<&str>,
) -> Result<Value, AdminError> {
    let refused = |error: &dyn std::fmt::Display| AdminError::Refused(error.to_string());
    let requested = environment.map(EnvironmentName::parse).transpose().map_err(|error| refused(&error))?;
    let facts: Facts = match facts {
        Some(facts) => serde_json::from_value(facts)?,
        None => rooms.nodes.facts(&node).await?.map_or_else(|| no_facts(&node), |kept| kept.facts),
    };
    let asked = requested.clone().unwrap_or_else(EnvironmentName::production);
    let mut assigned = rooms.catalogs.assign(&node, asked).await.map_err(|error| refused(&error))?;
    if let Some(requested) = requested {
        assigned.environment = requested;
    }
    let trusted = trusted(rooms, &node).await?;
    let order = Order { node, assigned, facts, trusted };
    let compiled = rooms.catalogs.compile(order, |catalog| serde_json::to_value(catalog.wire(Form::Rich))).await;
    Ok(compiled.map_err(|error| refused(&error))??)
}

/// What the node's certificate says, if it has one.
async fn trusted(rooms: &Rooms, node: &Certname) -> Result<Trusted, AdminError> {
    let row = match rooms.authority() {
        Ok(authority) => authority.certificate_row(node).await?,
        Err(_) => None,
    };
    let peer = row.and_then(|row| certs::Peer::read(&row.der).ok());
    let extensions = peer.map(|peer| peer.extensions).unwrap_or_default();
    Ok(Trusted {
        authenticated: Authenticated::Local,
        certname: node.to_string(),
        extensions: extensions.into_iter().map(|(name, value)| (name, json!(value))).collect(),
        external: Map::new(),
    })
}
