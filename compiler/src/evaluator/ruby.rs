//! Code of the environment that is itself Ruby: run by a process that the world lends, which asks
//! back for variables, functions and the catalog.

use std::sync::Arc;

use ruby::Fault;
use ruby::conversation::{Said, Told, Worker};
use serde_json::{Map, Value as Json, json};

use crate::callable::Callable;
use crate::error::{Error, Failure, Location, RUNTIME_ERROR, Stop};
use crate::evaluator::Evaluator;
use crate::request::Strict;
use crate::resource_type::ResourceType;
use crate::value::Value;

mod answer;
mod data_type;
mod values;

pub(super) use values::RubyBlock;

/// The process of this compile, and what it was given to hold.
pub(crate) struct Session<'a> {
    worker: Box<dyn Worker + 'a>,
    /// Lambdas and values that Ruby code only names.
    held: Vec<Value>,
    /// Errors that Ruby code was answered with, and that come back unless it rescues them.
    stops: Vec<Option<Stop>>,
    /// The functions that run, the innermost last.
    calls: Vec<RubyCall>,
}

/// A function of the environment that Ruby runs.
struct RubyCall {
    name: Arc<str>,
    arguments: Vec<Value>,
    block: Option<Arc<Callable>>,
}

impl Evaluator<'_> {
    /// Calls a function that is written in Ruby; `path` is its file.
    pub(super) fn call_ruby(
        &mut self,
        name: &str,
        path: &str,
        arguments: Vec<Value>,
        block: Option<Arc<Callable>>,
    ) -> Result<Value, Stop> {
        let name = name.strip_prefix("::").unwrap_or(name);
        let subject = format!("The function '{name}' (file: {path})");
        self.open_ruby(&subject)?;
        let place = self.call_site();
        let given = arguments.iter().map(|argument| self.sent(argument)).collect::<Result<Vec<_>, _>>()?;
        let lambda = match &block {
            Some(block) => self.sent(&Value::Callable(block.clone()))?,
            None => Json::Null,
        };
        let message = json!({
            "run": "function", "name": name, "file": path, "arguments": given, "block": lambda,
            "called_in": place.as_ref().map(|place| &*place.file), "called_at": place.map(|place| place.line),
        });
        if let Some(session) = &mut self.ruby {
            session.calls.push(RubyCall { name: name.into(), arguments, block });
        }
        let outcome = self.run_ruby(&subject, &message);
        if let Some(session) = &mut self.ruby {
            session.calls.pop();
        }
        let outcome = outcome?;
        let value = self.received(&outcome["result"])?;
        if let Some(returns) = outcome["returns"].as_str() {
            let returns = self.type_from_text(returns)?;
            let method = outcome["method"].as_str().unwrap_or(name);
            crate::functions::assert_instance(&format!("value returned from function '{method}'"), &returns, &value)?;
        }
        self.account(value)
    }

    /// Renders an ERB template with Ruby: a file, or a text.
    pub fn ruby_template(&mut self, subject: &str, file: Option<&str>, text: &str) -> Result<Value, Stop> {
        self.open_ruby(subject)?;
        let outcome = self.run_ruby(subject, &json!({"run": "template", "file": file, "text": text}))?;
        let value = self.received(&outcome["result"])?;
        self.account(value)
    }

    /// What Ruby says of a resource type; `None` when its file defines none.
    pub(crate) fn ruby_resource_type(&mut self, name: &str, path: &str) -> Result<Option<ResourceType>, Stop> {
        let subject = format!("The resource type '{name}' (file: {path})");
        self.open_ruby(&subject)?;
        let outcome = self.run_ruby(&subject, &json!({"run": "type", "name": name, "file": path}))?;
        Ok(ResourceType::from_description(name, &outcome["result"]))
    }

    /// Runs a block that Ruby code gave to a function.
    pub(super) fn call_ruby_block(&mut self, block: &RubyBlock, arguments: &[Value]) -> Result<Value, Stop> {
        let given = arguments.iter().map(|argument| self.sent(argument)).collect::<Result<Vec<_>, _>>()?;
        let message = json!({"run": "block", "number": block.number, "arguments": given});
        let outcome = self.run_ruby("A block of Ruby code", &message)?;
        self.received(&outcome["result"])
    }

    /// Has the process run something, and answers what it asks meanwhile.
    fn run_ruby(&mut self, subject: &str, message: &Json) -> Result<Json, Stop> {
        let held = self.ruby.as_ref().map_or(0, |session| session.held.len());
        let mut said = self.tell(subject, Told::Run(&message.to_string()))?;
        loop {
            match said {
                Said::Done(text) => {
                    let outcome = self.outcome(subject, &text);
                    if let Some(session) = &mut self.ruby {
                        session.held.truncate(held);
                    }
                    return outcome;
                }
                Said::Asks(text) => {
                    let question: Json = parse(subject, &text)?;
                    // Code that goes on asking must not outlive the limits of the compile.
                    if let Err(stop) = self.spend(text.len()) {
                        self.ruby = None;
                        return Err(stop);
                    }
                    let answer = match self.answer_ruby(&question) {
                        Ok(answer) => answer,
                        // Nobody is left to be told: something within the question ended the process.
                        Err(stop) if self.ruby.is_none() => return Err(stop),
                        Err(stop) => self.keep(stop),
                    };
                    said = self.tell(subject, Told::Answer(&answer.to_string()))?;
                }
            }
        }
    }

    fn tell(&mut self, subject: &str, told: Told<'_>) -> Result<Said, Stop> {
        let expired = self.request.limits.expired;
        let said = match &mut self.ruby {
            Some(session) => session.worker.exchange(told, &|| expired.is_some_and(|expired| expired())),
            None => Err(Fault::Ended("its compile had given it up".to_owned())),
        };
        said.map_err(|fault| {
            self.ruby = None;
            self.ruby_fault(subject, &fault)
        })
    }

    fn ruby_fault(&self, subject: &str, fault: &Fault) -> Stop {
        match fault {
            Fault::GivenUp => self.too_long(),
            fault => Failure::argument(format!("{subject} {fault}")).into(),
        }
    }

    /// Borrows a process, and tells it about the node; once for each compile.
    fn open_ruby(&mut self, subject: &str) -> Result<(), Stop> {
        if self.ruby.is_some() {
            return Ok(());
        }
        let expired = self.request.limits.expired;
        let worker = self.world.ruby(&|| expired.is_some_and(|expired| expired()));
        let worker = worker.map_err(|fault| match fault {
            Fault::GivenUp => self.too_long(),
            fault => self.fail(format!("{subject} {fault}")),
        })?;
        self.ruby = Some(Session { worker, held: Vec::new(), stops: Vec::new(), calls: Vec::new() });
        let request = self.request;
        let mut server_facts: Map<String, Json> = request.server_facts.clone();
        server_facts.insert("environment".to_owned(), request.environment.into());
        let message = json!({
            "run": "begin",
            "node": request.node,
            "environment": request.environment,
            "environment_path": self.world.environment_path(),
            "modulepath": self.world.modulepath(),
            "facts": request.facts.values,
            "trusted": request.trusted.to_json(),
            "server_facts": server_facts,
            "settings": request.settings.values,
            "strict": match request.settings.strict {
                Strict::Off => "off",
                Strict::Warning => "warning",
                Strict::Error => "error",
            },
            "strict_variables": request.settings.strict_variables,
        });
        self.run_ruby(subject, &message).map(drop)
    }

    fn outcome(&mut self, subject: &str, text: &str) -> Result<Json, Stop> {
        let outcome = parse(subject, text)?;
        if let Some(number) = outcome["stop"].as_u64() {
            let kept = self.ruby.as_mut().and_then(|session| session.stops.get_mut(number as usize)?.take());
            return Err(kept.unwrap_or_else(|| self.fail("an error that was raised twice")));
        }
        let Some(error) = outcome.get("error") else { return Ok(outcome) };
        let message = error["message"].as_str().unwrap_or_default().to_owned();
        let line = error["line"].as_u64().map(|line| line as u32);
        let position = line.map(|line| Location {
            file: error["file"].as_str().unwrap_or_default().into(),
            line,
            column: error["column"].as_u64().map(|column| column as u32),
        });
        Err(Error { issue_code: RUNTIME_ERROR, message, position }.into())
    }

    /// The answer for an error, which is kept until it comes back.
    fn keep(&mut self, stop: Stop) -> Json {
        let (kind, message, position) = match &stop {
            Stop::Error(error) => ("error", error.message.clone(), error.position.clone()),
            Stop::Break(position) => ("break", String::new(), position.clone()),
            _ => ("jump", String::new(), None),
        };
        let number = self.ruby.as_mut().map_or(0, |session| {
            session.stops.push(Some(stop));
            session.stops.len() - 1
        });
        let place = position.map(|at| json!([&*at.file, at.line, at.column])).unwrap_or_default();
        json!({
            "error": {"kind": kind, "message": message, "file": place[0], "line": place[1], "column": place[2]},
            "number": number,
        })
    }
}

fn parse(subject: &str, text: &str) -> Result<Json, Stop> {
    serde_json::from_str(text).map_err(|error| {
        let fault = Fault::Garbled(error.to_string());
        Failure::argument(format!("{subject} {fault}")).into()
    })
}
