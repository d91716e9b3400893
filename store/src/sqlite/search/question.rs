//! What is asked of one field, as it is asked of signatures and of entries.

use chef::search::flatten::token_text;
use chef::search::plan::is_near;
use chef::search::{Comparison, Entry, Leaf, Pattern};

use super::signature::{Filter, KEY, PAIR, VALUE, WORD};

pub(super) struct Question<'a> {
    key: Key<'a>,
    comparison: &'a Comparison,
    /// The text that values are to be equal to, as values are kept.
    text: String,
}

enum Key<'a> {
    Is(String),
    Like(&'a Pattern),
    Any,
    /// Any, and each word of a value counts.
    None,
}

impl<'a> Question<'a> {
    pub(super) fn new(leaf: &'a Leaf) -> Self {
        let key = match &leaf.key {
            None => Key::None,
            Some(key) if key.is_any() => Key::Any,
            Some(key) => key.as_literal().map_or(Key::Like(key), Key::Is),
        };
        let text = match &leaf.comparison {
            Comparison::Equal(text) => token_text(text).into_owned(),
            _ => String::new(),
        };
        Self { key, comparison: &leaf.comparison, text }
    }

    /// True where every object that has a value is found.
    pub(super) fn is_of_all(&self) -> bool {
        matches!(self.key, Key::Any | Key::None) && *self.comparison == Comparison::Present
    }

    /// A fragment with what is asked for passes one of these.
    pub(super) fn filters(&self) -> Vec<Filter> {
        let filter = Filter::default();
        let first = self.text.split(' ').next().unwrap_or_default();
        let filter = match (&self.key, self.comparison) {
            (Key::Is(key), Comparison::Equal(_)) => filter.mark(PAIR, key, first),
            (Key::Is(key), _) => filter.mark(KEY, key, ""),
            (Key::Like(pattern), Comparison::Equal(_)) => filter.mark(VALUE, first, "").in_key(&pattern.literals()),
            (Key::Like(pattern), _) => filter.in_key(&pattern.literals()),
            (Key::Any, Comparison::Equal(_)) => filter.mark(VALUE, first, ""),
            (Key::None, Comparison::Equal(_)) => {
                return vec![filter.mark(VALUE, first, ""), Filter::default().mark(WORD, &self.text, "")];
            }
            (Key::Any | Key::None, _) => filter,
        };
        vec![match self.comparison {
            Comparison::Like(pattern) => filter.in_value(&pattern.literals()),
            _ => filter,
        }]
    }

    pub(super) fn takes(&self, entry: Entry<'_>) -> bool {
        let Some(value) = entry.value else {
            return *self.comparison == Comparison::Present && self.takes_key(entry);
        };
        if *self.comparison == Comparison::Present {
            return false;
        }
        let taken = self.takes_value(value)
            || matches!(self.key, Key::None) && value.split(' ').skip(1).any(|word| self.takes_value(word));
        taken && self.takes_key(entry)
    }

    fn takes_key(&self, entry: Entry<'_>) -> bool {
        match &self.key {
            Key::Is(wanted) => entry.keys().any(|key| key == wanted),
            Key::Like(pattern) => entry.keys().any(|key| pattern.takes(key)),
            Key::Any | Key::None => true,
        }
    }

    fn takes_value(&self, value: &str) -> bool {
        let first = || value.split(' ').next().unwrap_or_default();
        match self.comparison {
            Comparison::Present => true,
            // The value, or the words it begins with.
            Comparison::Equal(_) => {
                value.strip_prefix(&self.text).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            }
            Comparison::Like(pattern) if pattern.is_prefix() => value.starts_with(&pattern.prefix()),
            Comparison::Like(pattern) => pattern.takes(first()),
            Comparison::Near { text, edits } => is_near(text, first(), *edits),
            Comparison::Between { from, to, inclusive } => {
                let word = first();
                let above = from.as_ref().is_none_or(|from| word > from.as_str() || *inclusive && word == from);
                let below = to.as_ref().is_none_or(|to| word < to.as_str() || *inclusive && word == to);
                above && below
            }
        }
    }
}
