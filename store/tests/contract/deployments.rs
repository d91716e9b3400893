//! Promises of `modules::deploy::Deployments`.

use jiff::Timestamp;
use model::EnvironmentName;
use modules::deploy::{Action, Change, CodeId, Deployments, Outcome, Pin, Record, TreeId, Version};

pub(crate) async fn pointers_move_with_their_history(store: &impl Deployments) {
    let (one, two) = (version('1'), version('2'));
    store.record(vec![switched("a", None, &one, 1), switched("b", None, &one, 1)]).await.unwrap();
    store.record(vec![switched("a", Some(one.code_id()), &two, 2)]).await.unwrap();
    let live = store.live().await.unwrap();
    let pointers: Vec<_> = live.iter().map(|live| (live.environment.as_str(), live.code_id.clone())).collect();
    assert_eq!(pointers, [("a", two.code_id()), ("b", one.code_id())]);
    assert_eq!((&live[0].version, live[0].since), (&two, ended(2)));
    assert_eq!(store.version(&name("a"), &one.code_id()).await.unwrap(), Some(one.clone()));
    assert_eq!(store.version(&name("c"), &one.code_id()).await.unwrap(), None);
    let found = store.find(&one.code_id().as_str()[..12]).await.unwrap();
    assert_eq!(found, [(name("a"), one.clone()), (name("b"), one.clone())]);
    for nothing in ["", "zz", "%"] {
        assert!(store.find(nothing).await.unwrap().is_empty());
    }
    let outcome = Outcome::Removed { from: two.code_id() };
    store.record(vec![record("a", Action::Purge, 3, outcome)]).await.unwrap();
    let left: Vec<_> = store.live().await.unwrap().into_iter().map(|live| live.environment).collect();
    assert_eq!(left, [name("b")]);
}

pub(crate) async fn what_fails_or_changes_nothing_moves_nothing(store: &impl Deployments) {
    let one = version('1');
    store.record(vec![switched("a", None, &one, 1)]).await.unwrap();
    let failed = Outcome::Failed { reason: "no such branch".to_owned() };
    store.record(vec![record("a", Action::Deploy, 2, failed)]).await.unwrap();
    store.record(vec![record("a", Action::Deploy, 3, Outcome::Unchanged)]).await.unwrap();
    let live = store.live().await.unwrap();
    assert_eq!((&live[0].code_id, live[0].since, live[0].looked_at), (&one.code_id(), ended(1), ended(3)));
    let history = store.history(Some(&name("a")), 10).await.unwrap();
    let lines: Vec<_> = history.iter().map(|entry| (entry.failed.as_deref(), entry.to.clone())).collect();
    assert_eq!(lines, [(Some("no such branch"), None), (None, Some(one.code_id()))]);
}

pub(crate) async fn pins_stay_until_they_are_taken_off(store: &impl Deployments) {
    let pin = Pin { who: "root".to_owned(), at: at(5), reason: Some("freeze".to_owned()) };
    assert!(!store.pin(&name("a"), Some(pin.clone())).await.unwrap());
    store.record(vec![switched("a", None, &version('1'), 1)]).await.unwrap();
    assert!(store.pin(&name("a"), Some(pin.clone())).await.unwrap());
    store.record(vec![switched("a", Some(version('1').code_id()), &version('2'), 6)]).await.unwrap();
    assert_eq!(store.live().await.unwrap()[0].pin, Some(pin));
    assert!(store.pin(&name("a"), None).await.unwrap());
    assert_eq!(store.live().await.unwrap()[0].pin, None);
}

pub(crate) async fn history_comes_newest_first(store: &impl Deployments) {
    store.record(vec![switched("a", None, &version('1'), 1), switched("b", None, &version('2'), 2)]).await.unwrap();
    store.record(vec![switched("a", Some(version('1').code_id()), &version('3'), 3)]).await.unwrap();
    let all = store.history(None, 2).await.unwrap();
    assert_eq!(all.iter().map(|entry| entry.environment.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let newest = &all[0];
    assert_eq!((newest.action, newest.who.as_str(), newest.at, newest.millis), (Action::Deploy, "root", at(3), 40));
    assert_eq!((newest.from.clone(), newest.to.clone()), (Some(version('1').code_id()), Some(version('3').code_id())));
    assert_eq!(newest.commit.as_deref(), Some(version('3').commit.as_str()));
    assert_eq!(newest.changes, [Change::Control { from: None, to: version('3').commit }]);
}

pub(crate) async fn only_what_may_be_needed_is_kept(store: &impl Deployments) {
    let mut before = None;
    for (second, digit) in ['1', '2', '3', '4'].into_iter().enumerate() {
        store.record(vec![switched("a", before, &version(digit), second as i64)]).await.unwrap();
        before = Some(version(digit).code_id());
    }
    let commits = |kept: Vec<(EnvironmentName, Version)>| {
        let mut digits: Vec<_> = kept.into_iter().filter_map(|(_, version)| version.commit.chars().next()).collect();
        digits.sort_unstable();
        String::from_iter(digits)
    };
    assert_eq!(commits(store.keep(0, at(0)).await.unwrap()), "1234", "all were live after that time");
    assert_eq!(commits(store.keep(2, at(100)).await.unwrap()), "234");
    assert_eq!(commits(store.keep(0, at(100)).await.unwrap()), "4", "the live one always is");
    // An environment that comes back to a version finds it known again.
    store.record(vec![switched("a", before, &version('1'), 9)]).await.unwrap();
    assert_eq!(commits(store.keep(1, at(100)).await.unwrap()), "14");
}

fn switched(environment: &str, from: Option<CodeId>, to: &Version, second: i64) -> Record {
    let changes = vec![Change::Control { from: None, to: to.commit.clone() }];
    record(environment, Action::Deploy, second, Outcome::Switched { from, to: Box::new(to.clone()), changes })
}

fn record(environment: &str, action: Action, second: i64, outcome: Outcome) -> Record {
    Record { environment: name(environment), action, who: "root".to_owned(), at: at(second), millis: 40, outcome }
}

fn version(digit: char) -> Version {
    Version {
        source: "lab".to_owned(),
        remote: "/srv/control.git".to_owned(),
        branch: "production".to_owned(),
        commit: digit.to_string().repeat(40),
        tree: TreeId::of_git(&digit.to_string().repeat(40)).unwrap(),
        modules: Vec::new(),
    }
}

fn name(text: &str) -> EnvironmentName {
    EnvironmentName::parse(text).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn ended(second: i64) -> Timestamp {
    Timestamp::from_millisecond(second * 1000 + 40).unwrap()
}
