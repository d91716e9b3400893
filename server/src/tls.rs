//! TLS: who the server is, which client certificates it takes, and both swapped while it runs.
//!
//! A client certificate is optional; one that is shown must be of the authority and not revoked.
//! A revocation holds at once in three places: the verifier of new handshakes is swapped, the
//! sessions that could be resumed are forgotten (a resumed session is not verified again), and
//! connections that are open are asked for their serial at each request ([`crate::http`]).

use std::any::Any;
use std::sync::Arc;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustls::ServerConfig;

mod live;

pub(crate) use certs::Peer;
pub(crate) use live::{Identity, Live, TlsError, Trust, check};

/// The configuration of the listener; all that changes in it goes through `live`.
pub(crate) fn server_config(live: &Arc<Live>) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(live::provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(live::Clients(live.clone())))
        .with_cert_resolver(Arc::new(live::Key(live.clone())));
    config.session_storage = Arc::new(live::Sessions(live.clone()));
    Ok(config)
}

/// Reads the client's certificate once for each connection.
pub(crate) fn remember_peer(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<actix_tls::accept::rustls_0_23::TlsStream<TcpStream>>() else {
        return;
    };
    let Some(leaf) = stream.get_ref().1.peer_certificates().and_then(<[_]>::first) else { return };
    match Peer::read(leaf) {
        Ok(peer) => {
            data.insert(peer);
        }
        Err(error) => tracing::warn!(%error, "a client's certificate is of the authority but names nobody"),
    }
}
