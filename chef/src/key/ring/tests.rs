use std::sync::Arc;

use super::Ring;

fn pems() -> Vec<String> {
    let all: serde_json::Value = serde_json::from_str(include_str!("../../sign/recorded.json")).unwrap();
    let [one, other] = ["public_key", "other_key"].map(|name| all[name].as_str().unwrap());
    // What differs in its text is kept apart.
    [one, other]
        .iter()
        .flat_map(|pem| [(*pem).to_owned(), pem.trim_end().to_owned(), pem.replace('\n', "\r\n")])
        .collect()
}

#[test]
fn a_key_is_read_once_and_those_in_use_stay() {
    let ring = Ring::new(2);
    let pems = pems();
    let first = ring.key(&pems[0]).unwrap();
    for pem in &pems[1..] {
        ring.key(pem).unwrap();
        assert!(Arc::ptr_eq(&first, &ring.key(&pems[0]).unwrap()));
    }
    let kept = ring.kept.lock().unwrap();
    assert!(kept.young.len() + kept.old.len() <= 4);
}

#[test]
fn what_is_no_key_is_none_each_time() {
    let ring = Ring::new(2);
    assert!(ring.key("x").is_none());
    assert!(ring.key("x").is_none());
    assert!(ring.kept.lock().unwrap().young.is_empty());
}
