//! The external node classifier: an executable that says which classes, parameters and environment
//! a node has.

use std::sync::Arc;
use std::time::Duration;

use compiler::data;
use compiler::value::{Hash, Value};
use compiler::world::DataFormat;
use model::{Certname, EnvironmentName};

use crate::environments::command::{self, CommandError};

/// What the executable said of a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Classification {
    /// Names of classes, with their parameters when the executable gave a hash.
    pub(crate) classes: Vec<ClassifiedAs>,
    /// Top-scope variables.
    pub(crate) parameters: Vec<(Arc<str>, Value)>,
    /// Outranks what the agent asks for.
    pub(crate) environment: Option<EnvironmentName>,
}

/// The name of a class, and parameters if any were given.
pub(crate) type ClassifiedAs = (Arc<str>, Option<Arc<Hash>>);

/// Why there is no classification. The texts are those of the original.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClassifierError {
    #[error("Failed to find {name} via exec: {reason}")]
    Failed { name: Certname, reason: String },
    #[error("Could not load external node results for {name}: {reason}")]
    Unreadable { name: Certname, reason: String },
}

/// Runs `command` (an absolute path and arguments) with the certname as last argument and reads the
/// YAML that it prints; `None` when it prints nothing. Blocks for up to `limit`.
pub(crate) fn classify(
    command: &[String],
    name: &Certname,
    limit: Duration,
) -> Result<Option<Classification>, ClassifierError> {
    let failed = |reason: String| ClassifierError::Failed { name: name.clone(), reason };
    let mut argv = command.to_vec();
    argv.push(name.to_string());
    if !argv[0].starts_with('/') {
        return Err(failed("You must set the exec parameter to a fully qualified command".into()));
    }
    let output = command::run(&argv, &[], limit).map_err(|error| failed(explain(&argv, &error)))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !stderr.trim().is_empty() {
        tracing::warn!(command = argv[0], %name, "external node classifier: {}", stderr.trim());
    }
    if !output.status.success() {
        let code = output.status.code().unwrap_or(1);
        return Err(failed(format!("Execution of '{}' returned {code}: {}", argv.join(" "), stdout.trim())));
    }
    if stdout.trim().is_empty() {
        return Ok(None);
    }
    read(&stdout).map(Some).map_err(|reason| ClassifierError::Unreadable { name: name.clone(), reason })
}

/// Reads `classes`, `parameters` and `environment`; other keys mean nothing.
fn read(yaml: &str) -> Result<Classification, String> {
    let value = data::parse("external_nodes", yaml.as_bytes(), DataFormat::Yaml).map_err(|error| error.to_string())?;
    let Value::Hash(top) = &value else { return Err("the output is not a hash".into()) };
    let mut classification = Classification::default();
    for (key, value) in top.iter() {
        let key = text(key)?;
        match &*key {
            "classes" => classification.classes = classes(value)?,
            "parameters" => classification.parameters = parameters(value)?,
            "environment" if !matches!(value, Value::Undef) => {
                let name = EnvironmentName::parse(&text(value)?).map_err(|error| error.to_string())?;
                classification.environment = Some(name);
            }
            _ => {}
        }
    }
    Ok(classification)
}

/// A list of names, one name, or a hash of names to parameters.
fn classes(value: &Value) -> Result<Vec<ClassifiedAs>, String> {
    match value {
        Value::Undef => Ok(Vec::new()),
        Value::String(name) => Ok(vec![(name.letters().clone(), None)]),
        Value::Array(names) => names.iter().map(|name| Ok((text(name)?, None))).collect(),
        Value::Hash(entries) => entries
            .iter()
            .map(|(name, parameters)| match parameters {
                Value::Hash(parameters) => Ok((text(name)?, Some(parameters.clone()))),
                Value::Undef => Ok((text(name)?, None)),
                _ => Err(format!("the parameters of class {} are not a hash", text(name)?)),
            })
            .collect(),
        _ => Err("classes is neither a list nor a hash".into()),
    }
}

fn parameters(value: &Value) -> Result<Vec<(Arc<str>, Value)>, String> {
    match value {
        Value::Undef => Ok(Vec::new()),
        Value::Hash(entries) => entries.iter().map(|(name, value)| Ok((text(name)?, value.clone()))).collect(),
        _ => Err("parameters is not a hash".into()),
    }
}

/// A string; of a Ruby symbol, its letters.
fn text(value: &Value) -> Result<Arc<str>, String> {
    match value {
        Value::String(text) => Ok(text.strip_prefix(':').map_or_else(|| text.letters().clone(), Arc::from)),
        other => Err(format!("key is a {}, not a string or symbol", kind(other))),
    }
}

/// The name of Ruby's class of a value that YAML can hold.
const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Boolean(true) => "TrueClass",
        Value::Boolean(false) => "FalseClass",
        Value::Undef => "NilClass",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        _ => "Object",
    }
}

fn explain(argv: &[String], error: &CommandError) -> String {
    match error {
        CommandError::NotStarted(reason) => {
            format!("Could not execute posix command: {reason} - {}", argv[0])
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
