//! Everything that has an access control list.

/// An organization, by row. What belongs to none is global.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgId(pub i64);

impl OrgId {
    /// Users, organizations and their containers.
    pub const GLOBAL: Self = Self(0);
}

/// An entity, by row. Rows are never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub i64);

impl EntityId {
    /// As the API shows it where it speaks of authorization: 32 hexadecimal digits.
    pub fn authz_id(self) -> String {
        format!("{:032x}", self.0)
    }
}

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Organization,
    User,
    Client,
    Group,
    Container,
    Node,
    Role,
    Environment,
    DataBag,
    Cookbook,
    CookbookArtifact,
    Policy,
    PolicyGroup,
}

impl Kind {
    pub const ALL: [Self; 13] = [
        Self::Organization,
        Self::User,
        Self::Client,
        Self::Group,
        Self::Container,
        Self::Node,
        Self::Role,
        Self::Environment,
        Self::DataBag,
        Self::Cookbook,
        Self::CookbookArtifact,
        Self::Policy,
        Self::PolicyGroup,
    ];

    /// As it is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::User => "user",
            Self::Client => "client",
            Self::Group => "group",
            Self::Container => "container",
            Self::Node => "node",
            Self::Role => "role",
            Self::Environment => "environment",
            Self::DataBag => "data_bag",
            Self::Cookbook => "cookbook",
            Self::CookbookArtifact => "cookbook_artifact",
            Self::Policy => "policy",
            Self::PolicyGroup => "policy_group",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The container whose list says who may create one, and what a new one's list begins with.
    /// Paths have the same name.
    pub fn container(self) -> &'static str {
        match self {
            Self::Organization => "organizations",
            Self::User => "users",
            Self::Client => "clients",
            Self::Group => "groups",
            Self::Container => "containers",
            Self::Node => "nodes",
            Self::Role => "roles",
            Self::Environment => "environments",
            Self::DataBag => "data",
            Self::Cookbook => "cookbooks",
            Self::CookbookArtifact => "cookbook_artifacts",
            Self::Policy => "policies",
            Self::PolicyGroup => "policy_groups",
        }
    }

    /// Whether it can ask for something, or be named in a list by itself.
    pub fn is_actor(self) -> bool {
        matches!(self, Self::User | Self::Client)
    }
}

/// One thing that has an access control list. Names are unique among a kind in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub id: EntityId,
    pub org: OrgId,
    pub kind: Kind,
    pub name: String,
    /// 32 hexadecimal digits, drawn when it was made.
    pub guid: String,
}
