//! Resources that other nodes exported.

use std::sync::Arc;

use crate::collector::What;
use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::evaluator::class::Declaration;
use crate::format::to_text;
use crate::resource::{Origin, Parameter, ResourceId};
use crate::value::Value;

impl Evaluator<'_> {
    /// Brings the exported resources that a collector wants into the catalog; answers those that
    /// were not there yet.
    ///
    /// They keep their parameters alone: tags are those of the place where they are collected.
    pub(super) fn import_exported(&mut self, number: usize, type_name: &Arc<str>) -> Result<Vec<ResourceId>, Stop> {
        let exported = self.world().exported(type_name).map_err(|error| self.unloadable(&error))?;
        let scope = self.collectors[number].scope;
        let mut added = Vec::new();
        for one in exported {
            let resource = &one.resource;
            let What::Query { query, .. } = &self.collectors[number].what else { break };
            if !query.wants_exported(resource) {
                continue;
            }
            if let Some(existing) = self.find_resource(type_name, &resource.title)? {
                if self.catalog.get(existing).imported.as_ref() == Some(&one.certname) {
                    continue;
                }
                let message = format!(
                    "A duplicate resource was found while collecting exported resources, with the type and title {}",
                    resource.reference()
                );
                return Err(self.fail(message));
            }
            let Some(resolved) = self.find_resource_type(&type_name.to_lowercase())? else { continue };
            let source = self.scopes.get(scope).source;
            let parameter = |(name, value): &(Arc<str>, model::Value)| Parameter {
                name: name.clone(),
                value: from_model(value),
                source,
                position: None,
                append: false,
                origin: Origin::Exported(one.certname.clone()),
            };
            let declaration = Declaration {
                title: Value::String(resource.title.clone().into()),
                parameters: resource.parameters.iter().map(parameter).collect(),
                position: None,
                is_virtual: false,
                exported: false,
                class_syntax: false,
            };
            let id = self.declare(&resolved, declaration, scope)?;
            self.catalog.get_mut(id).imported = Some(one.certname);
            added.push(id);
        }
        Ok(added)
    }
}

/// A value of a stored catalog as the language sees it.
fn from_model(value: &model::Value) -> Value {
    match value {
        model::Value::Undef => Value::Undef,
        model::Value::Default => Value::Default,
        model::Value::Boolean(truth) => Value::Boolean(*truth),
        model::Value::Integer(number) => Value::Integer(*number),
        model::Value::Float(number) => Value::Float(*number),
        model::Value::String(text) => Value::String(text.clone().into()),
        model::Value::Array(values) => Value::array(values.iter().map(from_model).collect()),
        model::Value::Hash(entries) => {
            Value::hash(entries.iter().map(|(key, value)| (from_model(key), from_model(value))).collect())
        }
        model::Value::Sensitive(hidden) => Value::sensitive(from_model(hidden)),
        model::Value::Scalar(scalar) => Value::String(scalar.pvalue.clone().into()),
        model::Value::Object(object) => Value::string(to_text(&Value::String(object.text.clone().into()))),
    }
}
