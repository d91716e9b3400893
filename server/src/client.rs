//! Asking other servers over HTTP: another Forge, and from the command line our own. It blocks: it is called where
//! blocking is allowed.
//!
//! Trusted are the system's authorities (or those of `SSL_CERT_FILE`), and an authority that the caller names. Proxies
//! are those of the environment, unless the caller names one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy};

/// Asks with one set of settings; clones share connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    agent: Agent,
    /// The value of `Authorization`.
    authorization: Option<String>,
}

/// What came back, whatever the status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// No answer came, or too much of one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("{url}: {reason}")]
    NoAnswer { url: String, reason: String },
    #[error("{url} answers with more than {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("the proxy cannot be used: {0}")]
    Proxy(String),
    /// A file with certificates or a token.
    #[error("{path}: {reason}")]
    Unreadable { path: String, reason: String },
}

const USER_AGENT: &str = concat!("quartermaster/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// `within` is how long a request may take in all; `authority` a file of certificates that are trusted as well.
    pub(crate) fn new(within: Duration, token: Option<&str>, authority: Option<&Path>) -> Result<Self, ClientError> {
        Ok(Self { authorization: token.map(|token| format!("Bearer {token}")), ..Self::open(within, authority, None)? })
    }

    /// A client by way of a proxy.
    pub(crate) fn by_way_of(proxy: Option<&str>, within: Duration) -> Result<Self, ClientError> {
        Self::open(within, None, proxy)
    }

    /// The same client with `authorization` as it stands in the header.
    #[must_use]
    pub(crate) fn authorized(&self, authorization: Option<&str>) -> Self {
        Self { agent: self.agent.clone(), authorization: authorization.map(str::to_owned) }
    }

    fn open(within: Duration, authority: Option<&Path>, proxy: Option<&str>) -> Result<Self, ClientError> {
        let mut roots: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect();
        if let Some(path) = authority {
            let fault = |reason: String| ClientError::Unreadable { path: path.display().to_string(), reason };
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| fault(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| fault(error.to_string()))?;
                roots.push(Certificate::from_der(&certificate).to_owned());
            }
        }
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let proxy = match proxy {
            None => Proxy::try_from_env(),
            Some(proxy) => {
                let fault = |error: ureq::Error| ClientError::Proxy(error.to_string());
                Some(Proxy::new(proxy).map_err(fault)?)
            }
        };
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .timeout_global(Some(within))
            .timeout_connect(Some(within.min(CONNECT)))
            .http_status_as_error(false)
            .user_agent(USER_AGENT)
            .build();
        Ok(Self { agent: config.into(), authorization: None })
    }

    /// `GET`, at most `limit` bytes.
    pub(crate) fn get(&self, url: &str, limit: u64) -> Result<Reply, ClientError> {
        let mut request = self.agent.get(url);
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        Self::read(url, request.call(), limit)
    }

    /// `POST` of JSON.
    pub(crate) fn post(&self, url: &str, body: &[u8], limit: u64) -> Result<Reply, ClientError> {
        let mut request = self.agent.post(url).header("Content-Type", "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        Self::read(url, request.send(body), limit)
    }

    fn read(
        url: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        limit: u64,
    ) -> Result<Reply, ClientError> {
        let no_answer = |error: ureq::Error| match error {
            ureq::Error::BodyExceedsLimit(_) => ClientError::TooLarge { url: url.to_owned(), limit },
            error => ClientError::NoAnswer { url: url.to_owned(), reason: error.to_string() },
        };
        let mut answer = answer.map_err(no_answer)?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(limit).read_to_vec().map_err(no_answer)?;
        Ok(Reply { status, body })
    }
}

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
