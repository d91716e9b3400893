//! The authority and the server's own certificate: made at the first start, read at every other.

use std::fs;
use std::path::Path;
use std::sync::{Arc, mpsc};

use anyhow::{Context, bail};
use arc_swap::ArcSwap;
use async_trait::async_trait;
use certs::issuer::Issuer;
use certs::ledger::CertificateRow;
use certs::x509::AltNames;
use certs::{Authority, Autosign, Globs, Ledger, PrivateKey, Workers, pem};
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::autosign::PolicyExecutable;
use crate::clock;
use crate::config::{AutosignMode, Config, KeyKind, Span};
use crate::data_dir::{self, DataDir};
use crate::metrics::Metrics;
use crate::pool::{Pool, Shape};
use crate::tls::{Identity, Trust};

/// A key of the authority on its way.
///
/// Finding two primes of 2048 bits takes a quarter of a second, or more than one: it is a matter
/// of luck. So the search begins before anything else is done, on every processor, and the first
/// key found is taken.
pub(crate) struct KeyRace(mpsc::Receiver<Result<PrivateKey, certs::Error>>);

impl KeyRace {
    pub(crate) fn begin(kind: KeyKind) -> Self {
        let (sender, receiver) = mpsc::channel();
        let runners = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        for _ in 0..runners {
            let sender = sender.clone();
            // The losers' keys have no receiver left and are wiped.
            std::thread::spawn(move || drop(sender.send(PrivateKey::generate(kind.into()))));
        }
        Self(receiver)
    }

    fn finish(self) -> anyhow::Result<PrivateKey> {
        Ok(self.0.recv().context("no thread could make a key")??)
    }
}

/// Opens the authority of the data folder; makes it when there is none and `race` has its key.
pub(crate) async fn authority(
    config: &Config,
    mode: Arc<ArcSwap<AutosignMode>>,
    data: &Path,
    race: Option<KeyRace>,
    ledger: Arc<dyn Ledger>,
    metrics: &Metrics,
) -> anyhow::Result<Authority> {
    let settings = settings(config);
    let now = clock::now();
    let (key_path, bundle_path) = (data.join(data_dir::CA_KEY), data.join(data_dir::CA_CERTIFICATE));
    let issuer = if bundle_path.exists() {
        let bundle = fs::read_to_string(&bundle_path).with_context(|| bundle_path.display().to_string())?;
        let key = fs::read_to_string(&key_path).with_context(|| key_path.display().to_string())?;
        Issuer::open(&bundle, PrivateKey::parse_pem(&key)?)?
    } else {
        let Some(race) = race else { bail!("there is no certificate authority in {}", data.display()) };
        if ledger.crl().await?.is_some() {
            let (missing, kept) = (bundle_path.display(), key_path.display());
            bail!("{missing} is missing, but certificates were issued with {kept}: put it back, nothing was changed");
        }
        // A key without a certificate is what a crash at the first start leaves behind.
        let key = race.finish()?;
        let pem = key.to_pem();
        let issuer = Issuer::found(&settings, key, now)?;
        data_dir::write_whole(&key_path, pem.as_bytes(), 0o600)?;
        data_dir::write_whole(&bundle_path, issuer.bundle().as_bytes(), 0o644)?;
        tracing::info!(name = issuer.common_name(), "a certificate authority was made");
        issuer
    };
    let autosign = autosign(&mode.load())?;
    let policy = Arc::new(PolicyExecutable::new(config, mode));
    let workers = Arc::new(Signers::start(config, metrics)?);
    Ok(Authority::open(settings, autosign, issuer, ledger, policy, workers, now).await?)
}

/// The server's certificate and key: those of the data folder while they will do, else new ones.
pub(crate) async fn identity(config: &Config, data: &Path, authority: &Authority) -> anyhow::Result<Identity> {
    let kept = DataDir::identity_in(data, config.certname.as_str());
    match usable(config, authority, &kept).await {
        Ok(identity) => return Ok(identity),
        Err(reason) if kept.1.exists() => tracing::info!(%reason, "the server's certificate is renewed"),
        Err(_) => {}
    }
    let key = PrivateKey::generate(config.tls.key.into())?;
    let row = authority.issue_server(&config.certname, key.public(), alt_names(config), clock::now()).await?;
    let (key_path, certificate_path) = &kept;
    data_dir::write_whole(key_path, key.to_pem().as_bytes(), 0o600)?;
    data_dir::write_whole(certificate_path, pem::encode(pem::CERTIFICATE, &row.der).as_bytes(), 0o644)?;
    tracing::info!(certname = %config.certname, serial = %row.serial, "the server has a new certificate");
    usable(config, authority, &kept).await
}

/// Whether the server's certificate comes to its end soon, or was taken away.
pub(crate) async fn renewal_is_due(config: &Config, authority: &Authority, now: Timestamp) -> anyhow::Result<bool> {
    let row = authority.certificate_row(&config.certname).await?;
    Ok(row.is_none_or(|row| row.revoked_at.is_some() || ends_soon(&row, config, now)))
}

/// What clients are checked against.
pub(crate) fn trust(authority: &Authority) -> Trust {
    let roots = authority.issuer().chain().iter().map(|der| CertificateDer::from(der.clone())).collect();
    Trust { roots, crls: vec![CertificateRevocationListDer::from(authority.crl().der.clone())] }
}

/// The autosigning mode as the configuration, and the file it may name, have it now.
pub(crate) fn autosign(mode: &AutosignMode) -> anyhow::Result<Autosign> {
    Ok(match mode {
        AutosignMode::Off => Autosign::Off,
        AutosignMode::All => Autosign::All,
        AutosignMode::Names(names) => Autosign::Globs(globs(&names.join("\n"))),
        AutosignMode::File(path) => {
            Autosign::Globs(globs(&fs::read_to_string(path).with_context(|| path.display().to_string())?))
        }
        AutosignMode::Executable(_) => Autosign::Executable,
    })
}

fn globs(text: &str) -> Globs {
    let (globs, bad) = Globs::parse(text);
    for line in bad {
        tracing::warn!(line, "a line of the autosign list is neither a certname nor a glob");
    }
    globs
}

/// Reads what is kept, and says why it will not do.
async fn usable(
    config: &Config,
    authority: &Authority,
    (key, certificate): &(std::path::PathBuf, std::path::PathBuf),
) -> anyhow::Result<Identity> {
    let leaf = CertificateDer::from_pem_file(certificate).map_err(|error| anyhow::anyhow!("{error}"))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| anyhow::anyhow!("{error}"))?;
    let row = authority.certificate_row(&config.certname).await?.context("it is not in the records")?;
    if row.der != leaf.as_ref() {
        bail!("it is not the newest one of {}", config.certname);
    }
    if row.revoked_at.is_some() {
        bail!("it is revoked");
    }
    if ends_soon(&row, config, clock::now()) {
        bail!("it ends soon");
    }
    let status = authority.status(&config.certname).await?.context("it is not in the records")?;
    let (mut has, mut wants) = (status.alt_names.prefixed(), alt_names(config));
    wants.add(&format!("DNS:{}", config.certname));
    let mut wants = wants.prefixed();
    has.sort();
    wants.sort();
    if has != wants {
        bail!("its names are not those of `dns_alt_names`");
    }
    let mut chain = vec![leaf];
    chain.extend(authority.issuer().chain().iter().map(|der| CertificateDer::from(der.clone())));
    let identity = Identity { chain, key };
    crate::tls::check(&identity).context("key and certificate do not belong together")?;
    Ok(identity)
}

fn ends_soon(row: &CertificateRow, config: &Config, now: Timestamp) -> bool {
    row.not_after.duration_since(now) < signed(config.tls.renew_before)
}

fn alt_names(config: &Config) -> AltNames {
    let mut names = AltNames::default();
    for name in &config.dns_alt_names {
        let is_address = name.parse::<std::net::IpAddr>().is_ok();
        names.add(&if is_address { format!("IP:{name}") } else { name.clone() });
    }
    names
}

fn settings(config: &Config) -> certs::Settings {
    let ca = &config.ca;
    certs::Settings {
        ca_name: ca.name.clone().unwrap_or_else(|| format!("Puppet CA: {}", config.certname)),
        ca_key: ca.key.into(),
        root_ttl: signed(ca.root_ttl),
        ca_ttl: signed(ca.ttl),
        crl_ttl: signed(ca.crl_ttl),
        allow_subject_alt_names: ca.allow_subject_alt_names,
        allow_authorization_extensions: ca.allow_authorization_extensions,
        allow_duplicate_certs: ca.allow_duplicate_certs,
        min_rsa_bits: ca.min_rsa_bits,
        max_rsa_bits: ca.max_rsa_bits,
        max_request_bytes: config.limits.certificate_request.0,
        max_waiting: ca.max_waiting,
    }
}

fn signed(span: Span) -> SignedDuration {
    SignedDuration::try_from(span.0).unwrap_or(SignedDuration::MAX)
}

impl From<KeyKind> for certs::KeyKind {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::P256 => Self::P256,
            KeyKind::Rsa2048 => Self::Rsa2048,
            KeyKind::Rsa3072 => Self::Rsa3072,
            KeyKind::Rsa4096 => Self::Rsa4096,
        }
    }
}

/// The threads on which the authority does its arithmetic.
struct Signers(Pool);

/// Longest wait for a signature, far beyond what a full queue takes.
const SIGN_WITHIN: std::time::Duration = std::time::Duration::from_mins(1);

impl Signers {
    fn start(config: &Config, metrics: &Metrics) -> std::io::Result<Self> {
        Pool::start(Shape {
            name: "signer",
            threads: config.ca.threads,
            queue: config.ca.queue,
            stack: 1 << 20,
            waiting: metrics.sign_queue.clone(),
            running: metrics.signing.clone(),
        })
        .map(Self)
    }
}

#[async_trait]
impl Workers for Signers {
    async fn run(&self, job: Box<dyn FnOnce() + Send>) {
        if let Err(error) = self.0.run(SIGN_WITHIN, move |_, _| job()).await {
            tracing::warn!(%error, "a signature was not made");
        }
    }
}

#[cfg(test)]
mod tests;
