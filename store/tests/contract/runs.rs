//! Promises about what Chef's clients tell of their runs.

use chef::records::{Changes, Records};
use chef::{Kind, OrgId, Result};
use inventory::runs::compliance::Controls;
use inventory::runs::{
    Account, Action, ActionRow, Beginning, Ending, Filter, NewCompliance, NodeName, Outcome, RunId, Runs, State,
};
use jiff::{SignedDuration, Timestamp};
use store::{Store, Transaction};

const ORG: i64 = 1;

async fn write(store: &Store, work: impl FnOnce(&Transaction<'_>) -> Result<()> + Send + 'static) {
    store.chef_write(work).await.unwrap();
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn node(name: &str) -> NodeName {
    NodeName::parse(name).unwrap()
}

fn run(number: u32) -> RunId {
    RunId::parse(&format!("{number:08x}-2222-3333-4444-555555555555")).unwrap()
}

fn begun(name: &str, number: u32) -> Beginning {
    let second = at(number.into());
    Beginning { node: node(name), run: run(number), started_at: second, source: None, received_at: second }
}

fn ended(name: &str, number: u32, outcome: Outcome, account: Account) -> Ending {
    Ending {
        node: node(name),
        run: run(number),
        outcome,
        started_at: at(number.into()),
        ended_at: at(i64::from(number) + 5),
        source: Some("chef_client".to_owned()),
        environment: None,
        total: 4,
        updated: 2,
        error: None,
        account,
        document: format!("{{\"account\":\"{}\"}}", account.as_str()).into_bytes(),
        received_at: at(i64::from(number) + 5),
    }
}

fn found(db: &Transaction<'_>, filter: &Filter) -> Vec<RunId> {
    db.runs(&Filter { limit: 100, ..filter.clone() }, at(100)).unwrap().into_iter().map(|row| row.run).collect()
}

pub(crate) async fn a_run_is_one_however_often_it_is_told(store: &Store) {
    write(store, |db| {
        db.begin_run(ORG, &begun("web", 1)).unwrap();
        db.begin_run(ORG, &begun("web", 1)).unwrap();
        let row = db.run(ORG, &run(1)).unwrap().unwrap();
        assert_eq!((row.outcome, row.started_at, row.ended_at), (None, at(1), None));

        let mut first = ended("web", 1, Outcome::Failure, Account::Converge);
        (first.total, first.error) = (9, Some("X: no".to_owned()));
        db.end_run(ORG, &first).unwrap();
        db.end_run(ORG, &ended("web", 1, Outcome::Failure, Account::Resources)).unwrap();
        let row = db.run(ORG, &run(1)).unwrap().unwrap();
        assert_eq!((row.outcome, row.total, row.updated), (Some(Outcome::Failure), 9, 2));
        assert_eq!((row.error.as_deref(), row.ended_at), (Some("X: no"), Some(at(6))));
        for account in [Account::Converge, Account::Resources] {
            let document = db.account(ORG, &run(1), account).unwrap().unwrap();
            assert!(String::from_utf8(document).unwrap().contains(account.as_str()));
        }
        assert_eq!(found(db, &Filter::default()).len(), 1);

        let other = db.begin_run(ORG, &begun("db", 1));
        assert!(matches!(other, Err(inventory::Error::OfAnotherNode { node, .. }) if node == "web"));
        db.begin_run(2, &begun("db", 1)).unwrap();
        assert_eq!(db.run(ORG, &run(1)).unwrap().unwrap().node, node("web"));
        assert_eq!(db.run(3, &run(1)).unwrap(), None);
        assert_eq!(db.account(2, &run(1), Account::Converge).unwrap(), None);
        Ok(())
    })
    .await;
}

pub(crate) async fn runs_are_found_by_what_is_asked(store: &Store) {
    write(store, |db| {
        db.begin_run(ORG, &begun("web", 1)).unwrap();
        db.end_run(ORG, &ended("web", 2, Outcome::Success, Account::Converge)).unwrap();
        db.end_run(ORG, &ended("db", 3, Outcome::Failure, Account::Converge)).unwrap();
        db.begin_run(2, &begun("web", 4)).unwrap();
        let all = Filter::default();
        assert_eq!(found(db, &all), [run(4), run(3), run(2), run(1)]);
        let of_org = Filter { org: Some(ORG), ..all.clone() };
        assert_eq!(found(db, &of_org), [run(3), run(2), run(1)]);
        assert_eq!(found(db, &Filter { node: Some(node("web")), ..of_org.clone() }), [run(2), run(1)]);
        assert_eq!(found(db, &Filter { node: Some(node("none")), ..all.clone() }), []);
        let state = |state| Filter { state: Some(state), ..of_org.clone() };
        assert_eq!(found(db, &state(State::Ended(Outcome::Success))), [run(2)]);
        assert_eq!(found(db, &state(State::Ended(Outcome::Failure))), [run(3)]);
        assert_eq!(found(db, &state(State::Started)), [run(1)]);
        assert_eq!(found(db, &state(State::Aborted)), []);
        let later = at(100) + SignedDuration::from_hours(25);
        let aborted = db.runs(&Filter { limit: 9, ..state(State::Aborted) }, later).unwrap();
        assert_eq!(aborted.len(), 1);
        let (from, until) = (Some(at(2)), Some(at(7)));
        assert_eq!(found(db, &Filter { from, until, ..of_org.clone() }), [run(2)]);
        let page = db.runs(&Filter { skip: 1, limit: 1, ..of_org }, at(100)).unwrap();
        assert_eq!(page[0].run, run(2));
        Ok(())
    })
    .await;
}

/// The suite keeps three.
pub(crate) async fn runs_are_kept_up_to_the_setting(store: &Store) {
    write(store, |db| {
        for number in 1..=5 {
            db.end_run(ORG, &ended("web", number, Outcome::Success, Account::Converge)).unwrap();
        }
        db.begin_run(ORG, &begun("db", 6)).unwrap();
        db.begin_run(2, &begun("web", 7)).unwrap();
        assert_eq!(found(db, &Filter::default()), [run(7), run(6), run(5), run(4), run(3)]);
        assert_eq!(db.account(ORG, &run(1), Account::Converge).unwrap(), None);
        Ok(())
    })
    .await;
}

fn report(number: u32) -> NewCompliance {
    NewCompliance {
        node: node("web"),
        report: run(number),
        ended_at: at(number.into()),
        environment: Some("prod".to_owned()),
        controls: Controls { passed: 1, failed: number.into(), skipped: 0 },
        document: format!("{{\"n\":{number}}}").into_bytes(),
        received_at: at(number.into()),
    }
}

fn action(number: i64) -> Action {
    let row = ActionRow {
        at: at(number),
        organization: Some("elsewhere".to_owned()),
        task: "update".to_owned(),
        entity_type: "node".to_owned(),
        entity_name: "web".to_owned(),
        requestor_type: None,
        requestor: Some("ann".to_owned()),
    };
    Action { row, document: b"{}".to_vec(), received_at: at(number) }
}

pub(crate) async fn compliance_reports_and_actions_come_back(store: &Store) {
    write(store, |db| {
        for number in [1, 2, 2, 3, 4] {
            db.put_compliance(ORG, &report(number)).unwrap();
        }
        let rows = db.compliance(Some(&node("web")), 10).unwrap();
        assert_eq!(rows.iter().map(|row| row.controls.failed).collect::<Vec<_>>(), [4, 3, 2]);
        assert_eq!((rows[0].size, rows[0].environment.as_deref()), (7, Some("prod")));
        assert_eq!(db.compliance(Some(&node("db")), 10).unwrap(), []);
        assert_eq!(db.compliance(None, 1).unwrap().len(), 1);
        assert_eq!(db.compliance_report(&run(3)).unwrap().as_deref(), Some(b"{\"n\":3}".as_slice()));
        assert_eq!(db.compliance_report(&run(1)).unwrap(), None);

        db.put_action(ORG, &action(1)).unwrap();
        db.put_action(0, &action(2)).unwrap();
        let actions = db.actions(10).unwrap();
        assert_eq!(actions, [action(2).row, action(1).row]);
        Ok(())
    })
    .await;
}

pub(crate) async fn what_is_old_is_dropped(store: &Store) {
    write(store, |db| {
        db.begin_run(ORG, &begun("web", 1)).unwrap();
        db.end_run(ORG, &ended("web", 20, Outcome::Success, Account::Converge)).unwrap();
        db.put_compliance(ORG, &report(1)).unwrap();
        db.put_action(ORG, &action(1)).unwrap();
        assert_eq!(db.drop_runs_before(at(10)).unwrap(), 3);
        assert_eq!(found(db, &Filter::default()), [run(20)]);
        assert_eq!((db.compliance(None, 9).unwrap().len(), db.actions(9).unwrap().len()), (0, 0));
        assert!(db.account(ORG, &run(20), Account::Converge).unwrap().is_some());
        Ok(())
    })
    .await;
}

pub(crate) async fn an_organization_takes_its_runs_along(store: &Store) {
    write(store, |db| {
        let entity = db.add_entity(OrgId::GLOBAL, Kind::Organization, "acme")?.unwrap();
        let organization = db.add_organization(&entity, "Acme")?;
        let org = organization.id.0;
        db.end_run(org, &ended("web", 1, Outcome::Success, Account::Converge)).unwrap();
        db.put_compliance(org, &report(1)).unwrap();
        db.begin_run(0, &begun("web", 2)).unwrap();
        let row = db.run(org, &run(1)).unwrap().unwrap();
        assert_eq!(row.organization.as_deref(), Some("acme"));
        assert_eq!(db.compliance(None, 9).unwrap()[0].organization.as_deref(), Some("acme"));
        assert_eq!(db.run(0, &run(2)).unwrap().unwrap().organization, None);

        db.remove_organization(&organization)?;
        assert_eq!(db.organization("acme")?, None);
        assert_eq!(found(db, &Filter::default()), [run(2)]);
        assert_eq!(db.compliance(None, 9).unwrap(), []);
        Ok(())
    })
    .await;
}
