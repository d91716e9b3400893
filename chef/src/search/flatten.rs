//! What an object is found by.
//!
//! The leaf at `a.b.c` answers to `a_b_c` and to `c`; elements of a list to the list's own keys; the key of an object
//! is a value of that object too, so that `network_interfaces:eth0` is found.

use std::borrow::Cow;
use std::fmt::Write as _;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use sha2::Digest;

type Object = Map<String, Value>;

/// Bytes of a value that are kept as they are. What is longer is found by the whole of it and by its beginning.
const LONGEST: usize = 1024;
/// Bytes of a path that are kept as they are. Of what is longer the end is kept.
const LONGEST_PATH: usize = 1024;

/// One thing by which an object is found: that it has a field, or one of the field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The keys from the top, joined by `_`.
    pub path: &'a str,
    /// Where the last key begins in `path`.
    pub leaf: usize,
    /// Where the third key ends in `path`, or the last if there are fewer.
    pub branch: usize,
    /// `None`: the field itself.
    pub value: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// The names that the field answers to.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        [Some(self.path), self.path.get(self.leaf..).filter(|_| self.leaf > 0)].into_iter().flatten()
    }
}

/// Hands out what an object is found by for one of its fields; some of it more than once.
pub fn entries(key: &str, value: &Value, take: &mut impl FnMut(Entry<'_>)) {
    let mut place = Place::new(key);
    take(place.field());
    walk(&mut place, value, take);
}

/// Keys that tell the branches of an object apart.
const BRANCH: usize = 3;

/// Where in an object one is.
struct Place {
    path: String,
    leaf: usize,
    branch: usize,
    depth: usize,
}

/// Where one was before.
struct Above {
    end: usize,
    leaf: usize,
    branch: usize,
    /// The whole path, where it was cut.
    path: Option<String>,
}

impl Place {
    fn new(key: &str) -> Self {
        let path = cut(key).into_owned();
        Self { leaf: 0, branch: path.len(), path, depth: 1 }
    }

    fn field(&self) -> Entry<'_> {
        let Self { leaf, branch, .. } = *self;
        Entry { path: &self.path, leaf, branch, value: None }
    }

    fn value<'a>(&'a self, text: &'a str) -> Entry<'a> {
        Entry { value: Some(text), ..self.field() }
    }

    fn enter(&mut self, key: &str) -> Above {
        let key = cut(key);
        let Self { leaf, branch, .. } = *self;
        let mut above = Above { end: self.path.len(), leaf, branch, path: None };
        if self.path.len() + key.len() >= LONGEST_PATH {
            let short = format!("\u{1}{:016x}", digest(&self.path));
            above.path = Some(std::mem::replace(&mut self.path, short));
            self.branch = self.path.len();
        }
        self.path.push('_');
        self.leaf = self.path.len();
        self.path.push_str(&key);
        self.depth += 1;
        if self.depth <= BRANCH {
            self.branch = self.path.len();
        }
        above
    }

    fn leave(&mut self, above: Above) {
        match above.path {
            Some(path) => self.path = path,
            None => self.path.truncate(above.end),
        }
        (self.leaf, self.branch) = (above.leaf, above.branch);
        self.depth -= 1;
    }
}

fn walk(place: &mut Place, value: &Value, take: &mut impl FnMut(Entry<'_>)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                take(place.value(&token_text(key)));
                let above = place.enter(key);
                take(place.field());
                walk(place, value, take);
                place.leave(above);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(place, item, take)),
        Value::String(text) => take(place.value(&token_text(text))),
        Value::Null => take(place.value("")),
        Value::Bool(flag) => take(place.value(if *flag { "true" } else { "false" })),
        Value::Number(number) => take(place.value(&token_text(&number_text(number)))),
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
    match cut(&text) {
        Cow::Borrowed(_) => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text),
    }
}

/// A text, or the beginning of a long one and its digest.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let mut beginning = text[..end].to_owned();
    // Writing to a string cannot fail.
    let _ = write!(beginning, "\u{1}{:016x}", digest(text));
    Cow::Owned(beginning)
}

fn digest(text: &str) -> u64 {
    let digest: [u8; 32] = sha2::Sha256::digest(text).into();
    digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
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

/// A node as it is searched: its attributes by precedence, and on top what it is.
pub fn node(node: &Object) -> Object {
    node_fields(node).into_iter().map(|(key, value)| (key.to_owned(), value.into_owned())).collect()
}

/// The fields of [`node`], copied only where two levels meet.
pub fn node_fields(node: &Object) -> IndexMap<&str, Cow<'_, Value>> {
    let mut merged: IndexMap<&str, Cow<'_, Value>> = IndexMap::new();
    for level in ["default", "normal", "override", "automatic"] {
        let Some(Value::Object(attributes)) = node.get(level) else { continue };
        for (key, value) in attributes {
            match (merged.get_mut(key.as_str()), value) {
                (Some(place), Value::Object(above)) if place.is_object() => {
                    if let Value::Object(below) = place.to_mut() {
                        merge(below, above);
                    }
                }
                _ => drop(merged.insert(key, Cow::Borrowed(value))),
            }
        }
    }
    let run_list = node.get("run_list").map_or_else(|| Cow::Owned(Value::Array(Vec::new())), Cow::Borrowed);
    let items = |kind: &str| {
        let items = run_list.as_array().into_iter().flatten().filter_map(Value::as_str);
        let named = |item: &str| item.strip_prefix(kind)?.strip_prefix('[')?.strip_suffix(']').map(Value::from);
        Cow::Owned(Value::Array(items.filter_map(named).collect()))
    };
    let (recipes, roles) = (items("recipe"), items("role"));
    let own = |key| node.get(key).map_or(Cow::Owned(Value::Null), Cow::Borrowed);
    merged.insert("name", own("name"));
    merged.insert("chef_type", Cow::Owned("node".into()));
    merged.insert("chef_environment", own("chef_environment"));
    merged.insert("recipe", recipes);
    merged.insert("role", roles);
    merged.insert("run_list", run_list);
    for key in ["policy_name", "policy_group"] {
        if let Some(value) = node.get(key) {
            merged.insert(key, Cow::Borrowed(value));
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
