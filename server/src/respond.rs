//! The one map from a result to status, headers and body.
//!
//! Two shapes of error leave the Puppet endpoints: JSON with an `issue_kind` (what the original
//! answers from its Ruby side) and plain text (its certificate authority). A [`Problem`] carries
//! which of them it is, so handlers only say what is wrong.

use std::io::Write;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::accept::Format;

/// The version of Puppet whose behaviour is spoken, in `X-Puppet-Version` of every answer under
/// `/puppet*`. Agents read it to decide which features the server knows (the locales mount, JSON
/// instead of PSON), so it names the version of Puppet that we behave as, not our own.
pub(crate) const PUPPET_VERSION: &str = "7.23.0";

/// Answers below this many bytes are not worth compressing.
const COMPRESS_FROM: usize = 256;
/// Answers above this many bytes are compressed away from the threads that move bytes.
const COMPRESS_APART_FROM: usize = 32 * 1024;
/// What every answer says that may be compressed.
const VARY: &str = "Accept-Encoding, User-Agent";

/// Why a request gets no answer of the kind it asked for.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    shape: Shape,
    message: String,
    retry_after: Option<u64>,
    /// The connection cannot be used further (its body was not read).
    close: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `{"message": …, "issue_kind": …}`
    Issue(&'static str),
    /// Text with this content type, or none.
    Text(Option<&'static str>),
    /// The servlet container's page.
    Page,
}

const TEXT: Option<&str> = Some("text/plain;charset=utf-8");

impl Problem {
    /// Whether it was refused for its length.
    pub(crate) fn is_too_large(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// `404`, with the issue kind of a thing that is not there: `Could not find KIND KEY`.
    pub(crate) fn resource_not_found(message: impl Into<String>) -> Self {
        Self::issue(StatusCode::NOT_FOUND, "Not Found", message, "RESOURCE_NOT_FOUND")
    }

    /// `404` for what the request itself presumes, such as its environment.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::issue(StatusCode::NOT_FOUND, "Not Found", message, "RUNTIME_ERROR")
    }

    /// `400`
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::issue(StatusCode::BAD_REQUEST, "Bad Request", message, "RUNTIME_ERROR")
    }

    /// `400` for a header that is not there.
    pub(crate) fn missing_header(message: impl Into<String>) -> Self {
        Self::issue(StatusCode::BAD_REQUEST, "Bad Request", message, "MISSING_HEADER_FIELD")
    }

    /// `500`: a compile that failed, a command that said no, a store that is ill.
    pub(crate) fn server_error(message: impl Into<String>) -> Self {
        Self::issue(StatusCode::INTERNAL_SERVER_ERROR, "Server Error", message, "RUNTIME_ERROR")
    }

    /// `406`
    pub(crate) fn unsupported_format(accept: &str) -> Self {
        let message = format!("No supported formats are acceptable (Accept: {accept})");
        Self::issue(StatusCode::NOT_ACCEPTABLE, "Not Acceptable", message, "UNSUPPORTED_FORMAT")
    }

    /// `415`
    pub(crate) fn unsupported_media_type(content_type: &str) -> Self {
        let message =
            format!("Client sent a mime-type ({content_type}) that doesn't correspond to a format we support");
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::issue(status, "Unsupported Media Type", message, "UNSUPPORTED_MEDIA_TYPE")
    }

    /// `413`: `what` is larger than the setting allows.
    pub(crate) fn too_large(what: &str, limit: usize, setting: &str) -> Self {
        let message = format!("{what} is larger than {limit} bytes (setting `{setting}`)");
        let problem = Self::issue(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", message, "RUNTIME_ERROR");
        Self { close: true, ..problem }
    }

    /// `408`: the body did not come in time.
    pub(crate) fn too_slow(seconds: f64, setting: &str) -> Self {
        let message = format!("The request body did not arrive within {seconds} seconds (setting `{setting}`)");
        let problem = Self::issue(StatusCode::REQUEST_TIMEOUT, "Request Timeout", message, "RUNTIME_ERROR");
        Self { close: true, ..problem }
    }

    /// `503` with `Retry-After`, which agents honour.
    pub(crate) fn busy(message: impl Into<String>, retry_after: u64) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let problem = Self::issue(status, "Service Unavailable", message, "RUNTIME_ERROR");
        Self { retry_after: Some(retry_after), ..problem }
    }

    /// Plain text, as the certificate authority answers.
    pub(crate) fn text(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, Shape::Text(TEXT), message)
    }

    /// Plain text under a content type of its own; the original is not of one mind.
    pub(crate) fn text_as(status: StatusCode, content_type: Option<&'static str>, message: impl Into<String>) -> Self {
        Self::new(status, Shape::Text(content_type), message)
    }

    /// The servlet container's `404` for a path that is nobody's.
    pub(crate) fn no_such_path(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, Shape::Page, path)
    }

    fn issue(status: StatusCode, reason: &str, message: impl Into<String>, kind: &'static str) -> Self {
        Self::new(status, Shape::Issue(kind), format!("{reason}: {}", message.into()))
    }

    fn new(status: StatusCode, shape: Shape, message: impl Into<String>) -> Self {
        Self { status, shape, message: message.into(), retry_after: None, close: false }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn into_response(self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.close {
            answer.force_close();
        }
        match self.shape {
            Shape::Issue(kind) => {
                answer.insert_header((header::CONTENT_TYPE, Format::Json.content_type()));
                answer.body(json!({"message": self.message, "issue_kind": kind}).to_string())
            }
            Shape::Text(content_type) => {
                let mut answer = answer.body(self.message);
                set_content_type(&mut answer, content_type);
                answer
            }
            Shape::Page => {
                answer.insert_header((header::CONTENT_TYPE, "text/html;charset=iso-8859-1"));
                answer.insert_header((header::CACHE_CONTROL, "must-revalidate,no-cache,no-store"));
                answer.body(page(&self.message))
            }
        }
    }
}

/// `200` with a body of one format.
pub(crate) fn ok(format: Format, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, format.content_type())).body(body.into())
}

/// `200` with bytes that are shared.
pub(crate) fn ok_bytes(format: Format, body: Bytes) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, format.content_type())).body(body)
}

/// `200` with a body that is gzip already.
pub(crate) fn packed(format: Format, body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.content_type()))
        .insert_header((header::VARY, VARY))
        .insert_header((header::CONTENT_ENCODING, "gzip"))
        .body(body)
}

/// A status with text under a literal content type.
pub(crate) fn text(status: StatusCode, content_type: &'static str, body: impl Into<String>) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, content_type)).body(body.into())
}

/// A status with nothing in it but a content type, which the original sends even then.
pub(crate) fn empty(status: StatusCode, content_type: Option<&'static str>) -> HttpResponse {
    let mut answer = HttpResponse::build(status).finish();
    set_content_type(&mut answer, content_type);
    answer
}

/// Compresses the body of `answer` when the client takes gzip and it is worth it.
///
/// Bodies that are streamed go out as they are: they are files, and no agent insists.
pub(crate) async fn compress(request: &HttpRequest, answer: HttpResponse) -> HttpResponse {
    if !takes_gzip(request)
        || answer.status() != StatusCode::OK
        || answer.headers().contains_key(header::CONTENT_ENCODING)
    {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let bytes = match actix_web::body::MessageBody::try_into_bytes(body) {
        Ok(bytes) if bytes.len() >= COMPRESS_FROM => bytes,
        Ok(bytes) => return head.set_body(actix_web::body::BoxBody::new(bytes)),
        Err(body) => return head.set_body(body),
    };
    let squeezed = if bytes.len() >= COMPRESS_APART_FROM {
        let bytes = bytes.clone();
        actix_web::web::block(move || gzip(&bytes)).await.ok().flatten()
    } else {
        gzip(&bytes)
    };
    let headers = head.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static(VARY));
    let Some(squeezed) = squeezed else {
        return head.set_body(actix_web::body::BoxBody::new(bytes));
    };
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.set_body(actix_web::body::BoxBody::new(squeezed))
}

/// Whether the client takes gzip.
pub(crate) fn takes_gzip(request: &HttpRequest) -> bool {
    let value = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    value.is_some_and(accepts_gzip)
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn accepts_gzip(value: &str) -> bool {
    value.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        gzip && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn set_content_type(answer: &mut HttpResponse, content_type: Option<&'static str>) {
    match content_type {
        Some(text) => {
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(text));
        }
        None => {
            answer.headers_mut().remove(header::CONTENT_TYPE);
        }
    }
}

/// The shape of the page that the original's servlet container makes; clients look at the status.
fn page(path: &str) -> String {
    let path = path.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<html>\n<head>\n<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404 Not Found</h2>\n\
         <table>\n<tr><th>URI:</th><td>{path}</td></tr>\n<tr><th>STATUS:</th><td>404</td></tr>\n\
         <tr><th>MESSAGE:</th><td>Not Found</td></tr>\n</table>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests;
