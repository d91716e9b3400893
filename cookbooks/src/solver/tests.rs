use super::{Available, Contradiction, Unsolved, Wanted, solve};
use crate::{Constraint, Version};

/// `name version: need constraint, need constraint` a line.
fn world(text: &str) -> Available {
    let mut available = Available::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (cookbook, needs) = line.split_once(':').unwrap_or((line, ""));
        let (name, version) = cookbook.split_once(' ').expect("a name and a version");
        available.add(name, Version::parse(version).expect("a version"), &constraints(needs));
    }
    available
}

fn constraints(text: &str) -> Vec<(String, Constraint)> {
    let pairs = text.split(',').map(str::trim).filter(|need| !need.is_empty());
    pairs
        .map(|need| {
            let (name, constraint) = need.split_once(' ').unwrap_or((need, ">= 0.0.0"));
            (name.to_owned(), Constraint::parse(constraint).expect("a constraint"))
        })
        .collect()
}

fn solved(available: &Available, environment: &str, run_list: &[&str]) -> Result<String, Unsolved> {
    let wanted = Wanted::of_run_list(run_list.iter().copied());
    let versions = solve(available, &constraints(environment), &wanted, &|| false)?;
    Ok(versions.iter().map(|(name, version)| format!("{name} {version}")).collect::<Vec<_>>().join(", "))
}

fn contradiction(available: &Available, environment: &str, run_list: &[&str]) -> Contradiction {
    match solved(available, environment, run_list) {
        Err(Unsolved::Contradiction(found)) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_run_list_needs_nothing() {
    assert_eq!(solved(&world(""), "", &[]), Ok(String::new()));
}

#[test]
fn names_cookbooks_that_are_not_there() {
    assert_eq!(
        solved(&world("a 1.0"), "", &["x", "a", "y::z"]),
        Err(Unsolved::NoSuchCookbooks(vec!["x".into(), "y".into()]))
    );
    let body = Unsolved::NoSuchCookbooks(vec!["x".into(), "y".into()]).to_json();
    assert_eq!(body["message"], "Run list contains invalid items: no such cookbooks x, y.");
}

#[test]
fn names_items_without_versions() {
    let available = world("foo 1.2.3\nbar 2.0.0");
    let error = solved(&available, "", &["bar@2.0.0", "foo@3.0"]).expect_err("no versions");
    assert_eq!(error, Unsolved::NoVersions(vec!["(foo = 3.0.0)".into()]));
    assert_eq!(
        error.to_json()["message"],
        "Run list contains invalid items: no versions match the constraints on cookbook (foo = 3.0.0)."
    );
    let filtered = solved(&available, "foo = 400.0.0", &["foo"]);
    assert_eq!(filtered, Err(Unsolved::NoVersions(vec!["(foo >= 0.0.0)".into()])));
}

#[test]
fn a_needed_cookbook_that_does_not_exist() {
    let found = contradiction(&world("foo 1.2.3: bar > 2.0.0"), "", &["foo"]);
    assert_eq!(
        found,
        Contradiction {
            message: "Unable to satisfy constraints on package bar, which does not exist, due to solution constraint \
                      (foo >= 0.0.0). Solution constraints that may result in a constraint on bar: \
                      [(foo = 1.2.3) -> (bar > 2.0.0)]"
                .into(),
            item: "(foo >= 0.0.0)".into(),
            missing: vec!["bar".into()],
            most_constrained: vec![],
        }
    );
}

#[test]
fn a_needed_cookbook_that_is_not_new_enough() {
    let found = contradiction(&world("foo 1.2.3: bar > 2.0.0\nbar 2.0.0"), "", &["foo"]);
    assert_eq!(
        found.message,
        "Unable to satisfy constraints on package bar due to solution constraint (foo >= 0.0.0). \
         Solution constraints that may result in a constraint on bar: [(foo = 1.2.3) -> (bar > 2.0.0)]"
    );
    assert_eq!(found.most_constrained, ["bar = 2.0.0 -> []"]);
    let circular = contradiction(&world("foo 1.2.3: bar > 2.0.0\nbar 2.0.0: foo > 3.0.0"), "", &["foo"]);
    assert_eq!(circular.message, found.message);
    assert_eq!(circular.most_constrained, ["bar = 2.0.0 -> [(foo > 3.0.0)]"]);
    let environment = contradiction(&world("foo 1.2.3: bar > 2.0.0\nbar 1.0.0\nbar 3.0.0"), "bar = 1.0.0", &["foo"]);
    assert_eq!(environment.most_constrained, ["bar = 1.0.0 -> []"]);
    assert_eq!(environment.missing, Vec::<String>::new());
}

#[test]
fn names_the_first_item_that_breaks_and_every_way_to_it() {
    let available = world(
        "foo 1.2.3: bar = 1.0.0, buzz = 1.0.0
         bar 1.0.0: baz = 1.0.0
         buzz 1.0.0: baz > 1.2.0
         buzz 2.0.0: baz = 1.0.0
         baz 1.0.0
         baz 2.0.0",
    );
    let found = contradiction(&available, "", &["foo", "buzz"]);
    assert_eq!(found.item, "(foo >= 0.0.0)");
    assert_eq!(
        found.message,
        "Unable to satisfy constraints on package baz due to solution constraint (foo >= 0.0.0). Solution constraints \
         that may result in a constraint on baz: [(foo = 1.2.3) -> (bar = 1.0.0) -> (baz = 1.0.0)], \
         [(foo = 1.2.3) -> (buzz = 1.0.0) -> (baz > 1.2.0)], [(buzz = 1.0.0) -> (baz > 1.2.0)], \
         [(buzz = 2.0.0) -> (baz = 1.0.0)]"
    );
}

#[test]
fn environments_are_respected() {
    let available = world("foo 1.2.3: bar > 2.0.0\nfoo 1.0.0: bar = 1.0.0\nbar 1.0.0\nbar 3.0.0");
    assert_eq!(solved(&available, "bar = 1.0.0", &["foo"]), Ok("bar 1.0.0, foo 1.0.0".into()));
    assert_eq!(solved(&available, "bar > 1.1.0", &["foo"]), Ok("bar 3.0.0, foo 1.2.3".into()));
}

#[test]
fn picks_the_newest_that_fit() {
    let available = world(
        "app1 0.1.0: app2 >= 0.1.0, app5 = 2.0.0, app4 >= 0.3.0, app3 >= 0.1.1
         app1 3.0: app2 >= 0.1.0, app5 = 2.0.0, app4 >= 0.3.0, app3 <= 0.1.5
         app2 0.0.1: app4 >= 3.0.0
         app2 3.0: app4 >= 3.0.0
         app3 0.1.0: app5 >= 2.0.0
         app3 0.1.3: app5 >= 2.0.0
         app3 2.0.0: app5 >= 2.0.0
         app4 0.3.0: app5 = 0.3.0
         app4 5.0.0: app5 = 2.0.0
         app4 6.0.0: app5 = 6.0.0
         app5 0.1.0
         app5 2.0.0
         app5 6.0.0",
    );
    let expected = "app1 3.0.0, app2 3.0.0, app3 0.1.3, app4 5.0.0, app5 2.0.0";
    assert_eq!(solved(&available, "", &["app1@3.0"]), Ok(expected.into()));
    assert_eq!(solved(&available, "", &["app1", "app2", "app5"]), Ok(expected.into()));
}

#[test]
fn pessimistic_constraints_and_circles() {
    let available = world("a 1.0: b ~> 2.1.1\nb 2.1.5: a\nb 2.2\nb 3.0");
    assert_eq!(solved(&available, "", &["a"]), Ok("a 1.0.0, b 2.1.5".into()));
    let looser = world("a 1.0: b ~> 2.1\nb 2.1.5\nb 2.2\nb 3.0");
    assert_eq!(solved(&looser, "", &["a"]), Ok("a 1.0.0, b 2.2.0".into()));
    assert_eq!(solved(&world("a 1.0: a >= 1.0"), "", &["a"]), Ok("a 1.0.0".into()));
    assert_eq!(contradiction(&world("a 1.0: a > 1.0"), "", &["a"]).item, "(a >= 0.0.0)");
}

#[test]
fn unused_versions_may_need_what_there_is_not() {
    assert_eq!(solved(&world("a 1.0: nowhere\na 2.0"), "", &["a"]), Ok("a 2.0.0".into()));
    assert_eq!(solved(&world("a 1.0\na 2.0: nowhere"), "", &["a"]), Ok("a 1.0.0".into()));
}

#[test]
fn several_obstacles_at_once() {
    let found = contradiction(&world("a 1.0: x, y\nb 1.0"), "", &["b", "a"]);
    assert_eq!(found.missing, ["x", "y"]);
    assert_eq!(found.item, "(a >= 0.0.0)");
    assert!(found.message.starts_with("Unable to satisfy constraints on package x, which does not exist, due to"));
}

#[test]
fn versions_that_lead_the_same_way_are_told_together() {
    let available = world("a 1.0: b = 1.0, c > 9.0\na 2.0: b = 2.0, c > 9.0\nb 1.0\nb 2.0\nc 1.0");
    let found = contradiction(&available, "", &["a"]);
    assert!(found.message.ends_with("on c: [(a = {1.0.0,2.0.0}) -> (c > 9.0.0)]"), "{}", found.message);
}

#[test]
fn a_search_ends_when_its_time_is_over() {
    let wanted = Wanted::of_run_list(["a"]);
    let error = solve(&world("a 1.0"), &[], &wanted, &|| true).expect_err("no time");
    assert_eq!(error.to_json()["message"], "unable to solve dependencies in alotted time");
}

#[test]
fn run_list_items_are_cookbooks_once() {
    let names: Vec<String> =
        Wanted::of_run_list(["a", "a::default", "a@1.0.0", "b::x@2.0"]).iter().map(Wanted::shown).collect();
    assert_eq!(names, ["(a >= 0.0.0)", "(a = 1.0.0)", "(b = 2.0.0)"]);
}
