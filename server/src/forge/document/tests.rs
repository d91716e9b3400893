use modules::forge::query::Page;
use serde_json::json;

use super::{listing, trim};
use crate::http::Query;

#[test]
fn lists_say_where_the_other_pages_are() {
    let query = Query::parse("module=a-b&limit=2&x=%3E%3D+1");
    let page = Page { offset: 2, limit: 2 };
    let list = listing("releases", &query, page, 5, &[json!(1), json!(2)]);
    let address = |offset: usize| json!(format!("/v3/releases?module=a-b&x=%3E%3D%201&limit=2&offset={offset}"));
    let pages = &list["pagination"];
    assert_eq!((&pages["first"], &pages["previous"]), (&address(0), &address(0)));
    assert_eq!((&pages["current"], &pages["next"], &pages["total"]), (&address(2), &address(4), &json!(5)));
    let end = listing("releases", &Query::default(), Page { offset: 0, limit: 5 }, 5, &[]);
    assert_eq!((&end["pagination"]["previous"], &end["pagination"]["next"]), (&json!(null), &json!(null)));
}

#[test]
fn fields_are_left_out() {
    let mut document = json!({"a": 1, "b": 2, "c": 3});
    trim(&Query::parse("exclude_fields=a,c,x"), &mut document);
    assert_eq!(document, json!({"b": 2}));
}
