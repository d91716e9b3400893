//! Resource types as `puppet generate types` writes them: `Puppet::Resource::ResourceType3.new(…)`
//! in a file below `.resource_types` of an environment.

use std::sync::Arc;

use syntax::ast::{Expr, ExprKind, Program};

use super::{ResourceType, TitlePattern};
use crate::regexp::Regexp;

/// The type that a file describes; `None` when the file holds something else.
pub(super) fn read(program: &Program) -> Option<ResourceType> {
    let arguments = arguments(single(&program.body), "Puppet::Resource::ResourceType3")?;
    let [name, properties, parameters, rest @ ..] = arguments else { return None };
    let ExprKind::String(name) = &name.kind else { return None };
    let mut declared = attributes(properties)?;
    declared.extend(attributes(parameters)?);
    let namevars = declared.iter().filter(|(_, names)| *names).map(|(name, _)| name.clone()).collect();
    let title_patterns = match rest.first().map(|patterns| &patterns.kind) {
        Some(ExprKind::Hash(entries)) => {
            let pattern = |entry: &syntax::ast::KeyedEntry| title_pattern(&entry.key, &entry.value);
            entries.iter().map(pattern).collect::<Option<Vec<_>>>()?
        }
        _ => Vec::new(),
    };
    Some(ResourceType {
        name: name.clone(),
        namevars,
        isomorphic: !matches!(rest.get(1).map(|truth| &truth.kind), Some(ExprKind::Boolean(false))),
        title_patterns,
        parameters: Some(declared.into_iter().map(|(name, _)| name).collect()),
        beyond: None,
    })
}

/// The one statement of a program.
fn single(body: &Expr) -> &Expr {
    match &body.kind {
        ExprKind::Block(statements) if statements.len() == 1 => single(&statements[0]),
        _ => body,
    }
}

/// The arguments of `NAME(…)` or `NAME.new(…)`.
fn arguments<'a>(expr: &'a Expr, name: &str) -> Option<&'a [Expr]> {
    let (functor, call) = match &expr.kind {
        ExprKind::Call(call) => (&call.functor, call),
        ExprKind::CallMethod(call) => match &call.functor.kind {
            ExprKind::NamedAccess { left, right } if matches!(&right.kind, ExprKind::QualifiedName(new) if &**new == "new") => {
                (&**left, call)
            }
            _ => return None,
        },
        _ => return None,
    };
    let is_named = matches!(&functor.kind, ExprKind::QualifiedReference(known) if known.eq_ignore_ascii_case(name));
    is_named.then_some(&*call.arguments)
}

/// `[Puppet::Resource::Param(TYPE, 'name', is_namevar), …]`
fn attributes(list: &Expr) -> Option<Vec<(Arc<str>, bool)>> {
    let ExprKind::Array(items) = &list.kind else { return None };
    let attribute = |item: &Expr| {
        let [_, name, rest @ ..] = arguments(item, "Puppet::Resource::Param")? else { return None };
        let ExprKind::String(name) = &name.kind else { return None };
        let names = matches!(rest.first().map(|truth| &truth.kind), Some(ExprKind::Boolean(true)));
        Some((name.clone(), names))
    };
    items.iter().map(attribute).collect()
}

/// `/(.*)/ => ['name']`
fn title_pattern(pattern: &Expr, parameters: &Expr) -> Option<TitlePattern> {
    let (ExprKind::Regexp(pattern), ExprKind::Array(names)) = (&pattern.kind, &parameters.kind) else { return None };
    let name = |item: &Expr| match &item.kind {
        ExprKind::String(name) | ExprKind::QualifiedName(name) => Some(name.clone()),
        _ => None,
    };
    let parameters = names.iter().map(name).collect::<Option<Vec<_>>>()?;
    Some(TitlePattern { pattern: Arc::new(Regexp::parse(pattern).ok()?), parameters })
}
