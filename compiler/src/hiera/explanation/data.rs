//! The tree as data, for JSON and YAML.

use std::sync::Arc;

use super::{Branch, Event, Explanation, LocationKind, Node};
use crate::value::{Hash, Value};

impl Explanation {
    /// As the original renders it: a single branch stands for the whole. Where Ruby has symbols,
    /// `mark` stands before the text.
    pub(crate) fn to_data(&self, mark: &str) -> Value {
        let writer = Writer { mark };
        match self.branches.as_slice() {
            [one] => writer.branch(one),
            many => Value::hash(writer.branches(many)),
        }
    }
}

struct Writer<'a> {
    mark: &'a str,
}

impl Writer<'_> {
    fn symbol(&self, text: &str) -> Value {
        Value::from(format!("{}{text}", self.mark))
    }

    fn put(&self, data: &mut Hash, key: &str, value: Value) {
        data.insert(self.symbol(key), value);
    }

    fn branches(&self, branches: &[Branch]) -> Hash {
        let mut data = Hash::default();
        if !branches.is_empty() {
            let branches = branches.iter().map(|branch| self.branch(branch)).collect();
            self.put(&mut data, "branches", Value::array(branches));
        }
        data
    }

    fn branch(&self, branch: &Branch) -> Value {
        match &branch.node {
            Node::MergeSource(source) => {
                let mut data = Hash::default();
                self.put(&mut data, "type", self.symbol("merge_source"));
                self.put(&mut data, "merge_source", Value::from(*source));
                return Value::hash(data);
            }
            Node::Merge { .. } if branch.branches.len() == 1 => return self.branch(&branch.branches[0]),
            _ => {}
        }
        let mut data = self.branches(&branch.branches);
        let key = branch.key.as_deref().or(match &branch.node {
            Node::Top(key) => Some(&**key),
            Node::InvalidKey => Some("lookup_options"),
            _ => None,
        });
        if let Some(key) = key {
            self.put(&mut data, "key", Value::from(key));
        }
        if matches!(branch.event, Some(Event::Found | Event::FoundInDefaults | Event::FoundInOverrides | Event::Result))
        {
            self.put(&mut data, "value", branch.value.clone().unwrap_or(Value::Undef));
        }
        if let Some(event) = branch.event {
            self.put(&mut data, "event", self.symbol(event.name()));
        }
        if !branch.texts.is_empty() {
            let texts = branch.texts.iter().map(|text| Value::from(text.as_str())).collect();
            self.put(&mut data, "texts", Value::array(texts));
        }
        self.put(&mut data, "type", self.symbol(branch.node.type_name()));
        self.describe(&mut data, &branch.node);
        Value::hash(data)
    }

    fn describe(&self, data: &mut Hash, node: &Node) {
        match node {
            Node::Merge { strategy, options } => {
                self.put(data, "merge", self.symbol(strategy));
                if let Some(options) = options {
                    self.put(data, "options", options.clone());
                }
            }
            Node::Provider { name, configuration, module } => {
                self.put(data, "name", Value::from(name.as_str()));
                if let Some(path) = configuration {
                    self.put(data, "configuration_path", text(path));
                }
                if let Some(module) = module {
                    self.put(data, "module", text(module));
                }
            }
            Node::Location { kind, original, resolved } => {
                let (first, second) = match kind {
                    LocationKind::Path => ("original_path", "path"),
                    LocationKind::Uri => ("original_uri", "uri"),
                };
                self.put(data, first, text(original));
                self.put(data, second, text(resolved));
            }
            Node::Interpolation(expression) => self.put(data, "expression", text(expression)),
            Node::Scope(name) => self.put(data, "name", Value::from(name.as_str())),
            Node::Top(_)
            | Node::InvalidKey
            | Node::MergeSource(_)
            | Node::SubKey(_)
            | Node::Segment
            | Node::Module(_) => {}
        }
    }
}

fn text(text: &Arc<str>) -> Value {
    Value::String(text.clone().into())
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
