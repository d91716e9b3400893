//! The classes of a file and the parameters that they take, as consoles show them. Nothing is evaluated.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use syntax::ast::{Definition, Expr, ExprKind, Parameter as Declared, Program};
use syntax::extent;
use syntax::source::{Source, Span};

use crate::error::Failure;
use crate::types::{Type, object, parse};

/// A class, with its fields in the order of the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Class {
    pub name: Arc<str>,
    pub params: Vec<Parameter>,
}

/// A parameter of a class, with its fields in the order of the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// The default, where it is written as a value that JSON has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_literal: Option<Json>,
    /// The text of the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_source: Option<String>,
    pub name: Arc<str>,
    /// Names that are not built in are shown as references. A type that is no valid one is left out.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// The classes that a file defines, those within others first.
pub fn of(program: &Program) -> Vec<Class> {
    let mut classes: Vec<_> = program
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::Class(class) => Some(class),
            _ => None,
        })
        .collect();
    classes.sort_by_key(|class| class.span.end);
    let params = |class: &[Declared]| class.iter().map(|declared| parameter(declared, &program.source)).collect();
    classes.into_iter().map(|class| Class { name: class.name.clone(), params: params(&class.parameters) }).collect()
}

fn parameter(declared: &Declared, source: &Source) -> Parameter {
    let default = declared.default.as_ref();
    Parameter {
        default_literal: default.and_then(literal).filter(|value| !value.is_null()),
        default_source: default.map(|expr| source.slice(extent::of(expr)).to_owned()),
        name: declared.name.clone(),
        kind: declared.type_expr.as_ref().and_then(|expr| {
            let of = parse::expression(expr, &mut Unloaded { source });
            of.ok().map(|of| of.to_string())
        }),
    }
}

/// The value of an expression that is written out; signs and calculations are not.
fn literal(expr: &Expr) -> Option<Json> {
    Some(match &expr.kind {
        ExprKind::String(text) | ExprKind::QualifiedName(text) => Json::from(&**text),
        ExprKind::Integer { value, .. } => Json::from(*value),
        ExprKind::Float(value) => Json::from(*value),
        ExprKind::Boolean(value) => Json::from(*value),
        ExprKind::Undef => Json::Null,
        ExprKind::Concatenated(segments) => match &segments[..] {
            [Expr { kind: ExprKind::String(text), .. }] => Json::from(&**text),
            _ => return None,
        },
        ExprKind::Array(items) => Json::Array(items.iter().map(literal).collect::<Option<_>>()?),
        ExprKind::Hash(entries) => {
            let pair = |entry: &syntax::ast::KeyedEntry| match literal(&entry.key)? {
                Json::String(key) => Some((key, literal(&entry.value)?)),
                _ => None,
            };
            let mut pairs: Vec<(String, Json)> = entries.iter().map(pair).collect::<Option<_>>()?;
            // Of two entries of one key the later counts.
            pairs.reverse();
            pairs.sort_by(|(a, _), (b, _)| by_namespace(a, b));
            pairs.dedup_by(|(later, _), (earlier, _)| later == earlier);
            Json::Object(pairs.into_iter().collect::<Map<_, _>>())
        }
        _ => return None,
    })
}

/// The order of keys: those without a slash first, the others by what stands before it.
fn by_namespace(a: &str, b: &str) -> Ordering {
    fn parts(key: &str) -> (Option<&str>, &str) {
        key.split_once('/').filter(|_| key != "/").map_or((None, key), |(space, name)| (Some(space), name))
    }
    let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
    let ((space_a, name_a), (space_b, name_b)) = (parts(a), parts(b));
    space_a.map(units).cmp(&space_b.map(units)).then_with(|| units(name_a).cmp(&units(name_b)))
}

/// Knows built-in types only, and the text of the file.
struct Unloaded<'a> {
    source: &'a Source,
}

impl parse::Resolver for Unloaded<'_> {
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure> {
        Ok(object::built_in(name))
    }

    fn is_resource_type(&mut self, _name: &str) -> bool {
        false
    }

    fn text_of(&self, span: Span) -> Option<String> {
        Some(self.source.slice(span).to_owned())
    }
}

#[cfg(test)]
mod tests;
