use serde_json::json;

use super::{ExportedResource, Query};

#[test]
fn queries_look_at_title_tags_and_parameters() {
    let resource = ExportedResource {
        kind: "Host".to_owned(),
        title: "web01".to_owned(),
        tags: vec!["web".to_owned()],
        parameters: serde_json::from_value(json!({"ip": "10.0.0.1", "host_aliases": ["a", "b"]})).unwrap(),
        file: None,
        line: None,
    };
    let equal = |name: &str, value: &str| Query::Equal(name.to_owned(), json!(value));
    assert!(Query::All.matches(&resource));
    assert!(equal("title", "web01").matches(&resource));
    assert!(equal("tag", "web").matches(&resource));
    assert!(equal("host_aliases", "b").matches(&resource));
    assert!(!equal("ip", "10.0.0.2").matches(&resource));
    assert!(Query::Not(Box::new(equal("absent", "x"))).matches(&resource));
    let (yes, no) = (equal("tag", "web"), equal("tag", "db"));
    assert!(!Query::And(Box::new(yes.clone()), Box::new(no.clone())).matches(&resource));
    assert!(Query::Or(Box::new(yes), Box::new(no)).matches(&resource));
}
