//! Exceptions and their classes.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::{Interpreter, Stop};
use crate::error::Error;
use crate::value::Value;

/// An exception, with the line where it was raised.
pub struct Exception {
    pub(crate) class: Arc<str>,
    pub(crate) message: RefCell<String>,
    pub(crate) line: u32,
}

impl Exception {
    pub(crate) fn new(class: &str, message: String, line: u32) -> Rc<Self> {
        Rc::new(Self { class: class.into(), message: RefCell::new(message), line })
    }

    pub(crate) fn to_error(&self) -> Error {
        Error::Raised { line: self.line, class: self.class.to_string(), message: self.message.borrow().clone() }
    }
}

/// Classes of exceptions: name and parent.
const EXCEPTIONS: [(&str, &str); 26] = [
    ("Exception", "Object"),
    ("ScriptError", "Exception"),
    ("NotImplementedError", "ScriptError"),
    ("LoadError", "ScriptError"),
    ("SyntaxError", "ScriptError"),
    ("StandardError", "Exception"),
    ("ArgumentError", "StandardError"),
    ("UncaughtThrowError", "ArgumentError"),
    ("EncodingError", "StandardError"),
    ("FiberError", "StandardError"),
    ("IOError", "StandardError"),
    ("IndexError", "StandardError"),
    ("KeyError", "IndexError"),
    ("StopIteration", "IndexError"),
    ("LocalJumpError", "StandardError"),
    ("NameError", "StandardError"),
    ("NoMethodError", "NameError"),
    ("RangeError", "StandardError"),
    ("FloatDomainError", "RangeError"),
    ("RegexpError", "StandardError"),
    ("RuntimeError", "StandardError"),
    ("FrozenError", "RuntimeError"),
    ("TypeError", "StandardError"),
    ("ZeroDivisionError", "StandardError"),
    ("Puppet::Error", "RuntimeError"),
    ("Puppet::ParseError", "Puppet::Error"),
];

/// A class and all those above it.
pub(crate) fn ancestors(class: &str) -> Vec<&str> {
    let mut found = vec![class];
    let mut at = class;
    while let Some((_, parent)) = EXCEPTIONS.iter().find(|(name, _)| *name == at) {
        found.push(parent);
        at = parent;
    }
    match class {
        "Integer" | "Float" => found.extend(["Numeric", "Comparable"]),
        "String" => found.push("Comparable"),
        "Array" | "Hash" | "Range" | "Set" => found.push("Enumerable"),
        "JSON::ParserError" | "JSON::NestingError" => found.extend(["StandardError", "Exception"]),
        _ => {}
    }
    if at != "Object" {
        found.push("Object");
    }
    found.extend(["Kernel", "BasicObject"]);
    found
}

/// Whether a class or module of this name can be spoken of.
pub(crate) fn is_known_class(name: &str) -> bool {
    EXCEPTIONS.iter().any(|(known, _)| *known == name)
        || matches!(
            name,
            "Object"
                | "BasicObject"
                | "Kernel"
                | "Comparable"
                | "Enumerable"
                | "Numeric"
                | "Integer"
                | "Float"
                | "String"
                | "Symbol"
                | "Array"
                | "Hash"
                | "Range"
                | "Regexp"
                | "MatchData"
                | "Proc"
                | "NilClass"
                | "TrueClass"
                | "FalseClass"
                | "Class"
                | "Module"
                | "Math"
                | "File"
                | "JSON"
                | "JSON::ParserError"
                | "YAML"
                | "Psych"
                | "ERB"
                | "ERB::Util"
                | "URI"
                | "CGI"
                | "Digest"
                | "Digest::MD5"
                | "Digest::SHA1"
                | "Digest::SHA256"
                | "Base64"
                | "Shellwords"
                | "Puppet"
                | "Puppet::Util"
                | "Puppet::Parser"
                | "Puppet::Parser::Functions"
                | "Puppet::Parser::TemplateWrapper"
                | "Puppet::Parser::Scope"
        )
}

impl Interpreter<'_> {
    /// Whether a value is of a class or of one below it.
    pub(crate) fn is_a(&self, value: &Value, class: &str) -> bool {
        let own = value.class();
        ancestors(&own).contains(&class)
    }

    /// An error that no method of this name exists.
    pub(crate) fn no_method(&self, receiver: &Value, name: &str) -> Stop {
        let class = receiver.class();
        let shown = receiver.inspect();
        let what = match receiver {
            Value::Object(_) => format!("#<{class}:0x0000000000000000>"),
            // What is long is shown by its address.
            _ if shown.chars().count() > 65 => format!("#<{class}:0x0000000000000000>"),
            Value::Nil | Value::Boolean(_) | Value::Class(_) => format!("{shown}:{class}"),
            _ => format!("{shown}:{class}"),
        };
        self.raise("NoMethodError", format!("undefined method `{name}' for {what}"))
    }
}
