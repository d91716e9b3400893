//! Forges: which release of a module is meant, and its archive.
//!
//! A module that was published here comes from here, whatever Forge is named. Others come from the Forge that is named;
//! where that is this server, from the Forge behind it. This server does not ask itself over HTTP: it looks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use md5::{Digest as _, Md5};
use modules::PortError;
use modules::forge::fetched::Fetched;
use modules::forge::release::File;
use modules::forge::{Bounds, ModuleSlug, ReleaseSlug, Releases};
use modules::sources;
use serde_json::Value;
use sha2::Sha256;
use store::Store;
use tokio::runtime::Handle;
use ureq::http::Uri;

use crate::client::{Client, ClientError, Reply};
use crate::config::Config;
use crate::forge::upstream::Upstream;

/// The Forge of this server, as deploys see it.
pub(crate) struct OwnForge {
    store: Store,
    upstream: OnceLock<Arc<Upstream>>,
    /// How it is reached from outside.
    hosts: Vec<String>,
    ports: Vec<u16>,
    pub(crate) bounds: Bounds,
    /// Bytes of an archive.
    pub(crate) longest: u64,
    /// How long a question may take.
    pub(crate) within: Duration,
}

/// Where releases are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Address {
    Here,
    /// Without a slash at its end.
    At(String),
}

/// A release that is there.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) version: String,
    pub(crate) is_deprecated: bool,
    sha256: Option<String>,
    md5: Option<String>,
    place: Place,
}

/// Where an archive is.
#[derive(Clone, Debug)]
enum Place {
    /// Published here.
    Kept,
    /// At the Forge behind this one.
    Behind,
    At(String),
}

/// The Forges that one deploy asks.
pub(crate) struct Forges<'a> {
    own: &'a OwnForge,
    settings: &'a sources::Forge,
    runtime: Handle,
    client: OnceLock<Result<Client, String>>,
    /// Those that gave no answer: they are not waited for again.
    silent: Mutex<BTreeMap<String, String>>,
}

impl Found {
    /// Of the archive, in hexadecimal digits, where the Forge says it.
    pub(crate) fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }
}

/// The public one.
const PUBLIC: &str = "https://forgeapi.puppet.com";
/// Longest description of a module that is taken.
const LONGEST_DOCUMENT: u64 = 32 << 20;

impl OwnForge {
    pub(crate) fn new(config: &Config, store: Store) -> Self {
        let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        hosts.push(config.certname.to_string());
        hosts.extend(config.dns_alt_names.iter().cloned());
        let listens = [Some(config.listen), config.forge_listen.map(|listen| listen.address)];
        let listens: Vec<_> = listens.into_iter().flatten().collect();
        for listen in &listens {
            let is_v6 = listen.is_ipv6();
            hosts.push(if is_v6 { format!("[{}]", listen.ip()) } else { listen.ip().to_string() });
        }
        Self {
            store,
            upstream: OnceLock::new(),
            hosts,
            ports: listens.iter().map(std::net::SocketAddr::port).collect(),
            bounds: config.forge.bounds(),
            longest: config.forge.max_archive.0 as u64,
            within: config.deploy.timeout.0,
        }
    }

    /// Lets it know of the Forge behind it.
    pub(crate) fn take_upstream(&self, upstream: Arc<Upstream>) {
        // There is one, and it comes once.
        let _ = self.upstream.set(upstream);
    }

    fn is_at(&self, uri: &Uri) -> bool {
        let usual = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let is_host = uri.host().is_some_and(|host| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)));
        is_host && self.ports.contains(&uri.port_u16().unwrap_or(usual)) && uri.path().trim_matches('/').is_empty()
    }
}

impl<'a> Forges<'a> {
    /// To be called where a runtime is near.
    pub(crate) fn new(own: &'a OwnForge, settings: &'a sources::Forge) -> Self {
        let runtime = Handle::current();
        Self { own, settings, runtime, client: OnceLock::new(), silent: Mutex::default() }
    }

    /// Where the releases of an environment are asked for whose Puppetfile names the Forge `named`.
    pub(crate) fn address(&self, named: Option<&str>) -> Result<Address, String> {
        let named = named.filter(|_| self.settings.allow_puppetfile_override);
        let Some(url) = named.or(self.settings.baseurl.as_deref()) else {
            let is_behind = self.own.upstream.get().is_some();
            return Ok(if is_behind { Address::Here } else { Address::At(PUBLIC.to_owned()) });
        };
        let uri = url.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        let uri = uri.ok_or_else(|| format!("the address of the Forge, '{url}', is not one of http or https"))?;
        Ok(if self.own.is_at(&uri) { Address::Here } else { Address::At(url.trim_end_matches('/').to_owned()) })
    }

    /// The release of a module; without a version the newest.
    pub(crate) fn find(&self, address: &Address, title: &str, version: Option<&str>) -> Result<Found, String> {
        if let Ok(slug) = title.parse::<ModuleSlug>()
            && let Some(found) = self.published_here(&slug, version)?
        {
            return Ok(found);
        }
        if let (Address::Here, Some(version)) = (address, version)
            && let Some(found) = self.fetched_before(title, version)?
        {
            return Ok(found);
        }
        let of_module = format!("/v3/modules/{title}");
        let (path, slug) = match version {
            None => (of_module.clone(), String::new()),
            Some(version) => (format!("/v3/releases/{title}-{version}"), format!("{title}-{version}")),
        };
        let no_module = || format!("The module {title} does not exist on {address}.");
        let Some(document) = self.document(address, &path)? else {
            let knows_module = version.is_some() && self.document(address, &of_module)?.is_some();
            return Err(if knows_module { no_release(&slug, address) } else { no_module() });
        };
        let (release, module) = match version {
            None if document["current_release"].is_null() => return Err(no_newest(title)),
            None => (&document["current_release"], &document),
            Some(_) => (&document, &document["module"]),
        };
        let text = |name: &str| release[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let unusable = |reason: &str| format!("what {address} says of {title} cannot be used: {reason}");
        let found = text("version").ok_or_else(|| unusable("it names no version"))?;
        if version.is_some_and(|version| version != found) {
            return Err(unusable(&format!("it is about version {found}")));
        }
        let file = text("file_uri").ok_or_else(|| unusable("it does not say where the archive is"))?;
        let place = match address {
            Address::Here => Place::Behind,
            Address::At(base) if file.starts_with('/') => Place::At(format!("{base}{file}")),
            Address::At(_) if file.starts_with("http://") || file.starts_with("https://") => Place::At(file),
            Address::At(_) => return Err(unusable("it does not say where the archive is")),
        };
        let is_deprecated = !module["deprecated_at"].is_null();
        let digest = |name: &str| text(name).map(|digits| digits.to_ascii_lowercase());
        Ok(Found { version: found, is_deprecated, sha256: digest("file_sha256"), md5: digest("file_md5"), place })
    }

    /// The bytes of an archive, with the checksum that they should have.
    pub(crate) fn fetch(&self, address: &Address, title: &str, found: &Found) -> Result<Vec<u8>, String> {
        let slug = format!("{title}-{}", found.version);
        let (bytes, from) = match &found.place {
            Place::Kept => (self.kept(found.sha256.as_deref().unwrap_or_default(), &slug)?, slug.clone()),
            Place::Behind => {
                let upstream = self.own.upstream.get().ok_or_else(|| no_release(&slug, address))?;
                let release = slug.parse::<ReleaseSlug>().map_err(|fault| fault.to_string())?;
                let file = self.runtime.block_on(upstream.archive(&release)).map_err(|problem| problem.text())?;
                (self.kept(&file.sha256, &slug)?, slug.clone())
            }
            Place::At(url) => {
                let Address::At(base) = address else { return Err(no_release(&slug, address)) };
                match self.get(base, url, self.own.longest)? {
                    Reply { status: 200, body } => (body, url.clone()),
                    Reply { status: 404, .. } => return Err(no_release(&slug, address)),
                    Reply { status, body } => return Err(refused(url, status, &body)),
                }
            }
        };
        let (kind, expected, actual) = match (&found.sha256, &found.md5) {
            (Some(expected), _) => ("SHA-256", expected, hex::encode(Sha256::digest(&bytes))),
            (None, Some(expected)) => ("MD5", expected, hex::encode(Md5::digest(&bytes))),
            (None, None) => return Err(format!("{address} names no checksum of {slug}")),
        };
        if *expected != actual {
            return Err(format!("Unable to validate {kind} checksum for {from}, download may be corrupt!"));
        }
        Ok(bytes)
    }

    fn published_here(&self, slug: &ModuleSlug, version: Option<&str>) -> Result<Option<Found>, String> {
        let Some(module) = self.ask(self.own.store.module(slug))? else { return Ok(None) };
        let release = match version {
            None => Some(module.current),
            Some(text) => match semver::Version::parse(text) {
                Ok(version) => self.ask(self.own.store.release(&slug.clone().with(version)))?,
                Err(_) => None,
            },
        };
        let release = release.filter(|release| release.deleted.is_none()).ok_or_else(|| match version {
            None => no_newest(&slug.to_string()),
            Some(version) => no_release(&format!("{slug}-{version}"), &Address::Here),
        })?;
        let File { sha256, md5, .. } = release.file;
        Ok(Some(Found {
            version: release.metadata.version().to_string(),
            is_deprecated: module.deprecation.is_some(),
            sha256: Some(sha256),
            md5: Some(md5),
            place: Place::Kept,
        }))
    }

    /// A release of the Forge behind whose archive is kept here: it never changes.
    fn fetched_before(&self, title: &str, version: &str) -> Result<Option<Found>, String> {
        let Ok(slug) = format!("{title}-{version}").parse::<ReleaseSlug>() else { return Ok(None) };
        let file = self.ask(self.own.store.archive(&slug))?;
        Ok(file.map(|File { sha256, md5, .. }| Found {
            version: version.to_owned(),
            is_deprecated: false,
            sha256: Some(sha256),
            md5: Some(md5),
            place: Place::Behind,
        }))
    }

    fn kept(&self, sha256: &str, slug: &str) -> Result<Vec<u8>, String> {
        let contents = self.ask(self.own.store.archive_bytes(sha256))?;
        let mut contents = contents.ok_or_else(|| no_release(slug, &Address::Here))?;
        let mut bytes = Vec::new();
        contents.reader.read_to_end(&mut bytes).map_err(|error| format!("{slug}: {error}"))?;
        Ok(bytes)
    }

    /// What a Forge says of a path; `None` where it knows nothing of it.
    fn document(&self, address: &Address, path: &str) -> Result<Option<Value>, String> {
        let base = match (address, self.own.upstream.get()) {
            (Address::Here, None) => return Ok(None),
            (Address::Here, Some(upstream)) => {
                return self.runtime.block_on(upstream.said(path)).map_err(|problem| problem.text());
            }
            (Address::At(base), _) => base,
        };
        let url = format!("{base}{path}");
        match self.get(base, &url, LONGEST_DOCUMENT)? {
            Reply { status: 200, body } => {
                serde_json::from_slice(&body).map(Some).map_err(|error| format!("{url} gives no JSON: {error}"))
            }
            Reply { status: 404, .. } => Ok(None),
            Reply { status, body } => Err(refused(&url, status, &body)),
        }
    }

    /// Asks a Forge; what it wants to see of who asks is shown to nobody else.
    fn get(&self, base: &str, url: &str, limit: u64) -> Result<Reply, String> {
        let known = |silent: &Mutex<BTreeMap<String, String>>| {
            silent.lock().unwrap_or_else(PoisonError::into_inner).get(base).cloned()
        };
        if let Some(reason) = known(&self.silent) {
            return Err(reason);
        }
        let client = self.client.get_or_init(|| {
            let client = Client::by_way_of(self.settings.proxy.as_deref(), self.own.within);
            client.map_err(|error| error.to_string())
        });
        let client = client.as_ref().map_err(Clone::clone)?;
        let is_its_own = url.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
        let token = self.settings.authorization_token.as_deref().filter(|_| is_its_own);
        client.authorized(token).get(url, limit).map_err(|error| {
            let reason = match &error {
                ClientError::TooLarge { .. } => format!("{error} (setting forge.max_archive)"),
                error => error.to_string(),
            };
            if is_its_own && matches!(error, ClientError::NoAnswer { .. }) {
                let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
                silent.insert(base.to_owned(), reason.clone());
            }
            reason
        })
    }

    fn ask<T>(&self, question: impl Future<Output = Result<T, PortError>>) -> Result<T, String> {
        self.runtime.block_on(question).map_err(|error| error.to_string())
    }
}

/// As in messages of r10k.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Here => f.write_str("this server's own Forge"),
            Self::At(base) => write!(f, "{base}/"),
        }
    }
}

fn no_release(slug: &str, address: &Address) -> String {
    format!("The module release {slug} does not exist on {address}.")
}

fn no_newest(title: &str) -> String {
    format!("The module {title} does not appear to have any published releases, cannot determine latest version.")
}

/// An answer of another status, with what a Forge says of it.
fn refused(url: &str, status: u16, body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = body["errors"][0].as_str().or_else(|| body["message"].as_str());
    let said = said.map(|text| format!(": {text}")).unwrap_or_default();
    format!("{url} answers {status}{said}")
}
