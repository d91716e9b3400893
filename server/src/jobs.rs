//! What the server does by itself: renew what would lapse, follow files that changed, reload.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use cookbooks::shelf::Changes;
use inventory::runs::Runs;
use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::clock;
use crate::code;
use crate::config::{Config, Flags, Span};
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

/// How often files of cookbooks and archives of modules that nothing needs are dropped.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// What is past its time is looked for at each so many sweeps.
const SWEEPS_OF_OLD: u32 = 60;

/// Drops files of cookbooks and archives of modules that nothing needs and what was told too long ago, until the
/// task is dropped.
pub(crate) async fn sweep(app: Data<App>) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for sweep in (0..SWEEPS_OF_OLD).cycle() {
        ticks.tick().await;
        if sweep == 0
            && let Err(error) = drop_old(&app).await
        {
            tracing::error!(%error, "what is past its time was not dropped; tried again later");
        }
        match app.store.sweep_cookbook_files().await {
            Ok(0) => {}
            Ok(dropped) => tracing::debug!(dropped, "files of cookbooks that nothing needs were dropped"),
            Err(error) => tracing::error!(%error, "files of cookbooks were not swept; tried again soon"),
        }
        match app.store.sweep_archives(clock::now()).await {
            Ok(0) => {}
            Ok(dropped) => tracing::debug!(dropped, "archives of modules that nothing needs were dropped"),
            Err(error) => tracing::error!(%error, "archives of modules were not swept; tried again soon"),
        }
    }
}

/// Drops uploads that came to nothing, and runs of Chef's clients beyond their time.
async fn drop_old(app: &Data<App>) -> chef::Result<()> {
    let now = clock::now();
    let before = |ttl: Span| now.checked_sub(ttl.0).unwrap_or(Timestamp::MIN);
    let (uploads, runs) = (before(app.config.chef.sandbox_ttl), before(app.config.chef.runs_ttl));
    let dropped = app.store.chef_write(move |db| {
        let files = db.drop_unused(uploads.as_microsecond()).map_err(|error| chef::Error::broken(error.to_string()))?;
        let runs = db.drop_runs_before(runs).map_err(|error| chef::Error::broken(error.to_string()))?;
        Ok((files, runs))
    });
    let (files, runs) = dropped.await?;
    if files + runs > 0 {
        tracing::info!(files, runs, "uploads that nothing needs and what was told of old runs were dropped");
    }
    Ok(())
}

/// Removes deployed code that nothing needs, until the task is dropped.
pub(crate) async fn sweep_code(app: Data<App>) {
    let mut ticks = interval(code::SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.code.sweep().await {
            tracing::error!(%error, "deployed code was not swept; tried again soon");
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
