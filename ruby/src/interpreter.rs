//! Runs a tree.
//!
//! One [`Interpreter`] renders one template once. Steps, depth and bytes made are counted.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::host::{Host, HostError};
use crate::limits::Limits;
use crate::regexp::Match;
use crate::syntax::Program;
use crate::syntax::tree::Function;
use crate::value::Value;

mod assign;
mod block;
mod call;
mod control;
mod enumerator;
mod evaluate;
mod exception;
mod literal;

pub use block::Proc;
pub(crate) use block::ProcKind;
pub use exception::Exception;
pub(crate) use exception::{ancestors, is_known_class};

/// What an expression evaluates to, or why it stopped.
pub(crate) type Outcome = Result<Value, Stop>;

/// Why evaluation of an expression stopped before its end.
pub(crate) enum Stop {
    Raise(Rc<Exception>),
    /// Ends the call that was given the block with this number.
    Break(u64, Value),
    /// Ends the block.
    Next(Value),
    /// Ends the method.
    Return(u64, Value),
    Retry,
    /// Ruby that is not known here.
    Unsupported(u32, String),
    Limit(u32, String),
    Host(u32),
}

/// Renders once.
pub(crate) struct Interpreter<'h> {
    pub(crate) host: &'h mut dyn Host,
    limits: Limits,
    /// Where the template stands: what errors name.
    pub(crate) line: u32,
    steps: u64,
    depth: u32,
    bytes: usize,
    instances: FxHashMap<Arc<str>, Value>,
    globals: FxHashMap<Arc<str>, Value>,
    methods: FxHashMap<Arc<str>, Arc<Function>>,
    frames: Vec<Frame>,
    next_id: u64,
    pub(crate) last_match: Option<Rc<Match>>,
    /// What the template says of itself: its path.
    pub(crate) file: Option<Arc<str>>,
    /// Variables that procs hold on to: let go of at the end.
    captured: Vec<Weak<Env>>,
}

/// A method or the template itself while it runs.
struct Frame {
    id: u64,
    block: Option<Rc<Proc>>,
}

/// Local variables of a method or block.
pub(crate) struct Env {
    slots: RefCell<Vec<Value>>,
    outer: Option<Rc<Env>>,
}

impl Env {
    pub(crate) fn new(count: usize, outer: Option<Rc<Self>>) -> Rc<Self> {
        Rc::new(Self { slots: RefCell::new(vec![Value::Nil; count]), outer })
    }
}

impl Drop for Interpreter<'_> {
    fn drop(&mut self) {
        for env in self.captured.iter().filter_map(Weak::upgrade) {
            let slots = std::mem::take(&mut *env.slots.borrow_mut());
            drop(slots);
        }
    }
}

/// Runs a program; its value is what it rendered.
pub(crate) fn run(
    program: &Program,
    file: Option<Arc<str>>,
    host: &mut dyn Host,
    limits: Limits,
) -> Result<String, Error> {
    let mut interpreter = Interpreter {
        host,
        limits,
        line: 1,
        steps: 0,
        depth: 0,
        bytes: 0,
        instances: FxHashMap::default(),
        globals: FxHashMap::default(),
        methods: FxHashMap::default(),
        frames: vec![Frame { id: 0, block: None }],
        next_id: 1,
        last_match: None,
        file,
        captured: Vec::new(),
    };
    let env = Env::new(program.locals.len(), None);
    let outcome = interpreter.evaluate(&program.body, &env);
    let result = match outcome {
        Ok(value) | Err(Stop::Return(_, value)) => Ok(value.to_s()),
        Err(Stop::Raise(exception)) => Err(exception.to_error()),
        Err(Stop::Break(..)) => {
            Err(Error::Syntax { line: interpreter.line, message: "Can't escape from eval with break".into() })
        }
        Err(Stop::Next(value)) => Ok(value.to_s()),
        Err(Stop::Retry) => Err(Error::Syntax { line: interpreter.line, message: "Invalid retry".into() }),
        Err(Stop::Unsupported(line, what)) => Err(Error::Unsupported { line, what }),
        Err(Stop::Limit(line, message)) => Err(Error::Limit { line, message }),
        Err(Stop::Host(line)) => Err(Error::Host { line }),
    };
    interpreter.captured.push(Rc::downgrade(&env));
    result
}

impl Interpreter<'_> {
    /// An exception of this class.
    pub(crate) fn raise(&self, class: &str, message: impl Into<String>) -> Stop {
        Stop::Raise(Exception::new(class, message.into(), self.line))
    }

    pub(crate) fn type_error(&self, message: impl Into<String>) -> Stop {
        self.raise("TypeError", message)
    }

    pub(crate) fn argument_error(&self, message: impl Into<String>) -> Stop {
        self.raise("ArgumentError", message)
    }

    pub(crate) fn unsupported(&self, what: impl Into<String>) -> Stop {
        Stop::Unsupported(self.line, what.into())
    }

    /// The answer of the host, its errors as exceptions.
    pub(crate) fn hosted<T>(&self, answer: Result<T, HostError>) -> Result<T, Stop> {
        answer.map_err(|error| match error {
            HostError::Raise { class, message } => self.raise(class, message),
            HostError::End => Stop::Host(self.line),
        })
    }

    /// Counts bytes that are about to be made.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), Stop> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes {
            let message = format!("the template makes more than {} bytes of values", self.limits.bytes);
            return Err(Stop::Limit(self.line, message));
        }
        Ok(())
    }

    /// Counts one step of work.
    pub(crate) fn step(&mut self) -> Result<(), Stop> {
        self.steps += 1;
        if self.steps > self.limits.steps {
            let message = format!("the template takes more than {} steps", self.limits.steps);
            return Err(Stop::Limit(self.line, message));
        }
        if self.steps.is_multiple_of(4096) {
            let answer = self.host.spend(0);
            self.hosted(answer)?;
        }
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Stop> {
        if self.depth >= self.limits.depth {
            let message = format!("the template is nested more than {} levels deep", self.limits.depth);
            return Err(Stop::Limit(self.line, message));
        }
        self.depth += 1;
        Ok(())
    }

    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}
