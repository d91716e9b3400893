use super::*;

fn endpoint(path: &str) -> Endpoint {
    parse(path).unwrap().endpoint
}

#[test]
fn paths_are_read() {
    assert_eq!(parse("/organizations/o/nodes/").unwrap().organization.as_deref(), Some("o"));
    assert_eq!(endpoint("//organizations//o/nodes/a%20b"), Endpoint::Node { name: "a b".to_owned() });
    assert_eq!(endpoint("/users/u/association_requests/count"), Endpoint::UserInvitationCount { name: "u".to_owned() });
    assert_eq!(endpoint("/organizations/o/validate/a/b"), Endpoint::Validate { path: "/a/b".to_owned() });
    for nothing in ["/", "/nodes", "/organizations/o/nowhere", "/users/u/x", "/organizations/%ff/nodes"] {
        assert_eq!(parse(nothing), None, "{nothing}");
    }
}

#[test]
fn lists_of_access_control_stand_below_what_they_protect() {
    let acl = |kind, name: &str| Endpoint::Acl { kind, name: name.to_owned() };
    assert_eq!(endpoint("/organizations/o/nodes/n/_acl"), acl(Kind::Node, "n"));
    assert_eq!(endpoint("/organizations/o/data/b/_acl"), acl(Kind::DataBag, "b"));
    assert_eq!(endpoint("/organizations/o/organizations/_acl"), acl(Kind::Organization, "o"));
    assert_eq!(endpoint("/organizations/o/anything/_acl"), acl(Kind::Organization, "o"));
    assert_eq!(endpoint("/users/u/_acl"), acl(Kind::User, "u"));
    assert_eq!(parse("/organizations/o/nodes/n/_acl/own"), None);
    assert_eq!(parse("/organizations/o/sandboxes/s/_acl"), None);
}

#[test]
fn cookbooks_and_their_files_have_paths() {
    let version = Endpoint::CookbookVersion { name: "a".to_owned(), version: "_latest".to_owned() };
    assert_eq!(endpoint("/organizations/o/cookbooks/a/_latest"), version);
    let solution = Endpoint::EnvironmentSolution { name: "e".to_owned() };
    assert_eq!(endpoint("/organizations/o/environments/e/cookbook_versions"), solution);
    let file = Endpoint::File { organization: "g".to_owned(), checksum: "c".to_owned() };
    assert_eq!(endpoint("/bookshelf/organization-g/checksum-c"), file);
    assert_eq!(parse("/bookshelf/organization-g/c"), None);
}

#[test]
fn runs_are_told_at_paths_of_old_and_new() {
    assert_eq!(endpoint("/organizations/o/data-collector"), Endpoint::DataCollector);
    assert_eq!(endpoint("/data-collector/v0/"), Endpoint::TokenCollector);
    let (node, run) = ("n".to_owned(), "r".to_owned());
    assert_eq!(endpoint("/organizations/o/reports/nodes/n/runs/r"), Endpoint::NodeRun { node, run: run.clone() });
    assert_eq!(endpoint("/organizations/o/reports/org/runs/r"), Endpoint::Run { run });
    assert_eq!(parse("/organizations/o/reports/nodes/n"), None);
    assert!(endpoint("/organizations/o/reports/nodes/n/runs").takes(&Method::POST));
    assert!(!endpoint("/organizations/o/data-collector").takes(&Method::GET));
    // The original's product that answered this is gone; it says so by 404.
    assert_eq!(parse("/organizations/o/updated_since"), None);
}

#[test]
fn endpoints_take_their_methods() {
    assert!(endpoint("/organizations/o/nodes/n").takes(&Method::HEAD));
    assert!(!endpoint("/organizations/o/nodes").takes(&Method::PUT));
    assert!(!endpoint("/organizations/o/environments/_default").takes(&Method::PUT));
    assert!(endpoint("/organizations/o/environments/e").takes(&Method::PUT));
    assert!(!endpoint("/organizations/o/users/u/keys").takes(&Method::POST));
    assert!(endpoint("/users/u/keys").takes(&Method::POST));
    assert!(endpoint("/dummy").takes(&Method::POST) && !endpoint("/dummy").takes(&Method::GET));
}
