//! Functions on text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::{each_text, expect, list, no_method, refuse};
use crate::error::{Failure, Stop};
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::value::{Text, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("swapcase", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("swapcase(): Wrong number of arguments given ({n} for 1)")
        })?;
        each_text(call, |text| text.chars().map(swapped).collect())
    }),
    Function::legacy("regexpescape", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("regexpescape(): Wrong number of arguments given ({n} for 1)")
        })?;
        each_text(call, crate::regexp::escape)
    }),
    Function::legacy("uriescape", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("uriescape(): Wrong number of arguments given ({n} for 1)")
        })?;
        match call.argument(0) {
            Value::String(text) => Ok(Value::from(uri_escaped(text))),
            _ => each_text(call, uri_escaped),
        }
    }),
    Function::legacy("dos2unix", 0, None, |call| match call.argument(0) {
        Value::String(text) => Ok(Value::String(text.derived(text.replace("\r\n", "\n")))),
        _ => refuse("dos2unix(): Requires string as argument"),
    }),
    Function::legacy("unix2dos", 0, None, |call| match call.argument(0) {
        Value::String(text) => {
            let lines: Vec<&str> = text.split('\n').collect();
            let last = lines.len() - 1;
            let cut = |(at, line): (usize, &&str)| {
                if at < last { line.trim_end_matches('\r').to_owned() } else { (*line).to_owned() }
            };
            let changed = lines.iter().enumerate().map(cut).collect::<Vec<_>>().join("\r\n");
            Ok(Value::String(text.derived(changed)))
        }
        _ => refuse("unix2dos(): Requires string as argument"),
    }),
    Function::legacy("squeeze", 0, None, |call| {
        let fits = matches!(call.arguments.len(), 1 | 2);
        expect(call, fits, |n| format!("squeeze(): Wrong number of arguments given {n} for 2 or 1"))?;
        if !matches!(call.argument(0), Value::String(_) | Value::Array(_)) {
            return no_method("squeeze", call.argument(0));
        }
        let set = call.arguments.get(1).and_then(Value::as_str).map(str::to_owned);
        each_text(call, |text| squeezed(text, set.as_deref()))
    }),
    Function::legacy("base64", 0, None, base64),
    Function::legacy("to_bytes", 0, None, to_bytes),
    Function::legacy("convert_base", 2, Some(2), convert_base),
    Function::new("shell_escape", &[Declared::new(&[required("string", "Any")])], |call| {
        Ok(match call.argument(0) {
            Value::String(text) => Value::String(text.derived(shell_escaped(text))),
            other => Value::from(shell_escaped(&ruby_text::to_s(other))),
        })
    }),
    Function::new("batch_escape", &[Declared::new(&[required("string", "Any")])], |call| {
        let escaped: String = ruby_text::to_s(call.argument(0)).chars().fold(String::new(), |mut out, c| {
            if c == '"' {
                out.push('"');
            } else if matches!(c, '$' | '\\') {
                out.push('\\');
            }
            out.push(c);
            out
        });
        Ok(Value::from(format!("\"{escaped}\"")))
    }),
    Function::new("powershell_escape", &[Declared::new(&[required("string", "Any")])], |call| {
        let escaped: String = ruby_text::to_s(call.argument(0)).chars().fold(String::new(), |mut out, c| {
            match c {
                ' ' | '\'' | '`' | '|' | '\n' | '$' => out.push('`'),
                '"' => out.push_str("\\`"),
                _ => {}
            }
            out.push(c);
            out
        });
        Ok(Value::from(escaped))
    }),
    Function::legacy("shell_join", 0, None, |call| {
        let fits = call.arguments.len() == 1;
        expect(call, fits, |n| format!("shell_join(): Wrong number of arguments given ({n} for 1)"))?;
        let Value::Array(items) = call.argument(0) else {
            return refuse(format!("First argument is not an Array: {}", ruby_text::inspect(call.argument(0))));
        };
        let words: Vec<String> = items.iter().map(|item| shell_escaped(&ruby_text::to_s(item))).collect();
        Ok(Value::from(words.join(" ")))
    }),
    Function::legacy("shell_split", 0, None, |call| {
        let fits = call.arguments.len() == 1;
        expect(call, fits, |n| format!("shell_split(): Wrong number of arguments given ({n} for 1)"))?;
        let words = shell_words(&ruby_text::to_s(call.argument(0)))?;
        // Words grow out of an empty text of bytes.
        let word = |word: String| if word.is_ascii() { Text::bytes(word) } else { word.into() };
        Ok(Value::array(words.into_iter().map(|one| Value::String(word(one))).collect()))
    }),
    Function::new(
        "stdlib::start_with",
        &[Declared::new(&[
            required("test_string", "String"),
            required("prefixes", "Variant[String[1],Array[String[1], 1]]"),
        ])
        .returns("Boolean")],
        |call| {
            let found =
                list(call.argument(1)).iter().filter_map(Value::as_str).any(|part| call.text(0).starts_with(part));
            Ok(Value::Boolean(found))
        },
    ),
    Function::new(
        "stdlib::end_with",
        &[Declared::new(&[
            required("test_string", "String"),
            required("suffixes", "Variant[String[1],Array[String[1], 1]]"),
        ])
        .returns("Boolean")],
        |call| {
            let found =
                list(call.argument(1)).iter().filter_map(Value::as_str).any(|part| call.text(0).ends_with(part));
            Ok(Value::Boolean(found))
        },
    ),
    Function::new(
        "stdlib::xml_encode",
        &[Declared::new(&[required("str", "String"), optional("type", "Enum['text','attr']")]).returns("String")],
        |call| {
            let attribute = call.argument(1).as_str() == Some("attr");
            let mut text = call.text(0).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            if attribute {
                text = format!("\"{}\"", text.replace('"', "&quot;").replace('\'', "&apos;"));
            }
            Ok(Value::from(text))
        },
    ),
    Function::new(
        "sprintf_hash",
        &[Declared::new(&[required("format", "String"), required("arguments", "Hash")])],
        |call| {
            let message =
                "This method is deprecated. From Puppet 4.10.10/5.3.4 please use the built-in sprintf instead";
            super::kinds::deprecation(call, "sprintf_hash", message)?;
            let arguments = [call.argument(1).clone()];
            Ok(Value::from(crate::format::sprintf(call.text(0), &arguments)?))
        },
    ),
];

fn swapped(c: char) -> char {
    let changed = if c.is_lowercase() { c.to_uppercase().next() } else { c.to_lowercase().next() };
    changed.unwrap_or(c)
}

/// What URIs do not allow becomes `%XX`; their delimiters stay.
fn uri_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'();/?:@&=+$,[]".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

fn squeezed(text: &str, set: Option<&str>) -> String {
    let in_set = |c: char| set.is_none_or(|set| set.contains(c));
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for c in text.chars() {
        if before != Some(c) || !in_set(c) {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

fn base64(call: &mut Call<'_>) -> Result<Value, Stop> {
    expect(call, call.arguments.len() >= 2, |n| format!("base64(): Wrong number of arguments ({n}; must be >= 2)"))?;
    let encode = match call.argument(0).as_str() {
        Some("encode") => true,
        Some("decode") => false,
        _ => return refuse("base64(): the first argument must be one of 'encode' or 'decode'"),
    };
    let Value::String(text) = call.argument(1) else {
        return refuse("base64(): the second argument must be a string to base64");
    };
    let method = call.arguments.get(2).map_or(Some("default"), Value::as_str);
    let Some(method @ ("default" | "strict" | "urlsafe")) = method else {
        return refuse("base64(): the third argument must be one of 'default', 'strict', or 'urlsafe'");
    };
    if encode {
        return Ok(Value::from(match method {
            "urlsafe" => URL_SAFE.encode(text.as_bytes()),
            "strict" => STANDARD.encode(text.as_bytes()),
            _ => {
                let encoded = STANDARD.encode(text.as_bytes());
                let mut lines = String::with_capacity(encoded.len() + encoded.len() / 60 + 1);
                for line in encoded.as_bytes().chunks(60) {
                    lines.extend(line.iter().map(|byte| *byte as char));
                    lines.push('\n');
                }
                lines
            }
        }));
    }
    let invalid = || Failure::argument("invalid base64");
    let bytes = match method {
        "urlsafe" => URL_SAFE.decode(padded(text)).map_err(|_| invalid())?,
        "strict" => STANDARD.decode(text.as_bytes()).map_err(|_| invalid())?,
        _ => {
            let known: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/')).collect();
            STANDARD.decode(padded(&known)).map_err(|_| invalid())?
        }
    };
    Ok(Value::from_bytes(bytes))
}

fn padded(text: &str) -> String {
    let text = text.trim_end_matches('=');
    format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
}

fn to_bytes(call: &mut Call<'_>) -> Result<Value, Stop> {
    expect(call, call.arguments.len() == 1, |n| format!("to_bytes(): Wrong number of arguments given ({n} for 1)"))?;
    let text = match call.argument(0) {
        Value::String(text) => text.clone(),
        number => return Ok(number.clone()),
    };
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-');
    let end = text.find(|c| !digits(c)).unwrap_or(text.len());
    let value = ruby::value::leading_float(&text[..end]);
    let unit = text[end..].trim_start().chars().next().filter(|c| !matches!(c, 'b' | 'B'));
    let shift = match unit {
        None => 0,
        Some('k') => 10,
        Some('M') => 20,
        Some('G') => 30,
        Some('T') => 40,
        Some('P') => 50,
        Some('E') => 60,
        Some(other) => return refuse(format!("to_bytes(): Unknown prefix {other}")),
    };
    Ok(Value::Integer((value * (1_i64 << shift) as f64) as i64))
}

fn convert_base(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut numbers = [0_i64; 2];
    for (index, which) in ["First", "Second"].into_iter().enumerate() {
        numbers[index] = match call.argument(index) {
            Value::Integer(number) => *number,
            Value::String(text) => text.parse().map_err(|_| {
                Failure::argument(
                    "convert_base(): First argument must be an integer or a string corresponding to an integer in base 10",
                )
            })?,
            _ => return refuse(format!("convert_base(): {which} argument must be either a string or an integer")),
        };
    }
    let [number, base] = numbers;
    let Some(base) = u64::try_from(base).ok().filter(|base| (2..=36).contains(base)) else {
        return refuse("convert_base(): base must be at least 2 and must not be greater than 36");
    };
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((rest % base) as u32, 36).unwrap_or('0'));
        rest /= base;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    Ok(Value::from(digits.into_iter().rev().collect::<String>()))
}

/// Ruby's `Shellwords.escape`.
fn shell_escaped(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' {
            out.push_str("'\n'");
            continue;
        }
        if !(c.is_ascii_alphanumeric() || "_-.,:+/@".contains(c)) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Ruby's `Shellwords.split`.
fn shell_words(text: &str) -> Result<Vec<String>, Stop> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    let unmatched = || Failure::argument(format!("Unmatched quote: {}", ruby_text::inspect(&Value::from(text))));
    while let Some(c) = rest.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' => {
                let (quoted, after) = rest.as_str().split_once('\'').ok_or_else(unmatched)?;
                word.get_or_insert_default().push_str(quoted);
                rest = after.chars();
            }
            '"' => {
                let current = word.get_or_insert_default();
                loop {
                    match rest.next().ok_or_else(unmatched)? {
                        '"' => break,
                        '\\' => match rest.next().ok_or_else(unmatched)? {
                            c @ ('$' | '`' | '"' | '\\') => current.push(c),
                            '\n' => {}
                            other => current.extend(['\\', other]),
                        },
                        other => current.push(other),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(rest.next().unwrap_or('\\')),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}
