//! Chef: what `knife` and `chef-client` ask of a server, on the main port by its paths, and on a
//! port of its own if the operator wishes.
//!
//! - [`route`]: every path, as one list
//! - [`request`]: the way of a request, whose order of checks clients can see
//! - [`problem`]: the one map from errors to status and body
//! - [`founding`], [`mint`]: what the first start makes; keys for new users and clients
//! - the others: the handlers, one file for each family of endpoints

pub(crate) mod acl;
pub(crate) mod artifacts;
pub(crate) mod associations;
pub(crate) mod clients;
pub(crate) mod containers;
pub(crate) mod cookbooks;
pub(crate) mod data;
pub(crate) mod data_collector;
pub(crate) mod depsolver;
pub(crate) mod environments;
pub(crate) mod files;
pub(crate) mod founding;
pub(crate) mod groups;
pub(crate) mod keys;
pub(crate) mod mint;
pub(crate) mod nodes;
pub(crate) mod organizations;
pub(crate) mod policies;
pub(crate) mod principals;
pub(crate) mod problem;
pub(crate) mod reports;
pub(crate) mod request;
pub(crate) mod roles;
pub(crate) mod route;
pub(crate) mod sandboxes;
pub(crate) mod search;
pub(crate) mod statistics;
pub(crate) mod status;
pub(crate) mod users;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use actix_web::http::Method;
use chef::key::{PublicKey, Ring};
use chef::records::{Changes, Records};
use chef::{Entity, Error, Kind};
use serde_json::{Map, Value};
use store::Transaction;
use tokio::sync::Semaphore;

use self::depsolver::Shelves;
use self::files::Signer;
use self::mint::Mint;
use self::request::{Answer, Ask, Call, Work};
use self::route::Endpoint;

/// Public keys that are kept ready, each of some 2 kB.
const KEYS: usize = 10_000;

/// Passwords that may wait to be hashed.
const HASHES: usize = 64;

/// What Chef's handlers need besides the store.
pub(crate) struct Kitchen {
    /// The other half of the console's key.
    pub(crate) console: PublicKey,
    /// The keys of who asks.
    pub(crate) keys: Ring,
    pub(crate) mint: Mint,
    /// Who may wait for a password to be hashed, and who may hash one.
    pub(crate) hash_queue: Arc<Semaphore>,
    pub(crate) hash_turns: Arc<Semaphore>,
    /// Signs the addresses of cookbooks' files.
    pub(crate) files: Arc<Signer>,
    pub(crate) shelves: Arc<Shelves>,
    /// Where only Chef is served, once that is known.
    pub(crate) address: OnceLock<SocketAddr>,
}

impl Kitchen {
    /// `secret` is what addresses of files are signed with.
    pub(crate) fn new(console: PublicKey, secret: &[u8]) -> Self {
        let (files, shelves) = (Arc::new(Signer::new(secret)), Arc::default());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            console,
            keys: Ring::new(KEYS / 2),
            mint: Mint::default(),
            hash_queue: Arc::new(Semaphore::new(HASHES)),
            hash_turns: Arc::new(Semaphore::new(cores)),
            files,
            shelves,
            address: OnceLock::new(),
        }
    }
}

/// Whether a path on the main port is one of Chef's.
pub(crate) fn owns(path: &str) -> bool {
    let first = path.split('/').find(|part| !part.is_empty()).unwrap_or_default();
    route::ROOTS.contains(&first)
}

/// Understands a request: what is to be done once it is known who asks.
pub(crate) fn handle(endpoint: Endpoint, ask: &Ask) -> chef::Result<Work> {
    match endpoint {
        Endpoint::Organizations => organizations::all(ask),
        Endpoint::Organization { name } => organizations::one(ask, &name),
        Endpoint::Users => users::all(ask),
        Endpoint::User { name } => Ok(users::one(ask, name)),
        Endpoint::UserOrganizations { name } => Ok(associations::organizations(name)),
        Endpoint::UserInvitations { name } => Ok(associations::of_user(name, false)),
        Endpoint::UserInvitationCount { name } => Ok(associations::of_user(name, true)),
        Endpoint::UserInvitation { name, id } => associations::respond(ask, name, id),
        Endpoint::AuthenticateUser => users::compare(ask, false),
        Endpoint::SystemRecovery => users::compare(ask, true),
        Endpoint::License => Ok(status::license()),
        Endpoint::Members => associations::members(ask),
        Endpoint::Member { name } => Ok(associations::member(ask, name)),
        Endpoint::Invitations => associations::invitations(ask),
        Endpoint::Invitation { id } => Ok(associations::invitation(id)),
        Endpoint::Clients => clients::all(ask),
        Endpoint::Client { name } => Ok(clients::one(ask, name)),
        Endpoint::Keys { owner } => keys::all(ask, owner),
        Endpoint::Key { owner, name } => keys::one(ask, owner, name),
        Endpoint::Groups => groups::all(ask),
        Endpoint::Group { name } => groups::one(ask, name),
        Endpoint::Containers => containers::all(ask),
        Endpoint::Container { name } => Ok(containers::one(ask, name)),
        Endpoint::Acl { kind, name } => Ok(acl::all(ask, kind, name)),
        Endpoint::AclPart { kind, name, permission } => acl::part(ask, kind, name, permission),
        Endpoint::Principal { name } => Ok(principals::one(name)),
        Endpoint::Identifiers { kind, name } => Ok(principals::identifiers(kind, name)),
        Endpoint::Validate { .. } => Ok(principals::validate()),
        Endpoint::Nodes => nodes::all(ask),
        Endpoint::Node { name } => nodes::one(ask, name),
        Endpoint::EnvironmentNodes { name } => Ok(nodes::of_environment(name)),
        Endpoint::Roles => roles::all(ask),
        Endpoint::Role { name } => roles::one(ask, name),
        Endpoint::RoleEnvironments { name } => Ok(roles::environments(name)),
        Endpoint::RoleInEnvironment { name, environment } => Ok(roles::in_environment(name, environment)),
        Endpoint::Environments => environments::all(ask),
        Endpoint::Environment { name } => environments::one(ask, name),
        Endpoint::DataBags => data::all(ask),
        Endpoint::DataBag { name } => data::bag(ask, name),
        Endpoint::DataBagItem { bag, id } => data::item(ask, bag, id),
        Endpoint::Sandboxes => sandboxes::all(ask),
        Endpoint::Sandbox { id } => sandboxes::one(ask, id),
        Endpoint::Cookbooks => cookbooks::all(ask),
        Endpoint::Cookbook { name } => cookbooks::named(ask, name),
        Endpoint::CookbookVersion { name, version } => cookbooks::version(ask, name, version),
        Endpoint::Universe => Ok(cookbooks::universe()),
        Endpoint::EnvironmentCookbooks { name, cookbook } => cookbooks::of_environment(ask, name, cookbook),
        Endpoint::EnvironmentRecipes { name } => Ok(cookbooks::recipes_of_environment(name)),
        Endpoint::EnvironmentSolution { name } => depsolver::cookbook_versions(ask, name),
        Endpoint::Artifacts { name } => Ok(artifacts::listed(name)),
        Endpoint::Artifact { name, identifier } => artifacts::one(ask, name, identifier),
        Endpoint::Policies => Ok(policies::all()),
        Endpoint::Policy { name } => Ok(policies::named(ask, name)),
        Endpoint::PolicyRevisions { name } => policies::revisions(ask, name),
        Endpoint::PolicyRevision { name, id } => Ok(policies::revision(ask, name, id)),
        Endpoint::PolicyGroups => Ok(policies::groups()),
        Endpoint::PolicyGroup { name } => Ok(policies::group(ask, name)),
        Endpoint::PolicyAssignment { group, policy } => policies::assignment(ask, group, policy),
        Endpoint::Indexes => Ok(search::all()),
        Endpoint::Index { name } => search::one(ask, name),
        Endpoint::RequiredRecipe => Ok(status::required_recipe(ask)),
        Endpoint::DataCollector => data_collector::signed(ask),
        Endpoint::NodeRuns { node } => reports::of_node(ask, &node),
        Endpoint::NodeRun { node, run } => reports::one_of_node(ask, &node, &run),
        Endpoint::RunResource { node, run, number } => reports::resource(ask, &node, &run, &number),
        Endpoint::Runs => reports::of_organization(ask),
        Endpoint::Run { run } => reports::one(ask, &run),
        // Answered before anybody asks who it was.
        Endpoint::ServerApiVersion
        | Endpoint::Status
        | Endpoint::SearchCommit
        | Endpoint::Stats
        | Endpoint::Version
        | Endpoint::ReportsStatus
        | Endpoint::TokenCollector
        | Endpoint::Controls
        | Endpoint::File { .. } => Err(Error::broken("an endpoint without a handler")),
    }
}

/// The names and addresses of all of a kind, to who may read its container.
fn listed(kind: Kind) -> Work {
    Work::read(move |call, db| {
        call.demand_container(db, kind)?;
        let all = db.entities(call.org(), kind)?;
        let list: Map<String, Value> =
            all.into_iter().map(|one| (one.name.clone(), call.url(&[kind.container(), &one.name]).into())).collect();
        Ok(Answer::ok(&Value::Object(list)))
    })
}

/// To read or delete one document.
fn document(ask: &Ask, kind: Kind, name: String, not_found: impl Fn(&str) -> Error + Send + 'static) -> Work {
    let deletes = ask.method == Method::DELETE;
    let action = move |call: &Call, db: &Transaction<'_>| {
        let found = db.entity(call.org(), kind, &name)?.ok_or_else(|| not_found(&name))?;
        call.demand(db, &found)?;
        let text = kept(db, &found)?;
        if deletes {
            db.remove_entity(found.id)?;
        }
        Ok(Answer::text(text))
    };
    if deletes { Work::write(action) } else { Work::read(action) }
}

/// The JSON of something that has a document.
pub(crate) fn kept(db: &Transaction<'_>, entity: &Entity) -> chef::Result<String> {
    db.document(entity.id)?
        .ok_or_else(|| Error::broken(format!("{} {} has no document", entity.kind.as_str(), entity.name)))
}
