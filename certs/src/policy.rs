//! What a certificate request may ask for.
//!
//! The order of the checks is the original's, because the first refusal is the one that is told.

use model::Certname;

use crate::error::Refusal;
use crate::oids;
use crate::request::{KeyFacts, Request};
use crate::settings::Settings;
use crate::x509::AltNames;

/// What the operator allows, for all requests by settings or for one by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    pub alt_names: bool,
    pub authorization_extensions: bool,
}

impl Allowed {
    pub fn by(settings: &Settings) -> Self {
        Self {
            alt_names: settings.allow_subject_alt_names,
            authorization_extensions: settings.allow_authorization_extensions,
        }
    }
}

/// The checks of a request that is being handed in under `requested`, the name in the URL.
pub fn name(request: &Request, requested: &str) -> Result<Certname, Refusal> {
    if request.subject != requested {
        return Err(Refusal::Mismatch { subject: request.subject.clone(), requested: requested.to_owned() });
    }
    Ok(Certname::parse(requested)?)
}

/// The checks of a request that is about to be signed. Whether its key is that of a revoked
/// certificate is for the ledger to say.
pub fn signable(request: &Request, allowed: Allowed, settings: &Settings) -> Result<(), Refusal> {
    alt_names(&request.alt_names, &request.subject, allowed)?;
    authorization(request, allowed)?;
    extensions(request)?;
    key(request, settings)?;
    if !request.proven {
        return Err(Refusal::Signature);
    }
    Ok(())
}

/// Bounds on the key. They hold at the door already: a key that cannot be checked proves nothing.
pub fn key(request: &Request, settings: &Settings) -> Result<(), Refusal> {
    let refused = |reason| Err(Refusal::Key { subject: request.subject.clone(), reason });
    match &request.key {
        KeyFacts::Rsa { bits } if *bits < settings.min_rsa_bits => {
            refused(format!("RSA of {bits} bits, and min_rsa_bits is {}", settings.min_rsa_bits))
        }
        KeyFacts::Rsa { bits } if *bits > settings.max_rsa_bits => {
            refused(format!("RSA of {bits} bits, and max_rsa_bits is {}", settings.max_rsa_bits))
        }
        KeyFacts::Rsa { .. } => Ok(()),
        KeyFacts::Curve(oid) if CURVES.contains(&oid.as_str()) => Ok(()),
        KeyFacts::Curve(oid) => refused(format!("curve {oid}; P-256 and P-384 are taken")),
        KeyFacts::Other(oid) => refused(format!("algorithm {oid}; RSA and elliptic curves are taken")),
    }
}

/// P-256 and P-384: those whose requests we can verify.
const CURVES: [&str; 2] = ["1.2.840.10045.3.1.7", "1.3.132.0.34"];

fn alt_names(names: &AltNames, subject: &str, allowed: Allowed) -> Result<(), Refusal> {
    if names.other {
        return Err(Refusal::AltNameKind);
    }
    if !allowed.alt_names {
        let own = format!("DNS:{subject}");
        let listed = names.prefixed();
        if !listed.is_empty() && listed != [own.clone()] {
            let names = listed.into_iter().filter(|name| *name != own).collect();
            return Err(Refusal::AltNames { subject: subject.to_owned(), names });
        }
    }
    match names.dns.iter().find(|name| name.contains('*')) {
        Some(name) => Err(Refusal::AltNameWildcard(name.clone())),
        None => Ok(()),
    }
}

fn authorization(request: &Request, allowed: Allowed) -> Result<(), Refusal> {
    let asked = request.extensions.iter().any(|extension| oids::is_below(oids::AUTHORIZATION, &extension.oid));
    if asked && !allowed.authorization_extensions {
        return Err(Refusal::AuthorizationExtension { subject: request.subject.clone() });
    }
    Ok(())
}

fn extensions(request: &Request) -> Result<(), Refusal> {
    let permitted = |oid: &str| oid == oids::ALT_NAMES || (oids::is_puppet(oid) && oid != oids::CLI_AUTH);
    let bad: Vec<_> =
        request.extensions.iter().map(|extension| &extension.oid).filter(|oid| !permitted(oid)).cloned().collect();
    if !bad.is_empty() {
        return Err(Refusal::Extensions(bad));
    }
    let mut seen: Vec<&str> = Vec::new();
    for extension in &request.extensions {
        if seen.contains(&extension.oid.as_str()) {
            return Err(Refusal::RepeatedExtension { subject: request.subject.clone(), oid: extension.oid.clone() });
        }
        seen.push(&extension.oid);
    }
    Ok(())
}
