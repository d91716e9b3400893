//! Resources that nodes export for each other, between the store and the compiler.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use compiler::value::Value;
use compiler::world::{Exported, LoadError};
use inventory::{Exported as Store, ExportedResource};
use model::catalog::ResourceKind;
use model::value::Form;
use model::{Certname, Resource};
use serde_json::Value as Json;
use tokio::runtime::Handle;

use crate::environments::world::Exports;

/// What nodes other than `node` export, for one compile: a type is asked for once.
///
/// To be called where a runtime runs; the answer may be called on any other thread.
pub(super) fn of_others(store: Arc<dyn Store>, node: Certname) -> Arc<Exports> {
    let runtime = Handle::current();
    let known: Mutex<BTreeMap<String, Vec<Exported>>> = Mutex::default();
    Arc::new(move |kind: &str| {
        if let Some(found) = known.lock().unwrap_or_else(PoisonError::into_inner).get(kind) {
            return Ok(found.clone());
        }
        let found = runtime.block_on(store.exported(kind, Some(&node)));
        let found =
            found.map_err(|error| LoadError::Unavailable(format!("exported resources cannot be had: {error}")))?;
        let found: Vec<Exported> = found
            .into_iter()
            .map(|one| Exported { certname: one.node.as_str().into(), resource: Arc::new(of_another(&one.resource)) })
            .collect();
        known.lock().unwrap_or_else(PoisonError::into_inner).insert(kind.to_owned(), found.clone());
        Ok(found)
    })
}

/// An exported resource as it is kept: with plain values, as other nodes see them.
pub(crate) fn for_others(resource: &Resource) -> ExportedResource {
    let parameter = |(name, value): &(Arc<str>, model::Value)| {
        (name.to_string(), serde_json::to_value(value.wire(Form::Plain)).unwrap_or(Json::Null))
    };
    ExportedResource {
        kind: resource.type_name.to_string(),
        title: resource.title.to_string(),
        tags: resource.tags.iter().map(ToString::to_string).collect(),
        parameters: resource.parameters.iter().map(parameter).collect(),
        file: resource.file.as_deref().map(str::to_owned),
        line: resource.line,
    }
}

fn of_another(kept: &ExportedResource) -> Resource {
    let parameter = |(name, value): (&String, &Json)| (name.as_str().into(), Value::from_json(value).to_model());
    Resource {
        type_name: kept.kind.as_str().into(),
        title: kept.title.as_str().into(),
        tags: kept.tags.iter().map(|tag| tag.as_str().into()).collect(),
        file: kept.file.as_deref().map(Into::into),
        line: kept.line,
        exported: true,
        kind: ResourceKind::Unknown,
        parameters: kept.parameters.iter().map(parameter).collect(),
        sensitive_parameters: Vec::new(),
    }
}
