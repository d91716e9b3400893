//! The devices that modules manage from afar: schemas that only Ruby can read.

use std::sync::Arc;

use modules::Node;
use modules::path;
use ruby::conversation::{Said, Told, Worker as _};
use ruby::workers::Lease;
use serde_json::{Value, json};

use super::environment::Environment;
use crate::puppet::tagged::Tagged;

/// Where modules have their schemas.
const FOLDER: &str = "puppet/transport/schema";
/// Schemas that are more doubtful than this are refused.
const MOST_WARNINGS: usize = 1000;

impl Environment {
    /// What modules register, in the order of modules; starts a Ruby process where there is something to read.
    pub(crate) fn transports(&self) -> Result<Vec<Value>, String> {
        let (files, folders) = self.schemas();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let subject = |fault: String| format!("Reading the schemas of transports {fault}");
        let mut worker = self.ruby.lease(&|| false).map_err(|fault| subject(fault.to_string()))?;
        let told = json!({"run": "transports", "files": files, "folders": folders}).to_string();
        let exchange =
            |worker: &mut Lease, told| worker.exchange(told, &|| false).map_err(|fault| subject(fault.to_string()));
        let mut said = exchange(&mut worker, Told::Run(&told))?;
        let mut warnings = 0;
        let outcome = loop {
            match said {
                Said::Done(outcome) => break outcome,
                // What the library finds doubtful is all that it has to say.
                Said::Asks(question) if warnings < MOST_WARNINGS && question.contains("\"log\"") => {
                    warnings += 1;
                    let question: Value = serde_json::from_str(&question).unwrap_or_default();
                    tracing::warn!(environment = %self.snapshot.name, "{}", question["message"].as_str().unwrap_or_default());
                    said = exchange(&mut worker, Told::Answer("{}"))?;
                }
                Said::Asks(question) => return Err(subject(format!("led to a question: {question}"))),
            }
        };
        let mut outcome: Value = serde_json::from_str(&outcome).map_err(|error| subject(error.to_string()))?;
        match outcome["result"].take() {
            Value::Array(list) => Ok(list),
            _ => Err(subject(format!("failed: {}", outcome["error"]["message"].as_str().unwrap_or_default()))),
        }
    }

    /// The list of transports as the body of an answer, made once.
    pub(crate) fn known_transports(&self) -> Option<Arc<Tagged>> {
        self.transports.get().cloned()
    }

    /// Keeps the list for as long as the environment stays as it is.
    pub(crate) fn keep_transports(&self, list: Tagged) -> Arc<Tagged> {
        self.transports.get_or_init(|| Arc::new(list)).clone()
    }

    /// The files that register transports, and the folders that they may take more from.
    fn schemas(&self) -> (Vec<String>, Vec<String>) {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for module in &self.snapshot.modules {
            let lib = path::join(&module.path, "lib");
            folders.extend(module.node.look("lib").filter(|node| node.is_directory()).map(|_| lib.clone()));
            let schemas = module.node.look("lib").and_then(|node| node.look(FOLDER));
            let names = schemas.into_iter().flat_map(Node::entries).filter(|(_, node)| node.is_file());
            let folder = path::join(&lib, FOLDER);
            files.extend(
                names.filter(|(name, _)| name.strip_suffix(".rb").is_some()).map(|(name, _)| path::join(&folder, name)),
            );
        }
        (files, folders)
    }
}
