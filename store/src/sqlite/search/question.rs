//! What is asked of one field, as it is asked of signatures and of entries.

use chef::search::flatten::token_text;
use chef::search::plan::is_near;
use chef::search::{Comparison, Entry, Leaf, Pattern};
use memchr::memmem::Finder;

use super::fragment;
use super::signature::{Filter, KEY, PAIR, Signature, VALUE, first_word};

/// Parts of a key up to which each is taken for the beginning of the last one.
const MOST_PARTS: usize = 16;

pub(super) struct Question<'a> {
    key: Key<'a>,
    comparison: &'a Comparison,
    /// The text that values are to be equal to, as values are kept.
    text: String,
    /// What a value must hold, if anything.
    needle: Option<Finder<'static>>,
    /// A fragment with what is asked for passes one of these.
    filters: Vec<Filter>,
    /// Where paths are read to.
    path: String,
}

enum Key<'a> {
    Is(String),
    Like(&'a Pattern),
    Any,
    /// Any, and each word of a value counts.
    None,
}

/// What is known of a fragment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    Not,
    Unknown,
    Holds,
}

impl<'a> Question<'a> {
    pub(super) fn new(leaf: &'a Leaf) -> Self {
        let key = match &leaf.key {
            None => Key::None,
            Some(key) if key.is_any() => Key::Any,
            Some(key) => key.as_literal().map_or(Key::Like(key), Key::Is),
        };
        let (mut text, mut needle) = (String::new(), None);
        match &leaf.comparison {
            Comparison::Equal(wanted) => {
                text = token_text(wanted).into_owned();
                needle = Some(text.clone());
            }
            Comparison::Like(pattern) => needle = pattern.literals().into_iter().max_by_key(String::len),
            _ => {}
        }
        let needle = needle.filter(|needle| !needle.is_empty());
        let needle = needle.map(|needle| Finder::new(needle.as_bytes()).into_owned());
        let filters = filters(&key, &leaf.comparison, first_word(&text));
        Self { key, comparison: &leaf.comparison, text, needle, filters, path: String::new() }
    }

    /// True where every object that has a value is found.
    pub(super) fn is_of_all(&self) -> bool {
        matches!(self.key, Key::Any | Key::None) && *self.comparison == Comparison::Present
    }

    /// What a signature tells of its fragment.
    pub(super) fn mark(&mut self, signature: &[u8]) -> Mark {
        match Signature::read(signature) {
            Some(Signature::Whole(content)) if self.is_held_by(content) => Mark::Holds,
            Some(Signature::Field(field)) if self.filters.iter().any(|filter| filter.passes(field)) => Mark::Unknown,
            Some(_) => Mark::Not,
            None => Mark::Unknown,
        }
    }

    /// Whether a fragment holds what is asked for.
    pub(super) fn is_held_by(&mut self, content: &[u8]) -> bool {
        // Values stand in a fragment as they are.
        if self.needle.as_ref().is_some_and(|needle| needle.find(content).is_none()) {
            return false;
        }
        let mut path = std::mem::take(&mut self.path);
        let holds = fragment::any(content, &mut path, |entry| self.takes(entry));
        self.path = path;
        holds
    }

    fn takes(&self, entry: Entry<'_>) -> bool {
        match entry.value {
            None => *self.comparison == Comparison::Present && self.takes_key(entry),
            Some(_) if *self.comparison == Comparison::Present => false,
            Some(value) => match self.key {
                Key::Is(_) => self.takes_key(entry) && self.takes_value(value),
                Key::Like(_) => self.takes_value(value) && self.takes_key(entry),
                Key::Any => self.takes_value(value),
                Key::None => self.takes_value(value) || value.split(' ').skip(1).any(|word| self.takes_value(word)),
            },
        }
    }

    fn takes_key(&self, entry: Entry<'_>) -> bool {
        match &self.key {
            Key::Is(wanted) => entry.keys().any(|key| key == wanted),
            Key::Like(pattern) => entry.keys().any(|key| pattern.takes(key)),
            Key::Any | Key::None => true,
        }
    }

    fn takes_value(&self, value: &str) -> bool {
        if self.needle.as_ref().is_some_and(|needle| needle.find(value.as_bytes()).is_none()) {
            return false;
        }
        match self.comparison {
            Comparison::Present => true,
            // The value, or the words it begins with.
            Comparison::Equal(_) => {
                value.strip_prefix(&self.text).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            }
            Comparison::Like(pattern) if pattern.is_prefix() => value.starts_with(&pattern.prefix()),
            Comparison::Like(pattern) => pattern.takes(first_word(value)),
            Comparison::Near { text, edits } => is_near(text, first_word(value), *edits),
            Comparison::Between { from, to, inclusive } => {
                let word = first_word(value);
                let above = from.as_ref().is_none_or(|from| word > from.as_str() || *inclusive && word == from);
                let below = to.as_ref().is_none_or(|to| word < to.as_str() || *inclusive && word == to);
                above && below
            }
        }
    }
}

fn filters(key: &Key<'_>, comparison: &Comparison, word: &str) -> Vec<Filter> {
    let of_value = |filter: Filter| match comparison {
        Comparison::Equal(_) => filter.mark(VALUE, word, ""),
        Comparison::Like(pattern) => filter.in_value(&pattern.literals()),
        _ => filter,
    };
    let nothing = Filter::default();
    match key {
        Key::Is(key) => {
            // Which of the parts is the last one of the key is not known: parts may have `_` within.
            let last_parts: Vec<&str> = std::iter::once(key.as_str())
                .chain(key.match_indices('_').map(|(place, _)| &key[place + 1..]))
                .collect();
            let whole = std::slice::from_ref(key);
            if last_parts.len() > MOST_PARTS {
                return vec![of_value(nothing).in_key(whole)];
            }
            let filter = |last: &&str| match comparison {
                Comparison::Equal(_) => nothing.clone().mark(PAIR, last, word).in_key(whole),
                _ => of_value(nothing.clone().mark(KEY, last, "")).in_key(whole),
            };
            last_parts.iter().map(filter).collect()
        }
        Key::Like(pattern) => vec![of_value(nothing).in_key(&pattern.literals())],
        Key::Any | Key::None => vec![of_value(nothing)],
    }
}

#[cfg(test)]
mod tests;
