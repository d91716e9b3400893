//! Catalogs: which environment and classes a node has, and compiling on a bounded pool.

use std::sync::Arc;
use std::time::Duration;

use compiler::value::Hash;
use inventory::{Exported, Nodes};
use model::{Certname, EnvironmentName};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use crate::classifier::{self, ClassifierError};
use crate::config::Config;
use crate::environments::Environments;
use crate::metrics::Metrics;
use crate::pool::{Pool, Shape};

/// Makes catalogs.
pub(crate) struct Catalogs {
    environments: Environments,
    nodes: Arc<dyn Nodes>,
    exported: Arc<dyn Exported>,
    pool: Pool,
    metrics: Metrics,
    classifier: Option<ExternalNodes>,
    within: Duration,
}

/// The external node classifier, bounded.
struct ExternalNodes {
    command: Vec<String>,
    within: Duration,
    slots: Semaphore,
}

/// What a node is assigned before anything is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Assigned {
    pub(crate) environment: EnvironmentName,
    /// `None` without a classifier.
    pub(crate) classification: Option<Classified>,
}

/// What the classifier said, as JSON.
#[derive(Clone, Debug)]
pub(crate) struct Classified {
    /// A list of names, or an object of names with parameters; `null` when it said nothing.
    pub(crate) classes: Value,
    pub(crate) parameters: Map<String, Value>,
}

/// Why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("Failed when searching for node {node}: {source}")]
    Classifier { node: Certname, source: ClassifierError },
    #[error("Failed when searching for node {0}: the classifier cannot be run: {1}")]
    ClassifierGone(Certname, String),
    #[error("Could not find node '{0}'; cannot compile")]
    Unclassified(Certname),
}

impl Catalogs {
    pub(crate) fn open(
        config: &Config,
        environments: Environments,
        nodes: Arc<dyn Nodes>,
        exported: Arc<dyn Exported>,
        metrics: Metrics,
    ) -> std::io::Result<Self> {
        let settings = &config.compile;
        let pool = Pool::start(Shape {
            name: "compiler",
            threads: settings.threads,
            queue: settings.queue,
            stack: settings.stack.0,
            waiting: metrics.compile_queue.clone(),
            running: metrics.compiles_running.clone(),
        })?;
        let classifier = config.external_nodes.as_ref().map(|executable| ExternalNodes {
            command: vec![executable.to_string_lossy().into_owned()],
            within: config.classifier.timeout.0,
            slots: Semaphore::new(config.classifier.concurrency),
        });
        Ok(Self { environments, nodes, exported, pool, metrics, classifier, within: settings.timeout.0 })
    }

    /// Asks the classifier. Its word on the environment outranks `requested`.
    pub(crate) async fn assign(&self, node: &Certname, requested: EnvironmentName) -> Result<Assigned, CatalogError> {
        let Some(classifier) = &self.classifier else {
            return Ok(Assigned { environment: requested, classification: None });
        };
        let said = classifier.ask(node).await?.ok_or_else(|| CatalogError::Unclassified(node.clone()))?;
        let environment = said.environment.clone().unwrap_or(requested);
        Ok(Assigned { environment, classification: Some(Classified::from(said)) })
    }
}

impl ExternalNodes {
    async fn ask(&self, node: &Certname) -> Result<Option<classifier::Classification>, CatalogError> {
        let gone = |reason: String| CatalogError::ClassifierGone(node.clone(), reason);
        let _slot = self.slots.acquire().await.map_err(|error| gone(error.to_string()))?;
        let (command, name, within) = (self.command.clone(), node.clone(), self.within);
        let asked = actix_web::web::block(move || classifier::classify(&command, &name, within)).await;
        let said = asked.map_err(|error| gone(error.to_string()))?;
        said.map_err(|source| CatalogError::Classifier { node: node.clone(), source })
    }
}

impl From<classifier::Classification> for Classified {
    fn from(said: classifier::Classification) -> Self {
        let parameters = said.parameters.iter().map(|(name, value)| (name.to_string(), plain(value))).collect();
        let classes = if said.classes.iter().all(|(_, parameters)| parameters.is_none()) {
            said.classes.iter().map(|(name, _)| Value::from(&**name)).collect()
        } else {
            let with = |parameters: &Hash| plain(&compiler::value::Value::Hash(Arc::new(parameters.clone())));
            let entries = said
                .classes
                .iter()
                .map(|(name, parameters)| (name.to_string(), parameters.as_deref().map_or(Value::Null, with)));
            Value::Object(entries.collect())
        };
        Self { classes, parameters }
    }
}

/// A value read from YAML, as JSON.
fn plain(value: &compiler::value::Value) -> Value {
    use compiler::value::Value as Read;
    match value {
        Read::Undef => Value::Null,
        Read::Boolean(truth) => Value::Bool(*truth),
        Read::Integer(number) => Value::from(*number),
        Read::Float(number) => Value::from(*number),
        Read::String(text) => Value::from(&**text),
        Read::Array(items) => items.iter().map(plain).collect(),
        Read::Hash(entries) => {
            let key = |key: &Read| match plain(key) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Value::Object(entries.iter().map(|(name, value)| (key(name), plain(value))).collect())
        }
        // YAML gives no other kinds.
        _ => Value::Null,
    }
}
