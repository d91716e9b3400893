use super::read_facts;

#[test]
fn facts_come_encoded_within_the_form() {
    let text = "%7B%22name%22%3A%22n%22%2C%22values%22%3A%7B%22a%22%3A%22b%20c%2Bd%22%7D%7D";
    let facts = read_facts("n", Some(text), Some("application/json")).unwrap().expect("facts");
    assert_eq!(facts.values["a"], "b c+d");
    assert!(read_facts("n", None, None).unwrap().is_none());
}

#[test]
fn facts_of_another_node_are_refused_in_the_originals_words() {
    let text = "%7B%22name%22%3A%22other%22%7D";
    let refused = read_facts("n", Some(text), Some("pson")).expect_err("another node");
    assert_eq!(
        refused.message(),
        "Server Error: Catalog for \"n\" was requested with fact definition for the wrong node (\"other\")."
    );
    assert_eq!(read_facts("n", Some(text), Some("yaml")).expect_err("format").status().as_u16(), 500);
    assert_eq!(read_facts("n", Some(text), None).expect_err("format").status().as_u16(), 500);
    assert_eq!(read_facts("n", Some("%7B"), Some("pson")).expect_err("broken").status().as_u16(), 400);
}
