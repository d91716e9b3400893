//! The way of a request of Chef's. Clients can see in which order it is checked: version of the
//! API, path and method, signed headers, length, organization, body, signature, membership; and
//! then, in the action itself, existence and permission.
//!
//! A handler is a function that reads the body and answers with [`Work`]: what is to be done once
//! it is known who asks. Reading takes one job of the store for the whole request; changing takes
//! a second one, in which existence and permission are asked again beside the change itself.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chef::key::Pair;
use chef::records::{Organization, Records};
use chef::sign::Signature;
use chef::{ApiVersion, Caller, Entity, Error, Kind, OrgId, Permission, Result, principal};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Transaction;

use super::depsolver::Shelves;
use super::files::Signer;
use super::route::{self, Endpoint};
use super::{handle, problem};
use crate::app::App;
use crate::clock;
use crate::config::Config;
use crate::http::Query;
use crate::http::bodies::{self, Body, Limit};
use crate::respond::Problem;

/// What the API's version is said in, both ways.
const VERSION: &str = "X-Ops-Server-API-Version";
/// The oldest client that is served.
const OLDEST_CLIENT: u32 = 10;

/// A request that is to be understood; nobody knows yet who sent it.
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) api: ApiVersion,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
    /// Signs addresses of cookbooks' files.
    pub(crate) files: Arc<Signer>,
    pub(crate) shelves: Arc<Shelves>,
    pub(crate) config: Arc<Config>,
    pub(crate) now: Timestamp,
    /// What the header of the reporting API says.
    pub(crate) reporting_protocol: Option<String>,
}

/// Who asks, of what organization, and how answers call things.
pub(crate) struct Call {
    pub(crate) organization: Option<Organization>,
    pub(crate) caller: Caller,
    pub(crate) api: ApiVersion,
    pub(crate) now: Timestamp,
    /// What refusals say is missing: the method's own permission.
    said: Permission,
    /// `https://HOST:PORT`, as the request called the server.
    base: String,
    /// A pair that was made for this request, if it wanted one.
    pair: Option<Pair>,
    /// The hash of the password that it sent.
    pub(crate) password: Option<String>,
}

/// What is to be done.
pub(crate) struct Work {
    action: Action,
    changes: bool,
    wants_pair: bool,
    password: Option<String>,
}

type Action = Box<dyn FnOnce(&Call, &Transaction<'_>) -> Result<Answer> + Send>;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: String,
    content_type: &'static str,
    location: Option<String>,
}

impl Work {
    /// Something that only looks.
    pub(crate) fn read(action: impl FnOnce(&Call, &Transaction<'_>) -> Result<Answer> + Send + 'static) -> Self {
        Self { action: Box::new(action), changes: false, wants_pair: false, password: None }
    }

    /// Something that changes what is kept.
    pub(crate) fn write(action: impl FnOnce(&Call, &Transaction<'_>) -> Result<Answer> + Send + 'static) -> Self {
        Self { changes: true, ..Self::read(action) }
    }

    /// Something that gives a key away.
    pub(crate) fn with_pair_if(self, wants_pair: bool) -> Self {
        Self { wants_pair, ..self }
    }

    /// Something that keeps a password.
    pub(crate) fn with_password(self, password: Option<String>) -> Self {
        Self { password, ..self }
    }
}

impl Answer {
    pub(crate) fn ok(body: &Value) -> Self {
        Self::text(body.to_string())
    }

    /// A document as it is kept.
    pub(crate) fn text(body: String) -> Self {
        Self { status: StatusCode::OK, body, content_type: "application/json", location: None }
    }

    pub(crate) fn created(url: &str, body: &Value) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(body) }.at(url)
    }

    /// A refusal that leaves standing what the action did; other errors take it back.
    pub(crate) fn refused(error: Error) -> Result<Self> {
        match problem::refusal(&error) {
            Some((status, body)) => Ok(Self::ok(&body).with_status(status)),
            None => Err(error),
        }
    }

    /// Says that what was changed is elsewhere now, if it is.
    pub(crate) fn moved_if(self, has_moved: bool, url: &str) -> Self {
        if has_moved { self.with_status(StatusCode::CREATED).at(url) } else { self }
    }

    /// Says where it is now.
    pub(crate) fn at(self, url: &str) -> Self {
        Self { location: Some(url.to_owned()), ..self }
    }

    pub(crate) fn of_type(self, content_type: &'static str) -> Self {
        Self { content_type, ..self }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.content_type(self.content_type);
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        response.body(self.body)
    }
}

impl Call {
    /// The organization that the path names.
    pub(crate) fn organization(&self) -> Result<&Organization> {
        self.organization.as_ref().ok_or_else(|| Error::broken("a path without an organization"))
    }

    /// The organization that the path names, or none.
    pub(crate) fn org(&self) -> OrgId {
        self.organization.as_ref().map_or(OrgId::GLOBAL, |organization| organization.id)
    }

    pub(crate) fn organization_name(&self) -> &str {
        self.organization.as_ref().map_or("", |organization| organization.entity.name.as_str())
    }

    /// The address of something in the organization.
    pub(crate) fn url(&self, path: &[&str]) -> String {
        format!("{}/organizations/{}/{}", self.base, self.organization_name(), path.join("/"))
    }

    /// The address of something outside of organizations.
    pub(crate) fn global_url(&self, path: &[&str]) -> String {
        format!("{}/{}", self.base, path.join("/"))
    }

    /// Refuses who lacks the permission that the method stands for.
    pub(crate) fn demand(&self, db: &Transaction<'_>, on: &Entity) -> Result<()> {
        self.demand_also(db, on, self.said)
    }

    /// Refuses who lacks another permission; the refusal names the method's all the same.
    pub(crate) fn demand_also(&self, db: &Transaction<'_>, on: &Entity, permission: Permission) -> Result<()> {
        if db.permitted(self.caller.id(), on.id, permission)? {
            return Ok(());
        }
        Err(chef::authorization::missing(self.said))
    }

    /// Refuses who lacks the method's permission on the container of a kind.
    pub(crate) fn demand_container(&self, db: &Transaction<'_>, kind: Kind) -> Result<()> {
        self.demand(db, &chef::authorization::container_of(db, self.org(), kind)?)
    }

    /// Refuses everybody but the superuser.
    pub(crate) fn demand_superuser(&self) -> Result<()> {
        if self.caller.is_superuser() { Ok(()) } else { Err(chef::authorization::missing(self.said)) }
    }

    /// The refusal of the method's permission.
    pub(crate) fn missing(&self) -> Error {
        chef::authorization::missing(self.said)
    }

    pub(crate) fn pair(&self) -> Result<&Pair> {
        self.pair.as_ref().ok_or_else(|| Error::broken("no key was made for this request"))
    }
}

/// Answers a request.
pub(crate) async fn answer(http: &HttpRequest, payload: Payload, app: &Data<App>) -> (&'static str, HttpResponse) {
    let asked = text_header(http, VERSION);
    let Some(api) = ApiVersion::parse(asked) else {
        return ("chef_version", unspoken(asked.unwrap_or_default()));
    };
    let path = http.uri().path();
    let (name, mut response) = match route::parse(path) {
        None => ("none", problem::no_such_path(path)),
        Some(route) if !route.endpoint.takes(http.method()) => {
            let refusal = if route.endpoint == default_environment() {
                chef::environment::default_stays()
            } else {
                problem::no_such_method(http.method().as_str(), path)
            };
            let mut response = problem::response(&refusal);
            let allowed = header::HeaderValue::from_static(route.endpoint.allowed());
            response.headers_mut().insert(header::ALLOW, allowed);
            (route.endpoint.name(), response)
        }
        Some(route) if !route.endpoint.is_text() && !takes_json(http) => {
            (route.endpoint.name(), problem::not_acceptable())
        }
        Some(route) => {
            let name = route.endpoint.name();
            let response = match done(http, payload, app, route, api).await {
                Ok(response) => response,
                Err(error) => problem::response(&error),
            };
            (name, response)
        }
    };
    version_header(&mut response, api.0.into(), api.0.into());
    (name, response)
}

/// Whether JSON is among what the client takes.
fn takes_json(http: &HttpRequest) -> bool {
    let Some(accepted) = text_header(http, "Accept") else { return true };
    let kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
    accepted.trim().is_empty()
        || kinds.into_iter().any(|kind| matches!(kind, "application/json" | "application/*" | "*/*"))
}

fn default_environment() -> Endpoint {
    Endpoint::Environment { name: chef::environment::DEFAULT.to_owned() }
}

async fn done(
    http: &HttpRequest,
    payload: Payload,
    app: &Data<App>,
    route: route::Route,
    api: ApiVersion,
) -> Result<HttpResponse> {
    refuse_ancient(http)?;
    if let Some(response) = super::status::unsigned(&route.endpoint, http, app).await {
        return Ok(response);
    }
    if let Endpoint::File { organization, checksum } = &route.endpoint {
        return Ok(super::files::answer(http, payload, app, organization, checksum).await);
    }
    if route.endpoint == Endpoint::TokenCollector {
        return super::data_collector::with_token(http, payload, app).await;
    }
    let now = clock::now();
    let open = route.endpoint.is_open();
    let signature = if open { None } else { Some(Signature::read(|name| text_header(http, name), now)?) };
    let limit = if route.endpoint.takes_reports() { report_limit(&app.config) } else { body_limit(&app.config) };
    let Body { sent, plain } = body(http, payload, limit).await?;
    let path = match &route.endpoint {
        Endpoint::Validate { path } => path.clone(),
        _ => http.uri().path().to_owned(),
    };
    let request = Signed {
        signature,
        method: http.method().as_str().to_owned(),
        path,
        body: sent,
        api_version: text_header(http, VERSION).unwrap_or("0").to_owned(),
        is_console: text_header(http, "X-Ops-Request-Source") == Some("web"),
    };
    let ask = Ask {
        method: http.method().clone(),
        api,
        query: Query::parse(http.query_string()),
        body: plain,
        files: app.kitchen.files.clone(),
        shelves: app.kitchen.shelves.clone(),
        config: app.config.clone(),
        now,
        reporting_protocol: text_header(http, "X-Ops-Reporting-Protocol-Version").map(str::to_owned),
    };
    let said = permission_of(&ask.method);
    let base = base(http);
    let (organization, endpoint, app_data) = (route.organization, route.endpoint, app.clone().into_inner());

    if endpoint.searches() {
        app.store.warm_search().await?;
    }
    // Who asks; and, where nothing is to be changed, the answer too.
    let first = app.store.chef_read(move |db| {
        let organization = match organization {
            None => None,
            Some(name) => match db.organization(&name)? {
                Some(organization) => Some(organization),
                // To who need not sign, the original says it in another way.
                None if open => return Ok(First::Done(super::principals::no_organization(&name))),
                None => return Err(chef::organization::not_found(&name)),
            },
        };
        let work = handle(endpoint, &ask)?;
        let caller = request.authenticate(db, organization.as_ref(), &app_data.kitchen, now)?;
        let call = Call { organization, caller, api, now, said, base, pair: None, password: None };
        if work.changes { Ok(First::Known(Box::new(call), work)) } else { (work.action)(&call, db).map(First::Done) }
    });
    let (mut call, work) = match first.await? {
        First::Done(answer) => return Ok(answer.into_response()),
        First::Known(call, work) => (call, work),
    };
    if let Some(password) = work.password {
        call.password = Some(hashed(password, &app.kitchen).await?);
    }
    let pair = if work.wants_pair { Some(app.kitchen.mint.take().await?) } else { None };
    call.pair.clone_from(&pair);
    let action = work.action;
    let outcome = app.store.chef_write(move |db| action(&call, db)).await;
    if let (Err(_), Some(pair)) = (&outcome, pair) {
        app.kitchen.mint.give_back(pair);
    }
    Ok(outcome?.into_response())
}

enum First {
    Done(Answer),
    Known(Box<Call>, Work),
}

/// A request as it was signed.
struct Signed {
    signature: Option<Signature>,
    method: String,
    path: String,
    body: Bytes,
    api_version: String,
    is_console: bool,
}

impl Signed {
    fn authenticate(
        &self,
        db: &Transaction<'_>,
        organization: Option<&Organization>,
        kitchen: &super::Kitchen,
        now: Timestamp,
    ) -> Result<Caller> {
        let Some(signature) = &self.signature else { return Ok(nobody()) };
        let org = organization.map(|organization| organization.id);
        let request = chef::sign::Request {
            method: &self.method,
            path: &self.path,
            body: &self.body,
            api_version: &self.api_version,
        };
        let caller = if self.is_console {
            principal::authenticate_console(db, org, signature, &request, &kitchen.console)?
        } else {
            principal::authenticate(db, org, signature, &request, &kitchen.keys, now)?
        };
        if let Some(organization) = organization {
            principal::belongs(db, &caller, organization)?;
        }
        Ok(caller)
    }
}

/// Whoever asks for what anybody may see.
fn nobody() -> Caller {
    let (id, org) = (chef::EntityId(0), OrgId::GLOBAL);
    let entity = Entity { id, org, kind: Kind::User, name: String::new(), guid: String::new() };
    Caller { entity, key: None }
}

/// The body of a request that may have one.
async fn body(http: &HttpRequest, payload: Payload, limit: Limit) -> Result<Body> {
    if !matches!(*http.method(), Method::POST | Method::PUT) {
        return Ok(Body::default());
    }
    bodies::receive(http.headers(), payload, limit).await.map_err(|problem| refused_body(&problem, limit))
}

fn body_limit(config: &Config) -> Limit {
    let (bytes, within) = (config.chef.max_body.0, config.http.body_timeout.0);
    Limit { what: "The request body", bytes, setting: "chef.max_body", within }
}

/// Of what a client tells of a run.
pub(crate) fn report_limit(config: &Config) -> Limit {
    let (bytes, within) = (config.limits.report.0, config.http.body_timeout.0);
    Limit { what: "The report", bytes, setting: "limits.report", within }
}

/// The refusal of a body, as Chef's clients know it.
pub(crate) fn refused_body(problem: &Problem, limit: Limit) -> Error {
    if problem.is_too_large() { Error::TooLarge(limit.bytes) } else { Error::invalid(problem.message()) }
}

/// Hashing takes its time, so it is done apart, on as many threads at once as there are cores.
async fn hashed(password: String, kitchen: &super::Kitchen) -> Result<String> {
    let busy = |_| Error::Busy("too many passwords are waiting to be hashed".to_owned());
    let place = kitchen.hash_queue.clone().try_acquire_owned().map_err(busy)?;
    let turn = kitchen.hash_turns.clone().acquire_owned().await.map_err(|error| Error::Unavailable(Box::new(error)))?;
    let salt = *uuid::Uuid::new_v4().as_bytes();
    let work = move || {
        // Held until it is done, also when the caller goes away.
        let _held = (place, turn);
        chef::password::hash(&password, salt)
    };
    actix_web::web::block(work).await.map_err(|error| Error::Unavailable(Box::new(error)))?
}

fn permission_of(method: &Method) -> Permission {
    match *method {
        Method::DELETE => Permission::Delete,
        Method::POST => Permission::Create,
        Method::PUT => Permission::Update,
        _ => Permission::Read,
    }
}

/// How the request called the server: answers call things so.
fn base(http: &HttpRequest) -> String {
    let scheme = if http.app_config().secure() { "https" } else { "http" };
    let scheme =
        text_header(http, "X-Forwarded-Proto").filter(|proto| matches!(*proto, "http" | "https")).unwrap_or(scheme);
    let host = text_header(http, "Host").map_or_else(|| http.app_config().host().to_owned(), str::to_owned);
    format!("{scheme}://{host}")
}

/// Clients before version 10 spoke differently.
fn refuse_ancient(http: &HttpRequest) -> Result<()> {
    let Some(version) = text_header(http, "X-Chef-Version") else { return Ok(()) };
    let major: Option<u32> = version.split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(major) if major < OLDEST_CLIENT => {
            Err(Error::invalid(format!("Chef {version} is too old for this server, which serves Chef 10 and later")))
        }
        _ => Ok(()),
    }
}

fn text_header<'a>(http: &'a HttpRequest, name: &str) -> Option<&'a str> {
    http.headers().get(name)?.to_str().ok()
}

/// The refusal of a version of the API that this server does not speak.
fn unspoken(asked: &str) -> HttpResponse {
    let body = json!({
        "error": "invalid-x-ops-server-api-version",
        "message": format!("Specified version {asked} not supported"),
        "min_version": ApiVersion::OLDEST.0,
        "max_version": ApiVersion::NEWEST.0,
    });
    let mut response = problem::json(StatusCode::NOT_ACCEPTABLE, &body);
    version_header(&mut response, asked.parse().unwrap_or(-1), -1);
    response
}

fn version_header(response: &mut HttpResponse, asked: i64, spoken: i64) {
    let (least, most) = (ApiVersion::OLDEST.0, ApiVersion::NEWEST.0);
    let value = format!(
        r#"{{"min_version":"{least}","max_version":"{most}","request_version":"{asked}","response_version":"{spoken}"}}"#
    );
    if let Ok(value) = header::HeaderValue::from_str(&value) {
        response.headers_mut().insert(header::HeaderName::from_static("x-ops-server-api-version"), value);
    }
}
