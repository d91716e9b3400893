//! Functions of the module systemd.

use crate::functions::Function;
use crate::signature::{Declared, optional, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "systemd::systemd_escape",
    &[Declared::new(&[required("input", "String"), optional("path", "Optional[Boolean]")]).returns("String")],
    |call| {
        let is_path = call.argument(1).is_truthy();
        let text = call.text(0);
        Ok(Value::from(if is_path { escaped_path(text) } else { escaped(text) }))
    },
)];

/// As `systemd-escape --path`.
fn escaped_path(path: &str) -> String {
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    if names.is_empty() { "-".to_owned() } else { escaped(&names.join("/")) }
}

/// As `systemd-escape`: `/` becomes `-`, what unit names do not hold `\xNN`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'.' if at > 0 => out.push('.'),
            b':' | b'_' => out.push(byte as char),
            byte if byte.is_ascii_alphanumeric() => out.push(byte as char),
            byte => out.extend(["\\x", &hex::encode([byte])]),
        }
    }
    out
}
