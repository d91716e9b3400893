use serde_json::json;

use super::{ModuleQuery, ModuleSort, Page, ReleaseQuery, ReleaseSort};
use crate::forge::Metadata;

fn metadata() -> Metadata {
    let document = json!({
        "name": "acme-web_server", "version": "1.2.3", "summary": "Serves pages", "tags": ["http", "WWW"],
        "requirements": [{"name": "puppet", "version_requirement": ">= 6.0.0 < 8.0.0"}],
        "operatingsystem_support": [{"operatingsystem": "Debian", "operatingsystemrelease": ["12"]}],
    });
    Metadata::parse(document.to_string().as_bytes()).unwrap()
}

fn modules(pairs: &[(&str, &'static str)]) -> ModuleQuery {
    ModuleQuery::parse(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)).unwrap()
}

fn releases(pairs: &[(&str, &'static str)]) -> ReleaseQuery {
    ReleaseQuery::parse(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)).unwrap()
}

#[test]
fn every_word_must_be_found_and_names_count_most() {
    let rank = |words: &'static str| modules(&[("query", words)]).rank(&metadata());
    assert_eq!((rank(""), rank("  ")), (Some(0), Some(0)));
    assert_eq!((rank("web_server"), rank("WEB"), rank("www"), rank("pages")), (Some(100), Some(10), Some(5), Some(1)));
    assert_eq!((rank("acme/web_server"), rank("web pages"), rank("web mail")), (Some(100), Some(11), None));
}

#[test]
fn modules_are_filtered() {
    let fits = |name: &str, value: &'static str| modules(&[(name, value)]).rank(&metadata()).is_some();
    assert!(fits("owner", "Acme") && fits("tag", "www") && fits("starts_with", "acme-web"));
    assert!(!fits("owner", "acm") && !fits("tag", "ww") && !fits("starts_with", "web") && !fits("starts_with", "é"));
    assert!(fits("slugs", "a-b, acme/web_server") && !fits("slugs", "a-b"));
}

#[test]
fn releases_are_filtered_by_what_they_say() {
    let fits = |name: &str, value: &'static str| releases(&[(name, value)]).fits(&metadata());
    assert!(fits("version", ">= 1.0.0 < 2.0.0") && !fits("version", "1.0.0"));
    assert!(
        fits("puppet_requirement", "7.x") && !fits("puppet_requirement", ">= 8.0.0") && !fits("pe_requirement", "*")
    );
    assert!(fits("operatingsystem", "debian") && !fits("operatingsystemrelease", "11") && !fits("with_pdk", "true"));
    assert!(fits("with_pdk", "false") && fits("module_groups", "base pe_only") && !fits("module_groups", "pe_only"));
    assert!(!fits("supported", "true") && !fits("endorsements", "partner") && !fits("with_minimum_score", "50"));
}

#[test]
fn orders_and_pages_are_read() {
    assert_eq!(modules(&[]).sort, ModuleSort::LatestRelease);
    assert_eq!(modules(&[("query", "x")]).sort, ModuleSort::Rank);
    assert_eq!(releases(&[("sort_by", "version")]).sort, ReleaseSort::Version);
    assert_eq!(Page::parse(None, None), Ok(Page { offset: 0, limit: 20 }));
    assert_eq!(Page { offset: 1, limit: 2 }.of(vec![1, 2, 3, 4]), [2, 3]);
    assert_eq!(Page { offset: usize::MAX, limit: 2 }.of(vec![1, 2]), [] as [i32; 0]);
}

#[test]
fn faults_name_the_parameter() {
    let limit = "'0' is not a valid limit: a number from 1 to 100";
    assert_eq!(Page::parse(Some("0"), None).unwrap_err().to_string(), limit);
    assert!(Page::parse(Some("101"), None).is_err() && Page::parse(Some("x"), None).is_err());
    assert!(Page::parse(None, Some("-1")).is_err());
    let fault = |pair: (&'static str, &'static str)| {
        ReleaseQuery::parse(|name| (name == pair.0).then_some(pair.1)).unwrap_err().to_string()
    };
    assert_eq!(fault(("module", "x")), "'x' is not a valid module: AUTHOR-NAME is expected");
    assert_eq!(fault(("sort_by", "x")), "'x' is not a valid sort_by: version, downloads, release_date or module");
    assert!(fault(("version", ">= 1, < 2")).starts_with("'>= 1, < 2' is not a valid version: "));
}
