//! `/v3/files/SLUG.tar.gz`

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header;
use modules::forge::release::File;
use modules::forge::{ReleaseSlug, Releases};

use super::document::Seen;
use super::problem::Problem;
use crate::http::Asked;
use crate::puppet::bucket;

/// The archive of a release, streamed.
pub(crate) async fn get(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let not_a_file = || Problem::bad_request(format!("'{name}' is not a valid release slug"));
    let slug: ReleaseSlug = name.strip_suffix(".tar.gz").ok_or_else(not_a_file)?.parse()?;
    let (file, changed_at) = match asked.app.store.release(&slug).await? {
        Some(release) if release.deleted.is_some() => return Err(Problem::not_found()),
        Some(release) => {
            if let Err(error) = asked.app.store.downloaded(&slug).await {
                tracing::warn!(%slug, %error, "a download was not counted");
            }
            (release.file, Some(release.created_at))
        }
        None => (of_upstream(asked, &slug).await?, None),
    };
    let contents = asked.app.store.archive_bytes(&file.sha256).await?.ok_or_else(Problem::not_found)?;
    let seen = Seen { tag: format!("\"{}\"", file.sha256), changed_at };
    Ok(seen.unless_known(asked, |answer| {
        answer.insert_header((header::CONTENT_TYPE, "application/gzip"));
        answer.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{slug}.tar.gz\"")));
        answer.body(SizedStream::new(contents.len, Box::pin(bucket::chunks(contents))))
    }))
}

/// The archive of a release that is not ours, from the Forge behind.
async fn of_upstream(asked: &Asked<'_>, slug: &ReleaseSlug) -> Result<File, Problem> {
    let upstream = asked.app.counter.upstream.as_ref().ok_or_else(Problem::not_found)?;
    if asked.app.store.module(&slug.module).await?.is_some() {
        return Err(Problem::not_found());
    }
    upstream.archive(slug).await
}
