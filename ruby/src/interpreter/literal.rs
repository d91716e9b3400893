//! Literals with parts to evaluate, constants, and output.

use std::rc::Rc;
use std::sync::Arc;

use super::{Env, Interpreter, Outcome, Stop, is_known_class};
use crate::regexp::Regexp;
use crate::syntax::tree::{Node, Pair, Place};
use crate::value::{Key, Value};

impl Interpreter<'_> {
    pub(super) fn joined(&mut self, nodes: &[Node], env: &Rc<Env>) -> Result<String, Stop> {
        let mut text = String::new();
        for node in nodes {
            if let Node::Text(piece) = node {
                text.push_str(piece);
            } else {
                let value = self.evaluate(node, env)?;
                self.append(&mut text, &value)?;
            }
        }
        self.spend(text.len())?;
        Ok(text)
    }

    /// Adds the text of a value.
    pub(crate) fn append(&mut self, out: &mut String, value: &Value) -> Result<(), Stop> {
        match value {
            Value::String(text) => out.push_str(&text.read()),
            other => out.push_str(&other.to_s()),
        }
        Ok(())
    }

    pub(super) fn joined_regexp(&mut self, nodes: &[Node], flags: &Arc<str>, env: &Rc<Env>) -> Outcome {
        let mut source = String::new();
        for node in nodes {
            match self.evaluate(node, env)? {
                Value::Regexp(inner) => source.push_str(&inner.embedded()),
                other => source.push_str(&other.to_s()),
            }
        }
        self.regexp(&source, flags)
    }

    /// A pattern; one that is none is Ruby's error.
    pub(crate) fn regexp(&mut self, source: &str, flags: &str) -> Outcome {
        self.spend(source.len() * 64)?;
        match Regexp::parse(source, flags) {
            Ok(regexp) => Ok(Value::Regexp(Arc::new(regexp))),
            Err(message) => Err(self.raise("RegexpError", format!("{message}: /{source}/"))),
        }
    }

    pub(super) fn hash(&mut self, pairs: &[Pair], env: &Rc<Env>) -> Outcome {
        let hash = crate::value::Hash::new([]);
        for pair in pairs {
            match pair {
                Pair::Entry(key, value) => {
                    let key = self.evaluate(key, env)?;
                    let value = self.evaluate(value, env)?;
                    hash.insert(Key::of(&key), value);
                }
                Pair::Splat(node) => match self.evaluate(node, env)? {
                    Value::Hash(other) => {
                        for (key, value) in other.pairs() {
                            hash.insert(Key::of(&key), value);
                        }
                    }
                    Value::Nil => {}
                    other => {
                        let message = format!("no implicit conversion of {} into Hash", other.class());
                        return Err(self.type_error(message));
                    }
                },
            }
        }
        self.spend(hash.len() * 2 * size_of::<Value>())?;
        Ok(Value::Hash(Rc::new(hash)))
    }

    pub(super) fn constant(&mut self, outer: Option<&Node>, name: &Arc<str>) -> Outcome {
        let full = match outer {
            Some(Node::Constant(further, outer)) => {
                let Value::Class(outer) = self.constant(further.as_deref(), outer)? else {
                    return Err(self.type_error(format!("{outer} is not a class/module")));
                };
                format!("{outer}::{name}")
            }
            Some(_) => return Err(self.unsupported(format!("the constant {name} of an expression"))),
            None => name.to_string(),
        };
        match full.as_str() {
            "Float::INFINITY" => return Ok(Value::Float(f64::INFINITY)),
            "Float::NAN" => return Ok(Value::Float(f64::NAN)),
            "Math::PI" => return Ok(Value::Float(std::f64::consts::PI)),
            "Regexp::IGNORECASE" => return Ok(Value::Integer(1)),
            "Regexp::EXTENDED" => return Ok(Value::Integer(2)),
            "Regexp::MULTILINE" => return Ok(Value::Integer(4)),
            "RUBY_VERSION" => return Ok(Value::from("3.1.2")),
            _ => {}
        }
        if is_known_class(&full) {
            return Ok(Value::Class(full.into()));
        }
        // It may be a class of a library or of a module.
        Err(self.unsupported(format!("the constant {full}")))
    }

    /// Adds text to what is rendered.
    pub(super) fn put(&mut self, place: Place, text: &str, env: &Rc<Env>) -> Outcome {
        self.spend(text.len())?;
        let output = self.local(place, env);
        match &output {
            Value::String(rendered) => rendered.push(text),
            other => {
                let class = other.class();
                return Err(
                    self.raise("NoMethodError", format!("undefined method `<<' for {}:{class}", other.inspect()))
                );
            }
        }
        Ok(output)
    }

    /// Adds the text of a value to what is rendered.
    pub(super) fn output(&mut self, place: Place, inner: &Node, line: u32, env: &Rc<Env>) -> Outcome {
        let value = self.evaluate(inner, env)?;
        self.line = line;
        if let Value::String(text) = &value {
            let text = text.shared();
            return self.put(place, &text, env);
        }
        let text = value.to_s();
        self.put(place, &text, env)
    }
}
