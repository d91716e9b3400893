//! The rules that hold where the configuration says nothing: those of Puppet Server 7, and ours
//! for what only we have.

use actix_web::http::Method;
use regex::Regex;

use super::{NameMatch, PathMatch, Rule, Who};

pub(super) const STOCK: u16 = 500;

/// `admins` are certnames that may do what an administrator's certificate may.
pub(super) fn rules(admins: &[String], metrics_public: bool) -> Vec<Rule> {
    let own = || vec![name(NameMatch::Captured("$1".to_owned()))];
    let any = || vec![name(NameMatch::Any)];
    let admin = || administrators(admins);
    let anyone = || vec![Who::Anyone];
    let (get, put, post, head, delete) = (Method::GET, Method::PUT, Method::POST, Method::HEAD, Method::DELETE);
    let metrics = if metrics_public { anyone() } else { [vec![Who::Loopback], admin()].concat() };
    vec![
        regex("catalog", r"^/puppet/v3/catalog/([^/]+)$", &[&get, &post], own()),
        prefix("certificate", "/puppet-ca/v1/certificate/", &[&get], anyone()),
        prefix("revocation list", "/puppet-ca/v1/certificate_revocation_list/", &[&get], anyone()),
        prefix("certificate request", "/puppet-ca/v1/certificate_request", &[&get, &put], anyone()),
        prefix("certificate status", "/puppet-ca/v1/certificate_status", &[&get, &put, &delete], admin()),
        prefix("expirations", "/puppet-ca/v1/expirations", &[&get], any()),
        regex("clean", r"^/puppet-ca/v1/clean$", &[&put], admin()),
        regex("sign", r"^/puppet-ca/v1/sign(/all)?$", &[&post], admin()),
        prefix("status services", "/status/v1/services", &[&get, &head], anyone()),
        prefix("status simple", "/status/v1/simple", &[&get, &head], anyone()),
        prefix("environments", "/puppet/v3/environments", &[&get], any()),
        prefix("environment classes", "/puppet/v3/environment_classes", &[&get], admin()),
        prefix("environment transports", "/puppet/v3/environment_transports", &[&get], admin()),
        prefix("environment modules", "/puppet/v3/environment_modules", &[&get], admin()),
        prefix("tasks", "/puppet/v3/tasks", &[], any()),
        prefix("plans", "/puppet/v3/plans", &[&get], admin()),
        prefix("file bucket", "/puppet/v3/file_bucket_file", &[&get, &head, &post, &put], any()),
        prefix("file content", "/puppet/v3/file_content", &[&get, &post], any()),
        prefix("file metadata", "/puppet/v3/file_metadata", &[&get, &post], any()),
        prefix("static file content", "/puppet/v3/static_file_content", &[&get], any()),
        regex("node", r"^/puppet/v3/node/([^/]+)$", &[&get], own()),
        regex("report", r"^/puppet/v3/report/([^/]+)$", &[&put], own()),
        regex("facts", r"^/puppet/v3/facts/([^/]+)$", &[&put], own()),
        regex("environment cache", r"^/puppet-admin-api/v1/environment-cache$", &[&delete], admin()),
        // Tokens say who may read and write what.
        prefix("forge", "/v3/", &[], anyone()),
        regex("first forge", r"^/api/v1/releases\.json$", &[&get], anyone()),
        regex("metrics", r"^/metrics$", &[&get, &head], metrics),
        Rule { sort_order: 999, ..prefix("deny all", "/", &[], Vec::new()) },
    ]
}

/// Certificates with the extension that Puppet's own tools carry, and the listed certnames.
pub(super) fn administrators(admins: &[String]) -> Vec<Who> {
    let extension = ("pp_cli_auth".to_owned(), vec!["true".to_owned()]);
    let mut who = vec![Who::Certificate { certname: None, extensions: vec![extension] }];
    who.extend(admins.iter().map(|admin| name(NameMatch::Exact(admin.clone()))));
    who
}

fn name(certname: NameMatch) -> Who {
    Who::Certificate { certname: Some(certname), extensions: Vec::new() }
}

fn prefix(name: &'static str, path: &'static str, methods: &[&Method], allow: Vec<Who>) -> Rule {
    rule(name, PathMatch::Prefix(path.into()), methods, allow)
}

fn regex(name: &'static str, pattern: &'static str, methods: &[&Method], allow: Vec<Who>) -> Rule {
    let regex = Regex::new(pattern).expect("the stock patterns are valid");
    rule(name, PathMatch::Regex(regex), methods, allow)
}

fn rule(name: &'static str, path: PathMatch, methods: &[&Method], allow: Vec<Who>) -> Rule {
    Rule {
        name: name.into(),
        sort_order: STOCK,
        path,
        methods: methods.iter().map(|method| (*method).clone()).collect(),
        query: Vec::new(),
        deny: Vec::new(),
        allow,
    }
}
