//! Commands for deployed code.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Error;
use clap::Subcommand;

use super::render;
use crate::code::configuration;

pub(super) const EXAMPLES: &str = "Example:
  quartermaster code import-r10k /etc/puppetlabs/r10k/r10k.yaml";

#[derive(Debug, Subcommand)]
pub(crate) enum Code {
    /// Take an `r10k.yaml` as it is for where code comes from; it is checked first
    ImportR10k { file: PathBuf },
}

/// Writes the file into the data folder and says what it means.
pub(super) fn import(file: &Path, data_dir: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let (to, configuration) = configuration::import(file, data_dir).map_err(Error::msg)?;
    render::code::imported(&to, &configuration, json)?;
    Ok(ExitCode::SUCCESS)
}
