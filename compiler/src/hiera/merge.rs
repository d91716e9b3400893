//! How values of the same key from several places become one.

use std::sync::Arc;

use super::fault;
use crate::error::Stop;
use crate::value::{Hash, Value};

/// A merge strategy with its options.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Strategy {
    /// The first value found counts.
    First,
    /// One array without doubles.
    Unique,
    /// The keys of all hashes, at the top only.
    Hash,
    Deep(Deep),
}

/// Options of a deep merge.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Deep {
    knockout_prefix: Option<Arc<str>>,
    sort_merged_arrays: bool,
    merge_hash_arrays: bool,
}

impl Strategy {
    /// From a name, or a hash with `strategy` and options.
    pub(super) fn parse(merge: &Value) -> Result<Self, Stop> {
        match merge {
            Value::Undef | Value::Default => Ok(Self::First),
            Value::String(name) => Self::named(name, None),
            Value::Hash(options) => match text(options, "strategy") {
                Some(name) => Self::named(&name, Some(options)),
                None => Err(crate::error::Failure::argument(
                    "The hash given as 'merge' must contain the name of a strategy in string form for the key \
                     'strategy'",
                )
                .into()),
            },
            _ => Err(crate::error::Failure::argument("Unknown merge strategy: ''").into()),
        }
    }

    fn named(name: &str, options: Option<&Hash>) -> Result<Self, Stop> {
        match name {
            "first" | "default" => Ok(Self::First),
            "unique" => Ok(Self::Unique),
            "hash" => Ok(Self::Hash),
            "deep" | "unconstrained_deep" => Ok(Self::Deep(options.map_or_else(|| Ok(Deep::default()), Deep::parse)?)),
            _ => Err(crate::error::Failure::argument(format!("Unknown merge strategy: '{name}'")).into()),
        }
    }

    /// Joins what `look` finds in `count` places, the first of the highest priority.
    pub(super) fn over(
        &self,
        count: usize,
        mut look: impl FnMut(usize) -> Result<Option<Value>, Stop>,
    ) -> Result<Option<Value>, Stop> {
        if *self == Self::First {
            for place in 0..count {
                if let Some(found) = look(place)? {
                    return Ok(Some(found));
                }
            }
            return Ok(None);
        }
        if count == 1 {
            return Ok(look(0)?.map(|value| self.single(value)));
        }
        let mut joined: Option<Value> = None;
        for place in 0..count {
            let Some(found) = look(place)? else { continue };
            joined = Some(match joined {
                None => self.first_of_many(found),
                Some(before) => self.merge(&before, found)?,
            });
        }
        Ok(joined)
    }

    /// Two values into one; `higher` wins.
    pub(super) fn merge(&self, higher: &Value, lower: Value) -> Result<Value, Stop> {
        match self {
            Self::First => Ok(higher.clone()),
            Self::Unique => {
                if matches!(lower, Value::Hash(_) | Value::Undef) {
                    return Err(mismatch("second", "a value of type Scalar or Array", &lower));
                }
                let mut joined = flat(higher);
                joined.extend(flat(&lower));
                Ok(Value::Array(without_doubles(joined).into()))
            }
            Self::Hash => match (higher, lower) {
                (Value::Hash(higher), Value::Hash(lower)) => {
                    let mut joined = Arc::unwrap_or_clone(lower);
                    joined.extend(higher.iter().map(|(key, value)| (key.clone(), value.clone())));
                    Ok(Value::Hash(joined.into()))
                }
                (Value::Hash(_), lower) => Err(mismatch("second", "a Hash value", &lower)),
                (higher, _) => Err(mismatch("first", "a Hash value", higher)),
            },
            Self::Deep(options) => options.merge(higher, lower),
        }
    }

    /// Where only one place was asked.
    fn single(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Unique, Value::Array(items)) => Value::Array(without_doubles(items.iter().cloned()).into()),
            (_, value) => value,
        }
    }

    fn first_of_many(&self, value: Value) -> Value {
        if *self == Self::Unique { Value::Array(flat(&value).into()) } else { value }
    }
}

fn mismatch(which: &str, expected: &str, value: &Value) -> Stop {
    let actual = crate::functions::kind_of(value);
    crate::error::Failure::argument(format!(
        "The {which} element of the merge has wrong type, expects {expected}, got {actual}"
    ))
    .into()
}

fn text(options: &Hash, key: &str) -> Option<Arc<str>> {
    match options.get(&Value::String(key.into())) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

fn flag(options: &Hash, key: &str) -> bool {
    matches!(options.get(&Value::String(key.into())), Some(Value::Boolean(true)))
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

impl Deep {
    fn parse(options: &Hash) -> Result<Self, Stop> {
        const KNOWN: [&str; 5] =
            ["strategy", "knockout_prefix", "merge_debug", "merge_hash_arrays", "sort_merged_arrays"];
        let wrong = |what: String| -> Stop {
            crate::error::Failure::argument(format!("The merge options has wrong type, {what}")).into()
        };
        for key in options.keys() {
            match key {
                Value::String(name) if KNOWN.contains(&&**name) => {}
                other => return Err(wrong(format!("unrecognized key '{}'", crate::format::to_text(other)))),
            }
        }
        let knockout_prefix = text(options, "knockout_prefix");
        if knockout_prefix.as_deref() == Some("") {
            return Err(
                crate::error::Failure::argument("knockout_prefix cannot be an empty string in deep_merge!").into()
            );
        }
        Ok(Self {
            knockout_prefix,
            sort_merged_arrays: flag(options, "sort_merged_arrays"),
            merge_hash_arrays: flag(options, "merge_hash_arrays"),
        })
    }

    /// Merges `source` (it wins) into `dest`.
    pub(super) fn merge(&self, source: &Value, dest: Value) -> Result<Value, Stop> {
        match (source, dest) {
            (Value::Undef, dest) => Ok(dest),
            (source, Value::Undef | Value::Boolean(false)) => Ok(source.clone()),
            (Value::Hash(source), Value::Hash(dest)) => {
                let mut joined = Arc::unwrap_or_clone(dest);
                for (key, value) in source.iter() {
                    self.merge_entry(&mut joined, key, value)?;
                }
                Ok(Value::Hash(joined.into()))
            }
            // The first key replaces what was there, the others merge the source with itself.
            (Value::Hash(source), dest) => {
                if source.is_empty() {
                    return Ok(dest);
                }
                let mut joined = (**source).clone();
                for (key, value) in source.iter().skip(1) {
                    self.merge_entry(&mut joined, key, value)?;
                }
                Ok(Value::Hash(joined.into()))
            }
            (Value::Array(source), Value::Array(dest)) => self.merge_arrays(source, &dest),
            (Value::Array(source), _) => match &self.knockout_prefix {
                None => Ok(Value::Array(source.clone())),
                Some(prefix) => {
                    let kept: Vec<Value> =
                        source.iter().filter(|item| knocked(item, prefix).is_none()).cloned().collect();
                    Ok(Value::Array(kept.into()))
                }
            },
            (source, _) => match &self.knockout_prefix {
                Some(prefix) if knocked(source, prefix).is_some() => Ok(Value::String("".into())),
                _ => Ok(source.clone()),
            },
        }
    }

    fn merge_entry(&self, joined: &mut Hash, key: &Value, value: &Value) -> Result<(), Stop> {
        let before = match joined.get(key) {
            Some(before) if !matches!(before, Value::Undef | Value::Boolean(false)) => before.clone(),
            // What is new is merged with itself: doubles and knock-outs within it go.
            _ => value.clone(),
        };
        let merged = self.merge(value, before)?;
        joined.insert(key.clone(), merged);
        Ok(())
    }

    fn merge_arrays(&self, source: &[Value], dest: &[Value]) -> Result<Value, Stop> {
        let mut source = source.to_vec();
        let mut dest = dest.to_vec();
        if let Some(prefix) = &self.knockout_prefix {
            let all = Value::String(prefix.clone());
            if source.contains(&all) {
                dest.clear();
                source.retain(|item| *item != all);
            }
            source.retain(|item| {
                let Some(name) = knocked(item, prefix) else { return true };
                dest.retain(|other| *other != name && other != item);
                false
            });
        }
        let hashes = |items: &[Value]| items.iter().all(|item| matches!(item, Value::Hash(_)));
        let mut joined = if self.merge_hash_arrays && hashes(&source) && hashes(&dest) {
            let shared = dest.len();
            let empty = Value::Hash(Arc::default());
            let mut list = Vec::with_capacity(shared.max(source.len()));
            for (index, item) in dest.into_iter().enumerate() {
                list.push(self.merge(source.get(index).unwrap_or(&empty), item)?);
            }
            list.extend(source.into_iter().skip(shared));
            list
        } else {
            without_doubles(dest.into_iter().chain(source))
        };
        if self.sort_merged_arrays {
            sort(&mut joined)?;
        }
        Ok(Value::Array(joined.into()))
    }
}

/// The value that a knock-out removes, when an item is one.
fn knocked(item: &Value, prefix: &str) -> Option<Value> {
    match item {
        Value::String(text) => text.strip_prefix(prefix).map(|rest| Value::String(rest.into())),
        _ => None,
    }
}

fn sort(items: &mut [Value]) -> Result<(), Stop> {
    let number = |value: &Value| match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    if items.iter().all(|item| number(item).is_some()) {
        items.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal));
        return Ok(());
    }
    if items.len() > 1 && !items.iter().all(|item| matches!(item, Value::String(_))) {
        return Err(fault("sort_merged_arrays: the elements of the merged array cannot be compared".to_owned()));
    }
    items.sort_by(|a, b| match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    Ok(())
}

#[cfg(test)]
mod tests;
