use super::{Query, form_decode};

#[test]
fn parameters_are_decoded_in_order() {
    let query = Query::parse("environment=production&ignore=.svn&ignore=C%56S&flag&empty=");
    assert_eq!(query.get("environment"), Some("production"));
    assert_eq!(query.get("ignore"), Some("CVS"));
    assert_eq!((query.get("flag"), query.get("empty"), query.get("none")), (Some(""), Some(""), None));
}

#[test]
fn facts_are_encoded_twice() {
    let query = Query::parse("facts=%257B%2522a%2522%253A%2520%2522b%252Bc%2522%257D");
    assert_eq!(form_decode(query.get("facts").unwrap()), r#"{"a": "b+c"}"#);
}
