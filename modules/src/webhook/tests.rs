use serde_json::json;

use super::*;

#[test]
fn pushes_of_every_host_name_their_branches() {
    let cases = [
        (Host::Github, json!({ "ref": "refs/heads/feature/a", "after": "1f", "deleted": false })),
        (Host::Github, json!({ "ref": "feature/a", "ref_type": "branch", "pusher_type": "user" })),
        (Host::Gitea, json!({ "ref": "refs/heads/feature/a", "before": "1e", "after": "1f" })),
        (Host::Gitlab, json!({ "object_kind": "push", "ref": "refs/heads/feature/a" })),
        (
            Host::Bitbucket,
            json!({ "push": { "changes": [{ "new": { "type": "branch", "name": "feature/a" }, "old": null }] } }),
        ),
        (
            Host::Bitbucket,
            json!({ "push": { "changes": [{ "new": null, "old": { "type": "branch", "name": "feature/a" } }] } }),
        ),
        (
            Host::BitbucketServer,
            json!({ "eventKey": "repo:refs_changed", "changes": [{ "ref": { "id": "refs/heads/feature/a" }, "type": "UPDATE" }] }),
        ),
        (Host::Stash, json!({ "refChanges": [{ "refId": "refs/heads/feature/a", "type": "ADD" }] })),
        (
            Host::Azure,
            json!({ "eventType": "git.push", "resource": { "refUpdates": [{ "name": "refs/heads/feature/a" }] } }),
        ),
    ];
    for (host, body) in cases {
        assert_eq!(branches(host, &body), ["feature/a"], "{host:?}: {body}");
    }
}

#[test]
fn several_branches_are_named_once_each() {
    let change = |name: &str| json!({ "ref": { "id": format!("refs/heads/{name}") } });
    let body = json!({ "changes": [change("b"), change("a"), change("b")] });
    assert_eq!(branches(Host::BitbucketServer, &body), ["a", "b"]);
}

#[test]
fn what_is_no_push_of_a_branch_names_nothing() {
    let bodies = [
        json!({ "zen": "Keep it logically awesome.", "hook_id": 5 }),
        json!({ "ref": "refs/tags/v1" }),
        json!({ "ref": "v1", "ref_type": "tag" }),
        json!({ "ref": "refs/heads/" }),
        json!({ "ref": 5, "changes": "x", "push": [], "resource": null, "refChanges": {} }),
        json!([]),
        json!("text"),
        json!(null),
    ];
    for body in bodies {
        for (name, host) in TYPES {
            assert!(branches(*host, &body).is_empty(), "{name}: {body}");
        }
    }
}

#[test]
fn a_type_that_nobody_knows_is_named() {
    let text = "githubby".parse::<Host>().map_err(|error| error.to_string());
    assert_eq!(text, Err("Unrecognized webhook type: 'githubby'".to_owned()));
}
