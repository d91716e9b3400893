//! Calls of functions: native ones, those in the Puppet language, and type calls.

use std::sync::Arc;

use syntax::ast::{Call, Definition, Expr, ExprKind, FunctionDefinition, Program};

use crate::callable::Callable;
use crate::error::{Location, Stop};
use crate::evaluator::Evaluator;
use crate::functions::{self, Returns, catalog};
use crate::label::{a_an, a_an_uc, label};
use crate::types;
use crate::value::Value;
use crate::world::ProgramKind;

/// A function in the Puppet language.
#[derive(Clone)]
pub(crate) struct UserFunction {
    pub(super) definition: Arc<FunctionDefinition>,
    /// The signature, once it was needed.
    pub(super) signature: Option<Arc<crate::signature::Signature>>,
}

/// Where `break`, `next` or `return` was called, for the error when nothing there can be left.
pub(crate) struct Jump {
    name: &'static str,
    position: Option<Location>,
}

impl Evaluator<'_> {
    /// Calls a function by its name, as the code that runs would.
    pub fn call_function(
        &mut self,
        name: &str,
        arguments: Vec<Value>,
        block: Option<&Arc<Callable>>,
    ) -> Result<Value, Stop> {
        // Functions that call functions nest without an expression in between.
        self.step()?;
        let result = self.invoke(name, arguments, block.cloned());
        self.depth -= 1;
        match result? {
            Some(value) => Ok(value),
            None => Err(self.fail(format!("Unknown function '{name}'"))),
        }
    }

    /// Whether there is a function with this name.
    pub fn has_function(&mut self, name: &str) -> Result<bool, Stop> {
        Ok(catalog::find(name).is_some()
            || functions::exists(self.world(), name)
            || self.user_function(name)?.is_some()
            || self.world().ruby_function(name).is_some())
    }

    /// What a function declares to return; `None` when there is no such function.
    pub(super) fn return_type(&mut self, name: &str) -> Result<Option<Returns>, Stop> {
        if let Some(function) = self.user_function(name)? {
            let signature = self.signature_of(name, &function)?;
            return Ok(Some(signature.returns.clone().map_or(Returns::Anything, Returns::Declared)));
        }
        Ok(self.has_function(name)?.then_some(Returns::Anything))
    }

    /// `name(arguments)`, `Type(arguments)`
    #[inline(never)]
    pub(super) fn call(&mut self, call: &Call, expr: &Expr) -> Result<Value, Stop> {
        match &call.functor.kind {
            ExprKind::QualifiedName(name) => {
                let arguments = self.unfolded(Vec::with_capacity(call.arguments.len()), &call.arguments)?;
                self.call_at(name, arguments, call, expr)
            }
            ExprKind::QualifiedReference(_) => self.type_call(call, expr),
            ExprKind::Access { left, .. } if matches!(left.kind, ExprKind::QualifiedReference(_)) => {
                self.type_call(call, expr)
            }
            ExprKind::RenderString(_) => Err(self.issue(
                "ILLEGAL_EPP_PARAMETERS",
                expr,
                "Ambiguous EPP parameter expression. Probably missing '<%-' before parameters to remove leading whitespace",
            )),
            _ => Err(self.illegal(&call.functor, "function name", expr)),
        }
    }

    /// `receiver.name(arguments)`
    #[inline(never)]
    pub(super) fn call_method(&mut self, call: &Call, expr: &Expr) -> Result<Value, Stop> {
        let ExprKind::NamedAccess { left, right } = &call.functor.kind else {
            return Err(self.illegal(&call.functor, "function accessor", expr));
        };
        let arguments = self.unfolded(Vec::with_capacity(call.arguments.len() + 1), std::slice::from_ref(left))?;
        let ExprKind::QualifiedName(name) = &right.kind else {
            return Err(self.illegal(&call.functor, "function name", expr));
        };
        if let Some(Value::Object(object)) = arguments.first()
            && object.of.member(name).is_some()
        {
            let object = object.clone();
            let arguments = self.unfolded(Vec::new(), &call.arguments)?;
            let block = call.lambda.as_ref().map(|lambda| self.lambda(lambda)).transpose()?;
            return self.call_member(&object, name, &arguments, block.as_ref());
        }
        if let Some(Value::Uri(text)) = arguments.first()
            && let Some(part) = uri_part(text, name)
        {
            return Ok(part);
        }
        let arguments = self.unfolded(arguments, &call.arguments)?;
        self.call_at(name, arguments, call, expr)
    }

    /// Values of expressions, with `*list` spread out.
    pub(super) fn unfolded(&mut self, mut values: Vec<Value>, exprs: &[Expr]) -> Result<Vec<Value>, Stop> {
        for expr in exprs {
            let inner = unwind(expr);
            if let ExprKind::Unfold(_) = inner.kind {
                if let Value::Array(items) = self.evaluate(inner)? {
                    values.extend(items.iter().cloned());
                }
            } else {
                values.push(self.evaluate(inner)?);
            }
        }
        Ok(values)
    }

    /// Remembers the functions of a file.
    pub(super) fn add_functions(&mut self, program: &Program) -> Result<(), Stop> {
        for definition in &program.definitions {
            let Definition::Function(function) = definition else { continue };
            let name = function.name.to_lowercase();
            match self.functions.get(name.as_str()) {
                Some(Some(known)) if Arc::ptr_eq(&known.definition, function) => {}
                Some(Some(known)) => {
                    let uri = Location::uri(&known.definition.source, known.definition.span.start);
                    return Err(self.redefined("function", &name, &format!("set at {uri}")));
                }
                _ => {
                    let user = UserFunction { definition: function.clone(), signature: None };
                    self.functions.insert(name.into(), Some(user));
                }
            }
        }
        Ok(())
    }

    /// `break`, `next` or `return` where nothing can be left.
    pub(crate) fn stray_jump(&mut self, stop: Stop) -> Stop {
        let name = match stop {
            Stop::Error(_) => return stop,
            Stop::Break(_) => "break",
            Stop::Next(_) => "next",
            Stop::Return(_) => "return",
            Stop::NotFound => return self.fail("uncaught throw :no_such_key"),
        };
        let position = self.jump.take().filter(|jump| jump.name == name).and_then(|jump| jump.position);
        self.parse_error(format!("{name}() from context where this is illegal"), position)
    }

    fn type_call(&mut self, call: &Call, expr: &Expr) -> Result<Value, Stop> {
        let of = self.evaluate(&call.functor)?;
        let arguments = self.unfolded(vec![of], &call.arguments)?;
        self.call_at("new", arguments, call, expr)
    }

    fn call_at(&mut self, name: &str, arguments: Vec<Value>, call: &Call, expr: &Expr) -> Result<Value, Stop> {
        let block = match &call.lambda {
            Some(lambda) => Some(self.lambda(lambda)?),
            None => None,
        };
        self.calls.push((self.source.clone(), expr.span.start));
        let result = self.invoke(name, arguments, block);
        self.calls.pop();
        match result? {
            Some(value) => Ok(value),
            None => Err(self.issue("UNKNOWN_FUNCTION", expr, format!("Unknown function: '{name}'."))),
        }
    }

    /// `None` when there is no such function.
    fn invoke(
        &mut self,
        name: &str,
        arguments: Vec<Value>,
        block: Option<Arc<Callable>>,
    ) -> Result<Option<Value>, Stop> {
        if let Some(function) = catalog::find(name) {
            return function.call(self, &arguments, block.as_deref()).map(Some);
        }
        if functions::exists(self.world(), name) {
            let Some(result) = functions::call(self, name, arguments, block) else { return Ok(None) };
            if let Err(stop) = &result {
                self.note_jump(stop);
            }
            return result.and_then(|value| self.account(value)).map(Some);
        }
        if let Some(function) = self.user_function(name)? {
            return self.call_user(name, &function, arguments).map(Some);
        }
        if let Some(path) = self.world().ruby_function(name) {
            return self.call_ruby(name, &path, arguments, block).map(Some);
        }
        Ok(None)
    }

    fn note_jump(&mut self, stop: &Stop) {
        let name = match stop {
            Stop::Error(_) | Stop::NotFound => return,
            Stop::Break(_) => "break",
            Stop::Next(_) => "next",
            Stop::Return(_) => "return",
        };
        if self.jump.as_ref().is_none_or(|jump| jump.name != name) {
            self.jump = Some(Jump { name, position: self.call_site() });
        }
    }

    pub(super) fn user_function(&mut self, name: &str) -> Result<Option<UserFunction>, Stop> {
        let name = name.strip_prefix("::").unwrap_or(name);
        if let Some(known) = self.functions.get(name) {
            return Ok(known.clone());
        }
        if let Some(program) =
            self.world().program(ProgramKind::Function, name).map_err(|error| self.unloadable(&error))?
        {
            self.add_functions(&program)?;
        }
        Ok(self.functions.entry(name.into()).or_insert(None).clone())
    }

    fn illegal(&self, expr: &Expr, feature: &str, container: &Expr) -> Stop {
        let what = a_an_uc(&label(expr));
        let container = a_an(&label(container));
        self.issue(
            "ILLEGAL_EXPRESSION",
            expr,
            format!("Illegal expression. {what} is unacceptable as {feature} in {container}"),
        )
    }
}

/// `$uri.host`
fn uri_part(text: &Arc<str>, name: &str) -> Option<Value> {
    if !matches!(name, "scheme" | "userinfo" | "host" | "port" | "path" | "query" | "fragment" | "opaque") {
        return None;
    }
    Some(types::uri::part(text, name).unwrap_or(Value::Undef))
}

/// What stands within parentheses.
pub(super) fn unwind(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Parenthesized(inner) => unwind(inner),
        _ => expr,
    }
}
