//! The tree as text.

use std::fmt::Write as _;

use super::{Branch, Event, Explanation, LocationKind, Node};
use crate::functions::ruby_text;
use crate::value::Value;

impl Explanation {
    /// As the original prints it with `--explain`.
    pub(crate) fn to_text(&self) -> String {
        let mut text = Text::default();
        for branch in &self.branches {
            text.branch(branch, 0);
        }
        text.texts(&self.texts, 0);
        text.out
    }
}

#[derive(Default)]
struct Text {
    out: String,
}

impl Text {
    fn line(&mut self, level: usize, line: impl AsRef<str>) {
        self.indent(level);
        self.out.push_str(line.as_ref());
        self.out.push('\n');
    }

    fn indent(&mut self, level: usize) {
        self.out.extend(std::iter::repeat_n("  ", level));
    }

    fn texts(&mut self, texts: &[String], level: usize) {
        for text in texts {
            self.line(level, text);
        }
    }

    fn branches(&mut self, branch: &Branch, level: usize) {
        for inner in &branch.branches {
            self.branch(inner, level);
        }
    }

    fn branch(&mut self, branch: &Branch, level: usize) {
        let within = level + 1;
        match &branch.node {
            Node::Top(key) => {
                self.line(level, format!("Searching for \"{key}\""));
                self.branches(branch, within);
            }
            Node::InvalidKey => self.line(level, "Invalid key \"lookup_options\""),
            Node::MergeSource(source) => self.line(level, format!("Using merge options from \"{source}\" hash")),
            Node::Merge { strategy, options } => self.merge(branch, strategy, options.as_ref(), level),
            Node::Provider { name, configuration, .. } => {
                self.line(level, name);
                if let Some(path) = configuration {
                    self.line(within, format!("Using configuration \"{path}\""));
                }
                self.branches(branch, within);
                self.outcome(branch, within);
            }
            Node::Location { kind, original, resolved } => {
                let (name, lower) = match kind {
                    LocationKind::Path => ("Path", "path"),
                    LocationKind::Uri => ("URI", "uri"),
                };
                self.line(level, format!("{name} \"{resolved}\""));
                self.line(within, format!("Original {lower}: \"{original}\""));
                self.branches(branch, within);
                if branch.event == Some(Event::LocationNotFound) {
                    self.line(within, format!("{name} not found"));
                }
                self.outcome(branch, within);
            }
            Node::Interpolation(expression) => {
                self.line(level, format!("Interpolation on \"{expression}\""));
                self.branches(branch, within);
            }
            Node::Scope(name) => self.with_outcome(branch, name, level),
            Node::SubKey(segments) => self.with_outcome(branch, &format!("Sub key: \"{segments}\""), level),
            Node::Segment => self.outcome(branch, level),
            Node::Module(name) => match branch.event {
                Some(Event::ModuleNotFound) => self.line(level, format!("Module \"{name}\" not found")),
                Some(Event::ModuleProviderNotFound) => {
                    self.line(level, format!("Module data provider for module \"{name}\" not found"));
                }
                _ => {}
            },
        }
    }

    fn with_outcome(&mut self, branch: &Branch, title: &str, level: usize) {
        self.line(level, title);
        self.branches(branch, level + 1);
        self.outcome(branch, level + 1);
    }

    /// A merge of one branch is none.
    fn merge(&mut self, branch: &Branch, strategy: &str, options: Option<&Value>, level: usize) {
        match branch.branches.as_slice() {
            [] => {}
            [one] => self.branch(one, level),
            _ => {
                self.line(level, format!("Merge strategy {strategy}"));
                if let Some(options) = options {
                    self.labelled("Options: ", options, level + 1);
                }
                self.branches(branch, level + 1);
                if let (Some(Event::Result), Some(value)) = (branch.event, &branch.value) {
                    self.labelled("Merged result: ", value, level + 1);
                }
            }
        }
    }

    fn labelled(&mut self, label: &str, value: &Value, level: usize) {
        self.indent(level);
        self.out.push_str(label);
        self.value(value, level);
        self.out.push('\n');
    }

    fn outcome(&mut self, branch: &Branch, level: usize) {
        let key = branch.key.as_deref().unwrap_or_default();
        match (branch.event, &branch.value) {
            (Some(Event::NotFound), _) => self.line(level, format!("No such key: \"{key}\"")),
            (Some(event @ (Event::Found | Event::FoundInOverrides | Event::FoundInDefaults)), Some(value)) => {
                self.indent(level);
                let _ = write!(self.out, "Found key: \"{key}\" value: ");
                self.value(value, level);
                self.out.push_str(match event {
                    Event::FoundInOverrides => " in overrides\n",
                    Event::FoundInDefaults => " in defaults\n",
                    _ => "\n",
                });
            }
            _ => {}
        }
        self.texts(&branch.texts, level);
    }

    fn value(&mut self, value: &Value, level: usize) {
        match value {
            Value::Hash(entries) if entries.is_empty() => self.out.push_str("{}"),
            Value::Hash(entries) => {
                self.out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.next_item(index, level + 1);
                    self.value(key, level + 1);
                    self.out.push_str(" => ");
                    self.value(value, level + 1);
                }
                self.end_items('}', level);
            }
            Value::Array(items) if items.is_empty() => self.out.push_str("[]"),
            Value::Array(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.next_item(index, level + 1);
                    self.value(item, level + 1);
                }
                self.end_items(']', level);
            }
            other => self.out.push_str(&ruby_text::inspect(other)),
        }
    }

    fn next_item(&mut self, index: usize, level: usize) {
        self.out.push_str(if index == 0 { "\n" } else { ",\n" });
        self.indent(level);
    }

    fn end_items(&mut self, close: char, level: usize) {
        self.out.push('\n');
        self.indent(level);
        self.out.push(close);
    }
}
