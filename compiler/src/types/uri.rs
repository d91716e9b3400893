//! The parts of a URI.

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
