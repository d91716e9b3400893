//! The connections that are open, and closing those that only sit there.
//!
//! The web framework bounds the first request of a connection and the pause between two; it does
//! not bound how slowly the head of a later request trickles in. So every connection is known
//! here, and one that has been at rest for longer than a pause and a head may take is shut down.
//! A client that does not read what it is sent is left to the kernel, which is told how long.

use std::any::Any;
use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Extensions;
use actix_web::web::Bytes;
use prometheus::IntGauge;

/// All connections that are open. Clones share them.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Inner>);

struct Inner {
    open: Mutex<BTreeMap<u64, Weak<State>>>,
    next: AtomicU64,
    began: Instant,
    gauge: IntGauge,
    /// How long a connection may be at rest.
    rest: Duration,
    /// How long a client may take to acknowledge what it is sent.
    stall: Duration,
}

/// One connection, for as long as it is open.
pub(crate) struct Connection {
    state: Arc<State>,
    id: u64,
    all: Arc<Inner>,
}

struct State {
    socket: Option<TcpStream>,
    /// Requests that are being answered.
    busy: AtomicUsize,
    /// Milliseconds since the server's start at which the last answer ended.
    rests_since: AtomicU64,
}

impl Connections {
    pub(crate) fn new(gauge: IntGauge, rest: Duration, stall: Duration) -> Self {
        let open = Mutex::default();
        Self(Arc::new(Inner { open, next: AtomicU64::new(0), began: Instant::now(), gauge, rest, stall }))
    }

    /// Notes a new connection in what its requests can see.
    pub(crate) fn note(&self, connection: &dyn Any, data: &mut Extensions) {
        type Tls = actix_tls::accept::rustls_0_23::TlsStream<actix_web::rt::net::TcpStream>;
        let tcp = connection.downcast_ref::<Tls>().map(|stream| stream.get_ref().0);
        let tcp = tcp.or_else(|| connection.downcast_ref::<actix_web::rt::net::TcpStream>());
        let socket = tcp.and_then(|tcp| tcp.as_fd().try_clone_to_owned().ok()).map(TcpStream::from);
        if let Some(socket) = &socket {
            let stall = u32::try_from(self.0.stall.as_millis()).unwrap_or(u32::MAX);
            if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(socket, stall) {
                tracing::debug!(%error, "a connection has no bound on how slowly it reads");
            }
        }
        let state = State { socket, busy: AtomicUsize::new(0), rests_since: AtomicU64::new(self.0.millis()) };
        let (state, id) = (Arc::new(state), self.0.next.fetch_add(1, Ordering::Relaxed));
        self.0.lock().insert(id, Arc::downgrade(&state));
        self.0.gauge.inc();
        data.insert(Connection { state, id, all: self.0.clone() });
    }

    /// Shuts down what has been at rest for too long. How many that were.
    pub(crate) fn close_idle(&self) -> usize {
        let (now, rest) = (self.0.millis(), self.0.rest.as_millis() as u64);
        let open: Vec<Arc<State>> = self.0.lock().values().filter_map(Weak::upgrade).collect();
        let idle = open.iter().filter(|state| {
            let since = state.rests_since.load(Ordering::Relaxed);
            state.busy.load(Ordering::Relaxed) == 0 && now.saturating_sub(since) > rest
        });
        // One that its client has closed meanwhile is no error.
        idle.filter(|state| state.socket.as_ref().is_some_and(|socket| socket.shutdown(Shutdown::Both).is_ok())).count()
    }
}

impl Connection {
    /// Notes that a request is being answered, until the value is dropped.
    pub(crate) fn begin(&self) -> Busy {
        self.state.busy.fetch_add(1, Ordering::Relaxed);
        Busy { state: self.state.clone(), all: self.all.clone() }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
        self.all.gauge.dec();
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Weak<State>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn millis(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}

/// A request that is being answered.
pub(crate) struct Busy {
    state: Arc<State>,
    all: Arc<Inner>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.state.rests_since.store(self.all.millis(), Ordering::Relaxed);
        self.state.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body whose connection is busy until the body is sent.
pub(crate) struct Held {
    pub(crate) body: BoxBody,
    pub(crate) _busy: Option<Busy>,
}

impl MessageBody for Held {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

#[cfg(test)]
mod tests;
