//! HOCON, read as the Ruby library does that Puppet uses.
//!
//! A text becomes tokens, these a tree in which substitutions stand, and that a value. As on the
//! original nothing is included: what is read is a text, not a file beside others.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::value::Value;

mod lexer;
mod parser;
mod resolution;
#[cfg(test)]
mod tests;

/// Nested deeper than this, a text is refused.
const MOST_LEVELS: usize = 256;
/// With all substitutions written out, a text may hold this many values.
const MOST_VALUES: usize = 5_000_000;

/// A text as a hash. `variable` gives variables of the process: substitutions fall back on them.
pub(super) fn read(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Value, String> {
    let root = parser::parse(lexer::tokens(text))?;
    resolution::resolve(root, variable)
}

/// A part of a text before its substitutions are made.
#[derive(Debug)]
enum Node {
    Null,
    Boolean(bool),
    /// As written.
    Number(String),
    Text {
        text: String,
        quoted: bool,
    },
    List(Vec<Rc<Node>>),
    Object(Object),
    Substitution {
        path: Vec<String>,
        optional: bool,
        line: usize,
    },
    /// Parts of which some are substitutions, side by side.
    Concatenation {
        parts: Vec<Rc<Node>>,
        line: usize,
    },
    /// Values of one key, the last that was given first.
    Merge(Vec<Rc<Node>>),
}

type Object = IndexMap<String, Rc<Node>, rustc_hash::FxBuildHasher>;

impl Node {
    /// Whether its value is known only when substitutions are made.
    fn is_open(&self) -> bool {
        matches!(self, Self::Substitution { .. } | Self::Concatenation { .. } | Self::Merge(_))
    }
}

/// A value above one that was given before for the same key.
fn over(top: Rc<Node>, below: &Rc<Node>) -> Rc<Node> {
    match (&*top, &**below) {
        (Node::Object(own), Node::Object(fallback)) => {
            let mut joined = own.clone();
            for (key, value) in fallback {
                let value = match own.get(key) {
                    Some(above) => over(above.clone(), value),
                    None => value.clone(),
                };
                joined.insert(key.clone(), value);
            }
            Rc::new(Node::Object(joined))
        }
        (top_node, below_node)
            if top_node.is_open() || (matches!(top_node, Node::Object(_)) && below_node.is_open()) =>
        {
            let stack = |node: &Rc<Node>| match &**node {
                Node::Merge(stack) => stack.clone(),
                _ => vec![node.clone()],
            };
            Rc::new(Node::Merge([stack(&top), stack(below)].concat()))
        }
        _ => top,
    }
}

/// Values side by side: the last two of `parts` become one where they can.
fn join(parts: &mut Vec<Rc<Node>>, right: Rc<Node>, line: usize) -> Result<(), String> {
    let Some(left) = parts.pop() else {
        parts.push(right);
        return Ok(());
    };
    let joined = match (&*left, &*right) {
        (Node::Object(_), Node::Object(_)) => over(right, &left),
        (Node::List(first), Node::List(second)) => Rc::new(Node::List([first.as_slice(), second].concat())),
        (Node::Object(_) | Node::List(_), Node::Text { quoted: false, .. }) => left,
        (one, other) if one.is_open() || other.is_open() => {
            parts.push(left);
            right
        }
        (one, other) => match (text_of(one), text_of(other)) {
            (Some(one), Some(other)) => Rc::new(Node::Text { text: format!("{one}{other}"), quoted: true }),
            _ => {
                return Err(format!(
                    "String: {line}: Cannot concatenate object or list with a non-object-or-list, {} and {} are not \
                     compatible",
                    described(one),
                    described(other)
                ));
            }
        },
    };
    parts.push(joined);
    Ok(())
}

fn text_of(node: &Node) -> Option<&str> {
    Some(match node {
        Node::Null => "null",
        Node::Boolean(true) => "true",
        Node::Boolean(false) => "false",
        Node::Number(text) | Node::Text { text, .. } => text,
        _ => return None,
    })
}

/// As errors name a value: what it is, with its text where it has one.
fn described(node: &Node) -> String {
    match node {
        Node::Null => "ConfigNull(null)".to_owned(),
        Node::Boolean(truth) => format!("ConfigBoolean({truth})"),
        Node::Number(text) => format!("ConfigInt({text})"),
        Node::Text { text, quoted } => format!("{}({text:?})", if *quoted { "Quoted" } else { "Unquoted" }),
        Node::List(_) => "SimpleConfigList".to_owned(),
        _ => "SimpleConfigObject".to_owned(),
    }
}

/// A number as Ruby's `Integer()` and `Float()` read it: a fraction that is none is left out.
fn number_value(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !unsigned.contains(['.', 'e', 'E']) {
        if !digits(unsigned) {
            return None;
        }
        let (radix, digits) = match unsigned.strip_prefix('0') {
            Some(octal) if !octal.is_empty() => (8, octal),
            _ => (10, unsigned),
        };
        if digits.chars().any(|c| !c.is_digit(radix)) {
            return None;
        }
        let sign = if text.starts_with('-') { "-" } else { "" };
        let whole = i64::from_str_radix(&format!("{sign}{digits}"), radix).map(Value::Integer);
        return Some(whole.unwrap_or_else(|_| Value::Float(text.parse().unwrap_or(f64::INFINITY))));
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let fits = mantissa.split_once('.').map_or_else(|| digits(mantissa), |(a, b)| digits(a) && digits(b))
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)));
    let number: f64 = fits.then(|| text.parse().ok()).flatten()?;
    let is_whole = number.fract() == 0.0 && number.abs() < 9e18;
    Some(if is_whole { Value::Integer(number as i64) } else { Value::Float(number) })
}
