//! Every path of Chef's that the server answers, as one list.
//!
//! [`parse`] is pure: path in, endpoint out. Which methods an endpoint takes is said here too.

use actix_web::http::Method;
use chef::{Kind, Permission};
use percent_encoding::percent_decode_str;

/// What the paths begin with.
pub(crate) const ROOTS: [&str; 13] = [
    "organizations",
    "bookshelf",
    "users",
    "authenticate_user",
    "system_recovery",
    "license",
    "server_api_version",
    "_status",
    "_stats",
    "version",
    "reports",
    "data-collector",
    "dummy",
];

/// One thing that can be asked of. Names are as they came, percent-decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    // Outside of organizations
    /// `/organizations`
    Organizations,
    /// `/users`
    Users,
    /// `/users/USER`
    User { name: String },
    /// `/users/USER/organizations`
    UserOrganizations { name: String },
    /// `/users/USER/association_requests`
    UserInvitations { name: String },
    /// `/users/USER/association_requests/count`
    UserInvitationCount { name: String },
    /// `/users/USER/association_requests/ID`
    UserInvitation { name: String, id: String },
    /// `/authenticate_user`
    AuthenticateUser,
    /// `/system_recovery`
    SystemRecovery,
    /// `/license`
    License,
    /// `/server_api_version`
    ServerApiVersion,
    /// `/_status`
    Status,
    /// `/_stats`: what the server counts
    Stats,
    /// `/version`
    Version,
    /// `/reports/status`
    ReportsStatus,
    /// `/data-collector`, to who has the token
    TokenCollector,
    /// `/dummy`: where chef-zero, whose search is exact at once as well, takes the wish that changes be made seen
    SearchCommit,

    /// `/organizations/ORG`
    Organization { name: String },
    /// `…/users`
    Members,
    /// `…/users/USER`
    Member { name: String },
    /// `…/association_requests`
    Invitations,
    /// `…/association_requests/ID`
    Invitation { id: String },
    /// `…/clients`
    Clients,
    /// `…/clients/CLIENT`
    Client { name: String },
    /// `/users/USER/keys`, `…/users/USER/keys`, `…/clients/CLIENT/keys`
    Keys { owner: Owner },
    /// The same, with `/KEY`
    Key { owner: Owner, name: String },
    /// `…/groups`
    Groups,
    /// `…/groups/GROUP`
    Group { name: String },
    /// `…/containers`
    Containers,
    /// `…/containers/CONTAINER`
    Container { name: String },
    /// `PATH/_acl`
    Acl { kind: Kind, name: String },
    /// `PATH/_acl/PERMISSION`
    AclPart { kind: Kind, name: String, permission: Permission },
    /// `…/principals/NAME`
    Principal { name: String },

    /// `…/nodes`
    Nodes,
    /// `…/nodes/NODE`
    Node { name: String },
    /// `…/KIND/NAME/_identifiers`
    Identifiers { kind: String, name: String },
    /// `…/roles`
    Roles,
    /// `…/roles/ROLE`
    Role { name: String },
    /// `…/roles/ROLE/environments`
    RoleEnvironments { name: String },
    /// `…/roles/ROLE/environments/ENVIRONMENT`, `…/environments/ENVIRONMENT/roles/ROLE`
    RoleInEnvironment { name: String, environment: String },
    /// `…/environments`
    Environments,
    /// `…/environments/ENVIRONMENT`
    Environment { name: String },
    /// `…/environments/ENVIRONMENT/nodes`
    EnvironmentNodes { name: String },
    /// `…/data`
    DataBags,
    /// `…/data/BAG`
    DataBag { name: String },
    /// `…/data/BAG/ITEM`
    DataBagItem { bag: String, id: String },
    /// `…/validate/PATH`: tells who signed a request for `PATH`
    Validate { path: String },
    /// `…/controls`
    Controls,
    /// `…/required_recipe`
    RequiredRecipe,

    /// `…/sandboxes`
    Sandboxes,
    /// `…/sandboxes/SANDBOX`
    Sandbox { id: String },
    /// `/bookshelf/organization-GUID/checksum-MD5`: a file of a cookbook, by an address that the server signed
    File { organization: String, checksum: String },
    /// `…/cookbooks`
    Cookbooks,
    /// `…/cookbooks/COOKBOOK`, `…/cookbooks/_latest`, `…/cookbooks/_recipes`
    Cookbook { name: String },
    /// `…/cookbooks/COOKBOOK/VERSION`
    CookbookVersion { name: String, version: String },
    /// `…/universe`
    Universe,
    /// `…/environments/ENVIRONMENT/cookbooks`, perhaps with `/COOKBOOK`
    EnvironmentCookbooks { name: String, cookbook: Option<String> },
    /// `…/environments/ENVIRONMENT/recipes`
    EnvironmentRecipes { name: String },
    /// `…/environments/ENVIRONMENT/cookbook_versions`
    EnvironmentSolution { name: String },
    /// `…/cookbook_artifacts`, perhaps with `/NAME`
    Artifacts { name: Option<String> },
    /// `…/cookbook_artifacts/NAME/IDENTIFIER`
    Artifact { name: String, identifier: String },
    /// `…/policies`
    Policies,
    /// `…/policies/POLICY`
    Policy { name: String },
    /// `…/policies/POLICY/revisions`
    PolicyRevisions { name: String },
    /// `…/policies/POLICY/revisions/REVISION`
    PolicyRevision { name: String, id: String },
    /// `…/policy_groups`
    PolicyGroups,
    /// `…/policy_groups/GROUP`
    PolicyGroup { name: String },
    /// `…/policy_groups/GROUP/policies/POLICY`
    PolicyAssignment { group: String, policy: String },
    /// `…/search`
    Indexes,
    /// `…/search/INDEX`
    Index { name: String },

    /// `…/data-collector`
    DataCollector,
    /// `…/reports/nodes/NODE/runs`
    NodeRuns { node: String },
    /// `…/reports/nodes/NODE/runs/RUN`
    NodeRun { node: String, run: String },
    /// `…/reports/nodes/NODE/runs/RUN/NUMBER`: one resource that it changed
    RunResource { node: String, run: String, number: String },
    /// `…/reports/org/runs`
    Runs,
    /// `…/reports/org/runs/RUN`
    Run { run: String },
}

/// Whose keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    User(String),
    /// A user, asked for as one of an organization.
    Member(String),
    Client(String),
}

/// A path, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) organization: Option<String>,
    pub(crate) endpoint: Endpoint,
}

/// Finds what a path names. Slashes at the end, and more than one between, mean nothing.
pub(crate) fn parse(path: &str) -> Option<Route> {
    let segments = path.split('/').filter(|part| !part.is_empty());
    let decoded: Vec<String> =
        segments.map(|part| percent_decode_str(part).decode_utf8().ok().map(String::from)).collect::<Option<_>>()?;
    let parts: Vec<&str> = decoded.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["organizations"] => Some(global(Endpoint::Organizations)),
        ["organizations", name, rest @ ..] => {
            let endpoint = of_organization(name, rest)?;
            Some(Route { organization: Some((*name).to_owned()), endpoint })
        }
        ["users"] => Some(global(Endpoint::Users)),
        ["users", name, rest @ ..] => Some(global(of_user((*name).to_owned(), rest)?)),
        ["authenticate_user"] => Some(global(Endpoint::AuthenticateUser)),
        ["system_recovery"] => Some(global(Endpoint::SystemRecovery)),
        ["license"] => Some(global(Endpoint::License)),
        ["server_api_version"] => Some(global(Endpoint::ServerApiVersion)),
        ["_status"] => Some(global(Endpoint::Status)),
        ["_stats"] => Some(global(Endpoint::Stats)),
        ["version"] => Some(global(Endpoint::Version)),
        ["reports", "status"] => Some(global(Endpoint::ReportsStatus)),
        ["data-collector"] | ["data-collector", "v0"] => Some(global(Endpoint::TokenCollector)),
        ["dummy"] => Some(global(Endpoint::SearchCommit)),
        ["bookshelf", organization, checksum] => {
            let organization = organization.strip_prefix("organization-")?.to_owned();
            let checksum = checksum.strip_prefix("checksum-")?.to_owned();
            Some(global(Endpoint::File { organization, checksum }))
        }
        _ => None,
    }
}

fn global(endpoint: Endpoint) -> Route {
    Route { organization: None, endpoint }
}

fn of_user(name: String, rest: &[&str]) -> Option<Endpoint> {
    Some(match rest {
        [] => Endpoint::User { name },
        ["_acl"] => Endpoint::Acl { kind: Kind::User, name },
        ["_acl", part] => Endpoint::AclPart { kind: Kind::User, name, permission: Permission::parse(part)? },
        ["organizations"] => Endpoint::UserOrganizations { name },
        ["association_requests"] => Endpoint::UserInvitations { name },
        ["association_requests", "count"] => Endpoint::UserInvitationCount { name },
        ["association_requests", id] => Endpoint::UserInvitation { name, id: (*id).to_owned() },
        ["keys"] => Endpoint::Keys { owner: Owner::User(name) },
        ["keys", key] => Endpoint::Key { owner: Owner::User(name), name: (*key).to_owned() },
        _ => return None,
    })
}

fn of_organization(organization: &str, rest: &[&str]) -> Option<Endpoint> {
    if let Some(endpoint) = acl(organization, rest) {
        return Some(endpoint);
    }
    let text = |text: &&str| (*text).to_owned();
    Some(match rest {
        [] => Endpoint::Organization { name: organization.to_owned() },
        ["users"] => Endpoint::Members,
        ["users", name] => Endpoint::Member { name: text(name) },
        ["users", name, "keys"] => Endpoint::Keys { owner: Owner::Member(text(name)) },
        ["users", name, "keys", key] => Endpoint::Key { owner: Owner::Member(text(name)), name: text(key) },
        ["association_requests"] => Endpoint::Invitations,
        ["association_requests", id] => Endpoint::Invitation { id: text(id) },
        ["clients"] => Endpoint::Clients,
        ["clients", name] => Endpoint::Client { name: text(name) },
        ["clients", name, "keys"] => Endpoint::Keys { owner: Owner::Client(text(name)) },
        ["clients", name, "keys", key] => Endpoint::Key { owner: Owner::Client(text(name)), name: text(key) },
        ["groups"] => Endpoint::Groups,
        ["groups", name] => Endpoint::Group { name: text(name) },
        ["containers"] => Endpoint::Containers,
        ["containers", name] => Endpoint::Container { name: text(name) },
        ["principals", name] => Endpoint::Principal { name: text(name) },
        ["nodes"] => Endpoint::Nodes,
        ["nodes", name] => Endpoint::Node { name: text(name) },
        ["roles"] => Endpoint::Roles,
        ["roles", name] => Endpoint::Role { name: text(name) },
        ["roles", name, "environments"] => Endpoint::RoleEnvironments { name: text(name) },
        ["roles", name, "environments", environment] | ["environments", environment, "roles", name] => {
            Endpoint::RoleInEnvironment { name: text(name), environment: text(environment) }
        }
        ["environments"] => Endpoint::Environments,
        ["environments", name] => Endpoint::Environment { name: text(name) },
        ["environments", name, "nodes"] => Endpoint::EnvironmentNodes { name: text(name) },
        ["data"] => Endpoint::DataBags,
        ["data", name] => Endpoint::DataBag { name: text(name) },
        ["data", bag, id] => Endpoint::DataBagItem { bag: text(bag), id: text(id) },
        ["validate", path @ ..] => Endpoint::Validate { path: format!("/{}", path.join("/")) },
        ["controls"] => Endpoint::Controls,
        ["required_recipe"] => Endpoint::RequiredRecipe,
        [kind, name, "_identifiers"] => Endpoint::Identifiers { kind: text(kind), name: text(name) },
        ["environments", name, "cookbooks"] => Endpoint::EnvironmentCookbooks { name: text(name), cookbook: None },
        ["environments", name, "cookbooks", cookbook] => {
            Endpoint::EnvironmentCookbooks { name: text(name), cookbook: Some(text(cookbook)) }
        }
        ["environments", name, "recipes"] => Endpoint::EnvironmentRecipes { name: text(name) },
        ["environments", name, "cookbook_versions"] => Endpoint::EnvironmentSolution { name: text(name) },
        _ => return of_shelf(rest),
    })
}

/// What belongs to cookbooks, policies and search.
fn of_shelf(rest: &[&str]) -> Option<Endpoint> {
    let text = |text: &&str| (*text).to_owned();
    Some(match rest {
        ["sandboxes"] => Endpoint::Sandboxes,
        ["sandboxes", id] => Endpoint::Sandbox { id: text(id) },
        ["cookbooks"] => Endpoint::Cookbooks,
        ["cookbooks", name] => Endpoint::Cookbook { name: text(name) },
        ["cookbooks", name, version] => Endpoint::CookbookVersion { name: text(name), version: text(version) },
        ["universe"] => Endpoint::Universe,
        ["cookbook_artifacts"] => Endpoint::Artifacts { name: None },
        ["cookbook_artifacts", name] => Endpoint::Artifacts { name: Some(text(name)) },
        ["cookbook_artifacts", name, identifier] => {
            Endpoint::Artifact { name: text(name), identifier: text(identifier) }
        }
        ["policies"] => Endpoint::Policies,
        ["policies", name] => Endpoint::Policy { name: text(name) },
        ["policies", name, "revisions"] => Endpoint::PolicyRevisions { name: text(name) },
        ["policies", name, "revisions", id] => Endpoint::PolicyRevision { name: text(name), id: text(id) },
        ["policy_groups"] => Endpoint::PolicyGroups,
        ["policy_groups", name] => Endpoint::PolicyGroup { name: text(name) },
        ["policy_groups", group, "policies", policy] => {
            Endpoint::PolicyAssignment { group: text(group), policy: text(policy) }
        }
        ["search"] => Endpoint::Indexes,
        ["search", name] => Endpoint::Index { name: text(name) },
        ["data-collector"] => Endpoint::DataCollector,
        ["reports", rest @ ..] => return of_reports(rest),
        _ => return None,
    })
}

fn of_reports(rest: &[&str]) -> Option<Endpoint> {
    let text = |text: &&str| (*text).to_owned();
    Some(match rest {
        ["nodes", node, "runs"] => Endpoint::NodeRuns { node: text(node) },
        ["nodes", node, "runs", run] => Endpoint::NodeRun { node: text(node), run: text(run) },
        ["nodes", node, "runs", run, number] => {
            Endpoint::RunResource { node: text(node), run: text(run), number: text(number) }
        }
        ["org", "runs"] => Endpoint::Runs,
        ["org", "runs", run] => Endpoint::Run { run: text(run) },
        _ => return None,
    })
}

/// Lists of access control stand below what they protect; the organization's below any word.
fn acl(organization: &str, rest: &[&str]) -> Option<Endpoint> {
    let named = |kind: &str, name: &str| {
        let found = Kind::ALL.into_iter().find(|known| known.container() == kind)?;
        let in_organization = !matches!(found, Kind::User | Kind::Organization);
        in_organization.then(|| (found, name.to_owned()))
    };
    match rest {
        [_, "_acl"] => Some(Endpoint::Acl { kind: Kind::Organization, name: organization.to_owned() }),
        ["organizations", "_acl", part] => Some(Endpoint::AclPart {
            kind: Kind::Organization,
            name: organization.to_owned(),
            permission: Permission::parse(part)?,
        }),
        [kind, name, "_acl"] => {
            let (kind, name) = named(kind, name)?;
            Some(Endpoint::Acl { kind, name })
        }
        [kind, name, "_acl", part] => {
            let (kind, name) = named(kind, name)?;
            Some(Endpoint::AclPart { kind, name, permission: Permission::parse(part)? })
        }
        _ => None,
    }
}

impl Endpoint {
    /// What it is counted as.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Organizations | Self::Organization { .. } => "chef_organizations",
            Self::Users | Self::User { .. } | Self::UserOrganizations { .. } => "chef_users",
            Self::UserInvitations { .. }
            | Self::UserInvitationCount { .. }
            | Self::UserInvitation { .. }
            | Self::Members
            | Self::Member { .. }
            | Self::Invitations
            | Self::Invitation { .. } => "chef_associations",
            Self::AuthenticateUser | Self::SystemRecovery => "chef_authenticate_user",
            Self::License => "chef_license",
            Self::ServerApiVersion | Self::Status | Self::Stats | Self::Version => "chef_status",
            Self::Clients | Self::Client { .. } => "chef_clients",
            Self::Keys { .. } | Self::Key { .. } => "chef_keys",
            Self::Groups | Self::Group { .. } => "chef_groups",
            Self::Containers | Self::Container { .. } => "chef_containers",
            Self::Acl { .. } | Self::AclPart { .. } => "chef_acl",
            Self::Principal { .. } | Self::Identifiers { .. } | Self::Validate { .. } => "chef_principals",
            Self::Nodes | Self::Node { .. } => "chef_nodes",
            Self::Roles | Self::Role { .. } | Self::RoleEnvironments { .. } | Self::RoleInEnvironment { .. } => {
                "chef_roles"
            }
            Self::Environments | Self::Environment { .. } | Self::EnvironmentNodes { .. } => "chef_environments",
            Self::DataBags | Self::DataBag { .. } | Self::DataBagItem { .. } => "chef_data",
            Self::Sandboxes | Self::Sandbox { .. } => "chef_sandboxes",
            Self::File { .. } => "chef_files",
            Self::Cookbooks | Self::Cookbook { .. } | Self::CookbookVersion { .. } | Self::Universe => "chef_cookbooks",
            Self::EnvironmentCookbooks { .. } | Self::EnvironmentRecipes { .. } => "chef_environments",
            Self::EnvironmentSolution { .. } => "chef_depsolver",
            Self::Artifacts { .. } | Self::Artifact { .. } => "chef_artifacts",
            Self::Policies
            | Self::Policy { .. }
            | Self::PolicyRevisions { .. }
            | Self::PolicyRevision { .. }
            | Self::PolicyGroups
            | Self::PolicyGroup { .. }
            | Self::PolicyAssignment { .. } => "chef_policies",
            Self::Indexes | Self::Index { .. } | Self::SearchCommit => "chef_search",
            Self::DataCollector | Self::TokenCollector => "chef_data_collector",
            Self::NodeRuns { .. }
            | Self::NodeRun { .. }
            | Self::RunResource { .. }
            | Self::Runs
            | Self::Run { .. }
            | Self::ReportsStatus => "chef_reports",
            Self::Controls | Self::RequiredRecipe => "chef_other",
        }
    }

    /// The methods that it takes, as the header `Allow` says them.
    pub(crate) fn allowed(&self) -> &'static str {
        match self {
            Self::Organizations
            | Self::Users
            | Self::Members
            | Self::Invitations
            | Self::Clients
            | Self::Groups
            | Self::Containers
            | Self::Nodes
            | Self::Roles
            | Self::Environments
            | Self::DataBags => "GET, POST",
            Self::Keys { owner: Owner::Member(_) } | Self::Key { owner: Owner::Member(_), .. } => "GET",
            Self::Keys { .. } => "GET, POST",
            Self::Organization { .. }
            | Self::User { .. }
            | Self::Client { .. }
            | Self::Key { .. }
            | Self::Group { .. }
            | Self::Role { .. }
            | Self::DataBagItem { .. } => "GET, PUT, DELETE",
            Self::Environment { name } if name == chef::environment::DEFAULT => "GET",
            Self::Environment { .. } => "GET, PUT, DELETE",
            Self::Node { .. } => "HEAD, GET, PUT, DELETE",
            Self::Member { .. } | Self::Container { .. } => "GET, DELETE",
            Self::DataBag { .. } => "GET, POST, DELETE",
            Self::UserInvitation { .. } | Self::AclPart { .. } | Self::Sandbox { .. } => "PUT",
            Self::CookbookVersion { .. } | Self::Artifact { .. } | Self::PolicyAssignment { .. } => "GET, PUT, DELETE",
            Self::File { .. } => "GET, PUT",
            Self::Policy { .. } | Self::PolicyRevision { .. } | Self::PolicyGroup { .. } => "GET, DELETE",
            Self::Index { .. } | Self::TokenCollector | Self::NodeRuns { .. } | Self::NodeRun { .. } => "GET, POST",
            Self::DataCollector => "POST",
            Self::Sandboxes | Self::PolicyRevisions { .. } | Self::EnvironmentSolution { .. } => "POST",
            Self::Invitation { .. } => "DELETE",
            Self::AuthenticateUser | Self::SystemRecovery | Self::SearchCommit => "POST",
            // Where no recipe is required, there is no such path for any method.
            Self::Validate { .. } | Self::Controls | Self::RequiredRecipe => "HEAD, GET, PUT, POST, DELETE",
            Self::UserOrganizations { .. }
            | Self::UserInvitations { .. }
            | Self::UserInvitationCount { .. }
            | Self::License
            | Self::ServerApiVersion
            | Self::Status
            | Self::Stats
            | Self::Version
            | Self::ReportsStatus
            | Self::RunResource { .. }
            | Self::Runs
            | Self::Run { .. }
            | Self::Acl { .. }
            | Self::Principal { .. }
            | Self::Identifiers { .. }
            | Self::RoleEnvironments { .. }
            | Self::RoleInEnvironment { .. }
            | Self::Cookbooks
            | Self::Cookbook { .. }
            | Self::Universe
            | Self::EnvironmentCookbooks { .. }
            | Self::EnvironmentRecipes { .. }
            | Self::Artifacts { .. }
            | Self::Policies
            | Self::PolicyGroups
            | Self::Indexes
            | Self::EnvironmentNodes { .. } => "GET",
        }
    }

    pub(crate) fn takes(&self, method: &Method) -> bool {
        self.allowed().split(", ").any(|allowed| allowed == method.as_str())
    }

    /// Whether it may be answered in another form than JSON.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Stats | Self::Version | Self::RequiredRecipe)
    }

    /// Whether it searches.
    pub(crate) fn searches(&self) -> bool {
        matches!(self, Self::Index { .. })
    }

    /// Whether what it takes is as long as a node's whole run.
    pub(crate) fn takes_reports(&self) -> bool {
        matches!(self, Self::DataCollector | Self::NodeRuns { .. } | Self::NodeRun { .. })
    }

    /// Whether it is answered to who did not sign.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::ServerApiVersion | Self::Status | Self::SearchCommit | Self::Principal { .. })
    }
}

#[cfg(test)]
mod tests;
