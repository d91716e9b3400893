use super::*;

#[test]
fn lists_name_actors_together_or_apart() {
    let parse = |body: &str| parse(body.as_bytes(), Permission::Read);
    let together = parse(r#"{"read": {"actors": ["a"], "groups": ["g"]}}"#).unwrap();
    assert_eq!(together.actors, Actors::Any(vec!["a".to_owned()]));
    let apart = parse(r#"{"read": {"actors": [], "users": ["a"], "clients": [], "groups": []}}"#).unwrap();
    assert_eq!(apart.actors, Actors::Apart { users: vec!["a".to_owned()], clients: vec![] });
}

#[test]
fn refusals_are_the_originals() {
    let refused = |body: &str| parse(body.as_bytes(), Permission::Read).unwrap_err().to_string();
    assert_eq!(refused("{}"), "Field 'read' missing");
    assert_eq!(refused(r#"{"update": {}}"#), "Invalid key update in request body");
    assert_eq!(refused(r#"{"read": {"actors": []}}"#), "Field 'groups' missing");
    assert_eq!(refused(r#"{"read": {"actors": [1], "groups": []}}"#), "Field 'actors' invalid");
    assert_eq!(
        refused(r#"{"read": {"actors": [], "groups": [], "users": []}}"#),
        "You provided 'users' with your request. Including this field also requires that you provide 'clients'"
    );
    assert_eq!(
        refused(r#"{"read": {"actors": ["a"], "groups": [], "users": [], "clients": []}}"#),
        "When providing 'users' and 'clients' fields, the 'actors' field must have a value of []."
    );
}
