use super::unmet;
use crate::code::trees::Metadata;

fn module(name: &str, version: &str, needs: &[(&str, &str)]) -> Metadata {
    let dependencies = needs.iter().map(|(name, range)| ((*name).to_owned(), (*range).to_owned())).collect();
    Metadata { name: name.to_owned(), version: version.to_owned(), dependencies }
}

#[test]
fn what_is_missing_or_will_not_do_is_told() {
    let modules = [
        module("acme-web", "1.0.0", &[("acme-base", ">= 1.0.0 < 2.0.0"), ("acme-none", "1.x"), ("acme-own", "1.0.0")]),
        module("acme-app", "2.1.0", &[("acme-none", ">= 0.0.0"), ("acme-base", "not a range")]),
        module("acme-base", "2.0.0", &[]),
        module("acme-own", "1.0.0", &[]),
    ];
    let expected = [
        "Non semantic version dependency acme-base (v2.0.0):\n  'acme-app' (v2.1.0) requires 'acme-base' (not a range)",
        "Module 'acme-base' (v2.0.0) fails to meet some dependencies:\n  'acme-web' (v1.0.0) requires 'acme-base' (>= \
         1.0.0 < 2.0.0)",
        "Missing dependency 'acme-none':\n  'acme-app' (v2.1.0) requires 'acme-none' (>= 0.0.0)\n  'acme-web' (v1.0.0) \
         requires 'acme-none' (v1.x)",
    ];
    assert_eq!(unmet(&modules), expected);
    assert!(unmet(&modules[2..]).is_empty());
}
