//! The Puppetfile: which modules an environment has, and where they come from.
//!
//! A Puppetfile is a Ruby program. What people write in it is a list of declarations, with a
//! variable now and then; that part of Ruby is read here, without Ruby. What would have to be run
//! to know what it says is refused, with its place. Meanings and texts are those of r10k 3.
//!
//! - `cursor`, `literal`, `parser`: text to statements (`tree`)
//! - `evaluate`: statements to calls with plain values ([`Value`])
//! - `declaration`: a call to a [`Declaration`]
//! - `ran`: the calls of a file that somebody else has run, with Ruby

mod cursor;
mod declaration;
mod error;
mod evaluate;
mod literal;
mod parser;
mod ran;
mod tree;
mod value;

pub use declaration::{Declaration, Origin, Reference, Wanted};
pub use error::{Error, Kind};
pub use ran::Ran;
pub use value::Value;

use crate::path;
use declaration::Site;
use error::Place;

/// A Puppetfile of more bytes is refused.
const MOST_BYTES: usize = 1 << 20;
/// Where modules lie when the file names no folder.
const MODULEDIR: &str = "modules";

/// What a Puppetfile says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Puppetfile {
    /// The Forge that the file names. Deploys take the configured one unless the configuration
    /// lets the file choose.
    pub forge: Option<String>,
    /// In the order of the file; no name twice.
    pub modules: Vec<Declaration>,
    /// What is odd, and no mistake.
    pub warnings: Vec<String>,
}

/// What a Puppetfile does not say itself.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The folder of the environment, absolute: paths of the file are resolved against it.
    pub root: &'a str,
    /// A branch that every module from Git falls back to before its own default branch.
    pub default_branch_override: Option<&'a str>,
}

/// One call of the file, its arguments evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub verb: Verb,
    pub arguments: Vec<Value>,
    /// Counted from 1.
    pub line: u32,
    pub column: u32,
}

/// The words of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Forge,
    Moduledir,
    Mod,
}

impl Puppetfile {
    /// Reads the text of a Puppetfile.
    pub fn parse(text: &str, context: &Context) -> Result<Self, Error> {
        Self::declare(&calls(text)?, context)
    }

    /// Takes the calls of a Puppetfile for what they declare.
    pub fn declare(calls: &[Call], context: &Context) -> Result<Self, Error> {
        let root = path::expand(context.root, "/");
        let mut moduledir = path::expand(MODULEDIR, &root);
        let mut file = Self { forge: None, modules: Vec::new(), warnings: Vec::new() };
        for call in calls {
            let place = Place { line: call.line, column: call.column };
            match call.verb {
                Verb::Forge => file.forge = Some(location(call, place)?),
                Verb::Moduledir => moduledir = path::expand(&location(call, place)?, &root),
                Verb::Mod => {
                    let (name, info) = match call.arguments.as_slice() {
                        [name] => (name, &Value::Nil),
                        [name, info] => (name, info),
                        given => return Err(wrong_number(given.len(), "1..2", place)),
                    };
                    let default_branch_override = context.default_branch_override;
                    let site = Site { place, root: &root, moduledir: &moduledir, default_branch_override };
                    file.modules.push(declaration::declare(name, info, site, &mut file.warnings)?);
                }
            }
        }
        file.refuse_duplicates()?;
        Ok(file)
    }

    fn refuse_duplicates(&self) -> Result<(), Error> {
        let mut seen = std::collections::BTreeMap::<&str, usize>::new();
        for module in &self.modules {
            *seen.entry(&module.name).or_default() += 1;
        }
        let mut twice: Vec<&Declaration> =
            self.modules.iter().filter(|module| seen[module.name.as_str()] > 1).collect();
        let Some(last) = twice.last().map(|module| module.line) else { return Ok(()) };
        let mut told = std::collections::BTreeSet::new();
        twice.retain(|module| told.insert(module.name.as_str()));
        let names: Vec<&str> = twice.iter().map(|module| module.name.as_str()).collect();
        let message = format!(
            "Puppetfiles cannot contain duplicate module names. Remove the duplicates of the following modules: {}",
            names.join(" ")
        );
        Err(Error::declaration(message, Place { line: last, column: 1 }))
    }
}

/// The calls that a text makes, in order.
pub fn calls(text: &str) -> Result<Vec<Call>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MOST_BYTES {
        let message = format!("a Puppetfile may have {MOST_BYTES} bytes, and this one has {}", text.len());
        return Err(Error::new(Kind::Bound, message, Place { line: 1, column: 1 }));
    }
    let program = parser::parse(text);
    // A text that is no Ruby is wrong before anything of it is run.
    match program.broken {
        Some(error) if error.kind != Kind::Declaration => Err(error),
        Some(error) => evaluate::calls(&program.statements).and(Err(error)),
        None => evaluate::calls(&program.statements),
    }
}

fn location(call: &Call, place: Place) -> Result<String, Error> {
    match call.arguments.as_slice() {
        [Value::Text(text)] => Ok(text.clone()),
        [other] => {
            let class = evaluate::class(other);
            Err(Error::declaration(format!("no implicit conversion of {class} into String"), place))
        }
        given => Err(wrong_number(given.len(), "1", place)),
    }
}

fn wrong_number(given: usize, expected: &str, place: Place) -> Error {
    Error::declaration(format!("wrong number of arguments (given {given}, expected {expected})"), place)
}

#[cfg(test)]
mod tests;
