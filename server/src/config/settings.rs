//! What can be set, one struct for each room. `Default` holds the values that hold unless set.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret::Secret;
use super::units::{Size, Span};
use crate::guard::settings::Authorization;

/// The configuration as it is written: a file, the environment and the command line, merged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Raw {
    /// Where everything is kept that the server makes: keys, certificates, the store, the socket.
    pub(crate) data_dir: Option<PathBuf>,
    /// The classic `codedir`: `environments/NAME/{manifests,modules,data}`. Else a folder of the data folder.
    pub(crate) code_dir: Option<PathBuf>,
    /// Address and port to serve Puppet on.
    pub(crate) listen: Option<String>,
    /// Address and port for Chef alone, which the main port serves too: `ADDRESS:PORT` with TLS, or
    /// `http://ADDRESS:PORT` without, for this machine and for proxies.
    pub(crate) chef_listen: Option<String>,
    /// Address and port for the Forge alone, which the main port serves too: `ADDRESS:PORT` with TLS, or
    /// `http://ADDRESS:PORT` without, for clients that do not know the authority.
    pub(crate) forge_listen: Option<String>,
    /// Address and port where Code Manager's clients expect it (8170), besides the main one.
    pub(crate) code_manager_listen: Option<String>,
    /// The server's own certname. Else the name of the machine.
    pub(crate) certname: Option<String>,
    /// Further names in the server's certificate, so that agents may reach it by them.
    pub(crate) dns_alt_names: Option<Vec<String>>,
    /// `false`, `true`, a list of names and globs (comma-separated), the path of a file with them,
    /// or of a policy executable.
    pub(crate) autosign: Option<String>,
    /// An executable that prints what class and environment a node has (an ENC).
    pub(crate) external_nodes: Option<PathBuf>,
    /// Certnames that may do what administrators may.
    pub(crate) admin_certnames: Vec<String>,
    pub(crate) log: Log,
    pub(crate) http: Http,
    pub(crate) tls: Tls,
    pub(crate) ca: Ca,
    pub(crate) limits: Limits,
    pub(crate) compile: Compile,
    pub(crate) environments: Environments,
    pub(crate) classifier: Classifier,
    pub(crate) ruby: Ruby,
    pub(crate) store: Store,
    pub(crate) chef: Chef,
    pub(crate) forge: Forge,
    pub(crate) deploy: Deploy,
    pub(crate) code_manager: CodeManager,
    pub(crate) authorization: Authorization,
}

/// `[log]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// `plain` or `json`.
    pub(crate) format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or per part as `info,quartermaster::guard=debug`.
    pub(crate) level: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Plain,
    Json,
}

/// `[http]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Http {
    /// Threads that move bytes; 0: one for each processor.
    pub(crate) threads: usize,
    /// Connections at once, in all; further ones wait to be accepted.
    pub(crate) max_connections: usize,
    /// Handshakes at once, in all.
    pub(crate) max_handshakes: usize,
    /// How long a TLS handshake may take.
    pub(crate) handshake_timeout: Span,
    /// How long the head of a request may take.
    pub(crate) head_timeout: Span,
    /// How long the body of a request may take.
    pub(crate) body_timeout: Span,
    /// How long a client may take to acknowledge what it is sent.
    pub(crate) stall_timeout: Span,
    /// How long an idle connection is kept; agents let theirs idle while they gather facts.
    pub(crate) keep_alive: Span,
    /// How long requests that run may take to end when the server is told to stop.
    pub(crate) shutdown_timeout: Span,
}

/// `[tls]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tls {
    /// Sessions that can be resumed without a full handshake.
    pub(crate) session_cache: usize,
    /// The kind of the server's own key: `p256`, `rsa2048`, `rsa3072` or `rsa4096`.
    pub(crate) key: KeyKind,
    /// How long before its end the server's certificate is renewed.
    pub(crate) renew_before: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyKind {
    P256,
    Rsa2048,
    Rsa3072,
    Rsa4096,
}

/// `[ca]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ca {
    /// Common name of the authority, when it is made. Else `Puppet CA: CERTNAME`.
    pub(crate) name: Option<String>,
    /// The kind of the authority's key, when it is made.
    pub(crate) key: KeyKind,
    /// Life of the authority's own certificate.
    pub(crate) root_ttl: Span,
    /// Life of the certificates it signs.
    pub(crate) ttl: Span,
    /// Life of a revocation list; it is made anew when half of that has gone.
    pub(crate) crl_ttl: Span,
    pub(crate) allow_subject_alt_names: bool,
    pub(crate) allow_authorization_extensions: bool,
    /// Whether a request may replace a request or a certificate of the same name.
    pub(crate) allow_duplicate_certs: bool,
    /// Smallest and largest RSA key that is signed, in bits.
    pub(crate) min_rsa_bits: usize,
    pub(crate) max_rsa_bits: usize,
    /// Requests that may wait at once.
    pub(crate) max_waiting: u64,
    /// How long the policy executable may take.
    pub(crate) policy_timeout: Span,
    /// Policy executables at once.
    pub(crate) policy_concurrency: usize,
    /// Threads that sign, and requests that may wait for them.
    pub(crate) threads: usize,
    pub(crate) queue: usize,
}

/// `[chef]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Chef {
    /// The organization that the first start makes.
    pub(crate) organization: String,
    /// The longest body of a request, but for files of cookbooks.
    pub(crate) max_body: Size,
    /// The longest file of a cookbook.
    pub(crate) max_file: Size,
    /// How long it may take to find the cookbooks of a run list.
    pub(crate) solver: Span,
    /// The token of `/data-collector`, for clients that do not sign. Without one it is not served.
    pub(crate) data_collector_token: Option<Secret>,
    /// How long runs and compliance reports are kept, up to `store.reports_per_node`.
    pub(crate) runs_ttl: Span,
    /// How long uploaded files are kept that no cookbook needs, and sandboxes that are not completed.
    pub(crate) sandbox_ttl: Span,
    /// A file with a recipe that every client is to run first.
    pub(crate) required_recipe: Option<PathBuf>,
    /// The password of `statsuser`, who may read `/_stats`. Without one it is not served.
    pub(crate) stats_password: Option<Secret>,
}

/// `[forge]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Forge {
    /// Whether reading needs a token too (`forge-read`); writing always does.
    pub(crate) read_token: bool,
    /// Another Forge that is asked for modules of which there is none here, such as `https://forgeapi.puppet.com`.
    pub(crate) upstream: Option<String>,
    /// A file with what it wants in `Authorization: Bearer`.
    pub(crate) upstream_token: Option<PathBuf>,
    /// How long a request to it may take.
    pub(crate) upstream_timeout: Span,
    /// How long its answers are served without asking again.
    pub(crate) upstream_fresh: Span,
    /// Answers of it that are kept.
    pub(crate) upstream_documents: usize,
    /// The longest archive of a release.
    pub(crate) max_archive: Size,
    /// Bytes of an archive when it is unpacked.
    pub(crate) max_unpacked: Size,
    /// Files and folders of an archive.
    pub(crate) max_entries: usize,
    /// Folders within folders of an archive.
    pub(crate) max_depth: usize,
    /// The longest `metadata.json`, readme or other text that is shown beside a release.
    pub(crate) max_text: Size,
}

/// `[deploy]`: code from Git.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Deploy {
    /// The `r10k.yaml` that says where code comes from. Else `DATA_DIR/code/r10k.yaml`.
    pub(crate) r10k: Option<PathBuf>,
    /// The program `git`: a path, or a name that is looked for in `PATH`.
    pub(crate) git: PathBuf,
    /// The protocols by which repositories and archives may be reached: `file`, `http`, `https`, `ssh`, `git`.
    pub(crate) protocols: Vec<String>,
    /// How long one call of `git`, or one question to a Forge, may take.
    pub(crate) timeout: Span,
    /// GitHub's API, which gives tokens to GitHub Apps; of a server of one's own `https://HOST/api/v3`.
    pub(crate) github_api: String,
    /// Repositories fetched, or trees written, at once.
    pub(crate) parallel: usize,
    /// Deploys that may wait.
    pub(crate) queue: usize,
    /// What becomes of an environment with a mistake in a manifest, a template or data: `error` does not deploy it,
    /// `warning` tells of it, `off` does neither.
    pub(crate) check: CheckCode,
    /// What becomes of an environment in which a module lacks another that it needs, or has it in a version that will
    /// not do.
    pub(crate) dependencies: CheckCode,
    /// Versions of each environment that are kept besides the live one.
    pub(crate) keep: usize,
    /// How long a version is kept in any case that was live: longer than an agent's run takes.
    pub(crate) keep_for: Span,
    /// Files and folders that one module or control repository may have.
    pub(crate) max_entries: usize,
    /// How long the command `postrun` may take.
    pub(crate) hook_timeout: Span,
    /// Whether a Puppetfile that is more than a list is run by Ruby, as the server's user; else it is refused. Who may
    /// push to a control repository may then run programs on the server.
    pub(crate) puppetfile_ruby: bool,
}

/// `[code_manager]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CodeManager {
    /// Whether webhooks need a token that may deploy. Without it they need to be signed.
    pub(crate) authenticate_webhook: bool,
    /// A file with the secret that hosts of repositories sign webhooks with. Where it is set, each webhook has to be
    /// signed.
    pub(crate) webhook_secret_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CheckCode {
    Error,
    Warning,
    Off,
}

/// `[limits]`: the longest bodies taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) certificate_request: Size,
    /// Bodies of the authority's API and of administrators.
    pub(crate) admin_body: Size,
    /// A catalog request, with the facts in it.
    pub(crate) catalog_request: Size,
    pub(crate) facts: Size,
    pub(crate) report: Size,
    /// A file that an agent backs up.
    pub(crate) bucket_file: Size,
    /// A request to deploy, or a webhook.
    pub(crate) deploy_request: Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Strict {
    Off,
    Warning,
    Error,
}

impl Strict {
    /// As the parser takes it.
    pub(crate) const fn for_parser(self) -> syntax::Strict {
        match self {
            Self::Off => syntax::Strict::Off,
            Self::Warning => syntax::Strict::Warning,
            Self::Error => syntax::Strict::Error,
        }
    }

    /// As the compiler takes it.
    pub(crate) const fn for_compiler(self) -> compiler::Strict {
        match self {
            Self::Off => compiler::Strict::Off,
            Self::Warning => compiler::Strict::Warning,
            Self::Error => compiler::Strict::Error,
        }
    }
}

/// `[compile]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Compile {
    /// What becomes of doubtful code: `off`, `warning` or `error` (the original's default since its version 8).
    pub(crate) strict: Strict,
    /// Whether an unknown variable is an error (the original's default since its version 8).
    pub(crate) strict_variables: bool,
    /// Catalogs compiled at once; 0: one for each processor.
    pub(crate) threads: usize,
    /// Catalogs that may wait for a thread; more are answered `503` with `Retry-After`.
    pub(crate) queue: usize,
    /// How long one compile may take.
    pub(crate) timeout: Span,
    /// What `Retry-After` says when the queue is full.
    pub(crate) retry_after: Span,
    /// Room for nested calls of one compile; only what is used takes memory.
    pub(crate) stack: Size,
    /// Expressions within expressions.
    pub(crate) max_depth: u32,
    /// Expressions evaluated for one catalog.
    pub(crate) max_steps: u64,
    /// Resources of one catalog.
    pub(crate) max_resources: usize,
    /// Bytes of all the texts, lists and hashes that the expressions of one compile make.
    pub(crate) max_values: Size,
    /// Bytes of text in one catalog.
    pub(crate) max_catalog: Size,
    /// Whether exported resources are kept and collected.
    pub(crate) storeconfigs: bool,
    /// Whether catalogs of deployed environments carry the metadata of their files, for agents that ask for it.
    /// `environment.conf` may say otherwise.
    pub(crate) static_catalogs: bool,
}

/// `[environments]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Environments {
    /// Folders with an environment in each folder of theirs. Else `CODE_DIR/environments`.
    pub(crate) environmentpath: Option<Vec<PathBuf>>,
    /// Folders of modules for every environment. Else `CODE_DIR/modules`.
    pub(crate) basemodulepath: Option<Vec<PathBuf>>,
    /// The global `hiera.yaml`. Else `CODE_DIR/hiera.yaml`.
    pub(crate) hiera_config: Option<PathBuf>,
    /// `file_metadata` mounts of one's own: name to folder.
    pub(crate) mounts: BTreeMap<String, PathBuf>,
}

/// `[classifier]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Classifier {
    /// How long the external node classifier may take.
    pub(crate) timeout: Span,
    /// How many of it run at once.
    pub(crate) concurrency: usize,
}

/// `[ruby]`: processes for code that is itself Ruby: functions, Hiera backends, resource types, and templates beyond
/// what is understood without Ruby.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ruby {
    /// The interpreter: a path, or a name that is looked for in `PATH`.
    pub(crate) command: PathBuf,
    /// Processes at once.
    pub(crate) workers: usize,
    /// How long Ruby code may run at a stretch, and how long a compile waits for a free process.
    pub(crate) timeout: Span,
    /// Address space of one process; 0: no limit.
    pub(crate) memory: Size,
    /// Whether the library of Puppet is used where it is installed; else what stands in for it.
    pub(crate) library: bool,
    /// Whether one is started with the server where an environment has functions that only Ruby can run; else with the
    /// first call.
    pub(crate) ahead: bool,
}

/// `[store]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Store {
    /// Connections that read.
    pub(crate) readers: usize,
    /// Writes that may wait; more are answered `503`.
    pub(crate) write_queue: usize,
    /// Reports kept of each node; of nodes of Chef, runs and compliance reports each.
    pub(crate) reports_per_node: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Plain, level: "info".to_owned() }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            threads: 0,
            max_connections: 10_000,
            max_handshakes: 256,
            handshake_timeout: Span::seconds(10),
            head_timeout: Span::seconds(10),
            body_timeout: Span::seconds(60),
            stall_timeout: Span::seconds(60),
            keep_alive: Span::seconds(120),
            shutdown_timeout: Span::seconds(20),
        }
    }
}

impl Default for Tls {
    fn default() -> Self {
        Self { session_cache: 4096, key: KeyKind::P256, renew_before: Span::days(60) }
    }
}

impl Default for Ca {
    fn default() -> Self {
        Self {
            name: None,
            key: KeyKind::Rsa4096,
            root_ttl: Span::days(15 * 365),
            ttl: Span::days(5 * 365),
            crl_ttl: Span::days(5 * 365),
            allow_subject_alt_names: false,
            allow_authorization_extensions: false,
            allow_duplicate_certs: false,
            min_rsa_bits: 2048,
            max_rsa_bits: 8192,
            max_waiting: 100_000,
            policy_timeout: Span::seconds(30),
            policy_concurrency: 8,
            threads: 0,
            queue: 256,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            certificate_request: Size::kib(64),
            admin_body: Size::mib(1),
            catalog_request: Size::mib(16),
            facts: Size::mib(16),
            report: Size::mib(64),
            bucket_file: Size::mib(64),
            deploy_request: Size::mib(25),
        }
    }
}

impl Default for Chef {
    fn default() -> Self {
        Self {
            organization: "default".to_owned(),
            max_body: Size(2_000_000),
            max_file: Size(1 << 30),
            solver: Span::seconds(5),
            data_collector_token: None,
            runs_ttl: Span::days(90),
            sandbox_ttl: Span::days(1),
            required_recipe: None,
            stats_password: None,
        }
    }
}

impl Default for CodeManager {
    fn default() -> Self {
        Self { authenticate_webhook: true, webhook_secret_file: None }
    }
}

impl Default for Forge {
    fn default() -> Self {
        Self {
            read_token: false,
            upstream: None,
            upstream_token: None,
            upstream_timeout: Span::seconds(30),
            upstream_fresh: Span::seconds(300),
            upstream_documents: 10_000,
            max_archive: Size::mib(32),
            max_unpacked: Size::mib(256),
            max_entries: 20_000,
            max_depth: 32,
            max_text: Size::mib(1),
        }
    }
}

impl Default for Deploy {
    fn default() -> Self {
        Self {
            r10k: None,
            git: "git".into(),
            protocols: ["file", "http", "https", "ssh"].map(str::to_owned).to_vec(),
            timeout: Span::seconds(600),
            github_api: "https://api.github.com".to_owned(),
            parallel: 8,
            queue: 64,
            check: CheckCode::Error,
            dependencies: CheckCode::Warning,
            keep: 5,
            keep_for: Span::seconds(2 * 3600),
            max_entries: 200_000,
            hook_timeout: Span::seconds(300),
            puppetfile_ruby: false,
        }
    }
}

impl Default for Compile {
    fn default() -> Self {
        Self {
            strict: Strict::Warning,
            strict_variables: false,
            threads: 0,
            queue: 100,
            timeout: Span::seconds(300),
            retry_after: Span::seconds(30),
            stack: Size(compiler::STACK_BYTES),
            max_depth: 1_500,
            max_steps: 50_000_000,
            max_resources: 200_000,
            max_values: Size(1 << 30),
            max_catalog: Size::mib(512),
            storeconfigs: true,
            static_catalogs: true,
        }
    }
}

impl Default for Classifier {
    fn default() -> Self {
        Self { timeout: Span::seconds(60), concurrency: 16 }
    }
}

impl Default for Ruby {
    fn default() -> Self {
        Self {
            command: "ruby".into(),
            workers: 4,
            timeout: Span::seconds(30),
            memory: Size(1 << 30),
            library: true,
            ahead: true,
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { readers: 4, write_queue: 1024, reports_per_node: 100 }
    }
}
