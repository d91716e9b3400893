//! Blocks, procs and methods: binding of parameters.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::{Env, Frame, Interpreter, Outcome, Stop};
use crate::syntax::tree::{Block, Function, Parameters};
use crate::value::{Key, Value};

/// Something that can be called.
pub struct Proc {
    pub(crate) kind: ProcKind,
    pub(crate) is_lambda: bool,
    /// What `break` ends.
    pub(crate) id: u64,
}

pub(crate) enum ProcKind {
    Written {
        function: Arc<Function>,
        env: Rc<Env>,
        /// What `return` ends.
        frame: u64,
    },
    /// `&:name`
    Symbol(Arc<str>),
    /// A block that is also told how many times it was called before.
    Counting { block: Rc<Proc>, next: Cell<i64> },
}

impl Interpreter<'_> {
    /// The block of a call.
    pub(super) fn block(&mut self, block: Option<&Block>, env: &Rc<Env>) -> Result<Option<Rc<Proc>>, Stop> {
        match block {
            None => Ok(None),
            Some(Block::Written(function)) => Ok(Some(self.written(function, env, false))),
            Some(Block::Passed(node)) => {
                let value = self.evaluate(node, env)?;
                match value {
                    Value::Nil => Ok(None),
                    Value::Proc(block) => Ok(Some(block)),
                    Value::Symbol(name) => Ok(Some(self.proc(ProcKind::Symbol(name), false))),
                    other => Err(self.type_error(format!("wrong argument type {} (expected Proc)", other.class()))),
                }
            }
        }
    }

    pub(crate) fn proc(&mut self, kind: ProcKind, is_lambda: bool) -> Rc<Proc> {
        let id = self.fresh_id();
        Rc::new(Proc { kind, is_lambda, id })
    }

    /// A block that counts its calls from `first` on; `break` in it ends the same call.
    pub(super) fn counting(&self, block: Rc<Proc>, first: i64) -> Rc<Proc> {
        let id = block.id;
        Rc::new(Proc { kind: ProcKind::Counting { block, next: Cell::new(first) }, is_lambda: false, id })
    }

    pub(super) fn written(&mut self, function: &Arc<Function>, env: &Rc<Env>, is_lambda: bool) -> Rc<Proc> {
        let frame = self.frames.last().map_or(0, |frame| frame.id);
        self.proc(ProcKind::Written { function: function.clone(), env: env.clone(), frame }, is_lambda)
    }

    /// A block that becomes a value may hold itself through its variables.
    pub(crate) fn keep(&mut self, block: &Rc<Proc>) {
        if let ProcKind::Written { env, .. } = &block.kind {
            self.captured.push(Rc::downgrade(env));
        }
    }

    /// Calls a block or proc.
    pub(crate) fn call_proc(&mut self, block: &Proc, arguments: Vec<Value>) -> Outcome {
        match &block.kind {
            ProcKind::Symbol(name) => {
                let mut arguments = arguments.into_iter();
                let Some(receiver) = arguments.next() else { return Err(self.argument_error("no receiver given")) };
                self.send(receiver, name, arguments.collect(), None)
            }
            ProcKind::Counting { block, next } => {
                let count = next.get();
                next.set(count.wrapping_add(1));
                let value = if let [value] = arguments.as_slice() { value.clone() } else { Value::array(arguments) };
                self.call_proc(block, vec![value, Value::Integer(count)])
            }
            ProcKind::Written { function, env, frame } => {
                self.step()?;
                let inner = Env::new(function.locals.len(), Some(env.clone()));
                let arguments = if block.is_lambda { arguments } else { spread(&function.parameters, arguments) };
                self.bind(&function.parameters, arguments, block.is_lambda, None, &inner)?;
                let outcome = self.evaluate(&function.body, &inner);
                match outcome {
                    Err(Stop::Next(value)) => Ok(value),
                    Err(Stop::Return(id, value)) if block.is_lambda && id == *frame => Ok(value),
                    Err(Stop::Break(id, value)) if block.is_lambda && id == block.id => Ok(value),
                    // `break` knows no block yet: this is the one.
                    Err(Stop::Break(0, value)) if block.is_lambda => Ok(value),
                    Err(Stop::Break(0, value)) => Err(Stop::Break(block.id, value)),
                    other => other,
                }
            }
        }
    }

    /// Calls a method that the template defines.
    pub(super) fn call_defined(
        &mut self,
        function: &Arc<Function>,
        arguments: Vec<Value>,
        block: Option<Rc<Proc>>,
    ) -> Outcome {
        self.deeper()?;
        let id = self.fresh_id();
        let env = Env::new(function.locals.len(), None);
        self.frames.push(Frame { id, block: block.clone() });
        let bound = self.bind(&function.parameters, arguments, true, block, &env);
        let outcome = bound.and_then(|()| self.evaluate(&function.body, &env));
        self.frames.pop();
        self.depth -= 1;
        match outcome {
            Err(Stop::Return(to, value)) if to == id => Ok(value),
            other => other,
        }
    }

    /// `yield`
    pub(super) fn yield_to(&mut self, arguments: Vec<Value>) -> Outcome {
        let block = self.frames.last().and_then(|frame| frame.block.clone());
        match block {
            Some(block) => self.call_proc(&block, arguments),
            None => Err(self.raise("LocalJumpError", "no block given (yield)")),
        }
    }

    pub(crate) fn has_block(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.block.is_some())
    }

    fn bind(
        &mut self,
        parameters: &Parameters,
        mut arguments: Vec<Value>,
        strict: bool,
        block: Option<Rc<Proc>>,
        env: &Rc<Env>,
    ) -> Result<(), Stop> {
        let keywords = self.take_keywords(parameters, &mut arguments);
        let (least, most) = parameters.arity();
        let given = arguments.len();
        if strict && (given < least || most.is_some_and(|most| given > most)) {
            return Err(self.wrong_count(given, least, most));
        }
        let mut arguments = arguments.into_iter();
        let spare = given.saturating_sub(least);
        let mut spare_optional = spare.min(parameters.optional.len());
        let rest = spare - spare_optional;
        for target in &parameters.required {
            let value = arguments.next().unwrap_or(Value::Nil);
            self.assign(target, value, env)?;
        }
        for (target, default) in &parameters.optional {
            let value = if spare_optional > 0 {
                spare_optional -= 1;
                arguments.next().unwrap_or(Value::Nil)
            } else {
                self.evaluate(default, env)?
            };
            self.assign(target, value, env)?;
        }
        if let Some(target) = &parameters.rest {
            let values: Vec<Value> = arguments.by_ref().take(rest).collect();
            if let Some(target) = target {
                self.assign(target, Value::array(values), env)?;
            }
        }
        for target in &parameters.after {
            let value = arguments.next().unwrap_or(Value::Nil);
            self.assign(target, value, env)?;
        }
        self.bind_keywords(parameters, keywords, env)?;
        if let Some(target) = &parameters.block {
            if let Some(block) = &block {
                self.keep(block);
            }
            self.assign(target, block.map_or(Value::Nil, Value::Proc), env)?;
        }
        Ok(())
    }

    pub(crate) fn wrong_count(&self, given: usize, least: usize, most: Option<usize>) -> Stop {
        let wanted = match most {
            None => format!("{least}+"),
            Some(most) if most == least => least.to_string(),
            Some(most) => format!("{least}..{most}"),
        };
        self.argument_error(format!("wrong number of arguments (given {given}, expected {wanted})"))
    }

    /// The hash of keyword arguments, when the parameters name some.
    fn take_keywords(&self, parameters: &Parameters, arguments: &mut Vec<Value>) -> Option<Value> {
        if parameters.keywords.is_empty() && parameters.keyword_rest.is_none() {
            return None;
        }
        match arguments.last() {
            Some(Value::Hash(hash)) if hash.read().keys().all(|key| matches!(key, Key::Symbol(_))) => arguments.pop(),
            _ => None,
        }
    }

    fn bind_keywords(&mut self, parameters: &Parameters, given: Option<Value>, env: &Rc<Env>) -> Result<(), Stop> {
        let mut entries = match given {
            Some(Value::Hash(hash)) => hash.pairs(),
            _ => Vec::new(),
        };
        for (name, target, default) in &parameters.keywords {
            let place = entries.iter().position(|(key, _)| matches!(key, Value::Symbol(known) if known == name));
            let value = match (place, default) {
                (Some(place), _) => entries.remove(place).1,
                (None, Some(default)) => self.evaluate(default, env)?,
                (None, None) => return Err(self.argument_error(format!("missing keyword: :{name}"))),
            };
            self.assign(target, value, env)?;
        }
        match (&parameters.keyword_rest, entries.first()) {
            (Some(Some(target)), _) => self.assign(target, Value::hash(entries), env),
            (None, Some((key, _))) if !parameters.keywords.is_empty() => {
                Err(self.argument_error(format!("unknown keyword: {}", key.inspect())))
            }
            _ => Ok(()),
        }
    }
}

/// A block of several parameters takes a single list apart.
fn spread(parameters: &Parameters, mut arguments: Vec<Value>) -> Vec<Value> {
    let several = parameters.required.len() + parameters.optional.len() + parameters.after.len() > 1
        || parameters.trailing_comma
        || parameters.rest.is_some()
            && parameters.required.len() + parameters.after.len() + parameters.optional.len() > 0;
    if several && let [Value::Array(list)] = arguments.as_slice() {
        let items = list.items();
        arguments = items;
    }
    arguments
}
