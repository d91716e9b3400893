//! Documents as they are written, with an outline that says where each part stands: so a search that asks for a few
//! attributes of many nodes does not read all of each.
//!
//! An outline is a row of parts. A part has the number of bytes of its key, the key, where its value begins and the
//! length of it, as numbers of four bytes; the fields of an object follow it, and their number stands before its key.

use serde_json::{Map, Value};

/// The text of a document, and its outline.
pub(super) fn written(document: &Map<String, Value>) -> serde_json::Result<(String, Vec<u8>)> {
    let (mut text, mut outline) = (Vec::new(), Vec::new());
    fields(&mut text, document, |text, key, value| {
        let begin = text.len();
        let Value::Object(inner) = value else {
            serde_json::to_writer(&mut *text, value)?;
            part(&mut outline, 0, key, begin, text.len());
            return Ok(());
        };
        let mut parts = Vec::new();
        fields(text, inner, |text, key, value| {
            let begin = text.len();
            serde_json::to_writer(&mut *text, value)?;
            part(&mut parts, 0, key, begin, text.len());
            Ok(())
        })?;
        part(&mut outline, inner.len(), key, begin, text.len());
        outline.append(&mut parts);
        Ok(())
    })?;
    // JSON is written as text.
    Ok((String::from_utf8(text).unwrap_or_default(), outline))
}

/// The document with all of its fields, but of those that are objects only the fields of these names. `None` where the
/// outline is not that of the text.
pub(super) fn reduced(text: &str, outline: &[u8], names: &[&str]) -> Option<String> {
    let mut rest = outline;
    let mut short = String::from("{");
    while !rest.is_empty() {
        let (count, key, value) = read_part(&mut rest, text)?;
        if short.len() > 1 {
            short.push(',');
        }
        write(&mut short, key);
        short.push(':');
        if count == 0 {
            short.push_str(value);
            continue;
        }
        short.push('{');
        let mut is_first = true;
        for _ in 0..count {
            let (_, key, value) = read_part(&mut rest, text)?;
            if names.contains(&key) {
                if !std::mem::take(&mut is_first) {
                    short.push(',');
                }
                write(&mut short, key);
                short.push(':');
                short.push_str(value);
            }
        }
        short.push('}');
    }
    short.push('}');
    Some(short)
}

fn fields(
    text: &mut Vec<u8>,
    object: &Map<String, Value>,
    mut value: impl FnMut(&mut Vec<u8>, &str, &Value) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    text.push(b'{');
    for (count, (key, field)) in object.iter().enumerate() {
        if count > 0 {
            text.push(b',');
        }
        serde_json::to_writer(&mut *text, key)?;
        text.push(b':');
        value(text, key, field)?;
    }
    text.push(b'}');
    Ok(())
}

fn write(text: &mut String, key: &str) {
    text.push_str(&Value::from(key).to_string());
}

fn part(outline: &mut Vec<u8>, count: usize, key: &str, begin: usize, end: usize) {
    for number in [count, key.len()] {
        outline.extend_from_slice(&(number as u32).to_le_bytes());
    }
    outline.extend_from_slice(key.as_bytes());
    for number in [begin, end - begin] {
        outline.extend_from_slice(&(number as u32).to_le_bytes());
    }
}

fn read_part<'o, 't>(rest: &mut &'o [u8], text: &'t str) -> Option<(usize, &'o str, &'t str)> {
    let count = read_number(rest)?;
    let length = read_number(rest)?;
    let (key, after) = rest.split_at_checked(length)?;
    *rest = after;
    let begin = read_number(rest)?;
    let length = read_number(rest)?;
    Some((count, std::str::from_utf8(key).ok()?, text.get(begin..begin.checked_add(length)?)?))
}

fn read_number(rest: &mut &[u8]) -> Option<usize> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*number) as usize)
}

#[cfg(test)]
mod tests;
