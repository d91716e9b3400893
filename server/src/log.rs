//! The log, on standard error.

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// The solver of cookbooks tells every step.
const TALKATIVE: &str = "pubgrub";

/// Starts the server's log.
pub(crate) fn start(settings: &Log) -> anyhow::Result<()> {
    // What comes later counts, so `level` may ask for the solver's steps all the same.
    let filter = EnvFilter::try_new(format!("{TALKATIVE}=warn,{}", settings.level))
        .with_context(|| format!("setting `log.level`: '{}' is no level", settings.level))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.format {
        LogFormat::Plain => log.with_ansi(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("the log cannot be started: {error}"))
}

/// Starts a log of warnings and errors only, for commands.
pub(crate) fn quiet() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr);
    // A second log in one process is nothing to stop for.
    let _ = log.with_ansi(false).without_time().with_target(false).try_init();
}
