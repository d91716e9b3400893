//! Functions that read or change the catalog: they need the whole evaluator.

use crate::callable::Callable;
use crate::error::{Error, Failure, Stop};
use crate::evaluator::Evaluator;
use crate::functions::legacy;
use crate::signature::{Declared, Dispatches, required_repeated};
use crate::value::Value;

mod classes;
mod defined;
mod resources;
mod tags;

type Run = fn(&mut Evaluator<'_>, &[Value]) -> Result<Value, Stop>;

/// A function of this family.
pub(crate) struct Function {
    name: &'static str,
    check: Check,
    run: Run,
}

/// How arguments are checked.
enum Check {
    Dispatches(Dispatches),
    /// As functions of Puppet's old API: by number alone.
    AtLeast(usize),
}

impl Function {
    pub(crate) fn call(
        &'static self,
        evaluator: &mut Evaluator<'_>,
        arguments: &[Value],
        block: Option<&Callable>,
    ) -> Result<Value, Stop> {
        match &self.check {
            Check::Dispatches(dispatches) => {
                dispatches.select(self.name, arguments, block)?;
            }
            Check::AtLeast(least) if arguments.len() < *least => {
                let (name, given) = (self.name, arguments.len());
                let message = format!("{name}(): Wrong number of arguments given ({given} for minimum {least})");
                return Err(Failure::argument(message).into());
            }
            Check::AtLeast(_) => {}
        }
        if evaluator.request().settings.tasks && !matches!(self.name, "defined" | "fail") {
            let message = format!("The catalog operation '{}' is only available when compiling a catalog", self.name);
            let position = evaluator.call_site();
            return Err(
                Error { issue_code: "CATALOG_OPERATION_NOT_SUPPORTED_WHEN_SCRIPTING", message, position }.into()
            );
        }
        match self.check {
            Check::Dispatches(_) => (self.run)(evaluator, arguments),
            Check::AtLeast(_) => (self.run)(evaluator, &legacy::arguments(arguments)?),
        }
    }
}

/// A function by name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

const fn by_type(name: &'static str, declared: &'static [Declared], run: Run) -> Function {
    Function { name, check: Check::Dispatches(Dispatches::new(declared)), run }
}

const fn by_number(name: &'static str, least: usize, run: Run) -> Function {
    Function { name, check: Check::AtLeast(least), run }
}

static FUNCTIONS: [Function; 9] = [
    by_type("include", &[Declared::new(&[required_repeated("names", "Any")])], classes::include),
    by_type("contain", &[Declared::new(&[required_repeated("names", "Any")])], classes::contain),
    by_type("require", &[Declared::new(&[required_repeated("names", "Any")])], classes::require),
    by_type(
        "defined",
        &[Declared::new(&[required_repeated("vals", "Variant[String, Type[CatalogEntry], Type[Type[CatalogEntry]]]")])],
        defined::defined,
    ),
    by_number("create_resources", 2, resources::create_resources),
    by_number("realize", 1, resources::realize),
    by_number("fail", 0, resources::fail),
    by_number("tag", 1, tags::tag),
    by_number("tagged", 1, tags::tagged),
];
