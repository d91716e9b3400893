use super::*;

fn refused(body: &str) -> String {
    match read(&Bytes::copy_from_slice(body.as_bytes())) {
        Err(Refusal::Stated { status, message, .. }) => format!("{} {message}", status.as_u16()),
        other => format!("{other:?}"),
    }
}

#[test]
fn requests_are_read() {
    let request = read(&Bytes::from_static(b"{\"environments\": [\"a/b\", \"a_b\", \"\"], \"wait\": true}")).unwrap();
    assert!(request.wait && !request.deploy_all && !request.dry_run);
    assert_eq!(corrected(request.environments.unwrap()), ["a_b"]);
    assert!(read(&Bytes::from_static(b"{\"deploy-all\": true, \"modules\": [\"apache\"]}")).unwrap().deploy_all);
    assert!(read(&Bytes::from_static(b"{\"dry_run\": true}")).unwrap().dry_run);
}

#[test]
fn what_is_no_request_is_refused() {
    assert_eq!(refused("{}"), "400 Either `environments` or `deploy-all` is needed");
    assert!(refused("").starts_with("400 The body is not JSON"));
    assert_eq!(refused("[]"), "400 The body must be a JSON object");
    assert!(refused("{\"environments\": \"production\"}").starts_with("400 The body is not valid"));
    assert!(refused("{\"deploy-all\": \"yes\"}").starts_with("400 The body is not valid"));
    assert!(refused("{\"deploy-all\": true, \"deploy-modules\": false}").starts_with("400 `deploy-modules: false`"));
    let many = json!({"environments": vec!["a"; 1001]}).to_string();
    assert_eq!(refused(&many), "400 At most 1000 environments may be named");
}
