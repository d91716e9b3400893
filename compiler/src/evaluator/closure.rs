//! Lambdas and functions in the Puppet language: arguments to parameters, then the body.

use std::sync::Arc;

use syntax::ast::{Expr, Lambda, Parameter};
use syntax::source::Source;

use crate::callable::Callable;
use crate::error::{Error, Failure, Location, Stop};
use crate::evaluator::Evaluator;
use crate::evaluator::call::UserFunction;
use crate::evaluator::ruby::RubyBlock;
use crate::scope::{Frame, ParameterFrame, ScopeId};
use crate::signature::{self, Signature};
use crate::types::{self, Type, mismatch};
use crate::value::Value;

/// What a lambda needs to be called.
struct LambdaBody {
    lambda: Arc<Lambda>,
    source: Arc<Source>,
    scope: ScopeId,
}

/// Values for parameters, by name.
type Bindings = Vec<(Arc<str>, Value)>;

impl Evaluator<'_> {
    /// Calls a lambda.
    ///
    /// `next` gives its value; `break` comes out as [`Stop::Break`] for the iteration to end with.
    pub fn call_block(&mut self, block: &Callable, arguments: Vec<Value>) -> Result<Value, Stop> {
        if let Some(ruby) = block.body.downcast_ref::<RubyBlock>() {
            return self.call_ruby_block(ruby, &arguments);
        }
        let Some(body) = block.body.downcast_ref::<LambdaBody>() else {
            return Err(Failure::missing("calling this kind of callable").into());
        };
        self.within(body.scope, &body.source, |this| {
            let lambda = &body.lambda;
            this.call_closure("lambda", &block.signature, &lambda.parameters, &lambda.body, arguments)
        })
    }

    /// A lambda expression as a value.
    pub(super) fn lambda(&mut self, lambda: &Arc<Lambda>) -> Result<Arc<Callable>, Stop> {
        let key = Arc::as_ptr(lambda) as usize;
        let signature = if let Some((_, known)) = self.signatures.get(&key) {
            known.clone()
        } else {
            let made = Arc::new(self.signature(&lambda.parameters, lambda.return_type.as_ref())?);
            self.signatures.insert(key, (lambda.clone(), made.clone()));
            made
        };
        let body = LambdaBody { lambda: lambda.clone(), source: self.source.clone(), scope: self.scope };
        Ok(Arc::new(Callable { name: None, signature, body: Arc::new(body) }))
    }

    /// Calls a function in the Puppet language: it sees the top scope and its parameters only.
    pub(super) fn call_user(
        &mut self,
        name: &str,
        function: &UserFunction,
        arguments: Vec<Value>,
    ) -> Result<Value, Stop> {
        let definition = &function.definition;
        let frames = self.scopes.get_mut(ScopeId::TOP).bare();
        let result = self.within(ScopeId::TOP, &definition.source, |this| {
            let signature = this.signature_of(name, function)?;
            if !signature.accepts(&arguments, None) {
                return Err(signature::mismatch(name, &[&signature], &arguments, None).into());
            }
            this.call_closure(name, &signature, &definition.parameters, &definition.body, arguments)
        });
        self.scopes.get_mut(ScopeId::TOP).restore(frames);
        match result {
            Err(Stop::Return(value)) => Ok(value),
            result => result,
        }
    }

    /// The types of parameters, as an error text or a check needs them.
    pub(super) fn signature(&mut self, parameters: &[Parameter], returns: Option<&Expr>) -> Result<Signature, Stop> {
        let mut signature = Signature { captures_rest: false, block: None, ..Signature::default() };
        let mut optional = false;
        for parameter in parameters {
            let mut of = self.parameter_type(parameter)?;
            let mut required = parameter.default.is_none();
            if parameter.captures_rest {
                signature.captures_rest = true;
                required = false;
                if let Type::Array(array) = &of {
                    required = array.size.from.is_some_and(|least| least > 0);
                    signature.rest = Some(array.size);
                    of = array.element.clone();
                }
            }
            if required && optional {
                return Err(self.parameter_issue(
                    "REQUIRED_PARAMETER_AFTER_OPTIONAL",
                    parameter,
                    &format!("Parameter ${} is required but appears after optional parameters", parameter.name),
                ));
            }
            optional |= !required;
            signature.parameters.push(signature::Parameter { name: parameter.name.clone(), of, required });
        }
        signature.returns = match returns {
            Some(expr) => Some(self.type_of(expr)?),
            None => None,
        };
        Ok(signature)
    }

    /// The declared type of a parameter, `Any` without one.
    pub(super) fn parameter_type(&mut self, parameter: &Parameter) -> Result<Type, Stop> {
        match &parameter.type_expr {
            Some(expr) => self.type_of(expr),
            None => Ok(Type::Any),
        }
    }

    /// Evaluates the default of a parameter. Its frame is on top of the running scope.
    pub(super) fn default_value(&mut self, name: &str, expr: &Expr) -> Result<Value, Stop> {
        let scope = self.scope;
        let was = self.parameter_frame().map(|frame| frame.set_read_only(true));
        let result = self.guarded(|this| {
            this.scopes.get_mut(scope).push(Frame::Match(None));
            this.evaluate(expr)
        });
        let asked = self.unevaluated.take();
        let Some(frame) = self.parameter_frame() else { return result };
        frame.set_read_only(was.unwrap_or(false));
        let Some(other) = asked else { return result };
        let callee = frame.callee.clone();
        let message = if frame.is_before(&other, name) {
            format!("{callee}: expects a value for parameter ${other}")
        } else {
            format!("{callee}: default expression for ${name} tries to illegally access not yet evaluated ${other}")
        };
        Err(self.fail(message))
    }

    /// Binds parameters by name, as templates take them, and evaluates the body.
    pub(super) fn call_by_name(
        &mut self,
        name: &str,
        parameters: &[Parameter],
        given: Bindings,
        enforce: bool,
        run: impl FnOnce(&mut Self) -> Result<Value, Stop>,
    ) -> Result<Value, Stop> {
        let bindings = if enforce { self.named_bindings(name, parameters, &given)? } else { given };
        let scope = self.scope;
        let result = self.guarded(|this| {
            let target = this.scopes.get_mut(scope);
            target.push(Frame::Local(bindings));
            target.push(Frame::Match(None));
            run(this)
        });
        match result {
            Err(Stop::Next(value)) => Ok(value),
            result => result,
        }
    }

    fn named_bindings(&mut self, name: &str, parameters: &[Parameter], given: &Bindings) -> Result<Bindings, Stop> {
        let scope = self.scope;
        let frame = ParameterFrame::new(name.into(), parameters.iter().map(|parameter| parameter.name.clone()));
        let level = self.scopes.get(scope).level();
        self.scopes.get_mut(scope).push(Frame::Parameters(Box::new(frame)));
        let filled = self.fill_named(parameters, given);
        let bindings = self.take_parameters(level);
        filled?;
        let mut expected = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            expected.push(signature::Parameter {
                name: parameter.name.clone(),
                of: self.parameter_type(parameter)?,
                required: parameter.default.is_none(),
            });
        }
        let promised = self.promised(&bindings)?;
        signature::check_parameters(name, &expected, &bindings, &promised, false)?;
        Ok(bindings)
    }

    fn fill_named(&mut self, parameters: &[Parameter], given: &Bindings) -> Result<(), Stop> {
        for (key, value) in given {
            if !value.is_undef() {
                self.give(key, value.clone());
            }
        }
        for parameter in parameters {
            let argument = given.iter().find(|(key, _)| *key == parameter.name);
            if argument.is_some_and(|(_, value)| !value.is_undef()) {
                continue;
            }
            match &parameter.default {
                Some(default) => {
                    let value = self.default_value(&parameter.name, default)?;
                    self.give(&parameter.name, value);
                }
                None if argument.is_some() => self.give(&parameter.name, Value::Undef),
                None => {}
            }
        }
        Ok(())
    }

    /// Arguments by place, the check of their types, the body and the check of its value.
    fn call_closure(
        &mut self,
        name: &str,
        signature: &Signature,
        parameters: &[Parameter],
        body: &Expr,
        arguments: Vec<Value>,
    ) -> Result<Value, Stop> {
        let bindings = self.bindings(name, parameters, arguments)?;
        self.check_bindings(name, signature, parameters, &bindings)?;
        let scope = self.scope;
        let result = self.guarded(|this| {
            let target = this.scopes.get_mut(scope);
            target.push(Frame::Local(bindings));
            target.push(Frame::Match(None));
            this.evaluate(body)
        });
        let value = match result {
            Err(Stop::Next(value)) => value,
            result => result?,
        };
        if let Some(returns) = &signature.returns
            && !types::is_instance(returns, &value)
        {
            let subject = format!("value returned from {name} has wrong type,");
            return Err(self.fail(mismatch::describe(&subject, returns, &types::infer_set(&value))));
        }
        Ok(value)
    }

    fn bindings(&mut self, name: &str, parameters: &[Parameter], arguments: Vec<Value>) -> Result<Bindings, Stop> {
        let plain = arguments.len() >= parameters.len() && parameters.iter().all(|parameter| !parameter.captures_rest);
        if plain {
            return Ok(parameters.iter().map(|parameter| parameter.name.clone()).zip(arguments).collect());
        }
        let scope = self.scope;
        let level = self.scopes.get(scope).level();
        let frame = ParameterFrame::new(name.into(), parameters.iter().map(|parameter| parameter.name.clone()));
        self.scopes.get_mut(scope).push(Frame::Parameters(Box::new(frame)));
        let filled = self.fill(parameters, &arguments);
        let bindings = self.take_parameters(level);
        filled.map(|()| bindings)
    }

    fn fill(&mut self, parameters: &[Parameter], arguments: &[Value]) -> Result<(), Stop> {
        for (index, parameter) in parameters.iter().enumerate() {
            let value = match (arguments.get(index), &parameter.default) {
                (None, Some(default)) => {
                    let value = self.default_value(&parameter.name, default)?;
                    if parameter.captures_rest { listed(value) } else { value }
                }
                (None, None) if parameter.captures_rest => Value::array(Vec::new()),
                (None, None) => {
                    return Err(self.parameter_issue(
                        "MISSING_REQUIRED_PARAMETER",
                        parameter,
                        &format!("Parameter ${} is required but no value was given", parameter.name),
                    ));
                }
                (Some(Value::Undef), Some(default)) if parameter.captures_rest && arguments.len() == index + 1 => {
                    listed(self.default_value(&parameter.name, default)?)
                }
                (Some(_), _) if parameter.captures_rest => Value::array(arguments[index..].to_vec()),
                (Some(value), _) => value.clone(),
            };
            self.give(&parameter.name, value);
        }
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "a step of a call")]
    fn check_bindings(
        &self,
        name: &str,
        signature: &Signature,
        parameters: &[Parameter],
        bindings: &Bindings,
    ) -> Result<(), Stop> {
        if signature.parameters.iter().all(|parameter| matches!(parameter.of, Type::Any)) {
            return Ok(());
        }
        let mut values = Vec::with_capacity(bindings.len());
        for parameter in parameters {
            let Some((_, value)) = bindings.iter().find(|(key, _)| *key == parameter.name) else { continue };
            match value {
                Value::Array(items) if parameter.captures_rest => values.extend(items.iter().cloned()),
                value => values.push(value.clone()),
            }
        }
        if signature.accepts(&values, None) {
            return Ok(());
        }
        let shown = if name == "lambda" { "lambda" } else { name };
        Err(signature::mismatch(shown, &[signature], &values, None).into())
    }

    /// Takes the frame of parameters off again, with the values it has.
    pub(super) fn take_parameters(&mut self, level: usize) -> Bindings {
        let scope = self.scopes.get_mut(self.scope);
        let mut values = Vec::new();
        while scope.level() > level {
            if let Some(Frame::Parameters(frame)) = scope.pop() {
                values = frame.into_values();
            }
        }
        values
    }

    pub(super) fn give(&mut self, name: &Arc<str>, value: Value) {
        if let Some(frame) = self.parameter_frame() {
            frame.give(name, value);
        }
    }

    fn parameter_frame(&mut self) -> Option<&mut ParameterFrame> {
        self.scopes.get_mut(self.scope).parameters()
    }

    /// What a function in the Puppet language takes and gives.
    pub(super) fn signature_of(&mut self, name: &str, function: &UserFunction) -> Result<Arc<Signature>, Stop> {
        if let Some(known) = &function.signature {
            return Ok(known.clone());
        }
        let definition = &function.definition;
        let made = Arc::new(self.signature(&definition.parameters, definition.return_type.as_ref())?);
        if let Some(Some(known)) = self.functions.get_mut(name) {
            known.signature = Some(made.clone());
        }
        Ok(made)
    }

    fn parameter_issue(&self, code: &'static str, parameter: &Parameter, message: &str) -> Stop {
        Error {
            issue_code: code,
            message: format!("Evaluation Error: {message}"),
            position: Some(Location::of(&self.source, parameter.span.start)),
        }
        .into()
    }
}

fn listed(value: Value) -> Value {
    match value {
        Value::Array(_) => value,
        other => Value::array(vec![other]),
    }
}
