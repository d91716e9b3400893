//! Assignment.

use std::rc::Rc;

use super::{Env, Interpreter, Outcome, Stop};
use crate::syntax::tree::{Node, Place, Target, Targets};
use crate::value::Value;

impl Interpreter<'_> {
    pub(super) fn local(&self, place: Place, env: &Rc<Env>) -> Value {
        let mut env = env;
        for _ in 0..place.level {
            match &env.outer {
                Some(outer) => env = outer,
                None => return Value::Nil,
            }
        }
        env.slots.borrow().get(place.index as usize).cloned().unwrap_or(Value::Nil)
    }

    fn set_local(&self, place: Place, value: Value, env: &Rc<Env>) {
        let mut env = env;
        for _ in 0..place.level {
            match &env.outer {
                Some(outer) => env = outer,
                None => return,
            }
        }
        let index = place.index as usize;
        let mut slots = env.slots.borrow_mut();
        // Interpolated code may have brought variables after the frame was laid out.
        if slots.len() <= index {
            slots.resize(index + 1, Value::Nil);
        }
        let old = std::mem::replace(&mut slots[index], value);
        drop(slots);
        drop(old);
    }

    pub(super) fn assign(&mut self, target: &Target, value: Value, env: &Rc<Env>) -> Result<(), Stop> {
        match target {
            Target::Local(place) => self.set_local(*place, value, env),
            Target::Instance(name) => {
                self.instances.insert(name.clone(), value);
            }
            Target::Global(name) => {
                self.globals.insert(name.clone(), value);
            }
            Target::Index { receiver, arguments, line } => {
                let receiver = self.evaluate(receiver, env)?;
                let mut arguments = self.arguments(arguments, env)?;
                arguments.push(value);
                self.line = *line;
                self.send(receiver, "[]=", arguments, None)?;
            }
            Target::Attribute { receiver, name, line, safe } => {
                let receiver = self.evaluate(receiver, env)?;
                if *safe && receiver.is_nil() {
                    return Ok(());
                }
                self.line = *line;
                self.send(receiver, name, vec![value], None)?;
            }
            Target::Many(targets) => self.assign_many(targets, &value, env)?,
        }
        Ok(())
    }

    pub(super) fn assign_many(&mut self, targets: &Targets, value: &Value, env: &Rc<Env>) -> Result<(), Stop> {
        let items = match value {
            Value::Array(list) => list.items(),
            other => vec![other.clone()],
        };
        let count = items.len();
        let after = targets.after.len();
        let rest = count.saturating_sub(targets.before.len() + after);
        let mut items = items.into_iter();
        for target in &targets.before {
            self.assign(target, items.next().unwrap_or(Value::Nil), env)?;
        }
        if let Some(target) = &targets.rest {
            let values: Vec<Value> = items.by_ref().take(rest).collect();
            if let Some(target) = target {
                self.assign(target, Value::array(values), env)?;
            }
        }
        for target in &targets.after {
            self.assign(target, items.next().unwrap_or(Value::Nil), env)?;
        }
        Ok(())
    }

    /// `target operator= value`
    pub(super) fn assign_operator(&mut self, target: &Target, operator: &str, value: &Node, env: &Rc<Env>) -> Outcome {
        let prepared = self.prepared(target, env)?;
        let current = self.current(target, prepared.as_ref(), env)?;
        let new = match operator {
            "||" if current.is_truthy() => return Ok(current),
            "&&" if !current.is_truthy() => return Ok(current),
            "||" | "&&" => self.evaluate(value, env)?,
            operator => {
                let value = self.evaluate(value, env)?;
                self.send(current, operator, vec![value], None)?
            }
        };
        match (target, prepared) {
            (Target::Index { .. }, Some((receiver, mut arguments))) => {
                arguments.push(new.clone());
                self.send(receiver, "[]=", arguments, None)?;
            }
            (Target::Attribute { name, .. }, Some((receiver, _))) => {
                self.send(receiver, name, vec![new.clone()], None)?;
            }
            _ => self.assign(target, new.clone(), env)?,
        }
        Ok(new)
    }

    /// The receiver and arguments of a target, evaluated once.
    fn prepared(&mut self, target: &Target, env: &Rc<Env>) -> Result<Option<(Value, Vec<Value>)>, Stop> {
        Ok(match target {
            Target::Index { receiver, arguments, .. } => {
                let receiver = self.evaluate(receiver, env)?;
                Some((receiver, self.arguments(arguments, env)?))
            }
            Target::Attribute { receiver, .. } => Some((self.evaluate(receiver, env)?, Vec::new())),
            _ => None,
        })
    }

    fn current(&mut self, target: &Target, prepared: Option<&(Value, Vec<Value>)>, env: &Rc<Env>) -> Outcome {
        match (target, prepared) {
            (Target::Local(place), _) => Ok(self.local(*place, env)),
            (Target::Instance(name), _) => Ok(self.instance(name)),
            (Target::Global(name), _) => Ok(self.global(name)),
            (Target::Index { line, .. }, Some((receiver, arguments))) => {
                self.line = *line;
                self.send(receiver.clone(), "[]", arguments.clone(), None)
            }
            (Target::Attribute { name, line, .. }, Some((receiver, _))) => {
                self.line = *line;
                self.send(receiver.clone(), name.trim_end_matches('='), Vec::new(), None)
            }
            _ => Ok(Value::Nil),
        }
    }
}
