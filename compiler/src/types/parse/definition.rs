//! `type Name = …`: object types, type sets and aliases.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use ::syntax::ast::Expr;
use ::syntax::source::Span;

use super::syntax::{Kind, Node, from_expression};
use super::{Interpreter, Resolver};
use crate::error::Failure;
use crate::types::object::ObjectType;
use crate::types::type_set::{RUNTIME_AUTHORITY, TypeSetType};
use crate::types::{AliasType, Type, normalize};
use crate::value::{Hash, Value};

/// Defines a type and all that is in it.
///
/// The resolver learns the names before their definitions are read.
pub fn define(name: &str, expr: &Expr, resolver: &mut dyn Resolver) -> Result<Type, Failure> {
    let pending = Pending::new(name, &from_expression(expr), None);
    resolver.declare(name, &pending.of());
    pending.resolve(resolver)
}

/// A type whose name is known and whose definition is not yet read.
enum Pending {
    Object(Arc<ObjectType>, Option<Node>),
    TypeSet(Arc<TypeSetType>, Option<Node>),
    Alias(Arc<AliasType>, Node),
}

impl Pending {
    fn new(name: &str, node: &Node, authority: Option<Arc<str>>) -> Self {
        let head = match &node.kind {
            Kind::Access(left, keys) => match &left.kind {
                Kind::Reference(head) => Some((&**head, keys.first().cloned())),
                _ => None,
            },
            Kind::Hash(_) => Some(("Object", Some(node.clone()))),
            Kind::Features(parent, entries) => {
                let mut entries = entries.clone();
                match &parent.kind {
                    Kind::Reference(head) if matches!(&**head, "Object" | "TypeSet") => {
                        Some((&**head, Some(Node { kind: Kind::Hash(entries), ..node.clone() })))
                    }
                    _ => {
                        let key = Node { kind: Kind::Text(Arc::from("parent")), ..(**parent).clone() };
                        if !node.repeats_parent() {
                            entries.insert(0, (key, (**parent).clone()));
                        }
                        Some(("Object", Some(Node { kind: Kind::Hash(entries), ..node.clone() })))
                    }
                }
            }
            _ => None,
        };
        match head {
            Some(("Object", definition)) => Self::Object(Arc::new(ObjectType::named(name)), definition),
            Some(("TypeSet", definition)) => {
                let authority = authority.unwrap_or_else(|| RUNTIME_AUTHORITY.into());
                Self::TypeSet(Arc::new(TypeSetType::named(name, authority)), definition)
            }
            _ => Self::Alias(Arc::new(AliasType { name: name.into(), target: OnceLock::new() }), node.clone()),
        }
    }

    fn of(&self) -> Type {
        match self {
            Self::Object(object, _) => Type::Object(Some(object.clone())),
            Self::TypeSet(set, _) => Type::TypeSet(Some(set.clone())),
            Self::Alias(alias, _) => Type::Alias(alias.clone()),
        }
    }

    fn resolve(self, resolver: &mut dyn Resolver) -> Result<Type, Failure> {
        let of = self.of();
        let mut interpreter = Interpreter { text: None, resolver };
        match self {
            Self::Object(object, definition) => {
                let hash = match &definition {
                    Some(node) => interpreter.interpret(node)?,
                    None => Value::hash(Hash::default()),
                };
                object.define(&hash)?;
            }
            Self::TypeSet(set, definition) => type_set(&set, definition.as_ref(), resolver)?,
            Self::Alias(alias, node) => {
                let target = normalize(&without_itself(interpreter.a_type(&node)?, &alias));
                // It was made here and nothing else sets it.
                let _ = alias.target.set(target);
                if !is_real(&Type::Alias(alias.clone()), &mut Vec::new()) {
                    return Err(Failure::argument(format!(
                        "Type alias '{}' cannot be resolved to a real type",
                        alias.name
                    )));
                }
            }
        }
        Ok(of)
    }
}

fn type_set(set: &Arc<TypeSetType>, definition: Option<&Node>, resolver: &mut dyn Resolver) -> Result<(), Failure> {
    let mut hash = Hash::default();
    let mut members = VecDeque::new();
    let mut interpreter = Interpreter { text: None, resolver };
    let entries = match definition.map(|node| &node.kind) {
        Some(Kind::Hash(entries)) => entries.as_slice(),
        Some(_) => return Err(interpreter.invalid(definition.unwrap_or(&NOTHING))),
        None => &[],
    };
    for (key, value) in entries {
        let key = interpreter.interpret(key)?;
        let value = match (key.as_str(), &value.kind) {
            (Some("types"), Kind::Hash(types)) => {
                let mut named = Hash::default();
                for (name, node) in types {
                    let simple = interpreter.simple_name(name)?;
                    let full = format!("{}::{}", set.name, crate::format::to_text(&simple));
                    if node.repeats_parent() {
                        let span = Span::new(node.start as u32, node.end as u32);
                        interpreter.resolver.repeated_key("parent", span)?;
                    }
                    let pending = Pending::new(&full, node, set.name_authority.clone());
                    interpreter.resolver.declare(&full, &pending.of());
                    named.insert(simple.clone(), Value::Type(pending.of()));
                    members.push_back((simple, pending));
                }
                Value::hash(named)
            }
            (Some("references"), Kind::Hash(references)) => {
                let mut named = Hash::default();
                for (name, node) in references {
                    named.insert(interpreter.simple_name(name)?, interpreter.interpret(node)?);
                }
                Value::hash(named)
            }
            _ => interpreter.interpret(value)?,
        };
        hash.insert(key, value);
    }
    set.define(&Value::hash(hash))?;
    set.resolve_references(resolver)?;
    let mut within = Within { set, members, outer: resolver };
    while let Some((_, pending)) = within.members.pop_front() {
        pending.resolve(&mut within)?;
    }
    Ok(())
}

const NOTHING: Node = Node { kind: Kind::Undef, start: 0, end: 0 };

impl Interpreter<'_> {
    /// The key of a type in a type set: a name, capitalised or quoted.
    fn simple_name(&mut self, node: &Node) -> Result<Value, Failure> {
        match &node.kind {
            Kind::Reference(name) => Ok(Value::String(name.clone().into())),
            _ => self.interpret(node),
        }
    }
}

/// Knows the types of a type set by their simple names.
struct Within<'a> {
    set: &'a TypeSetType,
    /// What is not read yet.
    members: VecDeque<(Value, Pending)>,
    outer: &'a mut dyn Resolver,
}

impl Resolver for Within<'_> {
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure> {
        if let Some(found) = self.outer.named(name)? {
            return Ok(Some(found));
        }
        let waiting =
            |(known, _): &(Value, Pending)| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(name));
        if let Some(index) = self.members.iter().position(waiting)
            && let Some((_, pending)) = self.members.remove(index)
        {
            return pending.resolve(self).map(Some);
        }
        Ok(self.set.find(name))
    }

    fn is_resource_type(&mut self, name: &str) -> bool {
        self.outer.is_resource_type(name)
    }

    fn text_of(&self, span: Span) -> Option<String> {
        self.outer.text_of(span)
    }

    fn repeated_key(&mut self, key: &str, span: Span) -> Result<(), Failure> {
        self.outer.repeated_key(key, span)
    }

    fn declare(&mut self, name: &str, of: &Type) {
        self.outer.declare(name, of);
    }
}

/// `type T = Variant[T, String]` says no more than `Variant[String]`.
fn without_itself(target: Type, alias: &Arc<AliasType>) -> Type {
    let is_itself = |of: &Type| matches!(of, Type::Alias(other) if Arc::ptr_eq(other, alias));
    match &target {
        Type::Variant(members) if members.iter().any(is_itself) => {
            Type::variant(members.iter().filter(|member| !is_itself(member)).cloned())
        }
        _ => target,
    }
}

/// Whether an alias stands for something besides aliases and variants of them. One that is being
/// read may still turn out to.
fn is_real<'a>(of: &'a Type, seen: &mut Vec<&'a Arc<AliasType>>) -> bool {
    match of {
        Type::Alias(alias) if seen.iter().any(|known| Arc::ptr_eq(known, alias)) => false,
        Type::Alias(alias) => {
            seen.push(alias);
            alias.target.get().is_none_or(|target| is_real(target, seen))
        }
        Type::Variant(members) => members.iter().any(|member| is_real(member, seen)),
        _ => true,
    }
}
