//! `String(value, formats)`: a format for each type of value.

use std::sync::LazyLock;

use crate::error::Failure;
use crate::format::{double_quote, object, printf, quote};
use crate::types::{Bounds, Type, infer_set};
use crate::value::Value;

mod containers;
mod formats;

use formats::{Format, Formats, Sign};

/// `String(value, formats)`: `formats` is `None`, a format, or a hash of formats by type.
pub fn string_new(value: &Value, formats: Option<&Value>) -> Result<String, Failure> {
    let of = infer_set(value);
    let given = match formats {
        None | Some(Value::Default) => return Writer.write(&of, value, &DEFAULTS, Indentation::START),
        Some(Value::String(format)) => Formats::single(key_for(value, &of), format)?,
        Some(Value::Hash(formats)) => Formats::from_hash(formats)?,
        Some(other) => {
            let class = crate::value::ruby_class(other);
            return Err(Failure::argument(format!(
                "string conversion expects a Default value or a Hash of type to format mappings, got a '{class}'"
            )));
        }
    };
    Writer.write(&of, value, &Formats::merge(&DEFAULTS, &given), Indentation::START)
}

/// As `String(value, '%p')`; what has no such form prints as its text.
pub(super) fn inspect(value: &Value) -> String {
    string_new(value, Some(&Value::string("%p"))).unwrap_or_else(|_| super::to_text(value))
}

fn key_for(value: &Value, of: &Type) -> Type {
    match value {
        Value::Array(_) => Type::array(Type::Any, Bounds::NONE),
        Value::Hash(_) => Type::hash(Type::Any, Type::Any, Bounds::NONE),
        _ => of.clone(),
    }
}

static DEFAULTS: LazyLock<Formats> = LazyLock::new(Formats::defaults);
/// For what is inside of lists and hashes.
static INSIDE: LazyLock<Formats> = LazyLock::new(Formats::inside);

/// How deep in lists and hashes a value stands, and whether lines are broken there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indentation {
    pub(crate) level: usize,
    first: bool,
    indenting: bool,
}

impl Indentation {
    const START: Self = Self { level: 0, first: true, indenting: false };

    fn subsequent(self) -> Self {
        Self { first: false, ..self }
    }

    fn indenting(self, indenting: bool) -> Self {
        Self { indenting, ..self }
    }

    fn increase(self, indenting: bool) -> Self {
        Self { level: self.level + 1, first: true, indenting }
    }

    fn breaks(self) -> bool {
        self.indenting && self.level > 0 && !self.first
    }

    fn padding(self) -> String {
        "  ".repeat(self.level)
    }
}

/// Writes values by formats.
struct Writer;

impl Writer {
    fn write(&self, of: &Type, value: &Value, formats: &Formats, indentation: Indentation) -> Result<String, Failure> {
        match value {
            Value::Iterator(iterator) => {
                let items = Value::array(iterator.to_vec()?);
                return self.write(&infer_set(&items), &items, formats, indentation);
            }
            Value::Array(items) => return self.array(of, items, formats, indentation),
            Value::Hash(entries) => return self.hash(of, entries, formats, indentation),
            _ => {}
        }
        let format = formats.find(of);
        match value {
            Value::Undef => undef(&format),
            Value::Default => default(&format),
            Value::Boolean(truth) => boolean(*truth, &format),
            Value::Integer(number) => integer(*number, value, &format),
            Value::Float(number) => float(*number, value, &format),
            Value::String(text) => string(text, value, &format),
            Value::Regexp(pattern) => match format.letter {
                'p' if format.text == "%p" => Ok(pattern.with_slashes()),
                'p' => printf::one(&format.as_letter('s'), &Value::from(pattern.with_slashes())),
                's' => {
                    let text = pattern.source().to_string();
                    let text = if format.alternate { quote(&text) } else { text };
                    if format.text == "%s" { Ok(text) } else { printf::one(&format.text, &Value::from(text)) }
                }
                _ => Err(format.illegal("Regexp", "sp")),
            },
            Value::Binary(bytes) => binary(bytes, &format),
            Value::Type(of) => {
                let text = of.to_string();
                match format.letter {
                    's' if format.alternate => printf::one(&format.text, &Value::from(format!("\"{text}\""))),
                    's' => printf::one(&format.text, &Value::from(text)),
                    'p' => printf::one(&format.as_letter('s'), &Value::from(text)),
                    _ => Err(format.illegal("Type", "sp")),
                }
            }
            Value::Uri(text) => match format.letter {
                'p' => Ok(object::uri(text)),
                's' if format.alternate => printf::one(&format.text, &Value::from(quote(text))),
                's' => printf::one(&format.text, &Value::String(text.clone().into())),
                _ => Err(format.illegal("URI", "sp")),
            },
            Value::Object(object) => match format.letter {
                'p' => {
                    let indentation = indentation.indenting(format.alternate || indentation.indenting);
                    Ok(object::text(object, Some(&indentation).filter(|indentation| indentation.indenting)))
                }
                's' | 'q' => Ok(object::text(object, None)),
                _ => Err(format.illegal("Object", "spq")),
            },
            other => printf::one(&format.text, &other.clone()),
        }
    }
}

fn undef(format: &Format) -> Result<String, Failure> {
    let text = match (format.letter, format.alternate) {
        ('n', false) => "nil",
        ('n', true) => "null",
        ('u', false) => "undef",
        ('u', true) => "undefined",
        ('d' | 'x' | 'X' | 'o' | 'b' | 'B' | 'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A', _) => "NaN",
        ('v', _) => "n/a",
        ('V', _) => "N/A",
        ('s', false) => "",
        ('s', true) => "\"\"",
        ('p', false) => "undef",
        ('p', true) => "\"undef\"",
        _ => return Err(format.illegal("Undef", "nudxXobBeEfgGaAvVsp")),
    };
    format.padded(text)
}

fn default(format: &Format) -> Result<String, Failure> {
    let text = match (format.letter, format.alternate) {
        ('d' | 's' | 'p', false) => "default",
        ('d' | 's' | 'p', true) => "\"default\"",
        ('D', false) => "Default",
        ('D', true) => "\"Default\"",
        _ => return Err(format.illegal("Default", "dDsp")),
    };
    format.padded(text)
}

fn boolean(truth: bool, format: &Format) -> Result<String, Failure> {
    let (yes, no) = match format.letter {
        't' => ("true", "false"),
        'T' => ("True", "False"),
        'y' => ("yes", "no"),
        'Y' => ("Yes", "No"),
        's' | 'p' => return format.padded(if truth { "true" } else { "false" }),
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' => {
            let number = i64::from(truth);
            return integer(number, &Value::Integer(number), format);
        }
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => {
            let number = f64::from(u8::from(truth));
            return float(number, &Value::Float(number), format);
        }
        _ => return Err(format.illegal("Boolean", "tTyYdxXobBeEfgGaAsp")),
    };
    let word = if truth { yes } else { no };
    format.padded(if format.alternate { &word[..1] } else { word })
}

fn integer(number: i64, value: &Value, format: &Format) -> Result<String, Failure> {
    match format.letter {
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' | 'p' => printf::one(&format.text, value),
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => printf::one(&format.text, &Value::Float(number as f64)),
        'c' => {
            let letter = u32::try_from(number)
                .ok()
                .and_then(char::from_u32)
                .ok_or_else(|| Failure::argument("pack(U): value out of range"))?;
            let text = if format.alternate { format!("\"{letter}\"") } else { letter.to_string() };
            printf::one(&format.as_letter('s'), &Value::from(text))
        }
        's' => {
            let as_text = if format.alternate { format.as_letter('p') } else { format.text.clone() };
            printf::one(&as_text, &Value::from(number.to_string()))
        }
        _ => Err(format.illegal("Integer", "dxXobBeEfgGaAspc")),
    }
}

fn float(number: f64, value: &Value, format: &Format) -> Result<String, Failure> {
    match format.letter {
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' => printf::one(&format.text, &Value::Float(number.trunc())),
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' | 'p' => printf::one(&format.text, value),
        's' => {
            let text = super::float_text(number);
            let text = if format.alternate { format!("\"{text}\"") } else { text };
            printf::one(&format.text, &Value::from(text))
        }
        _ => Err(format.illegal("Float", "dxXobBeEfgGaAsp")),
    }
}

fn string(text: &str, value: &Value, format: &Format) -> Result<String, Failure> {
    let changed = match format.letter {
        's' => return printf::one(&format.text, value),
        'p' => return format.padded(&if format.alternate { double_quote(text) } else { quote(text) }),
        'c' => capitalize(text),
        'C' => text.split("::").map(capitalize).collect::<Vec<_>>().join("::"),
        'u' => text.to_uppercase(),
        'd' => text.to_lowercase(),
        't' => text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\0').to_owned(),
        _ => return Err(format.illegal("String", "cCudspt")),
    };
    if format.alternate {
        format.padded(&quote(&changed))
    } else {
        printf::one(&format.as_letter('s'), &Value::from(changed))
    }
}

/// The first letter upper case, the rest lower case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters.as_str().to_lowercase().chars()).collect())
}

fn binary(bytes: &[u8], format: &Format) -> Result<String, Failure> {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    let substitute = if format.alternate { 'p' } else { 's' };
    let text = match format.letter {
        's' if format.alternate => {
            let escaped: String = bytes.iter().map(|&byte| byte_literal(byte)).collect();
            return format.with('s', &format!("\"{escaped}\""));
        }
        's' => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
                return Err(Failure::argument(format!("\"\\x{byte:02X}\" from ASCII-8BIT to UTF-8")));
            }
        },
        'p' => return Ok(format!("Binary(\"{}\")", format.with('s', &STANDARD.encode(bytes))?)),
        'b' => {
            let encoded = STANDARD.encode(bytes);
            let lines = encoded.as_bytes().chunks(60).filter_map(|line| std::str::from_utf8(line).ok());
            lines.flat_map(|line| [line, "\n"]).collect()
        }
        'B' => STANDARD.encode(bytes),
        'u' => URL_SAFE.encode(bytes),
        't' => "Binary".to_owned(),
        'T' => "BINARY".to_owned(),
        _ => return Err(format.illegal("Binary", "bButTsp")),
    };
    format.with(substitute, &text)
}

fn byte_literal(byte: u8) -> String {
    match byte {
        b'"' | b'\\' => format!("\\{}", byte as char),
        b'\n' => "\\n".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\r' => "\\r".to_owned(),
        0x20..=0x7e => (byte as char).to_string(),
        _ => format!("\\x{byte:02X}"),
    }
}
