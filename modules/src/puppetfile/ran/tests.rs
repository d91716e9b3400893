use super::super::{Context, Origin, Puppetfile, Wanted};
use super::Ran;

const CONTEXT: Context<'_> = Context { root: "/production", default_branch_override: None };

fn of_run(told: &str) -> Result<Puppetfile, String> {
    let ran: Ran = serde_json::from_str(told).unwrap();
    Puppetfile::of_run(&ran, &CONTEXT).map_err(|error| error.to_string())
}

#[test]
fn calls_are_taken_as_those_of_a_file_that_was_read() {
    let file = of_run(
        r#"{"calls": [
            {"verb": "forge", "line": 1, "arguments": ["https://forge.example"]},
            {"verb": "mod", "line": 4, "arguments": ["acme/web", {"symbol": "latest"}]},
            {"verb": "mod", "line": 5, "arguments": ["db", {"hash": [[{"symbol": "local"}, true]]}]}
        ]}"#,
    )
    .unwrap();
    assert_eq!(file.forge.as_deref(), Some("https://forge.example"));
    assert_eq!(file.modules[0].origin, Origin::Forge { version: Wanted::Latest });
    assert_eq!((file.modules[1].origin.clone(), file.modules[1].line), (Origin::Local, 5));
}

#[test]
fn the_earlier_of_two_mistakes_is_told() {
    let ended = r#""error": {"kind": "declaration", "message": "undefined local variable or method `x'", "line": 9}"#;
    let wrong = r#"{"verb": "mod", "line": 2, "arguments": ["web", null]}"#;
    let right = r#"{"verb": "mod", "line": 2, "arguments": ["acme/web", null]}"#;
    assert_eq!(
        of_run(&format!(r#"{{"calls": [{wrong}], {ended}}}"#)).unwrap_err(),
        "Forge module names must match 'owner/modulename', instead got web (line: 2, column: 1)"
    );
    assert_eq!(
        of_run(&format!(r#"{{"calls": [{right}], {ended}}}"#)).unwrap_err(),
        "undefined local variable or method `x' (line: 9, column: 1)"
    );
}

#[test]
fn what_is_no_value_of_a_declaration_is_refused_with_its_line() {
    let told = r##"{"calls": [{"verb": "mod", "line": 3, "arguments": [{"object": "#<Time>"}]}]}"##;
    assert!(of_run(told).unwrap_err().starts_with("#<Time> is no text"), "{:?}", of_run(told));
    let told = r#"{"calls": [{"verb": "modulle", "line": 3, "arguments": []}]}"#;
    assert_eq!(of_run(told).unwrap_err(), "unrecognized declaration 'modulle' (line: 3, column: 1)");
    let long = "x".repeat(3_000_000);
    let told = format!(r#"{{"calls": [{{"verb": "mod", "line": 3, "arguments": ["{long}"]}}]}}"#);
    assert!(of_run(&told).unwrap_err().contains("holds more than"));
}
