//! `ca …`

use certs::policy::Allowed;
use certs::x509::AltNames;
use certs::{KeyKind, PrivateKey, SignOptions, State};
use jiff::SignedDuration;
use model::Certname;
use serde_json::{Value, json};

use super::{AdminError, Sign};
use crate::clock;
use crate::rooms::Rooms;

/// Requests that wait; with `all`, every certificate too.
pub(super) async fn list(rooms: &Rooms, all: bool) -> Result<Value, AdminError> {
    let state = if all { None } else { Some(State::Requested) };
    Ok(serde_json::to_value(rooms.authority()?.statuses(state).await?)?)
}

pub(super) async fn show(rooms: &Rooms, name: &Certname) -> Result<Value, AdminError> {
    let status = rooms.authority()?.status(name).await?;
    let status = status.ok_or_else(|| AdminError::Refused(format!("{name} has no certificate and no request")))?;
    let mut value = serde_json::to_value(&status)?;
    value["pem"] = match status.state {
        State::Requested => json!(rooms.authority()?.request(name).await?),
        State::Signed | State::Revoked => json!(rooms.authority()?.certificate(name).await?),
    };
    Ok(value)
}

/// Signs each request it can, and says of the others why not.
pub(super) async fn sign(rooms: &Rooms, names: &[Certname], all: bool, sign: Sign) -> Result<Value, AdminError> {
    let waiting: Vec<Certname> = if all {
        rooms.authority()?.waiting().await?.into_iter().map(|row| row.name).collect()
    } else {
        names.to_vec()
    };
    let options = SignOptions {
        ttl: sign.ttl_seconds.map(SignedDuration::from_secs),
        allow: Allowed {
            alt_names: sign.allow_subject_alt_names,
            authorization_extensions: sign.allow_authorization_extensions,
        },
    };
    let (mut signed, mut failed) = (Vec::new(), Vec::new());
    for name in &waiting {
        match rooms.authority()?.sign(name, options, clock::now()).await {
            Ok(serial) => {
                tracing::info!(certname = %name, %serial, by = "command line", "a certificate was signed");
                signed.push(json!({"name": name, "serial_number": serial.0}));
            }
            Err(error) => failed.push(json!({"name": name, "error": error.to_string()})),
        }
    }
    rooms.metrics.certificate("signed", signed.len() as u64);
    Ok(json!({"signed": signed, "failed": failed}))
}

pub(super) async fn reject(rooms: &Rooms, names: &[Certname]) -> Result<Value, AdminError> {
    let (mut rejected, mut failed) = (Vec::new(), Vec::new());
    for name in names {
        if rooms.authority()?.reject(name).await? {
            tracing::info!(certname = %name, by = "command line", "a certificate request was rejected");
            rejected.push(name);
        } else {
            failed.push(json!({"name": name, "error": "no certificate request waits under this name"}));
        }
    }
    Ok(json!({"rejected": rejected, "failed": failed}))
}

pub(super) async fn revoke(rooms: &Rooms, names: &[Certname]) -> Result<Value, AdminError> {
    let (mut revoked, mut failed) = (Vec::new(), Vec::new());
    for name in names {
        match rooms.authority()?.revoke(name, clock::now()).await {
            Ok(()) => {
                tracing::info!(certname = %name, by = "command line", "a certificate was revoked");
                revoked.push(name.clone());
            }
            Err(error) => failed.push(json!({"name": name, "error": error.to_string()})),
        }
    }
    rooms.revocations_changed();
    rooms.withdraw_exports(&revoked).await;
    rooms.metrics.certificate("revoked", revoked.len() as u64);
    Ok(json!({"revoked": revoked, "failed": failed}))
}

/// Revokes, and forgets certificate and request, so that the name is free again.
pub(super) async fn clean(rooms: &Rooms, names: &[Certname]) -> Result<Value, AdminError> {
    let done = rooms.authority()?.clean(names, clock::now()).await?;
    rooms.revocations_changed();
    rooms.withdraw_exports(names).await;
    let (mut cleaned, mut failed) = (Vec::new(), Vec::new());
    for name in names {
        if !done.missing.contains(name) || rooms.authority()?.reject(name).await? {
            cleaned.push(name);
        } else {
            failed.push(json!({"name": name, "error": "no certificate and no request under this name"}));
        }
    }
    tracing::info!(names = ?cleaned, by = "command line", "certificates were cleaned");
    rooms.metrics.certificate("cleaned", done.serials.len() as u64);
    Ok(json!({"cleaned": cleaned, "failed": failed}))
}

/// Makes a key and a certificate for it.
pub(super) async fn generate(
    rooms: &Rooms,
    name: &Certname,
    dns_alt_names: &[String],
    ttl_seconds: Option<i64>,
) -> Result<Value, AdminError> {
    let key = actix_web::web::block(|| PrivateKey::generate(KeyKind::Rsa4096)).await;
    let key = key.map_err(|error| AdminError::Refused(error.to_string()))??;
    let mut names = AltNames::default();
    for alt in dns_alt_names {
        names.add(alt);
    }
    let ttl = ttl_seconds.map(SignedDuration::from_secs);
    let row = rooms.authority()?.generate(name, key.public(), names, ttl, clock::now()).await?;
    tracing::info!(certname = %name, serial = %row.serial, by = "command line", "a certificate was generated");
    rooms.metrics.certificate("signed", 1);
    Ok(json!({
        "name": name,
        "serial_number": row.serial.0,
        "certificate": certs::pem::encode(certs::pem::CERTIFICATE, &row.der),
        "private_key": key.to_pem().as_str(),
        "ca": rooms.authority()?.ca_bundle(),
    }))
}
