use serde_json::{Value, json};

use super::{Filter, KEY, PAIR, VALUE, WORD, of};
use crate::sqlite::search::fragment::divided;

fn signatures(object: &Value) -> Vec<Vec<u8>> {
    let fields = object.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value));
    divided(fields).iter().map(|content| of(content)).collect()
}

#[test]
fn what_is_there_is_never_left_out() {
    let numbers: Vec<String> = (0..500).map(|number| format!("value{number} word{number}")).collect();
    let fields: serde_json::Map<String, Value> =
        numbers.iter().map(|text| (text.replace(' ', "-"), json!({"deep": {"er": text}}))).collect();
    let all = signatures(&json!({"top": fields}));
    let some = |filter: Filter| all.iter().any(|signature| filter.passes(signature));
    for number in 0..500 {
        let key = format!("value{number}-word{number}");
        let path = format!("top_{key}_deep_er");
        assert!(some(Filter::default().mark(KEY, &path, "")));
        assert!(some(Filter::default().mark(PAIR, &path, &format!("value{number}"))));
        assert!(some(Filter::default().mark(PAIR, "er", &format!("value{number}")).mark(KEY, "deep", "")));
        assert!(some(Filter::default().mark(VALUE, &format!("value{number}"), "")));
        assert!(some(Filter::default().mark(WORD, &format!("word{number}"), "")));
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
        (0..500).map(|number| all.iter().filter(|signature| filter(number).passes(signature)).count()).sum::<usize>()
    };
    let tried = 500 * all.len();
    let wrong = passed(&|number| Filter::default().mark(PAIR, "top", &format!("nothing{number}")));
    assert!(wrong * 50 < tried, "{wrong} of {tried}");
    let wrong = passed(&|number| Filter::default().in_value(&[format!("Qu{number}xyz")]));
    assert!(wrong * 10 < tried, "{wrong} of {tried}");
}
