//! Reads a Puppetfile: without Ruby, or, where the settings allow that, by having Ruby run what is more than a list.

use std::path::{Path, PathBuf};
use std::time::Duration;

use modules::puppetfile::{Context, Error, Kind, Puppetfile, Ran};

use crate::config::{Config, Ruby};
use crate::environments::command::{self, CommandError};

/// The Ruby that may run Puppetfiles.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    /// A path, or a name that is looked for in `PATH`.
    pub(crate) command: PathBuf,
    /// How long one file may take.
    pub(crate) timeout: Duration,
    /// Address space, in bytes; 0: no bound.
    pub(crate) memory: usize,
}

impl Interpreter {
    /// The one of the settings, if they allow it.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        config.deploy.puppetfile_ruby.then(|| Self::from(&config.ruby))
    }

    /// The one of settings that nobody changed.
    pub(crate) fn usual() -> Self {
        Self::from(&Ruby::default())
    }
}

impl From<&Ruby> for Interpreter {
    fn from(settings: &Ruby) -> Self {
        Self { command: settings.command.clone(), timeout: settings.timeout.0, memory: settings.memory.0 }
    }
}

/// A Puppetfile, and what it may know of where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    /// Absolute.
    pub(crate) path: &'a Path,
    pub(crate) environment: &'a str,
    pub(crate) branch: &'a str,
}

/// What a file declares, and the mistake with its place, if there is one. `context` holds for files that need no Ruby;
/// one that is run finds itself in the folder where it lies.
pub(crate) fn read(source: Source<'_>, context: &Context, ruby: Option<&Interpreter>) -> Result<Puppetfile, Error> {
    match (Puppetfile::parse(source.text, context), ruby) {
        (Err(error), Some(ruby)) if error.kind == Kind::Logic => run(source, context, ruby, &error),
        (Err(mut error), None) if error.kind == Kind::Logic => {
            error.message.push_str(", or let Ruby run it (the setting deploy.puppetfile_ruby)");
            Err(error)
        }
        (read, _) => read,
    }
}

const PROGRAM: &str = include_str!("puppetfile.rb");

/// Has Ruby run a file. `why` is what of it has to be run.
fn run(source: Source<'_>, context: &Context, ruby: &Interpreter, why: &Error) -> Result<Puppetfile, Error> {
    let fault = |message: String| Error { message, ..why.clone() };
    let path = source.path.to_string_lossy();
    let memory = ruby.memory.to_string();
    let interpreter = ruby.command.to_string_lossy();
    let argv = [&*interpreter, "-Eutf-8:utf-8", "-e", PROGRAM, &*path, source.environment, source.branch, &*memory];
    let output = command::run(&argv.map(str::to_owned), source.text.as_bytes(), ruby.timeout).map_err(|error| {
        fault(match error {
            CommandError::NotStarted(error) => {
                format!("this is Ruby that has to be run, and {interpreter} (the setting ruby.command): {error}")
            }
            CommandError::TooSlow(limit) => {
                format!("Ruby ran the file for longer than {limit:?} (the setting ruby.timeout) and was ended")
            }
            other => format!("Ruby could not run the file: {other}"),
        })
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    let ran: Ran = serde_json::from_slice(&output.stdout).map_err(|_| {
        let said = said.trim().lines().next_back().unwrap_or_default();
        fault(format!("Ruby could not run the file: {} {said}", output.status))
    })?;
    let folder = source.path.parent().unwrap_or(Path::new("/")).to_string_lossy();
    let mut file = Puppetfile::of_run(&ran, &Context { root: &folder, ..*context })?;
    let printed = said.lines().filter(|line| !line.trim().is_empty());
    file.warnings.extend(printed.take(MOST_PRINTED).map(|line| format!("the Puppetfile printed: {line}")));
    Ok(file)
}

/// Lines that a file prints and an operator gets to see.
const MOST_PRINTED: usize = 20;

#[cfg(test)]
mod tests;
