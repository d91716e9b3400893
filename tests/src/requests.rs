//! The requests that agents and administrators send, as they send them.

use anyhow::{Result, ensure};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::client::{Connection, Response};

/// What an agent accepts as a catalog.
pub const CATALOG_FORMATS: &str = "application/vnd.puppet.rich+json, application/json, text/pson";
const TRANSACTION: &str = "79b10e01-0606-43f6-8902-6253479840cb";

/// The authority's certificates in PEM.
pub fn authority(connection: &mut Connection) -> Result<String> {
    text(connection, "/puppet-ca/v1/certificate/ca")
}

/// A signed certificate in PEM.
pub fn certificate(connection: &mut Connection, name: &str) -> Result<String> {
    text(connection, &format!("/puppet-ca/v1/certificate/{name}"))
}

/// The revocation list in PEM.
pub fn revocation_list(connection: &mut Connection) -> Result<String> {
    text(connection, "/puppet-ca/v1/certificate_revocation_list/ca")
}

fn text(connection: &mut Connection, path: &str) -> Result<String> {
    let response = connection.send("GET", path, &[("Accept", "text/plain")], b"")?;
    ensure!(response.status == 200, "GET {path}: {} {}", response.status, response.text());
    Ok(response.text())
}

/// Hands in a certificate request.
pub fn submit(connection: &mut Connection, name: &str, request_pem: &str) -> Result<Response> {
    let path = format!("/puppet-ca/v1/certificate_request/{name}");
    connection.send("PUT", &path, &[("Accept", "text/plain"), ("Content-Type", "text/plain")], request_pem.as_bytes())
}

/// Signs or revokes, as an administrator: `state` is `signed` or `revoked`.
pub fn set_state(connection: &mut Connection, name: &str, state: &str) -> Result<Response> {
    let body = json!({ "desired_state": state }).to_string();
    let path = format!("/puppet-ca/v1/certificate_status/{name}");
    connection.send("PUT", &path, JSON, body.as_bytes())
}

const JSON: &[(&str, &str)] = &[("Accept", "application/json"), ("Content-Type", "application/json")];

/// Asks for a catalog with these facts in an environment.
pub fn catalog(connection: &mut Connection, name: &str, environment: &str, facts: &Value) -> Result<Response> {
    let body = catalog_body(name, environment, facts);
    post_catalog(connection, name, environment, &body)
}

/// Sends a catalog request with a body made by [`catalog_body`].
pub fn post_catalog(connection: &mut Connection, name: &str, environment: &str, body: &str) -> Result<Response> {
    let path = format!("/puppet/v3/catalog/{name}?environment={environment}");
    let headers = [("Accept", CATALOG_FORMATS), ("Content-Type", "application/x-www-form-urlencoded")];
    connection.send("POST", &path, &headers, body.as_bytes())
}

/// The body of a catalog request: facts are percent-encoded twice, as agents do.
pub fn catalog_body(name: &str, environment: &str, values: &Value) -> String {
    let facts = escape(&escape(&factset(name, values).to_string()));
    format!(
        "facts_format=application%2Fjson&facts={facts}&environment={environment}&configured_environment={environment}\
         &check_environment=true&transaction_uuid={TRANSACTION}&job_uuid=&static_catalog=true\
         &checksum_type=sha256.sha384.sha512.sha224.md5"
    )
}

/// Facts as an agent sends them.
pub fn factset(name: &str, values: &Value) -> Value {
    json!({
        "name": name,
        "values": values,
        "timestamp": "2026-11-23T12:00:00.000000000+00:00",
        "expiration": "2030-01-01T00:00:00.000000000+00:00",
    })
}

/// Stores facts.
pub fn put_facts(connection: &mut Connection, name: &str, values: &Value) -> Result<Response> {
    let path = format!("/puppet/v3/facts/{name}?environment=production");
    connection.send("PUT", &path, JSON, factset(name, values).to_string().as_bytes())
}

/// Stores a report.
pub fn put_report(connection: &mut Connection, name: &str, report: &Value) -> Result<Response> {
    let path = format!("/puppet/v3/report/{name}?environment=production");
    connection.send("PUT", &path, JSON, report.to_string().as_bytes())
}

/// A small report of a run that changed nothing; `mark` tells reports apart.
pub fn report(name: &str, mark: &str) -> Value {
    json!({
        "host": name,
        "time": "2026-11-23T12:00:00.000000000+00:00",
        "configuration_version": 1,
        "transaction_uuid": mark,
        "report_format": 12,
        "puppet_version": "7.23.0",
        "status": "unchanged",
        "noop": false,
        "noop_pending": false,
        "environment": "production",
        "logs": [],
        "metrics": {},
        "resource_statuses": {},
        "corrective_change": false,
        "catalog_uuid": "c0f5b7a2-6b0a-4b0a-8f5b-1d9b3c1f0a11",
        "cached_catalog_status": "not_used",
    })
}

/// A report of a run that changed some of its resources, as long as that of a small host.
pub fn busy_report(name: &str, resources: usize) -> Value {
    const TIME: &str = "2026-11-23T12:00:00.000000000+00:00";
    let mut report = report(name, TRANSACTION);
    let mut statuses = serde_json::Map::new();
    let mut logs = Vec::new();
    for index in 0..resources {
        let title = format!("/etc/site/conf.d/{index:03}-site.conf");
        let reference = format!("File[{title}]");
        let message = "content changed '{sha256}e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' to \
                       '{sha256}9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'";
        let place = json!({ "file": "/etc/puppet/code/environments/production/manifests/site.pp", "line": index + 1 });
        let changed = index % 3 == 0;
        let event = json!({
            "audited": false, "property": "content", "previous_value": "old", "desired_value": "new",
            "historical_value": null, "message": message, "name": "content_changed", "status": "success",
            "time": TIME, "redacted": false, "corrective_change": false,
        });
        statuses.insert(
            reference.clone(),
            json!({
                "title": title, "file": place["file"], "line": place["line"], "resource": reference,
                "resource_type": "File", "provider_used": "posix",
                "containment_path": ["Stage[main]", "Site", reference],
                "evaluation_time": 0.002, "tags": ["file", "class", "site"], "time": TIME, "failed": false,
                "failed_to_restart": false, "changed": changed, "out_of_sync": changed, "skipped": false,
                "change_count": u32::from(changed), "out_of_sync_count": u32::from(changed),
                "events": if changed { json!([event]) } else { json!([]) }, "corrective_change": false,
            }),
        );
        if changed {
            logs.push(json!({
                "level": "notice", "message": message, "source": format!("/Stage[main]/Site/{reference}/content"),
                "tags": ["notice", "file", "class", "site"], "time": TIME, "file": place["file"], "line": place["line"],
            }));
        }
    }
    report["status"] = json!("changed");
    report["resource_statuses"] = Value::Object(statuses);
    report["logs"] = Value::Array(logs);
    report["metrics"] = json!({
        "resources": { "name": "resources", "label": "Resources", "values": [["total", "Total", resources]] },
        "time": { "name": "time", "label": "Time", "values": [["file", "File", 0.2], ["total", "Total", 3.1]] },
    });
    report
}

/// The plugin list as an agent asks for it.
pub fn plugins_path(environment: &str) -> String {
    format!(
        "/puppet/v3/file_metadatas/plugins?recurse=true&max_files=-1&ignore=.svn&ignore=CVS&ignore=.git&ignore=.hg\
         &links=follow&checksum_type=sha256&source_permissions=ignore&environment={environment}"
    )
}

/// The node as an agent asks for it.
pub fn node_path(name: &str) -> String {
    format!(
        "/puppet/v3/node/{name}?environment=production&configured_environment=production&transaction_uuid={TRANSACTION}"
    )
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
