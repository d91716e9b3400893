//! How a compile speaks with a process that runs Ruby: by turns. Each thing told gets one thing
//! said, a question or the outcome of what was told; while a question waits for its answer, further
//! things to run may be told.

use std::time::Duration;

/// A process that runs the Ruby code of an environment, for one compile.
pub trait Worker {
    /// Tells it something, and waits for what it says to that, until `given_up` says that it is in vain.
    fn exchange(&mut self, told: Told<'_>, given_up: &dyn Fn() -> bool) -> Result<Said, Fault>;
}

/// What is told to a process. The text is JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// Something to run; may be told while a question waits for its answer.
    Run(&'a str),
    /// The answer to the last question that has none.
    Answer(&'a str),
}

/// What a process says. The text is JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Asks(String),
    /// The outcome of the last thing to run that has none.
    Done(String),
}

/// Why a process did not say anything; reads on after a subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("needs Ruby, and there is none here")]
    None,
    #[error(
        "needs Ruby, but '{command}' cannot be started: {reason}; install Ruby (the package 'ruby' of most systems) or \
         name its interpreter with the setting ruby.command"
    )]
    NoRuby { command: String, reason: String },
    #[error("needs Ruby, but '{command}' did not get ready: {reason}")]
    NotReady { command: String, reason: String },
    #[error("took longer than {0:?} in Ruby and was ended (limited by the setting ruby.timeout)")]
    TooSlow(Duration),
    #[error(
        "waited longer than {0:?} for one of {1} Ruby workers (limited by the settings ruby.timeout and ruby.workers)"
    )]
    Busy(Duration, usize),
    /// Who waited has no time left.
    #[error("was ended in Ruby: its compile has no time left")]
    GivenUp,
    #[error("has a message of {bytes} bytes for its Ruby worker; {most} are the most (the limit of messages to Ruby)")]
    TooLong { bytes: usize, most: usize },
    #[error("ended its Ruby worker ({0})")]
    Ended(String),
    #[error("made its Ruby worker say what is no message: {0}")]
    Garbled(String),
}
