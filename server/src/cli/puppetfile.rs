//! Commands for a Puppetfile. They need neither a server nor Ruby.

use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use modules::puppetfile::{self, Context};

use super::render;

pub(super) const EXAMPLES: &str = "Examples:
  quartermaster puppetfile check
  quartermaster puppetfile show environments/production/Puppetfile --json";

const DEFAULT_FILE: &str = "Puppetfile";

#[derive(Debug, Subcommand)]
pub(crate) enum Puppetfile {
    /// Say whether a Puppetfile is valid; nothing is fetched
    Check {
        /// [default: Puppetfile in this folder]
        file: Option<PathBuf>,
    },
    /// List the modules that a Puppetfile declares
    Show {
        /// [default: Puppetfile in this folder]
        file: Option<PathBuf>,
    },
}

impl Puppetfile {
    pub(super) fn run(&self, json: bool) -> anyhow::Result<ExitCode> {
        let (Self::Check { file } | Self::Show { file }) = self;
        let file = file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let path = absolute(file)?;
        let root = path.parent().unwrap_or(Path::new("/")).to_string_lossy();
        let read = puppetfile::Puppetfile::parse(&text, &Context { root: &root, default_branch_override: None });
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
