//! Resources that other nodes exported.

use std::sync::Arc;

use crate::collector::What;
use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::evaluator::class::Declaration;
use crate::format::to_text;
use crate::known::TypeId;
use crate::resource::Parameter;
use crate::scope::ScopeId;
use crate::value::Value;

impl Evaluator<'_> {
    /// Brings the exported resources that a collector wants into the catalog.
    pub(super) fn import_exported(&mut self, number: usize, type_name: &Arc<str>) -> Result<(), Stop> {
        let exported = self.world().exported(type_name).map_err(|error| self.unloadable(&error))?;
        for one in exported {
            let resource = &one.resource;
            let value = |name: &str| match name {
                "title" => Value::String(resource.title.clone()),
                name => {
                    let found = resource.parameters.iter().find(|(known, _)| &**known == name);
                    found.map_or(Value::Undef, |(_, value)| from_model(value))
                }
            };
            let tagged = |tag: &str| resource.tags.iter().any(|known| &**known == tag);
            let What::Query { query, .. } = &self.collectors[number].what else { return Ok(()) };
            if !query.wants(&value, &tagged) {
                continue;
            }
            if let Some(existing) = self.find_resource(type_name, &resource.title)? {
                if self.catalog.get(existing).imported {
                    continue;
                }
                let message = format!(
                    "A duplicate resource was found while collecting exported resources, with the type and title {}",
                    resource.reference()
                );
                return Err(self.fail(message));
            }
            let Some(resolved) = self.find_resource_type(&type_name.to_lowercase())? else { continue };
            let parameter = |(name, value): &(Arc<str>, model::Value)| Parameter {
                name: name.clone(),
                value: from_model(value),
                source: TypeId::MAIN,
                position: None,
                append: false,
            };
            let declaration = Declaration {
                title: resource.title.clone(),
                parameters: resource.parameters.iter().map(parameter).collect(),
                position: None,
                is_virtual: false,
                exported: false,
                class_syntax: false,
            };
            let id = self.declare(&resolved, declaration, ScopeId::TOP)?;
            let added = self.catalog.get_mut(id);
            added.imported = true;
            for tag in &resource.tags {
                added.tags.tag_if_valid(tag);
            }
        }
        self.mark_own_exports(number);
        Ok(())
    }

    /// What this node exports itself is collected like the rest.
    fn mark_own_exports(&mut self, number: usize) {
        for id in self.wanted(number) {
            self.catalog.get_mut(id).is_virtual = false;
        }
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
        model::Value::String(text) => Value::String(text.clone()),
        model::Value::Array(values) => Value::array(values.iter().map(from_model).collect()),
        model::Value::Hash(entries) => {
            Value::hash(entries.iter().map(|(key, value)| (from_model(key), from_model(value))).collect())
        }
        model::Value::Sensitive(hidden) => Value::sensitive(from_model(hidden)),
        model::Value::Scalar(scalar) => Value::String(scalar.pvalue.clone()),
        model::Value::Object(object) => Value::string(to_text(&Value::String(object.text.clone()))),
    }
}
