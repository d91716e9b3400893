//! How values of the same key from several places become one.

use std::sync::Arc;

use super::Lookup;
use super::explanation::Node;
use crate::error::{Failure, Stop};
use crate::functions::assert_instance;
use crate::types::{Type, parse};
use crate::value::{Hash, Value};

mod deep;

use deep::Deep;

/// A merge strategy with its options.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Strategy {
    kind: Kind,
    /// As given, without the name of the strategy.
    options: Option<Arc<Hash>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// The first value found counts: when nothing was said, and when it was.
    Default,
    First,
    /// One array without doubles.
    Unique,
    /// The keys of all hashes, at the top only.
    Hash,
    Deep(Deep),
    /// As `deep`, any option taken.
    UnconstrainedDeep(Deep),
    /// As that, the lower value winning.
    ReverseDeep(Deep),
}

impl Strategy {
    pub(super) const DEFAULT: Self = Self { kind: Kind::Default, options: None };

    pub(super) fn hash() -> Self {
        Self { kind: Kind::Hash, options: None }
    }

    /// `merge_behavior` of a version 3 configuration, where it is not `native`.
    pub(super) fn of_version_3(behavior: &str, options: &Hash) -> Self {
        let deep = Deep::read(options);
        let kind = if behavior == "deep" { Kind::ReverseDeep(deep) } else { Kind::UnconstrainedDeep(deep) };
        Self { kind, options: (!options.is_empty()).then(|| Arc::new(options.clone())) }
    }

    /// From a name, or a hash with `strategy` and options.
    pub(super) fn parse(merge: &Value) -> Result<Self, Stop> {
        match merge {
            Value::Undef | Value::Default | Value::Boolean(false) => Ok(Self::DEFAULT),
            Value::Hash(given) => {
                let name = match given.get(&Value::from("strategy")) {
                    None | Some(Value::Undef) => {
                        return Err(Failure::argument(
                            "The hash given as 'merge' must contain the name of a strategy in string form for the \
                             key 'strategy'",
                        )
                        .into());
                    }
                    Some(name) => crate::format::to_text(name),
                };
                let mut options = (**given).clone();
                options.shift_remove(&Value::from("strategy"));
                Self::named(&name, (given.len() > 1).then_some((given, options)))
            }
            other => Self::named(&crate::format::to_text(other), None),
        }
    }

    fn named(name: &str, options: Option<(&Arc<Hash>, Hash)>) -> Result<Self, Stop> {
        let deep = || options.as_ref().map_or_else(Deep::default, |(_, options)| Deep::read(options));
        let kind = match name {
            "default" => Kind::Default,
            "first" => Kind::First,
            "unique" => Kind::Unique,
            "hash" => Kind::Hash,
            "deep" => Kind::Deep(deep()),
            "unconstrained_deep" => Kind::UnconstrainedDeep(deep()),
            "reverse_deep" => Kind::ReverseDeep(deep()),
            _ => return Err(Failure::argument(format!("Unknown merge strategy: '{name}'")).into()),
        };
        let Some((given, options)) = options else { return Ok(Self { kind, options: None }) };
        let of = match &kind {
            Kind::Deep(_) => {
                "Struct[{strategy=>Optional[Pattern[deep]],knockout_prefix=>Optional[String],\
                 merge_debug=>Optional[Boolean],merge_hash_arrays=>Optional[Boolean],\
                 sort_merged_arrays=>Optional[Boolean]}]"
            }
            Kind::UnconstrainedDeep(_) | Kind::ReverseDeep(_) => "Hash[String[1],Any]",
            Kind::Unique => "Struct[{strategy=>Optional[Pattern[/unique/]]}]",
            Kind::Hash => "Struct[{strategy=>Optional[Pattern[/hash/]]}]",
            Kind::First => "Struct[{strategy=>Optional[Pattern[/first/]]}]",
            Kind::Default => "Struct[{strategy=>Optional[Pattern[/default/]]}]",
        };
        assert_instance("The merge options", &type_of(of)?, &Value::Hash(given.clone()))?;
        Ok(Self { kind, options: Some(Arc::new(options)) })
    }

    /// Whether the first value found counts.
    pub(super) fn is_first(&self) -> bool {
        matches!(self.kind, Kind::Default | Kind::First)
    }

    pub(super) fn is_hash(&self) -> bool {
        self.kind == Kind::Hash
    }

    pub(super) fn is_unique(&self) -> bool {
        self.kind == Kind::Unique
    }

    pub(super) fn is_deep(&self) -> bool {
        matches!(self.kind, Kind::Deep(_) | Kind::UnconstrainedDeep(_) | Kind::ReverseDeep(_))
    }

    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Default => "default",
            Kind::First => "first",
            Kind::Unique => "unique",
            Kind::Hash => "hash",
            Kind::Deep(_) => "deep",
            Kind::UnconstrainedDeep(_) => "unconstrained_deep",
            Kind::ReverseDeep(_) => "reverse_deep",
        }
    }

    /// As given in `merge`.
    pub(super) fn node(&self) -> Node {
        Node::Merge { strategy: self.name(), options: self.options.clone().map(Value::Hash) }
    }

    /// The type of values that can be merged.
    fn value_type(&self) -> Result<Option<Type>, Stop> {
        Ok(match &self.kind {
            Kind::Unique => Some(type_of("Variant[Scalar,Array[Data]]")?),
            Kind::Hash => Some(type_of("Hash[String,Data]")?),
            _ => None,
        })
    }

    /// Two values of the right type into one; `higher` wins.
    fn merge(&self, higher: &Value, lower: Value) -> Result<Value, Stop> {
        match &self.kind {
            Kind::Default | Kind::First => Ok(higher.clone()),
            Kind::Unique => {
                let mut joined = flat(higher);
                joined.extend(flat(&lower));
                Ok(Value::Array(without_doubles(joined).into()))
            }
            Kind::Hash => Ok(match (higher, lower) {
                (Value::Hash(higher), Value::Hash(lower)) => {
                    let mut joined = Arc::unwrap_or_clone(lower);
                    joined.extend(higher.iter().map(|(key, value)| (key.clone(), value.clone())));
                    Value::Hash(joined.into())
                }
                (higher, _) => higher.clone(),
            }),
            Kind::Deep(options) | Kind::UnconstrainedDeep(options) => Ok(options.merge(higher, &lower)?.value),
            Kind::ReverseDeep(options) => Ok(options.merge(&lower, higher)?.value),
        }
    }

    /// Where only one place was asked.
    fn single(&self, value: Value) -> Value {
        match (&self.kind, value) {
            (Kind::Unique, Value::Array(items)) => Value::Array(without_doubles(items.iter().cloned()).into()),
            (_, value) => value,
        }
    }

    fn first_of_many(&self, value: Value) -> Value {
        if self.is_unique() { Value::Array(flat(&value).into()) } else { value }
    }
}

impl Lookup<'_> {
    /// Joins what `look` finds in `count` places, the first of the highest priority.
    pub(super) fn over(
        &mut self,
        strategy: &Strategy,
        count: usize,
        mut look: impl FnMut(&mut Self, usize) -> Result<Option<Value>, Stop>,
    ) -> Result<Option<Value>, Stop> {
        if strategy.is_first() {
            for place in 0..count {
                if let Some(found) = look(self, place)? {
                    return Ok(Some(found));
                }
            }
            return Ok(None);
        }
        if count < 2 {
            return if count == 0 { Ok(None) } else { Ok(look(self, 0)?.map(|value| strategy.single(value))) };
        }
        self.with(
            || strategy.node(),
            |this| {
                let mut joined: Option<Value> = None;
                for place in 0..count {
                    let Some(found) = look(this, place)? else { continue };
                    joined = Some(match joined {
                        None => strategy.first_of_many(found),
                        Some(before) => this.merged(strategy, &before, found)?,
                    });
                }
                if let Some(joined) = &joined {
                    this.explain(|explanation| explanation.result(joined));
                }
                Ok(joined)
            },
        )
    }

    /// Two values into one; `higher` wins.
    pub(super) fn merged(&self, strategy: &Strategy, higher: &Value, lower: Value) -> Result<Value, Stop> {
        if let Some(of) = strategy.value_type()? {
            self.check_type("The first element of the merge", &of, higher)?;
            self.check_type("The second element of the merge", &of, &lower)?;
        }
        if let (Kind::Deep(options), Some(explanation)) = (&strategy.kind, &self.state.explanation) {
            let merged = options.merge(higher, &lower)?;
            explanation.borrow_mut().replace(higher, &merged.source);
            return Ok(merged.value);
        }
        strategy.merge(higher, lower)
    }
}

fn type_of(text: &'static str) -> Result<Type, Stop> {
    Ok(parse::fixed(text)?)
}

fn text(options: &Hash, key: &str) -> Option<Arc<str>> {
    match options.get(&Value::String(key.into())) {
        Some(Value::String(text)) => Some(text.letters().clone()),
        _ => None,
    }
}

fn flag(options: &Hash, key: &str) -> bool {
    options.get(&Value::String(key.into())).is_some_and(Value::is_truthy)
}

fn flat(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        other => vec![other.clone()],
    }
}

fn without_doubles(values: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut seen = indexmap::IndexSet::<Value, rustc_hash::FxBuildHasher>::default();
    seen.extend(values);
    seen.into_iter().collect()
}

#[cfg(test)]
mod tests;
