//! What an object is found by.
//!
//! The leaf at `a.b.c` answers to `a_b_c` and to `c`; elements of a list to the list's own keys; the key of an object
//! is a value of that object too, so that `network_interfaces:eth0` is found.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Bytes of a value that are kept as they are. What is longer is found by the whole of it and by its beginning.
const LONGEST: usize = 1024;

/// One thing by which an object is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token<'a> {
    Key(&'a str),
    Pair(&'a str, &'a str),
    Value(&'a str),
    /// A word of a value that is not its first.
    Word(&'a str),
}

/// A top-level field: what changes, and is looked at, on its own.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    pub key: &'a str,
    value: &'a Value,
}

/// The fields of an object.
pub fn groups(object: &Object) -> impl Iterator<Item = Group<'_>> {
    object.iter().map(|(key, value)| Group { key, value })
}

impl Group<'_> {
    /// Differs when the tokens differ.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.key.hash(&mut hasher);
        hash(self.value, &mut hasher);
        hasher.finish()
    }

    /// Hands out every token; some come more than once.
    pub fn tokens(&self, take: &mut impl FnMut(Token<'_>)) {
        let mut path = self.key.to_owned();
        take(Token::Key(self.key));
        walk(&mut path, 0, 0, self.value, take);
    }
}

/// `leaf` is where the last key begins in `path`.
fn walk(path: &mut String, leaf: usize, depth: usize, value: &Value, take: &mut impl FnMut(Token<'_>)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                pair(path, leaf, depth, key, take);
                let end = path.len();
                path.push('_');
                path.push_str(key);
                take(Token::Key(path));
                take(Token::Key(key));
                walk(path, end + 1, depth + 1, value, take);
                path.truncate(end);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(path, leaf, depth, item, take)),
        Value::String(text) => pair(path, leaf, depth, text, take),
        Value::Null => pair(path, leaf, depth, "", take),
        Value::Bool(flag) => pair(path, leaf, depth, if *flag { "true" } else { "false" }, take),
        Value::Number(number) => pair(path, leaf, depth, &number_text(number), take),
    }
}

fn pair(path: &str, leaf: usize, depth: usize, value: &str, take: &mut impl FnMut(Token<'_>)) {
    let value = token_text(value);
    take(Token::Pair(path, &value));
    if depth > 0 {
        take(Token::Pair(&path[leaf..], &value));
    }
    take(Token::Value(&value));
    for word in value.split(' ').skip(1) {
        take(Token::Word(word));
    }
}

/// A value as it is kept: its words with one space between, and not too long.
pub fn token_text(value: &str) -> Cow<'_, str> {
    let plain = value.len() <= LONGEST && !value.bytes().any(|byte| byte.is_ascii_whitespace()) && value.is_ascii();
    if plain {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    if value.starts_with(char::is_whitespace) {
        text.push(' ');
    }
    for (count, word) in value.split_whitespace().enumerate() {
        if count > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
    if text.len() > LONGEST {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        // Writing to a string cannot fail.
        let _ = write!(text, "\u{1}{:016x}", hasher.finish());
    }
    Cow::Owned(text)
}

/// Whole numbers as they are; others with a point always.
fn number_text(number: &serde_json::Number) -> String {
    let text = number.to_string();
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{}", exponent.trim_start_matches('+')),
        Some((digits, exponent)) => format!("{digits}e{}", exponent.trim_start_matches('+')),
        None => text,
    }
}

fn hash(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Null => 0_u8.hash(hasher),
        Value::Bool(flag) => (1_u8, flag).hash(hasher),
        Value::Number(number) => (2_u8, number).hash(hasher),
        Value::String(text) => (3_u8, text).hash(hasher),
        Value::Array(items) => {
            (4_u8, items.len()).hash(hasher);
            for item in items {
                hash(item, hasher);
            }
        }
        Value::Object(fields) => {
            (5_u8, fields.len()).hash(hasher);
            for (key, value) in fields {
                key.hash(hasher);
                hash(value, hasher);
            }
        }
    }
}

/// A node as it is searched: its attributes by precedence, and on top what it is.
pub fn node(node: &Object) -> Object {
    let mut merged = Object::new();
    for level in ["default", "normal", "override", "automatic"] {
        if let Some(Value::Object(attributes)) = node.get(level) {
            merge(&mut merged, attributes);
        }
    }
    let run_list = node.get("run_list").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    let items = |kind: &str| {
        let items = run_list.as_array().into_iter().flatten().filter_map(Value::as_str);
        let named = |item: &str| item.strip_prefix(kind)?.strip_prefix('[')?.strip_suffix(']').map(Value::from);
        Value::Array(items.filter_map(named).collect())
    };
    let (recipes, roles) = (items("recipe"), items("role"));
    merged.insert("name".to_owned(), node.get("name").cloned().unwrap_or_default());
    merged.insert("chef_type".to_owned(), "node".into());
    merged.insert("chef_environment".to_owned(), node.get("chef_environment").cloned().unwrap_or_default());
    merged.insert("recipe".to_owned(), recipes);
    merged.insert("role".to_owned(), roles);
    merged.insert("run_list".to_owned(), run_list);
    for key in ["policy_name", "policy_group"] {
        if let Some(value) = node.get(key) {
            merged.insert(key.to_owned(), value.clone());
        }
    }
    merged
}

/// Objects are merged field by field; of everything else the later wins.
fn merge(into: &mut Object, from: &Object) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            (Some(place), _) => *place = value.clone(),
            (None, _) => drop(into.insert(key.clone(), value.clone())),
        }
    }
}

/// A role as it is searched: without the run list that is its own.
pub fn role(role: &Object) -> Object {
    let mut role = role.clone();
    if let Some(Value::Object(lists)) = role.get_mut("env_run_lists") {
        lists.shift_remove("_default");
    }
    role
}

/// An item of a data bag as it is searched.
pub fn item(bag: &str, item: &Object) -> Object {
    let mut item = item.clone();
    item.insert("chef_type".to_owned(), "data_bag_item".into());
    item.insert("data_bag".to_owned(), bag.into());
    item
}

#[cfg(test)]
mod tests;
