//! `environment.conf`: the settings of one environment.

use crate::path;

/// The file as written. Every setting is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentConf {
    pub modulepath: Option<String>,
    pub manifest: Option<String>,
    pub config_version: Option<String>,
    pub environment_timeout: Option<Timeout>,
    pub static_catalogs: Option<bool>,
    pub rich_data: Option<bool>,
    /// How Hiera gets at data; deprecated, and still heard.
    pub environment_data_provider: Option<String>,
    /// What the file says that means nothing, one sentence each.
    pub problems: Vec<String>,
}

/// How long an environment may be kept. Accepted and shown; snapshots are always fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    Unlimited,
    Seconds(u64),
}

/// The values that `$name` and `${name}` stand for.
#[derive(Clone, Copy, Debug)]
pub struct Variables<'a> {
    pub environment: &'a str,
    pub environmentpath: &'a str,
    pub codedir: &'a str,
    pub confdir: &'a str,
    /// Folders joined by `:`.
    pub basemodulepath: &'a str,
}

impl EnvironmentConf {
    /// Reads `text`; `file` is the path that problems name.
    pub fn parse(text: &str, file: &str) -> Self {
        let mut conf = Self::default();
        let (mut sections, mut unknown) = (Vec::new(), Vec::new());
        for line in text.lines() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                sections.push(section);
                continue;
            }
            let Some((name, value)) = line.split_once('=') else {
                conf.problems.push(format!("Could not match line {line} (file: {file})"));
                continue;
            };
            if sections.last().is_none_or(|section| *section == "main") {
                conf.set(name.trim(), value.trim(), file, &mut unknown);
            }
        }
        sections.retain(|section| *section != "main");
        if !sections.is_empty() {
            conf.problems.push(format!(
                "Invalid sections in environment.conf at '{file}'. Environment conf may not have sections. The \
                 following sections are being ignored: '{}'",
                sections.join(",")
            ));
        }
        if !unknown.is_empty() {
            conf.problems.push(format!(
                "Invalid settings in environment.conf at '{file}'. The following unknown setting(s) are being ignored: {}",
                unknown.join(", ")
            ));
        }
        conf
    }

    /// The folders of the module path, absolute and in order of search. May hold shell patterns,
    /// which only a look at the disk can expand.
    pub fn modulepath(&self, environment: &str, variables: &Variables) -> Vec<String> {
        let Some(written) = &self.modulepath else {
            let own = path::join(environment, "modules");
            return std::iter::once(own).chain(split(variables.basemodulepath)).collect();
        };
        let anchored = split(written).map(|entry| anchored(&entry, environment)).collect::<Vec<_>>().join(":");
        split(&interpolate(&anchored, variables)).map(|entry| path::expand(&entry, environment)).collect()
    }

    /// The site manifest: a file, or a folder of files. It need not exist.
    pub fn manifest(&self, environment: &str, variables: &Variables) -> String {
        let written = self.manifest.as_deref().unwrap_or("manifests");
        path::expand(&interpolate(&anchored(written, environment), variables), environment)
    }

    /// The command whose output is the version of catalogs.
    pub fn config_version(&self, environment: &str, variables: &Variables) -> Option<String> {
        let written = self.config_version.as_deref().filter(|written| !written.is_empty())?;
        Some(interpolate(&anchored(written, environment), variables))
    }

    fn set(&mut self, name: &str, value: &str, file: &str, unknown: &mut Vec<String>) {
        let text = || Some(value.to_owned());
        match name {
            "modulepath" => self.modulepath = text(),
            "manifest" => self.manifest = text(),
            "config_version" => self.config_version = text(),
            "environment_timeout" => match Timeout::parse(value) {
                Some(timeout) => self.environment_timeout = Some(timeout),
                None => self
                    .problems
                    .push(format!("Invalid TTL format '{value}' for parameter: environment_timeout (file: {file})")),
            },
            "static_catalogs" => self.static_catalogs = value.parse().ok(),
            "rich_data" => self.rich_data = value.parse().ok(),
            "environment_data_provider" => self.environment_data_provider = text(),
            other => unknown.push(other.to_owned()),
        }
    }
}

impl Timeout {
    /// `unlimited`, or a number with an optional unit of `y d h m s`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "unlimited" {
            return Some(Self::Unlimited);
        }
        let digits = text.trim_end_matches(['y', 'd', 'h', 'm', 's']);
        let number: u64 = digits.trim().parse().ok()?;
        let unit = match &text[digits.len()..] {
            "" | "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "y" => 31_536_000,
            _ => return None,
        };
        number.checked_mul(unit).map(Self::Seconds)
    }
}

/// Absolute, unless it begins with a variable.
fn anchored(written: &str, environment: &str) -> String {
    if written.starts_with('$') { written.to_owned() } else { path::expand(written, environment) }
}

fn split(path: &str) -> impl Iterator<Item = String> {
    path.split(':').filter(|entry| !entry.is_empty()).map(str::to_owned)
}

/// Replaces `$name` and `${name}`; unknown names stay as they are.
fn interpolate(text: &str, variables: &Variables) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let braced = after.starts_with('{');
        let name_start = usize::from(braced);
        let name_len = after[name_start..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let name = &after[name_start..name_start + name_len];
        let end = name_start + name_len + usize::from(braced && after[name_start + name_len..].starts_with('}'));
        match variables.get(name) {
            Some(value) => out.push_str(value),
            None => out.push_str(&rest[at..=at + end]),
        }
        rest = &after[end..];
    }
    out + rest
}

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        Some(match name {
            "environment" => self.environment,
            "environmentpath" => self.environmentpath,
            "codedir" => self.codedir,
            "confdir" => self.confdir,
            "basemodulepath" => self.basemodulepath,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
