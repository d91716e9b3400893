//! Answers that clients keep, with the tag by which they ask whether theirs still holds.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::http::Asked;
use crate::respond;

/// A JSON document and its digest.
#[derive(Debug)]
pub(crate) struct Tagged {
    body: Bytes,
    tag: String,
}

/// What a tag ends with when the body is packed.
const PACKED: &str = "--gzip";

impl Tagged {
    pub(super) fn new(document: &impl Serialize) -> serde_json::Result<Self> {
        let body = serde_json::to_vec(document)?;
        let tag = hex::encode(Sha256::digest(&body));
        Ok(Self { body: body.into(), tag })
    }

    /// `304` for who has it already.
    pub(super) fn answer(&self, asked: &Asked<'_>) -> HttpResponse {
        let known = asked.header(header::IF_NONE_MATCH);
        let is_known = known.is_some_and(|known| known.strip_suffix(PACKED).unwrap_or(known) == self.tag);
        let packed = if respond::takes_gzip(asked.http) { PACKED } else { "" };
        let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        // No quotes: the tag is as the original writes it.
        if let Ok(tag) = HeaderValue::from_str(&format!("{}{packed}", self.tag)) {
            answer.insert_header((header::ETAG, tag));
        }
        if is_known {
            return answer.finish();
        }
        answer.insert_header((header::CONTENT_TYPE, "application/json")).body(self.body.clone())
    }
}
