//! Lazy sequences, and what can be iterated over.

use std::sync::Arc;

use crate::error::Failure;
use crate::types::Type;
use crate::value::Value;

/// A sequence that is described and not yet made: what `step`, `reverse_each` and iterating over
/// a range give.
#[derive(Clone, Debug)]
pub struct Iterator {
    pub source: Source,
    /// The type of the elements.
    pub element: Type,
}

/// Where the elements come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The elements of an array.
    Values(Arc<Vec<Value>>),
    /// From and to, inclusive.
    Range(i64, i64),
    /// Every n-th element, beginning with the first.
    Step(Arc<Iterator>, i64),
    /// From the last to the first.
    Reversed(Arc<Iterator>),
}

/// A sequence that is longer is not made into a list: a range costs nothing until then.
const MOST_ELEMENTS: u64 = 10_000_000;

impl Iterator {
    /// The type of the elements: as given, or as found by looking at them.
    pub fn element_type(&self) -> Type {
        match (&self.element, &self.source) {
            (Type::Any, Source::Values(values)) if values.is_empty() => Type::Unit,
            (Type::Any, Source::Values(values)) => Type::variant(values.iter().map(crate::types::infer_set)),
            (Type::Any, Source::Range(from, to)) => Type::Integer(crate::types::Bounds::between(*from, *to)),
            (Type::Any, Source::Step(inner, _) | Source::Reversed(inner)) => inner.element_type(),
            (element, _) => element.clone(),
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> u64 {
        match &self.source {
            Source::Values(values) => values.len() as u64,
            Source::Range(from, to) if to < from => 0,
            Source::Range(from, to) => (i128::from(*to) - i128::from(*from) + 1).min(i128::from(u64::MAX)) as u64,
            Source::Step(inner, step) => inner.len().div_ceil((*step).max(1) as u64),
            Source::Reversed(inner) => inner.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at an index, from 0.
    pub fn get(&self, index: u64) -> Option<Value> {
        match &self.source {
            Source::Values(values) => values.get(usize::try_from(index).ok()?).cloned(),
            Source::Range(from, _) if index < self.len() => Some(Value::Integer(from + index as i64)),
            Source::Range(..) => None,
            Source::Step(inner, step) => inner.get(index.checked_mul((*step).max(1) as u64)?),
            Source::Reversed(inner) => inner.get(inner.len().checked_sub(index + 1)?),
        }
    }

    /// All elements at once.
    pub fn to_vec(&self) -> Result<Vec<Value>, Failure> {
        if self.len() > MOST_ELEMENTS {
            let message = format!("{} elements are too many for a list; at most {MOST_ELEMENTS} can be", self.len());
            return Err(Failure::argument(message));
        }
        Ok(self.iter().collect())
    }

    /// The elements in turn.
    pub fn iter(&self) -> impl std::iter::Iterator<Item = Value> + '_ {
        (0..self.len()).map_while(|index| self.get(index))
    }
}

/// What iteration functions walk over; `None` where a value cannot be iterated.
///
/// A string gives its characters, an integer `n` the numbers below it, a hash its `[key, value]`
/// pairs, `Type[Integer[a, b]]` the range, `Type[Enum[..]]` its texts.
pub fn iterable(value: &Value) -> Option<Iterator> {
    let any = |source| Some(Iterator { source, element: Type::Any });
    match value {
        Value::Array(values) => any(Source::Values(values.clone())),
        Value::Hash(hash) => {
            let pairs = hash.iter().map(|(key, value)| Value::array(vec![key.clone(), value.clone()])).collect();
            any(Source::Values(Arc::new(pairs)))
        }
        Value::String(text) => {
            let characters = text.chars().map(|c| Value::String(text.derived(c.to_string()))).collect();
            Some(Iterator { source: Source::Values(Arc::new(characters)), element: Type::Any })
        }
        Value::Integer(count) if *count >= 0 => {
            Some(Iterator { source: Source::Range(0, count - 1), element: Type::Any })
        }
        Value::Type(Type::Alias(alias)) => iterable(&Value::Type(alias.target.get()?.resolved().clone())),
        Value::Type(Type::Integer(bounds)) => {
            let (from, to) = (bounds.from?, bounds.to?);
            Some(Iterator { source: Source::Range(from, to), element: Type::Integer(*bounds) })
        }
        Value::Type(Type::Enum(texts)) => {
            let values = texts.values.iter().map(|text| Value::String(text.clone().into())).collect();
            Some(Iterator { source: Source::Values(Arc::new(values)), element: Type::Enum(texts.clone()) })
        }
        Value::Iterator(iterator) => Some((**iterator).clone()),
        _ => None,
    }
}
