//! Parameters of functions, and the texts that say why arguments do not fit.
//!
//! Native functions declare their dispatches as constants; the types are parsed once, when first
//! needed:
//!
//! ```
//! use compiler::signature::{Declared, Dispatches, optional, required};
//!
//! static JOIN: Dispatches = Dispatches::new(&[Declared::new(&[required("arg", "Array"), optional("delimiter", "String")])]);
//! assert_eq!(JOIN.select("join", &[compiler::value::Value::array(vec![])], None).ok(), Some(0));
//! ```

use std::sync::{Arc, OnceLock};

use crate::callable::Callable;
use crate::error::Failure;
use crate::types::{self, Bounds, CallableType, TupleType, Type};
use crate::value::Value;

mod describe;
mod ruby;
#[cfg(test)]
mod tests;

pub(crate) use ruby::dispatches as ruby_dispatches;

/// What a function, lambda, class or define takes.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    /// Whether the last parameter takes all further arguments; its type is that of one of them.
    pub captures_rest: bool,
    /// How many arguments the last parameter takes, where that is bounded.
    pub rest: Option<Bounds<i64>>,
    pub block: Option<Parameter>,
    pub returns: Option<Type>,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Arc<str>,
    pub of: Type,
    /// Whether the caller must give it.
    pub required: bool,
}

impl Signature {
    /// How many arguments may be given; `None` is any number.
    pub fn arity(&self) -> (usize, Option<usize>) {
        let least = self.parameters.iter().filter(|parameter| parameter.required).count();
        let count = self.parameters.len();
        match self.rest {
            Some(rest) if self.captures_rest => {
                let more = |bound: i64| usize::try_from(bound).unwrap_or_default();
                let least = least + rest.from.map_or(0, more).saturating_sub(1);
                (least, rest.to.map(|to| count.saturating_sub(1).saturating_add(more(to))))
            }
            _ => (least, (!self.captures_rest).then_some(count)),
        }
    }

    /// The type of a callable with this signature.
    pub fn callable_type(&self) -> CallableType {
        let (from, to) = self.arity();
        let size = Bounds { from: Some(from as i64), to: to.map(|to| to as i64) };
        CallableType {
            parameters: Some(TupleType {
                types: self.parameters.iter().map(|parameter| parameter.of.clone()).collect(),
                size: Some(size),
            }),
            block: self.block_type(),
            returns: self.returns.clone(),
        }
    }

    /// The type of the block: optional where it may be left out.
    fn block_type(&self) -> Option<Type> {
        let block = self.block.as_ref()?;
        Some(if block.required { block.of.clone() } else { Type::optional(block.of.clone()) })
    }

    /// Whether the arguments and the block fit.
    pub fn accepts(&self, arguments: &[Value], block: Option<&Callable>) -> bool {
        let (least, most) = self.arity();
        if arguments.len() < least || most.is_some_and(|most| arguments.len() > most) {
            return false;
        }
        let fits = arguments.iter().enumerate().all(|(index, argument)| {
            self.parameters
                .get(index)
                .or_else(|| self.parameters.last())
                .is_some_and(|parameter| types::is_instance(&parameter.of, argument))
        });
        fits && match (&self.block, block) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(wanted), None) => !wanted.required,
            (Some(wanted), Some(given)) => {
                let given = Type::Callable(Some(Arc::new(given.signature.callable_type())));
                types::is_assignable(&wanted.of, &given)
            }
        }
    }
}

/// The text for arguments that fit none of the signatures of a function; `lambda` as name is a
/// block.
pub fn mismatch(name: &str, signatures: &[&Signature], arguments: &[Value], block: Option<&Callable>) -> Failure {
    let arguments: Vec<Type> = arguments.iter().map(types::infer_set).collect();
    let block = block.map(|block| Type::Callable(Some(Arc::new(block.signature.callable_type()))));
    Failure::argument(describe::signatures(name, signatures, &arguments, block.as_ref()))
}

/// Checks the parameters given to a class or define; `subject` is as in `Class[K]`.
///
/// With `missing_ok`, parameters that are not given are not complained about. `promised` has the
/// types of what agents will put in the place of values, by parameter.
pub fn check_parameters(
    subject: &str,
    parameters: &[Parameter],
    given: &[(Arc<str>, Value)],
    promised: &[(Arc<str>, Type)],
    missing_ok: bool,
) -> Result<(), Failure> {
    describe::parameters(parameters, given, promised, missing_ok)
        .map_or(Ok(()), |text| Err(Failure::argument(format!("{subject}:{text}"))))
}

/// Checks the value of a parameter's default expression.
pub fn check_default(subject: &str, parameter: &Parameter, value: &Value) -> Result<(), Failure> {
    if types::is_instance(&parameter.of, value) {
        return Ok(());
    }
    describe::default(parameter, value).map_or(Ok(()), |text| Err(Failure::argument(format!("{subject}:{text}"))))
}

/// The dispatches of a native function.
pub struct Dispatches {
    declared: &'static [Declared],
    signatures: OnceLock<Result<Vec<Signature>, Failure>>,
}

/// One dispatch, as written in the source.
#[derive(Debug)]
pub struct Declared {
    parameters: &'static [DeclaredParameter],
    block: Option<DeclaredParameter>,
    returns: Option<&'static str>,
    aliases: &'static [(&'static str, &'static str)],
    complains: bool,
}

/// A parameter of a [`Declared`] dispatch.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredParameter {
    name: &'static str,
    of: &'static str,
    required: bool,
    repeated: bool,
}

pub const fn required(name: &'static str, of: &'static str) -> DeclaredParameter {
    DeclaredParameter { name, of, required: true, repeated: false }
}

pub const fn optional(name: &'static str, of: &'static str) -> DeclaredParameter {
    DeclaredParameter { name, of, required: false, repeated: false }
}

/// Any number of arguments, at the end.
pub const fn repeated(name: &'static str, of: &'static str) -> DeclaredParameter {
    DeclaredParameter { name, of, required: false, repeated: true }
}

/// One or more arguments, at the end.
pub const fn required_repeated(name: &'static str, of: &'static str) -> DeclaredParameter {
    DeclaredParameter { name, of, required: true, repeated: true }
}

impl Declared {
    pub const fn new(parameters: &'static [DeclaredParameter]) -> Self {
        Self { parameters, block: None, returns: None, aliases: &[], complains: false }
    }

    /// With a block: `required("block", "Callable[1,1]")` or `optional(..)`.
    #[must_use]
    pub const fn block(mut self, block: DeclaredParameter) -> Self {
        self.block = Some(block);
        self
    }

    #[must_use]
    pub const fn returns(mut self, of: &'static str) -> Self {
        self.returns = Some(of);
        self
    }

    /// Names for types that only this dispatch knows.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [(&'static str, &'static str)]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Matches arguments only to complain about them: left out of mismatch texts.
    #[must_use]
    pub const fn complains(mut self) -> Self {
        self.complains = true;
        self
    }
}

impl Dispatches {
    pub const fn new(declared: &'static [Declared]) -> Self {
        Self { declared, signatures: OnceLock::new() }
    }

    /// The index of the first dispatch that takes the arguments; else the mismatch, as text.
    pub fn select(&self, name: &str, arguments: &[Value], block: Option<&Callable>) -> Result<usize, Failure> {
        let signatures = self.signatures()?;
        if let Some(index) = signatures.iter().position(|signature| signature.accepts(arguments, block)) {
            return Ok(index);
        }
        let offered: Vec<&Signature> = signatures
            .iter()
            .zip(self.declared)
            .filter(|(_, declared)| !declared.complains)
            .map(|(signature, _)| signature)
            .collect();
        Err(mismatch(name, &offered, arguments, block))
    }

    /// The dispatches that do more than complain.
    pub(crate) fn declared_signatures(&self) -> Option<impl Iterator<Item = &Signature>> {
        let signatures = self.signatures().ok()?;
        Some(signatures.iter().zip(self.declared).filter(|(_, declared)| !declared.complains).map(|(found, _)| found))
    }

    /// The dispatches with their types parsed.
    pub fn signatures(&self) -> Result<&[Signature], Failure> {
        let parsed = self.signatures.get_or_init(|| self.declared.iter().map(parse).collect());
        parsed.as_deref().map_err(Clone::clone)
    }
}

fn parse(declared: &Declared) -> Result<Signature, Failure> {
    let mut aliases = types::parse::Aliases::new(declared.aliases)?;
    let mut parameter = |declared: &DeclaredParameter| {
        Ok(Parameter {
            name: declared.name.into(),
            of: types::parse::text(declared.of, &mut aliases)?,
            required: declared.required,
        })
    };
    Ok(Signature {
        parameters: declared.parameters.iter().map(&mut parameter).collect::<Result<_, Failure>>()?,
        captures_rest: declared.parameters.last().is_some_and(|last| last.repeated),
        rest: None,
        block: declared.block.as_ref().map(&mut parameter).transpose()?,
        returns: declared.returns.map(|of| types::parse::text(of, &mut aliases)).transpose()?,
    })
}
