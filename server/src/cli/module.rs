//! `module …`: modules as archives, and the Forge that gives them out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::render;
use super::run::have_done;
use crate::admin::{Answer, Command};
use crate::client::Client;
use crate::config::Config;
use crate::data_dir::CA_CERTIFICATE;

mod build;
mod mirror;

pub(crate) use build::Built;

pub(super) const EXAMPLES: &str = "Examples:
  quartermaster module build ./puppet-web
  quartermaster module publish pkg/acme-web-1.2.0.tar.gz
  quartermaster module publish pkg/*.tar.gz --url https://puppet.example.com:8140 --token qm_...
  quartermaster module list
  quartermaster module mirror puppetlabs-stdlib puppetlabs-apache --from https://forgeapi.puppet.com
  quartermaster module mirror puppetlabs-stdlib --from https://forgeapi.puppet.com --versions '>= 9.0.0'

Clients take modules from it by its address:
  puppet module install acme-web --module_repository https://puppet.example.com:8140

Without --url, modules go to the server on this machine, or into its data where none runs.";

#[derive(Debug, Subcommand)]
pub(crate) enum Module {
    /// Make an archive of a module, the same bytes from the same files
    Build(Build),
    /// Give archives to a Forge
    Publish {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        to: Destination,
    },
    /// Every module that was published here, with its versions
    List,
    /// Copy modules from another Forge
    Mirror {
        /// Modules: `AUTHOR-NAME`
        #[arg(required = true)]
        modules: Vec<String>,
        /// The Forge to copy from
        #[arg(long, value_name = "URL")]
        from: String,
        /// What it wants in `Authorization: Bearer`
        #[arg(long, value_name = "TOKEN", env = "QUARTERMASTER_FROM_TOKEN", hide_env_values = true)]
        from_token: Option<String>,
        /// Only these versions, such as `>= 8.0.0 < 10.0.0` [default: all]
        #[arg(long, value_name = "RANGE")]
        versions: Option<String>,
        #[command(flatten)]
        to: Destination,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The module's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Where to put the archive [default: `pkg` in the module's folder]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// The Forge that modules are given to.
#[derive(Debug, Args)]
pub(crate) struct Destination {
    /// A Forge elsewhere
    #[arg(long, value_name = "URL", requires = "token")]
    url: Option<String>,
    /// A token that may write there
    #[arg(long, value_name = "TOKEN", env = "QUARTERMASTER_FORGE_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// How long it may take to send or fetch an archive.
const WITHIN: Duration = Duration::from_mins(5);
/// Longest answer that is read of a Forge, but for archives.
const LONGEST_ANSWER: u64 = 64 << 20;

impl Module {
    pub(super) fn run(&self, config: Config, json: bool) -> anyhow::Result<ExitCode> {
        crate::log::quiet();
        let config = Arc::new(config);
        match self {
            Self::Build(build) => {
                let archive = build::build(&build.dir, build.output.as_deref(), &config.forge.bounds())?;
                render::module::built(&archive, json)
            }
            Self::List => match have_done(&config, &Command::ForgeList, false)? {
                Answer::Done(value) => render::module::list(&value, json),
                Answer::Failed(reason) => bail!("{reason}"),
            },
            Self::Publish { files, to } => {
                let target = Shelf::open(to, &config)?;
                let mut outcome = Outcome::default();
                for file in files {
                    let archive = std::fs::read(file).with_context(|| file.display().to_string())?;
                    outcome.note(&file.display().to_string(), target.put(&archive)?);
                }
                outcome.finish(json)
            }
            Self::Mirror { modules, from, from_token, versions, to } => {
                let source = mirror::Source::open(from, from_token.as_deref(), &config)?;
                let target = Shelf::open(to, &config)?;
                mirror::mirror(&source, &target, modules, versions.as_deref())?.finish(json)
            }
        }
    }
}

/// Where archives are published.
struct Shelf {
    config: Arc<Config>,
    elsewhere: Option<(Client, String)>,
}

/// What became of an archive.
enum Put {
    Published(String),
    /// There is a release of that version.
    There,
    Refused(String),
}

impl Shelf {
    fn open(to: &Destination, config: &Arc<Config>) -> anyhow::Result<Self> {
        let elsewhere = match &to.url {
            None => None,
            Some(url) => {
                let client = client(to.token.as_deref(), config)?;
                Some((client, format!("{}/v3/releases", url.trim_end_matches('/'))))
            }
        };
        Ok(Self { config: config.clone(), elsewhere })
    }

    fn put(&self, archive: &[u8]) -> anyhow::Result<Put> {
        let file = STANDARD.encode(archive);
        let Some((client, address)) = &self.elsewhere else {
            return Ok(match have_done(&self.config, &Command::ForgePublish { archive: file }, false)? {
                Answer::Done(value) => Put::Published(text(&value["slug"])),
                Answer::Failed(reason) if reason.contains("already exists") => Put::There,
                Answer::Failed(reason) => Put::Refused(reason),
            });
        };
        let reply = client.post(address, json!({"file": file}).to_string().as_bytes(), LONGEST_ANSWER)?;
        let value: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let errors = || {
            let errors: Vec<String> = value["errors"].as_array().into_iter().flatten().map(text).collect();
            if errors.is_empty() { format!("{address} answers {}", reply.status) } else { errors.join("; ") }
        };
        Ok(match reply.status {
            201 => Put::Published(text(&value["slug"])),
            409 => Put::There,
            _ => Put::Refused(errors()),
        })
    }
}

/// What became of all archives.
#[derive(Default)]
struct Outcome {
    published: Vec<String>,
    there: Vec<String>,
    failed: Vec<(String, String)>,
}

impl Outcome {
    /// `what` is the archive as the caller knows it.
    fn note(&mut self, what: &str, put: Put) {
        match put {
            Put::Published(slug) => self.published.push(slug),
            Put::There => self.there.push(what.to_owned()),
            Put::Refused(reason) => self.failed.push((what.to_owned(), reason)),
        }
    }

    fn finish(self, json: bool) -> anyhow::Result<ExitCode> {
        let failed: Vec<Value> =
            self.failed.iter().map(|(name, error)| json!({"name": name, "error": error})).collect();
        render::module::outcome(&json!({"published": self.published, "there": self.there, "failed": failed}), json)
    }
}

/// Trusts the authority of the server whose data folder is at hand as well.
fn client(token: Option<&str>, config: &Config) -> anyhow::Result<Client> {
    let authority = config.data_dir.join(CA_CERTIFICATE);
    let authority = authority.is_file().then_some(authority);
    Ok(Client::new(WITHIN, token, authority.as_deref().map(Path::new))?)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
