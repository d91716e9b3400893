//! Promises of `inventory::Nodes`.

use inventory::nodes::{NewCatalog, NewFacts, Nodes, Page, ReportId};
use inventory::{Exported, ExportedResource, NewReport};
use jiff::{SignedDuration, Timestamp};
use model::{Certname, Facts};
use serde_json::json;

pub(crate) async fn facts_are_replaced(nodes: &impl Nodes) {
    assert!(nodes.facts(&name("web")).await.unwrap().is_none());
    put_facts(nodes, "web", "one", 1).await;
    put_facts(nodes, "web", "two", 2).await;
    let kept = nodes.facts(&name("web")).await.unwrap().unwrap();
    assert_eq!(kept.facts.values["value"], "two");
    assert_eq!(kept.facts.values.keys().collect::<Vec<_>>(), ["value", "b", "a"], "in the order they came");
    assert_eq!((kept.at, kept.environment.as_deref()), (at(2), Some("production")));
}

pub(crate) async fn catalogs_are_replaced(nodes: &impl Nodes) {
    assert!(nodes.catalog(&name("web")).await.unwrap().is_none());
    for byte in [1, 2] {
        nodes.put_catalog(catalog("web", byte)).await.unwrap();
    }
    assert_eq!(nodes.catalog(&name("web")).await.unwrap(), Some(catalog("web", 2)));
    assert_eq!(nodes.node(&name("web")).await.unwrap().unwrap().catalog_at, Some(at(2)));
}

pub(crate) async fn reports_are_kept_up_to_the_setting(nodes: &impl Nodes) {
    let mut ids = Vec::new();
    for second in 0..5 {
        ids.push(nodes.put_report(report("web", "changed", second)).await.unwrap());
    }
    nodes.put_report(report("db", "failed", 9)).await.unwrap();
    let kept = nodes.reports(Some(&name("web")), Page::first(10)).await.unwrap();
    assert_eq!(kept.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[4], ids[3], ids[2]]);
    assert!(nodes.report(ids[0]).await.unwrap().is_none());
    let (row, document) = nodes.report(ids[4]).await.unwrap().unwrap();
    let sent = report("web", "changed", 4);
    assert_eq!((row.received_at, row.size, document), (at(4), sent.document.len() as u64, sent.document));
    assert_eq!((row.report_format, row.noop, row.puppet_version.as_deref()), (12, Some(false), Some("7.23.0")));
}

pub(crate) async fn reports_are_paged_newest_first(nodes: &impl Nodes) {
    for host in ["a", "b", "c"] {
        nodes.put_report(report(host, "changed", 1)).await.unwrap();
    }
    let first = nodes.reports(None, Page::first(2)).await.unwrap();
    assert_eq!(first.iter().map(|row| row.node.as_str()).collect::<Vec<_>>(), ["c", "b"]);
    let rest = nodes.reports(None, Page { after: Some(first[1].id), limit: 2 }).await.unwrap();
    assert_eq!(rest.iter().map(|row| row.node.as_str()).collect::<Vec<_>>(), ["a"]);
    assert!(nodes.reports(None, Page { after: Some(ReportId(0)), limit: 2 }).await.unwrap().is_empty());
}

pub(crate) async fn nodes_are_listed_by_name(nodes: &impl Nodes) {
    put_facts(nodes, "b", "x", 1).await;
    put_facts(nodes, "a", "x", 2).await;
    nodes.put_report(report("a", "failed", 3)).await.unwrap();
    let listed = nodes.nodes(false, Page::first(10)).await.unwrap();
    assert_eq!(listed.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(listed[0].report_status.as_deref(), Some("failed"));
    assert_eq!(listed[0].last_seen(), Some(at(3)));
    assert_eq!(listed[1].last_seen(), Some(at(1)));
    let after = Page { after: Some(name("a")), limit: 10 };
    assert_eq!(nodes.nodes(false, after).await.unwrap().len(), 1);
}

pub(crate) async fn deactivated_nodes_come_back_when_they_write(nodes: &impl Nodes) {
    assert!(!nodes.deactivate(&name("web"), at(1)).await.unwrap());
    put_facts(nodes, "web", "x", 1).await;
    assert!(nodes.deactivate(&name("web"), at(2)).await.unwrap());
    assert!(!nodes.deactivate(&name("web"), at(3)).await.unwrap());
    assert!(nodes.nodes(false, Page::first(9)).await.unwrap().is_empty());
    assert_eq!(nodes.nodes(true, Page::first(9)).await.unwrap()[0].deactivated_at, Some(at(2)));
    nodes.put_report(report("web", "changed", 4)).await.unwrap();
    assert_eq!(nodes.nodes(false, Page::first(9)).await.unwrap().len(), 1);
}

pub(crate) async fn forgetting_removes_everything(nodes: &(impl Nodes + Exported)) {
    put_facts(nodes, "web", "x", 1).await;
    nodes.put_catalog(catalog("web", 1)).await.unwrap();
    let id = nodes.put_report(report("web", "changed", 1)).await.unwrap();
    let resource = ExportedResource {
        kind: "Host".to_owned(),
        title: "web".to_owned(),
        tags: vec![],
        parameters: serde_json::Map::new(),
        file: None,
        line: None,
    };
    nodes.export(&name("web"), vec![resource]).await.unwrap();
    assert!(nodes.forget(&name("web")).await.unwrap());
    assert!(!nodes.forget(&name("web")).await.unwrap());
    assert!(nodes.node(&name("web")).await.unwrap().is_none());
    assert!(nodes.facts(&name("web")).await.unwrap().is_none());
    assert!(nodes.catalog(&name("web")).await.unwrap().is_none());
    assert!(nodes.report(id).await.unwrap().is_none());
    assert!(nodes.exported("Host", None).await.unwrap().is_empty());
}

fn name(text: &str) -> Certname {
    Certname::parse(text).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

async fn put_facts(nodes: &impl Nodes, host: &str, value: &str, second: i64) {
    let values = serde_json::from_value(json!({"value": value, "b": 1, "a": [null, 1.5]})).unwrap();
    let facts = Facts { name: host.to_owned(), values, ..Facts::default() };
    let new = NewFacts { node: name(host), environment: Some("production".to_owned()), facts, at: at(second) };
    nodes.put_facts(new).await.unwrap();
}

fn catalog(host: &str, byte: u8) -> NewCatalog {
    NewCatalog {
        node: name(host),
        environment: "production".to_owned(),
        version: byte.to_string(),
        catalog_uuid: Some("u".to_owned()),
        transaction_uuid: None,
        code_id: None,
        document: vec![byte; 3],
        at: at(byte.into()),
    }
}

fn report(host: &str, status: &str, second: i64) -> NewReport {
    let document = json!({
        "host": host, "time": "2026-11-23T11:00:00Z", "report_format": 12, "status": status, "noop": false,
        "environment": "production", "puppet_version": "7.23.0", "configuration_version": 17, "second": second,
    });
    NewReport::parse(name(host), document.to_string().into_bytes(), at(second)).unwrap()
}
