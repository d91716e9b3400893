use serde_json::json;

use super::{Versions, in_environment, recipes};
use crate::{Constraint, Version};

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

#[test]
fn reads_numbers_of_versions() {
    assert_eq!(Versions::parse(None, Versions::Newest(1)), Ok(Versions::Newest(1)));
    assert_eq!(Versions::parse(Some("all"), Versions::Newest(1)), Ok(Versions::All));
    assert_eq!(Versions::parse(Some("0"), Versions::All), Ok(Versions::Newest(0)));
    for text in ["foo", "-1", "", "1x"] {
        let error = Versions::parse(Some(text), Versions::All).expect_err(text);
        assert_eq!(error.to_string(), "You have requested an invalid number of versions (x >= 0 || 'all')");
    }
}

#[test]
fn environments_leave_out_what_they_forbid() {
    let all =
        || vec![("a".to_owned(), vec![version("1.0.0"), version("2.0.0")]), ("b".to_owned(), vec![version("1.0.0")])];
    let constraint = |name: &str, text: &str| (name.to_owned(), Constraint::parse(text).expect("a constraint"));
    let listed = in_environment(all(), &[constraint("a", "< 2.0.0"), constraint("b", "> 1.0")], Versions::All);
    assert_eq!(listed, vec![("a".to_owned(), vec![version("1.0.0")])]);
    let newest = in_environment(all(), &[], Versions::Newest(1));
    assert_eq!(newest[0].1, vec![version("2.0.0")]);
    let none = in_environment(all(), &[constraint("a", "> 9.0"), constraint("b", "> 9.0")], Versions::Newest(1));
    assert_eq!(none, vec![("a".to_owned(), vec![]), ("b".to_owned(), vec![])]);
}

#[test]
fn the_default_recipe_bears_the_name_of_the_cookbook() {
    let document =
        crate::document::object(json!({"recipes": [{"name": "default.rb"}, {"name": "x.rb"}]})).expect("an object");
    assert_eq!(recipes("a", &document), ["a", "a::x"]);
}
