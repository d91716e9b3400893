//! `[]`: on values it is [`crate::access`]'s; on references to declared resources it reads attributes.

use std::sync::Arc;

use syntax::ast::{Expr, ExprKind};

use crate::access;
use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::operators::{Coerced, number};
use crate::resource::{Kind, ResourceId};
use crate::types::Type;
use crate::value::Value;

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn access(&mut self, left: &Expr, keys: &[Expr], expr: &Expr) -> Result<Value, Stop> {
        let receiver = self.evaluate(left)?;
        let values = self.keys(&receiver, keys)?;
        match &receiver {
            Value::Type(Type::Resource(resource)) => match (&resource.type_name, &resource.title) {
                (Some(type_name), Some(title)) => {
                    let (type_name, title) = (type_name.clone(), title.clone());
                    return self.attributes(&type_name, &title, values, expr);
                }
                (None, _) => {
                    if let [Value::Type(Type::Resource(_))] = &*values {
                        return Ok(values[0].clone());
                    }
                }
                (Some(_), None) => {}
            },
            Value::Object(object) if object.of.member("[]").is_some() => {
                return self.call_member(object, "[]", &values, None);
            }
            Value::Type(Type::Class(Some(class))) => {
                let class = class.clone();
                return self.attributes("Class", &class, values, expr);
            }
            _ => {}
        }
        if let Value::Array(_) = receiver {
            self.note_numeric_keys(&values, keys, expr)?;
        }
        access::access(&receiver, &values).map_err(|failure| self.operand_failure(&failure, expr, left, keys))
    }

    /// Says which keys of a list are strings that are taken for numbers.
    fn note_numeric_keys(&mut self, values: &[Value], keys: &[Expr], expr: &Expr) -> Result<(), Stop> {
        let values = access::flatten(values);
        if values.len() > 2 {
            return Ok(());
        }
        for (index, before) in values.into_iter().enumerate() {
            let Some(after) = before.as_str().and_then(number) else { continue };
            self.note_coerced(&[Coerced { before, after }], keys.get(index).unwrap_or(expr))?;
        }
        Ok(())
    }

    /// Keys of a class reference may be upper-case names that nothing defines.
    fn keys(&mut self, receiver: &Value, keys: &[Expr]) -> Result<Vec<Value>, Stop> {
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            values.push(match (&key.kind, receiver) {
                (ExprKind::QualifiedReference(name), Value::Type(Type::Class(_))) => {
                    match crate::types::parse::expression(key, self) {
                        Ok(of) => Value::Type(of),
                        Err(_) => Value::Type(Type::Reference(name.clone())),
                    }
                }
                _ => self.evaluate(key)?,
            });
        }
        Ok(values)
    }

    /// `File['x']['mode']`
    fn attributes(&mut self, type_name: &str, title: &str, keys: Vec<Value>, expr: &Expr) -> Result<Value, Stop> {
        let is_list = keys.len() > 1 || matches!(keys.first(), Some(Value::Array(_)));
        let mut names = Vec::new();
        for key in keys {
            flatten(key, &mut names);
        }
        if names.is_empty() {
            return Ok(if is_list { Value::array(Vec::new()) } else { Value::Undef });
        }
        let Some(id) = self.find_resource(type_name, title)? else {
            return Err(self.issue("UNKNOWN_RESOURCE", expr, format!("Resource not found: {type_name}['{title}']")));
        };
        let mut values = Vec::with_capacity(names.len());
        for name in names {
            let known = name.as_str().filter(|name| self.takes(&self.catalog.get(id).kind, name));
            let Some(known) = known else {
                let shown = crate::format::to_text(&name);
                let type_name = ruby_capitalize(type_name);
                let message = format!("The resource {type_name}['{title}'] does not have a parameter called '{shown}'");
                return Err(self.issue("UNKNOWN_RESOURCE_PARAMETER", expr, message));
            };
            values.push(self.attribute(id, known));
        }
        Ok(if is_list { Value::array(values) } else { values.pop().unwrap_or(Value::Undef) })
    }

    /// The value of an attribute of a declared resource, or its default where it was declared.
    pub(crate) fn attribute(&self, id: ResourceId, name: &str) -> Value {
        let resource = self.catalog.get(id);
        let name = if name == "name" { resource.namevar() } else { name };
        match resource.value(name) {
            Value::Undef => {
                let defaults = self.scopes.defaults(resource.scope, &resource.type_name);
                defaults.get(name).map_or(Value::Undef, |parameter| parameter.value.clone())
            }
            value => value,
        }
    }

    /// A declared resource by type and title.
    pub(crate) fn find_resource(&mut self, type_name: &str, title: &str) -> Result<Option<ResourceId>, Stop> {
        if let Some(id) = self.catalog.find(type_name, title, None) {
            return Ok(Some(id));
        }
        let kind = match self.find_resource_type(&type_name.to_lowercase())? {
            Some(super::ResolvedType::Builtin(builtin)) => Some(Kind::Builtin(builtin)),
            _ => None,
        };
        Ok(self.catalog.find(type_name, title, kind.as_ref()))
    }
}

fn flatten(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Undef => {}
        Value::Array(values) => values.iter().for_each(|value| flatten(value.clone(), into)),
        other => into.push(other),
    }
}

/// Ruby's `capitalize`: the first letter up, all others down.
fn ruby_capitalize(text: &str) -> Arc<str> {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().to_lowercase().chars()).collect::<String>().into()
}
