//! Reading a request's body: whole, bounded in bytes and in time.

use std::cell::Cell;
use std::io::Read;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::ready;
use futures_util::{Stream, StreamExt, stream};

use crate::respond::Problem;

/// The bound of one kind of body, and the setting that says it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) what: &'static str,
    pub(crate) bytes: usize,
    pub(crate) setting: &'static str,
    /// How long the whole body may take.
    pub(crate) within: Duration,
}

type BoxedPayloadStream = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// The setting behind [`Limit::within`].
const DEADLINE_SETTING: &str = "http.body_timeout";
/// Bodies announced smaller than this get their room at once.
const ROOM: usize = 256 * 1024;

/// Bodies up to this length are taken in before anything is decided, so that a refusal leaves the
/// connection usable: what is not read would be taken for the next request.
const SMALL: u64 = 64 * 1024;

/// Whether there is no body, or a small one of known length.
fn is_small(headers: &HeaderMap) -> bool {
    let length =
        headers.get(header::CONTENT_LENGTH).map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    let length = length.unwrap_or(Some(0));
    length.is_some_and(|length: u64| length <= SMALL) && !headers.contains_key(header::TRANSFER_ENCODING)
}

/// Says of a body whether all of it was read.
pub(crate) type Whole = Rc<Cell<bool>>;

/// Reads a small body, and gives it back as one that is still to be read; of another body, tells
/// whether its end was reached.
pub(crate) async fn taken_in(
    http: &HttpRequest,
    payload: Payload,
    within: Duration,
) -> Result<(Payload, Whole), Problem> {
    let headers = http.headers();
    if !is_small(headers) {
        let whole = Whole::default();
        let end = whole.clone();
        let end = stream::poll_fn(move |_| {
            end.set(true);
            Poll::Ready(None)
        });
        return Ok((again(http, Box::pin(payload.chain(end))).await?, whole));
    }
    let whole = Rc::new(Cell::new(true));
    if !headers.contains_key(header::CONTENT_LENGTH) {
        return Ok((payload, whole));
    }
    let limit = Limit { what: "The request body", bytes: SMALL as usize, setting: "", within };
    let body = limit.in_time(collect(payload, limit, None)).await??;
    Ok((again(http, Box::pin(stream::once(ready(Ok(body))))).await?, whole))
}

async fn again(http: &HttpRequest, body: BoxedPayloadStream) -> Result<Payload, Problem> {
    let payload = Payload::from_request(http, &mut actix_web::dev::Payload::from(body)).await;
    payload.map_err(|error| Problem::bad_request(error.to_string()))
}

/// A body as it came, and unpacked. A signature is of the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pub(crate) sent: Bytes,
    pub(crate) plain: Bytes,
}

/// Reads all of `payload`, unpacked if it was sent with `Content-Encoding: gzip`.
pub(crate) async fn read(headers: &HeaderMap, payload: Payload, limit: Limit) -> Result<Bytes, Problem> {
    Ok(receive(headers, payload, limit).await?.plain)
}

/// As [`read`], with what came over the wire beside it.
pub(crate) async fn receive(headers: &HeaderMap, payload: Payload, limit: Limit) -> Result<Body, Problem> {
    let announced = limit.admits_announced(headers)?;
    let sent = limit.in_time(collect(payload, limit, announced)).await??;
    let plain = match headers.get(header::CONTENT_ENCODING).map(header::HeaderValue::as_bytes) {
        None | Some(b"identity") => sent.clone(),
        Some(b"gzip" | b"x-gzip") => unpack(&sent, limit)?,
        Some(other) => return Err(Problem::unsupported_media_type(&String::from_utf8_lossy(other))),
    };
    Ok(Body { sent, plain })
}

impl Limit {
    /// Refuses a body by its announced length, before any of it is read.
    pub(crate) fn admits_announced(self, headers: &HeaderMap) -> Result<Option<u64>, Problem> {
        let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        self.admits(length.map_or(0, |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX)))?;
        Ok(length)
    }

    /// Refuses more than the limit.
    pub(crate) fn admits(self, bytes: usize) -> Result<(), Problem> {
        if bytes > self.bytes { Err(Problem::too_large(self.what, self.bytes, self.setting)) } else { Ok(()) }
    }

    /// Gives up on a body that does not come in time.
    pub(crate) async fn in_time<T>(self, body: impl Future<Output = T>) -> Result<T, Problem> {
        let in_time = actix_web::rt::time::timeout(self.within, body).await;
        in_time.map_err(|_| Problem::too_slow(self.within.as_secs_f64(), DEADLINE_SETTING))
    }
}

async fn collect(mut payload: Payload, limit: Limit, announced: Option<u64>) -> Result<Bytes, Problem> {
    let mut body = BytesMut::with_capacity(announced.map_or(0, |bytes| (bytes as usize).min(ROOM)));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Problem::bad_request(format!("The body could not be read: {error}")))?;
        limit.admits(body.len() + chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Unpacks gzip, with the same bound on what comes out.
fn unpack(body: &[u8], limit: Limit) -> Result<Bytes, Problem> {
    let mut plain = Vec::new();
    let mut bounded = flate2::read::GzDecoder::new(body).take(limit.bytes as u64 + 1);
    bounded
        .read_to_end(&mut plain)
        .map_err(|error| Problem::bad_request(format!("The gzip body could not be unpacked: {error}")))?;
    limit.admits(plain.len())?;
    Ok(plain.into())
}
