//! Promises of `inventory::Exported`.

use inventory::exported::{Exported, ExportedResource};
use inventory::nodes::Nodes;
use jiff::Timestamp;
use model::Certname;
use serde_json::json;

pub(crate) async fn exports_are_replaced_as_a_whole(exported: &impl Exported) {
    let first = vec![resource("Host", "b"), resource("Host", "a"), resource("File", "a")];
    exported.export(&name("web"), first.clone()).await.unwrap();
    let found = exported.exported("Host", None).await.unwrap();
    assert_eq!(found.iter().map(|found| found.resource.title.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((&found[0].node, &found[0].resource), (&name("web"), &first[1]));
    exported.export(&name("web"), vec![resource("Host", "c")]).await.unwrap();
    assert_eq!(exported.exported("Host", None).await.unwrap().len(), 1);
    assert!(exported.exported("File", None).await.unwrap().is_empty());
}

pub(crate) async fn own_and_deactivated_exports_are_left_out(exported: &(impl Exported + Nodes)) {
    for host in ["a", "b", "c"] {
        exported.export(&name(host), vec![resource("Host", host)]).await.unwrap();
    }
    exported.deactivate(&name("c"), Timestamp::UNIX_EPOCH).await.unwrap();
    let found = exported.exported("Host", Some(&name("a"))).await.unwrap();
    assert_eq!(found.iter().map(|found| found.node.as_str()).collect::<Vec<_>>(), ["b"]);
}

pub(crate) async fn exports_can_be_withdrawn(exported: &(impl Exported + Nodes)) {
    for host in ["a", "b"] {
        exported.export(&name(host), vec![resource("Host", host)]).await.unwrap();
    }
    exported.withdraw(&name("a")).await.unwrap();
    exported.withdraw(&name("unknown")).await.unwrap();
    let found = exported.exported("Host", None).await.unwrap();
    assert_eq!(found.iter().map(|found| found.node.as_str()).collect::<Vec<_>>(), ["b"]);
    assert!(exported.node(&name("unknown")).await.unwrap().is_none());
    exported.export(&name("a"), vec![resource("Host", "a")]).await.unwrap();
    exported.forget(&name("a")).await.unwrap();
    assert_eq!(exported.exported("Host", None).await.unwrap().len(), 1);
}

fn name(text: &str) -> Certname {
    Certname::parse(text).unwrap()
}

fn resource(kind: &str, title: &str) -> ExportedResource {
    ExportedResource {
        kind: kind.to_owned(),
        title: title.to_owned(),
        tags: vec!["z".to_owned(), "a".to_owned()],
        parameters: serde_json::from_value(json!({"z": {"__ptype": "Default"}, "a": [1, null]})).unwrap(),
        file: Some("/a.pp".to_owned()),
        line: Some(7),
    }
}
