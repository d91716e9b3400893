//! The functions that are part of the language, and those of the module stdlib, written natively.
//!
//! A function declares its dispatches as the original does, so that wrong arguments give the
//! original's texts. What a function may ask of the evaluator is the trait [`Caller`].

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::callable::Callable;
use crate::error::{Failure, Location, Stop};
pub(crate) use crate::request::{Level, Strict};
use crate::signature::{Declared, Dispatches, Signature};
use crate::types::{self, Type};
use crate::value::Value;
use crate::world::World;

mod annotation;
pub(crate) mod catalog;
mod collections;
mod control;
mod digests;
mod iteration;
mod legacy;
mod logging;
mod lookup;
mod modules;
mod network;
mod numbers;
mod paths;
mod random;
pub(crate) mod ruby_text;
mod scan;
pub(crate) mod stdlib;
mod strings;
mod time;
mod typing;
mod versions;

pub use modules::beyond_native;

pub(crate) use annotation::Annotations;

/// The evaluator as functions see it.
pub(crate) trait Caller {
    fn world(&self) -> &dyn World;

    /// Calls a lambda; `next` within it has become the value.
    fn call_block(&mut self, block: &Arc<Callable>, arguments: Vec<Value>) -> Result<Value, Stop>;

    /// Calls any function by name, native or not.
    fn call_function(&mut self, name: &str, arguments: Vec<Value>, block: Option<Arc<Callable>>)
    -> Result<Value, Stop>;

    /// A variable by its name without `$`, as seen from where the function is called; `None` when
    /// there is none. Says nothing of it.
    fn variable(&mut self, name: &str) -> Result<Option<Value>, Stop>;

    /// What is to be done about a variable that does not exist: warn once, an error, or nothing.
    fn unknown_variable(&mut self, name: &str) -> Result<(), Stop>;

    /// Counts a step of work and the bytes that it made against the limits of the compile.
    fn spend(&mut self, bytes: usize) -> Result<(), Stop>;

    /// Logs a message with the place of the call.
    fn log(&mut self, level: Level, message: String);

    /// Logs a warning without a place.
    fn warning(&mut self, message: String);

    /// Logs a warning without a place, the first time that `key` is given.
    fn warn_once(&mut self, key: &str, message: String);

    fn strict(&self) -> Strict;

    /// A type from its text, with the types of the environment known.
    fn parse_type(&mut self, text: &str) -> Result<Type, Stop>;

    /// The name of the environment.
    fn environment_name(&self) -> Arc<str>;

    /// The class in which the running code stands, in lower case; empty for none.
    fn calling_class(&mut self) -> Arc<str>;

    /// What a function declares to return; `None` when there is no such function.
    fn function_return_type(&mut self, name: &str) -> Result<Option<Returns>, Stop>;

    /// What lookups remember during this compile.
    fn hiera(&self) -> std::rc::Rc<crate::hiera::Cache>;

    /// Where the running function was called.
    fn call_site(&self) -> Option<Location>;

    /// The two innermost places that led to the running function.
    fn stack(&self) -> [Option<Location>; 2];

    /// The template in a text, or what is wrong with it.
    fn parse_epp(&mut self, source: &str) -> Result<Arc<syntax::ast::Program>, String>;

    /// Evaluates a template for a function; with `local`, it sees the variables of the caller's scope.
    fn render_epp(
        &mut self,
        function: &str,
        program: &Arc<syntax::ast::Program>,
        arguments: Option<&crate::value::Hash>,
        local: bool,
    ) -> Result<Value, Stop>;

    /// The texts of ERB templates, one after the other.
    fn template(&mut self, names: &[Value]) -> Result<Value, Stop>;

    /// The texts that ERB templates given as texts make, one after the other.
    fn inline_template(&mut self, texts: &[Value]) -> Result<Value, Stop>;

    /// The parameters of a declared resource, by its reference as text (`File[/x]`).
    fn resource(&mut self, reference: &str) -> Result<Option<crate::value::Hash>, Stop>;

    /// Whether resource defaults where the function is called give a parameter of a type (`File`) a value.
    fn has_default(&self, type_name: &str, parameter: &str) -> bool;

    /// Whether the code that calls stands in a class (and not in a defined type), and its name.
    fn definition(&mut self) -> (bool, Arc<str>);

    /// The annotations that values were given.
    fn annotations(&mut self) -> &mut Annotations;
}

/// What a function declares to return.
pub(crate) enum Returns {
    /// It says nothing.
    Anything,
    Declared(Type),
}

/// Calls a native function; `None` when there is none of this name.
pub(crate) fn call(
    caller: &mut dyn Caller,
    name: &str,
    arguments: Vec<Value>,
    block: Option<Arc<Callable>>,
) -> Option<Result<Value, Stop>> {
    let function = find(caller.world(), name)?;
    Some(function.call(caller, arguments, block))
}

/// What a native function takes and gives, by dispatch; none for one of the old kind.
pub(crate) fn signatures(world: &dyn World, name: &str) -> Option<Result<&'static [Signature], Failure>> {
    Some(find(world, name)?.dispatches.signatures())
}

/// Whether a native function of this name can be called.
pub(crate) fn exists(world: &dyn World, name: &str) -> bool {
    find(world, name).is_some()
}

/// One call of a function, its arguments checked.
pub(crate) struct Call<'a> {
    pub(crate) caller: &'a mut dyn Caller,
    pub(crate) name: &'static str,
    /// Index of the dispatch that took the arguments.
    pub(crate) dispatch: usize,
    pub(crate) arguments: Vec<Value>,
    pub(crate) block: Option<Arc<Callable>>,
}

impl Call<'_> {
    /// An argument, or undef when it was not given.
    pub(crate) fn argument(&self, index: usize) -> &Value {
        self.arguments.get(index).unwrap_or(&Value::Undef)
    }

    /// Takes an argument out.
    pub(crate) fn take(&mut self, index: usize) -> Value {
        self.arguments.get_mut(index).map_or(Value::Undef, |value| std::mem::replace(value, Value::Undef))
    }

    /// The text of an argument that its type promises to be one.
    pub(crate) fn text(&self, index: usize) -> &str {
        self.argument(index).as_str().unwrap_or_default()
    }

    /// The elements of an argument that its type promises to be an array.
    pub(crate) fn items(&self, index: usize) -> &[Value] {
        self.argument(index).as_array().unwrap_or_default()
    }

    /// Calls the block.
    pub(crate) fn run_block(&mut self, arguments: Vec<Value>) -> Result<Value, Stop> {
        match self.block.clone() {
            Some(block) => self.caller.call_block(&block, arguments),
            None => Ok(Value::Undef),
        }
    }
}

/// A native function.
pub(crate) struct Function {
    name: &'static str,
    accepts: Accepts,
    run: Run,
}

/// What arguments a function takes.
enum Accepts {
    Typed(&'static [Declared]),
    /// A function of the old kind: only the number counts, and undef arrives as an empty text.
    Counted {
        least: usize,
        most: Option<usize>,
    },
}

type Run = fn(&mut Call<'_>) -> Result<Value, Stop>;

impl Function {
    pub(crate) const fn new(name: &'static str, declared: &'static [Declared], run: Run) -> Self {
        Self { name, accepts: Accepts::Typed(declared), run }
    }

    /// A function of the old kind.
    pub(crate) const fn legacy(name: &'static str, least: usize, most: Option<usize>, run: Run) -> Self {
        Self { name, accepts: Accepts::Counted { least, most }, run }
    }
}

/// A function with its dispatches, under the name by which it is called.
struct Ready {
    name: &'static str,
    function: &'static Function,
    dispatches: Dispatches,
}

impl Ready {
    fn new(name: &'static str, function: &'static Function) -> Self {
        let declared = match function.accepts {
            Accepts::Typed(declared) => declared,
            Accepts::Counted { .. } => &[],
        };
        Self { name, function, dispatches: Dispatches::new(declared) }
    }

    /// Whether it is of the old kind.
    fn is_legacy(&self) -> bool {
        matches!(self.function.accepts, Accepts::Counted { .. })
    }

    fn call(
        &self,
        caller: &mut dyn Caller,
        mut arguments: Vec<Value>,
        block: Option<Arc<Callable>>,
    ) -> Result<Value, Stop> {
        let name = self.name;
        let dispatch = match self.function.accepts {
            Accepts::Typed(_) => self.dispatches.select(name, &arguments, block.as_deref())?,
            Accepts::Counted { least, most } => {
                check_count(name, arguments.len(), least, most)?;
                arguments = legacy::arguments(&arguments)?;
                0
            }
        };
        (self.function.run)(&mut Call { caller, name, dispatch, arguments, block })
    }
}

fn check_count(name: &str, given: usize, least: usize, most: Option<usize>) -> Result<(), Failure> {
    if given >= least && most.is_none_or(|most| given <= most) {
        return Ok(());
    }
    let wanted = if most == Some(least) { least.to_string() } else { format!("minimum {least}") };
    Err(Failure::argument(format!("{name}(): Wrong number of arguments given ({given} for {wanted})")))
}

fn find(world: &dyn World, name: &str) -> Option<&'static Ready> {
    let name = name.strip_prefix("::").unwrap_or(name);
    built_in().get(name).or_else(|| modules::find(world, name))
}

type Table = FxHashMap<&'static str, Ready>;

fn built_in() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        table(&[
            collections::FUNCTIONS,
            control::FUNCTIONS,
            digests::FUNCTIONS,
            iteration::FUNCTIONS,
            logging::FUNCTIONS,
            lookup::FUNCTIONS,
            numbers::FUNCTIONS,
            paths::FUNCTIONS,
            scan::FUNCTIONS,
            strings::FUNCTIONS,
            time::FUNCTIONS,
            annotation::FUNCTIONS,
            typing::FUNCTIONS,
            versions::FUNCTIONS,
        ])
    })
}

fn table(groups: &[&'static [Function]]) -> Table {
    let functions = groups.iter().flat_map(|group| group.iter());
    functions.map(|function| (function.name, Ready::new(function.name, function))).collect()
}

/// `(file: …, line: …)`
fn place_text(place: &Location) -> String {
    let file = if place.file.is_empty() { "unknown" } else { &place.file };
    format!("(file: {file}, line: {})", place.line)
}

/// Refuses a value that is not of a type: `SUBJECT has wrong type, …`.
pub(crate) fn assert_instance(subject: &str, of: &Type, value: &Value) -> Result<(), Stop> {
    if types::is_instance(of, value) {
        return Ok(());
    }
    let actual = types::infer_set(value);
    Err(Failure::argument(types::mismatch::describe(&format!("{subject} has wrong type,"), of, &actual)).into())
}

impl From<Failure> for Stop {
    /// The error of a function: the evaluator adds where the function was called.
    fn from(failure: Failure) -> Self {
        crate::error::Error { issue_code: failure.issue_code, message: failure.message, position: None }.into()
    }
}
