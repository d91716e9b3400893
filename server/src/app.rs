//! What every HTTP handler may reach.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use certs::Authority;

use crate::guard::Guard;
use crate::rooms::Rooms;

/// The rooms of a running server, and who may enter.
pub(crate) struct App {
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) authority: Arc<Authority>,
    pub(crate) guard: ArcSwap<Guard>,
}

impl Deref for App {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.rooms
    }
}
