use serde_json::{Value, json};

use super::{Filter, KEY, PAIR, Signature, VALUE, of};
use crate::sqlite::search::fragment::divided;

fn signatures(object: &Value) -> Vec<Vec<u8>> {
    let fields = object.as_object().unwrap().iter().flat_map(|(key, value)| divided(key, value));
    fields.map(|content| of(&content)).collect()
}

fn passes(filter: &Filter, signature: &[u8]) -> bool {
    match Signature::read(signature).unwrap() {
        Signature::Field(field) => filter.passes(field),
        Signature::Whole(content) => panic!("{content:?} is not short"),
    }
}

#[test]
fn what_is_there_is_never_left_out() {
    let numbers: Vec<String> = (0..500).map(|number| format!("value{number} word{number}")).collect();
    let fields: serde_json::Map<String, Value> =
        numbers.iter().map(|text| (text.replace(' ', "-"), json!({"deep": {"er": text}}))).collect();
    let all = signatures(&json!({"top": fields}));
    let some = |filter: Filter| all.iter().any(|signature| passes(&filter, signature));
    for number in 0..500 {
        let key = format!("value{number}-word{number}");
        assert!(some(Filter::default().mark(KEY, &key, "")));
        assert!(some(Filter::default().mark(PAIR, "er", &format!("value{number}")).mark(KEY, "deep", "")));
        assert!(some(Filter::default().mark(VALUE, &format!("value{number}"), "")));
        assert!(some(Filter::default().mark(VALUE, &format!("word{number}"), "")));
        assert!(some(Filter::default().in_value(&[format!("{number} wo"), "lue".to_owned()])));
        assert!(some(Filter::default().in_key(&[format!("p_{key}_d"), "er".to_owned()])));
    }
}

#[test]
fn most_of_what_is_not_there_is_left_out() {
    let fields: serde_json::Map<String, Value> =
        (0..500).map(|number| (format!("key{number}"), json!(format!("value{number}")))).collect();
    let all = signatures(&json!({"top": fields}));
    let passed = |filter: &dyn Fn(usize) -> Filter| {
        (0..500).map(|number| all.iter().filter(|signature| passes(&filter(number), signature)).count()).sum::<usize>()
    };
    let tried = 500 * all.len();
    let wrong = passed(&|number| Filter::default().mark(PAIR, "top", &format!("nothing{number}")));
    assert!(wrong * 50 < tried, "{wrong} of {tried}");
    let wrong = passed(&|number| Filter::default().in_value(&[format!("Qu{number}xyz")]));
    assert!(wrong * 10 < tried, "{wrong} of {tried}");
}

#[test]
fn what_is_short_is_kept_whole() {
    let all = signatures(&json!({"name": "one"}));
    let Some(Signature::Whole(content)) = Signature::read(&all[0]) else { panic!("{all:?}") };
    assert_eq!(divided("name", &json!("one")), [content]);
    assert!(Signature::read(&[]).is_none() && Signature::read(&[7, 7]).is_none());
}

#[test]
fn a_signature_grows_with_what_differs() {
    let length = |values: &dyn Fn(usize) -> usize| -> usize {
        let list: Vec<Value> = (0..200).map(|number| json!(format!("value{:04}", values(number)))).collect();
        signatures(&json!({"list": list})).iter().map(Vec::len).sum()
    };
    assert!(length(&|number| number % 10) * 4 < length(&|number| number));
}
