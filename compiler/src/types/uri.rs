//! The parts of a URI.

use std::fmt::{self, Write as _};
use std::sync::LazyLock;

use fancy_regex::Regex;

use crate::value::Value;

/// The parts of a URI as `URI[..]` holds them, by name; `None` when there are none.
pub(super) fn parameters(uri: &str) -> Option<Value> {
    let parts = Parts::of(uri);
    let scheme = parts.scheme.map(str::to_lowercase);
    let default_port = default_port(scheme.as_deref());
    let entries: Vec<(&str, Value)> = [
        ("scheme", scheme),
        ("userinfo", parts.userinfo.map(str::to_owned)),
        ("host", parts.host.filter(|host| !host.is_empty()).map(str::to_lowercase)),
        ("port", parts.port.filter(|port| Some(*port) != default_port).map(str::to_owned)),
        ("path", parts.path.filter(|path| !path.is_empty()).map(str::to_owned)),
        ("query", parts.query.map(str::to_owned)),
        ("fragment", parts.fragment.map(str::to_owned)),
        ("opaque", parts.opaque.map(str::to_owned)),
    ]
    .into_iter()
    .filter_map(|(name, part)| Some((name, Value::string(part?))))
    .collect();
    (!entries.is_empty()).then(|| Value::record(entries))
}

/// The port that a scheme has where none is given.
fn default_port(scheme: Option<&str>) -> Option<&'static str> {
    Some(match scheme? {
        "http" | "ws" => "80",
        "https" | "wss" => "443",
        "ftp" => "21",
        "ldap" => "389",
        "ldaps" => "636",
        _ => return None,
    })
}

/// A part of a URI as its attribute of that name gives it; `None` where it has none.
pub(crate) fn part(uri: &str, name: &str) -> Option<Value> {
    let parts = Parts::of(uri);
    let found = match name {
        "scheme" => parts.scheme,
        "userinfo" => parts.userinfo,
        "host" => parts.host,
        "port" => {
            let port = parts.port.filter(|port| !port.is_empty()).or_else(|| default_port(parts.scheme));
            return port?.parse().ok().map(Value::Integer);
        }
        // Relative to where one is after logging in (RFC 1738, section 3.2.2).
        "path" if parts.scheme == Some("ftp") => parts.path.map(|path| path.strip_prefix('/').unwrap_or(path)),
        "path" => parts.path,
        "query" => parts.query,
        "fragment" => parts.fragment,
        "opaque" => parts.opaque,
        _ => None,
    };
    found.map(Value::string)
}

/// As Ruby's library writes a URI: its scheme in small letters, without a port that goes without saying.
pub(crate) fn canonical(uri: &str) -> String {
    let mut parts = Parts::of(uri);
    let scheme = parts.scheme.map(str::to_lowercase);
    let number = |port: &str| port.parse::<u32>().ok();
    let implied = default_port(scheme.as_deref()).and_then(number);
    parts.scheme = scheme.as_deref();
    parts.port = parts.port.filter(|port| !port.is_empty() && number(port) != implied);
    parts.to_string()
}

/// A reference resolved against a base (RFC 3986, section 5.2), as Ruby's library does.
pub(crate) fn merge(base: &str, reference: &str) -> Result<String, &'static str> {
    let (mut base, reference) = (Parts::of(base), Parts::of(reference));
    if reference.scheme.is_some() {
        return Ok(reference.to_string());
    }
    if base.scheme.is_none() {
        return Err("both URI are relative");
    }
    let is_empty = reference.path.is_none_or(str::is_empty);
    if is_empty && reference.host.is_none() && reference.query.is_none() {
        base.fragment = reference.fragment.or(base.fragment);
        return Ok(base.to_string());
    }
    let merged = match (base.path, reference.path) {
        // What is opaque has no path, and gets none.
        _ if base.opaque.is_some() => None,
        (Some(path), Some(more)) if reference.host.is_none() => Some(merge_paths(path, more)),
        (path, more) => more.or(path).map(str::to_owned),
    };
    if reference.host.is_some() {
        (base.userinfo, base.host, base.port) = (reference.userinfo, reference.host, reference.port);
    }
    (base.query, base.fragment) = (reference.query, reference.fragment);
    base.path = merged.as_deref();
    Ok(base.to_string())
}

fn merge_paths(base: &str, more: &str) -> String {
    if more.is_empty() {
        return base.to_owned();
    }
    let folder = base.rfind('/').map_or("/", |at| &base[..=at]);
    let whole = if more.starts_with('/') { more.to_owned() } else { format!("{folder}{more}") };
    let mut segments: Vec<&str> = Vec::new();
    for segment in whole.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let is_folder = whole.ends_with("/.") || whole.ends_with("/..");
    if is_folder {
        segments.push("");
    }
    format!("/{}", segments.join("/"))
}

/// Refuses a text that Ruby's library does not take for a URI or a reference to one, in its words.
pub(crate) fn check(text: &str) -> Result<(), String> {
    if !text.is_ascii() {
        let mut shown = String::new();
        for letter in text.chars() {
            match letter {
                letter if letter.is_ascii() => shown.push(letter),
                // Writing into a string cannot fail.
                letter => {
                    let code = letter as u32;
                    let _ =
                        if code < 0x1_0000 { write!(shown, "\\u{code:04X}") } else { write!(shown, "\\u{{{code:X}}}") };
                }
            }
        }
        return Err(format!("URI must be ascii only \"{shown}\""));
    }
    if REFERENCE.as_ref().is_some_and(|reference| reference.is_match(text).unwrap_or(false)) {
        return Ok(());
    }
    Err(format!("bad URI(is not URI?): {}", crate::format::ruby_inspect(&Value::from(text))))
}

/// URIs and references to them (RFC 3986, appendix A); queries may have brackets, as in Ruby's library.
static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let letters = r"%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~!$&'()*+,;=";
    let (segment, first, name) = (format!("(?:{letters}:@])"), format!("(?:{letters}@])"), format!("(?:{letters}])"));
    let address = r"\[(?:[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*|v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+)\]";
    let authority = format!("(?:(?:{letters}:])*@)?(?:{address}|{name}*)(?::[0-9]*)?");
    let rest = format!("(?:/{segment}*)*");
    let rooted = format!("//{authority}{rest}|/(?:{segment}+{rest})?");
    let path = format!(r"(?:[A-Za-z][A-Za-z0-9+\-.]*:(?:{rooted}|{segment}+{rest})?|{rooted}|{first}+{rest})?");
    Regex::new(&format!(r"\A{path}(?:\?(?:{letters}:@/?\[\]])*)?(?:#(?:{letters}:@/?])*)?\z")).ok()
});

/// A URI taken apart (RFC 3986, section 3).
struct Parts<'a> {
    scheme: Option<&'a str>,
    userinfo: Option<&'a str>,
    host: Option<&'a str>,
    port: Option<&'a str>,
    path: Option<&'a str>,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
    opaque: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(uri: &'a str) -> Self {
        let (rest, fragment) = split_off(uri, '#');
        let (scheme, rest) = match rest.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            _ => (None, rest),
        };
        let mut parts =
            Self { scheme, userinfo: None, host: None, port: None, path: None, query: None, fragment, opaque: None };
        if scheme.is_some() && !rest.starts_with('/') && !rest.is_empty() {
            parts.opaque = Some(rest);
            return parts;
        }
        let (rest, query) = split_off(rest, '?');
        parts.query = query;
        let Some(rest) = rest.strip_prefix("//") else {
            parts.path = Some(rest);
            return parts;
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        parts.path = Some(path);
        let (userinfo, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        parts.userinfo = userinfo;
        (parts.host, parts.port) = match host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (Some(host), Some(port)),
            _ => (Some(host), None),
        };
        parts
    }
}

impl fmt::Display for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut put = |before: &str, part: Option<&str>, after: &str| match part {
            Some(part) => write!(f, "{before}{part}{after}"),
            None => Ok(()),
        };
        put("", self.scheme, ":")?;
        put("", self.opaque, "")?;
        put("//", self.host.map(|_| ""), "")?;
        put("", self.userinfo, "@")?;
        put("", self.host, "")?;
        put(":", self.port, "")?;
        put("", self.path, "")?;
        put("?", self.query, "")?;
        put("#", self.fragment, "")
    }
}

fn split_off(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}
