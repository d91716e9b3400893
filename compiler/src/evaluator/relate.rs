//! Arrows: `a -> b`, `a ~> b`, `a <- b`, `a <~ b`.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use syntax::ast::{Expr, ExprKind, RelationshipOp};

use crate::error::{Failure, Location, Stop};
use crate::evaluator::Evaluator;
use crate::evaluator::call::unwind;
use crate::label::{a_an, label_value};
use crate::relationship::{Operand, Relationship};
use crate::resource::{Origin, ResourceId, capitalize};
use crate::types::Type;
use crate::value::Value;

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn relate(&mut self, op: RelationshipOp, left: &Expr, right: &Expr, expr: &Expr) -> Result<Value, Stop> {
        let operands = self.chain(op, left, right, expr)?;
        Ok(Value::array(operands.iter().filter_map(reference).collect()))
    }

    /// Adds the relationships of finished evaluation to the resources they start from.
    pub(crate) fn evaluate_relationships(&mut self) -> Result<(), Stop> {
        let mut added = Added::default();
        for relationship in std::mem::take(&mut self.relationships) {
            let sources = self.ends(&relationship.source, true);
            for source in sources {
                for target in self.ends(&relationship.target, false) {
                    self.spend(size_of::<Value>())?;
                    let (id, reference) = self.connected(&source, &target)?;
                    let of = added.entry((id, relationship.parameter)).or_default();
                    of.push((reference, relationship.at.clone()));
                }
            }
        }
        for ((id, parameter), targets) in added {
            let mut values = match self.catalog.get(id).value(parameter) {
                Value::Undef => Vec::new(),
                Value::Array(values) => values.to_vec(),
                other => vec![other],
            };
            let at = targets.last().and_then(|(_, at)| at.clone());
            values.extend(targets.into_iter().map(|(reference, _)| reference));
            self.set_parameter(id, &parameter.into(), Value::array(values), Origin::Arrow(at))?;
        }
        Ok(())
    }

    /// Evaluates a chain; what stands on the right goes on to the next arrow.
    fn chain(&mut self, op: RelationshipOp, left: &Expr, right: &Expr, expr: &Expr) -> Result<Vec<Operand>, Stop> {
        let lefts = self.operands(left, expr)?;
        let rights = self.operands(right, expr)?;
        let (sources, targets, parameter) = match op {
            RelationshipOp::Before => (&lefts, &rights, "before"),
            RelationshipOp::Notify => (&lefts, &rights, "notify"),
            RelationshipOp::After => (&rights, &lefts, "before"),
            RelationshipOp::Subscribe => (&rights, &lefts, "notify"),
        };
        let at = self.explains().then(|| self.line_of(expr.span));
        for source in sources {
            for target in targets {
                let (source, target, at) = (source.clone(), target.clone(), at.clone());
                self.relationships.push(Relationship { source, target, parameter, at });
            }
        }
        if rights.is_empty() {
            return Ok(lefts);
        }
        if let [Operand::Collector(number)] = &*rights {
            self.collectors[*number].alternative = lefts;
        }
        Ok(rights)
    }

    fn operands(&mut self, operand: &Expr, expr: &Expr) -> Result<Vec<Operand>, Stop> {
        let inner = unwind(operand);
        match &inner.kind {
            ExprKind::Relationship { op, left, right } => {
                self.step()?;
                let result = self.chain(*op, left, right, inner);
                self.depth -= 1;
                result
            }
            ExprKind::Collect(collect) => {
                let number = self.collectors.len();
                self.collect(collect, inner)?;
                Ok(vec![Operand::Collector(number)])
            }
            ExprKind::Array(items) if items.iter().any(|item| matches!(unwind(item).kind, ExprKind::Collect(_))) => {
                let mut all = Vec::new();
                for item in items {
                    let operands = self.operands(item, expr)?;
                    add(&mut all, operands);
                }
                Ok(all)
            }
            _ => {
                let value = self.evaluate(operand)?;
                let mut operands = Vec::new();
                self.transform(&value, expr, &mut operands)?;
                Ok(operands)
            }
        }
    }

    fn transform(&mut self, value: &Value, expr: &Expr, into: &mut Vec<Operand>) -> Result<(), Stop> {
        let reference = match value {
            Value::Array(values) => {
                for value in values.iter() {
                    self.transform(value, expr, into)?;
                }
                return Ok(());
            }
            Value::String(text) => Value::Type(self.type_from_text(text)?),
            other => other.clone(),
        };
        let operand = match &reference {
            Value::Type(Type::Type(Some(of))) => self.reference_operand(of),
            Value::Type(of) => self.reference_operand(of),
            other => {
                let message = format!(
                    "Illegal relationship operand, can not form a relationship with {}. A Catalog type is required.",
                    a_an(&label_value(other))
                );
                return Err(self.issue("ILLEGAL_RELATIONSHIP_OPERAND_TYPE", expr, message));
            }
        };
        let Some(operand) = operand else {
            let message = format!(
                "Illegal relationship operand, can not form a relationship with something of type {}. A Catalog type is required.",
                crate::format::to_text(&reference)
            );
            return Err(self.issue("NOT_CATALOG_TYPE", expr, message));
        };
        add(into, vec![operand]);
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "reads as a step of the transformation")]
    fn reference_operand(&self, of: &Type) -> Option<Operand> {
        match of {
            Type::Class(name) => {
                let name = name.as_deref().unwrap_or_default();
                Some(Operand::Reference("Class".into(), capitalize(name)))
            }
            Type::Resource(resource) => {
                let type_name = resource.type_name.as_deref().map_or_else(|| "Class".into(), capitalize);
                let title = resource.title.clone().unwrap_or_default();
                let title = if &*type_name == "Class" { capitalize(&title) } else { title };
                Some(Operand::Reference(type_name, title))
            }
            _ => None,
        }
    }

    /// The references that an end of an arrow stands for.
    fn ends(&self, operand: &Operand, is_source: bool) -> Vec<(Arc<str>, Arc<str>)> {
        match operand {
            Operand::Reference(type_name, title) => vec![(type_name.clone(), title.clone())],
            Operand::Collector(number) => {
                let collector = &self.collectors[*number];
                if collector.collected.is_empty() && is_source {
                    return match &*collector.alternative {
                        [other @ Operand::Collector(_)] => self.ends(other, true),
                        operands => operands.iter().flat_map(|operand| self.ends(operand, false)).collect(),
                    };
                }
                let reference = |id: &ResourceId| {
                    let resource = self.catalog.get(*id);
                    (resource.type_name.clone(), resource.title.clone())
                };
                collector.collected.iter().map(reference).collect()
            }
        }
    }

    /// The resource that an arrow starts from, and the reference to the one where it ends.
    fn connected(
        &mut self,
        source: &(Arc<str>, Arc<str>),
        target: &(Arc<str>, Arc<str>),
    ) -> Result<(ResourceId, Value), Stop> {
        let shown = |(type_name, title): &(Arc<str>, Arc<str>)| format!("{type_name}[{title}]");
        let Some(id) = self.find_resource(&source.0, &source.1)? else {
            let text = format!("Could not find resource '{}' for relationship on '{}'", shown(source), shown(target));
            return Err(Failure::argument(text).into());
        };
        if self.find_resource(&target.0, &target.1)?.is_none() {
            let text = format!("Could not find resource '{}' for relationship from '{}'", shown(target), shown(source));
            return Err(Failure::argument(text).into());
        }
        Ok((id, Value::string(shown(target))))
    }
}

/// What arrows add to an attribute of a resource, in the order in which they stand.
type Added = IndexMap<(ResourceId, &'static str), Vec<(Value, Option<Location>)>, FxBuildHasher>;

/// What an operand is as a value; collectors are none.
fn reference(operand: &Operand) -> Option<Value> {
    let Operand::Reference(type_name, title) = operand else { return None };
    Some(Value::Type(if &**type_name == "Class" {
        Type::Class(Some(title.to_lowercase().into()))
    } else {
        let (type_name, title) = (Some(type_name.clone()), Some(title.clone()));
        Type::Resource(Arc::new(crate::types::ResourceType { type_name, title }))
    }))
}

/// Operands count once.
fn add(into: &mut Vec<Operand>, operands: Vec<Operand>) {
    for operand in operands {
        if !into.contains(&operand) {
            into.push(operand);
        }
    }
}
