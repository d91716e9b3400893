//! What a Chef Infra Server knows and decides: who asks (organizations, users, clients, keys, signed
//! requests), who may do what (containers, groups, access control lists), and the documents that
//! clients keep (nodes, roles, environments, data bags).
//!
//! No file, no socket, no clock and no randomness: what comes from outside is a parameter or a row
//! behind the traits of [`records`]. Texts of refusals are those of the original, word for word,
//! since clients and their users read them; which status they get is said by `server`.
//!
//! - [`entity`], [`names`], [`json`]: the words, and the reading of documents
//! - [`records`]: the port, one transaction at a time
//! - [`sign`], [`key`], [`password`], [`user`], [`client`], [`principal`]: who asks
//! - [`organization`], [`container`], [`group`], [`association`], [`acl`], [`authorization`],
//!   [`readers`]: who may do what
//! - [`run_list`], [`node`], [`role`], [`environment`], [`data_bag`]: what is kept
//! - [`search`]: how it is found
//! - [`backup`]: what is kept, as files of a backup

pub mod acl;
pub mod association;
pub mod authorization;
pub mod backup;
pub mod client;
pub mod container;
pub mod data_bag;
pub mod entity;
pub mod environment;
pub mod error;
pub mod group;
pub mod json;
pub mod key;
pub mod names;
pub mod node;
pub mod organization;
pub mod password;
pub mod principal;
pub mod readers;
pub mod records;
pub mod role;
pub mod run_list;
pub mod search;
pub mod sign;
pub mod user;

pub use authorization::{Caller, Permission};
pub use entity::{Entity, EntityId, Kind, OrgId};
pub use error::{Error, Message};
pub use records::{Changes, Records};

/// What the domain answers with.
pub type Result<T> = std::result::Result<T, Error>;

/// The version of the API that a request asks for, from 0 to 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion(pub u8);

impl ApiVersion {
    /// Keys stand in the documents of users and clients.
    pub const OLDEST: Self = Self(0);
    pub const NEWEST: Self = Self(2);

    /// Reads the header; absent means the oldest. `None` where the server does not speak it.
    pub fn parse(header: Option<&str>) -> Option<Self> {
        let Some(text) = header else { return Some(Self::OLDEST) };
        let version = text.parse::<i64>().ok()?;
        (0..=i64::from(Self::NEWEST.0)).contains(&version).then_some(Self(version as u8))
    }

    /// Whether keys are managed apart from their owners.
    pub fn keys_apart(self) -> bool {
        self > Self::OLDEST
    }
}
