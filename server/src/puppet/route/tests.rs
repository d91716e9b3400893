use actix_web::http::Method;

use super::{Endpoint, Miss, parse};

fn get(path: &str) -> Result<Endpoint, Miss> {
    parse(&Method::GET, path)
}

#[test]
fn an_agents_run_is_known() {
    let name = || "web01.lab.test".to_owned();
    assert_eq!(get("/puppet-ca/v1/certificate/ca"), Ok(Endpoint::Certificate { name: "ca".to_owned() }));
    assert_eq!(get("/puppet-ca/v1/certificate_revocation_list/ca"), Ok(Endpoint::RevocationList));
    assert_eq!(get("/puppet/v3/node/web01.lab.test"), Ok(Endpoint::Node { name: name() }));
    for method in [Method::GET, Method::POST] {
        assert_eq!(parse(&method, "/puppet/v3/catalog/web01.lab.test"), Ok(Endpoint::Catalog { name: name() }));
    }
    assert_eq!(
        get("/puppet/v3/file_metadatas/modules/profile/tree"),
        Ok(Endpoint::FileMetadatas { path: "modules/profile/tree".to_owned() })
    );
    assert_eq!(parse(&Method::PUT, "/puppet/v3/report/web01.lab.test"), Ok(Endpoint::SaveReport { name: name() }));
}

#[test]
fn climbing_paths_are_bad_before_anything_else() {
    for path in ["/puppet/v3/file_content/modules/a/../../etc/passwd", "/puppet/v3/./node/x", "/..", "/a\0"] {
        assert_eq!(get(path), Err(Miss::BadPath), "{path}");
    }
    assert!(get("/puppet/v3/file_content/modules/a/..b").is_ok());
}

#[test]
fn a_certname_is_one_segment() {
    assert_eq!(parse(&Method::PUT, "/puppet-ca/v1/certificate_request/a/b"), Err(Miss::Unknown));
    assert_eq!(parse(&Method::PUT, "/puppet-ca/v1/certificate_request/"), Err(Miss::Unknown));
}

#[test]
fn other_methods_and_old_paths_are_told_apart() {
    assert_eq!(parse(&Method::DELETE, "/puppet/v3/node/x"), Err(Miss::WrongMethod));
    assert_eq!(get("/puppet/v3/node/"), Err(Miss::NoKey));
    for path in ["/", "/puppet/v3/status/x", "/production/catalog/x", "/puppet/v2.0/environments", "/puppet/v3"] {
        assert_eq!(get(path), Err(Miss::Unknown), "{path}");
    }
}

#[test]
fn status_takes_a_service_or_none() {
    assert_eq!(get("/status/v1/simple"), Ok(Endpoint::StatusSimple { service: None }));
    assert_eq!(get("/status/v1/services/ca"), Ok(Endpoint::StatusServices { service: Some("ca".to_owned()) }));
    assert_eq!(parse(&Method::POST, "/status/v1/simple"), Err(Miss::WrongMethod));
}

#[test]
fn the_key_of_statuses_may_be_empty_but_not_missing() {
    assert_eq!(get("/puppet-ca/v1/certificate_statuses/"), Ok(Endpoint::CertificateStatuses { key: String::new() }));
    assert_eq!(get("/puppet-ca/v1/certificate_statuses"), Err(Miss::Unknown));
}
