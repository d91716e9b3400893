//! The way of a request of the Forge: decode the path, ask the guard, find the endpoint, ask for a token where one is
//! needed, call one handler.

use ::modules::token::Scope;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::percent_decode_str;

use super::problem::{self, Problem};
use super::route::{self, Endpoint, Miss};
use super::{files, first, modules, releases};
use crate::app::App;
use crate::http::{self, Asked, Query};
use crate::tls::Peer;
use crate::tokens::{self, InQuery};

/// What requests are counted as that reach no endpoint.
const UNROUTED: &str = "forge_none";

/// Answers a request, and says what it is counted as.
pub(crate) async fn answer(http: &HttpRequest, payload: Payload, app: &Data<App>) -> (&'static str, HttpResponse) {
    let raw = http.uri().path();
    let Ok(path) = percent_decode_str(raw).decode_utf8() else {
        return (UNROUTED, Problem::bad_request(format!("'{raw}' is no valid path")).into_response());
    };
    let query = Query::parse(http.query_string());
    let asked = Asked { app, http, path: &path, query: &query, peer: http.conn_data::<Peer>() };
    if let Err(refusal) = http::admitted(&asked) {
        return ("denied", problem::denied(&refusal));
    }
    match route::parse(http.method(), &path) {
        Err(Miss::Unknown) => (UNROUTED, Problem::not_found().into_response()),
        Err(Miss::WrongMethod) => {
            let text = format!("{path} does not take the method {}", http.method());
            (UNROUTED, Problem::new(StatusCode::METHOD_NOT_ALLOWED, text).into_response())
        }
        Ok(endpoint) => {
            let name = endpoint.name();
            (name, dispatch(endpoint, &asked, payload).await.unwrap_or_else(Problem::into_response))
        }
    }
}

async fn dispatch(endpoint: Endpoint, asked: &Asked<'_>, payload: Payload) -> Result<HttpResponse, Problem> {
    if endpoint.only_reads() && asked.app.config.forge.read_token {
        tokens::admit(asked, &Scope::ForgeRead, InQuery::Ignored).await?;
    }
    match endpoint {
        Endpoint::Modules => modules::list(asked).await,
        Endpoint::Module { slug } => modules::get(asked, &slug).await,
        Endpoint::ChangeModule { slug } => modules::change(asked, &slug, payload).await,
        Endpoint::DeleteModule { slug } => modules::delete(asked, &slug).await,
        Endpoint::Releases => releases::list(asked).await,
        Endpoint::Publish => releases::publish(asked, payload).await,
        Endpoint::Release { slug } => releases::get(asked, &slug).await,
        Endpoint::DeleteRelease { slug } => releases::delete(asked, &slug).await,
        Endpoint::FirstReleases => first::releases(asked).await,
        Endpoint::File { name } => files::get(asked, &name).await,
    }
}
