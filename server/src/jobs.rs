//! What the server does by itself: renew what would lapse, follow files that changed, reload.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::clock;
use crate::config::{Config, Flags};
use crate::founding;
use crate::guard::Guard;
use crate::http::connections::Connections;
use crate::tls::Live;

/// How often ends of life are looked at.
const EVERY: Duration = Duration::from_mins(10);

/// How often connections are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Closes connections that only sit there, until the task is dropped.
pub(crate) async fn close_idle(connections: Connections) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let closed = connections.close_idle();
        if closed > 0 {
            tracing::debug!(closed, "connections that only sat there were closed");
        }
    }
}

/// How often files of cookbooks that nothing needs are dropped.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// Drops files of cookbooks that nothing needs, until the task is dropped.
pub(crate) async fn sweep(app: Data<App>) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match app.store.sweep_cookbook_files().await {
            Ok(0) => {}
            Ok(dropped) => tracing::debug!(dropped, "files of cookbooks that nothing needs were dropped"),
            Err(error) => tracing::error!(%error, "files of cookbooks were not swept; tried again soon"),
        }
    }
}

/// Looks after certificates and lists until the task is dropped.
pub(crate) async fn run(app: Data<App>, live: Arc<Live>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = look_after(&app, &live).await {
            tracing::error!(error = format!("{error:#}"), "certificates were not looked after; tried again soon");
        }
    }
}

async fn look_after(app: &Data<App>, live: &Live) -> anyhow::Result<()> {
    let now = clock::now();
    if app.authority.renew_crl_if_due(now).await? {
        app.revocations_changed();
        tracing::info!("the revocation list was made anew");
    }
    if founding::renewal_is_due(&app.config, &app.authority, now).await? {
        let identity = founding::identity(&app.config, &app.config.data_dir, &app.authority).await?;
        live.show(identity)?;
    }
    Ok(())
}

/// Takes over what can change while the server runs: authorization rules, administrators, the
/// autosigning mode; and lists every environment anew. A configuration with a mistake changes
/// nothing.
pub(crate) fn reload(app: &Data<App>, flags: &Flags) {
    let reloaded = Config::load(flags, std::env::vars()).map_err(anyhow::Error::from).and_then(|config| {
        let guard = Guard::new(&config.authorization, &config.admin_certnames)?;
        Ok((guard, founding::autosign(&config.autosign)?, config.autosign))
    });
    match reloaded {
        Ok((guard, autosign, mode)) => {
            app.guard.store(Arc::new(guard));
            app.autosign.store(Arc::new(mode));
            app.authority.set_autosign(autosign);
            app.environments.flush(None);
            app.revocations_changed();
            tracing::info!("reloaded");
        }
        Err(error) => tracing::error!(error = format!("{error:#}"), "nothing was reloaded"),
    }
}

#[cfg(test)]
mod tests;
