//! What every HTTP handler may reach.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use certs::Authority;

use crate::chef::Kitchen;
use crate::code_manager::ledger::Ledger;
use crate::config::AutosignMode;
use crate::forge::Counter;
use crate::founding;
use crate::guard::Guard;
use crate::rooms::Rooms;

/// The rooms of a running server, and who may enter.
pub(crate) struct App {
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) authority: Arc<Authority>,
    pub(crate) guard: ArcSwap<Guard>,
    pub(crate) kitchen: Kitchen,
    pub(crate) counter: Counter,
    /// Deploys that were asked for over HTTP.
    pub(crate) deploys: Ledger,
}

impl App {
    /// Reads the file of names to autosign, where one is set, so that edits hold from the next
    /// request on. A file that cannot be read changes nothing.
    pub(crate) fn follow_autosign_file(&self) {
        let mode = self.autosign.load();
        if !matches!(**mode, AutosignMode::File(_)) {
            return;
        }
        match founding::autosign(&mode) {
            Ok(autosign) => self.authority.set_autosign(autosign),
            Err(error) => tracing::error!(error = format!("{error:#}"), "the autosign list stays as it was"),
        }
    }
}

impl Deref for App {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.rooms
    }
}
