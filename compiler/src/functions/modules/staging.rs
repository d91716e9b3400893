//! Functions of the module staging.

use super::refuse;
use crate::error::{Failure, Stop};
use crate::functions::stdlib::{basename, extension};
use crate::functions::{Call, Function, ruby_text};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("staging_parse", 0, None, parse),
    Function::legacy("scope_defaults", 0, None, |call| {
        let count = call.arguments.len();
        if count != 2 {
            return refuse(format!("scope_defaults(): Wrong number of arguments given ({count} for 2)"));
        }
        let of = ruby_text::to_s(call.argument(0));
        let of: Vec<String> = of.split("::").map(crate::functions::strings::capitalized).collect();
        let parameter = ruby_text::to_s(call.argument(1));
        Ok(Value::Boolean(call.caller.has_default(&of.join("::"), &parameter)))
    }),
];

/// A part of the path of a URI.
fn parse(call: &mut Call<'_>) -> Result<Value, Stop> {
    let count = call.arguments.len();
    if !(1..=3).contains(&count) {
        return refuse(format!("staging_parse(): Wrong number of arguments given ({count} for 1, 2, 3)"));
    }
    let source = ruby_text::to_s(call.argument(0));
    let path = path_of(&source.replace('\\', "/"))?;
    let Some(path) = path else {
        let source = ruby_text::inspect(&Value::from(source));
        return refuse(format!("staging_parse(): {source} has no URI 'path' component"));
    };
    let given = |index: usize| call.arguments.get(index).filter(|value| value.is_truthy()).map(ruby_text::to_s);
    let info = given(1).unwrap_or_else(|| "filename".to_owned());
    let suffix = given(2).unwrap_or_else(|| extension(&path).to_owned());
    Ok(Value::from(match info.as_str() {
        "filename" => basename(&path, "").to_owned(),
        "basename" => basename(&path, &suffix).to_owned(),
        "extname" => extension(&path).to_owned(),
        "parent" => parent(&path),
        other => return refuse(format!("staging_parse(), unknown parse info {other}.")),
    }))
}

/// The path of a URI; `None` for one that has none, such as `mailto:x`.
fn path_of(uri: &str) -> Result<Option<String>, Stop> {
    crate::types::uri::check(uri).map_err(Failure::argument)?;
    let rest = uri.split(['#']).next().unwrap_or_default().split('?').next().unwrap_or_default();
    let scheme = rest.split_once(':').filter(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    let rest = scheme.map_or(rest, |(_, rest)| rest);
    if let Some(authority) = rest.strip_prefix("//") {
        return Ok(Some(authority.find('/').map_or(String::new(), |at| authority[at..].to_owned())));
    }
    if scheme.is_some() && !rest.starts_with('/') {
        return Ok(None);
    }
    Ok(Some(rest.to_owned()))
}

/// The folder that a path stands in, `.` and `..` resolved.
fn parent(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/').chain(std::iter::once("..")) {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}
