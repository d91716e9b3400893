//! The language of queries.
//!
//! What is a query and what is not follows the original's grammar; what it means follows the engine behind the
//! original: a flat list of clauses, in which `AND` makes both its sides necessary, and clauses that stand side by
//! side are alternatives.

use super::plan::{Comparison, Leaf, Part, Pattern, Plan};
use crate::{Error, Result};

/// How deep groups may be nested.
const DEEPEST: usize = 64;

/// Reads a query.
pub fn parse(text: &str) -> Result<Plan> {
    let invalid = || Error::invalid(format!("invalid search query: '{text}'"));
    if text.is_empty() {
        return Err(invalid());
    }
    let mut parser = Parser { text: text.as_bytes(), at: 0, depth: 0 };
    let items = parser.query();
    if parser.at < parser.text.len() {
        return Err(invalid());
    }
    combined(items, None).ok_or_else(|| Error::invalid("invalid index name or query"))
}

/// A number in the query string of a search.
pub fn number(name: &str, text: Option<&str>, default: usize) -> Result<usize> {
    let Some(text) = text else { return Ok(default) };
    let digits = text.strip_prefix('+').unwrap_or(text);
    let number = (!digits.starts_with('+')).then(|| digits.parse().ok()).flatten();
    number.ok_or_else(|| Error::invalid(format!("invalid '{name}' value: '{text}'")))
}

#[derive(Debug)]
enum Item {
    And,
    Or,
    Clause(Sign, Clause),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Required,
    Prohibited,
}

#[derive(Debug)]
enum Clause {
    Leaf(Leaf),
    /// A group, perhaps of a field.
    Group(Option<Pattern>, Vec<Item>),
}

/// Gives each clause its place. `None` for an operator without two sides, and for an empty group.
fn combined(items: Vec<Item>, field: Option<&Pattern>) -> Option<Plan> {
    let mut clauses: Vec<(Sign, Plan)> = Vec::new();
    let mut operator: Option<Item> = None;
    for item in items {
        let Item::Clause(sign, clause) = item else {
            operator = Some(item);
            continue;
        };
        let plan = match clause {
            Clause::Leaf(leaf) => leaf_plan(leaf, field),
            Clause::Group(own, items) if !items.is_empty() => combined(items, own.as_ref().or(field))?,
            Clause::Group(..) => return None,
        };
        let and = matches!(operator.take(), Some(Item::And));
        if and
            && let Some((before, _)) = clauses.last_mut()
            && *before == Sign::None
        {
            *before = Sign::Required;
        }
        let sign = if and && sign == Sign::None { Sign::Required } else { sign };
        clauses.push((sign, plan));
    }
    if operator.is_some() {
        return None;
    }
    Some(combination(clauses))
}

fn combination(clauses: Vec<(Sign, Plan)>) -> Plan {
    let nothing = clauses.is_empty();
    let (mut must, mut may, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
    for (sign, plan) in clauses {
        match sign {
            Sign::None => may.push(plan),
            Sign::Required => must.push(plan),
            Sign::Prohibited => must_not.push(plan),
        }
    }
    if nothing {
        must_not.push(Plan::All);
    }
    if must_not.is_empty() && must.len() + may.len() == 1 {
        return must.pop().or(may.pop()).unwrap_or(Plan::All);
    }
    Plan::Combined { must, may, must_not }
}

fn leaf_plan(leaf: Leaf, field: Option<&Pattern>) -> Plan {
    let leaf = Leaf { key: leaf.key.or_else(|| field.cloned()), comparison: leaf.comparison };
    let any_key = leaf.key.as_ref().is_none_or(Pattern::is_any);
    if any_key && leaf.comparison == Comparison::Present { Plan::All } else { Plan::Leaf(leaf) }
}

/// A bound of a range; `None` is open.
struct Bound(Option<String>);

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn query(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while self.expression(&mut items) || self.space() {}
        items
    }

    fn expression(&mut self, items: &mut Vec<Item>) -> bool {
        if let Some((clause, may_bend)) = self.operand() {
            if may_bend && let Some(bent) = self.bent(&clause) {
                items.push(Item::Clause(Sign::None, bent));
                return true;
            }
            items.push(Item::Clause(Sign::None, clause));
            let before = self.at;
            self.space();
            match self.operator() {
                Some(operator) => {
                    items.push(operator);
                    self.space();
                }
                None => self.at = before,
            }
            return true;
        }
        if let Some(item) = self.signed() {
            items.push(item);
            return true;
        }
        let Some(string) = self.string() else { return false };
        let clause = phrase(None, string);
        let clause = self.bent(&clause).unwrap_or(clause);
        items.push(Item::Clause(Sign::None, clause));
        true
    }

    /// What an operator may follow, and whether `~` or `^` may follow it instead.
    fn operand(&mut self) -> Option<(Clause, bool)> {
        if let Some(group) = self.group() {
            return Some((Clause::Group(None, group), false));
        }
        if let Some(clause) = self.field().or_else(|| self.range()) {
            return Some((clause, false));
        }
        Some((term(None, self.term()?), true))
    }

    /// A term or a phrase made fuzzy, or given a weight, which changes nothing of what is found.
    fn bent(&mut self, clause: &Clause) -> Option<Clause> {
        let Clause::Leaf(leaf) = clause else { return None };
        let before = self.at;
        if self.take(b"^") {
            if self.fuzzy_number().is_some() {
                return Some(Clause::Leaf(leaf.clone()));
            }
            self.at = before;
            return None;
        }
        self.take(b"~").then(|| {
            let similarity = self.fuzzy_number();
            fuzzy(leaf, similarity)
        })
    }

    fn signed(&mut self) -> Option<Item> {
        let before = self.at;
        let clause = if self.take(b"NOT") && self.space() || self.at == before && self.take(b"!") {
            self.space();
            let group = self.group().map(|group| Clause::Group(None, group));
            let clause = group.or_else(|| self.field()).or_else(|| self.range()).or_else(|| self.bare());
            clause.map(|clause| Item::Clause(Sign::Prohibited, clause))
        } else if self.at == before && self.take(b"+") {
            self.bare().map(|clause| Item::Clause(Sign::Required, clause))
        } else if self.at == before && self.take(b"-") {
            let clause = self.field().or_else(|| self.range()).or_else(|| self.bare());
            clause.map(|clause| Item::Clause(Sign::Prohibited, clause))
        } else {
            None
        };
        if clause.is_none() {
            self.at = before;
        }
        clause
    }

    fn bare(&mut self) -> Option<Clause> {
        if let Some(parts) = self.term() {
            return Some(term(None, parts));
        }
        self.string().map(|string| phrase(None, string))
    }

    fn group(&mut self) -> Option<Vec<Item>> {
        let before = self.at;
        if self.depth >= DEEPEST || !self.take(b"(") {
            return None;
        }
        self.depth += 1;
        let items = self.query();
        self.depth -= 1;
        if self.take(b")") {
            return Some(items);
        }
        self.at = before;
        None
    }

    fn field_name(&mut self) -> Option<Pattern> {
        let keyword = [&b"AND"[..], b"OR", b"NOT"].iter().any(|word| self.text[self.at..].starts_with(word));
        if keyword { None } else { self.term().map(Pattern::new) }
    }

    fn field(&mut self) -> Option<Clause> {
        let before = self.at;
        let clause = self.field_name().filter(|_| self.take(b":")).and_then(|name| self.argument(&name));
        if clause.is_none() {
            self.at = before;
        }
        clause
    }

    fn argument(&mut self, name: &Pattern) -> Option<Clause> {
        let clause = if let Some(string) = self.string() {
            phrase(Some(name.clone()), string)
        } else if let Some(parts) = self.term() {
            term(Some(name.clone()), parts)
        } else {
            return self.group().map(|group| Clause::Group(Some(name.clone()), group));
        };
        let Clause::Leaf(leaf) = &clause else { return Some(clause) };
        if self.take(b"~") {
            let similarity = self.fuzzy_number();
            return Some(fuzzy(leaf, similarity));
        }
        Some(clause)
    }

    fn range(&mut self) -> Option<Clause> {
        let before = self.at;
        let clause = self.field_name().filter(|_| self.take(b":")).and_then(|name| self.bounds(name));
        if clause.is_none() {
            self.at = before;
        }
        clause
    }

    fn bounds(&mut self, name: Pattern) -> Option<Clause> {
        let inclusive = self.take(b"[");
        if !inclusive && !self.take(b"{") {
            return None;
        }
        let Bound(from) = self.bound()?;
        if !self.take(b" TO ") {
            return None;
        }
        let Bound(to) = self.bound()?;
        if !self.take(if inclusive { b"]" } else { b"}" }) {
            return None;
        }
        let comparison = if from.is_none() && to.is_none() {
            Comparison::Present
        } else {
            Comparison::Between { from, to, inclusive }
        };
        Some(Clause::Leaf(Leaf { key: Some(name), comparison }))
    }

    fn bound(&mut self) -> Option<Bound> {
        if self.take(b"*") {
            return Some(Bound(None));
        }
        self.term().map(|parts| Bound(Some(written(&parts))))
    }

    /// Terms between quotation marks, with the spaces between them.
    fn string(&mut self) -> Option<String> {
        let before = self.at;
        let mut text = String::new();
        if self.take(b"\"") {
            while let Some(parts) = self.term() {
                text.push_str(&written(&parts));
                if self.take(b"\"") {
                    return Some(text);
                }
                if !self.space() {
                    break;
                }
                text.push(' ');
            }
        }
        self.at = before;
        None
    }

    /// Letters of a term; a keyword alone is none.
    fn term(&mut self) -> Option<Vec<Part>> {
        let before = self.at;
        let mut parts = Vec::new();
        while let Some(part) = self.letter(parts.is_empty()) {
            parts.push(part);
        }
        let is_keyword = matches!(&self.text[before..self.at], b"AND" | b"OR" | b"NOT");
        if parts.is_empty() || is_keyword {
            self.at = before;
            return None;
        }
        Some(parts)
    }

    fn letter(&mut self, first: bool) -> Option<Part> {
        let byte = *self.text.get(self.at)?;
        let part = match byte {
            b'\\' => {
                let special = *self.text.get(self.at + 1)?;
                if !b"[]\\/\"!(){}^~*?:".contains(&special) {
                    return None;
                }
                self.at += 1;
                Part::Letter(char::from(special))
            }
            b'*' => Part::Any,
            b'?' if !first => Part::One,
            b'@' | b'+' | b'-' if !first => Part::Letter(char::from(byte)),
            b'_' | b'.' | b'/' => Part::Letter(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => Part::Letter(char::from(byte)),
            _ => return None,
        };
        self.at += 1;
        Some(part)
    }

    fn operator(&mut self) -> Option<Item> {
        if self.take(b"AND") || self.take(b"&&") {
            Some(Item::And)
        } else if self.take(b"OR") || self.take(b"||") {
            Some(Item::Or)
        } else {
            None
        }
    }

    /// Digits, perhaps with one behind a point.
    fn fuzzy_number(&mut self) -> Option<f64> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start {
            return None;
        }
        if self.text.get(self.at) == Some(&b'.') && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) {
            self.at += 2;
        }
        std::str::from_utf8(&self.text[start..self.at]).ok()?.parse().ok()
    }

    fn space(&mut self) -> bool {
        let start = self.at;
        while matches!(self.text.get(self.at), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        self.at > start
    }

    fn take(&mut self, expected: &[u8]) -> bool {
        let found = self.text[self.at..].starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }
}

fn term(key: Option<Pattern>, parts: Vec<Part>) -> Clause {
    let pattern = Pattern::new(parts);
    let comparison = match pattern.as_literal() {
        _ if pattern.is_any() => Comparison::Present,
        Some(text) => Comparison::Equal(text),
        None => Comparison::Like(pattern),
    };
    Clause::Leaf(Leaf { key, comparison })
}

fn phrase(key: Option<Pattern>, text: String) -> Clause {
    Clause::Leaf(Leaf { key, comparison: Comparison::Equal(text) })
}

/// A number below 1 is how similar the text has to be; others say how many letters may differ. Two at most.
fn fuzzy(leaf: &Leaf, similarity: Option<f64>) -> Clause {
    let text = match &leaf.comparison {
        Comparison::Equal(text) => text.clone(),
        _ => return Clause::Leaf(leaf.clone()),
    };
    // The engine compares the text with its key and what stands between them.
    let key = leaf.key.as_ref().and_then(Pattern::as_literal).map_or(0, |key| key.chars().count() + 5);
    let length = key + text.chars().count();
    let edits = match similarity {
        None => 2,
        Some(similarity) if similarity >= 1.0 => (similarity as usize).min(2),
        Some(similarity) => (((1.0 - similarity) * length as f64) as usize).min(2),
    };
    Clause::Leaf(Leaf { key: leaf.key.clone(), comparison: Comparison::Near { text, edits } })
}

/// The text of parts, where nothing stands for anything else.
fn written(parts: &[Part]) -> String {
    let letters = parts.iter().map(|part| match part {
        Part::Letter(letter) => *letter,
        Part::One => '?',
        Part::Any => '*',
    });
    letters.collect()
}

#[cfg(test)]
mod tests;
