//! Code from Git: environments that are built beside those that are served, and take their place in one step.
//!
//! A deploy asks each repository what it has, fetches what is new, writes the trees that are missing, checks them, lays
//! the environments out as links into trees, and then moves pointers: one transaction in the store, one exchange in
//! memory. Whatever fails before leaves everything as it was. Requests that run keep the environment they began with.
//!
//! - [`git`]: the one file that runs `git`
//! - [`repositories`]: what repositories have, asked once a deploy
//! - [`forges`], [`archives`]: releases of modules and other archives, asked for and unpacked
//! - [`puppetfile`]: a Puppetfile, read or run
//! - [`plan`]: from branches and Puppetfiles to versions
//! - [`trees`], [`layout`], [`stamp`]: folders on disk
//! - [`build`]: all that blocks, in order
//! - [`dependencies`]: what modules need of each other
//! - [`restore`]: what was there before, put back
//! - [`postrun`]: the command after a deploy
//! - [`queue`]: who waits for whom
//! - [`sweep`]: what nothing needs any more
//! - [`earlier`]: versions that agents still have catalogs of
//! - [`order`], [`progress`]: what is asked for, what is told
//! - [`configuration`]: what `r10k.yaml` says

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use model::EnvironmentName;
use modules::PortError;
use modules::deploy::{Action, CodeId, Deployments, Live, Outcome as Came, Pin, Record, Version, change};
use modules::sources::{Configuration, Source};
use store::Store;

use self::build::Built;
use self::earlier::Earlier;
use self::forges::OwnForge;
use self::git::github::Github;
use self::git::{Git, leftovers};
use self::order::{Order, Outcome, Result as What};
use self::progress::{Said, Step};
use self::queue::{Job, Place, Queue};
use self::repositories::{CacheLocks, Repositories};
use self::trees::{TreeError, Trees};
use crate::clock;
use crate::config::{Config, Deploy};
use crate::environments::{Environment, EnvironmentError, Environments, Placement};
use crate::forge::upstream::Upstream;
use crate::metrics::Metrics;

mod archives;
mod build;
pub(crate) mod configuration;
mod dependencies;
mod earlier;
mod forges;
mod git;
pub(crate) mod layout;
pub(crate) mod order;
mod parallel;
mod plan;
mod postrun;
pub(crate) mod progress;
pub(crate) mod puppetfile;
mod queue;
mod repositories;
mod restore;
mod stamp;
mod sweep;
mod trees;

pub(crate) use self::git::without_secrets;

/// Deploys. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Code {
    site: Arc<Site>,
    queue: Arc<Queue>,
    deployments: Arc<dyn Deployments>,
    environments: Environments,
    earlier: Arc<Earlier>,
    metrics: Metrics,
}

/// Where deploys work, and how.
pub(crate) struct Site {
    trees: Trees,
    settings: Deploy,
    forge: OwnForge,
    /// Folders of modules that all environments have.
    base_modules: Vec<PathBuf>,
    /// What runs Puppetfiles that are more than a list, if anything may.
    ruby: Option<puppetfile::Interpreter>,
    /// The file that says where code comes from.
    r10k: PathBuf,
    caches: CacheLocks,
    github: Github,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    #[error("{0}")]
    Configuration(String),
    /// Try again soon.
    #[error("{0} deploys are waiting; the setting deploy.queue allows no more")]
    Busy(usize),
    #[error("Making changes to deployed environments has been administratively disabled.\nReason: {0}")]
    Locked(String),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Port(#[from] PortError),
    #[error("{0}")]
    Refused(String),
    #[error("the deploy broke down: {0}")]
    Broken(String),
}

impl Code {
    /// Opens the folder of code, and has the environments served that point to a version.
    pub(crate) async fn open(
        config: &Config,
        store: Store,
        environments: Environments,
        metrics: Metrics,
    ) -> Result<Self, CodeError> {
        let deployments: Arc<dyn Deployments> = Arc::new(store.clone());
        let settings = config.deploy.clone();
        let trees = Trees::open(config.deployed_code(), settings.max_entries)?;
        let r10k = settings.r10k.clone().unwrap_or_else(|| configuration::default_path(&config.data_dir));
        let queue = Queue::new(settings.queue);
        let github = Github::new(&settings.github_api);
        let forge = OwnForge::new(config, store);
        let base_modules = config.environments.basemodulepath.clone();
        let ruby = puppetfile::Interpreter::of(config);
        let caches = CacheLocks::default();
        let site = Arc::new(Site { trees, settings, forge, base_modules, ruby, r10k, caches, github });
        let earlier = Arc::default();
        let code = Self { site, queue, deployments, environments, earlier, metrics };
        let live = code.deployments.live().await?;
        let placed = live.iter().map(|live| {
            let placement = code.site.placement(&live.environment, &live.code_id, live.since);
            code.environments.place(&live.environment, placement)
        });
        code.environments.switch(placed.collect(), &[]);
        Ok(code)
    }

    /// Lets deploys know of the Forge behind this server's.
    pub(crate) fn take_upstream(&self, upstream: Arc<Upstream>) {
        self.site.forge.take_upstream(upstream);
    }

    /// Removes what was being made when a server ended. Only for who holds the data folder.
    pub(crate) fn clear_drafts(&self) -> Result<(), CodeError> {
        let trees = &self.site.trees;
        let drafts = trees.drafts();
        leftovers::end_strays(&drafts).map_err(|source| TreeError::File { path: drafts, source })?;
        leftovers::clear(&trees.caches());
        Ok(trees.clear_drafts()?)
    }

    /// Deploys, and answers when it is done.
    pub(crate) async fn deploy(&self, order: Order, said: Said) -> Result<Vec<Outcome>, CodeError> {
        let place = self.queue.enter(&order, clock::now())?;
        let this = self.clone();
        // On its own, so that it goes on when who asked has gone.
        let done = tokio::spawn(async move { this.carry_out(place, order, said).await }).await;
        done.unwrap_or_else(|error| Err(CodeError::Broken(error.to_string())))
    }

    /// Deploys in the background; answers with the number of the deploy.
    pub(crate) fn enqueue(&self, order: Order) -> Result<u64, CodeError> {
        let place = self.queue.enter(&order, clock::now())?;
        let (this, id) = (self.clone(), place.id);
        tokio::spawn(async move {
            if let Err(error) = this.carry_out(place, order, progress::silent()).await {
                tracing::error!(deploy = id, %error, "a deploy failed");
            }
        });
        Ok(id)
    }

    /// Deploys that wait or run.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.queue.jobs()
    }

    /// The environments that the sources have now.
    pub(crate) async fn found(&self) -> Result<Vec<String>, CodeError> {
        let site = self.site.clone();
        let found = blocking(move || {
            let configuration = site.configuration()?;
            let git = site.git(configuration.git.clone());
            let caches = site.trees.caches();
            let mut repositories = Repositories::new(&git, &caches, site.settings.parallel, &site.caches);
            Ok(plan::find(&configuration, &mut repositories, &progress::silent()))
        })
        .await?;
        if let Some((source, reason)) = found.silent.first_key_value() {
            let text = format!(
                "Unable to determine current branches for Git source '{source}'\nOriginal exception:\n{reason}"
            );
            return Err(CodeError::Refused(without_secrets(&text).into_owned()));
        }
        let mut names: Vec<String> = found.candidates.into_iter().map(|candidate| candidate.name).collect();
        names.extend(found.failed.into_keys());
        names.sort();
        Ok(names)
    }

    /// Where code comes from, as the file says now.
    pub(crate) fn sources(&self) -> Result<Vec<Source>, CodeError> {
        Ok(self.site.configuration()?.sources)
    }

    pub(crate) fn deployments(&self) -> &dyn Deployments {
        &*self.deployments
    }

    /// The folder that all deployed code is in.
    pub(crate) fn root(&self) -> &Path {
        self.site.trees.root()
    }

    async fn carry_out(&self, place: Place, order: Order, said: Said) -> Result<Vec<Outcome>, CodeError> {
        let place = Arc::new(place);
        let said: Said = {
            let place = place.clone();
            Arc::new(move |step: &Step| {
                place.step(step);
                said(step);
            })
        };
        said(&Step::counted("wait", "", 0, 0));
        let names = order.named().map(BTreeSet::from_iter);
        let _held = self.queue.hold(names.as_ref()).await;
        let (at, began) = (clock::now(), Instant::now());
        place.start(at);
        // Said before any repository is asked: what is pushed from now on needs a deploy of its own.
        said(&Step::counted("ask", "", 0, 0));
        let live = Arc::new(self.deployments.live().await?);
        let (configuration, built) = {
            let (site, order, live, said) = (self.site.clone(), order.clone(), live.clone(), said.clone());
            blocking(move || {
                let configuration = site.configuration()?;
                if let Some(reason) = configuration.deploy.write_lock.clone().filter(|_| !order.dry_run) {
                    return Err(CodeError::Locked(reason));
                }
                if configuration.deploy.generate_types {
                    tracing::info!("deploy.generate_types is set; types are read as they are here, and need not be");
                }
                let built = build::build(&site, &configuration, &order, &live, &said)?;
                Ok((configuration, built))
            })
            .await?
        };
        if order.dry_run {
            return Ok(built.into_iter().map(|built| built.outcome).collect());
        }
        let asked = Asked { action: Action::Deploy, who: &order.who, at, began };
        let outcomes = self.switch(built, &live, &asked, &said).await?;
        if let Some(command) = postrun::command(&configuration.postrun, &order, &outcomes) {
            postrun::run(command, self.site.settings.hook_timeout.0).await;
        }
        Ok(outcomes)
    }

    /// Moves the pointers of what was built, and writes the history.
    async fn switch(
        &self,
        built: Vec<Built>,
        live: &[Live],
        asked: &Asked<'_>,
        said: &Said,
    ) -> Result<Vec<Outcome>, CodeError> {
        let (mut outcomes, mut records, mut placed, mut removed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for Built { mut outcome, version } in built {
            let Ok(name) = EnvironmentName::parse(&outcome.environment) else {
                outcomes.push(outcome);
                continue;
            };
            let from = live.iter().find(|live| live.environment == name).map(|live| live.code_id.clone());
            if let Some(version) = &version {
                said(&Step::counted("switch", name.as_str(), 0, 0));
                match self.ready(&name, version, asked.at).await {
                    Ok(one) => placed.push(one),
                    Err(reason) => outcome = Outcome::failed(name.as_str(), reason),
                }
            }
            let came = match (outcome.result, version, from) {
                (What::Switched, Some(to), from) if from.as_ref() != Some(&to.code_id()) => {
                    Some(Came::Switched { from, to: Box::new(to), changes: outcome.changes.clone() })
                }
                (What::Switched | What::Unchanged, _, _) => Some(Came::Unchanged),
                (What::Removed, _, Some(from)) => {
                    removed.push(name.clone());
                    Some(Came::Removed { from })
                }
                (What::Failed, _, _) => Some(Came::Failed { reason: outcome.error.clone().unwrap_or_default() }),
                _ => None,
            };
            let action = if outcome.result == What::Removed { Action::Purge } else { asked.action };
            let millis = asked.began.elapsed().as_millis() as u64;
            let (who, at) = (asked.who.to_owned(), asked.at);
            records.extend(came.map(|outcome| Record { environment: name, action, who, at, millis, outcome }));
            outcomes.push(outcome);
        }
        self.deployments.record(records).await?;
        let count = placed.len() + removed.len();
        if count > 0 {
            let took = self.environments.switch(placed, &removed);
            self.metrics.switched(took);
            tracing::info!(environments = count, micros = took.as_micros() as u64, "switched");
        }
        for outcome in &outcomes {
            if let Some(reason) = &outcome.error {
                tracing::error!(environment = outcome.environment, who = asked.who, "not deployed: {reason}");
            }
        }
        Ok(outcomes)
    }

    /// Lists an environment, so that it is ready when the pointer moves.
    async fn ready(
        &self,
        name: &EnvironmentName,
        version: &Version,
        at: Timestamp,
    ) -> Result<crate::environments::Placed, String> {
        let placement = self.site.placement(name, &version.code_id(), at);
        let (environments, name) = (self.environments.clone(), name.clone());
        let ready = tokio::task::spawn_blocking(move || {
            let placed = environments.place(&name, placement);
            environments.list_placed(&placed).map(|_| placed).map_err(|error| error.to_string())
        });
        ready.await.unwrap_or_else(|error| Err(error.to_string()))
    }

    /// A version of an environment as it was, live or not, for as long as it is on disk; `None` when it is not.
    pub(crate) async fn earlier(
        &self,
        name: &EnvironmentName,
        id: &CodeId,
    ) -> Result<Option<Arc<Environment>>, EnvironmentError> {
        if let Ok(live) = self.environments.fetch(name).await
            && live.code_id.as_deref() == Some(id.as_str())
        {
            return Ok(Some(live));
        }
        let (this, name, id) = (self.clone(), name.clone(), id.clone());
        let gone = EnvironmentError::Unusable { name: name.clone(), reason: "the listing was given up".to_owned() };
        let look = move || this.earlier.get(&this.environments, &name, &id, || this.site.home(&name, &id));
        tokio::task::spawn_blocking(look).await.unwrap_or(Err(gone))
    }

    /// Points an environment to a version that it had before: the one that `digits` begin, else the last one.
    pub(crate) async fn roll_back(
        &self,
        name: &EnvironmentName,
        digits: Option<&str>,
        who: &str,
    ) -> Result<Outcome, CodeError> {
        let only = BTreeSet::from([name.to_string()]);
        let _held = self.queue.hold(Some(&only)).await;
        let (at, began) = (clock::now(), Instant::now());
        let live = self.deployments.live().await?;
        let now = live.iter().find(|live| live.environment == *name);
        let now = now.ok_or_else(|| CodeError::Refused(format!("environment {name} is not deployed")))?;
        let to = match digits {
            Some(digits) => self.version_of(Some(name), digits).await?.1,
            None => self.version_before(now).await?,
        };
        let outcome = Outcome {
            code_id: Some(to.code_id()),
            commit: Some(to.commit.clone()),
            changes: change::between(Some(&now.version), &to),
            ..Outcome::of(name.as_str(), What::Switched)
        };
        let site = self.site.clone();
        let (wanted, name) = (to.clone(), name.clone());
        blocking(move || {
            // What is on disk is laid out without asking where it came from.
            match site.configuration() {
                Ok(configuration) => restore::restore(&site, &configuration, &name, &wanted),
                Err(_) if site.home(&name, &wanted.code_id()).is_dir() => Ok(()),
                Err(error) => Err(error),
            }
        })
        .await?;
        let asked = Asked { action: Action::Rollback, who, at, began };
        let built = vec![Built { outcome, version: Some(to) }];
        let mut outcomes = self.switch(built, &live, &asked, &progress::silent()).await?;
        outcomes.pop().ok_or_else(|| CodeError::Broken("nothing was switched".to_owned()))
    }

    async fn version_before(&self, now: &Live) -> Result<Version, CodeError> {
        let name = &now.environment;
        let history = self.deployments.history(Some(name), 1000).await?;
        let arrival = history.into_iter().find(|entry| entry.to.as_ref() == Some(&now.code_id));
        let before = arrival.and_then(|entry| entry.from);
        let missing = || CodeError::Refused(format!("nothing is known of a version of {name} before {}", now.code_id));
        self.deployments.version(name, &before.ok_or_else(missing)?).await?.ok_or_else(missing)
    }

    /// The version that an environment's name, or the first digits of an id, stand for.
    pub(crate) async fn version_of(
        &self,
        environment: Option<&EnvironmentName>,
        text: &str,
    ) -> Result<(EnvironmentName, Version), CodeError> {
        if environment.is_none()
            && let Some(live) =
                self.deployments.live().await?.into_iter().find(|live| live.environment.as_str() == text)
        {
            return Ok((live.environment, live.version));
        }
        let mut found = self.deployments.find(text).await?;
        found.retain(|(name, _)| environment.is_none_or(|environment| environment == name));
        let ids: BTreeSet<CodeId> = found.iter().map(|(_, version)| version.code_id()).collect();
        match (found.pop(), ids.len()) {
            (Some(found), 1) => Ok(found),
            (Some(_), many) => Err(CodeError::Refused(format!("{many} versions begin with {text}"))),
            (None, _) => {
                let of = environment.map(|name| format!(" of environment {name}")).unwrap_or_default();
                Err(CodeError::Refused(format!("{text} is neither a deployed environment nor a known version{of}")))
            }
        }
    }

    /// Holds an environment as it is, or lets it go.
    pub(crate) async fn pin(&self, name: &EnvironmentName, pin: Option<Pin>) -> Result<(), CodeError> {
        let only = BTreeSet::from([name.to_string()]);
        let _held = self.queue.hold(Some(&only)).await;
        if self.deployments.pin(name, pin).await? {
            return Ok(());
        }
        Err(CodeError::Refused(format!("environment {name} is not deployed")))
    }

    /// Removes versions, trees and caches that nothing needs any more.
    pub(crate) async fn sweep(&self) -> Result<(), CodeError> {
        let _held = self.queue.hold(None).await;
        let settings = &self.site.settings;
        let since = clock::now() - jiff::SignedDuration::try_from(settings.keep_for.0).unwrap_or_default();
        let kept = self.deployments.keep(settings.keep, since).await?;
        let site = self.site.clone();
        let swept = blocking(move || {
            let root = site.trees.root().to_owned();
            Ok(sweep::sweep(&site.trees, &kept).map_err(|source| TreeError::File { path: root, source })?)
        })
        .await?;
        if swept != sweep::Swept::default() {
            tracing::info!(?swept, "code that nothing needs was removed");
        }
        Ok(())
    }
}

/// Who asked for a change of pointers.
struct Asked<'a> {
    action: Action,
    who: &'a str,
    at: Timestamp,
    began: Instant,
}

impl Site {
    fn configuration(&self) -> Result<Configuration, CodeError> {
        let configuration = configuration::read(&self.r10k).map_err(CodeError::Configuration)?;
        for warning in &configuration.warnings {
            tracing::warn!("{}: {}", self.r10k.display(), without_secrets(warning));
        }
        Ok(configuration)
    }

    fn git(&self, access: modules::sources::Git) -> Git {
        let Deploy { git, protocols, timeout, .. } = &self.settings;
        let (program, protocols, timeout) = (git.clone(), protocols.clone(), timeout.0);
        Git { program, protocols, timeout, access, github: self.github.clone(), drafts: self.trees.drafts() }
    }

    /// The folder of an environment's version.
    fn home(&self, name: &EnvironmentName, id: &CodeId) -> PathBuf {
        self.trees.versions().join(id.as_str()).join(name.as_str())
    }

    fn placement(&self, name: &EnvironmentName, id: &CodeId, since: Timestamp) -> Placement {
        placement(&self.home(name, id), id, since)
    }
}

/// The version of an environment in the folder `home`.
fn placement(home: &Path, id: &CodeId, since: Timestamp) -> Placement {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    Placement {
        home: path(home),
        environmentpath: path(home.parent().unwrap_or(home)),
        code_id: id.as_str().into(),
        since: since.as_second(),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CodeError> + Send + 'static,
) -> Result<T, CodeError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(CodeError::Broken(error.to_string())))
}

/// How often code that nothing needs is looked for.
pub(crate) const SWEEP_EVERY: Duration = Duration::from_mins(10);
