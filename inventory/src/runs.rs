//! Runs of Chef's clients: that one began, how it ended and what it did; compliance reports; and
//! what people did on Chef servers that tell us.
//!
//! A client tells of a run in two ways under one identifier: to the data collector ([`message`])
//! and by the older reporting API ([`reporting`]). It is kept as one run with an account for each.
//!
//! As with all that Chef's requests touch, the port is a transaction of whoever calls: a request is
//! authorised by the rows that it then reads.

pub mod compliance;
pub mod message;
pub mod reporting;

use std::fmt;

use jiff::{SignedDuration, Timestamp};

pub use self::compliance::{ComplianceRow, NewCompliance};
pub use self::message::{Action, ActionRow, Message};
use crate::error::Error;

/// An organization's number; 0 where the teller belongs to none of ours.
pub type Org = i64;

/// After this long a run that did not tell its end is taken for aborted.
pub const GIVEN_UP: SignedDuration = SignedDuration::from_hours(24);

/// Keeps what Chef's clients told. What one organization keeps is never seen by another.
pub trait Runs {
    /// Notes that a run began. One that is known already stays as it is, but for what was missing.
    fn begin_run(&self, org: Org, new: &Beginning) -> Result<(), Error>;
    /// Notes how a run ended, known before or not, and drops the node's oldest runs beyond the
    /// setting `reports_per_node`.
    fn end_run(&self, org: Org, new: &Ending) -> Result<(), Error>;
    fn run(&self, org: Org, run: &RunId) -> Result<Option<RunRow>, Error>;
    /// Runs that a filter takes, the newest first.
    fn runs(&self, filter: &Filter, now: Timestamp) -> Result<Vec<RunRow>, Error>;
    /// What a run told of itself, as it was sent.
    fn account(&self, org: Org, run: &RunId, account: Account) -> Result<Option<Vec<u8>>, Error>;

    /// Keeps a compliance report, and drops the node's oldest beyond the setting `reports_per_node`.
    fn put_compliance(&self, org: Org, new: &NewCompliance) -> Result<(), Error>;
    /// Compliance reports, of one node or of all, the newest first.
    fn compliance(&self, node: Option<&NodeName>, limit: usize) -> Result<Vec<ComplianceRow>, Error>;
    /// A compliance report as it was sent, by the identifier that lists show.
    fn compliance_report(&self, report: &RunId) -> Result<Option<Vec<u8>>, Error>;

    fn put_action(&self, org: Org, new: &Action) -> Result<(), Error>;
    /// The newest first.
    fn actions(&self, limit: usize) -> Result<Vec<ActionRow>, Error>;

    /// Drops what came before a time. How many things were dropped.
    fn drop_runs_before(&self, before: Timestamp) -> Result<usize, Error>;
}

/// Names a run: a UUID in small letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(String);

impl RunId {
    /// Reads `8-4-4-4-12` hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let groups: Vec<&str> = text.split('-').collect();
        let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
        fits.then(|| Self(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a node of Chef's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeName(String);

impl NodeName {
    const LONGEST: usize = 255;

    /// Reads letters, digits, `_`, `-`, `.` and `:`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failure,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Success, Self::Failure].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Started,
    Ended(Outcome),
    /// It never told its end.
    Aborted,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Ended(outcome) => outcome.as_str(),
            Self::Aborted => "aborted",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "started" => Some(Self::Started),
            "aborted" => Some(Self::Aborted),
            ended => Outcome::parse(ended).map(Self::Ended),
        }
    }
}

/// In which form a run told what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The data collector's `run_converge`: every resource, and the node.
    Converge,
    /// The reporting API's: the resources that were updated.
    Resources,
}

impl Account {
    /// As it is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Converge => "converge",
            Self::Resources => "resources",
        }
    }
}

/// A run that began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    pub node: NodeName,
    pub run: RunId,
    /// As the client says, else when it was received.
    pub started_at: Timestamp,
    /// `chef_client` or `chef_solo`, where it was said.
    pub source: Option<String>,
    pub received_at: Timestamp,
}

/// A run that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub node: NodeName,
    pub run: RunId,
    pub outcome: Outcome,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub source: Option<String>,
    pub environment: Option<String>,
    /// Resources in all, and those that were changed.
    pub total: u64,
    pub updated: u64,
    /// Class and message of what made it fail.
    pub error: Option<String>,
    pub account: Account,
    /// JSON, as it was sent.
    pub document: Vec<u8>,
    pub received_at: Timestamp,
}

/// What lists show of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// `None`: of no organization of ours.
    pub organization: Option<String>,
    pub node: NodeName,
    pub run: RunId,
    pub outcome: Option<Outcome>,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub source: Option<String>,
    pub environment: Option<String>,
    pub total: u64,
    pub updated: u64,
    pub error: Option<String>,
}

impl RunRow {
    pub fn state(&self, now: Timestamp) -> State {
        match self.outcome {
            Some(outcome) => State::Ended(outcome),
            None if now.duration_since(self.started_at) > GIVEN_UP => State::Aborted,
            None => State::Started,
        }
    }
}

/// Which runs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `None`: of all organizations, and of none.
    pub org: Option<Org>,
    pub node: Option<NodeName>,
    pub state: Option<State>,
    /// Begun at this time or later.
    pub from: Option<Timestamp>,
    /// Ended at this time or before; begun, where the end is not known.
    pub until: Option<Timestamp>,
    pub skip: usize,
    pub limit: usize,
}

/// Reads a time as clients write it: ISO 8601, or as Ruby prints one.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let numeric = text.strip_suffix("UTC").map(|rest| format!("{rest}+0000"));
    let zoned = jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", numeric.as_deref().unwrap_or(text)).ok()?;
    zoned.to_timestamp().ok()
}

#[cfg(test)]
mod tests;
