//! What Ruby code asks of the compile that runs it.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::callable::Callable;
use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::request::Level;
use crate::resource::{ResourceId, capitalize};
use crate::value::Value;

impl Evaluator<'_> {
    pub(super) fn answer_ruby(&mut self, question: &Json) -> Result<Json, Stop> {
        let text = |field: &str| question[field].as_str().unwrap_or_default();
        match text("ask") {
            "variable" => self.answer_variable(text("name")),
            "variables" => {
                let all = self.scopes.visible(self.scope());
                let mut found = Map::new();
                for (name, value) in all {
                    found.insert(name.to_string(), self.sent(&value)?);
                }
                Ok(json!({"value": found}))
            }
            "set_variable" => {
                let value = self.received(&question["value"])?;
                self.set_from_ruby(text("name"), value)?;
                Ok(json!({}))
            }
            "function" => self.answer_function(text("name"), question),
            "has_function" => Ok(json!({"value": self.has_function(text("name"))?})),
            "lambda" => {
                let arguments = self.received_arguments(&question["arguments"])?;
                let Value::Callable(lambda) = self.held(question["number"].as_u64())? else {
                    return Err(self.fail("Ruby code called what is no lambda"));
                };
                let value = self.call_block(&lambda, arguments)?;
                Ok(json!({"value": self.sent(&value)?}))
            }
            "method" => {
                let arguments = self.received_arguments(&question["arguments"])?;
                let block = self.received_block_argument(&question["block"])?;
                let Value::Object(object) = self.held(question["number"].as_u64())? else {
                    return Err(self.fail("Ruby code called a method of what is no object"));
                };
                let value = self.call_member(&object, text("name"), &arguments, block.as_ref())?;
                Ok(json!({"value": self.sent(&value)?}))
            }
            "log" => {
                self.log_from_ruby(text("level"), text("message"));
                Ok(json!({}))
            }
            "scope" => Ok(self.answer_scope()),
            "bound" => Ok(json!({"value": self.scopes.get(self.scope()).is_bound(text("name"))})),
            "definition" => {
                let name = text("name");
                let found = if text("kind") == "class" { self.find_class(name)? } else { self.find_define(name)? };
                Ok(json!({"value": found.is_some()}))
            }
            "resource" => self.answer_resource(text("type"), text("title")),
            "resources" => {
                let references = self.catalog.ids().map(|id| self.reference_to_ruby(id)).collect::<Vec<_>>();
                Ok(json!({"value": references}))
            }
            "classes" => {
                let classes = self.catalog.ids().map(|id| self.catalog.get(id)).filter(|resource| resource.is_class());
                Ok(json!({"value": classes.map(|class| class.title.to_lowercase()).collect::<Vec<_>>()}))
            }
            "dispatch" => self.answer_dispatch(&question["signatures"]),
            "type" => Ok(json!({"value": self.type_from_text(text("text"))?.to_string()})),
            "instance" => {
                let of = self.type_from_text(text("text"))?;
                let value = self.received(&question["value"])?;
                Ok(json!({"value": crate::types::is_instance(&of, &value)}))
            }
            other => Err(Failure::missing(&format!("the question '{other}' of Ruby code")).into()),
        }
    }

    fn answer_variable(&mut self, name: &str) -> Result<Json, Stop> {
        let found = self.has_variable(name);
        Ok(match self.variable(name) {
            Some(value) => json!({"found": true, "value": self.sent(&value)?}),
            None => json!({"found": found, "value": null}),
        })
    }

    fn answer_function(&mut self, name: &str, question: &Json) -> Result<Json, Stop> {
        if !self.has_function(name)? {
            return Ok(json!({"unknown": true}));
        }
        let arguments = self.received_arguments(&question["arguments"])?;
        let block = self.received_block_argument(&question["block"])?;
        let value = self.call_function(name, arguments, block.as_ref())?;
        Ok(json!({"value": self.sent(&value)?}))
    }

    fn received_arguments(&mut self, arguments: &Json) -> Result<Vec<Value>, Stop> {
        let arguments = arguments.as_array().map(Vec::as_slice).unwrap_or_default();
        arguments.iter().map(|argument| self.received(argument)).collect()
    }

    fn received_block_argument(&mut self, block: &Json) -> Result<Option<Arc<Callable>>, Stop> {
        Ok(match self.received(block)? {
            Value::Callable(block) => Some(block),
            _ => None,
        })
    }

    pub(in crate::evaluator) fn set_from_ruby(&mut self, name: &str, value: Value) -> Result<(), Stop> {
        let scope = self.scope();
        let scope = self.scopes.get_mut(scope);
        if scope.is_bound(name) {
            return Err(self.fail(format!("Cannot reassign variable '${name}'")));
        }
        scope.set(name.into(), value);
        Ok(())
    }

    fn log_from_ruby(&mut self, level: &str, message: &str) {
        let level = match level {
            "debug" => Level::Debug,
            "info" => Level::Info,
            "notice" => Level::Notice,
            "warning" => Level::Warning,
            "alert" => Level::Alert,
            "crit" => Level::Crit,
            "emerg" => Level::Emerg,
            _ => Level::Err,
        };
        self.push(level, "Puppet".into(), message.to_owned(), None);
    }

    /// Where the code that called stands.
    fn answer_scope(&self) -> Json {
        let scope = self.scopes.get(self.scope());
        let resource = scope.resource.map(|id| self.reference_to_ruby(id));
        json!({"resource": resource, "module": &*self.module_name()})
    }

    fn answer_resource(&mut self, type_name: &str, title: &str) -> Result<Json, Stop> {
        let type_name = type_name.split("::").map(capitalize).collect::<Vec<_>>().join("::");
        let id = match &*type_name {
            "Class" => self.catalog.class(&title.to_lowercase()),
            _ => self.find_resource(&type_name, title)?,
        };
        let Some(id) = id else { return Ok(json!({"value": null})) };
        let resource = self.catalog.get(id);
        let parameters: Vec<(Arc<str>, Value)> =
            resource.parameters.iter().map(|own| (own.name.clone(), own.value.clone())).collect();
        let tags: Vec<Arc<str>> = resource.tags.as_slice().to_vec();
        let position = resource.position.clone();
        let mut found = Map::new();
        for (name, value) in parameters {
            found.insert(name.to_string(), self.sent(&value)?);
        }
        Ok(json!({"value": {
            "reference": self.reference_to_ruby(id),
            "parameters": found,
            "tags": tags,
            "file": position.as_ref().map(|at| &*at.file),
            "line": position.as_ref().map(|at| at.line),
        }}))
    }

    fn reference_to_ruby(&self, id: ResourceId) -> Json {
        let resource = self.catalog.get(id);
        json!([resource.type_name, resource.title])
    }

    /// Which of the dispatches that a function declares takes the arguments of the running call.
    fn answer_dispatch(&mut self, signatures: &Json) -> Result<Json, Stop> {
        let mut declared = Vec::new();
        for one in signatures.as_array().map(Vec::as_slice).unwrap_or_default() {
            declared.push(self.signature_from_ruby(one)?);
        }
        let Some(call) = self.ruby.as_ref().and_then(|session| session.calls.last()) else {
            return Err(self.fail("Ruby code asked for a dispatch outside of a call"));
        };
        let block: Option<&Callable> = call.block.as_deref();
        if let Some(index) = declared.iter().position(|signature| signature.accepts(&call.arguments, block)) {
            return Ok(json!({"value": index}));
        }
        let all: Vec<_> = declared.iter().collect();
        Err(crate::signature::mismatch(&call.name, &all, &call.arguments, block).into())
    }

    /// `{"parameters": [[name, type, "req" | "opt" | "rest" | "req_rest"]…], "block": [type, required]}`
    fn signature_from_ruby(&mut self, declared: &Json) -> Result<crate::signature::Signature, Stop> {
        let mut signature = crate::signature::Signature::default();
        for parameter in declared["parameters"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let [name, of, kind] = [0, 1, 2].map(|at| parameter[at].as_str().unwrap_or_default());
            signature.captures_rest |= kind.ends_with("rest");
            let of = self.type_from_text(of)?;
            signature.parameters.push(crate::signature::Parameter {
                name: name.into(),
                of,
                required: kind.starts_with("req"),
            });
        }
        if let Some(of) = declared["block"][0].as_str() {
            let of = self.type_from_text(of)?;
            let required = declared["block"][1] == true;
            signature.block = Some(crate::signature::Parameter { name: "block".into(), of, required });
        }
        Ok(signature)
    }
}
