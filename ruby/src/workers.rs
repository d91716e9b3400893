//! Ruby code of an environment, run by Ruby itself: supervised processes spoken to over pipes.
//!
//! A [`Pool`] keeps a bounded number of processes. Who has something to run takes a [`Lease`] and
//! speaks with its process by turns ([`crate::conversation`]). Processes are bound to one snapshot of one environment, so that code of two never
//! mixes. What hangs, dies or talks nonsense is ended with all that it started, and is one
//! [`Fault`](crate::Fault) for whoever waited for it.
//!
//! This is the one room of the crate that has effects. Domain crates do not know of it: they speak
//! through ports of their own.
//!
//! - [`pool`]: who may have which process
//! - [`process`]: one process and its pipes
//! - [`frame`]: where a message begins and ends

mod frame;
mod pool;
mod process;

use std::ffi::OsString;
use std::time::Duration;

pub use pool::{Counts, Lease, Pool};

/// How processes are run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Ruby interpreter: a path, or a name that is looked for in `PATH`.
    pub command: OsString,
    /// Processes at once.
    pub workers: usize,
    /// How long Ruby may run without a word, and how long to wait for a free process.
    pub timeout: Duration,
    /// Bytes of address space of one process; 0 is no limit.
    pub memory: u64,
    /// Whether the library of Puppet is used where it is installed.
    pub library: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { command: "ruby".into(), workers: 4, timeout: Duration::from_secs(30), memory: 1 << 30, library: true }
    }
}

/// What the processes run: what they always need, and then one of two ways to be like Puppet.
const PROGRAM: [&str; 3] = [
    concat!(
        include_str!("workers/program/values.rb"),
        include_str!("workers/program/conversation.rb"),
        include_str!("workers/program/transports.rb"),
        include_str!("workers/program/worker.rb"),
    ),
    concat!(include_str!("workers/program/original.rb"), include_str!("workers/program/scope.rb")),
    concat!(
        include_str!("workers/program/shim.rb"),
        include_str!("workers/program/shim_functions.rb"),
        include_str!("workers/program/shim_types.rb"),
        include_str!("workers/program/shim_puppet.rb"),
    ),
];

#[cfg(test)]
mod tests;
