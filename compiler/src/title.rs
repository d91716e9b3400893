//! What a title says: name variables by the patterns of the type, and the key under which two
//! titles are the same resource.

use std::sync::Arc;

use crate::resource::{Parameter, Resource};
use crate::resource_type::ResourceType;
use crate::value::Value;

/// The values of a type's name variables, in the order of their names.
#[derive(Debug)]
pub(crate) struct Key {
    parts: Vec<Value>,
    /// Given as an alias: shown without brackets.
    single: bool,
}

/// What a title gives the name variables of a type; `None` when no pattern fits.
pub(crate) fn parse(builtin: &ResourceType, title: &str) -> Option<Vec<(Arc<str>, Arc<str>)>> {
    builtin.parse_title(title)
}

/// The key of a resource of a type; `None` when its title fits no pattern.
pub(crate) fn unique_key(builtin: &ResourceType, title: &str, parameters: &[Parameter]) -> Option<Key> {
    let parsed = parse(builtin, title)?;
    let value = |name: &str| {
        let given = parameters.iter().find(|parameter| &*parameter.name == name && !parameter.value.is_undef());
        let parsed =
            || parsed.iter().find(|(key, _)| &**key == name).map(|(_, text)| Value::String(text.clone().into()));
        given.map(|parameter| parameter.value.clone()).or_else(parsed)
    };
    let namevar = match &*builtin.namevars {
        [one] => one,
        _ => "name",
    };
    let name = value(namevar).or_else(|| value("name")).unwrap_or_else(|| Value::string(title));
    let mut names: Vec<&Arc<str>> = builtin.namevars.iter().collect();
    names.sort();
    let parts = names
        .into_iter()
        .map(|key| {
            value(key)
                .unwrap_or_else(|| if **key == *namevar || &**key == "name" { name.clone() } else { Value::Undef })
        })
        .collect();
    Some(Key { parts, single: false })
}

impl Key {
    /// The key of a class, node or define: its name.
    pub(crate) fn named(resource: &Resource) -> Self {
        let name = match resource.value("name") {
            Value::Undef => Value::String(resource.title.clone().into()),
            name => name,
        };
        Self { parts: vec![name], single: false }
    }

    pub(crate) fn single(value: Value) -> Self {
        Self { parts: vec![value], single: true }
    }

    /// Whether the key is nothing but the title.
    pub(crate) fn is(&self, title: &Value) -> bool {
        matches!(&*self.parts, [one] if one == title) || self.parts.iter().all(|part| !part.is_truthy())
    }

    /// A text that no other key has. A single text is itself, so that titles are found.
    pub(crate) fn encoded(&self) -> String {
        match &*self.parts {
            [Value::String(text)] => text.to_string(),
            parts => {
                let mut text = String::new();
                for part in parts {
                    text.push('\u{1}');
                    text.push_str(&inspect(part));
                }
                text
            }
        }
    }

    pub(crate) fn inspect(&self) -> String {
        if self.single { self.inspect_parts() } else { format!("[{}]", self.inspect_parts()) }
    }

    pub(crate) fn inspect_parts(&self) -> String {
        self.parts.iter().map(inspect).collect::<Vec<_>>().join(", ")
    }
}

/// A value as Ruby's `inspect` shows it.
pub(crate) fn inspect(value: &Value) -> String {
    match value {
        Value::Undef => "nil".to_owned(),
        Value::String(text) => {
            let mut shown = String::from("\"");
            for c in text.chars() {
                match c {
                    '"' | '\\' => shown.extend(['\\', c]),
                    '\n' => shown.push_str("\\n"),
                    '\t' => shown.push_str("\\t"),
                    '\r' => shown.push_str("\\r"),
                    '\u{1b}' => shown.push_str("\\e"),
                    '#' => shown.push('#'),
                    c => shown.push(c),
                }
            }
            shown.push('"');
            shown
        }
        Value::Array(values) => format!("[{}]", values.iter().map(inspect).collect::<Vec<_>>().join(", ")),
        other => crate::format::to_text(other),
    }
}
