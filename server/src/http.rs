//! The way of a request: decode the path, find the endpoint, ask the guard, call one handler,
//! render, compress, count.

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use certs::Revoked;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use self::connections::{Connection, Held};
use crate::app::App;
use crate::guard::{Question, Verdict};
use crate::puppet::route::{self, Endpoint, Miss};
use crate::respond::{self, Problem};
use crate::tls::Peer;
use crate::{chef, clock, code_manager, forge, puppet, puppet_ca, status};

pub(crate) mod bodies;
pub(crate) mod connections;

/// Says in a denial which rule it was.
const RULE_HEADER: HeaderName = HeaderName::from_static("x-quartermaster-rule");
/// The rules by which certificates are denied before any other is asked: TLS looks at them only
/// when a connection begins.
const REVOKED: &str = "revoked certificate";
const EXPIRED: &str = "expired certificate";

/// One request that may be answered.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a Data<App>,
    pub(crate) http: &'a HttpRequest,
    /// Percent-decoded.
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    pub(crate) peer: Option<&'a Peer>,
}

/// The decoded parameters of a query or form, in order.
#[derive(Debug, Default)]
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (form_decode(name), form_decode(value))
        });
        Self(pairs.collect())
    }

    /// The last value of a parameter, as Ruby's parser takes it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Asked<'_> {
    pub(crate) fn accept(&self) -> Option<&str> {
        self.header(header::ACCEPT)
    }

    /// The media type of the body, without its parameters.
    pub(crate) fn content_type(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE).map(|value| value.split(';').next().unwrap_or_default().trim())
    }

    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.http.headers().get(name)?.to_str().ok()
    }
}

/// Answers every request.
pub(crate) async fn answer(http: HttpRequest, payload: Payload, app: Data<App>) -> HttpResponse {
    let began = Instant::now();
    let busy = http.conn_data::<Connection>().map(Connection::begin);
    let (payload, whole) = match bodies::taken_in(&http, payload, app.config.http.body_timeout.0).await {
        Ok(taken) => taken,
        Err(problem) => return problem.into_response(),
    };
    let (name, mut response) = if is_for_chef(&http, &app) {
        chef::request::answer(&http, payload, &app).await
    } else if is_for_forge(&http, &app) {
        forge::request::answer(&http, payload, &app).await
    } else {
        route(&http, payload, &app).await
    };
    if !whole.get() {
        // What was not read of the body would be taken for the next request.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    if name != UNROUTED && http.path().starts_with("/puppet") && name != "environment_cache" {
        let version = HeaderValue::from_static(respond::PUPPET_VERSION);
        response.headers_mut().insert(HeaderName::from_static("x-puppet-version"), version);
    }
    let response = respond::compress(&http, response).await;
    let took = began.elapsed();
    app.metrics.request(name, response.status().as_u16(), took);
    tracing::debug!(
        method = %http.method(), path = http.path(), status = response.status().as_u16(),
        micros = took.as_micros() as u64, "answered"
    );
    response.map_body(|_, body| BoxBody::new(Held { body, _busy: busy }))
}

/// Chef has paths of its own, and perhaps a port.
fn is_for_chef(http: &HttpRequest, app: &App) -> bool {
    app.kitchen.address.get() == Some(&http.app_config().local_addr()) || chef::owns(http.path())
}

/// The Forge has paths of its own, and perhaps a port.
fn is_for_forge(http: &HttpRequest, app: &App) -> bool {
    app.counter.address.get() == Some(&http.app_config().local_addr()) || forge::owns(http.path())
}

/// What requests are counted as that reach no endpoint.
const UNROUTED: &str = "none";

async fn route(http: &HttpRequest, payload: Payload, app: &Data<App>) -> (&'static str, HttpResponse) {
    let raw = http.uri().path();
    let Ok(path) = percent_decode_str(raw).decode_utf8() else {
        return (UNROUTED, respond::text(StatusCode::BAD_REQUEST, "text/plain", format!("Invalid path: {raw}")));
    };
    let query = Query::parse(http.query_string());
    let asked = Asked { app, http, path: &path, query: &query, peer: http.conn_data::<Peer>() };
    if code_manager::owns(&path) {
        return code_manager::answer(&asked, payload).await;
    }
    let found = route::parse(http.method(), &path);
    // The authority's rules hold for paths that are not there too, as the original's do.
    let under_ca = path.starts_with("/puppet-ca/");
    match found {
        Err(Miss::BadPath) => {
            let text = format!("Invalid relative path (.. or .) in: {path}");
            (UNROUTED, Problem::text_as(StatusCode::BAD_REQUEST, None, text).into_response())
        }
        Err(Miss::Unknown) if !under_ca => (UNROUTED, Problem::no_such_path(&path).into_response()),
        Err(Miss::WrongMethod) if !under_ca => (UNROUTED, respond::empty(StatusCode::NOT_FOUND, None)),
        Err(_) => match denied(&asked) {
            Some(refusal) => ("denied", refusal),
            None if found == Err(Miss::NoKey) => {
                let problem = Problem::bad_request(format!("No request key specified in {path}"));
                ("no_key", problem.into_response())
            }
            None => (UNROUTED, Problem::no_such_path(&path).into_response()),
        },
        Ok(endpoint) => {
            let name = endpoint.name();
            if let Some(refusal) = denied(&asked) {
                return (name, refusal);
            }
            (name, dispatch(endpoint, &asked, payload).await.unwrap_or_else(Problem::into_response))
        }
    }
}

/// Why the guard lets a request not through.
pub(crate) struct Denial {
    pub(crate) rule: String,
    /// The certificate is no good any more, and so is the connection.
    pub(crate) is_unfit: bool,
}

/// Asks the guard. What it denies is counted and logged.
pub(crate) fn admitted(asked: &Asked<'_>) -> Result<(), Denial> {
    let (method, address) = (asked.http.method(), asked.http.peer_addr().map(|address| address.ip()));
    let unfit = asked.peer.and_then(|peer| unfit(peer, &asked.app.authority.revoked(), clock::now()));
    let guard = asked.app.guard.load();
    let rule = if let Some(rule) = unfit {
        rule
    } else {
        let question = Question { method, path: asked.path, query: &asked.query.0, peer: asked.peer, address };
        match guard.ask(question) {
            Verdict::Allowed { .. } => return Ok(()),
            Verdict::Denied { rule } => rule,
        }
    };
    asked.app.metrics.denied.inc();
    let certname = asked.peer.map(|peer| peer.certname.as_str());
    tracing::warn!(%method, path = asked.path, certname, ?address, rule, "denied");
    Err(Denial { rule: rule.to_owned(), is_unfit: unfit.is_some() })
}

/// The refusal, if the request may not be answered.
fn denied(asked: &Asked<'_>) -> Option<HttpResponse> {
    let Denial { rule, is_unfit } = admitted(asked).err()?;
    let method = asked.http.method();
    let method_name = method.as_str().to_ascii_lowercase();
    let text =
        format!("Forbidden request: {} (method :{method_name}). Please see the server logs for details.", asked.path);
    let mut refusal = Problem::text_as(StatusCode::FORBIDDEN, None, text).into_response();
    if let Ok(rule) = HeaderValue::from_str(&rule) {
        refusal.headers_mut().insert(RULE_HEADER, rule);
    }
    if is_unfit {
        refusal.head_mut().set_connection_type(ConnectionType::Close);
    }
    Some(refusal)
}

/// Why a certificate that TLS took when the connection began is no good any more.
fn unfit(peer: &Peer, revoked: &Revoked, now: Timestamp) -> Option<&'static str> {
    if revoked.contains(peer.serial) {
        return Some(REVOKED);
    }
    (peer.not_after < now).then_some(EXPIRED)
}

async fn dispatch(endpoint: Endpoint, asked: &Asked<'_>, payload: Payload) -> Result<HttpResponse, Problem> {
    match endpoint {
        Endpoint::Certificate { name } => puppet_ca::certificate::get(asked, &name).await,
        Endpoint::CertificateRequest { name } => puppet_ca::request::get(asked, &name).await,
        Endpoint::SubmitCertificateRequest { name } => puppet_ca::request::put(asked, &name, payload).await,
        Endpoint::DeleteCertificateRequest { name } => puppet_ca::request::delete(asked, &name).await,
        Endpoint::RevocationList => Ok(puppet_ca::revocation_list::get(asked)),
        Endpoint::CertificateStatus { name } => puppet_ca::status::get(asked, &name).await,
        Endpoint::SetCertificateStatus { name } => puppet_ca::status::put(asked, &name, payload).await,
        Endpoint::DeleteCertificateStatus { name } => puppet_ca::status::delete(asked, &name).await,
        Endpoint::CertificateStatuses { key } => puppet_ca::status::list(asked, &key).await,
        Endpoint::Expirations => Ok(puppet_ca::expirations::get(asked)),
        Endpoint::Clean => puppet_ca::bulk::clean(asked, payload).await,
        Endpoint::Sign => puppet_ca::bulk::sign(asked, payload).await,
        Endpoint::SignAll => puppet_ca::bulk::sign_all(asked).await,
        Endpoint::Node { name } => puppet::node::get(asked, &name).await,
        Endpoint::Catalog { name } => puppet::catalog::find(asked, &name, payload).await,
        Endpoint::SaveFacts { name } => puppet::facts::save(asked, &name, payload).await,
        Endpoint::SaveReport { name } => puppet::report::save(asked, &name, payload).await,
        Endpoint::FileMetadata { path } => puppet::file_server::metadata(asked, &path).await,
        Endpoint::FileMetadatas { path } => puppet::file_server::metadatas(asked, &path).await,
        Endpoint::FileContent { path } => puppet::file_server::content(asked, &path).await,
        Endpoint::StaticFileContent { path } => puppet::static_content::get(asked, &path).await,
        Endpoint::BucketFile { key } => puppet::bucket::get(asked, &key).await,
        Endpoint::BucketFileExists { key } => puppet::bucket::head(asked, &key).await,
        Endpoint::SaveBucketFile { key } => puppet::bucket::put(asked, &key, payload).await,
        Endpoint::Environment { name } => puppet::environment::get(asked, &name).await,
        Endpoint::Environments => puppet::environment::list(asked).await,
        Endpoint::EnvironmentClasses => puppet::classes::list(asked).await,
        Endpoint::EnvironmentTransports => puppet::transports::list(asked).await,
        Endpoint::EnvironmentModules => puppet::environment::modules(asked).await,
        Endpoint::Tasks => puppet::tasks::list(asked).await,
        Endpoint::Task { module, name } => puppet::tasks::get(asked, &module, &name).await,
        Endpoint::Plans => puppet::plans::list(asked).await,
        Endpoint::Plan { module, name } => puppet::plans::get(asked, &module, &name).await,
        Endpoint::FlushEnvironments => puppet::environment::flush(asked).await,
        Endpoint::StatusSimple { service } => status::simple(service.as_deref()),
        Endpoint::StatusServices { service } => status::services(asked, service.as_deref()),
        Endpoint::Metrics => Ok(status::metrics(asked)),
    }
}

/// Undoes the encoding of form values: `+` is a blank.
pub(crate) fn form_decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests;
