//! YAML events to values, without recursion.

use ruby::yaml::Scalar;
use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use crate::value::{Hash, Value};

/// Nested deeper than this, a file is refused.
const MOST_LEVELS: usize = 256;
/// With all aliases written out, a file may hold this many nodes.
const MOST_NODES: u64 = 5_000_000;

/// The first document of a text.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader::default();
    for step in Parser::new_from_str(text) {
        let (event, span) = step.map_err(|error| {
            let place = error.marker();
            format!("{} at line {} column {}", error.info(), place.line(), place.col() + 1)
        })?;
        reader.take(event).map_err(|message| located(&message, &span.start))?;
        if let Some(value) = reader.root.take() {
            return Ok(value);
        }
    }
    Ok(Value::Undef)
}

fn located(message: &str, place: &Marker) -> String {
    format!("{message} at line {} column {}", place.line(), place.col() + 1)
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: FxHashMap<usize, Node>,
    root: Option<Value>,
}

/// A finished node and how many nodes it holds when written out.
#[derive(Clone)]
struct Node {
    value: Value,
    size: u64,
    /// A key `<<` with this value merges: mappings and aliases do, and lists of them.
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Scalar,
    /// A scalar with the tag of a string: as a key it is never a merge.
    Text,
    Collection,
    Alias,
}

struct Open {
    anchor: usize,
    size: u64,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Map { entries: Hash, key: Option<(Value, Origin)> },
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let origin = if tag.as_deref().is_some_and(is_text_tag) { Origin::Text } else { Origin::Scalar };
                let value = tagged_scalar(&text, style, tag.as_deref())?;
                self.finish(anchor, Node { value, size: 1, origin })
            }
            Event::SequenceStart(anchor, tag) => self.start(anchor, tag.as_deref(), Kind::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                self.start(anchor, tag.as_deref(), Kind::Map { entries: Hash::default(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| "an alias within the node that it names".to_owned())?;
                self.finish(0, Node { origin: Origin::Alias, ..node })
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn start(&mut self, anchor: usize, tag: Option<&Tag>, kind: Kind) -> Result<(), String> {
        if let Some(class) = tag.and_then(ruby_class) {
            return Err(format!("Tried to load unspecified class: {class}"));
        }
        if self.open.len() >= MOST_LEVELS {
            return Err(format!("the data is nested deeper than {MOST_LEVELS} levels"));
        }
        self.open.push(Open { anchor, size: 1, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.kind {
            Kind::List(items) => Value::Array(items.into()),
            Kind::Map { entries, .. } => Value::Hash(entries.into()),
        };
        self.finish(open.anchor, Node { value, size: open.size, origin: Origin::Collection })
    }

    fn finish(&mut self, anchor: usize, node: Node) -> Result<(), String> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node.value);
            return Ok(());
        };
        parent.size += node.size;
        if parent.size > MOST_NODES {
            return Err(format!("the data holds more than {MOST_NODES} nodes with its aliases written out"));
        }
        match &mut parent.kind {
            Kind::List(items) => items.push(node.value),
            Kind::Map { entries, key } => match key.take() {
                None => *key = Some((node.value, node.origin)),
                Some((key, origin)) => insert(entries, key, origin, node),
            },
        }
        Ok(())
    }
}

fn insert(entries: &mut Hash, key: Value, key_origin: Origin, node: Node) {
    if key_origin != Origin::Text && matches!(&key, Value::String(text) if &**text == "<<") {
        match (&node.value, node.origin) {
            (Value::Hash(other), Origin::Collection | Origin::Alias) => {
                entries.extend(other.iter().map(|(key, value)| (key.clone(), value.clone())));
                return;
            }
            (Value::Array(items), Origin::Collection) if items.iter().all(|item| matches!(item, Value::Hash(_))) => {
                let mut merged = Hash::default();
                for item in items.iter().rev() {
                    if let Value::Hash(other) = item {
                        merged.extend(other.iter().map(|(key, value)| (key.clone(), value.clone())));
                    }
                }
                entries.extend(merged);
                return;
            }
            _ => {}
        }
    }
    entries.insert(key, node.value);
}

fn tagged_scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { plain(text) } else { Ok(Value::String(text.into())) };
    };
    if let Some(class) = ruby_class(tag) {
        return Err(format!("Tried to load unspecified class: {class}"));
    }
    if is_text_tag(tag) {
        return Ok(Value::String(text.into()));
    }
    match tag.suffix.as_str() {
        "binary" => binary(text),
        "float" => Ok(match plain(text)? {
            Value::Integer(number) => Value::Float(number as f64),
            other => other,
        }),
        suffix if suffix.starts_with("ruby/sym") => Ok(Value::String(text.into())),
        _ => plain(text),
    }
}

fn plain(text: &str) -> Result<Value, String> {
    Ok(match ruby::yaml::scalar(text)? {
        Scalar::Null => Value::Undef,
        Scalar::Boolean(truth) => Value::Boolean(truth),
        Scalar::Integer(number) => Value::Integer(number),
        Scalar::Float(number) => Value::Float(number),
        // The language has no symbols.
        Scalar::Symbol(text) | Scalar::Text(text) => Value::String(text.into()),
    })
}

/// `!!str`, `!str`, and the lone `!`.
fn is_text_tag(tag: &Tag) -> bool {
    matches!(tag.suffix.as_str(), "str" | "ruby/string")
        || (tag.handle.is_empty() && tag.suffix == "!")
        || tag.suffix.is_empty()
}

/// The class that a tag of Ruby's asks for; none may be loaded.
fn ruby_class(tag: &Tag) -> Option<&str> {
    let rest = tag.suffix.strip_prefix("ruby/")?;
    match rest {
        "regexp" => Some("Regexp"),
        "range" => Some("Range"),
        _ => rest.split_once(':').filter(|(kind, _)| !kind.starts_with("sym")).map(|(_, class)| class),
    }
}

fn binary(text: &str) -> Result<Value, String> {
    use base64::Engine as _;
    let packed: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(packed)
        .map_err(|error| format!("the tag !!binary asks for base64: {error}"))?;
    Ok(Value::from_bytes(bytes))
}
