//! One kind of expression after the other.

use std::sync::Arc;

use syntax::ast::{BinaryOp, Expr, ExprKind};

use crate::error::{Failure, RUNTIME_ERROR, Stop};
use crate::evaluator::Evaluator;
use crate::format::to_text;
use crate::regexp::Regexp;
use crate::scope::Lookup;
use crate::value::{Hash, Joined, Value};

impl Evaluator<'_> {
    /// Kept small: its frame is on the stack once for every level of nesting.
    pub(super) fn dispatch(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Nop | ExprKind::Undef | ExprKind::Definition(_) => Ok(Value::Undef),
            ExprKind::Default => Ok(Value::Default),
            ExprKind::Boolean(truth) => Ok(Value::Boolean(*truth)),
            ExprKind::Integer { value, .. } => Ok(Value::Integer(*value)),
            ExprKind::Float(value) => Ok(Value::Float(*value)),
            ExprKind::String(text) | ExprKind::QualifiedName(text) => Ok(Value::String(text.clone().into())),
            ExprKind::Regexp(pattern) => Ok(Value::Regexp(Regexp::shared(pattern)?)),
            ExprKind::QualifiedReference(_) => self.reference(expr),
            ExprKind::ReservedWord { word, future } => self.reserved(word, *future, expr),
            ExprKind::Variable(name) => self.variable_at(name, expr),
            ExprKind::Concatenated(segments) => self.concatenated(segments, expr),
            ExprKind::Text(inner) => self.text(inner, expr),
            ExprKind::Heredoc { text, .. } => self.evaluate(text),
            ExprKind::Array(items) => Ok(Value::array(self.unfolded(Vec::with_capacity(items.len()), items)?)),
            ExprKind::Hash(entries) => self.hash(entries),
            ExprKind::Parenthesized(inner) => self.evaluate(inner),
            ExprKind::Block(statements) => self.block(statements),
            ExprKind::Not(inner) => Ok(Value::Boolean(!self.evaluate(inner)?.is_truthy())),
            ExprKind::UnaryMinus(inner) => self.negative(inner, expr),
            ExprKind::Unfold(inner) => self.unfold(inner),
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                Ok(Value::Boolean(self.evaluate(left)?.is_truthy() && self.evaluate(right)?.is_truthy()))
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                Ok(Value::Boolean(self.evaluate(left)?.is_truthy() || self.evaluate(right)?.is_truthy()))
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, expr),
            ExprKind::Assignment { op, left, right } => self.assignment(*op, left, right, expr),
            ExprKind::Relationship { op, left, right } => self.relate(*op, left, right, expr),
            ExprKind::Access { left, keys } => self.access(left, keys, expr),
            ExprKind::NamedAccess { .. } => Err(Failure::missing("named access without a call").into()),
            ExprKind::Call(call) => self.call(call, expr),
            ExprKind::CallMethod(call) => self.call_method(call, expr),
            ExprKind::If(conditional) => self.conditional(conditional, true),
            ExprKind::Unless(conditional) => self.conditional(conditional, false),
            ExprKind::Case(case) => self.case(case),
            ExprKind::Selector(selector) => self.selector(selector),
            ExprKind::Resource(resource) => self.resource(resource, expr),
            ExprKind::ResourceDefaults(defaults) => self.resource_defaults(defaults),
            ExprKind::ResourceOverride(overriding) => self.resource_override(overriding, expr),
            ExprKind::Collect(collect) => self.collect(collect, expr),
            ExprKind::Epp { .. } => Err(Failure::missing("a template within a manifest").into()),
            ExprKind::RenderString(text) => self.render_text(&text.clone().into()),
            ExprKind::Render(inner) => self.render(inner),
            ExprKind::Apply { .. } => Err(Failure::argument("Unable to lookup 'apply_executor'").into()),
        }
    }

    /// The value of a variable; one that does not exist is said to be so.
    pub(super) fn variable_at(&mut self, name: &Arc<str>, expr: &Expr) -> Result<Value, Stop> {
        match self.scopes.lookup(self.scope, name) {
            Lookup::Found(value) => Ok(value),
            Lookup::Unevaluated(parameter) => {
                self.unevaluated = Some(parameter);
                Err(self.fail("a parameter has no value yet"))
            }
            Lookup::Missing => {
                let silent = matches!(&**name, "module_name" | "caller_module_name")
                    || name.bytes().all(|byte| byte.is_ascii_digit());
                if !silent {
                    self.unknown_variable_at(name, expr)?;
                }
                Ok(Value::Undef)
            }
        }
    }

    fn reserved(&self, word: &Arc<str>, future: bool, expr: &Expr) -> Result<Value, Stop> {
        if future {
            return Ok(Value::String(word.clone().into()));
        }
        let message = format!("Use of reserved word: {word}, must be quoted if intended to be a String value");
        Err(self.issue("RESERVED_WORD", expr, message))
    }

    #[inline(never)]
    fn concatenated(&mut self, segments: &[Expr], expr: &Expr) -> Result<Value, Stop> {
        let mut text = Joined::default();
        for segment in segments {
            let pushed = match &segment.kind {
                ExprKind::String(literal) => text.push(literal, false),
                _ => text.push_value(&self.evaluate(segment)?),
            };
            pushed.map_err(|message| {
                let message = format!("Error while evaluating a Double Quoted String, {message}");
                self.issue(RUNTIME_ERROR, expr, message)
            })?;
        }
        self.account(Value::String(text.into()))
    }

    /// `${ … }`: a bare name is a variable.
    fn text(&mut self, inner: &Expr, expr: &Expr) -> Result<Value, Stop> {
        let value = match &inner.kind {
            ExprKind::QualifiedName(name) => self.variable_at(name, expr)?,
            _ => self.evaluate(inner)?,
        };
        Ok(match value {
            Value::String(_) => value,
            value => Value::String(to_text(&value).into()),
        })
    }

    #[inline(never)]
    fn hash(&mut self, entries: &[syntax::ast::KeyedEntry]) -> Result<Value, Stop> {
        let mut hash = Hash::default();
        hash.reserve(entries.len());
        for entry in entries {
            let key = self.evaluate(&entry.key)?;
            let value = self.evaluate(&entry.value)?;
            hash.insert(key, value);
        }
        Ok(Value::hash(hash))
    }

    fn block(&mut self, statements: &[Expr]) -> Result<Value, Stop> {
        let mut value = Value::Undef;
        for statement in statements {
            value = self.evaluate(statement)?;
        }
        Ok(value)
    }

    fn unfold(&mut self, inner: &Expr) -> Result<Value, Stop> {
        Ok(match self.evaluate(inner)? {
            Value::Undef => Value::array(Vec::new()),
            Value::Array(items) => Value::Array(items),
            Value::Hash(entries) => Value::array(
                entries.iter().map(|(key, value)| Value::array(vec![key.clone(), value.clone()])).collect(),
            ),
            Value::Iterator(iterator) => Value::array(iterator.to_vec()?),
            other => Value::array(vec![other]),
        })
    }
}
