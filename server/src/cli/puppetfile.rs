//! Commands for a Puppetfile. They need no server, and Ruby only where it is allowed to run the file.

use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use modules::puppetfile::Context;

use super::render;
use crate::code::puppetfile::{self, Interpreter, Source};

pub(super) const EXAMPLES: &str = "Examples:
  quartermaster puppetfile check
  quartermaster puppetfile check --ruby Puppetfile
  quartermaster puppetfile show environments/production/Puppetfile --json";

const DEFAULT_FILE: &str = "Puppetfile";

#[derive(Debug, Subcommand)]
pub(crate) enum Puppetfile {
    /// Say whether a Puppetfile is valid; nothing is fetched
    Check {
        /// [default: Puppetfile in this folder]
        file: Option<PathBuf>,
        /// Have Ruby run a file that is more than a list
        #[arg(long)]
        ruby: bool,
    },
    /// List the modules that a Puppetfile declares
    Show {
        /// [default: Puppetfile in this folder]
        file: Option<PathBuf>,
        /// Have Ruby run a file that is more than a list
        #[arg(long)]
        ruby: bool,
    },
}

impl Puppetfile {
    pub(super) fn run(&self, json: bool) -> anyhow::Result<ExitCode> {
        let (Self::Check { file, ruby } | Self::Show { file, ruby }) = self;
        let file = file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let path = absolute(file)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let root = folder.to_string_lossy();
        let environment = folder.file_name().unwrap_or_default().to_string_lossy();
        let source = Source { text: &text, path: &path, environment: &environment, branch: &environment };
        let interpreter = ruby.then(Interpreter::usual);
        let context = Context { root: &root, default_branch_override: None };
        let read = puppetfile::read(source, &context, interpreter.as_ref());
        match (self, read) {
            (_, Err(error)) => {
                render::puppetfile::mistake(&file.display().to_string(), &error, json)?;
                Ok(ExitCode::FAILURE)
            }
            (Self::Check { .. }, Ok(read)) => render::puppetfile::checked(&read, json),
            (Self::Show { .. }, Ok(read)) => render::puppetfile::shown(&read, json),
        }
    }
}
