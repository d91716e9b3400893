//! `File['x'] { … }`: new values for attributes of resources that stand elsewhere.

use std::fmt::Write as _;

use syntax::ast::{Expr, ResourceOverride};

use crate::error::{Location, Stop};
use crate::evaluator::Evaluator;
use crate::label::label_value;
use crate::request::Strict;
use crate::resource::{Origin, Override, Parameter, ResourceId};
use crate::types::Type;
use crate::value::Value;

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn resource_override(&mut self, overriding: &ResourceOverride, expr: &Expr) -> Result<Value, Stop> {
        let evaluated = self.evaluate(&overriding.resources)?;
        let parameters = self.attributes_of(&overriding.operations, &Origin::Override)?;
        let mut targets = Vec::new();
        flatten(&evaluated, &mut targets);
        let position = self.line_of(expr.span);
        for target in targets {
            let reference = match &target {
                Value::Type(Type::Resource(resource)) => resource.type_name.clone().zip(resource.title.clone()),
                _ => None,
            };
            let Some((type_name, title)) = reference else {
                let message = format!("Resource Override can only operate on resources, got: {}", label_value(&target));
                return Err(self.issue("ILLEGAL_OVERRIDDEN_TYPE", expr, message));
            };
            let source = self.scopes.get(self.scope()).source;
            let type_name = crate::resource::capitalize(&type_name);
            let overriding =
                Override { type_name, title, parameters: parameters.clone(), position: Some(position.clone()), source };
            self.add_override(overriding)?;
        }
        Ok(evaluated)
    }

    /// Applies an override now, or keeps it until the resource is there.
    pub(crate) fn add_override(&mut self, overriding: Override) -> Result<(), Stop> {
        if let Some(id) = self.find_resource(&overriding.type_name, &overriding.title)? {
            self.merge(id, &overriding)
        } else {
            self.overrides.push(overriding);
            Ok(())
        }
    }

    /// Gives a resource the values of an override.
    pub(crate) fn merge(&mut self, id: ResourceId, overriding: &Override) -> Result<(), Stop> {
        let resource = self.catalog.get(id);
        if resource.source != overriding.source && !self.known.is_child(overriding.source, resource.source) {
            return Err(self.parse_error("Only subclasses can override parameters", overriding.position.clone()));
        }
        if resource.evaluated {
            self.note_late_override(id, overriding.position.as_ref())?;
        }
        for parameter in &overriding.parameters {
            self.override_parameter(id, parameter)?;
        }
        Ok(())
    }

    fn note_late_override(&mut self, id: ResourceId, at: Option<&Location>) -> Result<(), Stop> {
        let mut message = match &self.catalog.get(id).position {
            Some(position) => {
                format!("Attempt to override an already evaluated resource, defined at {position}, with new values")
            }
            None => "Attempt to override an already evaluated resource with new values".to_owned(),
        };
        match self.request().settings.strict {
            Strict::Off => Ok(()),
            Strict::Warning => {
                if let Some(at) = at {
                    let _ = write!(message, " {at}");
                }
                self.warn(message, None);
                Ok(())
            }
            Strict::Error => Err(self.parse_error(message, at.cloned())),
        }
    }

    fn override_parameter(&mut self, id: ResourceId, parameter: &Parameter) -> Result<(), Stop> {
        let resource = self.catalog.get(id);
        let mut parameter = parameter.clone();
        if let Some(current) = resource.parameter(&parameter.name) {
            let is_default =
                |value: &Value| self.scopes.is_default(resource.scope, &resource.type_name, &parameter.name, value);
            if is_default(&parameter.value) {
                return Ok(());
            }
            let allowed = self.known.is_child(parameter.source, current.source)
                || (parameter.source == current.source && is_default(&current.value));
            if !allowed {
                let at = current.position.as_ref().map(|position| format!(" at {position}")).unwrap_or_default();
                let message = format!(
                    "Parameter '{}' is already set on {} by #<Puppet::Resource::Type>{at}; cannot redefine",
                    parameter.name,
                    resource.reference()
                );
                return Err(self.parse_error(message, parameter.position));
            }
            if parameter.append {
                let mut values = Vec::new();
                flatten(&current.value, &mut values);
                flatten(&parameter.value, &mut values);
                parameter.value = Value::array(values);
            }
        }
        self.remember(id, &parameter.name);
        let resource = self.catalog.get_mut(id);
        let position = resource.position.clone();
        let result = resource.set(parameter);
        result.map_err(|tag| self.parse_error(format!("Invalid tag '{tag}'"), position))
    }
}

fn flatten(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| flatten(value, into)),
        other => into.push(other.clone()),
    }
}
