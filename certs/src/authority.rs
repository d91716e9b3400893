//! What agents and operators ask of the authority, in whole steps.
//!
//! Signing takes milliseconds of arithmetic, so it is never done inside a transaction: a serial
//! is reserved for good, the certificate is signed, and it is recorded only if the request is
//! still the one that was checked. A crash in between loses a number, never gives one out twice.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use model::Certname;

use crate::autosign::{Autosign, Policy};
use crate::crl::{self, Crl, Revoked};
use crate::error::{Error, Refusal};
use crate::issuer::{Issuer, Leaf, day_before, later};
use crate::ledger::{
    CertificateRow, Issued, Ledger, NewCertificate, NewRequest, Removed, RequestRow, Revocations, RevokedNames, State,
    Submitted,
};
use crate::oids;
use crate::pem;
use crate::policy::{self, Allowed};
use crate::request::Request;
use crate::serial::Serial;
use crate::settings::Settings;
use crate::status::Status;
use crate::workers::{Workers, compute};
use crate::x509::{AltNames, Extension, sha256};

/// The certificate authority. Cheap to share behind an `Arc`; every method may be called from
/// any number of tasks at once.
pub struct Authority {
    settings: Settings,
    autosign: RwLock<Autosign>,
    issuer: Arc<Issuer>,
    ledger: Arc<dyn Ledger>,
    policy: Arc<dyn Policy>,
    workers: Arc<dyn Workers>,
    crl: RwLock<Arc<Crl>>,
    revoked: RwLock<Arc<Revoked>>,
}

/// How one request is signed by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignOptions {
    /// Instead of the setting `ca_ttl`.
    pub ttl: Option<SignedDuration>,
    /// On top of what the settings allow.
    pub allow: Allowed,
}

/// Ends of life by common name.
pub type Ends = Vec<(String, Timestamp)>;

/// What became of a request that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// It waits for an operator.
    Waiting,
    Signed(Serial),
}

impl Authority {
    /// Checks that the records belong to this authority and makes its revocation list if it is
    /// missing, behind the records, or due.
    pub async fn open(
        settings: Settings,
        autosign: Autosign,
        issuer: Issuer,
        ledger: Arc<dyn Ledger>,
        policy: Arc<dyn Policy>,
        workers: Arc<dyn Workers>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let ours = issuer.fingerprint();
        let recorded = ledger.adopt(&ours).await?;
        if recorded != ours {
            return Err(Error::OtherAuthority { recorded, ours });
        }
        let issuer = Arc::new(issuer);
        let revocations = ledger.revocations().await?;
        let revoked = Arc::new(Revoked::from(&revocations));
        let kept = ledger.crl().await?.filter(|kept| kept.number == revocations.number);
        let crl = match kept {
            Some(row) => row.into(),
            None => make_crl(&issuer, &*ledger, &*workers, &settings, revocations, now).await?,
        };
        let authority = Self {
            settings,
            autosign: RwLock::new(autosign),
            issuer,
            ledger,
            policy,
            workers,
            crl: RwLock::new(Arc::new(crl)),
            revoked: RwLock::new(revoked),
        };
        authority.renew_crl_if_due(now).await?;
        Ok(authority)
    }

    /// Takes a request in PEM form under the name in the URL, and signs it when autosigning says
    /// so. The order is the original's: is the name taken, is the name right, keep it, then the
    /// rules of signing; a request that those refuse stays waiting.
    pub async fn submit(&self, requested: &str, body: &[u8], now: Timestamp) -> Result<Submission, Error> {
        let limit = self.settings.max_request_bytes;
        if body.len() > limit {
            return Err(Error::RequestTooLarge { size: body.len(), limit });
        }
        let request = Request::parse_pem(body)?;
        if let Ok(subject) = Certname::parse(&request.subject) {
            self.refuse_duplicate(&subject).await?;
        }
        let name = policy::name(&request, requested)?;
        policy::key(&request, &self.settings)?;
        let row = NewRequest {
            name: name.clone(),
            digest: request.digest(),
            der: request.der.clone(),
            at: now,
            max_waiting: self.settings.max_waiting,
        };
        match self.ledger.submit(row, self.settings.allow_duplicate_certs).await? {
            Submitted::Stored => {}
            Submitted::Already(state) => return Err(Refusal::Duplicate { name, state }.into()),
            Submitted::Full(waiting) => return Err(Error::TooManyRequests { waiting }),
        }
        if !self.autosigns(&name, &request).await? {
            return Ok(Submission::Waiting);
        }
        self.sign_request(&name, &request, SignOptions::default(), now).await.map(Submission::Signed)
    }

    /// Signs the waiting request of a name.
    pub async fn sign(&self, name: &Certname, options: SignOptions, now: Timestamp) -> Result<Serial, Error> {
        let row = self.ledger.request(name).await?.ok_or_else(|| Error::NoRequest { name: name.clone() })?;
        let request = Request::parse_der(row.der)?;
        policy::name(&request, name.as_str())?;
        self.sign_request(name, &request, options, now).await
    }

    /// Signs a certificate without a request, for a key made here: `ca generate`.
    pub async fn generate(
        &self,
        name: &Certname,
        public_key: Vec<u8>,
        alt_names: AltNames,
        ttl: Option<SignedDuration>,
        now: Timestamp,
    ) -> Result<CertificateRow, Error> {
        self.refuse_duplicate(name).await?;
        self.issue(name, public_key, alt_names, Vec::new(), ttl, None, now).await
    }

    /// Signs the server's own certificate, which may administer the authority (`pp_cli_auth`). It
    /// takes the place of an earlier one of the same name, which stays valid until it ends.
    pub async fn issue_server(
        &self,
        name: &Certname,
        public_key: Vec<u8>,
        alt_names: AltNames,
        now: Timestamp,
    ) -> Result<CertificateRow, Error> {
        let admin = vec![Extension::text(oids::CLI_AUTH, "true")];
        self.issue(name, public_key, alt_names, admin, None, None, now).await
    }

    /// Revokes the certificate of a name. Revoking twice changes nothing.
    pub async fn revoke(&self, name: &Certname, now: Timestamp) -> Result<(), Error> {
        let done = self.revoke_all(std::slice::from_ref(name), false, now).await?;
        if done.missing.is_empty() { Ok(()) } else { Err(Error::NoCertificate { name: name.clone() }) }
    }

    /// Revokes by serial, also of certificates that were deleted. Whether it was not revoked yet.
    pub async fn revoke_serial(&self, serial: Serial, now: Timestamp) -> Result<bool, Error> {
        let new = self.ledger.revoke_serial(serial, now).await?;
        self.refuse([serial]);
        self.refresh_crl_if_behind(now).await?;
        Ok(new)
    }

    /// Revokes and forgets certificates: `clean`. Names without one come back in `missing`. One
    /// transaction and one new list for all of them.
    pub async fn clean(&self, names: &[Certname], now: Timestamp) -> Result<RevokedNames, Error> {
        self.revoke_all(names, true, now).await
    }

    /// Forgets the certificate and the request of a name without revoking anything.
    pub async fn delete(&self, name: &Certname) -> Result<Removed, Error> {
        Ok(self.ledger.remove(name).await?)
    }

    /// Throws a waiting request away. Whether there was one.
    pub async fn reject(&self, name: &Certname) -> Result<bool, Error> {
        Ok(self.ledger.remove_request(name).await?)
    }

    /// The certificate's status, else the request's.
    pub async fn status(&self, name: &Certname) -> Result<Option<Status>, Error> {
        if let Some(row) = self.ledger.certificate(name).await? {
            return Status::of_certificate(&row).map(Some);
        }
        self.ledger.request(name).await?.map(|row| Status::of_request(&row)).transpose()
    }

    /// Statuses of all names in a state, or in any: requests first, each part by name.
    pub async fn statuses(&self, state: Option<State>) -> Result<Vec<Status>, Error> {
        let mut statuses = Vec::new();
        if matches!(state, None | Some(State::Requested)) {
            for row in self.waiting().await? {
                statuses.push(Status::of_request(&row)?);
            }
        }
        if state == Some(State::Requested) {
            return Ok(statuses);
        }
        let revoked = state.map(|state| state == State::Revoked);
        let mut after = None;
        loop {
            let rows = self.ledger.certificates(revoked, after.as_ref(), PAGE).await?;
            for row in &rows {
                statuses.push(Status::of_certificate(row)?);
            }
            match rows.into_iter().nth(PAGE - 1) {
                Some(last) => after = Some(last.name),
                None => return Ok(statuses),
            }
        }
    }

    /// Every waiting request, by name.
    pub async fn waiting(&self) -> Result<Vec<RequestRow>, Error> {
        let mut all: Vec<RequestRow> = Vec::new();
        loop {
            let rows = self.ledger.requests(all.last().map(|row| &row.name), PAGE).await?;
            let more = rows.len() == PAGE;
            all.extend(rows);
            if !more {
                return Ok(all);
            }
        }
    }

    /// Everything ever issued, by serial: Puppet's inventory.
    pub async fn issued(&self, after: Serial, limit: usize) -> Result<Vec<CertificateRow>, Error> {
        Ok(self.ledger.issued(after, limit).await?)
    }

    /// The certificate of a name in PEM form.
    pub async fn certificate(&self, name: &Certname) -> Result<Option<String>, Error> {
        let row = self.ledger.certificate(name).await?;
        Ok(row.map(|row| pem::encode(pem::CERTIFICATE, &row.der)))
    }

    /// The certificate of a name as it is kept.
    pub async fn certificate_row(&self, name: &Certname) -> Result<Option<CertificateRow>, Error> {
        Ok(self.ledger.certificate(name).await?)
    }

    /// The waiting request of a name in PEM form.
    pub async fn request(&self, name: &Certname) -> Result<Option<String>, Error> {
        let row = self.ledger.request(name).await?;
        Ok(row.map(|row| pem::encode(pem::REQUEST, &row.der)))
    }

    /// The chain in PEM form, signing certificate first.
    pub fn ca_bundle(&self) -> &str {
        self.issuer.bundle()
    }

    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes the autosigning mode, for a new `autosign.conf`.
    pub fn set_autosign(&self, autosign: Autosign) {
        *self.autosign.write().unwrap_or_else(PoisonError::into_inner) = autosign;
    }

    /// The newest revocation list. Its number tells whether the TLS layer has to load it.
    pub fn crl(&self) -> Arc<Crl> {
        self.crl.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The revoked serials; newer than the list by the milliseconds that signing takes.
    pub fn revoked(&self) -> Arc<Revoked> {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the list anew when half of its life has gone, or when the records know revocations
    /// that it lacks (another process revoked, or making the last list failed). Whether it did.
    pub async fn renew_crl_if_due(&self, now: Timestamp) -> Result<bool, Error> {
        let kept = self.crl();
        let mut revocations = self.ledger.revocations().await?;
        if revocations.number <= kept.number {
            if kept.next_update.duration_since(now) > self.settings.crl_ttl / 2 {
                return Ok(false);
            }
            revocations = self.ledger.next_crl().await?;
        }
        self.refresh_crl(revocations, now).await?;
        Ok(true)
    }

    /// Ends of life: of the authority's certificate, then of its list.
    pub fn expirations(&self) -> (Ends, Ends) {
        let name = self.issuer.common_name().to_owned();
        (vec![(name.clone(), self.issuer.not_after())], vec![(name, self.crl().next_update)])
    }
}

/// Rows fetched at once.
const PAGE: usize = 500;

/// The steps that the above are made of.
impl Authority {
    async fn refuse_duplicate(&self, name: &Certname) -> Result<(), Error> {
        if self.settings.allow_duplicate_certs {
            return Ok(());
        }
        let state = match self.ledger.certificate(name).await? {
            Some(row) => row.state(),
            None if self.ledger.request(name).await?.is_some() => State::Requested,
            None => return Ok(()),
        };
        Err(Refusal::Duplicate { name: name.clone(), state }.into())
    }

    async fn autosigns(&self, name: &Certname, request: &Request) -> Result<bool, Error> {
        let executable = match &*self.autosign.read().unwrap_or_else(PoisonError::into_inner) {
            Autosign::Off => return Ok(false),
            Autosign::All => return Ok(true),
            Autosign::Globs(globs) => return Ok(globs.matches(name)),
            Autosign::Executable => &self.policy,
        };
        executable.allows(name, &request.pem()).await.map_err(Error::Policy)
    }

    async fn sign_request(
        &self,
        name: &Certname,
        request: &Request,
        options: SignOptions,
        now: Timestamp,
    ) -> Result<Serial, Error> {
        let settings = Allowed::by(&self.settings);
        let allowed = Allowed {
            alt_names: settings.alt_names || options.allow.alt_names,
            authorization_extensions: settings.authorization_extensions || options.allow.authorization_extensions,
        };
        policy::signable(request, allowed, &self.settings)?;
        let (names, extensions) = (request.alt_names.clone(), request.extensions.clone());
        let digest = Some(request.digest());
        let row = self.issue(name, request.public_key.clone(), names, extensions, options.ttl, digest, now).await?;
        Ok(row.serial)
    }

    #[allow(clippy::too_many_arguments)]
    async fn issue(
        &self,
        name: &Certname,
        public_key: Vec<u8>,
        alt_names: AltNames,
        extensions: Vec<Extension>,
        ttl: Option<SignedDuration>,
        of: Option<[u8; 32]>,
        now: Timestamp,
    ) -> Result<CertificateRow, Error> {
        let not_after = later(now, ttl.unwrap_or(self.settings.ca_ttl))?;
        let key_digest = sha256(&public_key);
        if let Some(serial) = self.ledger.revoked_key(&key_digest).await? {
            return Err(Refusal::RevokedKey { subject: name.to_string(), serial }.into());
        }
        let serial = self.ledger.reserve_serial().await?;
        let not_before = day_before(now);
        let leaf =
            Leaf { serial, common_name: name.to_string(), public_key, alt_names, extensions, not_before, not_after };
        let issuer = self.issuer.clone();
        let der = compute(&*self.workers, move || issuer.sign(&leaf)).await.ok_or(Error::NoWorkers)??;
        let new = NewCertificate { serial, name: name.clone(), der: der.clone(), key_digest, not_before, not_after };
        match self.ledger.issue(new, of).await? {
            Issued::Recorded => {
                let name = name.clone();
                Ok(CertificateRow { serial, name, der, not_before, not_after, revoked_at: None, current: true })
            }
            Issued::RequestChanged => Err(Error::RequestChanged { name: name.clone() }),
        }
    }

    async fn revoke_all(&self, names: &[Certname], remove: bool, now: Timestamp) -> Result<RevokedNames, Error> {
        let done = self.ledger.revoke(names, remove, now).await?;
        self.refuse(done.serials.iter().copied());
        self.refresh_crl_if_behind(now).await?;
        Ok(done)
    }

    /// From now on certificates with these serials are refused. A revocation is never taken back,
    /// so the set only grows.
    fn refuse(&self, serials: impl IntoIterator<Item = Serial>) {
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut revoked).extend(serials);
    }

    /// Also when nothing is newly revoked: making the last list may have failed.
    async fn refresh_crl_if_behind(&self, now: Timestamp) -> Result<(), Error> {
        let revocations = self.ledger.revocations().await?;
        if revocations.number > self.crl().number {
            self.refresh_crl(revocations, now).await?;
        }
        Ok(())
    }

    /// The set first, so that requests are refused while the list is still being signed.
    async fn refresh_crl(&self, revocations: Revocations, now: Timestamp) -> Result<(), Error> {
        self.refuse(revocations.entries.iter().map(|entry| entry.serial));
        let made = make_crl(&self.issuer, &*self.ledger, &*self.workers, &self.settings, revocations, now).await?;
        let mut crl = self.crl.write().unwrap_or_else(PoisonError::into_inner);
        if made.number > crl.number {
            *crl = Arc::new(made);
        }
        Ok(())
    }
}

async fn make_crl(
    issuer: &Arc<Issuer>,
    ledger: &dyn Ledger,
    workers: &dyn Workers,
    settings: &Settings,
    revocations: Revocations,
    now: Timestamp,
) -> Result<Crl, Error> {
    let (issuer, ttl) = (issuer.clone(), settings.crl_ttl);
    let row = compute(workers, move || crl::sign(&issuer, &revocations, ttl, now)).await.ok_or(Error::NoWorkers)??;
    ledger.put_crl(row.clone()).await?;
    Ok(row.into())
}

#[cfg(test)]
mod tests;
