//! `file_metadata`, `file_metadatas` and `file_content`: the doors of [`super::files`].

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web;
use futures_util::future::ready;
use futures_util::stream;

use super::files::content::{Content, SMALL};
use super::files::{self, FileError, FileRequest};
use crate::accept::{self, Format};
use crate::environments::{Environment, EnvironmentError};
use crate::http::Asked;
use crate::respond::{self, Problem};

/// One file or folder.
pub(crate) async fn metadata(asked: &Asked<'_>, key: &str) -> Result<HttpResponse, Problem> {
    let (environment, request) = prepared(asked, key).await?;
    let owner = asked.app.owner;
    let found = blocking(move || files::single(&environment, &request, owner)).await?;
    Ok(respond::ok(accept::choose(asked.accept(), accept::DATA)?, found))
}

/// Everything below a folder.
pub(crate) async fn metadatas(asked: &Asked<'_>, key: &str) -> Result<HttpResponse, Problem> {
    let (environment, request) = prepared(asked, key).await?;
    let owner = asked.app.owner;
    let gzip = respond::takes_gzip(asked.http);
    let found = blocking(move || {
        let body = files::recursive(&environment, &request, owner)?;
        let packed = if gzip { body.gzip() } else { None };
        Ok((body, packed))
    });
    let (body, packed) = found.await?;
    let format = accept::choose(asked.accept(), accept::DATA)?;
    Ok(match packed {
        Some(packed) => respond::packed(format, packed),
        None => respond::ok_bytes(format, body.plain()),
    })
}

/// The bytes of a file.
pub(crate) async fn content(asked: &Asked<'_>, key: &str) -> Result<HttpResponse, Problem> {
    let (environment, request) = prepared(asked, key).await?;
    let opened = blocking(move || opened(&files::locate(&environment, &request)?)).await?;
    accept::choose(asked.accept(), accept::BINARY)?;
    Ok(sent(opened))
}

/// Opens a file, and reads it when it is small: for threads that may block.
pub(super) fn opened(path: &str) -> Result<Opened, FileError> {
    let content = Content::open(path)?;
    if content.length > SMALL {
        return Ok(Opened::Large(content));
    }
    content.whole().map(Opened::Small).map_err(|error| FileError::Unreadable(error.to_string()))
}

/// The answer that has a file's bytes.
pub(super) fn sent(opened: Opened) -> HttpResponse {
    match opened {
        // As it is: files are fetched once by each node, and packing them anew costs more than it saves.
        Opened::Small(bytes) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, Format::Binary.content_type()))
            .body(SizedStream::new(bytes.len() as u64, stream::once(ready(Ok::<_, std::io::Error>(bytes))))),
        Opened::Large(content) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, Format::Binary.content_type()))
            .no_chunking(content.length)
            .streaming(content.stream()),
    }
}

pub(super) enum Opened {
    Small(web::Bytes),
    Large(Content),
}

async fn prepared(asked: &Asked<'_>, key: &str) -> Result<(Arc<Environment>, FileRequest), Problem> {
    let request = FileRequest {
        key: key.to_owned(),
        parameters: asked.query.0.clone(),
        client: asked.peer.map(|peer| peer.certname.to_string()).unwrap_or_default(),
    };
    let environment = files::environment(&asked.app.environments, &request).await.map_err(|error| problem(&error))?;
    Ok((environment, request))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, Problem> {
    let done = web::block(work).await.map_err(|error| Problem::server_error(error.to_string()))?;
    done.map_err(|error| problem(&error))
}

fn problem(error: &FileError) -> Problem {
    let text = error.to_string();
    match error {
        FileError::Environment(EnvironmentError::NotFound(_)) => Problem::not_found(text),
        FileError::NoEnvironment | FileError::BadEnvironment(_) => Problem::bad_request(text),
        FileError::NotFound(_) => Problem::resource_not_found(text),
        FileError::Environment(_) | FileError::NoMount(_) | FileError::Refused(_) | FileError::Unreadable(_) => {
            Problem::server_error(text)
        }
    }
}
