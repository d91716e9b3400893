//! Commands for deployed code.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Error, bail};
use clap::{Args, Subcommand};
use modules::deploy::{Version, layout};
use serde_json::{Value, json};

use super::render;
use crate::admin::Command;
use crate::code::configuration;
use crate::code::layout::{Way, lay_out};
use crate::code::order::{Order, Selection};
use crate::code::progress::Step;

pub(crate) const EXAMPLES: &str = "Examples:
  quartermaster code import-r10k /etc/puppetlabs/r10k/r10k.yaml
  quartermaster code deploy production --wait
  quartermaster code deploy --all --wait
  quartermaster code deploy --module apache --wait
  quartermaster code status
  quartermaster code rollback production
  quartermaster code pin production --reason 'release freeze'

Where code comes from stands in an r10k.yaml: DATA_DIR/code/r10k.yaml, or the file of the setting deploy.r10k.";

#[derive(Debug, Subcommand)]
pub(crate) enum Code {
    /// Take an `r10k.yaml` as it is for where code comes from; it is checked first
    #[command(after_help = "Example:
  quartermaster code import-r10k /etc/puppetlabs/r10k/r10k.yaml")]
    ImportR10k { file: PathBuf },
    /// Bring environments up to their branches
    #[command(after_help = "Examples:
  quartermaster code deploy production --wait
  quartermaster code deploy --all --wait --json
  quartermaster code deploy --all --dry-run
  quartermaster code deploy production testing --module stdlib --wait

A deploy is built beside what is served and takes its place in one step; what fails changes nothing. Environments
whose branch is gone are removed by --all, or when they are named. --module leaves the control repository and all
other modules as they are. Without --wait the server is told, and the command ends.")]
    Deploy(Deploy),
    /// What each environment points to, and deploys that wait or run
    #[command(after_help = "Example:
  quartermaster code status --json")]
    Status,
    /// What was deployed, rolled back, removed, or failed: the newest first
    #[command(after_help = "Examples:
  quartermaster code history
  quartermaster code history production --limit 3")]
    History {
        /// Else of all environments
        environment: Option<String>,
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// What differs between two environments or versions
    #[command(after_help = "Examples:
  quartermaster code diff production testing
  quartermaster code diff 3f2a9c1b production")]
    Diff {
        /// An environment, or the first digits of a version
        from: String,
        to: String,
    },
    /// Point an environment to the version that it had before
    #[command(after_help = "Examples:
  quartermaster code rollback production
  quartermaster code rollback production --to 3f2a9c1b

The next deploy moves it on again; `code pin` holds it.")]
    Rollback {
        environment: String,
        /// The first digits of a version of this environment
        #[arg(long, value_name = "VERSION")]
        to: Option<String>,
    },
    /// Hold an environment as it is: deploys leave it alone
    #[command(after_help = "Example:
  quartermaster code pin production --reason 'release freeze'")]
    Pin {
        environment: String,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Let an environment go that was held
    Unpin { environment: String },
    /// Write an environment, or a version, out as plain files
    #[command(after_help = "Examples:
  quartermaster code export production /tmp/production
  quartermaster code export 3f2a9c1b /tmp/before")]
    Export {
        /// An environment, or the first digits of a version
        what: String,
        /// A folder that is not there yet
        dir: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// Environments, by name or by branch
    #[arg(required_unless_present_any = ["all", "module"], conflicts_with = "all")]
    environments: Vec<String>,
    /// Every environment of every source
    #[arg(long)]
    all: bool,
    /// Only this module, in environments that are deployed; may be given many times
    #[arg(long, value_name = "NAME")]
    module: Vec<String>,
    /// Wait until it is done, and tell what was done
    #[arg(long)]
    wait: bool,
    /// Tell what would be done, and leave it
    #[arg(long)]
    dry_run: bool,
}

impl Code {
    /// As the server takes it; `None` for what is done without one.
    pub(super) fn command(&self) -> Option<Command> {
        Some(match self {
            Self::ImportR10k { .. } => return None,
            Self::Deploy(deploy) => Command::CodeDeploy {
                order: Order {
                    environments: if deploy.environments.is_empty() {
                        Selection::All
                    } else {
                        Selection::Named(deploy.environments.clone())
                    },
                    modules: deploy.module.clone(),
                    dry_run: deploy.dry_run,
                    who: who(),
                },
                wait: deploy.wait || deploy.dry_run,
            },
            Self::Status => Command::CodeStatus,
            Self::History { environment, limit } => {
                Command::CodeHistory { environment: environment.clone(), limit: *limit }
            }
            Self::Diff { from, to } => Command::CodeDiff { from: from.clone(), to: to.clone() },
            Self::Rollback { environment, to } => {
                Command::CodeRollback { environment: environment.clone(), to: to.clone(), who: who() }
            }
            Self::Pin { environment, reason } => {
                Command::CodePin { environment: environment.clone(), reason: reason.clone(), who: who() }
            }
            Self::Unpin { environment } => Command::CodeUnpin { environment: environment.clone() },
            Self::Export { what, .. } => Command::CodeVersion { what: what.clone() },
        })
    }

    /// Does with the server's answer what only the command can do; answers what is to be printed.
    pub(super) fn finish(&self, answer: Value) -> anyhow::Result<Value> {
        match self {
            Self::Export { dir, .. } => export(&answer, dir),
            _ => Ok(answer),
        }
    }
}

/// Writes the file into the data folder and says what it means.
pub(super) fn import(file: &Path, data_dir: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let (to, configuration) = configuration::import(file, data_dir).map_err(Error::msg)?;
    render::code::imported(&to, &configuration, json)?;
    Ok(ExitCode::SUCCESS)
}

fn export(answer: &Value, dir: &Path) -> anyhow::Result<Value> {
    if std::fs::symlink_metadata(dir).is_ok() {
        bail!("{} is there already; name a folder that is not", dir.display());
    }
    let version: Version = serde_json::from_value(answer["version"].clone())?;
    let root = PathBuf::from(answer["root"].as_str().context("the server did not say where its code is")?);
    lay_out(&root, &layout::of(&version), dir, Way::Copy).with_context(|| dir.display().to_string())?;
    Ok(json!({"exported": answer["environment"], "code_id": version.code_id(), "to": dir}))
}

/// Who types this, for the history.
fn who() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// Shows steps on standard error: as a bar when that is a terminal; elsewhere, where lines are wanted, each thing that
/// is begun as one.
#[derive(Debug, Default)]
pub(super) struct Bar {
    has_lines: bool,
    is_shown: bool,
    line: String,
}

/// Characters of the bar itself.
const WIDTH: usize = 24;

impl Bar {
    pub(super) fn new(has_lines: bool) -> Self {
        Self { has_lines, ..Self::default() }
    }

    pub(super) fn show(&mut self, step: &Step) {
        let mut terminal = std::io::stderr();
        if terminal.is_terminal() {
            // Who has closed the terminal wants no more of it.
            let _ = write!(terminal, "\r\x1b[K{}", drawn(step)).and_then(|()| terminal.flush());
            self.is_shown = true;
        } else if self.has_lines {
            let line = format!("{} {}", step.phase, step.what);
            if line != self.line {
                let count = if step.total == 0 { String::new() } else { format!(" ({})", step.total) };
                // As above.
                let _ = writeln!(terminal, "{line}{count}");
                self.line = line;
            }
        }
    }

    /// Takes it away.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            // As above.
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn drawn(step: &Step) -> String {
    let Step { phase, what, done, total } = step;
    let shown: String = what.chars().rev().take(48).collect::<Vec<_>>().into_iter().rev().collect();
    if *total == 0 {
        return format!("{phase:6} {shown}");
    }
    let full = WIDTH * done.min(total) / total;
    format!("{phase:6} [{}{}] {done}/{total} {shown}", "#".repeat(full), ".".repeat(WIDTH - full))
}
