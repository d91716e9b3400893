//! Revocation lists, and the set that requests are checked against.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::issuer::{Issuer, later};
use crate::ledger::{CrlRow, Revocations};
use crate::serial::Serial;
use crate::{der, pem};

/// A signed list in the forms that are handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crl {
    pub number: u64,
    pub der: Vec<u8>,
    /// What agents get as `certificate_revocation_list/ca`.
    pub pem: String,
    /// When the list was made: compare `If-Modified-Since` with this, not with the list's own
    /// date, which lies a second earlier.
    pub modified: Timestamp,
    pub next_update: Timestamp,
}

/// The revoked serials at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked {
    serials: HashSet<Serial>,
}

impl Revoked {
    pub fn contains(&self, serial: Serial) -> bool {
        self.serials.contains(&serial)
    }

    pub fn len(&self) -> usize {
        self.serials.len()
    }

    pub fn is_empty(&self) -> bool {
        self.serials.is_empty()
    }

    pub(crate) fn extend(&mut self, serials: impl IntoIterator<Item = Serial>) {
        self.serials.extend(serials);
    }
}

impl From<&Revocations> for Revoked {
    fn from(revocations: &Revocations) -> Self {
        Self { serials: revocations.entries.iter().map(|entry| entry.serial).collect() }
    }
}

impl From<CrlRow> for Crl {
    fn from(row: CrlRow) -> Self {
        Self {
            number: row.number,
            pem: pem::encode(pem::CRL, &row.der),
            modified: row.this_update.saturating_add(BACKDATE).unwrap_or(row.this_update),
            next_update: row.next_update,
            der: row.der,
        }
    }
}

const BACKDATE: SignedDuration = SignedDuration::from_secs(1);

/// Signs a list: version 2, numbered, dated a second ago, every entry with the reason "key
/// compromise", as the original does.
pub fn sign(issuer: &Issuer, revocations: &Revocations, ttl: SignedDuration, now: Timestamp) -> Result<CrlRow, Error> {
    let this_update = now.saturating_sub(BACKDATE).unwrap_or(now);
    let next_update = later(now, ttl)?;
    let reason = der::extension("2.5.29.21", false, &der::tlv(der::ENUMERATED, &[1]));
    let reason = der::sequence(&[reason]);
    let mut entries = Vec::with_capacity(revocations.entries.len() * 40);
    for entry in &revocations.entries {
        entries.extend(der::sequence(&[der::integer(entry.serial.0).as_slice(), &der::time(entry.at), &reason]));
    }
    let entries = if entries.is_empty() { entries } else { der::tlv(der::SEQUENCE, &entries) };
    let extensions = der::sequence(&[
        der::extension("2.5.29.35", false, &der::sequence(&[der::tlv(0x80, issuer.key_id())])),
        der::extension("2.5.29.20", false, &der::integer(revocations.number)),
    ]);
    let body = der::sequence(&[
        der::integer(1).as_slice(),
        &issuer.key().algorithm()?,
        issuer.subject(),
        &der::time(this_update),
        &der::time(next_update),
        &entries,
        &der::tlv(0xa0, &extensions),
    ]);
    Ok(CrlRow { number: revocations.number, der: issuer.key().sign(&body)?, this_update, next_update })
}
