//! Functions of the module apache.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

use super::renamed;
use crate::error::Stop;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, repeated, required};
use crate::value::Value;

const ANY: &[Declared] = &[Declared::new(&[repeated("args", "Any")])];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("apache::bool2httpd", &[Declared::new(&[required("arg", "Any")])], |call| {
        let says = |word: &str| call.argument(0).as_str().is_some_and(|text| text.to_ascii_lowercase().contains(word));
        Ok(match call.argument(0) {
            Value::Undef | Value::Boolean(false) => Value::from("Off"),
            Value::Boolean(true) => Value::from("On"),
            _ if says("false") => Value::from("Off"),
            _ if says("true") => Value::from("On"),
            other => Value::from(ruby_text::to_s(other)),
        })
    }),
    Function::new(
        "apache::pw_hash",
        &[Declared::new(&[required("password", "String[1]")]).returns("String")],
        |call| Ok(Value::from(format!("{{SHA}}{}", STANDARD.encode(Sha1::digest(call.text(0).as_bytes()))))),
    ),
    Function::new(
        "apache::authz_core_config",
        &[Declared::new(&[required("config", "Hash")]).returns("Array")],
        |call| {
            let mut lines = Vec::new();
            authorization(&mut lines, call.argument(0), 1)?;
            Ok(Value::array(lines))
        },
    ),
    Function::new("apache::apache_pw_hash", ANY, |call| {
        renamed(call, "This function is deprecated, please use apache::pw_hash instead.", "apache::pw_hash")
    }),
    Function::new("apache_pw_hash", ANY, |call| {
        renamed(call, "This function is deprecated, please use apache::pw_hash instead.", "apache::pw_hash")
    }),
    Function::new("bool2httpd", ANY, |call: &mut Call<'_>| -> Result<Value, Stop> {
        renamed(call, "This function is deprecated, please use apache::bool2httpd instead.", "apache::bool2httpd")
    }),
];

/// `require_all => {..}` becomes a section, `require => [..]` a line for each element.
fn authorization(lines: &mut Vec<Value>, config: &Value, depth: usize) -> Result<(), Stop> {
    let margin = "  ".repeat(depth);
    for (key, value) in config.as_hash().into_iter().flatten() {
        let words = ruby_text::to_s(key);
        let directive: String = words.split('_').map(crate::functions::strings::capitalized).collect();
        match value {
            Value::Hash(_) => {
                lines.push(Value::from(format!("{margin}<{directive}>")));
                authorization(lines, value, depth + 1)?;
                lines.push(Value::from(format!("{margin}</{directive}>")));
            }
            Value::Array(items) => {
                let line = |item: &Value| Value::from(format!("{margin}{directive} {}", ruby_text::to_s(item)));
                lines.extend(items.iter().map(line));
            }
            other => {
                let class = crate::functions::strings::ruby_class(other);
                return super::refuse(format!("undefined method `map' for {}:{class}", ruby_text::inspect(other)));
            }
        }
    }
    Ok(())
}
