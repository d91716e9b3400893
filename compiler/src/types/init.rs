//! `Init[T, args]`: a T, or something that makes one.

use std::borrow::Cow;

use crate::convert::constructors;
use crate::signature::Signature;
use crate::types::assignable::Check;
use crate::types::instance::Walk;
use crate::types::{Bounds, InitType, TupleType, Type, infer_set, is_instance};
use crate::value::Value;

/// What `new` takes for an `Init` type.
pub(crate) struct Parameters {
    /// The types of single arguments.
    single: Vec<Type>,
    /// Lists of arguments.
    lists: Vec<TupleType>,
    /// Whether some list may be one argument alone.
    optional_single: bool,
}

impl Parameters {
    /// `None` where no values of the type can be made.
    pub(crate) fn of(init: &InitType) -> Option<Self> {
        if matches!(init.of, Type::Init(_) | Type::Optional(_) | Type::NotUndef(_)) {
            return None;
        }
        let tuple = |signature: Cow<'_, Signature>| signature.callable_type().parameters;
        let tuples: Vec<TupleType> = constructors(&init.of)?.into_iter().filter_map(tuple).collect();
        if init.arguments.is_empty() {
            let (single, lists): (Vec<_>, Vec<_>) =
                tuples.into_iter().partition(|tuple| tuple.size_range() == Bounds::exactly(1));
            let optional_single = lists.iter().any(|list| list.size_range().from == Some(1));
            let single = single.iter().filter_map(|tuple| tuple.types.first().cloned()).collect();
            return Some(Self { single, lists, optional_single });
        }
        let arguments: Vec<Type> = init.arguments.iter().map(infer_set).collect();
        let takes = |tuple: &TupleType| {
            let first = tuple.types.first().cloned().unwrap_or(Type::Any);
            let types: Vec<Type> = std::iter::once(first).chain(arguments.iter().cloned()).collect();
            tuple.size_range().contains(types.len() as i64)
                && Check::default().tuple_from_tuple(tuple, &TupleType { types, size: None })
        };
        let single = tuples.iter().filter(|tuple| takes(tuple)).filter_map(|tuple| tuple.types.first().cloned());
        let single = single.collect();
        Some(Self { single, lists: Vec::new(), optional_single: false })
    }

    /// Whether nothing at all makes a value.
    pub(crate) fn is_empty(&self) -> bool {
        self.single.is_empty() && self.lists.is_empty()
    }

    /// Whether a list is one argument, and not arguments in turn.
    pub(crate) fn take_whole(&self, of: &Type, list: &Value) -> bool {
        is_instance(of, list) || self.single.iter().any(|single| is_instance(single, list))
    }
}

/// Whether a value is of the type or makes one of it.
pub(super) fn instance(walk: &mut Walk, init: &InitType, value: &Value) -> bool {
    walk.once(std::ptr::from_ref(init) as usize, value, |walk| {
        if walk.instance(&init.of, value) {
            return true;
        }
        let Some(parameters) = Parameters::of(init) else { return false };
        parameters.single.iter().any(|of| walk.instance(of, value))
            || value.as_array().is_some_and(|items| parameters.lists.iter().any(|list| walk.tuple(list, items)))
            || parameters.optional_single
                && parameters.lists.iter().any(|list| walk.tuple(list, std::slice::from_ref(value)))
    })
}

/// Whether `Init[T, args]` takes values of a type.
pub(super) fn assignable(check: &mut Check, init: Option<&InitType>, from: &Type) -> bool {
    let Some(init) = init else {
        return matches!(from, Type::Init(_)) || check.assignable(&Type::RichData, from);
    };
    check.once(std::ptr::from_ref(init) as usize, from, |check| {
        if let Type::Init(other) = from {
            return check.assignable(&init.of, other.as_ref().map_or(&Type::Any, |other| &other.of));
        }
        if check.assignable(&init.of, from) {
            return true;
        }
        let Some(parameters) = Parameters::of(init) else { return false };
        let one = TupleType { types: vec![from.clone()], size: None };
        parameters.single.iter().any(|of| check.assignable(of, from))
            || parameters.lists.iter().any(|list| check.assignable(&Type::Tuple(list.clone().into()), from))
            || parameters.optional_single && parameters.lists.iter().any(|list| check.tuple_from_tuple(list, &one))
    })
}
