//! What is answered without asking who it was, the licence, and the recipe that is required.

use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chef::records::Records;
use chef::{ApiVersion, Error};
use serde_json::{Value, json};

use super::problem;
use super::request::{Answer, Ask, Work};
use super::route::Endpoint;
use crate::app::App;

/// Nodes from which on the original says that its licence is exceeded. It never refuses one.
const LICENSED_NODES: u64 = 25;
/// Where the original sends who wants more.
const UPGRADE: &str = "https://www.chef.io/contact/on-premises-simple";

/// The answer, where nobody needs to have signed.
pub(crate) async fn unsigned(endpoint: &Endpoint, http: &HttpRequest, app: &Data<App>) -> Option<HttpResponse> {
    Some(match endpoint {
        Endpoint::Status => status(app).await,
        Endpoint::ServerApiVersion => problem::json(
            StatusCode::OK,
            &json!({"min_api_version": ApiVersion::OLDEST.0, "max_api_version": ApiVersion::NEWEST.0}),
        ),
        // An object is in the index before its write is answered.
        Endpoint::SearchCommit => problem::json(StatusCode::OK, &json!({})),
        Endpoint::Controls => {
            let text = "Resource gone, analytics is no longer supported by Chef Server";
            problem::json(StatusCode::GONE, &json!({"error": text}))
        }
        // Clients take this for "off".
        Endpoint::RequiredRecipe if app.config.chef.required_recipe.is_none() => {
            problem::json(StatusCode::NOT_FOUND, &json!({"error": ["no required recipe"]}))
        }
        Endpoint::RequiredRecipe if *http.method() != Method::GET => {
            problem::response(&problem::no_such_method(http.method().as_str(), http.path()))
        }
        Endpoint::Stats => super::statistics::answer(http, app),
        Endpoint::Version => HttpResponse::Ok().content_type("text/plain").body(concat!(
            "quartermaster ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )),
        Endpoint::ReportsStatus => {
            let (status, body) = super::reports::status(app.store.ping().await.is_ok());
            problem::json(status, &body)
        }
        _ => return None,
    })
}

async fn status(app: &Data<App>) -> HttpResponse {
    let pings = |well: bool| if well { "pong" } else { "fail" };
    let well = app.store.ping().await.is_ok();
    let (waiting, room) = app.store.write_queue();
    let body: Value = json!({
        "status": pings(well),
        "upstreams": {"chef_sql": pings(well)},
        "keygen": {},
        "indexing": {"mode": "inline", "queue": waiting, "queue_room": room},
    });
    problem::json(if well { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }, &body)
}

/// `…/required_recipe`, to who is in the organization. The file is read each time, as the original does.
pub(crate) fn required_recipe(ask: &Ask) -> Work {
    let path = ask.config.chef.required_recipe.clone();
    Work::read(move |_, _| {
        let path = path.ok_or_else(|| Error::not_found("no required recipe"))?;
        let recipe = std::fs::read_to_string(&path)
            .map_err(|error| Error::broken(format!("chef.required_recipe: {}: {error}", path.display())))?;
        Ok(Answer::text(recipe).of_type("text/plain"))
    })
}

/// `/license`, to whoever can sign: the original's numbers.
pub(crate) fn license() -> Work {
    Work::read(|_, db| {
        let count = db.count_nodes()?;
        Ok(Answer::ok(&json!({
            "limit_exceeded": count > LICENSED_NODES,
            "node_license": LICENSED_NODES,
            "node_count": count,
            "upgrade_url": UPGRADE,
        })))
    })
}
