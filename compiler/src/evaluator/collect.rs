//! `Type <| query |>`: making collectors, and asking them.

use syntax::ast::{BinaryOp, Collect, Expr, ExprKind};

use crate::collector::{Collector, Overrides, Query, What};
use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::resource::{Origin, Override, ResourceId};
use crate::types::Type;
use crate::value::Value;

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn collect(&mut self, collect: &Collect, expr: &Expr) -> Result<Value, Stop> {
        if collect.query.exported && !self.request().settings.storeconfigs {
            let message =
                "You cannot collect exported resources without storeconfigs being set; the collection will be ignored";
            let position = self.position(expr);
            self.warn(message, Some(position));
        }
        let ExprKind::QualifiedReference(name) = &collect.type_expr.kind else {
            return Err(self.fail("LHS is not a type"));
        };
        let name = name.to_lowercase();
        if name == "class" {
            return Err(self.fail("Classes cannot be collected"));
        }
        let Some(resolved) = self.find_resource_type(&name)? else {
            return Err(self.fail(format!("Resource type {name} doesn't exist")));
        };
        let overrides = if collect.operations.is_empty() {
            None
        } else {
            let parameters = self.attributes_of(&collect.operations, &Origin::Collector)?;
            let source = self.scopes.get(self.scope()).source;
            Some(Overrides { parameters, position: self.line_of(expr.span), source })
        };
        let query = self.query(&collect.query.expr)?;
        let type_name = self.type_title(&resolved);
        let what = What::Query { type_name, query, exported: collect.query.exported };
        let scope = self.scope();
        self.collectors.push(Collector::new(what, overrides, scope));
        Ok(Value::Undef)
    }

    /// Asks all collectors once; answers whether one found something new.
    pub(crate) fn evaluate_collectors(&mut self) -> Result<bool, Stop> {
        let mut found = false;
        for number in 0..self.collectors.len() {
            found |= self.evaluate_collector(number)?;
        }
        Ok(found)
    }

    /// The references that `realize` could not find.
    pub(crate) fn unrealized(&self) -> Vec<String> {
        let fixed = self.collectors.iter().filter_map(|collector| match &collector.what {
            What::Fixed(references) => Some(references),
            What::Query { .. } => None,
        });
        fixed.flatten().map(shown).collect()
    }

    fn evaluate_collector(&mut self, number: usize) -> Result<bool, Stop> {
        let objects = match &self.collectors[number].what {
            What::Query { exported: true, .. } if !self.request().settings.storeconfigs => return Ok(false),
            What::Query { exported: true, type_name, .. } => {
                let type_name = type_name.clone();
                let mut objects = self.wanted(number);
                objects.extend(self.import_exported(number, &type_name)?);
                objects
            }
            What::Query { .. } => self.wanted(number),
            What::Fixed(_) => self.fixed(number)?,
        };
        for id in &objects {
            self.catalog.get_mut(*id).is_virtual = false;
        }
        let new: Vec<ResourceId> =
            objects.into_iter().filter(|id| !self.collectors[number].collected.contains(id)).collect();
        if let Some(overrides) = &self.collectors[number].overrides
            && !new.is_empty()
        {
            let (source, parameters) = (overrides.source, overrides.parameters.clone());
            let position = Some(overrides.position.clone());
            self.known.get_mut(source).overrides = true;
            for id in &new {
                let resource = self.catalog.get(*id);
                let (type_name, title) = (resource.type_name.clone(), resource.title.clone());
                let (parameters, position) = (parameters.clone(), position.clone());
                self.add_override(Override { type_name, title, parameters, position, source })?;
            }
        }
        let found = !new.is_empty();
        self.collectors[number].collected.extend(new);
        Ok(found)
    }

    /// Resources of the catalog that a query wants.
    pub(super) fn wanted(&self, number: usize) -> Vec<ResourceId> {
        let What::Query { type_name, query, exported } = &self.collectors[number].what else { return Vec::new() };
        // The first two, the main stage and the settings, are not for collectors.
        let candidates = self.catalog.ids().skip(2);
        candidates
            .filter(|id| {
                let resource = self.catalog.get(*id);
                resource.type_name == *type_name
                    && (!exported || resource.exported)
                    && query.wants(&|name| resource.value(name), &|tag| self.is_tagged(*id, tag))
            })
            .collect()
    }

    fn fixed(&mut self, number: usize) -> Result<Vec<ResourceId>, Stop> {
        let What::Fixed(references) = &mut self.collectors[number].what else { return Ok(Vec::new()) };
        let references = std::mem::take(references);
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for reference in references {
            let text = shown(&reference);
            let parts = text.strip_suffix(']').and_then(|text| text.split_once('['));
            let id = match parts {
                Some((type_name, title)) => self.find_resource(type_name, title)?,
                None => None,
            };
            match id {
                Some(id) => found.push(id),
                None => missing.push(reference),
            }
        }
        if let What::Fixed(references) = &mut self.collectors[number].what {
            *references = missing;
        }
        Ok(found)
    }

    /// Whether a resource, or one that it was declared in, has a tag.
    pub(crate) fn is_tagged(&self, id: ResourceId, tag: &str) -> bool {
        let mut next = id;
        loop {
            let resource = self.catalog.get(next);
            if resource.tags.contains(tag) {
                return true;
            }
            match self.scopes.get(resource.scope).resource {
                Some(outer) if outer != next => next = outer,
                _ => return false,
            }
        }
    }

    fn query(&mut self, expr: &Expr) -> Result<Query, Stop> {
        match &expr.kind {
            ExprKind::Nop => Ok(Query::All),
            ExprKind::Parenthesized(inner) => self.query(inner),
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                Ok(Query::And(Box::new(self.query(left)?), Box::new(self.query(right)?)))
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                Ok(Query::Or(Box::new(self.query(left)?), Box::new(self.query(right)?)))
            }
            ExprKind::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), left, right } => {
                let name = match &left.kind {
                    ExprKind::QualifiedName(name) => name.clone(),
                    _ => crate::format::to_text(&self.evaluate(left)?).into(),
                };
                let value = self.evaluate(right)?;
                match op {
                    BinaryOp::Equal if &*name == "tag" => Ok(Query::Tagged(tags(&value)?)),
                    BinaryOp::Equal => Ok(Query::Equal(name, value)),
                    _ => Ok(Query::NotEqual(name, value)),
                }
            }
            _ => Err(Failure::argument("Cannot transform this expression to a query").into()),
        }
    }
}

fn tags(value: &Value) -> Result<Vec<String>, Stop> {
    let one = |value: &Value| match value {
        Value::Integer(_) | Value::Float(_) => Err(Failure::argument("Cannot transform a number to a tag").into()),
        other => Ok(crate::format::to_text(other).to_lowercase()),
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

/// A reference as catalogs write it: `File[/x]`.
pub(crate) fn shown(reference: &Value) -> String {
    match reference {
        Value::Type(Type::Resource(resource)) => {
            let type_name = resource.type_name.as_deref().map(crate::resource::capitalize).unwrap_or_default();
            format!("{type_name}[{}]", resource.title.as_deref().unwrap_or_default())
        }
        Value::Type(Type::Class(Some(name))) => format!("Class[{}]", crate::resource::capitalize(name)),
        other => crate::format::to_text(other),
    }
}
