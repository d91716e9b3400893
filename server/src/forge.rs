//! The Forge: `/v3`, as the public one at `forgeapi.puppet.com` answers, on the main port and, if the operator wishes,
//! on one of its own.
//!
//! - [`route`]: every path, as one list
//! - [`request`]: the way of a request
//! - [`problem`]: the one map from errors to status and body
//! - [`modules`], [`releases`], [`files`]: the handlers
//! - [`first`]: what is left of the first API
//! - [`document`]: modules and releases as JSON; answers that need not be sent again
//! - [`publish`]: from an archive to a release
//! - [`upstream`]: another Forge behind this one

pub(crate) mod document;
pub(crate) mod files;
pub(crate) mod first;
pub(crate) mod modules;
pub(crate) mod problem;
pub(crate) mod publish;
pub(crate) mod releases;
pub(crate) mod request;
pub(crate) mod route;
pub(crate) mod upstream;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use self::upstream::Upstream;
use crate::client::ClientError;
use crate::rooms::Rooms;

/// Archives that are taken in at once: each lies in memory.
const PUBLISHING: usize = 2;

/// What the Forge's handlers need besides the rooms.
pub(crate) struct Counter {
    /// The Forge behind ours.
    pub(crate) upstream: Option<Arc<Upstream>>,
    pub(crate) publishing: Semaphore,
    /// Where only the Forge is served, once that is known.
    pub(crate) address: OnceLock<SocketAddr>,
}

impl Counter {
    pub(crate) fn open(rooms: &Rooms) -> Result<Self, ClientError> {
        let upstream = Upstream::open(&rooms.config.forge, &rooms.store)?.map(Arc::new);
        if let Some(upstream) = &upstream {
            rooms.code.take_upstream(upstream.clone());
        }
        Ok(Self { upstream, publishing: Semaphore::new(PUBLISHING), address: OnceLock::new() })
    }
}

/// Whether a path is the Forge's.
pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/v3/") || path == route::FIRST
}
