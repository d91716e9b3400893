//! What load balancers and monitoring ask: `/status/v1`, `/metrics`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::http::Asked;
use crate::respond::{self, Problem};

/// The services that the original names, all of which are one process here.
const SERVICES: &[&str] = &["ca", "master", "puppet-profiler", "server", "status-service"];
const JSON: &str = "application/json;charset=utf-8";

/// `running`
pub(crate) fn simple(service: Option<&str>) -> Result<HttpResponse, Problem> {
    match service {
        Some(name) if !SERVICES.contains(&name) => Err(unknown(name)),
        _ => Ok(respond::text(StatusCode::OK, "text/plain;charset=utf-8", "running")),
    }
}

/// One service, or all of them by name.
pub(crate) fn services(asked: &Asked<'_>, service: Option<&str>) -> Result<HttpResponse, Problem> {
    let level = match asked.query.get("level") {
        None => "info",
        Some(level @ ("critical" | "info" | "debug")) => level,
        Some(other) => {
            let body = json!({"kind": "request-data-invalid", "msg": format!("Invalid level: :{other}")});
            return Ok(respond::text(StatusCode::BAD_REQUEST, JSON, body.to_string()));
        }
    };
    let body = match service {
        Some(name) if SERVICES.contains(&name) => {
            let mut one = describe(asked, name, level);
            one["service_name"] = json!(name);
            one
        }
        Some(name) => return Err(unknown(name)),
        None => {
            let all = SERVICES.iter().map(|name| ((*name).to_owned(), describe(asked, name, level)));
            Value::Object(all.collect::<Map<_, _>>())
        }
    };
    Ok(respond::text(StatusCode::OK, JSON, body.to_string()))
}

/// The Prometheus document.
pub(crate) fn metrics(asked: &Asked<'_>) -> HttpResponse {
    asked.app.metrics.store_queue.set(asked.app.store.write_queue().0 as i64);
    asked.app.metrics.ruby(asked.app.environments.ruby_counts());
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(asked.app.metrics.render())
}

fn describe(asked: &Asked<'_>, service: &str, level: &str) -> Value {
    let mut status = Map::new();
    if level == "debug" && matches!(service, "master" | "server") {
        let seen = asked.app.metrics.by_endpoint().into_iter().map(|(name, count, seconds)| {
            let millis = seconds * 1000.0;
            json!({
                "route-id": name,
                "count": count,
                "mean": (millis / count.max(1) as f64).round() as u64,
                "aggregate": millis.round() as u64,
            })
        });
        status.insert("experimental".to_owned(), json!({"http-metrics": seen.collect::<Vec<_>>()}));
    }
    json!({
        "service_version": env!("CARGO_PKG_VERSION"),
        "service_status_version": 1,
        "detail_level": level,
        "state": "running",
        "status": status,
        "active_alerts": [],
    })
}

fn unknown(name: &str) -> Problem {
    let body = json!({"kind": "service-not-found", "msg": format!("No status information found for service {name}")});
    Problem::text_as(StatusCode::NOT_FOUND, Some(JSON), body.to_string())
}
