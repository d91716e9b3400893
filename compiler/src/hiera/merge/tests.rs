use super::Strategy;
use crate::data;
use crate::value::Value;

fn yaml(text: &str) -> Value {
    data::yaml(text).unwrap()
}

fn merged(strategy: &str, levels: &[&str]) -> Value {
    let levels: Vec<Value> = levels.iter().map(|text| yaml(text)).collect();
    let strategy = Strategy::parse(&yaml(strategy)).unwrap();
    let mut levels = levels.into_iter();
    let first = strategy.first_of_many(levels.next().unwrap());
    levels.fold(first, |higher, lower| strategy.merge(&higher, lower).unwrap())
}

#[test]
fn unique_flattens_and_takes_scalars() {
    assert_eq!(merged("unique", &["[1, [2, 3]]", "[2, 4, 1]", "5"]), yaml("[1, 2, 3, 4, 5]"));
}

#[test]
fn hash_puts_the_keys_of_the_lowest_level_first() {
    let result = merged("hash", &["{a: 1, c: 2}", "{b: 3, a: 4}", "{d: 5}"]);
    let Value::Hash(result) = result else { panic!() };
    let keys: Vec<String> = result.keys().map(crate::format::to_text).collect();
    assert_eq!(keys, ["d", "b", "a", "c"]);
    assert_eq!(result[&Value::String("a".into())], Value::Integer(1));
}

#[test]
fn deep_joins_hashes_and_arrays() {
    let result = merged(
        "{strategy: deep, sort_merged_arrays: true}",
        &["{a: {x: ten, l: [3, 1]}, b: 1}", "{a: {y: twenty, l: [2]}, c: 2}", "{d: common}"],
    );
    assert_eq!(result, yaml("{d: common, a: {y: twenty, l: [1, 2, 3], x: ten}, c: 2, b: 1}"));
}

#[test]
fn knock_outs_remove_what_lower_levels_gave() {
    let result =
        merged("{strategy: deep, knockout_prefix: '--'}", &["{a: ['--x', 'z'], b: '--'}", "{a: [x, y], b: {k: 1}}"]);
    assert_eq!(result, yaml("{a: [y, z], b: ''}"));
}

#[test]
fn what_only_the_higher_level_has_is_merged_with_itself() {
    // Recorded from Ruby: deep_merge walks an array from which it deletes.
    let knocked = |higher: &str| merged("{strategy: deep, knockout_prefix: '--'}", &[higher, "{other: 1}"]);
    assert_eq!(knocked("{u: {groups: ['--wheel', sudo]}}"), yaml("{other: 1, u: {groups: []}}"));
    assert_eq!(knocked("{u: {groups: [a, '--b', b, c, d]}}"), yaml("{other: 1, u: {groups: [a, d]}}"));
    assert_eq!(knocked("{groups: ['--wheel', sudo]}"), yaml("{other: 1, groups: [sudo]}"));
    assert_eq!(knocked("{u: {k: '--x', l: ['--']}}"), yaml("{other: 1, u: {k: '', l: []}}"));
}

#[test]
fn hashes_within_arrays_merge_by_place() {
    let result = merged("{strategy: deep, merge_hash_arrays: true}", &["{x: [{y: 1}]}", "{x: [{z: 2}, {w: 3}]}"]);
    assert_eq!(result, yaml("{x: [{z: 2, y: 1}, {w: 3}]}"));
}

#[test]
fn unknown_strategies_and_options_are_refused() {
    assert!(Strategy::parse(&yaml("nope")).is_err());
    assert!(Strategy::parse(&yaml("{strategy: deep, nope: 1}")).is_err());
    assert!(Strategy::parse(&yaml("{knockout_prefix: x}")).is_err());
}
