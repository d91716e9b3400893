//! Where runs are told: `…/data-collector`, signed by one of the organization, and
//! `/data-collector`, to who has the token.

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chef::records::Records;
use chef::{Error, Result};
use inventory::runs::message::{self, Message, Sent};
use inventory::runs::{Org, RunId, Runs};
use jiff::Timestamp;
use serde_json::json;
use store::Transaction;

use super::problem;
use super::request::{Answer, Ask, Work};
use crate::app::App;
use crate::clock;
use crate::http::bodies;

/// What the token is sent in.
const TOKEN: &str = "x-data-collector-token";

/// `…/data-collector`: under the organization of the path, whatever the message says.
pub(crate) fn signed(ask: &Ask) -> Result<Work> {
    let sent = read(&ask.body, ask.now)?;
    Ok(Work::write(move |call, db| {
        keep(db, call.org().0, &sent.message)?;
        Ok(Answer::ok(&json!({})).with_status(StatusCode::CREATED))
    }))
}

/// `/data-collector`: for who does not sign, such as chef-solo and other Chef servers. A message
/// belongs to the organization that it names, if there is one of the name.
pub(crate) async fn with_token(http: &HttpRequest, payload: Payload, app: &Data<App>) -> Result<HttpResponse> {
    let Some(token) = &app.config.chef.data_collector_token else {
        // Clients take this for "off".
        return Err(Error::not_found("no token is set here: chef.data_collector_token"));
    };
    let shown = http.headers().get(TOKEN).map(HeaderValue::as_bytes).unwrap_or_default();
    if !token.is(shown) {
        return Err(Error::unauthenticated(format!("the header {TOKEN} does not have the token of this server")));
    }
    if *http.method() == Method::GET {
        return Ok(problem::json(StatusCode::OK, &json!({"status": "ok"})));
    }
    let limit = super::request::report_limit(&app.config);
    let body = bodies::read(http.headers(), payload, limit).await;
    let body = body.map_err(|problem| super::request::refused_body(&problem, limit))?;
    let now = clock::now();
    let read = actix_web::web::block(move || read(&body, now)).await;
    let sent = read.map_err(|error| Error::Unavailable(Box::new(error)))??;
    let kept = app.store.chef_write(move |db| {
        let organization = sent.organization.as_deref().map(|name| db.organization(name)).transpose()?.flatten();
        keep(db, organization.map_or(0, |organization| organization.id.0), &sent.message)
    });
    kept.await?;
    Ok(problem::json(StatusCode::CREATED, &json!({})))
}

fn read(body: &[u8], now: Timestamp) -> Result<Sent> {
    let spare = RunId::parse(&uuid::Uuid::new_v4().hyphenated().to_string());
    let spare = spare.ok_or_else(|| Error::broken("a UUID could not be read"))?;
    message::parse(body, &spare, now).map_err(refused)
}

fn keep(db: &Transaction<'_>, org: Org, message: &Message) -> Result<()> {
    let kept = match message {
        Message::Began(new) => db.begin_run(org, new),
        Message::Ended(new) => db.end_run(org, new),
        Message::Compliance(new) => db.put_compliance(org, new),
        Message::Action(new) => db.put_action(org, new),
    };
    kept.map_err(refused)
}

/// The inventory's refusals as those of Chef's requests.
pub(crate) fn refused(error: inventory::Error) -> Error {
    use inventory::Error as Told;
    match error {
        Told::Busy(text) => Error::Busy(text),
        Told::Unavailable(error) => Error::Unavailable(error),
        Told::OfAnotherNode { .. } => Error::exists(error.to_string()),
        other => Error::invalid(other.to_string()),
    }
}
