//! What can be sent to values, a file for each kind of receiver.
//!
//! A method is a row of a table: its name, how many arguments it takes, and what it does.

use std::rc::Rc;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::interpreter::{Interpreter, Outcome, Proc, Stop};
use crate::value::{Object, Value};

mod array;
mod class;
mod convert;
mod enumerable;
mod exception;
mod file;
mod hash;
mod json;
mod kernel;
mod number;
mod object;
mod range;
mod regexp;
mod scope;
mod string;
mod substitute;
mod yaml;

/// One call of a method.
pub(crate) struct Call<'c, 'h> {
    pub(crate) ruby: &'c mut Interpreter<'h>,
    pub(crate) this: Value,
    pub(crate) arguments: Vec<Value>,
    pub(crate) block: Option<Rc<Proc>>,
}

pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) least: usize,
    pub(crate) most: Option<usize>,
    pub(crate) run: fn(&mut Call<'_, '_>) -> Outcome,
}

impl Method {
    pub(crate) fn takes(&self, given: usize) -> bool {
        given >= self.least && self.most.is_none_or(|most| given <= most)
    }
}

/// A method with a fixed range of arguments.
const fn method(name: &'static str, least: usize, most: usize, run: fn(&mut Call<'_, '_>) -> Outcome) -> Method {
    Method { name, least, most: Some(most), run }
}

/// A method with any number of arguments from `least` on.
const fn open(name: &'static str, least: usize, run: fn(&mut Call<'_, '_>) -> Outcome) -> Method {
    Method { name, least, most: None, run }
}

type Table = FxHashMap<&'static str, &'static Method>;

/// The method that a value has under this name.
pub(crate) fn find(receiver: &Value, name: &str) -> Option<&'static Method> {
    static TABLES: OnceLock<FxHashMap<&'static str, Table>> = OnceLock::new();
    let tables = TABLES.get_or_init(|| {
        KINDS
            .iter()
            .map(|(kind, methods)| {
                // The first of a name counts.
                let rows = methods.iter().rev().flat_map(|rows| rows.iter());
                (*kind, rows.map(|method| (method.name, method)).collect())
            })
            .collect()
    });
    tables.get(kind(receiver))?.get(name).copied()
}

const KINDS: &[(&str, &[&[Method]])] = &[
    ("String", &[string::METHODS, substitute::METHODS, object::METHODS]),
    ("Symbol", &[string::OF_SYMBOLS, object::METHODS]),
    ("Array", &[array::METHODS, enumerable::METHODS, object::METHODS]),
    ("Hash", &[hash::METHODS, enumerable::METHODS, object::METHODS]),
    ("Range", &[range::METHODS, enumerable::METHODS, object::METHODS]),
    ("Integer", &[number::METHODS, object::METHODS]),
    ("Float", &[number::METHODS, object::METHODS]),
    ("NilClass", &[object::OF_NIL, object::METHODS]),
    ("Boolean", &[object::OF_BOOLEANS, object::METHODS]),
    ("Regexp", &[regexp::METHODS, object::METHODS]),
    ("MatchData", &[regexp::OF_MATCHES, object::METHODS]),
    ("Proc", &[object::OF_PROCS, object::METHODS]),
    ("Exception", &[exception::METHODS, object::METHODS]),
    ("Class", &[class::METHODS, object::METHODS]),
    ("Foreign", &[object::OF_FOREIGN, object::METHODS]),
    ("Template", &[scope::OF_TEMPLATE, kernel::METHODS, object::METHODS]),
    ("Scope", &[scope::METHODS, object::METHODS]),
    ("Lent", &[scope::OF_LENT, object::METHODS]),
];

fn kind(receiver: &Value) -> &'static str {
    match receiver {
        Value::Nil => "NilClass",
        Value::Boolean(_) => "Boolean",
        Value::Integer(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Symbol(_) => "Symbol",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Range(_) => "Range",
        Value::Regexp(_) => "Regexp",
        Value::Match(_) => "MatchData",
        Value::Proc(_) => "Proc",
        Value::Exception(_) => "Exception",
        Value::Class(_) => "Class",
        Value::Foreign(_) => "Foreign",
        Value::Object(Object::Template) => "Template",
        Value::Object(Object::Scope) => "Scope",
        Value::Object(_) => "Lent",
    }
}

/// Whether real Ruby knows this method of this kind of value.
pub(crate) fn ruby_has(receiver: &Value, name: &str) -> bool {
    static NAMES: OnceLock<FxHashMap<&'static str, FxHashSet<&'static str>>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let lines = include_str!("methods/ruby-3.1.txt").lines();
        lines.filter_map(|line| line.split_once(": ")).map(|(kind, names)| (kind, names.split(' ').collect())).collect()
    });
    let has = |kind: &str| names.get(kind).is_some_and(|names| names.contains(name));
    match kind(receiver) {
        "Boolean" => has("TrueClass") || has("Object"),
        // What the host lends may know more than is understood here.
        "Foreign" | "Scope" | "Lent" | "Class" => true,
        "Template" => has("Object") || has("Kernel"),
        kind => has(kind) || has("Object"),
    }
}

impl Call<'_, '_> {
    /// An argument, or nil when it was not given.
    fn argument(&self, index: usize) -> Value {
        self.arguments.get(index).cloned().unwrap_or(Value::Nil)
    }

    fn given(&self, index: usize) -> Option<&Value> {
        self.arguments.get(index)
    }

    /// The text of the receiver.
    fn text(&self) -> std::sync::Arc<str> {
        match &self.this {
            Value::String(text) => text.shared(),
            Value::Symbol(name) => name.clone(),
            other => other.to_s().into(),
        }
    }

    /// The text of an argument that has to be one.
    fn text_argument(&self, index: usize) -> Result<std::sync::Arc<str>, Stop> {
        match self.arguments.get(index) {
            Some(Value::String(text)) => Ok(text.shared()),
            other => Err(self.no_conversion(other.unwrap_or(&Value::Nil), "String")),
        }
    }

    fn integer_argument(&self, index: usize) -> Result<i64, Stop> {
        match self.arguments.get(index) {
            Some(Value::Integer(number)) => Ok(*number),
            Some(Value::Float(number)) => Ok(*number as i64),
            other => Err(self.no_conversion(other.unwrap_or(&Value::Nil), "Integer")),
        }
    }

    fn no_conversion(&self, value: &Value, to: &str) -> Stop {
        let from = match value {
            Value::Nil => "nil".to_owned(),
            Value::Boolean(truth) => truth.to_string(),
            other => other.class().to_string(),
        };
        let way = if to == "Integer" && value.is_nil() {
            "from nil to integer".to_owned()
        } else {
            format!("of {from} into {to}")
        };
        self.ruby.type_error(format!("no implicit conversion {way}"))
    }

    /// The elements of an argument that has to be a list.
    fn list_argument(&self, index: usize) -> Result<Vec<Value>, Stop> {
        match self.arguments.get(index) {
            Some(Value::Array(list)) => Ok(list.items()),
            other => Err(self.no_conversion(other.unwrap_or(&Value::Nil), "Array")),
        }
    }

    /// The block; without one the original answers an enumerator.
    fn needed_block(&self) -> Result<Rc<Proc>, Stop> {
        self.block.clone().ok_or_else(|| self.ruby.unsupported("an enumerator (a method without its block)"))
    }

    /// Calls the block with one value.
    fn run(&mut self, block: &Proc, value: Value) -> Outcome {
        self.ruby.call_block(block, value)
    }

    fn send(&mut self, receiver: Value, name: &str, arguments: Vec<Value>) -> Outcome {
        self.ruby.send(receiver, name, arguments, None)
    }
}
