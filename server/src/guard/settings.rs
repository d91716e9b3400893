//! Rules as the configuration writes them.
//!
//! ```toml
//! [[authorization.rule]]
//! name = "monitoring may read every catalog"
//! regex = "^/puppet/v3/catalog/[^/]+$"
//! methods = ["get"]
//! query = { environment = ["production"] }
//! sort_order = 400
//! allow = ["monitor.example.com", "*.ops.example.com", "/^probe\\d+$/", { extensions = { pp_role = "monitor" } }]
//! deny = ["old.ops.example.com"]
//! ```
//!
//! `$1` in a name is what the first group of `regex` captured. In place of `allow`, a rule may say
//! `allow_unauthenticated = true`; `"@admin"` stands for whom the stock rules let administer,
//! `"@loopback"` for connections from the machine itself.

use std::collections::BTreeMap;

use actix_web::http::Method;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::stock::{STOCK, administrators};
use super::{NameMatch, PathMatch, Rule, Who};

/// `[authorization]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Authorization {
    /// Whether `/metrics` is open to all; else to administrators and to this machine.
    pub(crate) metrics_public: bool,
    /// Rules beside the stock ones.
    pub(crate) rule: Vec<RawRule>,
}

/// A rule as it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawRule {
    /// What denials and the log call it.
    pub(crate) name: String,
    /// The beginning of the path. Either this or `regex`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// A pattern for the path, not anchored unless it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regex: Option<String>,
    /// `get`, `put`, …; none: every method.
    pub(crate) methods: Vec<String>,
    /// Query parameters, each with the values that match.
    pub(crate) query: BTreeMap<String, OneOrMany>,
    /// From 1 to 999; the stock rules stand at 500, and those below come first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sort_order: Option<u16>,
    /// Who passes.
    pub(crate) allow: Vec<RawWho>,
    /// Who does not, even if allowed.
    pub(crate) deny: Vec<RawWho>,
    /// Whether all pass, with a certificate or without.
    pub(crate) allow_unauthenticated: bool,
}

/// A certname (glob, `/regex/`, `$1`, `@admin`, `@loopback`), or conditions that must all hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawWho {
    Name(String),
    Conditions(Conditions),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Conditions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certname: Option<String>,
    /// Extensions of the certificate by short name or OID, each with the values that match.
    pub(crate) extensions: BTreeMap<String, OneOrMany>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A rule that cannot be taken.
#[derive(Debug, thiserror::Error)]
#[error("authorization rule '{rule}': {fault}")]
pub(crate) struct RuleError {
    rule: String,
    fault: String,
}

impl RawRule {
    pub(crate) fn check(&self, admins: &[String]) -> Result<Rule, RuleError> {
        self.parse(admins).map_err(|fault| RuleError { rule: self.name.clone(), fault })
    }

    fn parse(&self, admins: &[String]) -> Result<Rule, String> {
        if self.name.is_empty() {
            return Err("a rule must have a name".to_owned());
        }
        let path = match (&self.path, &self.regex) {
            (Some(path), None) => PathMatch::Prefix(path.clone().into()),
            (None, Some(pattern)) => PathMatch::Regex(pattern_of(pattern)?),
            _ => return Err("a rule must have either 'path' or 'regex'".to_owned()),
        };
        let sort_order = self.sort_order.unwrap_or(STOCK);
        if !(1..=998).contains(&sort_order) {
            return Err(format!("'sort_order' must be from 1 to 998, not {sort_order}"));
        }
        if self.allow_unauthenticated && !(self.allow.is_empty() && self.deny.is_empty()) {
            return Err("'allow_unauthenticated' goes with neither 'allow' nor 'deny'".to_owned());
        }
        let mut allow = who(&self.allow, admins)?;
        if self.allow_unauthenticated {
            allow.push(Who::Anyone);
        }
        Ok(Rule {
            name: self.name.clone().into(),
            sort_order,
            path,
            methods: self.methods.iter().map(|text| method(text)).collect::<Result<_, _>>()?,
            query: self.query.iter().map(|(name, values)| (name.clone(), values.list())).collect(),
            deny: who(&self.deny, admins)?,
            allow,
        })
    }
}

impl OneOrMany {
    fn list(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Many(list) => list.clone(),
        }
    }
}

fn who(list: &[RawWho], admins: &[String]) -> Result<Vec<Who>, String> {
    let mut all = Vec::new();
    for entry in list {
        match entry {
            RawWho::Name(name) if name == "@admin" => all.extend(administrators(admins)),
            RawWho::Name(name) if name == "@loopback" => all.push(Who::Loopback),
            RawWho::Name(name) => {
                all.push(Who::Certificate { certname: Some(name_match(name)?), extensions: Vec::new() });
            }
            RawWho::Conditions(conditions) if conditions.certname.is_none() && conditions.extensions.is_empty() => {
                return Err("conditions without 'certname' and 'extensions' would match every certificate".to_owned());
            }
            RawWho::Conditions(conditions) => all.push(Who::Certificate {
                certname: conditions.certname.as_deref().map(name_match).transpose()?,
                extensions: conditions.extensions.iter().map(|(name, v)| (name.clone(), v.list())).collect(),
            }),
        }
    }
    Ok(all)
}

fn name_match(text: &str) -> Result<NameMatch, String> {
    if text == "*" {
        return Ok(NameMatch::Any);
    }
    if let Some(pattern) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        return Ok(NameMatch::Regex(pattern_of(pattern)?));
    }
    if let Some(suffix) = text.strip_prefix('*') {
        if suffix.starts_with('.') && !suffix.contains('*') {
            return Ok(NameMatch::Below(suffix.to_owned()));
        }
        return Err(format!("'{text}' is no certname glob: only a leading '*.' is one"));
    }
    if text.is_empty() || text.contains('*') {
        return Err(format!("'{text}' is no certname"));
    }
    Ok(if text.contains('$') { NameMatch::Captured(text.to_owned()) } else { NameMatch::Exact(text.to_owned()) })
}

fn pattern_of(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|error| error.to_string())
}

fn method(text: &str) -> Result<Method, String> {
    match text.to_ascii_uppercase().as_str() {
        known @ ("GET" | "HEAD" | "PUT" | "POST" | "DELETE") => {
            Ok(Method::from_bytes(known.as_bytes()).expect("a known method"))
        }
        _ => Err(format!("'{text}' is no method: get, head, put, post or delete")),
    }
}
