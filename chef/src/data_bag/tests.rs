use super::*;

#[test]
fn items_come_wrapped_or_bare() {
    let (id, bare) = parse_item(br#"{"id": "a", "x": 1}"#).unwrap();
    let wrapping = json::text(wrapped("bag", "a", &bare).as_object().unwrap());
    assert_eq!((id, bare), parse_item(wrapping.as_bytes()).unwrap());
}

#[test]
fn refusals_are_the_originals() {
    assert_eq!(parse(b"{}").unwrap_err().to_string(), "Field 'name' missing");
    assert_eq!(parse(br#"{"name": "a b"}"#).unwrap_err().to_string(), "Field 'name' invalid");
    assert_eq!(parse_item(br#"{"id": 1}"#).unwrap_err().to_string(), "Field 'id' invalid");
    let other = parse_item_update(br#"{"id": "b"}"#, "a").unwrap_err().to_string();
    assert_eq!(other, "DataBagItem name mismatch.");
    assert_eq!(json::str_of(&parse_item_update(b"{}", "a").unwrap(), "id"), Some("a"));
}
