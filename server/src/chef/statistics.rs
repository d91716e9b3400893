//! `/_stats`: what the server counts, to who has a password for it.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chef::{Error, Message};

use super::problem;
use crate::app::App;
use crate::config::Config;
use crate::http::Query;

/// Who may read it.
const STATS_USER: &str = "statsuser";

/// JSON as the original writes it, or the text of Prometheus.
pub(crate) fn answer(http: &HttpRequest, app: &Data<App>) -> HttpResponse {
    if app.config.chef.stats_password.is_none() {
        return problem::response(&Error::not_found("no password is set for it: chef.stats_password"));
    }
    if !knows_password(http, &app.config) {
        let mut refusal =
            problem::response(&Error::unauthenticated(format!("{STATS_USER} and its password are asked for")));
        let basic = header::HeaderValue::from_static("Basic realm=\"statistics\"");
        refusal.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
        return refusal;
    }
    app.metrics.store_queue.set(app.store.write_queue().0 as i64);
    let accepts = |kind: &str| {
        let accepted = http.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accepted.is_none_or(|accepted| accepted.contains(kind) || accepted.contains("*/*"))
    };
    let is_text = match Query::parse(http.query_string()).get("format") {
        None => !accepts("json") && accepts("text/plain"),
        Some("json") => false,
        Some("text") => true,
        Some(other) => {
            let text = format!("the format {other} is not known: json, text");
            return problem::response(&Error::NotAcceptable(Message::listed(text)));
        }
    };
    if is_text {
        return HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(app.metrics.render());
    }
    problem::json(StatusCode::OK, &app.metrics.json())
}

fn knows_password(http: &HttpRequest, config: &Config) -> bool {
    let shown = http.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|text| text.strip_prefix("Basic ")).and_then(|text| STANDARD.decode(text.trim()).ok());
    let Some(shown) = shown else { return false };
    let colon = shown.iter().position(|byte| *byte == b':').unwrap_or(shown.len());
    let (user, password) = shown.split_at(colon);
    let is_it =
        config.chef.stats_password.as_ref().is_some_and(|known| known.is(password.get(1..).unwrap_or_default()));
    is_it && user == STATS_USER.as_bytes()
}
