//! The rooms of the house, opened and wired: what a running server has, and what a command has
//! that works on the data of a server that does not run.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use certs::Authority;
use inventory::{Bucket, Nodes};
use model::Certname;
use modules::Tokens;
use modules::metadata::Process;
use store::Store;

use crate::admin::AdminError;
use crate::catalogs::Catalogs;
use crate::code::Code;
use crate::config::{AutosignMode, Config};
use crate::environments::Environments;
use crate::metrics::Metrics;
use crate::tls::Live;

/// Everything behind the doors (HTTP, admin socket, command line).
pub(crate) struct Rooms {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Metrics,
    pub(crate) store: Store,
    pub(crate) nodes: Arc<dyn Nodes>,
    pub(crate) bucket: Arc<dyn Bucket>,
    pub(crate) tokens: Arc<dyn Tokens>,
    pub(crate) environments: Environments,
    pub(crate) catalogs: Catalogs,
    /// Deploys.
    pub(crate) code: Code,
    /// Which requests are signed unasked, as the configuration said when it was last read.
    pub(crate) autosign: Arc<ArcSwap<AutosignMode>>,
    /// Who owns what this process makes: stands for the owners of files that are not to be copied.
    pub(crate) owner: Process,
    /// `None` where no server has run yet.
    authority: Option<Arc<Authority>>,
    /// `None` where no server runs.
    live: Option<Arc<Live>>,
}

impl Rooms {
    /// Opens what does not depend on the authority.
    pub(crate) async fn open(config: Arc<Config>, metrics: Metrics) -> anyhow::Result<Self> {
        let store = open_store(&config, &config.data_dir)?;
        let environments = Environments::open(config.environment_settings(), config.compile.strict.for_parser());
        let nodes = Arc::new(store.clone());
        let exported = Arc::new(store.clone());
        let owner = Process { uid: rustix::process::getuid().as_raw(), gid: rustix::process::getgid().as_raw() };
        let catalogs = Catalogs::open(&config, environments.clone(), exported, metrics.clone(), owner)?;
        let code = Code::open(&config, store.clone(), environments.clone(), metrics.clone()).await?;
        let bucket = Arc::new(store.clone());
        let tokens = Arc::new(store.clone());
        let autosign = Arc::new(ArcSwap::from_pointee(config.autosign.clone()));
        let (authority, live) = (None, None);
        Ok(Self {
            config,
            metrics,
            store,
            nodes,
            bucket,
            tokens,
            environments,
            catalogs,
            code,
            autosign,
            owner,
            authority,
            live,
        })
    }

    /// With the authority, and with the TLS layer that must hear of revocations.
    pub(crate) fn with(self, authority: Arc<Authority>, live: Option<Arc<Live>>) -> Self {
        Self { authority: Some(authority), live, ..self }
    }

    /// Whether a server runs on these rooms, and not one command.
    pub(crate) fn is_serving(&self) -> bool {
        self.live.is_some()
    }

    pub(crate) fn authority(&self) -> Result<&Authority, AdminError> {
        let missing = || {
            let place = self.config.data_dir.display();
            AdminError::Refused(format!("there is no certificate authority in {place}: start the server once"))
        };
        self.authority.as_deref().ok_or_else(missing)
    }

    /// Removes what a node exported for others: its certificate is no more, so it will not do so itself.
    pub(crate) async fn withdraw_exports(&self, names: &[Certname]) {
        for name in names {
            if let Err(error) = self.catalogs.exported.withdraw(name).await {
                tracing::error!(certname = %name, %error, "the resources that a node exported are still there");
            }
        }
    }

    /// Lets TLS know of the newest revocation list. Serials are checked at each request as well,
    /// so that a list which cannot be loaded lets nobody in.
    pub(crate) fn revocations_changed(&self) {
        let (Some(authority), Some(live)) = (&self.authority, &self.live) else { return };
        if let Err(error) = live.trust(&crate::founding::trust(authority)) {
            tracing::error!(%error, "TLS keeps the revocation list that it had");
        }
    }
}

fn open_store(config: &Config, dir: &Path) -> Result<Store, store::Error> {
    let settings = store::Settings {
        write_queue: config.store.write_queue,
        readers: config.store.readers,
        reports_per_node: config.store.reports_per_node,
        max_blob_bytes: config.limits.bucket_file.0 as u64,
        max_cookbook_file_bytes: config.chef.max_file.0 as u64,
        max_archive_bytes: config.forge.max_archive.0 as u64,
        ..store::Settings::default()
    };
    Store::open(dir, &settings)
}
