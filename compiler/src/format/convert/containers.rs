//! Lists and hashes by formats.

use super::{Format, Formats, INSIDE, Indentation, Sign, Writer};
use crate::error::Failure;
use crate::types::{Type, infer_set};
use crate::value::{Hash, Value};

impl Writer {
    pub(super) fn array(
        &self,
        of: &Type,
        items: &[Value],
        formats: &Formats,
        indentation: Indentation,
    ) -> Result<String, Failure> {
        let format = formats.find(of);
        if !matches!(format.letter, 'a' | 's' | 'p') {
            return Err(format.illegal("Array", "asp"));
        }
        let separator = format.separator.as_deref().unwrap_or(", ");
        let (open, close) = delimiters(&format, ("[", "]"));
        let indentation = indentation.indenting(format.alternate || indentation.indenting);
        let mut out = String::new();
        if indentation.breaks() {
            out.push('\n');
            out.push_str(&indentation.padding());
        }
        out.push_str(open);

        let mut inner = indentation.increase(format.alternate);
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            inner = inner.subsequent();
            texts.push(self.inside(item, &format, formats, inner)?);
        }
        let wrap = format.alternate && format.width.is_some_and(|width| widest(items, &texts) > width);

        let padding = inner.padding();
        for (index, (item, text)) in items.iter().zip(&texts).enumerate() {
            let container = is_list_or_hash(item);
            if index == 0 {
                if wrap && !container {
                    out.push(' ');
                }
            } else {
                out.push_str(separator);
                let after_container = format.alternate && is_list_or_hash(&items[index - 1]);
                if !container && (wrap || after_container) {
                    if !out.ends_with('\n') {
                        out.truncate(out.trim_end().len());
                    }
                    out.push('\n');
                    out.push_str(&padding);
                }
            }
            if out.ends_with(' ') && text.starts_with('\n') {
                out.truncate(out.trim_end().len());
            }
            out.push_str(text);
        }
        out.push_str(close);
        Ok(out)
    }

    pub(super) fn hash(
        &self,
        of: &Type,
        entries: &Hash,
        formats: &Formats,
        indentation: Indentation,
    ) -> Result<String, Failure> {
        let format = formats.find(of);
        match format.letter {
            'a' => {
                let pairs = entries.iter().map(|(key, value)| Value::array(vec![key.clone(), value.clone()]));
                let pairs: Vec<Value> = pairs.collect();
                let of = infer_set(&Value::array(pairs.clone()));
                return self.array(&of, &pairs, formats, indentation);
            }
            'h' | 's' | 'p' => {}
            _ => return Err(format.illegal("Hash", "hasp")),
        }
        let separator = format.separator.as_deref().unwrap_or(", ");
        let separator = match format.alternate {
            true if separator.ends_with('\n') => format!("{separator}\n"),
            true => format!("{}\n", separator.trim_end()),
            false => separator.to_owned(),
        };
        let association = format.separator2.as_deref().unwrap_or(" => ");
        let (open, close) = delimiters(&format, ("{", "}"));
        let indentation = indentation.indenting(format.alternate || indentation.indenting);
        let mut out = String::new();
        if indentation.breaks() {
            out.push('\n');
            out.push_str(&indentation.padding());
        }
        let inner = indentation.increase(false);
        let (line, padding) = if format.alternate { ("\n", inner.padding()) } else { ("", String::new()) };
        out.push_str(open);
        out.push_str(line);
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                out.push_str(&separator);
            }
            out.push_str(&padding);
            out.push_str(&self.inside(key, &format, formats, inner)?);
            out.push_str(association);
            out.push_str(&self.inside(value, &format, formats, inner)?);
        }
        out.push_str(line);
        if format.alternate {
            out.push_str(&indentation.padding());
        }
        out.push_str(close);
        Ok(out)
    }

    /// A value inside of another: lists and hashes by the outer formats, others by those for
    /// content.
    fn inside(
        &self,
        value: &Value,
        format: &Format,
        formats: &Formats,
        indentation: Indentation,
    ) -> Result<String, Failure> {
        let container = matches!(value, Value::Array(_) | Value::Hash(_) | Value::Object(_));
        let formats = if container { formats } else { format.inside.as_ref().unwrap_or(&INSIDE) };
        self.write(&infer_set(value), value, formats, indentation)
    }
}

fn delimiters(format: &Format, default: (&'static str, &'static str)) -> (&'static str, &'static str) {
    match (format.delimiter, format.sign) {
        (Some('['), _) => ("[", "]"),
        (Some('{'), _) => ("{", "}"),
        (Some('('), _) => ("(", ")"),
        (Some('<'), _) => ("<", ">"),
        (Some('|'), _) => ("|", "|"),
        (_, Sign::Space) => ("", ""),
        _ => default,
    }
}

/// The longest run of texts between lists and hashes.
fn widest(items: &[Value], texts: &[String]) -> usize {
    let (mut widest, mut current) = (0, 0);
    for (item, text) in items.iter().zip(texts) {
        current = if is_list_or_hash(item) { 0 } else { current + text.chars().count() };
        widest = widest.max(current);
    }
    widest
}

fn is_list_or_hash(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Hash(_))
}
