//! The parts of a URI.

use std::fmt::Write as _;
use std::sync::LazyLock;

use fancy_regex::Regex;

use crate::value::Value;

/// The parts of a URI as `URI[..]` holds them, by name; `None` when there are none.
pub(super) fn parameters(uri: &str) -> Option<Value> {
    let parts = Parts::of(uri);
    let scheme = parts.scheme.map(str::to_lowercase);
    let default_port = match scheme.as_deref() {
        Some("http") => Some("80"),
        Some("https") => Some("443"),
        _ => None,
    };
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

fn split_off(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}
