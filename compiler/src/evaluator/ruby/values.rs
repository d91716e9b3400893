//! Values on their way to Ruby and back. What JSON has no word for is tagged with `__ptype`; types
//! travel as text, lambdas and contexts of lookups as numbers.

use std::sync::Arc;

use serde_json::{Map, Number, Value as Json, json};

use crate::callable::Callable;
use crate::convert::binary_text;
use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::format::to_text;
use crate::signature::{Parameter, Signature};
use crate::types::Type;
use crate::types::object::Object;
use crate::value::{Hash, Value};

/// A block of Ruby code as the body of a [`Callable`].
pub(crate) struct RubyBlock {
    pub(super) number: u64,
}

/// The type of what backends of Hiera are given to work with.
const LOOKUP_CONTEXT: &str = "Puppet::LookupContext";

impl Evaluator<'_> {
    pub(super) fn sent(&mut self, value: &Value) -> Result<Json, Stop> {
        let scalar = |ptype: &str, pvalue: &str| json!({"__ptype": ptype, "__pvalue": pvalue});
        Ok(match value {
            Value::Undef => Json::Null,
            Value::Default => json!({"__ptype": "Default"}),
            Value::Boolean(truth) => (*truth).into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
            Value::String(text) => (**text).into(),
            Value::Array(items) => self.sent_list(items)?,
            Value::Iterator(iterator) => {
                let items = iterator.to_vec()?;
                self.sent_list(&items)?
            }
            Value::Hash(entries) => self.sent_hash(entries)?,
            Value::Sensitive(hidden) => json!({"__ptype": "Sensitive", "__pvalue": self.sent(hidden)?}),
            Value::Regexp(pattern) => scalar("Regexp", pattern.source()),
            Value::Binary(bytes) => scalar("Binary", &binary_text(bytes)),
            Value::Timestamp(_) => scalar("Timestamp", &to_text(value)),
            Value::Timespan(_) => scalar("Timespan", &to_text(value)),
            Value::SemVer(version) => scalar("SemVer", &version.to_string()),
            Value::SemVerRange(range) => scalar("SemVerRange", &range.to_string()),
            Value::Uri(uri) => scalar("URI", uri),
            Value::Type(of) => scalar("Type", &of.to_string()),
            // What it caches and explains stays here.
            Value::Object(object) if object.of.label() == LOOKUP_CONTEXT => {
                json!({"__ptype": "Opaque", "__pvalue": self.hold(value)})
            }
            Value::Object(object) => {
                let mut attributes = Map::new();
                for (name, value) in &object.init_hash() {
                    attributes.insert(to_text(name), self.sent(value)?);
                }
                json!({"__ptype": "Object", "type": object.of.label(), "attributes": attributes})
            }
            Value::Callable(callable) => {
                let number = self.hold(value);
                let parameters = &callable.signature.parameters;
                let kinds = parameters.iter().enumerate().map(|(index, parameter)| {
                    let is_rest = callable.signature.captures_rest && index + 1 == parameters.len();
                    let optional = if parameter.required { "req" } else { "opt" };
                    json!([parameter.name, if is_rest { "rest" } else { optional }])
                });
                let of = Type::Callable(Some(Arc::new(callable.signature.callable_type())));
                json!({"__ptype": "Lambda", "__pvalue": number, "type": of.to_string(), "parameters": kinds.collect::<Json>()})
            }
        })
    }

    fn sent_list(&mut self, items: &[Value]) -> Result<Json, Stop> {
        Ok(Json::Array(items.iter().map(|item| self.sent(item)).collect::<Result<_, _>>()?))
    }

    fn sent_hash(&mut self, entries: &Hash) -> Result<Json, Stop> {
        let is_plain = entries.keys().all(|key| matches!(key, Value::String(key) if &**key != "__ptype"));
        if is_plain {
            let mut object = Map::new();
            for (key, value) in entries {
                object.insert(to_text(key), self.sent(value)?);
            }
            return Ok(Json::Object(object));
        }
        let mut flat = Vec::with_capacity(entries.len() * 2);
        for (key, value) in entries {
            flat.push(self.sent(key)?);
            flat.push(self.sent(value)?);
        }
        Ok(json!({"__ptype": "Hash", "__pvalue": flat}))
    }

    pub(super) fn received(&mut self, json: &Json) -> Result<Value, Stop> {
        match json {
            Json::Array(items) => {
                Ok(Value::array(items.iter().map(|item| self.received(item)).collect::<Result<_, _>>()?))
            }
            Json::Object(entries) => {
                if let Some(ptype) = entries.get("__ptype").and_then(Json::as_str) {
                    return self.received_tagged(ptype, entries);
                }
                let mut hash = Hash::default();
                for (key, value) in entries {
                    let value = self.received(value)?;
                    hash.insert(Value::string(key.as_str()), value);
                }
                Ok(Value::hash(hash))
            }
            plain => Ok(Value::from_json(plain)),
        }
    }

    fn received_tagged(&mut self, ptype: &str, entries: &Map<String, Json>) -> Result<Value, Stop> {
        let pvalue = entries.get("__pvalue").unwrap_or(&Json::Null);
        match ptype {
            "Sensitive" => Ok(Value::sensitive(self.received(pvalue)?)),
            "Hash" => {
                let flat = pvalue.as_array().map(Vec::as_slice).unwrap_or_default();
                let mut hash = Hash::default();
                for pair in flat.chunks_exact(2) {
                    let (key, value) = (self.received(&pair[0])?, self.received(&pair[1])?);
                    hash.insert(key, value);
                }
                Ok(Value::hash(hash))
            }
            "Type" => Ok(Value::Type(self.type_from_text(pvalue.as_str().unwrap_or_default())?)),
            "Object" => self.received_object(entries),
            "Block" => Ok(Self::received_block(entries)),
            "Lambda" | "Opaque" => self.held(pvalue.as_u64()),
            // What only Ruby knows becomes its text, as in a catalog of the original.
            "Runtime" => Ok(Value::from(entries.get("text").and_then(Json::as_str).unwrap_or_default())),
            _ => Ok(Value::from_rich_json(&Json::Object(entries.clone()))?),
        }
    }

    fn received_object(&mut self, entries: &Map<String, Json>) -> Result<Value, Stop> {
        let name = entries.get("type").and_then(Json::as_str).unwrap_or_default();
        let Type::Object(Some(of)) = self.type_from_text(name)? else {
            return Err(Failure::missing(&format!("a value of the type {name}, which Ruby code answered,")).into());
        };
        let mut given = Hash::default();
        for (name, value) in entries.get("attributes").and_then(Json::as_object).into_iter().flatten() {
            let value = self.received(value)?;
            given.insert(Value::from(name.as_str()), value);
        }
        Ok(Value::Object(Arc::new(Object::new(&of, |name| given.get(&Value::from(name)).cloned()))))
    }

    /// A block of Ruby code: `{"__pvalue": number, "parameters": [["opt", "x"]…]}`.
    fn received_block(entries: &Map<String, Json>) -> Value {
        let mut signature = Signature::default();
        for parameter in entries.get("parameters").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default() {
            let [kind, name] = [0, 1].map(|at| parameter[at].as_str().unwrap_or_default());
            match kind {
                "rest" => signature.captures_rest = true,
                "req" | "opt" => {}
                _ => continue,
            }
            signature.parameters.push(Parameter { name: name.into(), of: Type::Any, required: kind == "req" });
        }
        let number = entries.get("__pvalue").and_then(Json::as_u64).unwrap_or_default();
        let body = Arc::new(RubyBlock { number });
        Value::Callable(Arc::new(Callable { name: None, signature: Arc::new(signature), body }))
    }

    /// Keeps a value that Ruby only names, and answers its number.
    fn hold(&mut self, value: &Value) -> usize {
        let Some(session) = &mut self.ruby else { return 0 };
        session.held.push(value.clone());
        session.held.len() - 1
    }

    pub(super) fn held(&self, number: Option<u64>) -> Result<Value, Stop> {
        let held = number.and_then(|number| self.ruby.as_ref()?.held.get(number as usize)).cloned();
        held.ok_or_else(|| self.fail("Ruby code named a value that it was not given"))
    }
}
