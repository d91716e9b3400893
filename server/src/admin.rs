//! What the command line asks of a server: the same commands, over the admin socket of the server
//! that runs or on its store when none does.
//!
//! A command is one line of JSON; so is its answer, with lines before it that tell how far it has come. All are
//! bounded. Whoever can open the socket (mode 0600 in a folder of mode 0700) is the operator.

use compiler::Question;
use model::Certname;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::code::CodeError;
use crate::code::order::Order;
use crate::code::progress::Said;
use crate::rooms::Rooms;

mod authority;
pub(crate) mod chef;
mod code;
mod compile;
mod forge;
mod lookup;
mod nodes;
pub(crate) mod socket;
mod tokens;

/// Something the command line asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command {
    CaList {
        all: bool,
    },
    CaShow {
        name: String,
    },
    CaSign {
        names: Vec<String>,
        all: bool,
        sign: Sign,
    },
    CaReject {
        names: Vec<String>,
    },
    CaRevoke {
        names: Vec<String>,
    },
    CaClean {
        names: Vec<String>,
    },
    CaGenerate {
        name: String,
        dns_alt_names: Vec<String>,
        ttl_seconds: Option<i64>,
    },
    NodeList {
        deactivated: bool,
    },
    NodeShow {
        name: String,
    },
    NodeFacts {
        name: String,
    },
    NodeReports {
        name: Option<String>,
        limit: usize,
    },
    NodeReport {
        id: i64,
    },
    NodeCatalog {
        name: String,
    },
    NodeForget {
        name: String,
    },
    Compile {
        node: String,
        facts: Option<Value>,
        trusted: Option<Value>,
        environment: Option<String>,
        explain: Option<String>,
    },
    TokenCreate {
        scopes: Vec<String>,
        label: String,
        /// Seconds; never without.
        expires_in: Option<u64>,
    },
    TokenList,
    TokenRevoke {
        ids: Vec<String>,
    },
    /// An archive in base64.
    ForgePublish {
        archive: String,
    },
    ForgeList,
    Lookup {
        node: String,
        facts: Map<String, Value>,
        environment: Option<String>,
        question: Question,
    },
    Chef(chef::Chef),
    CodeDeploy {
        order: Order,
        wait: bool,
    },
    CodeStatus,
    CodeHistory {
        environment: Option<String>,
        limit: usize,
    },
    CodeDiff {
        from: String,
        to: String,
    },
    CodeRollback {
        environment: String,
        to: Option<String>,
        who: String,
    },
    CodePin {
        environment: String,
        reason: Option<String>,
        who: String,
    },
    CodeUnpin {
        environment: String,
    },
    CodeVersion {
        what: String,
    },
}

impl Command {
    /// Whether it works on code and on what is stored, and changes neither.
    pub(crate) fn only_reads(&self) -> bool {
        matches!(
            self,
            Self::Compile { .. }
                | Self::Lookup { .. }
                | Self::CodeStatus
                | Self::CodeHistory { .. }
                | Self::CodeDiff { .. }
                | Self::CodeVersion { .. }
        )
    }
}

/// How requests are signed by hand.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sign {
    pub(crate) ttl_seconds: Option<i64>,
    pub(crate) allow_subject_alt_names: bool,
    pub(crate) allow_authorization_extensions: bool,
}

/// What came of a command.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Done(Value),
    Failed(String),
}

/// A command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdminError {
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Authority(#[from] certs::Error),
    #[error(transparent)]
    Inventory(#[from] inventory::Error),
    #[error(transparent)]
    Port(#[from] modules::PortError),
    #[error(transparent)]
    Token(#[from] modules::token::Fault),
    #[error(transparent)]
    Chef(#[from] ::chef::Error),
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error("an answer could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Carries a command out. `said` hears how far it has come.
pub(crate) async fn perform(rooms: &Rooms, command: Command, said: &Said) -> Answer {
    match run(rooms, command, said).await {
        Ok(value) => Answer::Done(value),
        Err(error) => Answer::Failed(error.to_string()),
    }
}

async fn run(rooms: &Rooms, command: Command, said: &Said) -> Result<Value, AdminError> {
    match command {
        Command::CaList { all } => authority::list(rooms, all).await,
        Command::CaShow { name } => authority::show(rooms, &certname(&name)?).await,
        Command::CaSign { names, all, sign } => authority::sign(rooms, &certnames(&names)?, all, sign).await,
        Command::CaReject { names } => authority::reject(rooms, &certnames(&names)?).await,
        Command::CaRevoke { names } => authority::revoke(rooms, &certnames(&names)?).await,
        Command::CaClean { names } => authority::clean(rooms, &certnames(&names)?).await,
        Command::CaGenerate { name, dns_alt_names, ttl_seconds } => {
            authority::generate(rooms, &certname(&name)?, &dns_alt_names, ttl_seconds).await
        }
        Command::NodeList { deactivated } => nodes::list(rooms, deactivated).await,
        Command::NodeShow { name } => nodes::show(rooms, &certname(&name)?).await,
        Command::NodeFacts { name } => nodes::facts(rooms, &certname(&name)?).await,
        Command::NodeReports { name, limit } => {
            let name = name.as_deref().map(certname).transpose()?;
            nodes::reports(rooms, name.as_ref(), limit).await
        }
        Command::NodeReport { id } => nodes::report(rooms, id).await,
        Command::NodeCatalog { name } => nodes::catalog(rooms, &certname(&name)?).await,
        Command::NodeForget { name } => nodes::forget(rooms, &certname(&name)?).await,
        Command::Compile { node, facts, trusted, environment, explain } => {
            let order = compile::order(rooms, certname(&node)?, facts, trusted, environment.as_deref()).await?;
            match explain {
                Some(reference) => compile::explain(rooms, order, reference).await,
                None => compile::compile(rooms, order).await,
            }
        }
        Command::TokenCreate { scopes, label, expires_in } => tokens::create(rooms, &scopes, &label, expires_in).await,
        Command::TokenList => tokens::list(rooms).await,
        Command::TokenRevoke { ids } => tokens::revoke(rooms, &ids).await,
        Command::ForgePublish { archive } => forge::publish(rooms, &archive).await,
        Command::ForgeList => forge::list(rooms).await,
        Command::Lookup { node, facts, environment, question } => {
            lookup::lookup(rooms, certname(&node)?, facts, environment.as_deref(), question).await
        }
        Command::Chef(command) => chef::perform(rooms, command, said).await,
        Command::CodeDeploy { order, wait } => code::deploy(rooms, order, wait, said).await,
        Command::CodeStatus => code::status(rooms).await,
        Command::CodeHistory { environment, limit } => code::history(rooms, environment.as_deref(), limit).await,
        Command::CodeDiff { from, to } => code::diff(rooms, &from, &to).await,
        Command::CodeRollback { environment, to, who } => {
            code::roll_back(rooms, &environment, to.as_deref(), &who).await
        }
        Command::CodePin { environment, reason, who } => code::pin(rooms, &environment, reason, who).await,
        Command::CodeUnpin { environment } => code::unpin(rooms, &environment).await,
        Command::CodeVersion { what } => code::version(rooms, &what).await,
    }
}

fn certnames(names: &[String]) -> Result<Vec<Certname>, AdminError> {
    names.iter().map(|name| certname(name)).collect()
}

fn certname(name: &str) -> Result<Certname, AdminError> {
    Certname::parse(name).map_err(|error| AdminError::Refused(format!("'{name}' is no certname: {error}")))
}
