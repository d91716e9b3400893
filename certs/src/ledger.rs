//! The port to the rows: requests, certificates, revocations.

use async_trait::async_trait;
use jiff::Timestamp;
use model::Certname;

use crate::serial::Serial;

/// Keeps what the authority must never forget. Each method is one transaction; when it answers
/// `Ok`, what it wrote survives a power cut.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Records the fingerprint of the authority that these rows belong to, unless one is
    /// recorded. Answers with the recorded one.
    async fn adopt(&self, fingerprint: &str) -> Result<String, LedgerError>;

    /// Stores a request, unless its name has a request or a certificate already (then, with
    /// `replace`, it takes the place of the request).
    async fn submit(&self, request: NewRequest, replace: bool) -> Result<Submitted, LedgerError>;

    async fn request(&self, name: &Certname) -> Result<Option<RequestRow>, LedgerError>;

    /// The newest certificate of a name, unless it was deleted.
    async fn certificate(&self, name: &Certname) -> Result<Option<CertificateRow>, LedgerError>;

    async fn certificate_by_serial(&self, serial: Serial) -> Result<Option<CertificateRow>, LedgerError>;

    /// Waiting requests by name, after `after`, at most `limit`.
    async fn requests(&self, after: Option<&Certname>, limit: usize) -> Result<Vec<RequestRow>, LedgerError>;

    /// Certificates that are not deleted or superseded, by name, after `after`, at most `limit`;
    /// only the signed or only the revoked ones when `revoked` says so.
    async fn certificates(
        &self,
        revoked: Option<bool>,
        after: Option<&Certname>,
        limit: usize,
    ) -> Result<Vec<CertificateRow>, LedgerError>;

    /// Every certificate ever issued, deleted and superseded ones too, by serial, after `after`.
    async fn issued(&self, after: Serial, limit: usize) -> Result<Vec<CertificateRow>, LedgerError>;

    /// Gives out the next serial. It is never given out again, even if nothing is signed with it.
    async fn reserve_serial(&self) -> Result<Serial, LedgerError>;

    /// Records a certificate as the newest of its name. With `of`, only if the request with that
    /// digest still waits; the request is then removed in the same transaction.
    async fn issue(&self, certificate: NewCertificate, of: Option<[u8; 32]>) -> Result<Issued, LedgerError>;

    /// Removes a waiting request. Whether there was one.
    async fn remove_request(&self, name: &Certname) -> Result<bool, LedgerError>;

    /// Removes the certificate and the request of a name; revokes nothing.
    async fn remove(&self, name: &Certname) -> Result<Removed, LedgerError>;

    /// Revokes certificates, and with `remove` forgets their names. Names without a certificate
    /// come back in [`RevokedNames::missing`]. The list's number rises by one when anything was
    /// newly revoked.
    async fn revoke(&self, names: &[Certname], remove: bool, at: Timestamp) -> Result<RevokedNames, LedgerError>;

    /// Revokes by serial. Whether it was not revoked before; `Missing` when never issued here.
    async fn revoke_serial(&self, serial: Serial, at: Timestamp) -> Result<bool, LedgerError>;

    /// The serial of a revoked certificate with this public key, if any.
    async fn revoked_key(&self, key_digest: &[u8; 32]) -> Result<Option<Serial>, LedgerError>;

    /// All revocations by serial, and the number that the list of them has.
    async fn revocations(&self) -> Result<Revocations, LedgerError>;

    /// Raises the list's number, for a list that is made anew with nothing revoked.
    async fn next_crl(&self) -> Result<Revocations, LedgerError>;

    /// Keeps a signed list, unless one with a higher number is kept.
    async fn put_crl(&self, crl: CrlRow) -> Result<(), LedgerError>;

    async fn crl(&self) -> Result<Option<CrlRow>, LedgerError>;
}

/// Facts about the rows and what keeps them, never a database's own codes.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A queue is full; try again soon.
    #[error("{0}")]
    Busy(String),
    #[error("certificate {0} was never issued here")]
    Missing(Serial),
    #[error("the records of the certificate authority cannot be reached: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a name's certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Requested,
    Signed,
    Revoked,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Signed => "signed",
            Self::Revoked => "revoked",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Requested, Self::Signed, Self::Revoked].into_iter().find(|state| state.as_str() == text)
    }
}

/// A request to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    pub name: Certname,
    pub der: Vec<u8>,
    /// SHA-256 of `der`.
    pub digest: [u8; 32],
    pub at: Timestamp,
    /// How many requests may wait, this one included.
    pub max_waiting: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub name: Certname,
    pub der: Vec<u8>,
    pub digest: [u8; 32],
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    Stored,
    /// Nothing was stored: the name has this already.
    Already(State),
    /// Nothing was stored: this many wait.
    Full(u64),
}

/// A certificate to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCertificate {
    pub serial: Serial,
    pub name: Certname,
    pub der: Vec<u8>,
    /// SHA-256 of the public key.
    pub key_digest: [u8; 32],
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRow {
    pub serial: Serial,
    pub name: Certname,
    pub der: Vec<u8>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// Whether this is what its name has now.
    pub current: bool,
}

impl CertificateRow {
    pub fn state(&self) -> State {
        if self.revoked_at.is_some() { State::Revoked } else { State::Signed }
    }

    /// The line of Puppet's `inventory.txt`, without the newline.
    pub fn inventory_line(&self) -> String {
        let (from, to) = (crate::status::time_text(self.not_before), crate::status::time_text(self.not_after));
        format!("{} {from} {to} /CN={}", self.serial, self.name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    Recorded,
    /// Nothing was recorded: the request is gone or another one.
    RequestChanged,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub certificate: bool,
    pub request: bool,
}

impl Removed {
    pub fn anything(self) -> bool {
        self.certificate || self.request
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevokedNames {
    /// Newly revoked.
    pub serials: Vec<Serial>,
    /// Names that have no certificate.
    pub missing: Vec<Certname>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    pub serial: Serial,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revocations {
    /// The number of the list that holds exactly these.
    pub number: u64,
    pub entries: Vec<Revocation>,
}

/// A signed revocation list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlRow {
    pub number: u64,
    pub der: Vec<u8>,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
}
