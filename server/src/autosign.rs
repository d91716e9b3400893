//! The policy executable: asks a program of the operator whether to sign.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use certs::Policy;
use model::Certname;
use tokio::sync::Semaphore;

use crate::config::{AutosignMode, Config};
use crate::environments::command;

/// Runs `EXE CERTNAME` with the request in PEM form on standard input.
pub(crate) struct PolicyExecutable {
    /// Names the executable; a reload may change it.
    mode: Arc<ArcSwap<AutosignMode>>,
    within: Duration,
    slots: Semaphore,
}

impl PolicyExecutable {
    pub(crate) fn new(config: &Config, mode: Arc<ArcSwap<AutosignMode>>) -> Self {
        let slots = Semaphore::new(config.ca.policy_concurrency);
        Self { mode, within: config.ca.policy_timeout.0, slots }
    }
}

#[async_trait]
impl Policy for PolicyExecutable {
    async fn allows(&self, name: &Certname, request_pem: &str) -> Result<bool, String> {
        let mode = self.mode.load_full();
        let AutosignMode::Executable(executable) = &*mode else {
            return Err("no policy executable is set".to_owned());
        };
        let argv = [executable.to_string_lossy().into_owned(), name.to_string()];
        let (pem, within) = (request_pem.as_bytes().to_vec(), self.within);
        let _slot = self.slots.acquire().await.map_err(|error| error.to_string())?;
        let ran = actix_web::web::block(move || command::run(&argv, &pem, within)).await;
        let output = ran.map_err(|error| error.to_string())?.map_err(|error| {
            format!("{}: {error} (setting `ca.policy_timeout` is {within:?})", executable.display())
        })?;
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        tracing::debug!(certname = %name, status = ?output.status.code(), %said, %complained, "policy executable");
        Ok(output.status.success())
    }
}
