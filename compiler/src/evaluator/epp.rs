//! Templates: `epp()` and `inline_epp()`.

use std::sync::Arc;

use syntax::ast::{Expr, ExprKind, Program};

use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::format::to_text;
use crate::value::{Hash, Joined, Text, Value};

/// What a template has rendered so far.
#[derive(Default)]
pub(super) struct Output {
    text: Joined,
    /// Whether a Sensitive value went in.
    is_sensitive: bool,
}

impl Evaluator<'_> {
    /// Renders a template. One from a file (not `local`) sees top-scope variables only.
    pub(crate) fn render_template(
        &mut self,
        name: &str,
        program: &Arc<Program>,
        arguments: Option<&Hash>,
        local: bool,
    ) -> Result<Value, Stop> {
        let ExprKind::Epp { parameters_specified, parameters, body } = &program.body.kind else {
            let message = format!("{name}(): the parser did not produce an EppExpression");
            return Err(Failure::argument(message).into());
        };
        if !program.definitions.is_empty() {
            let message = format!("{name}(): The EPP template contains illegal expressions (definitions)");
            return Err(Failure::argument(message).into());
        }
        let enforce = *parameters_specified || arguments.is_none();
        let mut given = Vec::new();
        for (key, value) in arguments.into_iter().flatten() {
            let key = to_text(key);
            given.push((Arc::from(key.strip_prefix("::").unwrap_or(&key)), value.clone()));
        }
        let scope = if local { self.scope() } else { self.scopes.global(self.scope()) };
        let frames = if local { None } else { Some(self.scopes.get_mut(scope).bare()) };
        let result = self.within(scope, &program.source, |this| {
            this.call_by_name("lambda", parameters, given, enforce, |this| this.template_body(body))
        });
        if let Some(frames) = frames {
            self.scopes.get_mut(scope).restore(frames);
        }
        result
    }

    fn template_body(&mut self, body: &Expr) -> Result<Value, Stop> {
        self.templates.push(Output::default());
        let result = self.evaluate(body);
        let output = self.templates.pop().unwrap_or_default();
        result?;
        let text = Value::String(output.text.into());
        Ok(if output.is_sensitive { Value::sensitive(text) } else { text })
    }

    pub(super) fn render_text(&mut self, text: &Text) -> Result<Value, Stop> {
        self.add_bytes(text.len())?;
        match self.templates.last_mut() {
            Some(output) => output.text.push(text, text.is_bytes()).map_err(Failure::argument)?,
            None => return Err(Failure::argument("text is rendered outside of a template").into()),
        }
        Ok(Value::Undef)
    }

    pub(super) fn render(&mut self, inner: &Expr) -> Result<Value, Stop> {
        let value = self.evaluate(inner)?;
        let (value, is_sensitive) = match &value {
            Value::Sensitive(hidden) => (&**hidden, true),
            other => (other, false),
        };
        let text = match value {
            Value::String(text) => text.clone(),
            other => to_text(other).into(),
        };
        if let Some(output) = self.templates.last_mut() {
            output.is_sensitive |= is_sensitive;
        }
        self.render_text(&text)
    }
}
