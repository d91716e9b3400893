//! Facts, catalogs, reports, and the list of nodes.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{Certname, Facts};

use crate::error::Error;
use crate::report::NewReport;

/// Keeps what nodes told. Each method is one transaction; when it answers `Ok`, what it wrote
/// survives a power cut. Writing anything of a node that was deactivated brings it back.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// Takes the place of the facts that were kept.
    async fn put_facts(&self, facts: NewFacts) -> Result<(), Error>;

    async fn facts(&self, node: &Certname) -> Result<Option<KeptFacts>, Error>;

    /// Takes the place of the catalog that was kept.
    async fn put_catalog(&self, catalog: NewCatalog) -> Result<(), Error>;

    async fn catalog(&self, node: &Certname) -> Result<Option<NewCatalog>, Error>;

    /// Keeps a report, and drops the node's oldest beyond the setting `reports_per_node`.
    async fn put_report(&self, report: NewReport) -> Result<ReportId, Error>;

    /// The document as it was sent.
    async fn report(&self, id: ReportId) -> Result<Option<(ReportRow, Vec<u8>)>, Error>;

    /// Reports, newest first: of one node or of all, older than `page.after`.
    async fn reports(&self, node: Option<&Certname>, page: Page<ReportId>) -> Result<Vec<ReportRow>, Error>;

    /// Nodes by name, after `page.after`; deactivated ones only when asked for.
    async fn nodes(&self, deactivated: bool, page: Page<Certname>) -> Result<Vec<NodeRow>, Error>;

    async fn node(&self, node: &Certname) -> Result<Option<NodeRow>, Error>;

    /// Hides a node and withdraws its exported resources. Whether it was known and active.
    async fn deactivate(&self, node: &Certname, at: Timestamp) -> Result<bool, Error>;

    /// Removes all that is known of a node. Whether it was known.
    async fn forget(&self, node: &Certname) -> Result<bool, Error>;
}

/// Part of a list: what comes after a key, at most `limit` rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<K> {
    pub after: Option<K>,
    pub limit: usize,
}

impl<K> Page<K> {
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }
}

/// Facts to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFacts {
    pub node: Certname,
    /// Environment that the agent asked for, where it said one.
    pub environment: Option<String>,
    pub facts: Facts,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct KeptFacts {
    pub facts: Facts,
    pub environment: Option<String>,
    pub at: Timestamp,
}

/// A catalog to keep, and as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCatalog {
    pub node: Certname,
    pub environment: String,
    /// The catalog's `version`.
    pub version: String,
    pub catalog_uuid: Option<String>,
    pub transaction_uuid: Option<String>,
    pub code_id: Option<String>,
    /// The document, JSON.
    pub document: Vec<u8>,
    pub at: Timestamp,
}

/// Names a kept report; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReportId(pub i64);

impl std::fmt::Display for ReportId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What lists show of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub id: ReportId,
    pub node: Certname,
    /// `changed`, `unchanged` or `failed`, where the agent said one.
    pub status: Option<String>,
    pub environment: Option<String>,
    pub noop: Option<bool>,
    pub report_format: i64,
    pub transaction_uuid: Option<String>,
    pub puppet_version: Option<String>,
    pub configuration_version: Option<String>,
    /// RFC 3339 text: when the run began, as the agent says.
    pub time: String,
    pub received_at: Timestamp,
    /// Length of the document in bytes.
    pub size: u64,
}

/// What lists show of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    pub name: Certname,
    pub environment: Option<String>,
    pub facts_at: Option<Timestamp>,
    pub catalog_at: Option<Timestamp>,
    pub report_at: Option<Timestamp>,
    /// Of its newest report.
    pub report_status: Option<String>,
    pub report_noop: Option<bool>,
    pub report_id: Option<ReportId>,
    pub deactivated_at: Option<Timestamp>,
}

impl NodeRow {
    /// When the node last told anything.
    pub fn last_seen(&self) -> Option<Timestamp> {
        [self.facts_at, self.catalog_at, self.report_at].into_iter().flatten().max()
    }
}
