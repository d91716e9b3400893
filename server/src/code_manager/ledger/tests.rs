use super::*;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn ids(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.id).collect()
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[test]
fn a_deploy_goes_from_the_queue_to_its_end() {
    let ledger = Ledger::default();
    let noted = ledger.note(&names(&["a", "b"]), true, NOW);
    assert_eq!(noted[1].shown(), json!({"environment": "b", "id": 2, "status": "queued"}));
    assert_eq!(noted[0].listed(), json!({"environment": "a", "id": 1, "queued-at": "1970-01-01T00:00:00.000Z"}));
    ledger.begin(&ids(&noted));
    assert_eq!(ledger.find(1).unwrap().status(), "deploying");
    let mut done = Outcome::of("a", What::Switched);
    done.commit = Some("1f".to_owned());
    let ended = ledger.end(&ids(&noted), &Ok(vec![done]));
    let file_sync = json!({"environment-commit": null, "code-commit": null});
    let complete = json!({
        "environment": "a", "id": 1, "status": "complete", "deploy-signature": "1f", "file-sync": file_sync,
    });
    assert_eq!(ended[0].shown(), complete);
    assert_eq!(
        ended[1].shown()["error"]["msg"],
        "Errors while deploying environment 'b' (exit code: 1):\nERROR\t -> Environment(s) 'b' cannot be found in any \
         source and will not be deployed.\n"
    );
    assert_eq!(ids(&ledger.open()), [2]);
}

#[test]
fn a_failure_is_shown_until_a_later_deploy_has_ended_well() {
    let ledger = Ledger::default();
    let deploy = |outcome: Outcome| ledger.end(&ids(&ledger.note(&names(&["a"]), true, NOW)), &Ok(vec![outcome]));
    deploy(Outcome::failed("a", "no such thing".to_owned()));
    deploy(Outcome::failed("a", "still not".to_owned()));
    assert_eq!(ids(&ledger.open()), [2]);
    deploy(Outcome::of("a", What::Unchanged));
    assert!(ledger.open().is_empty());
    assert_eq!(deploy(Outcome::of("a", What::Pinned))[0].status(), "failed");
}

#[test]
fn who_pushes_twice_before_the_deploy_begins_gets_one_deploy() {
    let ledger = Ledger::default();
    ledger.note(&names(&["c"]), false, NOW);
    let noted = ledger.note(&names(&["a"]), true, NOW);
    assert_eq!(ledger.not_queued(names(&["a", "b", "c"])), ["b", "c"]);
    ledger.begin(&ids(&noted));
    assert_eq!(ledger.not_queued(names(&["a"])), ["a"]);
    ledger.withdraw(&ids(&noted));
    assert!(ledger.find(2).is_none());
}

#[test]
fn the_oldest_that_ended_are_forgotten() {
    let ledger = Ledger::default();
    let first = ledger.note(&names(&["waits"]), true, NOW);
    for _ in 0..=MOST {
        let noted = ledger.note(&names(&["a"]), true, NOW);
        ledger.end(&ids(&noted), &Err("broken".to_owned()));
    }
    assert!(ledger.find(first[0].id).is_some() && ledger.find(2).is_none());
    assert_eq!(ledger.open().len(), 2);
}
