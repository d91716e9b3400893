//! `compile …`

use model::trusted::Authenticated;
use model::value::Form;
use model::{Certname, EnvironmentName, Facts, Trusted};
use serde_json::{Map, Value, json};

use super::AdminError;
use crate::catalogs::{Order, no_facts};
use crate::rooms::Rooms;

/// The catalog that a node would ask for.
pub(super) async fn order(
    rooms: &Rooms,
    node: Certname,
    facts: Option<Value>,
    claims: Option<Value>,
    environment: Option<&str>,
) -> Result<Order, AdminError> {
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
    let mut trusted = trusted(rooms, &node).await?;
    if let Some(claims) = claims {
        claim(&mut trusted, claims)?;
    }
    Ok(Order { node, assigned, facts, trusted, static_catalog: None })
}

/// Compiles a catalog as if the node had asked; answers with its document. Nothing is kept.
pub(super) async fn compile(rooms: &Rooms, order: Order) -> Result<Value, AdminError> {
    let compiled = rooms.catalogs.compile(order, |done, _| serde_json::to_value(done.catalog.wire(Form::Rich))).await;
    Ok(compiled.map_err(|error| AdminError::Refused(error.to_string()))??)
}

/// Compiles a catalog, and answers where the values of one of its resources came from.
pub(super) async fn explain(rooms: &Rooms, order: Order, reference: String) -> Result<Value, AdminError> {
    let (node, wanted) = (order.node.clone(), reference.clone());
    let explained = rooms.catalogs.explain(order, reference).await;
    let explanation = explained.map_err(|error| AdminError::Refused(error.to_string()))?;
    let explanation =
        explanation.ok_or_else(|| AdminError::Refused(format!("the catalog of {node} has no {wanted}")))?;
    Ok(explanation.to_json())
}

/// Trusted data as they would be with another certificate: each field that is given replaces the node's own.
fn claim(trusted: &mut Trusted, claims: Value) -> Result<(), AdminError> {
    let Claims { authenticated, certname, extensions, external } = serde_json::from_value(claims)?;
    trusted.authenticated = match authenticated {
        None => trusted.authenticated,
        Some(Value::String(word)) if word == "remote" => Authenticated::Remote,
        Some(Value::String(word)) if word == "local" => Authenticated::Local,
        Some(Value::Bool(false)) => Authenticated::No,
        Some(other) => {
            let message = format!("trusted data: authenticated is {other}; remote, local or false is expected");
            return Err(AdminError::Refused(message));
        }
    };
    trusted.certname = certname.unwrap_or_else(|| std::mem::take(&mut trusted.certname));
    trusted.extensions = extensions.unwrap_or_else(|| std::mem::take(&mut trusted.extensions));
    trusted.external = external.unwrap_or_else(|| std::mem::take(&mut trusted.external));
    Ok(())
}

/// Fields of `$trusted` that are not made of others.
#[derive(serde::Deserialize)]
struct Claims {
    authenticated: Option<Value>,
    certname: Option<String>,
    extensions: Option<Map<String, Value>>,
    external: Option<Map<String, Value>>,
}

/// What the node's certificate says, if it has one.
pub(super) async fn trusted(rooms: &Rooms, node: &Certname) -> Result<Trusted, AdminError> {
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
