use serde_json::json;

use super::Metadata;

fn fault(document: &serde_json::Value) -> String {
    Metadata::parse(document.to_string().as_bytes()).unwrap_err().to_string()
}

#[test]
fn what_is_asked_of_a_module_is_read() {
    let document = json!({
        "name": "acme/web", "version": "1.2.3-rc1", "tags": ["http", 1], "pdk-version": "3.0.0",
        "dependencies": [{"name": "puppetlabs-stdlib", "version_requirement": ">= 4.0.0 < 9.0.0"}, {"name": "a/b"}],
        "requirements": [{"name": "puppet", "version_requirement": ">= 6.0.0"}],
        "operatingsystem_support": [{"operatingsystem": "Debian", "operatingsystemrelease": ["11", "12"]}],
        "x_own": {"kept": true},
    });
    let metadata = Metadata::parse(document.to_string().as_bytes()).unwrap();
    assert_eq!(metadata.release.to_string(), "acme-web-1.2.3-rc1");
    assert_eq!(metadata.document()["x_own"], document["x_own"]);
    assert_eq!(metadata.tags().collect::<Vec<_>>(), ["http"]);
    let dependencies: Vec<_> = metadata.dependencies().map(|(slug, range)| (slug.to_string(), range)).collect();
    assert_eq!(dependencies, [("puppetlabs-stdlib".to_owned(), Some(">= 4.0.0 < 9.0.0")), ("a-b".to_owned(), None)]);
    assert_eq!((metadata.requirement("puppet"), metadata.requirement("pe")), (Some(">= 6.0.0"), None));
    assert!(metadata.supports(Some("debian"), Some("12")) && metadata.supports(None, Some("11")) && metadata.pdk());
    assert!(!metadata.supports(Some("Debian"), Some("10")) && !metadata.supports(Some("RedHat"), None));
}

#[test]
fn a_module_without_dependencies_has_an_empty_list() {
    let metadata = Metadata::parse(br#"{"name": "a-b", "version": "1.0.0", "dependencies": null}"#).unwrap();
    assert_eq!(metadata.document()["dependencies"], json!([]));
}

#[test]
fn faults_name_the_field() {
    assert!(Metadata::parse(b"{").unwrap_err().to_string().starts_with("metadata.json is not JSON: "));
    assert!(Metadata::parse(&vec![b'['; 100_000]).unwrap_err().to_string().starts_with("metadata.json is not JSON: "));
    assert_eq!(fault(&json!([])), "metadata.json must hold an object");
    assert_eq!(fault(&json!({"version": "1.0.0"})), "metadata.json: 'name' is missing");
    assert_eq!(fault(&json!({"name": "a-b"})), "metadata.json: 'version' is missing");
    assert_eq!(fault(&json!({"name": "a-b", "version": 1})), "metadata.json: 'version' must be a text");
    assert_eq!(fault(&json!({"name": "../b", "version": "1.0.0"})), "metadata.json: '../b' is not a valid module slug");
    assert!(fault(&json!({"name": "a-b", "version": "1.0"})).contains("'1.0' is not a valid full semantic version"));
    let with = |field: &str, value: serde_json::Value| json!({"name": "a-b", "version": "1.0.0", field: value});
    assert_eq!(fault(&with("summary", json!([]))), "metadata.json: 'summary' must be a text");
    assert_eq!(fault(&with("dependencies", json!({}))), "metadata.json: 'dependencies' must be a list");
    let nameless = fault(&with("dependencies", json!([{}])));
    assert_eq!(nameless, "metadata.json: the dependency no. 1 has no valid name");
    let range = with("dependencies", json!([{"name": "a-b", "version_requirement": 1}]));
    assert_eq!(fault(&range), "metadata.json: 'dependencies[0].version_requirement' must be a text");
}
