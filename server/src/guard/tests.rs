use actix_web::http::Method;
use certs::Serial;
use jiff::Timestamp;
use model::Certname;

use super::settings::Authorization;
use super::{Guard, Question, Verdict};
use crate::tls::Peer;

fn peer(name: &str, extensions: &[(&str, &str)]) -> Peer {
    Peer {
        certname: Certname::parse(name).unwrap(),
        serial: Serial(7),
        extensions: extensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        not_after: Timestamp::MAX,
        fingerprint: String::new(),
    }
}

struct Ask<'a> {
    guard: &'a Guard,
    peer: Option<&'a Peer>,
}

impl Ask<'_> {
    fn passes(&self, method: &str, path: &str) -> bool {
        matches!(self.verdict(method, path), Verdict::Allowed { .. })
    }

    fn verdict(&self, method: &str, path: &str) -> Verdict<'_> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.guard.ask(Question { method: &method, path, query: &[], peer: self.peer, address: None })
    }
}

fn stock() -> Guard {
    Guard::new(&Authorization::default(), &["boss.lab.test".to_owned()]).unwrap()
}

fn with(rules: &str) -> Result<Guard, super::RuleError> {
    let settings: Authorization = toml::from_str(rules).unwrap();
    Guard::new(&settings, &[])
}

#[test]
fn a_node_has_its_own_catalog_only() {
    let (guard, node) = (stock(), peer("web01.lab.test", &[]));
    let ask = Ask { guard: &guard, peer: Some(&node) };
    assert!(ask.passes("POST", "/puppet/v3/catalog/web01.lab.test"));
    assert_eq!(ask.verdict("POST", "/puppet/v3/catalog/web02.lab.test"), Verdict::Denied { rule: "catalog" });
    assert_eq!(ask.verdict("POST", "/puppet/v3/catalog/a/web01.lab.test"), Verdict::Denied { rule: "deny all" });
    assert!(ask.passes("PUT", "/puppet/v3/report/web01.lab.test"));
    assert!(!ask.passes("PUT", "/puppet/v3/facts/web02.lab.test"));
    assert!(ask.passes("GET", "/puppet/v3/file_metadatas/plugins"));
    assert!(!ask.passes("DELETE", "/puppet-admin-api/v1/environment-cache"));
}

#[test]
fn without_a_certificate_there_is_only_the_way_to_one() {
    let guard = stock();
    let ask = Ask { guard: &guard, peer: None };
    assert!(ask.passes("GET", "/puppet-ca/v1/certificate/ca"));
    assert!(ask.passes("PUT", "/puppet-ca/v1/certificate_request/web01.lab.test"));
    assert!(ask.passes("GET", "/status/v1/simple"));
    assert!(!ask.passes("DELETE", "/puppet-ca/v1/certificate_request/web01.lab.test"));
    assert!(!ask.passes("GET", "/puppet-ca/v1/certificate_status/web01.lab.test"));
    assert!(!ask.passes("POST", "/puppet/v3/catalog/web01.lab.test"));
    assert!(!ask.passes("GET", "/puppet/v3/file_content/modules/a/b"));
    assert!(!ask.passes("GET", "/metrics"));
    assert!(!ask.passes("GET", "/puppet/v3/nothing"));
}

#[test]
fn administrators_are_known_by_extension_or_by_name() {
    let guard = stock();
    let (tool, boss) = (peer("tool", &[("pp_cli_auth", "true")]), peer("boss.lab.test", &[]));
    let (liar, node) = (peer("liar", &[("pp_cli_auth", "false")]), peer("web01", &[]));
    for (who, may) in [(&tool, true), (&boss, true), (&liar, false), (&node, false)] {
        let ask = Ask { guard: &guard, peer: Some(who) };
        assert_eq!(ask.passes("PUT", "/puppet-ca/v1/certificate_status/web01"), may, "{}", who.certname);
        assert_eq!(ask.passes("GET", "/puppet-ca/v1/certificate_statuses/any"), may, "{}", who.certname);
    }
}

#[test]
fn rules_of_ones_own_come_first_by_sort_order() {
    let guard = with(
        r#"
        [[rule]]
        name = "monitoring"
        regex = "^/puppet/v3/catalog/([^/]+)$"
        methods = ["get"]
        sort_order = 400
        allow = ["*.ops.lab.test", "/^probe\\d+$/", "$1", { certname = "x", extensions = { pp_role = ["a", "b"] } }]
        deny = ["old.ops.lab.test"]
        "#,
    )
    .unwrap();
    let may =
        |peer: Peer, method: &str| Ask { guard: &guard, peer: Some(&peer) }.passes(method, "/puppet/v3/catalog/w");
    assert!(may(peer("m.ops.lab.test", &[]), "GET"));
    assert!(may(peer("deep.m.ops.lab.test", &[]), "GET"));
    assert!(!may(peer("ops.lab.test", &[]), "GET"));
    assert!(!may(peer("old.ops.lab.test", &[]), "GET"));
    assert!(!may(peer("m.ops.lab.test", &[]), "POST"));
    assert!(may(peer("probe7", &[]), "GET"));
    assert!(!may(peer("probe7x", &[]), "GET"));
    assert!(may(peer("w", &[]), "GET"));
    assert!(may(peer("x", &[("pp_role", "b")]), "GET"));
    assert!(!may(peer("x", &[("pp_role", "c")]), "GET"));
    assert!(!may(peer("y", &[("pp_role", "b")]), "GET"));
}

#[test]
fn query_parameters_can_decide() {
    let guard = with(
        "[[rule]]\nname = \"q\"\npath = \"/puppet/v3/x\"\nquery = { environment = \"production\" }\nallow_unauthenticated = true",
    )
    .unwrap();
    let ask = |query: &[(String, String)]| {
        let question = Question { method: &Method::GET, path: "/puppet/v3/x", query, peer: None, address: None };
        matches!(guard.ask(question), Verdict::Allowed { .. })
    };
    assert!(ask(&[("environment".to_owned(), "production".to_owned())]));
    assert!(!ask(&[("environment".to_owned(), "test".to_owned())]));
    let twice = ["production", "test"].map(|name| ("environment".to_owned(), name.to_owned()));
    assert!(!ask(&twice), "the last one is what the handlers take");
    assert!(!ask(&[]));
}

#[test]
fn metrics_are_for_the_machine_itself() {
    let guard = stock();
    let from = |address: &str| {
        let address = Some(address.parse().unwrap());
        let question = Question { method: &Method::GET, path: "/metrics", query: &[], peer: None, address };
        matches!(guard.ask(question), Verdict::Allowed { .. })
    };
    assert!(from("127.0.0.1") && from("::1") && from("::ffff:127.0.0.1"));
    assert!(!from("192.0.2.1"));
}

#[test]
fn rules_that_make_no_sense_are_refused_by_name() {
    for (rule, fault) in [
        ("name = \"r\"", "either 'path' or 'regex'"),
        ("name = \"r\"\npath = \"/\"\nregex = \"/\"", "either 'path' or 'regex'"),
        ("name = \"r\"\npath = \"/\"\nsort_order = 999", "from 1 to 998"),
        ("name = \"r\"\npath = \"/\"\nallow = [\"a*\"]", "no certname"),
        ("name = \"r\"\npath = \"/\"\nallow = [{}]", "every certificate"),
        ("name = \"r\"\npath = \"/\"\nmethods = [\"brew\"]", "no method"),
        ("name = \"r\"\nregex = \"(\"", "unclosed"),
        ("name = \"r\"\npath = \"/\"\nallow = [\"a\"]\nallow_unauthenticated = true", "neither"),
    ] {
        let error = with(&format!("[[rule]]\n{rule}")).expect_err(rule).to_string();
        assert!(error.contains(fault) && error.contains("'r'"), "{rule}: {error}");
    }
}
