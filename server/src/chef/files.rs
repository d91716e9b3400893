//! Files of cookbooks, by addresses that the server signed: `/bookshelf/organization-ORG/checksum-MD5`.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chef::OrgId;
use chef::records::Records;
use cookbooks::shelf::Shelf;
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::json;

use super::problem;
use super::request::Call;
use crate::app::App;
use crate::http::Query;
use crate::http::bodies::Limit;
use crate::{clock, puppet};

/// How long an address is good for, in seconds.
const LIFETIME: i64 = 8 * 60 * 60;

/// Signs addresses.
pub(crate) struct Signer(hmac::Key);

impl Signer {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn tag(&self, method: &str, path: &str, expires: i64) -> String {
        let tag = hmac::sign(&self.0, format!("{method}\n{path}\n{expires}").as_bytes());
        hex::encode(tag)
    }

    /// Whether an address was made here, for this method, and is still good.
    fn admits(&self, method: &str, path: &str, query: &Query, now: Timestamp) -> bool {
        let expires: Option<i64> = query.get("Expires").and_then(|text| text.parse().ok());
        let signature = query.get("Signature").and_then(|text| hex::decode(text).ok());
        let (Some(expires), Some(signature)) = (expires, signature) else { return false };
        let text = format!("{method}\n{path}\n{expires}");
        hmac::verify(&self.0, text.as_bytes(), &signature).is_ok() && now.as_second() <= expires
    }
}

/// Makes the addresses of one answer.
pub(crate) struct Urls {
    signer: Arc<Signer>,
    base: String,
    folder: String,
    expires: i64,
}

impl Urls {
    pub(crate) fn new(signer: &Arc<Signer>, call: &Call) -> chef::Result<Self> {
        let organization = call.organization()?;
        let folder = format!("/bookshelf/organization-{}", organization.entity.guid);
        let base = call.global_url(&[""]).trim_end_matches('/').to_owned();
        Ok(Self { signer: signer.clone(), base, folder, expires: call.now.as_second() + LIFETIME })
    }

    pub(crate) fn download(&self, checksum: &str) -> String {
        self.signed("GET", checksum)
    }

    pub(crate) fn upload(&self, checksum: &str) -> String {
        self.signed("PUT", checksum)
    }

    fn signed(&self, method: &str, checksum: &str) -> String {
        let path = format!("{}/checksum-{checksum}", self.folder);
        let signature = self.signer.tag(method, &path, self.expires);
        let Self { base, expires, .. } = self;
        format!("{base}{path}?AWSAccessKeyId=quartermaster&Expires={expires}&Signature={signature}")
    }
}

/// Answers to an address of a file.
pub(crate) async fn answer(
    http: &HttpRequest,
    payload: Payload,
    app: &Data<App>,
    organization: &str,
    checksum: &str,
) -> HttpResponse {
    let query = Query::parse(http.query_string());
    if !app.kitchen.files.admits(http.method().as_str(), http.path(), &query, clock::now()) {
        return access_denied();
    }
    let guid = organization.to_owned();
    let org = app.store.chef_read(move |db| db.organization_by_guid(&guid)).await;
    let org = match org {
        Ok(Some(organization)) => organization.id,
        Ok(None) => return refusal(StatusCode::NOT_FOUND, "no such organization"),
        Err(error) => return problem::response(&error),
    };
    match *http.method() {
        Method::PUT => taken_in(http, payload, app, org, checksum).await,
        _ => given_out(app, org, checksum).await,
    }
}

async fn given_out(app: &Data<App>, org: OrgId, checksum: &str) -> HttpResponse {
    let wanted = checksum.to_owned();
    let found = app.store.chef_read(move |db| db.content(org.0, &wanted).map_err(super::cookbooks::refused)).await;
    let sha256 = match found {
        Ok(Some((sha256, _))) => sha256,
        Ok(None) => return refusal(StatusCode::NOT_FOUND, "no such file"),
        Err(error) => return problem::response(&error),
    };
    match app.store.cookbook_file(&sha256).await {
        Ok(Some(contents)) => HttpResponse::Ok()
            .content_type("application/x-binary")
            .insert_header((header::ETAG, format!("\"{checksum}\"")))
            .body(actix_web::body::SizedStream::new(contents.len, Box::pin(puppet::bucket::chunks(contents)))),
        Ok(None) => refusal(StatusCode::NOT_FOUND, "no such file"),
        Err(error) => problem::response(&chef::Error::Unavailable(Box::new(error))),
    }
}

async fn taken_in(
    http: &HttpRequest,
    mut payload: Payload,
    app: &Data<App>,
    org: OrgId,
    checksum: &str,
) -> HttpResponse {
    let limit = Limit {
        what: "The file",
        bytes: app.config.chef.max_file.0,
        setting: "chef.max_file",
        within: app.config.http.body_timeout.0,
    };
    if let Err(problem) = limit.admits_announced(http.headers()) {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, problem.message());
    }
    let announced = http.headers().get("Content-MD5").and_then(|value| value.to_str().ok());
    if announced.is_some_and(|text| STANDARD.decode(text).map(hex::encode).ok().as_deref() != Some(checksum)) {
        return refusal(StatusCode::NOT_ACCEPTABLE, "Content-MD5 is not the checksum of the address");
    }
    let mut upload = app.store.begin_cookbook_file();
    let mut length = 0;
    let taken = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| refusal(StatusCode::BAD_REQUEST, &error.to_string()))?;
            length += chunk.len();
            if let Err(problem) = limit.admits(length) {
                return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, problem.message()));
            }
            let written = upload.write(&chunk).await;
            written.map_err(|error| problem::response(&chef::Error::Unavailable(Box::new(error))))?;
        }
        if upload.checksum() != checksum.to_ascii_lowercase() {
            return Err(refusal(StatusCode::NOT_ACCEPTABLE, "the file does not have the checksum of its address"));
        }
        let kept = upload.finish(org.0, clock::now()).await;
        kept.map_err(|error| problem::response(&chef::Error::Busy(error.to_string())))
    };
    match limit.in_time(taken).await {
        Ok(Ok(())) => HttpResponse::NoContent().finish(),
        Ok(Err(response)) => response,
        Err(problem) => refusal(StatusCode::REQUEST_TIMEOUT, problem.message()),
    }
}

/// The refusal of an address that is not signed, or no longer good, as stores of files say it.
fn access_denied() -> HttpResponse {
    let id = uuid::Uuid::new_v4().simple();
    HttpResponse::Forbidden().content_type("application/xml").body(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message>\
         <RequestId>{id}</RequestId><HostId></HostId></Error>"
    ))
}

fn refusal(status: StatusCode, text: &str) -> HttpResponse {
    problem::json(status, &json!({"error": [text]}))
}

#[cfg(test)]
mod tests;
