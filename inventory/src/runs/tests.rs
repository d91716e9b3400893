use jiff::Timestamp;
use serde_json::json;

use super::compliance::Controls;
use super::message::{self, Message};
use super::reporting::{self, Told};
use super::{Account, NodeName, Outcome, RunId, RunRow, State, time};

const RUN: &str = "11111111-2222-3333-4444-555555555555";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-24T01:00:00Z")
}

fn run() -> RunId {
    RunId::parse(RUN).unwrap()
}

fn parsed(message: &serde_json::Value) -> Result<message::Sent, String> {
    let spare = RunId::parse("99999999-2222-3333-4444-555555555555").unwrap();
    message::parse(message.to_string().as_bytes(), &spare, now()).map_err(|error| error.to_string())
}

#[test]
fn identifiers_are_uuids_and_names_are_plain() {
    assert_eq!(RunId::parse("ABCDEF01-2222-3333-4444-555555555555").unwrap().as_str()[..8], *"abcdef01");
    for bad in
        ["", "1", "11111111-2222-3333-4444-55555555555", "11111111-2222-3333-4444-55555555555/", "1111111122223333"]
    {
        assert_eq!(RunId::parse(bad), None, "{bad}");
    }
    assert!(NodeName::parse("web-01.example.com:8080_x").is_some());
    for bad in ["", "a b", "../x", "ä", &"n".repeat(256)] {
        assert_eq!(NodeName::parse(bad), None, "{bad}");
    }
}

#[test]
fn times_are_read_as_clients_write_them() {
    let expected = Some(at("2026-11-23T23:30:00Z"));
    for text in
        ["2026-11-23T23:30:00Z", "2026-11-24 01:30:00 +0200", "2026-11-23 23:30:00 UTC", "2026-11-23T23:30:00+00:00"]
    {
        assert_eq!(time(text), expected, "{text}");
    }
    assert_eq!(time("yesterday"), None);
}

#[test]
fn a_run_is_told_by_two_messages() {
    let start = json!({
        "message_type": "run_start", "message_version": "1.0.0", "node_name": "web", "run_id": RUN, "id": RUN,
        "organization_name": "acme", "source": "chef_client", "start_time": "2026-11-24T00:59:00Z",
    });
    let sent = parsed(&start).unwrap();
    assert_eq!(sent.organization.as_deref(), Some("acme"));
    let Message::Began(began) = sent.message else { panic!("{sent:?}") };
    assert_eq!((began.node.as_str(), began.run.as_str()), ("web", RUN));
    assert_eq!((began.started_at, began.source.as_deref()), (at("2026-11-24T00:59:00Z"), Some("chef_client")));

    let converge = json!({
        "message_type": "run_converge", "message_version": "1.1.0", "node_name": "web", "run_id": RUN,
        "status": "failure", "start_time": "2026-11-24T00:59:00Z", "end_time": "2026-11-24T00:59:30Z",
        "total_resource_count": 7, "updated_resource_count": 2, "node": {"chef_environment": "prod"},
        "resources": [], "error": {"class": "RuntimeError", "message": "no", "backtrace": ["a"]},
    });
    let Message::Ended(ended) = parsed(&converge).unwrap().message else { panic!("an end") };
    assert_eq!((ended.outcome, ended.total, ended.updated), (Outcome::Failure, 7, 2));
    assert_eq!(ended.environment.as_deref(), Some("prod"));
    assert_eq!(ended.error.as_deref(), Some("RuntimeError: no"));
    assert_eq!(ended.document, converge.to_string().as_bytes());
}

#[test]
fn a_run_that_failed_early_gets_a_name_of_ours() {
    let early = json!({
        "message_type": "run_converge", "node_name": "web", "run_id": null, "id": null, "status": "failure",
        "start_time": null, "end_time": null, "node": {}, "policy_name": null, "source": "chef_client",
    });
    let Message::Ended(ended) = parsed(&early).unwrap().message else { panic!("an end") };
    assert_eq!(&ended.run.as_str()[..8], "99999999");
    assert_eq!((ended.started_at, ended.ended_at), (now(), now()));
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let refusal = |message| parsed(&message).unwrap_err();
    assert!(refusal(json!({})).contains("does not say its message_type"));
    assert!(refusal(json!({"message_type": "gossip"})).contains("'gossip' is no known message_type"));
    assert!(refusal(json!({"message_type": "run_start"})).contains("no node_name"));
    assert!(refusal(json!({"message_type": "run_start", "node_name": "a/b"})).contains("'a/b'"));
    assert!(refusal(json!({"message_type": "run_start", "node_name": "a", "run_id": "1"})).contains("no UUID"));
    assert!(refusal(json!({"message_type": "run_converge", "node_name": "a", "status": "odd"})).contains("'odd'"));
    assert!(refusal(json!({"type": "inspec_report", "node_name": "a"})).contains("report_uuid"));
}

#[test]
fn depth_does_no_harm() {
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let converge = |place: &str| {
        format!(
            r#"{{"message_type": "run_converge", "node_name": "web", "run_id": "{RUN}", "status": "success", {place}}}"#
        )
    };
    // What nobody reads may be as deep as it likes; what is read has a bound.
    let unread = converge(&format!(r#""node": {{"automatic": {open}{close}}}"#));
    let sent = message::parse(unread.as_bytes(), &run(), now()).unwrap();
    let Message::Ended(ended) = sent.message else { panic!("an end") };
    assert_eq!(Told::read(&ended.document).unwrap(), Told::nothing());
    let told = converge(&format!(r#""resources": [{{"after": {open}{close}}}]"#));
    assert!(Told::read(told.as_bytes()).is_err());
    assert!(message::parse(&told.as_bytes()[..told.len() - 10], &run(), now()).is_err());
}

#[test]
fn controls_are_counted_by_their_worst_result() {
    let results = |all: &[&str]| json!({"results": all.iter().map(|s| json!({"status": s})).collect::<Vec<_>>()});
    let report = json!({
        "type": "inspec_report", "node_name": "web", "report_uuid": RUN, "end_time": "2026-11-24T00:59:30Z",
        "environment": "prod", "organization_name": "acme",
        "profiles": [
            {"name": "a", "controls": [results(&["passed"]), results(&["passed", "failed"]), results(&["skipped", "passed"])]},
            {"name": "b", "status": "skipped"}, {"name": "c", "controls": [results(&[]), {"results": null}]},
        ],
    });
    let Message::Compliance(report) = parsed(&report).unwrap().message else { panic!("a report") };
    assert_eq!(report.controls, Controls { passed: 3, failed: 1, skipped: 1 });
    assert_eq!(report.controls.status(), "failed");
    assert_eq!(Controls::default().status(), "skipped");
}

#[test]
fn actions_say_who_did_what() {
    let action = json!({
        "message_type": "action", "message_version": "0.1.1", "organization_name": "acme", "task": "update",
        "entity_type": "node", "entity_name": "web", "requestor_type": "user", "requestor_name": "ann",
        "recorded_at": "2026-11-24T00:59:30Z", "data": {"name": "web"},
    });
    let Message::Action(action) = parsed(&action).unwrap().message else { panic!("an action") };
    let row = action.row;
    assert_eq!((row.task.as_str(), row.entity_type.as_str(), row.entity_name.as_str()), ("update", "node", "web"));
    assert_eq!((row.requestor.as_deref(), row.at), (Some("ann"), at("2026-11-24T00:59:30Z")));
}

#[test]
fn the_older_api_begins_and_ends_runs() {
    let node = || NodeName::parse("web").unwrap();
    let start = json!({"action": "start", "run_id": RUN, "start_time": "2026-11-24 00:59:00 +0000"}).to_string();
    let began = reporting::beginning(node(), start.as_bytes(), now()).unwrap();
    assert_eq!((began.run.as_str(), began.started_at), (RUN, at("2026-11-24T00:59:00Z")));
    for bad in [
        json!({"action": "end", "run_id": RUN, "start_time": "2026-11-24 00:59:00 +0000"}),
        json!({"action": "start", "run_id": "x", "start_time": "2026-11-24 00:59:00 +0000"}),
        json!({"action": "start", "run_id": RUN, "start_time": "now"}),
        json!([]),
    ] {
        assert!(reporting::beginning(node(), bad.to_string().as_bytes(), now()).is_err(), "{bad}");
    }
    let end = json!({
        "action": "end", "status": "success", "run_list": "[\"recipe[a]\"]", "total_res_count": "1", "data": {},
        "start_time": "2026-11-24 00:59:00 +0000", "end_time": "2026-11-24 00:59:30 +0000",
        "resources": [{"type": "file", "name": "/x", "id": "/x", "before": {}, "after": {"mode": "0600"}, "delta": "+a",
            "duration": "3", "result": "create", "cookbook_name": "a", "cookbook_version": "1.0.0"}],
    });
    let ended = reporting::ending(node(), run(), end.to_string().as_bytes(), now()).unwrap();
    assert_eq!((ended.outcome, ended.total, ended.updated), (Outcome::Success, 1, 1));
    assert_eq!(ended.account, Account::Resources);

    let told = Told::read(&ended.document).unwrap();
    assert_eq!(told.run_list, "[\"recipe[a]\"]");
    let shown = told.resources[0].json("u".to_owned());
    assert_eq!((&shown["final_state"]["mode"], &shown["uri"]), (&json!("0600"), &json!("u")));
    assert_eq!(told.resources[0].delta(), "+a");
}

#[test]
fn of_a_data_collectors_account_only_changes_are_told() {
    let converge = json!({
        "run_list": ["recipe[a]"], "error": {"class": "X"},
        "resources": [
            {"type": "file", "name": "a", "status": "up-to-date"}, {"type": "file", "name": "b", "status": "updated"},
            {"type": "file", "name": "c", "status": "skipped"}, {"type": "file", "name": "d", "status": "failed"},
        ],
    });
    let told = Told::read(converge.to_string().as_bytes()).unwrap();
    let names: Vec<_> = told.resources.iter().map(|one| one.json(String::new())["name"].clone()).collect();
    assert_eq!(names, ["b", "d"]);
    assert_eq!((told.run_list.as_str(), &told.data["exception"]["class"]), ("[\"recipe[a]\"]", &json!("X")));
}

#[test]
fn a_run_that_never_ends_is_given_up() {
    let row = RunRow {
        organization: None,
        node: NodeName::parse("web").unwrap(),
        run: run(),
        outcome: None,
        started_at: now(),
        ended_at: None,
        source: None,
        environment: None,
        total: 0,
        updated: 0,
        error: None,
    };
    assert_eq!(row.state(now()), State::Started);
    assert_eq!(row.state(at("2026-11-25T01:00:01Z")), State::Aborted);
    assert_eq!(State::parse("aborted"), Some(State::Aborted));
    assert_eq!(State::parse("odd"), None);
}
