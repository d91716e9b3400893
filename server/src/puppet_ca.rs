//! `/puppet-ca/v1`: the certificate authority as agents and `puppetserver ca` speak to it.

use actix_web::http::StatusCode;
use certs::Error;

use crate::config::Config;
use crate::respond::Problem;

pub(crate) mod bulk;
pub(crate) mod certificate;
pub(crate) mod expirations;
pub(crate) mod request;
pub(crate) mod revocation_list;
pub(crate) mod status;

/// What this API says text is.
const PLAIN: &str = "text/plain";

/// Seconds after which to try again when a queue of the authority is full.
const RETRY_AFTER: u64 = 10;

/// Carries `work` out to its end also when the client goes away. A handler is dropped with its
/// connection; a revocation that is recorded and then not put in force, or a request that is kept
/// and then not autosigned, must not come of that.
async fn to_its_end<T: 'static>(work: impl Future<Output = T> + 'static) -> Result<T, Problem> {
    let broken = |error| Problem::text(StatusCode::INTERNAL_SERVER_ERROR, format!("Internal Server Error: {error}"));
    actix_web::rt::spawn(work).await.map_err(broken)
}

/// What went wrong, in this API's words. A rule that says no is answered with `refused`, which is
/// `400` when a request comes in and `409` when it is to be signed.
fn problem(error: &Error, refused: StatusCode, config: &Config) -> Problem {
    match error {
        Error::Refused(refusal) => Problem::text(refused, refusal.to_string()),
        Error::MalformedRequest(_) => Problem::text(StatusCode::BAD_REQUEST, error.to_string()),
        Error::RequestTooLarge { limit, .. } => {
            Problem::too_large("The certificate request", *limit, "limits.certificate_request")
        }
        Error::TooManyRequests { waiting } => {
            let limit = config.ca.max_waiting;
            let text = format!("{waiting} certificate requests are waiting (setting `ca.max_waiting` is {limit})");
            Problem::busy(text, RETRY_AFTER)
        }
        Error::NoRequest { .. } | Error::NoCertificate { .. } | Error::RequestChanged { .. } => {
            Problem::text(StatusCode::CONFLICT, error.to_string())
        }
        Error::Ttl { .. } => Problem::text(StatusCode::BAD_REQUEST, error.to_string()),
        Error::NoWorkers => {
            let text = "Too many signatures are waiting (setting `ca.queue`)";
            Problem::busy(text, RETRY_AFTER)
        }
        Error::Ledger(certs::LedgerError::Busy(text)) => Problem::busy(text.clone(), RETRY_AFTER),
        Error::Authority(_) | Error::OtherAuthority { .. } | Error::Key(_) | Error::Policy(_) | Error::Ledger(_) => {
            tracing::error!(%error, "the certificate authority failed");
            Problem::text(StatusCode::INTERNAL_SERVER_ERROR, format!("Internal Server Error: {error}"))
        }
    }
}

#[cfg(test)]
mod tests;
