//! Functions that walk over something and call a lambda.

use std::sync::Arc;

use super::{Call, Function};
use crate::error::{Failure, Stop};
use crate::iterator::{self, Iterator, Source};
use crate::signature::{Declared, optional, repeated, required};
use crate::types::{self, Bounds, Type};
use crate::value::{Hash, Value, extent};

/// A hash or anything iterable, with a lambda of two parameters or one.
const EACH: &[Declared] = &[
    Declared::new(&[required("hash", "Hash[Any, Any]")]).block(required("block", "Callable[2,2]")),
    Declared::new(&[required("hash", "Hash[Any, Any]")]).block(required("block", "Callable[1,1]")),
    Declared::new(&[required("enumerable", "Iterable")]).block(required("block", "Callable[2,2]")),
    Declared::new(&[required("enumerable", "Iterable")]).block(required("block", "Callable[1,1]")),
];

const TREE_OPTIONS: &str = "Struct[{container_type=>Optional[Type],include_root=>Optional[Boolean],\
    include_containers=>Optional[Boolean],include_values=>Optional[Boolean],\
    order=>Optional[Enum[depth_first, breadth_first]],include_refs=>Optional[Boolean]}]";
const TREE: &str = "Variant[Iterator, Array, Hash, Object]";
const ALIASES: &[(&str, &str)] = &[("OptionsType", TREE_OPTIONS)];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("each", EACH, each),
    Function::new("map", EACH, map),
    Function::new("filter", EACH, filter),
    Function::new("any", EACH, any),
    Function::new("all", EACH, all),
    Function::new(
        "index",
        &[
            Declared::new(&[required("hash", "Hash[Any, Any]")]).block(required("block", "Callable[2,2]")),
            Declared::new(&[required("hash", "Hash[Any, Any]")]).block(required("block", "Callable[1,1]")),
            Declared::new(&[required("enumerable", "Iterable")]).block(required("block", "Callable[2,2]")),
            Declared::new(&[required("enumerable", "Iterable")]).block(required("block", "Callable[1,1]")),
            Declared::new(&[required("str", "String"), required("match", "Variant[String,Regexp]")]),
            Declared::new(&[required("enumerable", "Iterable"), required("match", "Any")]),
        ],
        index,
    ),
    Function::new(
        "reduce",
        &[
            Declared::new(&[required("enumerable", "Iterable")]).block(required("block", "Callable[2,2]")),
            Declared::new(&[required("enumerable", "Iterable"), required("memo", "Any")])
                .block(required("block", "Callable[2,2]")),
        ],
        reduce,
    ),
    Function::new(
        "slice",
        &[
            Declared::new(&[required("hash", "Hash[Any, Any]"), required("slice_size", "Integer[1, default]")])
                .block(optional("block", "Callable")),
            Declared::new(&[required("enumerable", "Iterable"), required("slice_size", "Integer[1, default]")])
                .block(optional("block", "Callable")),
        ],
        slice,
    ),
    Function::new(
        "group_by",
        &[
            Declared::new(&[required("collection", "Collection")]).block(required("block", "Callable[1,1]")),
            Declared::new(&[required("array", "Array")]).block(required("block", "Callable[2,2]")),
            Declared::new(&[required("collection", "Collection")]).block(required("block", "Callable[2,2]")),
        ],
        group_by,
    ),
    Function::new(
        "partition",
        &[
            Declared::new(&[required("collection", "Collection")]).block(required("block", "Callable[1,1]")),
            Declared::new(&[required("array", "Array")]).block(required("block", "Callable[2,2]")),
            Declared::new(&[required("collection", "Collection")]).block(required("block", "Callable[2,2]")),
        ],
        partition,
    ),
    Function::new("with", &[Declared::new(&[repeated("arg", "Any")]).block(required("block", "Callable"))], |call| {
        let arguments = std::mem::take(&mut call.arguments);
        call.run_block(arguments)
    }),
    Function::new(
        "then",
        &[Declared::new(&[required("arg", "Any")]).block(required("block", "Callable[1,1]"))],
        |call| match call.take(0) {
            Value::Undef => Ok(Value::Undef),
            value => call.run_block(vec![value]),
        },
    ),
    Function::new(
        "lest",
        &[Declared::new(&[required("arg", "Any")]).block(required("block", "Callable[0,0]"))],
        |call| match call.take(0) {
            Value::Undef => call.run_block(Vec::new()),
            value => Ok(value),
        },
    ),
    Function::new(
        "reverse_each",
        &[
            Declared::new(&[required("iterable", "Iterable")]),
            Declared::new(&[required("iterable", "Iterable")]).block(required("block", "Callable[1,1]")),
        ],
        |call| {
            let source = sequence(call, 0)?;
            let element = element_type(call.argument(0), &source);
            lazy(call, Iterator { source: Source::Reversed(Arc::new(source)), element })
        },
    ),
    Function::new(
        "step",
        &[
            Declared::new(&[required("iterable", "Iterable"), required("step", "Integer[1]")]),
            Declared::new(&[required("iterable", "Iterable"), required("step", "Integer[1]")])
                .block(required("block", "Callable[1,1]")),
        ],
        |call| {
            let source = sequence(call, 0)?;
            let step = call.argument(1).as_integer().unwrap_or(1);
            let element = element_type(call.argument(0), &source);
            lazy(call, Iterator { source: Source::Step(Arc::new(source), step), element })
        },
    ),
    Function::new(
        "tree_each",
        &[
            Declared::new(&[required("tree", TREE), optional("options", "OptionsType")])
                .block(required("block", "Callable[2,2]"))
                .aliases(ALIASES),
            Declared::new(&[required("tree", TREE), optional("options", "OptionsType")])
                .block(required("block", "Callable[1,1]"))
                .aliases(ALIASES),
            Declared::new(&[required("tree", TREE), optional("options", "OptionsType")]).aliases(ALIASES),
        ],
        tree_each,
    ),
];

/// What is iterated over, one element after the other.
fn sequence(call: &Call<'_>, index: usize) -> Result<Iterator, Stop> {
    let value = call.argument(index);
    iterator::iterable(value).ok_or_else(|| {
        Failure::argument(format!("{}(): wrong argument type ({}; is not Iterable.", call.name, value.type_name()))
            .into()
    })
}

/// The type of the elements, from the elements where the sequence does not say.
fn element_type(value: &Value, sequence: &Iterator) -> Type {
    let any_of = |values: &mut dyn std::iter::Iterator<Item = &Value>| match values.map(types::infer_set).collect() {
        types if Vec::is_empty(&types) => Type::Unit,
        types => Type::variant(types),
    };
    match value {
        Value::Array(items) => any_of(&mut items.iter()),
        Value::Hash(entries) => {
            Type::tuple(vec![any_of(&mut entries.keys()), any_of(&mut entries.values())], Some(Bounds::exactly(2)))
        }
        Value::Integer(0) => Type::Unit,
        Value::Integer(count) => Type::Integer(Bounds::between(0, count - 1)),
        Value::String(_) => Type::String(Bounds::exactly(1)),
        _ => sequence.element.clone(),
    }
}

/// Whether the lambda was matched with two parameters: the first and third of [`EACH`].
fn takes_two(call: &Call<'_>) -> bool {
    matches!(call.dispatch, 0 | 2)
}

/// The arguments of the lambda for each element, and the element itself, made one by one.
struct Steps {
    source: Walked,
    two: bool,
    at: u64,
}

enum Walked {
    Hash(Arc<Hash>),
    Sequence(Iterator),
}

fn steps(call: &Call<'_>) -> Result<Steps, Stop> {
    let source = match call.argument(0) {
        Value::Hash(entries) => Walked::Hash(entries.clone()),
        _ => Walked::Sequence(sequence(call, 0)?),
    };
    Ok(Steps { source, two: takes_two(call), at: 0 })
}

impl std::iter::Iterator for Steps {
    type Item = (Vec<Value>, Value);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        self.at += 1;
        match &self.source {
            Walked::Hash(entries) => {
                let (key, value) = entries.get_index(usize::try_from(at).ok()?)?;
                let pair = Value::array(vec![key.clone(), value.clone()]);
                let arguments = if self.two { vec![key.clone(), value.clone()] } else { vec![pair.clone()] };
                Some((arguments, pair))
            }
            Walked::Sequence(sequence) => {
                let element = sequence.get(at)?;
                let arguments =
                    if self.two { vec![Value::Integer(at as i64), element.clone()] } else { vec![element.clone()] };
                Some((arguments, element))
            }
        }
    }
}

/// Calls the lambda for each element until it breaks; `take` gets element and outcome and says whether to go on.
fn walk(call: &mut Call<'_>, mut take: impl FnMut(Value, Value) -> bool) -> Result<(), Stop> {
    for (arguments, element) in steps(call)? {
        match call.run_block(arguments) {
            Ok(outcome) => {
                if !take(element, outcome) {
                    break;
                }
            }
            Err(Stop::Break(_)) => break,
            Err(stop) => return Err(stop),
        }
    }
    Ok(())
}

fn each(call: &mut Call<'_>) -> Result<Value, Stop> {
    walk(call, |_, _| true)?;
    Ok(call.take(0))
}

fn map(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut result = Vec::new();
    walk(call, |_, outcome| {
        result.push(outcome);
        true
    })?;
    Ok(Value::array(result))
}

fn filter(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut kept = Vec::new();
    walk(call, |element, outcome| {
        if outcome.is_truthy() {
            kept.push(element);
        }
        true
    })?;
    if matches!(call.argument(0), Value::Hash(_)) {
        return Ok(Value::hash(kept.iter().filter_map(entry).collect::<Hash>()));
    }
    Ok(Value::array(kept))
}

fn entry(pair: &Value) -> Option<(Value, Value)> {
    match pair.as_array() {
        Some([key, value]) => Some((key.clone(), value.clone())),
        _ => None,
    }
}

fn any(call: &mut Call<'_>) -> Result<Value, Stop> {
    for (arguments, _) in steps(call)? {
        if call.run_block(arguments)?.is_truthy() {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

fn all(call: &mut Call<'_>) -> Result<Value, Stop> {
    for (arguments, _) in steps(call)? {
        if !call.run_block(arguments)?.is_truthy() {
            return Ok(Value::Boolean(false));
        }
    }
    Ok(Value::Boolean(true))
}

fn index(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.dispatch == 4 {
        return index_in_text(call);
    }
    let hash = matches!(call.argument(0), Value::Hash(_));
    if call.dispatch == 5 {
        let wanted = call.argument(1);
        if let Value::Hash(entries) = call.argument(0) {
            let found = entries.iter().find(|(_, value)| ruby_equal(value, wanted));
            return Ok(found.map_or(Value::Undef, |(key, _)| key.clone()));
        }
        let found = sequence(call, 0)?.iter().position(|element| ruby_equal(&element, wanted));
        return Ok(found.map_or(Value::Undef, |at| Value::Integer(at as i64)));
    }
    for (at, (arguments, element)) in (0..).zip(steps(call)?) {
        let pair = if hash { entry(&element) } else { None };
        // With one parameter the lambda gets the value of an entry alone.
        let arguments = match (&pair, takes_two(call)) {
            (Some((_, value)), false) => vec![value.clone()],
            _ => arguments,
        };
        if call.run_block(arguments)?.is_truthy() {
            return Ok(pair.map_or(Value::Integer(at), |(key, _)| key));
        }
    }
    Ok(Value::Undef)
}

fn index_in_text(call: &Call<'_>) -> Result<Value, Stop> {
    let text = call.text(0);
    let found = match call.argument(1) {
        Value::String(wanted) => text.find(&**wanted),
        Value::Regexp(pattern) => {
            pattern.captures_from(text, 0)?.and_then(|found| found.get(0)).map(|found| found.start())
        }
        _ => None,
    };
    Ok(found.map_or(Value::Undef, |at| Value::Integer(text[..at].chars().count() as i64)))
}

/// Ruby's `==`: exact texts, numbers by value.
pub(super) fn ruby_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Integer(a), Value::Float(b)) | (Value::Float(b), Value::Integer(a)) => (*a as f64).total_cmp(b).is_eq(),
        (a, b) => a == b,
    }
}

fn reduce(call: &mut Call<'_>) -> Result<Value, Stop> {
    let elements = sequence(call, 0)?;
    let mut at = 0;
    let mut memo = if call.dispatch == 1 {
        call.take(1)
    } else {
        at = 1;
        elements.get(0).unwrap_or(Value::Undef)
    };
    while let Some(element) = elements.get(at) {
        at += 1;
        match call.run_block(vec![memo.clone(), element]) {
            Ok(outcome) => memo = outcome,
            Err(Stop::Break(_)) => break,
            Err(stop) => return Err(stop),
        }
        if at.is_multiple_of(64) {
            extent::check(call.name, &memo)?;
        }
    }
    extent::check(call.name, &memo)?;
    Ok(memo)
}

/// Elements that `slice` gives to its lambda in one go, at most.
const MOST_AT_ONCE: usize = 10_000_000;

fn slice(call: &mut Call<'_>) -> Result<Value, Stop> {
    let size = call.argument(1).as_integer().and_then(|size| usize::try_from(size).ok()).unwrap_or(1);
    let elements = sequence(call, 0)?;
    let Some(block) = call.block.clone() else {
        let elements = elements.to_vec()?;
        return Ok(Value::array(elements.chunks(size).map(|chunk| Value::array(chunk.to_vec())).collect()));
    };
    let (least, most) = block.signature.arity();
    let serving = if most == Some(least) { least } else { size };
    if serving == 0 {
        return Err(Failure::argument("slice(): block must define at least one parameter. Block has 0.").into());
    }
    if serving != 1 && serving != size {
        let names: Vec<&str> = block.signature.parameters.iter().map(|parameter| &*parameter.name).collect();
        return Err(Failure::argument(format!(
            "slice(): block must define one parameter, or the same number of parameters as the given size of the slice \
             ({size}). Block has {serving}; {}",
            names.join(", ")
        ))
        .into());
    }
    let filler = if call.dispatch == 0 { Value::array(Vec::new()) } else { Value::Undef };
    let mut elements = elements.iter();
    loop {
        let mut chunk: Vec<Value> = elements.by_ref().take(size.min(MOST_AT_ONCE + 1)).collect();
        if chunk.len() > MOST_AT_ONCE {
            return Err(Failure::argument(format!("slice(): more than {MOST_AT_ONCE} elements at once")).into());
        }
        if chunk.is_empty() {
            break;
        }
        let arguments = if serving == 1 {
            vec![Value::array(chunk)]
        } else {
            chunk.resize(serving, filler.clone());
            chunk
        };
        match call.run_block(arguments) {
            Ok(_) => {}
            Err(Stop::Break(_)) => break,
            Err(stop) => return Err(stop),
        }
    }
    Ok(call.take(0))
}

/// The elements of an array or the pairs of a hash, with the lambda's arguments.
fn members(call: &Call<'_>) -> Vec<(Vec<Value>, Value)> {
    match call.argument(0) {
        Value::Hash(entries) => entries
            .iter()
            .map(|(key, value)| {
                let pair = Value::array(vec![key.clone(), value.clone()]);
                if call.dispatch == 0 { (vec![pair.clone()], pair) } else { (vec![key.clone(), value.clone()], pair) }
            })
            .collect(),
        other => (0..)
            .zip(other.as_array().unwrap_or_default())
            .map(|(index, item)| {
                let arguments =
                    if call.dispatch == 0 { vec![item.clone()] } else { vec![Value::Integer(index), item.clone()] };
                (arguments, item.clone())
            })
            .collect(),
    }
}

fn group_by(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut groups: indexmap::IndexMap<Value, Vec<Value>, rustc_hash::FxBuildHasher> = indexmap::IndexMap::default();
    for (arguments, member) in members(call) {
        let group = call.run_block(arguments)?;
        groups.entry(group).or_default().push(member);
    }
    Ok(Value::hash(groups.into_iter().map(|(group, members)| (group, Value::array(members))).collect()))
}

fn partition(call: &mut Call<'_>) -> Result<Value, Stop> {
    let (mut chosen, mut others) = (Vec::new(), Vec::new());
    for (arguments, member) in members(call) {
        let side = if call.run_block(arguments)?.is_truthy() { &mut chosen } else { &mut others };
        side.push(member);
    }
    Ok(Value::array(vec![Value::array(chosen), Value::array(others)]))
}

/// With a lambda: walks and gives undef. Without: the sequence itself.
fn lazy(call: &mut Call<'_>, sequence: Iterator) -> Result<Value, Stop> {
    if call.block.is_none() {
        return Ok(Value::Iterator(Arc::new(sequence)));
    }
    let mut at = 0;
    while let Some(element) = sequence.get(at) {
        match call.run_block(vec![element]) {
            Ok(_) => at += 1,
            Err(Stop::Break(_)) => break,
            Err(stop) => return Err(stop),
        }
    }
    Ok(Value::Undef)
}

/// What `tree_each` shows of a tree.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the function")]
struct Tree {
    containers: Option<Type>,
    with_root: bool,
    with_containers: bool,
    with_values: bool,
    depth_first: bool,
    /// Whether objects lead to what they refer to, as well as to what they hold.
    with_references: bool,
}

fn tree_each(call: &mut Call<'_>) -> Result<Value, Stop> {
    let options = call.argument(1);
    let flag = |name: &str| options.get(name).and_then(Value::as_bool).unwrap_or(true);
    let tree = Tree {
        containers: options.get("container_type").and_then(Value::as_type).cloned(),
        with_root: flag("include_root"),
        with_containers: flag("include_containers"),
        with_values: flag("include_values"),
        depth_first: options.get("order").and_then(Value::as_str) != Some("breadth_first"),
        with_references: options.get("include_refs").is_some_and(Value::is_truthy),
    };
    if !tree.with_containers && !tree.with_values {
        return Err(Failure::argument("Options 'include_containers' and 'include_values' cannot both be false").into());
    }
    if let Some(of) = &tree.containers {
        let list = Type::array(Type::Any, Bounds::NONE);
        let hash = Type::hash(Type::Any, Type::Any, Bounds::NONE);
        if !types::is_assignable(&Type::variant([list, hash, Type::Object(None)]), of) {
            return Err(Failure::argument(format!(
                "Only Array, Hash, and Object types can be used as container types. Got {of}"
            ))
            .into());
        }
    }
    let root = match call.argument(0) {
        Value::Iterator(iterator) => Value::array(iterator.to_vec()?),
        other => other.clone(),
    };
    let mut nodes = Vec::new();
    if tree.depth_first {
        tree.depth_first(&root, &mut Vec::new(), &mut nodes, 0)?;
    } else {
        tree.breadth_first(&root, &mut nodes);
    }
    if call.block.is_none() {
        let pairs = nodes.into_iter().map(|(path, value)| Value::array(vec![path, value])).collect();
        let source = Source::Values(Arc::new(pairs));
        return Ok(Value::Iterator(Arc::new(Iterator { source, element: Type::Any })));
    }
    let two = call.dispatch == 0;
    for (path, value) in nodes {
        match call.run_block(if two { vec![path, value] } else { vec![value] }) {
            Ok(_) => {}
            Err(Stop::Break(_)) => break,
            Err(stop) => return Err(stop),
        }
    }
    Ok(call.take(0))
}

impl Tree {
    const MOST_LEVELS: usize = 1000;

    fn is_container(&self, value: &Value) -> bool {
        matches!(value, Value::Array(_) | Value::Hash(_) | Value::Object(_))
            && self.containers.as_ref().is_none_or(|of| types::is_instance(of, value))
    }

    /// What a container holds, by key, index or name of attribute.
    fn children(&self, value: &Value) -> Vec<(Value, Value)> {
        match value {
            Value::Array(items) => (0..).map(Value::Integer).zip(items.iter().cloned()).collect(),
            Value::Hash(entries) => entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            Value::Object(object) => {
                let contents = object.contents(self.with_references);
                contents.map(|(name, value)| (Value::String(name.into()), value.clone())).collect()
            }
            _ => Vec::new(),
        }
    }

    fn shows(&self, value: &Value, is_root: bool) -> bool {
        if is_root && !self.with_root {
            return false;
        }
        if self.is_container(value) { self.with_containers } else { self.with_values }
    }

    fn depth_first(
        &self,
        value: &Value,
        path: &mut Vec<Value>,
        nodes: &mut Vec<(Value, Value)>,
        depth: usize,
    ) -> Result<(), Stop> {
        if depth > Self::MOST_LEVELS {
            return Err(
                Failure::argument(format!("tree_each(): nested deeper than {} levels", Self::MOST_LEVELS)).into()
            );
        }
        if self.shows(value, path.is_empty()) {
            nodes.push((Value::array(path.clone()), value.clone()));
        }
        if self.is_container(value) {
            for (step, child) in self.children(value) {
                path.push(step);
                self.depth_first(&child, path, nodes, depth + 1)?;
                path.pop();
            }
        }
        Ok(())
    }

    fn breadth_first(&self, root: &Value, nodes: &mut Vec<(Value, Value)>) {
        let mut level = vec![(Vec::new(), root.clone())];
        while !level.is_empty() {
            let mut next = Vec::new();
            for (path, value) in level {
                if self.shows(&value, path.is_empty()) {
                    nodes.push((Value::array(path.clone()), value.clone()));
                }
                if self.is_container(&value) {
                    for (step, child) in self.children(&value) {
                        let mut path = path.clone();
                        path.push(step);
                        next.push((path, child));
                    }
                }
            }
            level = next;
        }
    }
}
