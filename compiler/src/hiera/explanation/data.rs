//! The tree as data, for JSON and YAML.

use super::{Branch, Event, Explanation, LocationKind, Node};
use crate::functions::stdlib::yaml;
use crate::value::{Hash, Value};

/// A part of the tree. Keys, and texts that are symbols, are symbols in Ruby.
#[derive(Debug)]
pub(crate) enum Data {
    Value(Value),
    Symbol(&'static str),
    List(Vec<Data>),
    Map(Vec<(&'static str, Data)>),
}

impl Explanation {
    /// As the original renders it: a single branch stands for the whole.
    pub(crate) fn to_data(&self) -> Data {
        match self.branches.as_slice() {
            [one] => branch(one),
            many => Data::Map(branches(many)),
        }
    }
}

impl Data {
    /// Symbols are texts.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Symbol(name) => Value::from(*name),
            Self::List(items) => Value::array(items.iter().map(Self::value).collect()),
            Self::Map(entries) => {
                Value::hash(entries.iter().map(|(key, data)| (Value::from(*key), data.value())).collect::<Hash>())
            }
        }
    }

    /// Symbols are symbols.
    pub(crate) fn yaml(&self) -> ruby::yaml::Node {
        use ruby::yaml::Node;
        match self {
            Self::Value(value) => yaml::shared(value),
            Self::Symbol(name) => Node::symbol(name),
            Self::List(items) => Node::Sequence(items.iter().map(Self::yaml).collect()),
            Self::Map(entries) => {
                Node::Mapping(entries.iter().map(|(key, data)| (Node::symbol(key), data.yaml())).collect())
            }
        }
    }

    fn text(text: impl Into<Value>) -> Self {
        Self::Value(text.into())
    }
}

type Map = Vec<(&'static str, Data)>;

fn branches(branches: &[Branch]) -> Map {
    if branches.is_empty() {
        return Vec::new();
    }
    vec![("branches", Data::List(branches.iter().map(branch).collect()))]
}

fn branch(branch: &Branch) -> Data {
    match &branch.node {
        Node::MergeSource(source) => {
            return Data::Map(vec![("type", Data::Symbol("merge_source")), ("merge_source", Data::text(*source))]);
        }
        Node::Merge { .. } if branch.branches.len() == 1 => return self::branch(&branch.branches[0]),
        _ => {}
    }
    let mut data = branches(&branch.branches);
    let key = branch.key.as_deref().or(match &branch.node {
        Node::Top(key) => Some(&**key),
        Node::InvalidKey => Some("lookup_options"),
        _ => None,
    });
    if let Some(key) = key {
        data.push(("key", Data::text(key)));
    }
    if matches!(branch.event, Some(Event::Found | Event::FoundInDefaults | Event::FoundInOverrides | Event::Result)) {
        data.push(("value", Data::Value(branch.value.clone().unwrap_or(Value::Undef))));
    }
    if let Some(event) = branch.event {
        data.push(("event", Data::Symbol(event.name())));
    }
    if !branch.texts.is_empty() {
        let texts = branch.texts.iter().map(|text| Data::text(text.as_str())).collect();
        data.push(("texts", Data::List(texts)));
    }
    data.push(("type", Data::Symbol(branch.node.type_name())));
    describe(&mut data, &branch.node);
    Data::Map(data)
}

fn describe(data: &mut Map, node: &Node) {
    match node {
        Node::Merge { strategy, options } => {
            data.push(("merge", Data::Symbol(strategy)));
            if let Some(options) = options {
                data.push(("options", Data::Value(options.clone())));
            }
        }
        Node::Provider { name, configuration, module } => {
            data.push(("name", Data::text(name.as_str())));
            if let Some(path) = configuration {
                data.push(("configuration_path", Data::text(&**path)));
            }
            if let Some(module) = module {
                data.push(("module", Data::text(&**module)));
            }
        }
        Node::Location { kind, original, resolved } => {
            let (first, second) = match kind {
                LocationKind::Path => ("original_path", "path"),
                LocationKind::Uri => ("original_uri", "uri"),
            };
            data.push((first, Data::text(&**original)));
            data.push((second, Data::text(&**resolved)));
        }
        Node::Interpolation(expression) => data.push(("expression", Data::text(&**expression))),
        Node::Scope(name) => data.push(("name", Data::text(name.as_str()))),
        Node::Top(_) | Node::InvalidKey | Node::MergeSource(_) | Node::SubKey(_) | Node::Segment | Node::Module(_) => {}
    }
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::FoundInOverrides => "found_in_overrides",
            Self::FoundInDefaults => "found_in_defaults",
            Self::NotFound => "not_found",
            Self::LocationNotFound => "location_not_found",
            Self::ModuleNotFound => "module_not_found",
            Self::ModuleProviderNotFound => "module_provider_not_found",
            Self::Result => "result",
        }
    }
}

impl Node {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Top(_) => "root",
            Self::InvalidKey => "invalid_key",
            Self::MergeSource(_) => "merge_source",
            Self::Merge { .. } => "merge",
            Self::Provider { .. } => "data_provider",
            Self::Location { kind: LocationKind::Path, .. } => "path",
            Self::Location { kind: LocationKind::Uri, .. } => "uri",
            Self::Interpolation(_) => "interpolate",
            Self::Scope(_) => "scope",
            Self::SubKey(_) => "sub_key",
            Self::Segment => "segment",
            Self::Module(_) => "module",
        }
    }
}
