//! Catalogs: which environment and classes a node has, and compiling on a bounded pool.

use std::sync::Arc;
use std::time::{Duration, Instant};

use compiler::provenance::Explanation;
use compiler::world::World;
use compiler::{Answer, Classification, Compilation, CompileError, Limits, LogEntry, Question, Request};
use inventory::Exported;
use model::catalog::Version;
use model::{Catalog, Certname, EnvironmentName, Facts, Trusted};
use modules::ChecksumType;
use modules::inlined::{self, Inlined};
use modules::metadata::Process;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::clock;
use crate::config::{Compile, Config};
use crate::environments::world::{EnvironmentWorld, Exports};
use crate::environments::{Environment, EnvironmentError, Environments};
use crate::metrics::Metrics;
use crate::pool::{Pool, PoolError, Shape};

mod assign;
mod exports;
mod settings;

use assign::ExternalNodes;
pub(crate) use assign::plain;
pub(crate) use exports::for_others;

/// Makes catalogs.
pub(crate) struct Catalogs {
    environments: Environments,
    pool: Pool,
    metrics: Metrics,
    classifier: Option<ExternalNodes>,
    limits: Compile,
    settings: Arc<settings::Fixed>,
    /// Stands for the owners of files that are not to be copied.
    owner: Process,
    /// Resources that nodes export for each other.
    pub(crate) exported: Arc<dyn Exported>,
}

/// What a node is assigned before anything is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Assigned {
    pub(crate) environment: EnvironmentName,
    /// `None` without a classifier.
    pub(crate) classification: Option<Classification>,
}

/// One catalog to make.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) node: Certname,
    pub(crate) assigned: Assigned,
    pub(crate) facts: Facts,
    pub(crate) trusted: Trusted,
    /// The types of checksums that the agent knows, joined by dots, when it takes a static catalog.
    pub(crate) static_catalog: Option<String>,
}

/// Why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("Failed when searching for node {node}: {reason}")]
    Classifier { node: Certname, reason: String },
    #[error("Could not find node '{0}'; cannot compile")]
    Unclassified(Certname),
    /// The classifier named an environment that is not there.
    #[error(
        "Failed when searching for node {node}: Could not find a directory environment named '{environment}' anywhere \
         in the path: {path}. Does the directory exist?"
    )]
    NoEnvironment { node: Certname, environment: EnvironmentName, path: String },
    #[error(transparent)]
    Environment(EnvironmentError),
    #[error("{0}")]
    Version(String),
    #[error("{}", .0.message)]
    Compile(Box<CompileError>),
    #[error(transparent)]
    Files(#[from] modules::Error),
    #[error("{queue} catalogs are waiting to be compiled (setting `compile.queue`)")]
    Busy { queue: usize },
    #[error("The catalog of {node} was not compiled within {} seconds (setting `compile.timeout`)", within.as_secs_f64())]
    TimedOut { node: Certname, within: Duration },
    #[error("The compile of {node} broke down: {reason}")]
    Broken { node: Certname, reason: String },
}

/// Time that a compile which ran out of it has to say where it was.
const GRACE: Duration = Duration::from_secs(2);

impl Catalogs {
    pub(crate) fn open(
        config: &Config,
        environments: Environments,
        exported: Arc<dyn Exported>,
        metrics: Metrics,
        owner: Process,
    ) -> std::io::Result<Self> {
        let limits = config.compile.clone();
        let pool = Pool::start(Shape {
            name: "compiler",
            threads: limits.threads,
            queue: limits.queue,
            stack: limits.stack.0,
            waiting: metrics.compile_queue.clone(),
            running: metrics.compiles_running.clone(),
        })?;
        let classifier = config.external_nodes.as_deref().map(|path| ExternalNodes::new(path, &config.classifier));
        let settings = Arc::new(settings::Fixed::read(config));
        Ok(Self { environments, pool, metrics, classifier, limits, settings, owner, exported })
    }

    /// Asks the classifier. Its word on the environment outranks `requested`.
    pub(crate) async fn assign(&self, node: &Certname, requested: EnvironmentName) -> Result<Assigned, CatalogError> {
        let Some(classifier) = &self.classifier else {
            return Ok(Assigned { environment: requested, classification: None });
        };
        let said = classifier.ask(node).await?.ok_or_else(|| CatalogError::Unclassified(node.clone()))?;
        let environment = said.environment.clone().unwrap_or(requested);
        Ok(Assigned { environment, classification: Some(assign::classification(&said)) })
    }

    /// Compiles on the pool and makes something of the catalog, and of what it says of files, there: its document.
    pub(crate) async fn compile<T: Send + 'static>(
        &self,
        order: Order,
        render: impl FnOnce(&Compilation, &Inlined) -> T + Send + 'static,
    ) -> Result<T, CatalogError> {
        let metrics = self.metrics.clone();
        let task = move |job: &Job<'_>| {
            let checksum_type = job.checksum_type()?;
            let began = Instant::now();
            let done = job.run(compiler::compile);
            let took = began.elapsed();
            metrics.compile(if matches!(done, Ok(Ok(_))) { "ok" } else { "failed" }, took);
            let done = done?.inspect_err(|error| job.write_failure(error))?;
            settings::write_logs(&done.logs);
            let (node, environment) = (&job.order.node, &job.order.assigned.environment);
            tracing::info!(%node, %environment, millis = took.as_millis() as u64, "compiled catalog");
            let inlined = checksum_type.map(|kind| job.inline(&done.catalog, kind)).transpose()?.unwrap_or_default();
            Ok(render(&done, &inlined))
        };
        self.on_pool(order, task).await
    }

    /// Compiles on the pool, and answers where the values of one resource came from; `None` where the
    /// catalog does not have it.
    pub(crate) async fn explain(&self, order: Order, reference: String) -> Result<Option<Explanation>, CatalogError> {
        let task = move |job: &Job<'_>| {
            let explained = job.run(|request, world| compiler::explain(request, world, &reference))?;
            let (explanation, logs) = explained.inspect_err(|error| job.write_failure(error))?;
            settings::write_logs(&logs);
            Ok(explanation)
        };
        self.on_pool(order, task).await
    }

    /// Looks data up on the pool, as a catalog of the node would. Logs are for who asked.
    pub(crate) async fn lookup(
        &self,
        order: Order,
        question: Question,
    ) -> Result<Result<(Answer, Vec<LogEntry>), CompileError>, CatalogError> {
        let task = move |job: &Job<'_>| job.run(|request, world| compiler::lookup(request, world, &question));
        self.on_pool(order, task).await
    }

    /// Does something with the compiler, on a thread of the pool.
    async fn on_pool<T: Send + 'static>(
        &self,
        order: Order,
        task: impl FnOnce(&Job<'_>) -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let node = order.node.clone();
        let environment = self.environment(&order).await?;
        let (settings, limits) = (self.settings.clone(), self.limits.clone());
        let (within, owner) = (self.limits.timeout.0, self.owner);
        let exports = exports::of_others(self.exported.clone(), node.clone());
        let job = self.pool.run(within + GRACE, move |cancel, deadline| {
            let expired = || cancel.is_set() || Instant::now() + GRACE >= deadline;
            let (order, fixed, limits) = (&order, &*settings, &limits);
            task(&Job { order, environment, fixed, limits, owner, expired: &expired, exports })
        });
        job.await.unwrap_or_else(|error| {
            Err(match error {
                PoolError::Full => {
                    self.metrics.compiles_refused.inc();
                    CatalogError::Busy { queue: self.limits.queue }
                }
                PoolError::TimedOut(_) => {
                    self.metrics.compile("timeout", within);
                    CatalogError::TimedOut { node, within }
                }
                PoolError::Panicked(reason) => {
                    tracing::error!(%node, reason, "a compile panicked");
                    self.metrics.compile("panic", Duration::ZERO);
                    CatalogError::Broken { node, reason }
                }
                PoolError::Closed => CatalogError::Broken { node, reason: error.to_string() },
            })
        })
    }

    /// The catalog with nothing in it that tells an agent of its real environment.
    pub(crate) fn empty(node: &Certname, environment: &EnvironmentName) -> Catalog {
        Catalog {
            name: node.as_str().into(),
            environment: environment.as_str().into(),
            version: Version::Seconds(clock::now().as_second()),
            code_id: None,
            catalog_uuid: Uuid::new_v4().to_string().into(),
            tags: Vec::new(),
            classes: Vec::new(),
            resources: Vec::new(),
            edges: Vec::new(),
        }
    }

    async fn environment(&self, order: &Order) -> Result<Arc<Environment>, CatalogError> {
        let name = &order.assigned.environment;
        self.environments.fetch(name).await.map_err(|error| match error {
            EnvironmentError::NotFound(environment) => CatalogError::NoEnvironment {
                node: order.node.clone(),
                environment,
                path: self.environments.settings().environmentpath.join(":"),
            },
            error @ EnvironmentError::Unusable { .. } => CatalogError::Environment(error),
        })
    }
}

/// What the compiler works with.
struct Job<'a> {
    order: &'a Order,
    environment: Arc<Environment>,
    fixed: &'a settings::Fixed,
    limits: &'a Compile,
    owner: Process,
    expired: &'a (dyn Fn() -> bool + Sync),
    exports: Arc<Exports>,
}

impl Job<'_> {
    fn run<T>(
        &self,
        work: impl FnOnce(&Request<'_>, &dyn World) -> Result<T, CompileError>,
    ) -> Result<Result<T, CompileError>, CatalogError> {
        let Self { order, environment, fixed, limits, expired, exports, .. } = self;
        let said = environment.version().map_err(CatalogError::Version)?;
        let version = match environment.snapshot.config_version {
            None => Version::Seconds(environment.made),
            Some(_) => Version::Text(said),
        };
        let settings = fixed.of(&environment.snapshot, order.assigned.environment.as_str());
        let request = Request {
            node: order.node.as_str(),
            environment: order.assigned.environment.as_str(),
            facts: &order.facts,
            trusted: &order.trusted,
            server_facts: &fixed.server_facts,
            classification: order.assigned.classification.as_ref(),
            settings: &settings,
            limits: Limits {
                max_depth: limits.max_depth,
                max_steps: limits.max_steps,
                max_resources: limits.max_resources,
                max_values_bytes: limits.max_values.0,
                max_catalog_bytes: limits.max_catalog.0,
                expired: Some(*expired),
            },
            version: &version,
            catalog_uuid: &Uuid::new_v4().to_string(),
            code_id: environment.code_id.as_deref(),
        };
        let world = EnvironmentWorld::new(environment.clone(), clock::now().as_nanosecond(), exports.clone());
        Ok(work(&request, &world))
    }

    /// How the files of a static catalog are summed up; `None` where the catalog is not to be one.
    fn checksum_type(&self) -> Result<Option<ChecksumType>, modules::Error> {
        let Self { order, environment, limits, .. } = self;
        let wanted = environment.snapshot.conf.static_catalogs.unwrap_or(limits.static_catalogs);
        let preferred = order.static_catalog.as_deref().filter(|_| wanted && environment.code_id.is_some());
        preferred.map(ChecksumType::common).transpose()
    }

    /// What the catalog is to say of its files.
    fn inline(&self, catalog: &Catalog, checksum_type: ChecksumType) -> Result<Inlined, modules::Error> {
        let (environment, owner) = (&self.environment, self.owner);
        let (snapshot, mounts) = (&environment.snapshot, &environment.settings().mounts);
        let digests = environment.digests();
        let files = inlined::Files { snapshot, mounts, owner, digests, checksum_type };
        let inlined =
            inlined::of(catalog, files).inspect_err(|error| tracing::error!(node = %self.order.node, "{error}"))?;
        for warning in &inlined.warnings {
            tracing::warn!(node = %self.order.node, "{warning}");
        }
        Ok(inlined)
    }

    fn write_failure(&self, error: &CompileError) {
        settings::write_logs(&error.logs);
        tracing::error!(node = %self.order.node, "{}", error.message);
    }
}

impl From<CompileError> for CatalogError {
    fn from(error: CompileError) -> Self {
        Self::Compile(Box::new(error))
    }
}

/// Facts of a node that sent none.
pub(crate) fn no_facts(node: &Certname) -> Facts {
    Facts { name: node.to_string(), values: Map::<String, Value>::new(), ..Facts::default() }
}
