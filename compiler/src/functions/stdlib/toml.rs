//! Values as TOML, in the order and with the spelling of the original's writer.

use super::refuse;
use crate::error::Stop;
use crate::functions::numbers::{merge_sorted, not_ordered, ruby_order};
use crate::functions::ruby_text;
use crate::functions::strings::ruby_class;
use crate::value::{Hash, Value};

/// A table with all below it.
pub(super) fn write(entries: &Hash) -> Result<String, Stop> {
    let mut out = String::new();
    table(&mut out, entries, &[])?;
    Ok(out)
}

fn table(out: &mut String, entries: &Hash, path: &[String]) -> Result<(), Stop> {
    let sorted = Sorted::of(entries)?;
    if !path.is_empty() && (!sorted.plain.is_empty() || entries.is_empty()) {
        heading(out, path, false);
    }
    sorted.write(out, path)
}

fn heading(out: &mut String, path: &[String], of_array: bool) {
    let path = path.join(".");
    let path = if of_array { format!("[[{path}]]\n") } else { format!("[{path}]\n") };
    out.push_str(&path);
}

/// The entries of a table by how they are written, each sorted by key.
#[derive(Default)]
struct Sorted<'a> {
    plain: Vec<(Value, &'a Value)>,
    tables: Vec<(Value, &'a Value)>,
    arrays: Vec<(Value, &'a [Value])>,
}

impl<'a> Sorted<'a> {
    fn of(entries: &'a Hash) -> Result<Self, Stop> {
        let keys = entries.keys().cloned().collect();
        let keys = merge_sorted(keys, &mut |a, b| ruby_order(a, b).ok_or_else(|| not_ordered(a, b).into()))?;
        let mut sorted = Self::default();
        for key in keys {
            match entries.get(&key) {
                Some(value @ Value::Hash(_)) => sorted.tables.push((key, value)),
                Some(Value::Array(items)) if matches!(items.first(), Some(Value::Hash(_))) => {
                    sorted.arrays.push((key, items));
                }
                Some(value) => sorted.plain.push((key, value)),
                None => {}
            }
        }
        Ok(sorted)
    }

    fn write(&self, out: &mut String, path: &[String]) -> Result<(), Stop> {
        for (key, value) in &self.plain {
            out.extend([&name(key)?, " = ", &plain(value), "\n"]);
        }
        for (key, value) in &self.tables {
            if let Value::Hash(inner) = value {
                table(out, inner, &below(path, key)?)?;
            }
        }
        for (key, items) in &self.arrays {
            let path = below(path, key)?;
            for item in *items {
                heading(out, &path, true);
                let Value::Hash(inner) = item else {
                    let class = ruby_class(item);
                    return refuse(format!("undefined method `keys' for {}:{class}", ruby_text::inspect(item)));
                };
                Sorted::of(inner)?.write(out, &path)?;
            }
        }
        Ok(())
    }
}

fn below(path: &[String], key: &Value) -> Result<Vec<String>, Stop> {
    let mut path = path.to_vec();
    path.push(name(key)?);
    Ok(path)
}

/// A key, in quotes where it needs them.
fn name(key: &Value) -> Result<String, Stop> {
    let text = ruby_text::to_s(key);
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return Ok(text);
    }
    match key {
        Value::String(text) => Ok(format!("\"{}\"", text.replace('"', "\\\""))),
        other => {
            let class = ruby_class(other);
            refuse(format!("undefined method `gsub' for {}:{class}", ruby_text::inspect(other)))
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(_) => {
            let text = ruby_text::inspect(value);
            text.replace("\\#$", "#$").replace("\\#@", "#@").replace("\\#{", "#{")
        }
        Value::Regexp(_) => ruby_text::inspect(&Value::from(ruby_text::inspect(value))),
        other => ruby_text::inspect(other),
    }
}
