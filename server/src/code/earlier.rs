//! Versions that environments pointed to before: agents whose catalogs were made from one ask for its files.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use model::EnvironmentName;
use modules::deploy::CodeId;

use super::placement;
use crate::environments::{Environment, EnvironmentError, Environments, Placed};

/// The listings of versions that were asked for last.
#[derive(Default)]
pub(super) struct Earlier {
    /// The latest last.
    known: Mutex<VecDeque<Known>>,
}

struct Known {
    name: EnvironmentName,
    id: CodeId,
    placed: Arc<Placed>,
}

/// A listing takes memory, and as long as a look at every file of the environment.
const MOST: usize = 16;

impl Earlier {
    /// The version in the folder that `home` gives; `None` when there is no such folder. For threads that may block.
    pub(super) fn get(
        &self,
        environments: &Environments,
        name: &EnvironmentName,
        id: &CodeId,
        home: impl FnOnce() -> PathBuf,
    ) -> Result<Option<Arc<Environment>>, EnvironmentError> {
        let placed = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let at = known.iter().position(|known| known.name == *name && known.id == *id);
            let found = if let Some(found) = at.and_then(|at| known.remove(at)) {
                found
            } else {
                let home = home();
                if !home.is_dir() {
                    return Ok(None);
                }
                let placed = environments.place(name, placement(&home, id, Timestamp::UNIX_EPOCH));
                Known { name: name.clone(), id: id.clone(), placed: Arc::new(placed) }
            };
            let placed = found.placed.clone();
            known.push_back(found);
            if known.len() > MOST {
                known.pop_front();
            }
            placed
        };
        environments.list_placed(&placed).map(Some)
    }
}
