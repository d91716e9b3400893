//! What a template sees of the node it is rendered for.

use crate::value::Value;

/// The one door to the outside.
pub trait Host {
    /// The value of `@name`: a variable that is visible where the template is asked for, by the
    /// name that Puppet gives it; `None` when there is none. Says nothing of it.
    fn variable(&mut self, name: &str) -> Option<Value>;

    /// `scope[name]`: a variable, maybe qualified. One that is missing is `nil`, after the
    /// warning or error that the settings ask for.
    fn lookup(&mut self, name: &str) -> Result<Value, HostError>;

    /// Whether a variable has a value that is not `undef`.
    fn has_variable(&mut self, name: &str) -> bool;

    /// Whether there is a variable of this name, `undef` or not.
    fn exists(&mut self, name: &str) -> bool;

    /// All visible variables that are not `undef`, outer scopes first.
    fn variables(&mut self) -> Vec<(String, Value)>;

    fn set_variable(&mut self, name: &str, value: Value) -> Result<(), HostError>;

    /// Calls a function of the Puppet language.
    fn call_function(&mut self, name: &str, arguments: Vec<Value>) -> Result<Value, HostError>;

    /// Names of the classes of the catalog.
    fn classes(&mut self) -> Vec<String>;

    /// Tags of the catalog.
    fn catalog_tags(&mut self) -> Vec<String>;

    /// Tags of the resource whose code is evaluated.
    fn scope_tags(&mut self) -> Vec<String>;

    /// Name of the environment.
    fn environment(&mut self) -> String;

    /// The resource whose code is evaluated: `Class[Ntp]`.
    fn resource(&mut self) -> String;

    /// Logs a message of the template.
    fn log(&mut self, level: Level, message: String);

    /// Counts work and bytes against the limits of the one who waits for the template.
    fn spend(&mut self, bytes: usize) -> Result<(), HostError>;
}

/// Levels of the log, as Puppet names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    Info,
    Notice,
    Warning,
    Err,
    Alert,
    Emerg,
    Crit,
}

impl Level {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Err => "err",
            Self::Alert => "alert",
            Self::Emerg => "emerg",
            Self::Crit => "crit",
        }
    }
}

/// Why the host did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostError {
    /// An exception of this class, which a template may rescue.
    Raise { class: &'static str, message: String },
    /// The rendering has to end; the host remembers why.
    End,
}
