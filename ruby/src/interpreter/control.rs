//! Branches, loops, jumps, definitions.

use std::rc::Rc;

use super::{Env, Exception, Interpreter, Outcome, Stop};
use crate::syntax::tree::{Begin, Node, Rescue, Targets};
use crate::value::{Object, Value};

impl Interpreter<'_> {
    pub(super) fn control(&mut self, node: &Node, env: &Rc<Env>) -> Outcome {
        match node {
            Node::Assign(target, value) => {
                let value = self.evaluate(value, env)?;
                self.assign(target, value.clone(), env)?;
                Ok(value)
            }
            Node::AssignOperator { target, operator, value, line } => {
                self.line = *line;
                self.assign_operator(target, operator, value, env)
            }
            Node::AssignMany(targets, value) => {
                let value = self.evaluate(value, env)?;
                self.assign_many(targets, &value, env)?;
                Ok(value)
            }
            Node::And(left, right) => {
                let left = self.evaluate(left, env)?;
                if left.is_truthy() { self.evaluate(right, env) } else { Ok(left) }
            }
            Node::Or(left, right) => {
                let left = self.evaluate(left, env)?;
                if left.is_truthy() { Ok(left) } else { self.evaluate(right, env) }
            }
            Node::Not(inner) => Ok(Value::Boolean(!self.evaluate(inner, env)?.is_truthy())),
            Node::Defined(inner) => self.defined(inner, env),
            Node::If { .. } => self.conditional(node, env),
            Node::While { condition, body, until, body_first } => {
                self.while_loop(condition, body, *until, *body_first, env)
            }
            Node::For { target, list, body } => self.for_loop(target, list, body, env),
            Node::Case { subject, branches, otherwise } => {
                let subject = match subject {
                    Some(subject) => Some(self.evaluate(subject, env)?),
                    None => None,
                };
                for (tests, body) in branches {
                    if self.fits_branch(subject.as_ref(), tests, env)? {
                        return self.evaluate(body, env);
                    }
                }
                self.evaluate(otherwise, env)
            }
            Node::Begin(begin) => self.begin(begin, env),
            Node::Yield(arguments, line) => {
                let arguments = self.arguments(arguments, env)?;
                self.line = *line;
                self.yield_to(arguments)
            }
            Node::Return(value) => {
                let value = self.optional(value.as_deref(), env)?;
                Err(Stop::Return(self.frames.last().map_or(0, |frame| frame.id), value))
            }
            Node::Break(value) => Err(Stop::Break(0, self.optional(value.as_deref(), env)?)),
            Node::Next(value) => Err(Stop::Next(self.optional(value.as_deref(), env)?)),
            Node::Retry => Err(Stop::Retry),
            Node::Define(name, function) => {
                self.methods.insert(name.clone(), function.clone());
                Ok(Value::Symbol(name.clone()))
            }
            Node::Lambda(function) => {
                let lambda = self.written(function, env, true);
                self.keep(&lambda);
                Ok(Value::Proc(lambda))
            }
            _ => Ok(Value::Nil),
        }
    }

    /// `if` with all its `elsif`s.
    fn conditional(&mut self, node: &Node, env: &Rc<Env>) -> Outcome {
        let mut node = node;
        while let Node::If { condition, then, otherwise } = node {
            if self.evaluate(condition, env)?.is_truthy() {
                return self.evaluate(then, env);
            }
            node = otherwise;
        }
        self.evaluate(node, env)
    }

    fn while_loop(&mut self, condition: &Node, body: &Node, until: bool, body_first: bool, env: &Rc<Env>) -> Outcome {
        let mut skips_test = body_first;
        loop {
            if !skips_test && self.evaluate(condition, env)?.is_truthy() == until {
                return Ok(Value::Nil);
            }
            skips_test = false;
            match self.evaluate(body, env) {
                Ok(_) | Err(Stop::Next(_)) => {}
                Err(Stop::Break(0, value)) => return Ok(value),
                Err(stop) => return Err(stop),
            }
        }
    }

    fn for_loop(&mut self, target: &Targets, list: &Node, body: &Node, env: &Rc<Env>) -> Outcome {
        let list = self.evaluate(list, env)?;
        for item in self.elements(&list)? {
            let is_single = target.before.len() == 1 && target.rest.is_none();
            if let (true, Some(only)) = (is_single, target.before.first()) {
                self.assign(only, item, env)?;
            } else {
                self.assign_many(target, &item, env)?;
            }
            match self.evaluate(body, env) {
                Ok(_) | Err(Stop::Next(_)) => {}
                Err(Stop::Break(0, value)) => return Ok(value),
                Err(stop) => return Err(stop),
            }
        }
        Ok(list)
    }

    fn fits_branch(&mut self, subject: Option<&Value>, tests: &[Node], env: &Rc<Env>) -> Result<bool, Stop> {
        for test in tests {
            let values = match test {
                Node::Splat(inner) => {
                    let value = self.evaluate(inner, env)?;
                    self.spread(value)?
                }
                other => vec![self.evaluate(other, env)?],
            };
            for value in values {
                let fits = match subject {
                    Some(subject) => self.send(value, "===", vec![subject.clone()], None)?.is_truthy(),
                    None => value.is_truthy(),
                };
                if fits {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn begin(&mut self, begin: &Begin, env: &Rc<Env>) -> Outcome {
        let outcome = self.rescued(begin, env);
        if let Some(ensure) = &begin.ensure {
            // Its own stop counts more than what was under way.
            self.evaluate(ensure, env)?;
        }
        outcome
    }

    fn rescued(&mut self, begin: &Begin, env: &Rc<Env>) -> Outcome {
        loop {
            let depth = self.depth;
            let frames = self.frames.len();
            let outcome = self.evaluate(&begin.body, env);
            let exception = match outcome {
                Err(Stop::Raise(exception)) => exception,
                Ok(value) => {
                    return match &begin.otherwise {
                        Some(otherwise) => self.evaluate(otherwise, env),
                        None => Ok(value),
                    };
                }
                stop => return stop,
            };
            self.depth = depth;
            self.frames.truncate(frames);
            let Some(rescue) = self.rescue_for(begin, &exception, env)? else { return Err(Stop::Raise(exception)) };
            if let Some(target) = &rescue.variable {
                self.assign(target, Value::Exception(exception.clone()), env)?;
            }
            self.globals.insert("!".into(), Value::Exception(exception));
            match self.evaluate(&rescue.body, env) {
                Err(Stop::Retry) => self.step()?,
                other => return other,
            }
        }
    }

    fn rescue_for<'b>(
        &mut self,
        begin: &'b Begin,
        exception: &Rc<Exception>,
        env: &Rc<Env>,
    ) -> Result<Option<&'b Rescue>, Stop> {
        let value = Value::Exception(exception.clone());
        for rescue in &begin.rescues {
            if rescue.classes.is_empty() && self.is_a(&value, "StandardError") {
                return Ok(Some(rescue));
            }
            for class in self.arguments(&rescue.classes, env)? {
                if let Value::Class(class) = class
                    && self.is_a(&value, &class)
                {
                    return Ok(Some(rescue));
                }
            }
        }
        Ok(None)
    }

    /// `defined? node`
    fn defined(&mut self, node: &Node, env: &Rc<Env>) -> Outcome {
        let what = match node {
            Node::Local(_) => "local-variable",
            Node::Instance(name) => {
                if !self.has_instance(name) {
                    return Ok(Value::Nil);
                }
                "instance-variable"
            }
            Node::Global(name) => {
                let name = name.clone();
                if self.global(&name).is_nil() {
                    return Ok(Value::Nil);
                }
                "global-variable"
            }
            Node::Call(call) => match &call.receiver {
                None => {
                    if !self.knows_on_self(&call.name) {
                        return Ok(Value::Nil);
                    }
                    "method"
                }
                Some(receiver) => {
                    if self.defined(receiver, env)?.is_nil() {
                        return Ok(Value::Nil);
                    }
                    let Ok(receiver) = self.evaluate(receiver, env) else { return Ok(Value::Nil) };
                    if !self.responds_to(&receiver, &call.name) {
                        return Ok(Value::Nil);
                    }
                    "method"
                }
            },
            Node::Constant(outer, name) => {
                if self.constant(outer.as_deref(), name).is_err() {
                    return Ok(Value::Nil);
                }
                "constant"
            }
            Node::SelfRef => "self",
            Node::Nil => "expression",
            Node::Sequence(nodes) if nodes.len() == 1 => return self.defined(&nodes[0], env),
            Node::Assign(..) | Node::AssignOperator { .. } | Node::AssignMany(..) => "assignment",
            Node::Yield(..) => return Ok(if self.has_block() { "yield".into() } else { Value::Nil }),
            _ => "expression",
        };
        Ok(Value::from(what))
    }

    pub(super) fn knows_on_self(&self, name: &str) -> bool {
        self.methods.contains_key(name) || self.responds_to(&Value::Object(Object::Template), name)
    }
}
