//! What is answered without asking who it was, and the licence.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chef::ApiVersion;
use chef::records::Records;
use serde_json::{Value, json};

use super::problem;
use super::request::{Answer, Work};
use super::route::Endpoint;
use crate::app::App;

/// Nodes from which on the original says that its licence is exceeded. It never refuses one.
const LICENSED_NODES: u64 = 25;
/// Where the original sends who wants more.
const UPGRADE: &str = "https://www.chef.io/contact/on-premises-simple";

/// The answer, where nobody needs to have signed.
pub(crate) async fn unsigned(endpoint: &Endpoint, app: &Data<App>) -> Option<HttpResponse> {
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
        // No recipe is required of anybody: clients take this for "off".
        Endpoint::RequiredRecipe => problem::json(StatusCode::NOT_FOUND, &json!({"error": ["no required recipe"]})),
        Endpoint::NotYet { what } => problem::not_yet(what),
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
