use super::{BINARY, CATALOG, DATA, Format, choose, choose_or_json};

#[test]
fn order_decides_and_weights_do_not() {
    assert_eq!(choose(Some("text/pson;q=0.1, application/json;q=1.0"), DATA).ok(), Some(Format::Pson));
    assert_eq!(choose(Some("application/json,application/vnd.puppet.rich+json"), CATALOG).ok(), Some(Format::Json));
}

#[test]
fn formats_nobody_here_speaks_are_passed_over() {
    let agent = "application/vnd.puppet.rich+msgpack, application/x-msgpack, text/pson";
    assert_eq!(choose(Some(agent), CATALOG).ok(), Some(Format::Pson));
}

#[test]
fn anything_means_the_first_offer() {
    assert_eq!(choose(Some("*/*"), CATALOG).ok(), Some(Format::RichJson));
    assert_eq!(choose(Some("*/*"), BINARY).ok(), Some(Format::Binary));
}

#[test]
fn a_read_without_accept_is_a_bad_request_and_a_write_answers_json() {
    assert_eq!(choose(None, DATA).expect_err("no header").status().as_u16(), 400);
    assert_eq!(choose_or_json(None).ok(), Some(Format::Json));
    let refused = choose(Some("text/html"), DATA).expect_err("no such format");
    assert_eq!(refused.status().as_u16(), 406);
    assert_eq!(refused.message(), "Not Acceptable: No supported formats are acceptable (Accept: text/html)");
}
