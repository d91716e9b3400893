//! `file_bucket_file/ALGORITHM/SUM[/PATH]`: files that agents back up before they change them.

use std::io::Read;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Payload};
use futures_util::{StreamExt, stream};
use inventory::Sha256;
use inventory::bucket::Contents;

use super::{environment_of, inventory_problem};
use crate::accept::{self, Format};
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::Limit;
use crate::respond::{self, Problem};

/// Bytes read from the bucket at a time.
const CHUNK: usize = 64 * 1024;

/// The bytes, streamed.
pub(crate) async fn get(asked: &Asked<'_>, key: &str) -> Result<HttpResponse, Problem> {
    let (digest, path) = checked(asked, key).await?;
    let app = asked.app;
    let missing = || Problem::resource_not_found(format!("Could not find file_bucket_file {key}"));
    if asked.query.get("diff_with").is_some() {
        return Err(Problem::server_error("Diffs between files of the bucket are not made by this server"));
    }
    if asked.query.get("list_all").is_some() {
        return Err(Problem::server_error("Listing remote file buckets is not allowed"));
    }
    if !app.bucket.exists(&digest, path).await.map_err(|error| inventory_problem(&error))? {
        return Err(missing());
    }
    accept::choose(asked.accept(), accept::BINARY)?;
    let contents = app.bucket.open(&digest).await.map_err(|error| inventory_problem(&error))?;
    let contents = contents.ok_or_else(missing)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, Format::Binary.content_type()));
    answer.no_chunking(contents.len);
    Ok(answer.streaming(chunks(contents)))
}

/// Whether the bytes are there.
pub(crate) async fn head(asked: &Asked<'_>, key: &str) -> Result<HttpResponse, Problem> {
    let (digest, path) = checked(asked, key).await?;
    let there = asked.app.bucket.exists(&digest, path).await.map_err(|error| inventory_problem(&error))?;
    if !there {
        return Err(Problem::resource_not_found(format!("Could not find file_bucket_file {key}")));
    }
    Ok(respond::empty(StatusCode::OK, None))
}

/// Takes bytes in, as they come.
pub(crate) async fn put(asked: &Asked<'_>, key: &str, mut payload: Payload) -> Result<HttpResponse, Problem> {
    let (digest, path) = checked(asked, key).await?;
    match asked.content_type() {
        Some("application/octet-stream") => {}
        None => {
            let text = "No Content-Type header was received, it isn't possible to unserialize the request";
            return Err(Problem::missing_header(text));
        }
        Some(other) => return Err(Problem::unsupported_media_type(other)),
    }
    let app = asked.app;
    let limit = Limit {
        what: "The file",
        bytes: app.config.limits.bucket_file.0,
        setting: "limits.bucket_file",
        within: app.config.http.body_timeout.0,
    };
    limit.admits_announced(asked.http.headers())?;
    let mut upload = app.bucket.begin().await.map_err(|error| inventory_problem(&error))?;
    let mut length = 0;
    let taken = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| Problem::bad_request(format!("The body could not be read: {error}")))?;
            length += chunk.len();
            limit.admits(length)?;
            upload.write(&chunk).await.map_err(|error| inventory_problem(&error))?;
        }
        upload.finish(&digest, path, clock::now()).await.map_err(|error| inventory_problem(&error))
    };
    limit.in_time(taken).await??;
    Ok(respond::ok(Format::Binary, ""))
}

/// The checksum and the path of a key, in an environment that is there.
async fn checked<'k>(asked: &Asked<'_>, key: &'k str) -> Result<(Sha256, Option<&'k str>), Problem> {
    let environment = environment_of(asked)?;
    asked.app.environments.fetch(&environment).await.map_err(|error| Problem::not_found(error.to_string()))?;
    let mut parts = key.splitn(3, '/');
    let (algorithm, sum, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
    if algorithm != "sha256" {
        return Err(Problem::server_error(format!("Unsupported checksum type {algorithm:?}")));
    }
    let lower = !sum.bytes().any(|byte| byte.is_ascii_uppercase());
    let digest = Sha256::parse(sum).filter(|_| lower);
    let digest = digest.ok_or_else(|| Problem::server_error(format!("Invalid checksum {sum:?}")))?;
    Ok((digest, path.filter(|path| !path.is_empty())))
}

/// Reads pieces of a file where blocking is allowed.
pub(crate) fn chunks(contents: Contents) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    stream::unfold(Some(contents.reader), async |reader| {
        let mut reader = reader?;
        let read = actix_web::web::block(move || {
            let mut chunk = Vec::with_capacity(CHUNK);
            (&mut reader).take(CHUNK as u64).read_to_end(&mut chunk).map(|_| (chunk, reader))
        });
        match read.await {
            Ok(Ok((chunk, _))) if chunk.is_empty() => None,
            Ok(Ok((chunk, reader))) => Some((Ok(Bytes::from(chunk)), Some(reader))),
            Ok(Err(error)) => Some((Err(error), None)),
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    })
}
