//! A ledger in memory, for tests of the rules.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use model::Certname;

use crate::ledger::{
    CertificateRow, CrlRow, Issued, Ledger, LedgerError, NewCertificate, NewRequest, Removed, RequestRow, Revocation,
    Revocations, RevokedNames, State, Submitted,
};
use crate::serial::Serial;

#[derive(Default)]
pub(super) struct Memory {
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    fingerprint: Option<String>,
    serials: u64,
    number: u64,
    requests: BTreeMap<Certname, RequestRow>,
    certificates: BTreeMap<Serial, (CertificateRow, [u8; 32])>,
    crl: Option<CrlRow>,
}

impl Rows {
    fn current(&mut self, name: &Certname) -> Option<&mut CertificateRow> {
        self.certificates.values_mut().map(|(row, _)| row).find(|row| row.current && row.name == *name)
    }

    fn revocations(&self) -> Revocations {
        let entry = |(row, _): &(CertificateRow, _)| row.revoked_at.map(|at| Revocation { serial: row.serial, at });
        Revocations { number: self.number, entries: self.certificates.values().filter_map(entry).collect() }
    }
}

type Answer<T> = Result<T, LedgerError>;

#[async_trait]
impl Ledger for Memory {
    async fn adopt(&self, fingerprint: &str) -> Answer<String> {
        Ok(self.rows.lock().unwrap().fingerprint.get_or_insert_with(|| fingerprint.to_owned()).clone())
    }

    async fn submit(&self, new: NewRequest, replace: bool) -> Answer<Submitted> {
        let mut rows = self.rows.lock().unwrap();
        if !replace {
            if let Some(row) = rows.current(&new.name) {
                return Ok(Submitted::Already(row.state()));
            }
            if rows.requests.contains_key(&new.name) {
                return Ok(Submitted::Already(State::Requested));
            }
        }
        if rows.requests.len() as u64 >= new.max_waiting {
            return Ok(Submitted::Full(rows.requests.len() as u64));
        }
        let row = RequestRow { name: new.name.clone(), der: new.der, digest: new.digest, at: new.at };
        rows.requests.insert(new.name, row);
        Ok(Submitted::Stored)
    }

    async fn request(&self, name: &Certname) -> Answer<Option<RequestRow>> {
        Ok(self.rows.lock().unwrap().requests.get(name).cloned())
    }

    async fn certificate(&self, name: &Certname) -> Answer<Option<CertificateRow>> {
        Ok(self.rows.lock().unwrap().current(name).cloned())
    }

    async fn certificate_by_serial(&self, serial: Serial) -> Answer<Option<CertificateRow>> {
        Ok(self.rows.lock().unwrap().certificates.get(&serial).map(|(row, _)| row.clone()))
    }

    async fn requests(&self, after: Option<&Certname>, limit: usize) -> Answer<Vec<RequestRow>> {
        let rows = self.rows.lock().unwrap();
        let later = rows.requests.values().filter(|row| after.is_none_or(|after| row.name > *after));
        Ok(later.take(limit).cloned().collect())
    }

    async fn certificates(
        &self,
        revoked: Option<bool>,
        after: Option<&Certname>,
        limit: usize,
    ) -> Answer<Vec<CertificateRow>> {
        let rows = self.rows.lock().unwrap();
        let mut found: Vec<_> = rows.certificates.values().map(|(row, _)| row).filter(|row| row.current).collect();
        found.sort_by_key(|row| row.name.clone());
        let wanted = found.into_iter().filter(|row| after.is_none_or(|after| row.name > *after));
        let wanted = wanted.filter(|row| revoked.is_none_or(|revoked| row.revoked_at.is_some() == revoked));
        Ok(wanted.take(limit).cloned().collect())
    }

    async fn issued(&self, after: Serial, limit: usize) -> Answer<Vec<CertificateRow>> {
        let rows = self.rows.lock().unwrap();
        Ok(rows
            .certificates
            .values()
            .map(|(row, _)| row)
            .filter(|row| row.serial > after)
            .take(limit)
            .cloned()
            .collect())
    }

    async fn reserve_serial(&self) -> Answer<Serial> {
        let mut rows = self.rows.lock().unwrap();
        rows.serials += 1;
        Ok(Serial(rows.serials + 1))
    }

    async fn issue(&self, new: NewCertificate, of: Option<[u8; 32]>) -> Answer<Issued> {
        let mut rows = self.rows.lock().unwrap();
        if let Some(digest) = of {
            if rows.requests.get(&new.name).is_none_or(|row| row.digest != digest) {
                return Ok(Issued::RequestChanged);
            }
            rows.requests.remove(&new.name);
        }
        if let Some(row) = rows.current(&new.name) {
            row.current = false;
        }
        let row = CertificateRow {
            serial: new.serial,
            name: new.name,
            der: new.der,
            not_before: new.not_before,
            not_after: new.not_after,
            revoked_at: None,
            current: true,
        };
        rows.certificates.insert(new.serial, (row, new.key_digest));
        Ok(Issued::Recorded)
    }

    async fn remove_request(&self, name: &Certname) -> Answer<bool> {
        Ok(self.rows.lock().unwrap().requests.remove(name).is_some())
    }

    async fn remove(&self, name: &Certname) -> Answer<Removed> {
        let mut rows = self.rows.lock().unwrap();
        let certificate = rows.current(name).map(|row| row.current = false).is_some();
        Ok(Removed { certificate, request: rows.requests.remove(name).is_some() })
    }

    async fn revoke(&self, names: &[Certname], remove: bool, at: Timestamp) -> Answer<RevokedNames> {
        let mut rows = self.rows.lock().unwrap();
        let mut done = RevokedNames::default();
        for name in names {
            match rows.current(name) {
                Some(row) => {
                    if row.revoked_at.is_none() {
                        row.revoked_at = Some(at);
                        done.serials.push(row.serial);
                    }
                    row.current = !remove;
                }
                None => done.missing.push(name.clone()),
            }
        }
        rows.number += u64::from(!done.serials.is_empty());
        Ok(done)
    }

    async fn revoke_serial(&self, serial: Serial, at: Timestamp) -> Answer<bool> {
        let mut rows = self.rows.lock().unwrap();
        let (row, _) = rows.certificates.get_mut(&serial).ok_or(LedgerError::Missing(serial))?;
        let new = row.revoked_at.is_none();
        row.revoked_at.get_or_insert(at);
        rows.number += u64::from(new);
        Ok(new)
    }

    async fn revoked_key(&self, key_digest: &[u8; 32]) -> Answer<Option<Serial>> {
        let rows = self.rows.lock().unwrap();
        let revoked = rows.certificates.values().find(|(row, key)| row.revoked_at.is_some() && key == key_digest);
        Ok(revoked.map(|(row, _)| row.serial))
    }

    async fn revocations(&self) -> Answer<Revocations> {
        Ok(self.rows.lock().unwrap().revocations())
    }

    async fn next_crl(&self) -> Answer<Revocations> {
        let mut rows = self.rows.lock().unwrap();
        rows.number += 1;
        Ok(rows.revocations())
    }

    async fn put_crl(&self, crl: CrlRow) -> Answer<()> {
        let mut rows = self.rows.lock().unwrap();
        if rows.crl.as_ref().is_none_or(|kept| kept.number <= crl.number) {
            rows.crl = Some(crl);
        }
        Ok(())
    }

    async fn crl(&self) -> Answer<Option<CrlRow>> {
        Ok(self.rows.lock().unwrap().crl.clone())
    }
}
