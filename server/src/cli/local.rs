//! Commands on the data of a server that does not run.

use std::sync::Arc;

use anyhow::bail;

use crate::admin::{Answer, Command, perform};
use crate::code::progress::Said;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::founding;
use crate::metrics::Metrics;
use crate::rooms::Rooms;

/// Opens what the command needs and carries it out.
pub(crate) async fn perform_locally(config: Arc<Config>, command: Command, said: &Said) -> anyhow::Result<Answer> {
    let only_reads = command.only_reads();
    if !only_reads && DataDir::is_fresh(&config.data_dir) {
        bail!("no server has run in {}; --data-dir names another folder", config.data_dir.display());
    }
    // Held so that no server starts on the folder meanwhile. What only reads may go on beside it.
    let held = if only_reads { None } else { Some(DataDir::open(&config.data_dir)?) };
    let metrics = Metrics::new()?;
    let rooms = Rooms::open(config.clone(), metrics.clone()).await?;
    if held.is_some() {
        rooms.code.clear_drafts()?;
    }
    let rooms = if DataDir::is_fresh(&config.data_dir) {
        rooms
    } else {
        let ledger = Arc::new(rooms.store.clone());
        let authority =
            founding::authority(&config, rooms.autosign.clone(), &config.data_dir, None, ledger, &metrics).await?;
        rooms.with(Arc::new(authority), None)
    };
    Ok(perform(&rooms, command, said).await)
}
