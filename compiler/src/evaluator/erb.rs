//! ERB templates: rendered natively, and by Ruby where they are beyond what is understood here.

use std::sync::Arc;

use ruby::{Error as RubyError, Host, HostError, Level, Limits, Template};

use super::Evaluator;
use crate::error::{Error, Failure, Stop};
use crate::value::Value;

mod changes;
mod values;

use changes::Given;
use values::{from_ruby, to_ruby};

impl Evaluator<'_> {
    /// `template(name)`
    pub(crate) fn render_erb_file(&mut self, name: &str) -> Result<String, Stop> {
        let path = self.world().find(crate::world::FileKind::Template, name);
        let Some(path) = path else { return Err(self.fail(format!("Could not find template '{name}'"))) };
        let parsed = self.world().erb(&path).map_err(|error| self.fail(error.to_string()))?;
        let Some(parsed) = parsed else { return Err(self.fail(format!("Could not find template '{name}'"))) };
        let error = match self.render_erb(&parsed)? {
            Ok(text) => return Ok(text),
            Err(error) => error,
        };
        if error.is_unsupported() {
            let subject = format!("The template '{name}' (file: {path}; {error})");
            return Ok(crate::format::to_text(&self.ruby_template(&subject, Some(&path), "")?));
        }
        let line = error.line();
        Err(self
            .fail(format!("Failed to parse template {name}:\n  Filepath: {path}\n  Line: {line}\n  Detail: {error}\n")))
    }

    /// `inline_template(text)`
    pub(crate) fn render_erb_text(&mut self, text: &str) -> Result<String, Stop> {
        let parsed = if let Some(parsed) = self.inline_templates.get(text) {
            parsed.clone()
        } else {
            let parsed = Arc::new(Template::parse(text, None));
            self.inline_templates.insert(text.into(), parsed.clone());
            parsed
        };
        match self.render_erb(&parsed)? {
            Ok(text) => Ok(text),
            Err(error) if error.is_unsupported() => {
                let subject = format!("An inline template ({error})");
                Ok(crate::format::to_text(&self.ruby_template(&subject, None, text)?))
            }
            Err(error) => Err(self.fail(format!("Failed to parse inline template: {error}"))),
        }
    }

    fn render_erb(&mut self, parsed: &Result<Template, RubyError>) -> Result<Result<String, RubyError>, Stop> {
        let template = match parsed {
            Ok(template) => template,
            Err(error) => return Ok(Err(error.clone())),
        };
        let mut host = ErbHost { evaluator: self, stop: None, given: Vec::new() };
        let rendered = template.render(&mut host, Limits::default());
        let (stop, given) = (host.stop.take(), std::mem::take(&mut host.given));
        self.take_over_changes(given);
        if let Some(stop) = stop
            && matches!(rendered, Err(RubyError::Host { .. }))
        {
            return Err(stop);
        }
        if let Ok(text) = &rendered {
            self.add_bytes(text.len())?;
        }
        Ok(rendered)
    }
}

/// The scope that a template sees.
struct ErbHost<'e, 'a> {
    evaluator: &'e mut Evaluator<'a>,
    /// Why the rendering has to end.
    stop: Option<Stop>,
    given: Vec<Given>,
}

impl ErbHost<'_, '_> {
    /// A variable that a template has set: other templates see its very value, and may change it.
    fn own(&self, name: &str) -> Option<ruby::Value> {
        let scope = self.evaluator.scope();
        let own = self.evaluator.ruby_variables.iter().find(|(of, known, _)| *of == scope && &**known == name);
        own.map(|(_, _, value)| value.clone())
    }

    /// Errors become exceptions that a template may rescue; anything else ends it.
    fn answer<T>(&mut self, outcome: Result<T, Stop>) -> Result<T, HostError> {
        outcome.map_err(|stop| match stop {
            Stop::Error(error) => HostError::Raise { class: "Puppet::ParseError", message: text_of(&error) },
            other => {
                self.stop = Some(other);
                HostError::End
            }
        })
    }
}

fn text_of(error: &Error) -> String {
    match &error.position {
        Some(position) => format!("{} {position}", error.message),
        None => error.message.clone(),
    }
}

impl Host for ErbHost<'_, '_> {
    fn variable(&mut self, name: &str) -> Option<ruby::Value> {
        if let Some(value) = self.own(name) {
            return Some(value);
        }
        match self.evaluator.variable(name) {
            None | Some(Value::Undef) => None,
            Some(value) => Some(self.give(name, value)),
        }
    }

    fn lookup(&mut self, name: &str) -> Result<ruby::Value, HostError> {
        if let Some(value) = self.own(name) {
            return Ok(value);
        }
        if let Some(value) = self.evaluator.variable(name) {
            return Ok(self.give(name, value));
        }
        if !self.evaluator.has_variable(name) {
            let outcome = crate::functions::Caller::unknown_variable(self.evaluator, name);
            self.answer(outcome)?;
        }
        Ok(ruby::Value::Nil)
    }

    fn has_variable(&mut self, name: &str) -> bool {
        self.evaluator.variable(name).is_some_and(|value| !value.is_undef())
    }

    fn exists(&mut self, name: &str) -> bool {
        self.evaluator.has_variable(name)
    }

    fn variables(&mut self) -> Vec<(String, ruby::Value)> {
        let scope = self.evaluator.scope();
        let found = self.evaluator.scopes.visible(scope);
        let found = found.iter().filter(|(_, value)| !value.is_undef());
        found.map(|(name, value)| (name.to_string(), to_ruby(value))).collect()
    }

    fn set_variable(&mut self, name: &str, value: ruby::Value) -> Result<(), HostError> {
        let outcome = self.evaluator.set_from_ruby(name, from_ruby(&value));
        self.answer(outcome)?;
        let scope = self.evaluator.scope();
        self.evaluator.ruby_variables.push((scope, name.into(), value));
        Ok(())
    }

    fn call_function(&mut self, name: &str, arguments: Vec<ruby::Value>) -> Result<ruby::Value, HostError> {
        let arguments = arguments.iter().map(from_ruby).collect();
        let outcome = self.evaluator.call_function(name, arguments, None);
        self.answer(outcome).map(|value| to_ruby(&value))
    }

    fn classes(&mut self) -> Vec<String> {
        self.evaluator.catalog.classes.iter().map(ToString::to_string).collect()
    }

    fn catalog_tags(&mut self) -> Vec<String> {
        self.evaluator.catalog.tags.as_slice().iter().map(ToString::to_string).collect()
    }

    fn scope_tags(&mut self) -> Vec<String> {
        let scope = self.evaluator.scope();
        let resource = self.evaluator.scopes.get(scope).resource;
        let tags = resource.map(|id| self.evaluator.catalog.get(id).tags.as_slice().to_vec());
        tags.unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    fn environment(&mut self) -> String {
        self.evaluator.request().environment.to_string()
    }

    fn resource(&mut self) -> String {
        let scope = self.evaluator.scope();
        let resource = self.evaluator.scopes.get(scope).resource;
        resource.map(|id| self.evaluator.catalog.get(id).reference()).unwrap_or_default()
    }

    fn log(&mut self, level: Level, message: String) {
        self.evaluator.push(level, "Puppet".into(), message, None);
    }

    fn spend(&mut self, bytes: usize) -> Result<(), HostError> {
        match self.evaluator.spend(bytes) {
            Ok(()) => Ok(()),
            Err(stop) => {
                self.stop = Some(stop);
                Err(HostError::End)
            }
        }
    }
}

impl Evaluator<'_> {
    /// All templates of a call, one after the other.
    pub(crate) fn render_all(
        &mut self,
        names: &[Value],
        render: fn(&mut Self, &str) -> Result<String, Stop>,
    ) -> Result<Value, Stop> {
        let mut text = String::new();
        for name in names {
            let Value::String(name) = name else {
                let class = crate::functions::ruby_text::to_s(name);
                return Err(Failure::argument(format!("Could not find template '{class}'")).into());
            };
            text.push_str(&render(self, name)?);
        }
        Ok(Value::from(text))
    }
}
