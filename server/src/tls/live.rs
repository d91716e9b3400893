//! Everything about TLS that changes while the server runs.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{
    ClientHello, ResolvesServerCert, ServerSessionMemoryCache, StoresServerSessions, VerifierBuilderError,
    WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};

/// The certificate and key that the server shows.
pub(crate) struct Identity {
    /// The server's certificate, then those above it.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// Which clients are taken.
pub(crate) struct Trust {
    pub(crate) roots: Vec<CertificateDer<'static>>,
    pub(crate) crls: Vec<CertificateRevocationListDer<'static>>,
}

/// What TLS was given does not hold together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("the server's certificate or key cannot be used: {0}")]
    Identity(#[from] rustls::Error),
    #[error("the authority's certificates or revocation lists cannot be used: {0}")]
    Trust(#[from] VerifierBuilderError),
}

/// What is in force now.
pub(crate) struct Live {
    key: ArcSwap<CertifiedKey>,
    clients: ArcSwap<Verifier>,
    sessions: ArcSwap<ServerSessionMemoryCache>,
    /// Which authorities clients are told of; rustls wants a borrowed slice, so it is that of the start.
    hints: Vec<DistinguishedName>,
    session_cache: usize,
}

struct Verifier(Arc<dyn ClientCertVerifier>);

impl Live {
    /// `session_cache` is the number of sessions that can be resumed.
    pub(crate) fn new(identity: Identity, trust: &Trust, session_cache: usize) -> Result<Self, TlsError> {
        let clients = verifier(trust)?;
        Ok(Self {
            key: ArcSwap::from_pointee(certified(identity)?),
            hints: clients.root_hint_subjects().to_vec(),
            clients: ArcSwap::from_pointee(Verifier(clients)),
            sessions: ArcSwap::new(ServerSessionMemoryCache::new(session_cache)),
            session_cache,
        })
    }

    /// Shows another certificate from the next handshake on.
    pub(crate) fn show(&self, identity: Identity) -> Result<(), TlsError> {
        self.key.store(Arc::new(certified(identity)?));
        self.forget_sessions();
        Ok(())
    }

    /// Trusts by other roots and lists from the next handshake on.
    pub(crate) fn trust(&self, trust: &Trust) -> Result<(), TlsError> {
        let clients = verifier(trust)?;
        self.clients.store(Arc::new(Verifier(clients)));
        self.forget_sessions();
        Ok(())
    }

    fn forget_sessions(&self) {
        self.sessions.store(ServerSessionMemoryCache::new(self.session_cache));
    }
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Whether key and certificate belong together.
pub(crate) fn check(identity: &Identity) -> Result<(), TlsError> {
    let key = identity.key.clone_key();
    CertifiedKey::from_der(identity.chain.clone(), key, &provider()).map(|_| ()).map_err(TlsError::Identity)
}

fn certified(identity: Identity) -> Result<CertifiedKey, rustls::Error> {
    CertifiedKey::from_der(identity.chain, identity.key, &provider())
}

fn verifier(trust: &Trust) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in &trust.roots {
        roots.add(root.clone())?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .with_crls(trust.crls.iter().cloned())
        // The lists of authorities further up may lag behind, as Puppet's do.
        .only_check_end_entity_revocation()
        // Agents without a certificate still fetch that of the authority and send their request.
        .allow_unauthenticated()
        .build()?;
    Ok(verifier)
}

/// The server's certificate of the moment.
pub(super) struct Key(pub(super) Arc<Live>);

impl ResolvesServerCert for Key {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.key.load_full())
    }
}

/// The client verifier of the moment.
pub(super) struct Clients(pub(super) Arc<Live>);

impl ClientCertVerifier for Clients {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.0.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.0.clients.load().0.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.clients.load().0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.clients.load().0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clients.load().0.supported_verify_schemes()
    }
}

/// The sessions that can be resumed at the moment.
pub(super) struct Sessions(pub(super) Arc<Live>);

impl StoresServerSessions for Sessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.0.sessions.load().put(key, value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.sessions.load().get(key)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.sessions.load().take(key)
    }

    fn can_cache(&self) -> bool {
        true
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}
