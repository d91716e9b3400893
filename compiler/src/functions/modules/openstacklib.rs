//! Functions of the module openstacklib.

use super::{refuse, version};
use crate::error::{Failure, Stop};
use crate::functions::network::Network;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::regexp::Regexp;
use crate::signature::{Declared, repeated};
use crate::value::{Hash, Value};

const ANY: &[Declared] = &[Declared::new(&[repeated("args", "Any")])];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("is_service_default", ANY, |call| match call.arguments.as_slice() {
        [value] => Ok(Value::Boolean(value.as_str() == Some("<SERVICE DEFAULT>"))),
        others => refuse(format!("is_service_default(): Wrong number of argumentsgiven ({} for 1)", others.len())),
    }),
    Function::new("normalize_ip_for_uri", ANY, |call| Ok(each(call, for_uri))),
    Function::new("inet6_prefix", ANY, |call| Ok(each(call, prefixed))),
    Function::new("os_transport_url", ANY, transport_url),
    Function::new("os_database_connection", ANY, database_connection),
    Function::new("os_url", ANY, url),
];

/// Applies a change to the arguments, or to the elements of the first when that is an array.
fn each(call: &mut Call<'_>, change: fn(&str) -> Option<String>) -> Value {
    let items = match call.argument(0) {
        Value::Array(items) => items.to_vec(),
        _ => std::mem::take(&mut call.arguments),
    };
    let changed = |item: Value| item.as_str().and_then(change).map_or_else(|| item.clone(), Value::from);
    let mut result: Vec<Value> = items.into_iter().map(changed).collect();
    if result.len() == 1 { result.remove(0) } else { Value::array(result) }
}

/// An IPv6 address in brackets.
fn for_uri(text: &str) -> Option<String> {
    let bracketed = text.find('[').is_some_and(|at| text[at + 1..].rfind(']').is_some_and(|length| length > 0));
    let is_v6 = Network::parse(text).is_some_and(|network| network.is_v6());
    (is_v6 && !bracketed).then(|| format!("[{text}]"))
}

/// An IPv6 address as memcached's clients want it: `inet6:[::1]:11211`.
fn prefixed(text: &str) -> Option<String> {
    if text.strip_prefix("inet6:").is_some_and(|rest| !rest.is_empty()) {
        return None;
    }
    let mut parts = text.split([' ', '\t', '\n', '\r', '[', ']']).filter(|part| !part.is_empty());
    let first = parts.next()?;
    Network::parse(first).filter(Network::is_v6)?;
    Some(format!("inet6:[{first}]{}", parts.collect::<String>()))
}

/// The one argument of a function, which has to be a hash; some keys want another class than text.
fn parts(call: &Call<'_>, classes: &[(&str, &str)]) -> Result<Hash, Stop> {
    let name = call.name;
    let Value::Hash(parts) = call.argument(0) else {
        let class = ruby_class(call.argument(0));
        return refuse(format!("{name}(): Requires an hash, got {class}"));
    };
    for (key, value) in parts.iter() {
        let key = ruby_text::to_s(key);
        let wanted = classes.iter().find(|(known, _)| *known == key).map_or("String", |(_, class)| *class);
        if ruby_class(value) != wanted {
            return refuse(format!("{name}(): {key} should be a {wanted}"));
        }
    }
    Ok((**parts).clone())
}

fn text<'a>(parts: &'a Hash, name: &str) -> Option<&'a str> {
    parts.get(&Value::from(name)).and_then(Value::as_str)
}

fn transport_url(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.arguments.len() != 1 {
        return refuse("os_transport_url(): Wrong number of arguments");
    }
    // A port may be a number.
    if let Value::Hash(given) = call.argument(0)
        && let Some(port) = given.get(&Value::from("port"))
    {
        let mut given = (**given).clone();
        let port = ruby_text::to_s(port);
        given.insert(Value::from("port"), Value::from(port));
        call.arguments[0] = Value::hash(given);
    }
    let parts = parts(call, &[("hosts", "Array"), ("query", "Hash")])?;
    let has = |name: &str| parts.contains_key(&Value::from(name));
    let Some(transport) = text(&parts, "transport") else {
        return refuse("os_transport_url(): transport is required");
    };
    if !has("host") && !has("hosts") {
        return refuse("os_transport_url(): host or hosts is required");
    }
    if has("host") && has("hosts") {
        return refuse("os_transport_url(): cannot use both host and hosts.");
    }
    let user = userinfo(&parts);
    let port = text(&parts, "port").map(|port| format!(":{port}")).unwrap_or_default();
    let hosts = match parts.get(&Value::from("hosts")) {
        Some(Value::Array(hosts)) => hosts.to_vec(),
        _ => vec![Value::from(text(&parts, "host").unwrap_or_default())],
    };
    let place = |host: &Value| {
        let host = ruby_text::to_s(host);
        let host = for_uri(&host).unwrap_or(host);
        let user = user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        format!("{user}{host}{port}")
    };
    let hosts: Vec<String> = hosts.iter().map(place).collect();
    let path = format!("/{}", text(&parts, "virtual_host").unwrap_or_default());
    let mut query = match parts.get(&Value::from("query")) {
        Some(Value::Hash(query)) => (**query).clone(),
        _ => Hash::default(),
    };
    if let Some(ssl) = text(&parts, "ssl") {
        query.insert(Value::from("ssl"), Value::Integer(i64::from(truth(call, ssl)?)));
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", joined(&query)) };
    Ok(Value::from(format!("{transport}://{}{path}{query}", hosts.join(","))))
}

fn truth(call: &Call<'_>, text: &str) -> Result<bool, Stop> {
    match text.to_ascii_lowercase().as_str() {
        "" | "0" | "f" | "n" | "false" | "no" => Ok(false),
        "1" | "t" | "y" | "true" | "yes" => Ok(true),
        _ if matches!(text, "undef" | "undefined") => Ok(false),
        // Newer versions ask stdlib.
        _ if version(call, "openstacklib") >= (23, 0) => refuse("str2bool(): Unknown type of boolean given"),
        _ => refuse("os_transport_url _str2bool(): Unknown type of boolean given"),
    }
}

/// `user:password`, percent-encoded; `None` without a user.
fn userinfo(parts: &Hash) -> Option<String> {
    let user = text(parts, "username").filter(|user| !user.is_empty())?;
    let password = text(parts, "password").filter(|password| !password.is_empty());
    let password = password.map(|password| format!(":{}", percent_encoded(password))).unwrap_or_default();
    Some(format!("{}{password}", percent_encoded(user)))
}

/// As Ruby's `ERB::Util.url_encode`.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

fn joined(query: &Hash) -> String {
    let pair = |(key, value): (&Value, &Value)| format!("{}={}", ruby_text::to_s(key), ruby_text::to_s(value));
    query.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn database_connection(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.arguments.len() != 1 {
        let count = call.arguments.len();
        return refuse(format!("os_database_connection(): Wrong number of arguments given ({count} for 1)"));
    }
    let parts = parts(call, &[("extra", "Hash")])?;
    let Some(dialect) = text(&parts, "dialect") else {
        return refuse("os_database_connection(): dialect is required");
    };
    let Some(database) = text(&parts, "database") else {
        return refuse("os_database_connection(): database is required");
    };
    let host = text(&parts, "host");
    if host.is_none() && text(&parts, "port").is_some() {
        return refuse("os_database_connection(): host is required with port");
    }
    let mut query = match parts.get(&Value::from("extra")) {
        Some(Value::Hash(extra)) => (**extra).clone(),
        _ => Hash::default(),
    };
    if let Some(charset) = text(&parts, "charset") {
        query.insert(Value::from("charset"), Value::from(charset));
    }
    let path = if host.is_some() { format!("/{database}") } else { format!("///{database}") };
    let uri = Uri {
        scheme: dialect,
        userinfo: userinfo(&parts),
        host,
        port: text(&parts, "port"),
        path: &path,
        query: (!query.is_empty()).then(|| joined(&query)),
    };
    uri.write()
}

fn url(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.arguments.len() != 1 {
        let count = call.arguments.len();
        return refuse(format!("os_url(): Wrong number of arguments given ({count} for 1)"));
    }
    let parts = parts(call, &[("query", "Hash")])?;
    let host = text(&parts, "host");
    if host.is_none() && text(&parts, "port").is_some() {
        return refuse("os_url(): host is required with port");
    }
    let filled = |name: &str| text(&parts, name).filter(|text| !text.is_empty()).map(percent_encoded);
    let user = match (filled("username"), filled("password")) {
        (None, None) => None,
        (user, password) => {
            let password = password.map(|password| format!(":{password}")).unwrap_or_default();
            Some(user.unwrap_or_default() + &password)
        }
    };
    let query = parts.get(&Value::from("query")).and_then(Value::as_hash).filter(|query| !query.is_empty());
    let uri = Uri {
        scheme: text(&parts, "scheme").unwrap_or("http"),
        userinfo: user,
        host,
        port: text(&parts, "port"),
        path: text(&parts, "path").unwrap_or_default(),
        query: query.map(joined),
    };
    uri.write()
}

/// The parts of a URI, checked and written as Ruby's `URI::Generic.build` does.
struct Uri<'a> {
    scheme: &'a str,
    userinfo: Option<String>,
    host: Option<&'a str>,
    port: Option<&'a str>,
    path: &'a str,
    query: Option<String>,
}

impl Uri<'_> {
    fn write(&self) -> Result<Value, Stop> {
        check("scheme", self.scheme, r"\A[A-Za-z][A-Za-z0-9+\-.]*\z")?;
        let host = self.host.map(|host| {
            let bare_v6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
            if bare_v6 { format!("[{host}]") } else { host.to_owned() }
        });
        if let Some(host) = &host {
            check("host", host, r"\A(?:(?:[a-zA-Z0-9\-.]|%\h\h)+|\[[0-9A-Fa-f:.]+\])\z")?;
        }
        check("absolute path", self.path, r"\A(?:/(?:[\-_.!~*'()a-zA-Z\d:@&=+$,;/]|%\h\h)*)?\z")?;
        let mut out = format!("{}:", self.scheme.to_lowercase());
        if host.is_some() || matches!(self.scheme, "file" | "postgres") {
            out.push_str("//");
        }
        if let Some(userinfo) = &self.userinfo {
            out.push_str(userinfo);
            out.push('@');
        }
        out.push_str(host.as_deref().unwrap_or_default());
        if let Some(port) = self.port {
            let port = crate::functions::digests::ruby_integer(&Value::from(port));
            out.extend([":", &port.to_string()]);
        }
        out.push_str(self.path);
        if let Some(query) = &self.query {
            out.push('?');
            out.push_str(&query_encoded(query));
        }
        Ok(Value::from(out))
    }
}

fn check(component: &str, text: &str, pattern: &str) -> Result<(), Stop> {
    if Regexp::parse(pattern)?.is_match(text)? {
        return Ok(());
    }
    Err(Failure::argument(format!("bad component(expected {component} component): {text}")).into())
}

/// What a query may not hold becomes `%XX`.
fn query_encoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().enumerate() {
        let escape =
            *byte == b'%' && bytes[at + 1..].iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2;
        let allowed =
            matches!(byte, b'!' | b'$'..=b'&' | b'('..=b';' | b'=' | b'?'..=b'_' | b'a'..=b'~') && *byte != b'%';
        if escape || allowed {
            out.push(*byte as char);
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([*byte]));
        }
    }
    out
}
