//! `type { 'title': … }` and `Type { … }`.

use std::sync::Arc;

use syntax::ast::{
    AttributeOperation, AttributeOperationKind, Expr, ExprKind, Resource, ResourceDefaults, ResourceForm,
};

use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::resource::{Origin, Parameter, capitalize};
use crate::types::{self, Type};
use crate::value::Value;

/// One body with its titles and attributes evaluated.
struct Body {
    titles: Vec<Arc<str>>,
    is_default: bool,
    parameters: Vec<Parameter>,
}

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn resource(&mut self, resource: &Resource, expr: &Expr) -> Result<Value, Stop> {
        let type_name = self.declared_type(&resource.type_name)?;
        let exported = resource.form == ResourceForm::Exported;
        if exported && !self.request().settings.storeconfigs {
            let message = "You cannot collect exported resources without storeconfigs being set; the export is ignored";
            let position = self.position(expr);
            self.warn(message, Some(position));
        }
        let bodies = self.bodies(resource, expr)?;
        let defaults = bodies.iter().find(|body| body.is_default).map(|body| body.parameters.clone());
        let position = self.line_of(expr.span);
        let is_virtual = resource.form == ResourceForm::Virtual;
        let mut references = Vec::new();
        for body in bodies {
            let parameters = match &defaults {
                Some(defaults) => joined(defaults, body.parameters),
                None => body.parameters,
            };
            if !body.titles.is_empty() {
                let forms = (is_virtual, exported);
                references.extend(self.create_resources(
                    &type_name,
                    body.titles.into_iter().map(Value::string).collect(),
                    &parameters,
                    Some(&position),
                    forms,
                )?);
            }
        }
        Ok(Value::array(references))
    }

    #[inline(never)]
    pub(super) fn resource_defaults(&mut self, defaults: &ResourceDefaults) -> Result<Value, Stop> {
        let of = self.evaluate(&defaults.type_ref)?;
        let type_name = match &of {
            Value::Type(Type::Resource(resource)) if resource.title.is_none() => resource.type_name.clone(),
            _ => None,
        };
        let Some(type_name) = type_name else {
            let actual = general_type(&of);
            return Err(self.illegal_type(&defaults.type_ref, &actual));
        };
        let type_name = capitalize(&type_name);
        let parameters = self.attributes_of(&defaults.operations, &Origin::ResourceDefault)?;
        let scope = self.scope();
        for parameter in parameters {
            let (name, position) = (parameter.name.clone(), parameter.position.clone());
            if !self.scopes.set_default(scope, &type_name, parameter) {
                let message = format!("Default already defined for {type_name} {{ {name} }}; cannot redefine");
                return Err(self.parse_error(message, position));
            }
        }
        Ok(of)
    }

    /// The attributes that a body, default, override or collector gives, in order.
    pub(super) fn attributes_of(
        &mut self,
        operations: &[AttributeOperation],
        origin: &Origin,
    ) -> Result<Vec<Parameter>, Stop> {
        let mut parameters = Vec::with_capacity(operations.len());
        for operation in operations {
            match &operation.kind {
                AttributeOperationKind::Set { name, value } => {
                    let value = self.evaluate(value)?;
                    parameters.push(self.attribute_value(operation, name.clone(), value, origin));
                }
                AttributeOperationKind::Append { name, value } => {
                    let value = self.evaluate(value)?;
                    let appended = self.attribute_value(operation, name.clone(), value, origin);
                    parameters.push(Parameter { append: true, ..appended });
                }
                AttributeOperationKind::Splat { value: expr } => {
                    let value = self.evaluate(expr)?;
                    let Value::Hash(entries) = &value else {
                        let message = format!("Expected value of type Hash, got {}", general_type(&value));
                        return Err(self.issue("TYPE_MISMATCH", expr, message));
                    };
                    for (name, value) in entries.iter() {
                        let name = crate::format::to_text(name).into();
                        parameters.push(self.attribute_value(operation, name, value.clone(), origin));
                    }
                }
            }
        }
        Ok(parameters)
    }

    fn attribute_value(
        &self,
        operation: &AttributeOperation,
        name: Arc<str>,
        value: Value,
        origin: &Origin,
    ) -> Parameter {
        let source = self.scopes.get(self.scope()).source;
        let (position, origin) = (Some(self.line_of(operation.span)), origin.clone());
        Parameter { name, value, source, position, append: false, origin }
    }

    /// The type that a resource expression names: a bare name, `Resource[$name]`, `File`.
    fn declared_type(&mut self, expr: &Expr) -> Result<Arc<str>, Stop> {
        if let ExprKind::QualifiedName(name) = &expr.kind {
            return Ok(name.clone());
        }
        let acceptable = match &expr.kind {
            ExprKind::QualifiedReference(_) => true,
            ExprKind::Access { left, .. } => matches!(left.kind, ExprKind::QualifiedReference(_)),
            _ => false,
        };
        let value = self.evaluate(expr)?;
        if !acceptable {
            return Err(self.illegal_type(expr, &general_type(&value)));
        }
        match &value {
            Value::Type(Type::Class(None)) => Ok("class".into()),
            Value::Type(Type::Resource(resource)) => match (&resource.type_name, &resource.title) {
                (Some(name), None) => Ok(name.to_lowercase().into()),
                _ => Err(self.illegal_type(expr, &crate::format::to_text(&value))),
            },
            Value::Type(Type::Class(Some(_))) => Err(self.illegal_type(expr, &crate::format::to_text(&value))),
            _ => Err(self.illegal_type(expr, &general_type(&value))),
        }
    }

    fn illegal_type(&self, expr: &Expr, actual: &str) -> Stop {
        let message = format!(
            "Illegal Resource Type expression, expected result to be a type name, or untitled Resource, got {actual}"
        );
        self.issue("ILLEGAL_RESOURCE_TYPE", expr, message)
    }

    fn bodies(&mut self, resource: &Resource, expr: &Expr) -> Result<Vec<Body>, Stop> {
        let mut bodies: Vec<Body> = Vec::with_capacity(resource.bodies.len());
        for body in &resource.bodies {
            let value = self.evaluate(&body.title)?;
            let (titles, is_default) = self.titles(value, &body.title, &bodies, expr)?;
            let parameters = self
                .attributes_of(&body.operations, if is_default { &Origin::DefaultBody } else { &Origin::Attribute })?;
            for (index, parameter) in parameters.iter().enumerate() {
                if parameters[..index].iter().any(|other| other.name == parameter.name) {
                    let message = format!("The attribute '{}' has already been set", parameter.name);
                    return Err(self.issue("DUPLICATE_ATTRIBUE", expr, message));
                }
            }
            bodies.push(Body { titles, is_default, parameters });
        }
        Ok(bodies)
    }

    fn titles(&self, value: Value, at: &Expr, others: &[Body], expr: &Expr) -> Result<(Vec<Arc<str>>, bool), Stop> {
        if value.is_undef() {
            return Err(self.issue("MISSING_TITLE", at, "Missing title. The title expression resulted in undef"));
        }
        let mut values = Vec::new();
        flatten(value, &mut values);
        let mut titles: Vec<Arc<str>> = Vec::with_capacity(values.len());
        let mut is_default = false;
        for (index, value) in values.into_iter().enumerate() {
            let taken = |title: &str| {
                titles.iter().any(|other| &**other == title)
                    || others.iter().any(|body| body.titles.iter().any(|other| &**other == title))
            };
            let duplicate = match &value {
                Value::Undef => {
                    let message =
                        format!("Missing title at index {index}. The title expression resulted in an undef title");
                    return Err(self.issue("MISSING_TITLE_AT", at, message));
                }
                Value::Default => is_default || others.iter().any(|body| body.is_default),
                Value::String(text) if text.is_empty() => {
                    let message =
                        format!("Empty string title at {index}. Title strings must have a length greater than zero.");
                    return Err(self.issue("EMPTY_STRING_TITLE_AT", at, message));
                }
                Value::String(text) => taken(text),
                other => {
                    let actual = general_type(other);
                    let message = format!("Illegal title type at index {index}. Expected String, got {actual}");
                    return Err(self.issue("ILLEGAL_TITLE_TYPE_AT", at, message));
                }
            };
            if duplicate {
                let shown = crate::format::to_text(&value);
                let message = format!("The title '{shown}' has already been used in this resource expression");
                return Err(self.issue("DUPLICATE_TITLE", expr, message));
            }
            match value {
                Value::String(text) => titles.push(text.letters().clone()),
                _ => is_default = true,
            }
        }
        Ok((titles, is_default))
    }
}

/// The attributes of `default:` with those of a body over them.
fn joined(defaults: &[Parameter], own: Vec<Parameter>) -> Vec<Parameter> {
    let mut parameters = defaults.to_vec();
    for parameter in own {
        match parameters.iter_mut().find(|known| known.name == parameter.name) {
            Some(known) => *known = parameter,
            None => parameters.push(parameter),
        }
    }
    parameters
}

fn general_type(value: &Value) -> String {
    types::generalize(&types::infer(value)).to_string()
}

fn flatten(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| flatten(value.clone(), into)),
        other => into.push(other),
    }
}
