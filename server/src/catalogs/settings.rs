//! What manifests see of the server: `$server_facts`, `$settings::…`, and the log they write to.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use compiler::{Level, LogEntry, Settings};
use modules::Snapshot;
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::respond::PUPPET_VERSION;

/// What is the same for every catalog.
pub(super) struct Fixed {
    pub(super) server_facts: Map<String, Value>,
    settings: Map<String, Value>,
    strict: compiler::Strict,
    strict_variables: bool,
    storeconfigs: bool,
}

impl Fixed {
    pub(super) fn read(config: &Config) -> Self {
        let mut server_facts = Map::new();
        server_facts.insert("serverversion".to_owned(), json!(PUPPET_VERSION));
        server_facts.insert("servername".to_owned(), json!(config.certname));
        for (name, beyond) in [("serverip", "192.0.2.1:9"), ("serverip6", "[2001:db8::1]:9")] {
            if let Some(address) = own_address(beyond) {
                server_facts.insert(name.to_owned(), json!(address));
            }
        }
        let paths = |paths: &[std::path::PathBuf]| {
            json!(paths.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().join(":"))
        };
        let data = config.data_dir.to_string_lossy();
        let settings = [
            ("autosign", json!(config.autosign != crate::config::AutosignMode::Off)),
            ("basemodulepath", paths(&config.environments.basemodulepath)),
            ("ca_server", json!(config.certname)),
            ("cadir", json!(format!("{data}/ca"))),
            ("certname", json!(config.certname)),
            ("codedir", json!(config.code_dir.to_string_lossy())),
            ("confdir", json!(data)),
            ("environmentpath", paths(&config.environments.environmentpath)),
            ("serverport", json!(config.listen.port().to_string())),
            ("node_terminus", json!(if config.external_nodes.is_some() { "exec" } else { "plain" })),
            ("server", json!(config.certname)),
            ("ssldir", json!(format!("{data}/tls"))),
            ("static_catalogs", json!(config.compile.static_catalogs)),
            ("storeconfigs", json!(config.compile.storeconfigs)),
            ("strict", json!(config.compile.strict)),
            ("strict_variables", json!(config.compile.strict_variables)),
            ("vardir", json!(data)),
        ];
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let strict = config.compile.strict.for_compiler();
        let (strict_variables, storeconfigs) = (config.compile.strict_variables, config.compile.storeconfigs);
        Self { server_facts, settings, strict, strict_variables, storeconfigs }
    }

    /// The settings as an environment has them.
    pub(super) fn of(&self, snapshot: &Snapshot, environment: &str) -> Settings {
        let mut values = self.settings.clone();
        values.insert("environment".to_owned(), json!(environment));
        values.insert("manifest".to_owned(), json!(snapshot.manifest));
        let modulepath: Vec<_> = snapshot.modulepath.iter().map(ToString::to_string).collect();
        values.insert("modulepath".to_owned(), json!(modulepath.join(":")));
        values.insert("config_version".to_owned(), json!(snapshot.config_version.as_deref().unwrap_or_default()));
        let (strict, strict_variables, storeconfigs) = (self.strict, self.strict_variables, self.storeconfigs);
        Settings { strict, strict_variables, storeconfigs, values, ..Settings::default() }
    }
}

/// The address from which this machine would speak to `beyond`. Nothing is sent.
fn own_address(beyond: &str) -> Option<IpAddr> {
    let beyond: SocketAddr = beyond.parse().ok()?;
    let any = if beyond.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(beyond).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Writes what manifests logged, and what the compiler warned of.
pub(super) fn write_logs(logs: &[LogEntry]) {
    for entry in logs {
        let (source, text) = (&*entry.source, &entry.message);
        let place = entry.position.as_ref().map(|place| format!("{}:{}", place.file, place.line)).unwrap_or_default();
        match entry.level {
            Level::Debug => tracing::debug!(target: "puppet", source, place, "{text}"),
            Level::Info | Level::Notice => tracing::info!(target: "puppet", source, place, "{text}"),
            Level::Warning => tracing::warn!(target: "puppet", source, place, "{text}"),
            Level::Err | Level::Alert | Level::Emerg | Level::Crit => {
                tracing::error!(target: "puppet", source, place, "{text}");
            }
        }
    }
}
