//! The external node classifier, bounded.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use compiler::value::{Hash, Value as Read};
use compiler::{Classes, Classification};
use model::Certname;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::CatalogError;
use crate::classifier;
use crate::config::Classifier;

/// Runs the classifier, so many at once.
pub(super) struct ExternalNodes {
    command: Vec<String>,
    within: Duration,
    slots: Semaphore,
}

impl ExternalNodes {
    pub(super) fn new(executable: &Path, settings: &Classifier) -> Self {
        Self {
            command: vec![executable.to_string_lossy().into_owned()],
            within: settings.timeout.0,
            slots: Semaphore::new(settings.concurrency),
        }
    }

    pub(super) async fn ask(&self, node: &Certname) -> Result<Option<classifier::Classification>, CatalogError> {
        let failed = |reason: String| CatalogError::Classifier { node: node.clone(), reason };
        let _slot = self.slots.acquire().await.map_err(|error| failed(error.to_string()))?;
        let (command, name, within) = (self.command.clone(), node.clone(), self.within);
        let asked = actix_web::web::block(move || classifier::classify(&command, &name, within)).await;
        let said = asked.map_err(|error| failed(error.to_string()))?;
        said.map_err(|error| failed(error.to_string()))
    }
}

/// What the classifier said, as the compiler takes it.
pub(super) fn classification(said: &classifier::Classification) -> Classification {
    let parameters = said.parameters.iter().map(|(name, value)| (name.to_string(), plain(value))).collect();
    let classes = if said.classes.iter().all(|(_, parameters)| parameters.is_none()) {
        Classes::Names(said.classes.iter().map(|(name, _)| name.to_string()).collect())
    } else {
        let with = |parameters: &Arc<Hash>| plain(&Read::Hash(parameters.clone()));
        let entry = |(name, parameters): &(Arc<str>, Option<Arc<Hash>>)| {
            (name.to_string(), parameters.as_ref().map_or(Value::Null, with))
        };
        Classes::WithParameters(said.classes.iter().map(entry).collect())
    };
    Classification { classes, parameters }
}

/// A value read from YAML, as JSON.
pub(crate) fn plain(value: &Read) -> Value {
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
