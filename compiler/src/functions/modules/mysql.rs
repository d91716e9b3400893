//! Functions of the module mysql.

use sha1::{Digest as _, Sha1};

use super::{refuse, renamed, unwrapped, version, wrapped};
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, optional, repeated, required};
use crate::value::{Hash, Value};

const PASSWORD: &[Declared] =
    &[Declared::new(&[required("password", "Variant[String, Sensitive[String]]"), optional("sensitive", "Boolean")])
        .returns("Variant[String, Sensitive[String]]")];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("mysql::password", PASSWORD, |call| {
        let anchored = version(call, "mysql") >= (16, 0);
        let hashed = hashed(&ruby_text::to_s(unwrapped(call.argument(0))), anchored);
        Ok(wrapped(Value::from(hashed), call.argument(1)))
    }),
    Function::new("mysql_password", PASSWORD, |call| {
        renamed(
            call,
            "This method has been deprecated, please use the namespaced version 'mysql::password' instead.",
            "mysql::password",
        )
    }),
    Function::legacy("mysql_password", 0, None, |call| match call.arguments.as_slice() {
        [password] => match password {
            Value::String(text) => Ok(Value::from(hashed(text, false))),
            other => {
                refuse(format!("undefined method `empty?' for {}:{}", ruby_text::inspect(other), ruby_class(other)))
            }
        },
        others => refuse(format!("mysql_password(): Wrong number of arguments given ({} for 1)", others.len())),
    }),
    Function::new("mysql::strip_hash", &[Declared::new(&[required("hash", "Hash")]).returns("Hash")], |call| {
        let stripped = call.argument(0).as_hash().map(without_empty).unwrap_or_default();
        let inner =
            |value: &Value| value.as_hash().map_or_else(|| value.clone(), |own| Value::hash(without_empty(own)));
        Ok(Value::hash(stripped.iter().map(|(key, value)| (key.clone(), inner(value))).collect()))
    }),
    Function::new("mysql::normalise_and_deepmerge", &[Declared::new(&[repeated("args", "Any")])], |call| {
        if call.arguments.len() < 2 {
            let count = call.arguments.len();
            return refuse(format!(
                "mysql::normalise_and_deepmerge(): wrong number of arguments ({count}; must be at least 2)"
            ));
        }
        let mut result = Hash::default();
        for argument in &call.arguments {
            match argument {
                Value::String(text) if text.is_empty() => {}
                Value::Hash(entries) => overlay(&mut result, entries),
                // The original's text leaves its place holder open.
                _ => {
                    return refuse(
                        "mysql::normalise_and_deepmerge: unexpected argument type %{arg_class}, only expects hash \
                         arguments.",
                    );
                }
            }
        }
        Ok(Value::hash(result))
    }),
    Function::new(
        "mysql::innobackupex_args",
        &[Declared::new(&[
            required("backupuser", "Optional[String]"),
            required("backupcompress", "Boolean"),
            required("backuppassword_unsensitive", "Optional[Variant[String, Sensitive[String]]]"),
            required("backupdatabases", "Array[String[1]]"),
            required("optional_args", "Array[String[1]]"),
        ])
        .returns("Variant[String]")],
        |call| Ok(Value::from(backup_arguments(call))),
    ),
];

/// What `PASSWORD()` of the server makes of a text; a text that is such a hash already stays.
fn hashed(password: &str, anchored: bool) -> String {
    let is_hash = |line: &str| {
        line.len() >= 41 && line.is_char_boundary(line.len() - 41) && {
            let tail = &line[line.len() - 41..];
            (line.len() == 41 || !anchored)
                && tail.starts_with('*')
                && tail[1..].bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
        }
    };
    if password.is_empty() || password.lines().any(is_hash) {
        return password.to_owned();
    }
    format!("*{}", hex::encode_upper(Sha1::digest(Sha1::digest(password.as_bytes()))))
}

fn without_empty(entries: &Hash) -> Hash {
    let kept = entries.iter().filter(|(_, value)| value.as_str() != Some(""));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Lays entries over others; `a-b` and `a_b` are the same key, and the later spelling stays.
fn overlay(below: &mut Hash, above: &Hash) {
    for (key, value) in above {
        let known = normalized(below, key);
        if known
            && let Value::Hash(above) = value
            && let Some(Value::Hash(under)) = below.get(key)
        {
            let mut under = (**under).clone();
            overlay(&mut under, above);
            below.insert(key.clone(), Value::hash(under));
        } else {
            below.insert(key.clone(), value.clone());
        }
    }
}

fn normalized(entries: &mut Hash, key: &Value) -> bool {
    if entries.contains_key(key) {
        return true;
    }
    let Some(text) = key.as_str().filter(|text| text.contains(['-', '_'])) else { return false };
    let other = if text.contains('-') { text.replace('-', "_") } else { text.replace('_', "-") };
    match entries.shift_remove(&Value::from(other)) {
        Some(value) => {
            entries.insert(key.clone(), value);
            true
        }
        None => false,
    }
}

fn backup_arguments(call: &Call<'_>) -> String {
    let (user, password) = (call.argument(0), call.argument(2));
    let mut line = String::new();
    if user.is_truthy() && password.is_truthy() {
        line = format!("--user=\"{}\" --password=\"{}\"", ruby_text::to_s(user), ruby_text::to_s(password));
    }
    if call.argument(1).is_truthy() {
        line.push_str(" --compress");
    }
    let databases: Vec<String> = call.items(3).iter().map(ruby_text::to_s).collect();
    if !databases.is_empty() {
        line.extend([" --databases=\"", &databases.join(" "), "\""]);
    }
    for argument in call.items(4) {
        line.push(' ');
        line.push_str(&ruby_text::to_s(argument));
    }
    line
}
