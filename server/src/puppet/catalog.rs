//! `GET catalog/NAME`, and `POST` with facts.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Bytes, Payload};
use inventory::nodes::NewCatalog;
use model::catalog::Version;
use model::trusted::Authenticated;
use model::value::Form;
use model::{Catalog, Certname, EnvironmentName, Facts, Trusted};
use modules::inlined::Inlined;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Map;

use super::{facts, inventory_problem, named_environment};
use crate::accept::{self, Format};
use crate::catalogs::{CatalogError, Catalogs, Order, for_others, no_facts};
use crate::clock;
use crate::environments::EnvironmentError;
use crate::http::bodies::{self, Limit};
use crate::http::{Asked, Query, form_decode};
use crate::respond::{self, Problem};

/// Compiles the catalog of a node, for the facts that come with the request, else for the stored
/// ones. An environment that is not there is no error: the node's own is answered.
pub(crate) async fn find(asked: &Asked<'_>, name: &str, payload: Payload) -> Result<HttpResponse, Problem> {
    let form = read_form(asked, payload).await?;
    let parameter = |name: &str| form.get(name).or_else(|| asked.query.get(name));
    let requested = named_environment(parameter("environment"))?;
    let node = Certname::parse(name).map_err(|error| Problem::bad_request(error.to_string()))?;
    let app = asked.app;
    let requested = match app.environments.fetch(&requested).await {
        Ok(_) => requested,
        Err(EnvironmentError::NotFound(_)) => EnvironmentName::production(),
        Err(error @ EnvironmentError::Unusable { .. }) => return Err(Problem::server_error(error.to_string())),
    };
    let sent = read_facts(name, parameter("facts"), parameter("facts_format"))?;
    let format = accept::choose(asked.accept(), accept::CATALOG)?;

    let assigned = app.catalogs.assign(&node, requested.clone()).await.map_err(|error| problem(asked, &error))?;
    let checks = matches!(parameter("check_environment"), Some("true"));
    if checks && assigned.environment != requested {
        if let Some(facts) = sent {
            facts::keep(asked, node.clone(), requested, facts).await?;
        }
        let empty = Catalogs::empty(&node, &assigned.environment);
        return Ok(respond::ok(format, document(&empty, &Inlined::default(), form_of(format))));
    }

    let environment = assigned.environment.clone();
    let facts = match &sent {
        Some(facts) => facts.clone(),
        None => stored_facts(asked, &node).await?,
    };
    let checksum_types = || parameter("checksum_type").unwrap_or_default().to_owned();
    let static_catalog = (parameter("static_catalog") == Some("true")).then(checksum_types);
    let order = Order { node: node.clone(), assigned, facts, trusted: trusted(asked), static_catalog };
    let transaction_uuid = parameter("transaction_uuid").map(str::to_owned);
    let compiled = app.catalogs.compile(order, {
        let node = node.clone();
        move |done, inlined| {
            let exported: Vec<_> = done.exported.iter().map(for_others).collect();
            (rendered(node, &done.catalog, inlined, format, transaction_uuid), exported)
        }
    });
    // The facts are kept while the catalog compiles; the answer waits for both.
    let kept = async {
        match sent {
            Some(facts) => facts::keep(asked, node, environment, facts).await,
            None => Ok(()),
        }
    };
    let (compiled, kept) = futures_util::future::join(compiled, kept).await;
    kept?;
    let ((body, catalog), exported) = compiled.map_err(|error| problem(asked, &error))?;
    let (nodes, exports) = (app.nodes.clone(), app.catalogs.exported.clone());
    let storeconfigs = app.config.compile.storeconfigs;
    // Who has this catalog may rely on what it exports; that there is nothing any more can wait.
    let exports_nothing = exported.is_empty();
    if storeconfigs && !exports_nothing {
        let kept = exports.export(&catalog.node, exported).await;
        kept.map_err(|error| inventory_problem(&error))?;
    }
    actix_web::rt::spawn(async move {
        let node = catalog.node.clone();
        if storeconfigs
            && exports_nothing
            && let Err(error) = exports.withdraw(&node).await
        {
            tracing::warn!(%node, %error, "the resources that the node exported before are still there");
        }
        if let Err(error) = nodes.put_catalog(catalog).await {
            tracing::warn!(%node, %error, "the catalog was not kept for `node catalog`");
        }
    });
    Ok(respond::ok_bytes(format, body))
}

/// The body in the format asked for, and the catalog to keep, which is always whole.
fn rendered(
    node: Certname,
    catalog: &Catalog,
    inlined: &Inlined,
    format: Format,
    transaction_uuid: Option<String>,
) -> (Bytes, NewCatalog) {
    let rich = document(catalog, inlined, Form::Rich);
    let body = if format == Format::RichJson { rich.clone() } else { document(catalog, inlined, Form::Plain) };
    let kept = NewCatalog {
        node,
        environment: catalog.environment.to_string(),
        version: match &catalog.version {
            Version::Seconds(seconds) => seconds.to_string(),
            Version::Text(text) => text.to_string(),
        },
        catalog_uuid: Some(catalog.catalog_uuid.to_string()),
        transaction_uuid,
        code_id: catalog.code_id.as_deref().map(str::to_owned),
        document: rich,
        at: clock::now(),
    };
    (Bytes::from(body), kept)
}

fn document(catalog: &Catalog, inlined: &Inlined, form: Form) -> Vec<u8> {
    let document = Document { catalog, inlined, form };
    serde_json::to_vec(&document).expect("texts, numbers and maps with text keys can always be written")
}

/// A catalog with what it says of files, if it is a static one.
struct Document<'a> {
    catalog: &'a Catalog,
    inlined: &'a Inlined,
    form: Form,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.catalog.write_fields(self.form, &mut map)?;
        if !self.inlined.metadata.is_empty() {
            map.serialize_entry("metadata", &Pairs(&self.inlined.metadata))?;
        }
        if !self.inlined.recursive.is_empty() {
            let by_title: Vec<_> =
                self.inlined.recursive.iter().map(|(title, sources)| (title, Pairs(sources))).collect();
            map.serialize_entry("recursive_metadata", &Pairs(&by_title))?;
        }
        map.end()
    }
}

/// Pairs, as a JSON object in their order.
struct Pairs<'a, K, V>(&'a [(K, V)]);

impl<K: Serialize, V: Serialize> Serialize for Pairs<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

fn form_of(format: Format) -> Form {
    if format == Format::RichJson { Form::Rich } else { Form::Plain }
}

async fn read_form(asked: &Asked<'_>, payload: Payload) -> Result<Query, Problem> {
    if asked.http.method() != Method::POST {
        return Ok(Query::default());
    }
    let limit = Limit {
        what: "The catalog request",
        bytes: asked.app.config.limits.catalog_request.0,
        setting: "limits.catalog_request",
        within: asked.app.config.http.body_timeout.0,
    };
    let body = bodies::read(asked.http.headers(), payload, limit).await?;
    if asked.content_type() != Some("application/x-www-form-urlencoded") {
        return Ok(Query::default());
    }
    Ok(Query::parse(&String::from_utf8_lossy(&body)))
}

/// The facts of the form, which are percent-encoded once more within it.
fn read_facts(node: &str, text: Option<&str>, format: Option<&str>) -> Result<Option<Facts>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let format =
        format.ok_or_else(|| Problem::server_error(format!("Facts but no fact format provided for {node}")))?;
    if !matches!(format, "application/json" | "pson") {
        return Err(Problem::server_error("Unsupported facts format"));
    }
    let facts = facts::read(form_decode(text).as_bytes())
        .map_err(|error| Problem::bad_request(format!("Could not intern from json: {error}")))?;
    if facts.name != node {
        let message =
            format!("Catalog for {node:?} was requested with fact definition for the wrong node ({:?}).", facts.name);
        return Err(Problem::server_error(message));
    }
    Ok(Some(facts))
}

async fn stored_facts(asked: &Asked<'_>, node: &Certname) -> Result<Facts, Problem> {
    let kept = asked.app.nodes.facts(node).await.map_err(|error| inventory_problem(&error))?;
    Ok(kept.map_or_else(|| no_facts(node), |kept| kept.facts))
}

/// What the certificate says: never what the facts say.
fn trusted(asked: &Asked<'_>) -> Trusted {
    let Some(peer) = asked.peer else {
        let certname = String::new();
        return Trusted { authenticated: Authenticated::No, certname, extensions: Map::new(), external: Map::new() };
    };
    Trusted {
        authenticated: Authenticated::Remote,
        certname: peer.certname.to_string(),
        extensions: peer.extensions.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
        external: Map::new(),
    }
}

fn problem(asked: &Asked<'_>, error: &CatalogError) -> Problem {
    match error {
        CatalogError::Busy { .. } => Problem::busy(error.to_string(), asked.app.config.compile.retry_after.0.as_secs()),
        _ => Problem::server_error(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
