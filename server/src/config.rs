//! What the operator has set: a TOML file, `QUARTERMASTER_*` variables and flags, in rising order.
//!
//! [`Raw`] is the configuration as written; [`Config`] is what it means: checked, absolute, with
//! all defaults filled in. Each room receives only its own struct.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use model::Certname;
use serde::Serialize;

mod host;
mod layers;
mod secret;
mod settings;
mod units;

pub(crate) use layers::Origin;
pub(crate) use secret::Secret;
pub(crate) use settings::{
    Ca, CheckCode, Chef, Classifier, CodeManager, Compile, Deploy, Forge, Http, KeyKind, Limits, Log, LogFormat, Raw,
    Ruby, Store, Tls,
};
pub(crate) use units::Span;

use crate::environments::EnvironmentSettings;
use crate::guard::Guard;
use crate::guard::settings::Authorization;
use layers::Layers;

/// The effective configuration.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) code_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) chef_listen: Option<Listen>,
    pub(crate) forge_listen: Option<Listen>,
    pub(crate) code_manager_listen: Option<SocketAddr>,
    pub(crate) certname: Certname,
    pub(crate) dns_alt_names: Vec<String>,
    pub(crate) autosign: AutosignMode,
    pub(crate) external_nodes: Option<PathBuf>,
    pub(crate) admin_certnames: Vec<String>,
    pub(crate) log: Log,
    pub(crate) http: Http,
    pub(crate) tls: Tls,
    pub(crate) ca: Ca,
    pub(crate) limits: Limits,
    pub(crate) compile: Compile,
    pub(crate) environments: Environments,
    pub(crate) classifier: Classifier,
    pub(crate) ruby: Ruby,
    pub(crate) store: Store,
    pub(crate) chef: Chef,
    pub(crate) forge: Forge,
    pub(crate) deploy: Deploy,
    pub(crate) code_manager: CodeManager,
    pub(crate) authorization: Authorization,
    /// Which layer each setting came from that is not at its default, by dotted path.
    #[serde(skip)]
    pub(crate) origins: BTreeMap<String, Origin>,
}

/// Where only one protocol is served: `ADDRESS:PORT`, or `http://ADDRESS:PORT` without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listen {
    pub(crate) address: SocketAddr,
    pub(crate) is_plain: bool,
}

/// Which requests are signed unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AutosignMode {
    Off,
    All,
    /// Names and globs.
    Names(Vec<String>),
    /// A file of names and globs, read at each use.
    File(PathBuf),
    /// A policy executable.
    Executable(PathBuf),
}

/// Where code lies.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Environments {
    pub(crate) environmentpath: Vec<PathBuf>,
    pub(crate) hiera_config: PathBuf,
    pub(crate) basemodulepath: Vec<PathBuf>,
    /// Mounts of one's own: name and folder.
    pub(crate) mounts: BTreeMap<String, PathBuf>,
}

/// What the command line said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// The file to read. Without it none is read.
    pub(crate) file: Option<PathBuf>,
    /// Settings by dotted path, as typed.
    pub(crate) settings: Vec<(String, String)>,
}

/// The configuration cannot be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("the configuration file {path} cannot be read: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the configuration is not TOML: {0}")]
    Syntax(String),
    #[error("unknown setting `{key}`{}", hint.as_ref().map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default())]
    Unknown { key: String, hint: Option<String> },
    #[error("setting {0}")]
    Type(String),
    #[error("setting `{setting}`: {fault}")]
    Value { setting: &'static str, fault: String },
    #[error(transparent)]
    Rule(#[from] crate::guard::RuleError),
}

impl Config {
    /// Reads the file, the environment and the flags, and checks what they say.
    pub(crate) fn load(
        flags: &Flags,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        let environment: Vec<_> = environment.filter(|(name, _)| name.starts_with("QUARTERMASTER_")).collect();
        let named = environment.iter().find(|(name, _)| name == "QUARTERMASTER_CONFIG").map(|(_, path)| path.into());
        if let Some(path) = flags.file.clone().or(named) {
            let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::File { path, source })?;
            layers.file(&text)?;
        }
        let known = layers::leaves();
        for (name, value) in &environment {
            if name == "QUARTERMASTER_CONFIG" {
                continue;
            }
            let path = known.keys().find(|path| layers::variable(path) == *name);
            let path = path.ok_or_else(|| {
                ConfigError::unknown_variable(
                    name,
                    &known.keys().map(|path| layers::variable(path)).collect::<Vec<_>>(),
                )
            })?;
            lay_text(&mut layers, path, value, Origin::Environment)?;
        }
        for (path, value) in &flags.settings {
            lay_text(&mut layers, path, value, Origin::Flag)?;
        }
        Self::check(layers.raw()?, layers.origins)
    }

    fn check(raw: Raw, origins: BTreeMap<String, Origin>) -> Result<Self, ConfigError> {
        let data_dir = absolute("data_dir", raw.data_dir.unwrap_or_else(host::default_data_dir))?;
        let code_dir = absolute("code_dir", raw.code_dir.unwrap_or_else(|| data_dir.join("code")))?;
        let named = raw.certname.unwrap_or_else(host::name);
        let certname = Certname::parse(&named)
            .map_err(|error| value("certname", format!("'{named}' cannot be a certname: {error}")))?;
        let environments = Environments {
            environmentpath: folders("environments.environmentpath", raw.environments.environmentpath)?
                .unwrap_or_else(|| vec![code_dir.join("environments")]),
            basemodulepath: folders("environments.basemodulepath", raw.environments.basemodulepath)?
                .unwrap_or_else(|| vec![code_dir.join("modules")]),
            hiera_config: match raw.environments.hiera_config {
                Some(path) => absolute("environments.hiera_config", path)?,
                None => code_dir.join("hiera.yaml"),
            },
            mounts: raw
                .environments
                .mounts
                .into_iter()
                .map(|(name, path)| Ok((name, absolute("environments.mounts", path)?)))
                .collect::<Result<_, ConfigError>>()?,
        };
        let config = Self {
            listen: address("listen", raw.listen.as_deref().unwrap_or("0.0.0.0:8140"))?,
            chef_listen: raw.chef_listen.as_deref().map(|text| Listen::parse("chef_listen", text)).transpose()?,
            forge_listen: raw.forge_listen.as_deref().map(|text| Listen::parse("forge_listen", text)).transpose()?,
            code_manager_listen: raw
                .code_manager_listen
                .as_deref()
                .map(|text| address("code_manager_listen", text))
                .transpose()?,
            dns_alt_names: alt_names(raw.dns_alt_names, &certname)?,
            autosign: AutosignMode::parse(raw.autosign.as_deref().unwrap_or("false"))?,
            external_nodes: raw.external_nodes.map(|path| absolute("external_nodes", path)).transpose()?,
            admin_certnames: raw.admin_certnames,
            log: raw.log,
            http: raw.http,
            tls: raw.tls,
            ca: raw.ca,
            limits: raw.limits,
            compile: raw.compile,
            classifier: raw.classifier,
            ruby: raw.ruby,
            store: raw.store,
            chef: raw.chef,
            forge: raw.forge,
            code_manager: CodeManager {
                webhook_secret_file: raw
                    .code_manager
                    .webhook_secret_file
                    .map(|path| absolute("code_manager.webhook_secret_file", path))
                    .transpose()?,
                ..raw.code_manager
            },
            deploy: Deploy {
                r10k: raw.deploy.r10k.map(|path| absolute("deploy.r10k", path)).transpose()?,
                ..raw.deploy
            },
            authorization: raw.authorization,
            data_dir,
            code_dir,
            certname,
            environments,
            origins,
        };
        config.bounds()?;
        Guard::new(&config.authorization, &config.admin_certnames)?;
        Ok(config)
    }

    /// Refuses numbers with which the server could not work.
    fn bounds(&self) -> Result<(), ConfigError> {
        let least = |setting, number: usize, least: usize| {
            (number >= least).then_some(()).ok_or_else(|| value(setting, format!("must be at least {least}")))
        };
        least("http.max_connections", self.http.max_connections, 1)?;
        least("http.max_handshakes", self.http.max_handshakes, 1)?;
        least("compile.queue", self.compile.queue, 1)?;
        least("compile.stack", self.compile.stack.0, 1 << 20)?;
        least("ca.queue", self.ca.queue, 1)?;
        least("ca.policy_concurrency", self.ca.policy_concurrency, 1)?;
        least("classifier.concurrency", self.classifier.concurrency, 1)?;
        least("ruby.workers", self.ruby.workers, 1)?;
        least("store.readers", self.store.readers, 1)?;
        least("store.write_queue", self.store.write_queue, 1)?;
        least("deploy.parallel", self.deploy.parallel, 1)?;
        least("deploy.queue", self.deploy.queue, 1)?;
        least("limits.certificate_request", self.limits.certificate_request.0, 4096)?;
        least("chef.max_body", self.chef.max_body.0, 4096)?;
        if !chef::names::is_organization(&self.chef.organization) {
            let fault =
                format!("'{}' is no name of an organization: small letters, digits, _ and -", self.chef.organization);
            return Err(value("chef.organization", fault));
        }
        for (setting, secret) in [
            ("chef.data_collector_token", &self.chef.data_collector_token),
            ("chef.stats_password", &self.chef.stats_password),
        ] {
            if secret.as_ref().is_some_and(Secret::is_empty) {
                return Err(value(setting, "must not be empty".to_owned()));
            }
        }
        if let Some(recipe) = &self.chef.required_recipe
            && !recipe.is_file()
        {
            return Err(value("chef.required_recipe", format!("{} is not a file", recipe.display())));
        }
        for (setting, listen) in [("chef_listen", self.chef_listen), ("forge_listen", self.forge_listen)] {
            if let Some(listen) = listen
                && listen.address == self.listen
                && self.listen.port() != 0
            {
                return Err(value(setting, format!("{} is what `listen` says already", self.listen)));
            }
        }
        least("forge.max_archive", self.forge.max_archive.0, 4096)?;
        least("forge.max_depth", self.forge.max_depth, 1)?;
        if self.forge.upstream.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(value(
                "forge.upstream",
                "an address that begins with https:// or http:// is expected".to_owned(),
            ));
        }
        if let Some(address) = self.code_manager_listen
            && address == self.listen
            && address.port() != 0
        {
            return Err(value("code_manager_listen", format!("{address} is what `listen` says already")));
        }
        if !self.code_manager.authenticate_webhook && self.code_manager.webhook_secret_file.is_none() {
            let fault = "may be false only where `code_manager.webhook_secret_file` is set: else anybody could deploy";
            return Err(value("code_manager.authenticate_webhook", fault.to_owned()));
        }
        if self.tls.renew_before >= self.ca.ttl {
            return Err(value("tls.renew_before", "must be shorter than `ca.ttl`".to_owned()));
        }
        if let Some(executable) = &self.external_nodes
            && !host::is_executable(executable)
        {
            return Err(value("external_nodes", format!("{} is not an executable file", executable.display())));
        }
        Ok(())
    }

    /// What the room of environments is to know.
    pub(crate) fn environment_settings(&self) -> EnvironmentSettings {
        let texts = |paths: &[PathBuf]| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let mut settings = EnvironmentSettings::classic(&self.code_dir);
        settings.data_dir = Some(self.data_dir.clone());
        let deployed = ["trees", "versions"].map(|folder| self.deployed_code().join(folder));
        settings.deployed = texts(&deployed);
        settings.environmentpath = texts(&self.environments.environmentpath);
        settings.hiera_config = self.environments.hiera_config.to_string_lossy().into_owned();
        settings.basemodulepath = texts(&self.environments.basemodulepath);
        let custom = self.environments.mounts.iter();
        settings.mounts.custom = custom.map(|(name, path)| (name.clone(), path.display().to_string())).collect();
        settings.ruby = ruby::workers::Settings {
            command: self.ruby.command.clone().into_os_string(),
            workers: self.ruby.workers,
            timeout: self.ruby.timeout.0,
            memory: self.ruby.memory.0 as u64,
            library: self.ruby.library,
        };
        settings.ruby_ahead = self.ruby.ahead;
        settings
    }

    /// The folder of all that deploys make.
    pub(crate) fn deployed_code(&self) -> PathBuf {
        self.data_dir.join("code")
    }

    /// Where the admin socket stands.
    pub(crate) fn socket(&self) -> PathBuf {
        self.data_dir.join("admin.sock")
    }
}

impl Listen {
    fn parse(setting: &'static str, text: &str) -> Result<Self, ConfigError> {
        let plain = text.strip_prefix("http://");
        let bare = plain.or_else(|| text.strip_prefix("https://")).unwrap_or(text);
        Ok(Self { address: address(setting, bare.trim_end_matches('/'))?, is_plain: plain.is_some() })
    }

    /// With the scheme that is spoken there.
    pub(crate) fn url(self, address: SocketAddr) -> String {
        format!("{}://{address}", if self.is_plain { "http" } else { "https" })
    }
}

/// As it is written in a configuration.
impl Serialize for Listen {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scheme = if self.is_plain { "http://" } else { "" };
        serializer.collect_str(&format_args!("{scheme}{}", self.address))
    }
}

impl AutosignMode {
    fn parse(text: &str) -> Result<Self, ConfigError> {
        match text {
            "false" | "off" | "no" | "" => return Ok(Self::Off),
            "true" | "all" | "on" | "yes" => return Ok(Self::All),
            _ => {}
        }
        if !text.contains('/') {
            let names: Vec<_> = text.split(',').map(|name| name.trim().to_owned()).collect();
            return match names.iter().find(|name| name.is_empty() || name.contains([' ', '#'])) {
                Some(bad) => Err(value("autosign", format!("'{bad}' is no certname and no glob"))),
                None => Ok(Self::Names(names)),
            };
        }
        let path = absolute("autosign", PathBuf::from(text))?;
        if host::is_executable(&path) {
            return Ok(Self::Executable(path));
        }
        if path.is_file() {
            return Ok(Self::File(path));
        }
        Err(value("autosign", format!("{} is neither a file of names nor an executable", path.display())))
    }
}

/// As it is written in a configuration.
impl Serialize for AutosignMode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str("false"),
            Self::All => serializer.serialize_str("true"),
            Self::Names(names) => serializer.serialize_str(&names.join(",")),
            Self::File(path) | Self::Executable(path) => path.serialize(serializer),
        }
    }
}

impl ConfigError {
    fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::Unknown { key: key.to_owned(), hint: nearest(key, known) }
    }

    fn unknown_variable(name: &str, known: &[String]) -> Self {
        Self::unknown(name, known.iter().map(String::as_str))
    }

    /// Finds the unknown key in serde's words, so that the hint can be ours.
    fn from_serde(message: &str) -> Self {
        let message = message.trim();
        let Some((_, rest)) = message.split_once("unknown field `") else {
            return Self::Type(message.replace('\n', " "));
        };
        let key = rest.split('`').next().unwrap_or_default();
        let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
        // The whole list of settings says where a key belongs that stands in the wrong table.
        let all = layers::leaves();
        let elsewhere = all.keys().find(|path| path.rsplit('.').next() == Some(key)).cloned();
        let hint = elsewhere.or_else(|| nearest(key, known.into_iter()));
        Self::Unknown { key: key.to_owned(), hint }
    }
}

/// The known key that is most like `key`, if one is like it at all.
fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let scored = known.map(|candidate| (distance(key, candidate), candidate));
    let (distance, candidate) = scored.min()?;
    (distance <= key.len().max(3) / 2).then(|| candidate.to_owned())
}

/// How many letters must change to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn lay_text(layers: &mut Layers, path: &str, text: &str, origin: Origin) -> Result<(), ConfigError> {
    if layers::is_list(path) {
        layers.value(path, layers::list(text), origin);
        return Ok(());
    }
    layers.text(path, text, origin)
}

fn alt_names(given: Option<Vec<String>>, certname: &Certname) -> Result<Vec<String>, ConfigError> {
    let stock = || vec!["puppet".to_owned(), "localhost".to_owned(), certname.hostname().to_owned()];
    let mut names = given.unwrap_or_else(stock);
    for name in &mut names {
        // `DNS:` and `IP:` are how Puppet's own setting writes them.
        if let Some(bare) = name.strip_prefix("DNS:") {
            *name = bare.to_owned();
        }
        if name.parse::<std::net::IpAddr>().is_err() && !name.starts_with("IP:") && Certname::parse(name).is_err() {
            return Err(value("dns_alt_names", format!("'{name}' is no host name")));
        }
    }
    names.retain(|name| name != certname.as_str());
    names.dedup();
    Ok(names)
}

fn folders(setting: &'static str, paths: Option<Vec<PathBuf>>) -> Result<Option<Vec<PathBuf>>, ConfigError> {
    paths.map(|paths| paths.into_iter().map(|path| absolute(setting, path)).collect()).transpose()
}

fn address(setting: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    use std::net::ToSocketAddrs;
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let fault = || value(setting, format!("'{text}' is no ADDRESS:PORT, such as 0.0.0.0:8140 or [::]:8140"));
    text.to_socket_addrs().map_err(|_| fault())?.next().ok_or_else(fault)
}

fn absolute(setting: &'static str, path: impl AsRef<Path>) -> Result<PathBuf, ConfigError> {
    std::path::absolute(path.as_ref()).map_err(|error| value(setting, error.to_string()))
}

fn value(setting: &'static str, fault: String) -> ConfigError {
    ConfigError::Value { setting, fault }
}

#[cfg(test)]
mod tests;
