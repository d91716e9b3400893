//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Flags;

pub(crate) mod chef;
mod code;
pub(crate) mod local;
mod lookup;
pub(crate) mod module;
mod puppetfile;
mod render;
pub(crate) mod run;
mod token;

/// One server for Puppet's agents: certificates, catalogs, files, facts and reports.
#[derive(Debug, Parser)]
#[command(name = "quartermaster", version, propagate_version = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "Examples:
  quartermaster serve
  quartermaster serve --data-dir /srv/qm --code-dir /etc/puppetlabs/code --autosign '*.lab.example.com'
  quartermaster ca sign web01.example.com
  quartermaster node facts web01.example.com --json
  quartermaster chef org create acme 'Acme Ltd' --filename acme-validator.pem
  quartermaster compile web01.example.com --facts facts.json
  quartermaster lookup ntp::servers --node web01.example.com --explain
  quartermaster code deploy --all --wait

Every setting may stand in the file of --config, in the environment as QUARTERMASTER_NAME, or on the
command line, where the last wins. `quartermaster config show` lists them all.";

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Configuration file (TOML); also `QUARTERMASTER_CONFIG`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder for all that the server keeps; also `QUARTERMASTER_DATA_DIR`
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<String>,
    /// Folder of Puppet code, with `environments/` in it; also `QUARTERMASTER_CODE_DIR`
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) code_dir: Option<String>,
    /// Any setting by its name, such as `limits.report=128MiB`; may be given many times
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve agents
    #[command(after_help = "Examples:
  quartermaster serve
  quartermaster serve --listen 127.0.0.1:8140 --certname puppet.example.com --dns-alt-names puppet,localhost
  quartermaster serve --autosign /etc/quartermaster/policy --external-nodes /usr/local/bin/enc

Prints `ready: https://HOST:PORT` when it serves; logs go to standard error. SIGTERM stops it in
order, SIGHUP reloads rules, autosigning and environments.")]
    Serve(Serve),
    /// Look after certificates
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster ca list
  quartermaster ca sign web01.example.com
  quartermaster ca sign --all
  quartermaster ca revoke web01.example.com"
    )]
    Ca(Ca),
    /// See what nodes told
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster node list
  quartermaster node facts web01.example.com
  quartermaster node reports web01.example.com --limit 5 --json"
    )]
    Node(Node),
    /// Look after Chef: organizations, users, clients, keys, permissions
    #[command(subcommand, after_help = chef::EXAMPLES)]
    Chef(chef::Chef),
    /// Compile a catalog and print it
    #[command(after_help = "Examples:
  quartermaster compile web01.example.com
  quartermaster compile web01.example.com --facts facts.json --environment test --code-dir ./code
  quartermaster compile web01.example.com --trusted trusted.json
  quartermaster compile web01.example.com --explain 'File[/etc/motd]'

Without --facts, the facts that are stored of the node are used. --facts takes a factset as agents
send it ({\"name\": ..., \"values\": {...}}) or the output of `facter --json`.

--explain prints, for one resource, each value with the file and line, Hiera level or default that
gave it, and the values that it took the place of.")]
    Compile(Compile),
    /// Look Hiera data up as a node would, and tell where they come from
    #[command(after_help = lookup::EXAMPLES)]
    Lookup(lookup::Lookup),
    /// Look for mistakes in Puppet code, Hiera data and metadata
    #[command(after_help = "Example:
  quartermaster check /etc/puppetlabs/code/environments/production")]
    Check {
        /// A folder, or one file
        dir: PathBuf,
    },
    /// Deploy code from Git, see what is deployed, and go back
    #[command(subcommand, after_help = code::EXAMPLES)]
    Code(code::Code),
    /// Read a Puppetfile
    #[command(subcommand, after_help = puppetfile::EXAMPLES)]
    Puppetfile(puppetfile::Puppetfile),
    /// Build modules, publish them, and copy them from another Forge
    #[command(subcommand, after_help = module::EXAMPLES)]
    Module(module::Module),
    /// Look after tokens, by which programs deploy and use the Forge
    #[command(subcommand, after_help = token::EXAMPLES)]
    Token(token::Token),
    /// See the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port for Puppet; port 0 takes a free one [default: 0.0.0.0:8140]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Address and port for Chef, alone: `http://ADDR:PORT` serves it without TLS
    #[arg(long, value_name = "ADDR:PORT")]
    chef_listen: Option<String>,
    /// Address and port for the Forge, alone: `http://ADDRESS:PORT` serves it without TLS
    #[arg(long, value_name = "ADDR:PORT")]
    forge_listen: Option<String>,
    /// The server's own certname [default: the machine's name]
    #[arg(long, value_name = "NAME")]
    certname: Option<String>,
    /// Further names by which agents reach the server
    #[arg(long, value_name = "A,B")]
    dns_alt_names: Option<String>,
    /// Which requests are signed unasked: `false`, `true`, names and globs, a file of them, or an
    /// executable that is asked [default: false]
    #[arg(long, value_name = "MODE")]
    autosign: Option<String>,
    /// An external node classifier
    #[arg(long, value_name = "EXE")]
    external_nodes: Option<String>,
    /// Certnames that may administer
    #[arg(long, value_name = "A,B")]
    admin_certnames: Option<String>,
    /// `plain` or `json`
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// `error`, `warn`, `info`, `debug` or `trace`
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ca {
    /// Requests that wait; with --all, every certificate
    List {
        #[arg(long)]
        all: bool,
    },
    /// One request or certificate
    Show { name: String },
    /// Sign requests
    Sign {
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        names: Vec<String>,
        /// Every request that waits
        #[arg(long)]
        all: bool,
        /// Life of the certificates in seconds
        #[arg(long, value_name = "SECONDS")]
        ttl: Option<i64>,
        /// Take alternative names that the settings would refuse
        #[arg(long)]
        allow_dns_alt_names: bool,
        /// Take authorization extensions that the settings would refuse
        #[arg(long)]
        allow_authorization_extensions: bool,
    },
    /// Throw requests away
    Reject {
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Revoke certificates
    Revoke {
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Revoke certificates and forget them, so that the names are free again
    Clean {
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Make a key and a certificate; prints them
    Generate {
        name: String,
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        dns_alt_names: Vec<String>,
        /// Life of the certificate in seconds
        #[arg(long, value_name = "SECONDS")]
        ttl: Option<i64>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Node {
    /// Every node that told anything
    List {
        /// Also nodes that were deactivated
        #[arg(long)]
        all: bool,
    },
    /// What is known of a node
    Show { name: String },
    /// The newest facts
    Facts { name: String },
    /// Reports, newest first
    Reports {
        /// Else of all nodes
        name: Option<String>,
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// One report, whole
    Report { id: i64 },
    /// The newest catalog
    Catalog { name: String },
    /// Remove all that is known of a node (not its certificate)
    Forget { name: String },
}

#[derive(Debug, Args)]
pub(crate) struct Compile {
    pub(crate) node: String,
    /// A factset in JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Option<PathBuf>,
    /// Trusted data in JSON, such as `{"extensions": {"pp_role": "web"}}`, instead of what the certificate says
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted: Option<PathBuf>,
    /// [default: what the classifier says, else production]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Print where the values of this resource came from, instead of the catalog
    #[arg(long, value_name = "RESOURCE")]
    pub(crate) explain: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Every setting, with where its value came from
    Show,
}

impl Cli {
    /// What the command line says of settings.
    pub(crate) fn flags(&self) -> Result<Flags, String> {
        let mut settings: Vec<(String, String)> = Vec::new();
        let mut put = |name: &str, value: &Option<String>| {
            if let Some(value) = value {
                settings.push((name.to_owned(), value.clone()));
            }
        };
        put("data_dir", &self.common.data_dir);
        put("code_dir", &self.common.code_dir);
        if let Command::Serve(serve) = &self.command {
            put("listen", &serve.listen);
            put("chef_listen", &serve.chef_listen);
            put("forge_listen", &serve.forge_listen);
            put("certname", &serve.certname);
            put("dns_alt_names", &serve.dns_alt_names);
            put("autosign", &serve.autosign);
            put("external_nodes", &serve.external_nodes);
            put("admin_certnames", &serve.admin_certnames);
            put("log.format", &serve.log_format);
            put("log.level", &serve.log_level);
        }
        for pair in &self.common.set {
            let (name, value) = pair.split_once('=').ok_or_else(|| format!("--set {pair}: NAME=VALUE is expected"))?;
            settings.push((name.replace('-', "_"), value.to_owned()));
        }
        Ok(Flags { file: self.common.config.clone(), settings })
    }
}

#[cfg(test)]
mod tests;
