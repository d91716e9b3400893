//! Who may ask what: the rules of `auth.conf` as typed data.
//!
//! Rules are tried by sort order, then by name; the first that matches the request decides, and
//! where none matches the request is denied. The stock rules ([`stock`]) say what Puppet Server's
//! say; rules of the configuration ([`settings`]) stand among them by their sort order.

use std::borrow::Cow;
use std::net::IpAddr;

use actix_web::http::Method;
use regex::Regex;

use crate::tls::Peer;

pub(crate) mod settings;
mod stock;

pub(crate) use settings::RuleError;

/// The rules in the order in which they are tried.
#[derive(Debug)]
pub(crate) struct Guard {
    rules: Vec<Rule>,
}

/// One rule: what it matches, and who passes.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// What denials name.
    pub(crate) name: Cow<'static, str>,
    /// From 1 to 999; the stock rules stand at 500.
    pub(crate) sort_order: u16,
    pub(crate) path: PathMatch,
    /// Empty: any method.
    pub(crate) methods: Vec<Method>,
    /// Each parameter must have one of the values.
    pub(crate) query: Vec<(String, Vec<String>)>,
    pub(crate) deny: Vec<Who>,
    pub(crate) allow: Vec<Who>,
}

#[derive(Clone, Debug)]
pub(crate) enum PathMatch {
    Prefix(Cow<'static, str>),
    /// Not anchored unless it says so. What it captures may be used as `$1` in names.
    Regex(Regex),
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// Also without a certificate.
    Anyone,
    /// A connection from this machine, with a certificate or without.
    Loopback,
    /// A certificate for which all of this holds.
    Certificate { certname: Option<NameMatch>, extensions: Vec<(String, Vec<String>)> },
}

#[derive(Clone, Debug)]
pub(crate) enum NameMatch {
    /// `*`
    Any,
    /// `*.example.com`: everything below, not the domain itself.
    Below(String),
    Exact(String),
    /// `/…/`
    Regex(Regex),
    /// Has `$1` in it.
    Captured(String),
}

/// What the guard looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) method: &'a Method,
    /// Percent-decoded.
    pub(crate) path: &'a str,
    /// Decoded names and values.
    pub(crate) query: &'a [(String, String)],
    pub(crate) peer: Option<&'a Peer>,
    pub(crate) address: Option<IpAddr>,
}

/// The answer, and the rule that gave it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict<'a> {
    Allowed { rule: &'a str },
    Denied { rule: &'a str },
}

/// The name under which a request is denied that no rule matches.
const DEFAULT_DENY: &str = "default deny";

impl Guard {
    /// The stock rules, those of the configuration, and the certnames that may do what
    /// administrators may.
    pub(crate) fn new(settings: &settings::Authorization, admins: &[String]) -> Result<Self, RuleError> {
        let mut rules = stock::rules(admins, settings.metrics_public);
        for raw in &settings.rule {
            rules.push(raw.check(admins)?);
        }
        rules.sort_by(|a, b| (a.sort_order, &a.name).cmp(&(b.sort_order, &b.name)));
        Ok(Self { rules })
    }

    pub(crate) fn ask(&self, question: Question<'_>) -> Verdict<'_> {
        let decided = self.rules.iter().find_map(|rule| rule.decide(question));
        decided.unwrap_or(Verdict::Denied { rule: DEFAULT_DENY })
    }
}

impl Rule {
    /// `None` when the rule does not speak of this request.
    fn decide(&self, question: Question<'_>) -> Option<Verdict<'_>> {
        if !self.methods.is_empty() && !self.methods.contains(question.method) {
            return None;
        }
        let captures = self.path.captures(question.path)?;
        // Of a parameter that is given twice the last value holds, here as in the handlers.
        let has = |name: &str, values: &[String]| {
            question.query.iter().rfind(|(given, _)| given == name).is_some_and(|(_, value)| values.contains(value))
        };
        if !self.query.iter().all(|(name, values)| has(name, values)) {
            return None;
        }
        let passes = |who: &Who| who.is(question, &captures);
        let allowed = !self.deny.iter().any(passes) && self.allow.iter().any(passes);
        let rule = &*self.name;
        Some(if allowed { Verdict::Allowed { rule } } else { Verdict::Denied { rule } })
    }
}

impl PathMatch {
    /// What the path matched: `$0`, `$1`, … `None` when it does not match.
    fn captures<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        match self {
            Self::Prefix(prefix) => path.starts_with(&**prefix).then(Vec::new),
            Self::Regex(regex) => {
                let captures = regex.captures(path)?;
                Some(captures.iter().map(|found| found.map_or("", |found| found.as_str())).collect())
            }
        }
    }
}

impl Who {
    fn is(&self, question: Question<'_>, captures: &[&str]) -> bool {
        match self {
            Self::Anyone => true,
            Self::Loopback => question.address.is_some_and(|address| address.to_canonical().is_loopback()),
            Self::Certificate { certname, extensions } => question.peer.is_some_and(|peer| {
                certname.as_ref().is_none_or(|name| name.is(peer.certname.as_str(), captures))
                    && extensions.iter().all(|(name, values)| {
                        peer.extension(name).is_some_and(|value| values.iter().any(|wanted| wanted == value))
                    })
            }),
        }
    }
}

impl NameMatch {
    fn is(&self, certname: &str, captures: &[&str]) -> bool {
        match self {
            Self::Any => true,
            Self::Below(suffix) => certname.len() > suffix.len() && certname.ends_with(suffix.as_str()),
            Self::Exact(name) => certname == name,
            Self::Regex(regex) => regex.is_match(certname),
            Self::Captured(template) => {
                let mut name = template.clone();
                for (index, captured) in captures.iter().enumerate().skip(1).rev() {
                    name = name.replace(&format!("${index}"), captured);
                }
                certname == name
            }
        }
    }
}

#[cfg(test)]
mod tests;
