use super::command;
use crate::code::order::{Order, Outcome, Result, Selection};

fn run(words: &[&str], modules: &[&str], outcomes: &[(&str, Result)]) -> Option<Vec<String>> {
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let modules = modules.iter().map(|&name| name.to_owned()).collect();
    let order = Order { environments: Selection::All, modules, dry_run: false, who: String::new() };
    let outcomes: Vec<Outcome> = outcomes.iter().map(|(name, result)| Outcome::of(name, *result)).collect();
    command(&words, &order, &outcomes)
}

const OUTCOMES: &[(&str, Result)] = &[
    ("a", Result::Switched),
    ("b", Result::Unchanged),
    ("c", Result::Removed),
    ("d", Result::Failed),
    ("e", Result::Pinned),
];

#[test]
fn environments_stand_in_the_command() {
    assert_eq!(run(&["hook", "$modifiedenvs"], &[], OUTCOMES).unwrap(), ["hook", "a b"]);
    assert_eq!(run(&["hook", "$modifiedenvs"], &["ntp"], OUTCOMES).unwrap(), ["hook", "a"]);
    assert_eq!(run(&["hook", "$modifiedenvs", "x=$modifiedenvs"], &[], OUTCOMES).unwrap()[2], "x=a b");
    assert_eq!(run(&["hook", "x=$modifiedenvs"], &[], OUTCOMES).unwrap()[1], "x=$modifiedenvs");
}

#[test]
fn a_deploy_of_modules_that_moves_nothing_runs_nothing() {
    assert_eq!(run(&["hook"], &[], &OUTCOMES[1..]).unwrap(), ["hook"]);
    assert_eq!(run(&["hook"], &["ntp"], &OUTCOMES[1..]), None);
    assert_eq!(run(&[], &[], OUTCOMES), None);
}
