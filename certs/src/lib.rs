//! The certificate authority: requests, the rules for signing them, autosigning, certificates,
//! revocation lists.
//!
//! It never opens a file, a socket or a process and never reads a clock: time is a parameter, rows
//! are kept behind [`Ledger`], a policy executable is run behind [`Policy`], and heavy arithmetic
//! goes where [`Workers`] sends it. The one exception to "no randomness" is cryptographic: making
//! a key and blinding an RSA signature draw from the crypto library's own generator, because a
//! generator handed in could only be worse.
//!
//! - [`authority`]: what an operator or an agent asks for, in whole steps
//! - [`ledger`]: the port to the rows, and the rows
//! - [`request`], [`policy`]: reading a request; what it may ask for
//! - [`autosign`]: which requests are signed unasked
//! - [`issuer`], [`crl`]: making certificates and revocation lists
//! - [`peer`]: reading the certificate that a client showed
//! - [`status`]: the `certificate_status` document
//! - [`oids`]: Puppet's extensions and their short names
//! - [`key`], [`pem`], [`x509`]: keys, text armour, extensions and alternative names

pub mod authority;
pub mod autosign;
pub mod crl;
mod der;
pub mod error;
pub mod issuer;
pub mod key;
pub mod ledger;
pub mod oids;
pub mod peer;
pub mod pem;
pub mod policy;
pub mod request;
pub mod serial;
pub mod settings;
pub mod status;
pub mod workers;
pub mod x509;

pub use authority::{Authority, SignOptions, Submission};
pub use autosign::{Autosign, Globs, Policy};
pub use crl::{Crl, Revoked};
pub use error::{Error, Refusal};
pub use key::{KeyKind, PrivateKey};
pub use ledger::{Ledger, LedgerError, State};
pub use peer::Peer;
pub use request::Request;
pub use serial::Serial;
pub use settings::Settings;
pub use status::Status;
pub use workers::{Inline, Workers};
