//! `sprintf`

use crate::interpreter::{Interpreter, Stop};
use crate::value::{Key, Value};

/// Letters that one field may have.
const WIDEST: usize = 1 << 20;

#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "flags as C has them")]
struct Field {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// The pattern with its fields filled.
pub(crate) fn sprintf(ruby: &mut Interpreter<'_>, pattern: &str, arguments: Vec<Value>) -> Result<String, Stop> {
    let named = arguments.first().cloned();
    let mut arguments = arguments.into_iter();
    let mut out = String::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let mut field = Field::default();
        let mut value: Option<Value> = None;
        loop {
            let Some(letter) = letters.next() else {
                return Err(ruby.argument_error("incomplete format specifier; use %% (double %) instead"));
            };
            match letter {
                '-' => field.left = true,
                '+' => field.plus = true,
                ' ' => field.space = true,
                '0' if field.width.is_none() => field.zero = true,
                '#' => field.alternate = true,
                '0'..='9' => {
                    let digit = letter as usize - '0' as usize;
                    field.width = Some((field.width.unwrap_or(0) * 10 + digit).min(WIDEST));
                }
                '*' => {
                    let Some(Value::Integer(width)) = arguments.next() else {
                        return Err(ruby.argument_error("too few arguments"));
                    };
                    field.left |= width < 0;
                    field.width = Some((width.unsigned_abs() as usize).min(WIDEST));
                }
                '.' => {
                    let mut precision = 0;
                    while let Some(digit) = letters.peek().and_then(|c| c.to_digit(10)) {
                        precision = (precision * 10 + digit as usize).min(1000);
                        letters.next();
                    }
                    field.precision = Some(precision);
                }
                '<' | '{' => {
                    let close = if letter == '<' { '>' } else { '}' };
                    let name: String = letters.by_ref().take_while(|c| *c != close).collect();
                    let found = match &named {
                        Some(Value::Hash(hash)) => hash.get(&Key::Symbol(name.as_str().into())),
                        _ => return Err(ruby.argument_error("one hash required")),
                    };
                    let Some(found) = found else {
                        return Err(ruby.raise("KeyError", format!("key{letter}{name}{close} not found")));
                    };
                    if letter == '{' {
                        pad(&mut out, &found.to_s(), &field);
                        break;
                    }
                    value = Some(found);
                }
                '%' => {
                    out.push('%');
                    break;
                }
                's' | 'd' | 'i' | 'u' | 'f' | 'g' | 'e' | 'x' | 'X' | 'o' | 'b' | 'p' | 'c' => {
                    let Some(value) = value.take().or_else(|| arguments.next()) else {
                        return Err(ruby.argument_error("too few arguments"));
                    };
                    let text = one(ruby, letter, &field, value)?;
                    ruby.spend(text.len() + field.width.unwrap_or(0))?;
                    pad(&mut out, &text, &field);
                    break;
                }
                other => return Err(ruby.argument_error(format!("malformed format string - %{other}"))),
            }
        }
    }
    Ok(out)
}

fn one(ruby: &mut Interpreter<'_>, kind: char, field: &Field, value: Value) -> Result<String, Stop> {
    let cut = |text: String| match field.precision {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    };
    match kind {
        's' => return Ok(cut(value.to_s())),
        'p' => return Ok(cut(value.inspect())),
        'c' => {
            return Ok(match value {
                Value::Integer(code) => {
                    u32::try_from(code).ok().and_then(char::from_u32).map(String::from).unwrap_or_default()
                }
                other => other.to_s().chars().take(1).collect(),
            });
        }
        'f' | 'g' | 'e' => {
            let Value::Float(number) = ruby.call_kernel("Float", value)? else { return Ok(String::new()) };
            let precision = field.precision.unwrap_or(6);
            let text = match kind {
                'f' => format!("{:.precision$}", number.abs()),
                _ => return Err(ruby.unsupported(format!("the format %{kind}"))),
            };
            return Ok(zeros(sign(number.is_sign_negative(), field), &text, field));
        }
        _ => {}
    }
    let Value::Integer(number) = ruby.call_kernel("Integer", floor(value))? else { return Ok(String::new()) };
    if number < 0 && !matches!(kind, 'd' | 'i' | 'u') {
        return Err(ruby.unsupported(format!("a negative number for %{kind}")));
    }
    let digits = number.unsigned_abs();
    let mut text = match kind {
        'x' => format!("{digits:x}"),
        'X' => format!("{digits:X}"),
        'o' => format!("{digits:o}"),
        'b' => format!("{digits:b}"),
        _ => digits.to_string(),
    };
    if let Some(least) = field.precision {
        text = format!("{text:0>least$}");
    }
    let mut before = sign(number < 0, field);
    if field.alternate {
        before.push_str(match kind {
            'x' => "0x",
            'X' => "0X",
            'b' => "0b",
            'o' => "0",
            _ => "",
        });
    }
    Ok(zeros(before, &text, field))
}

fn floor(value: Value) -> Value {
    match value {
        Value::Float(number) if number.is_finite() => Value::Float(number.floor()),
        other => other,
    }
}

fn sign(negative: bool, field: &Field) -> String {
    match (negative, field.plus, field.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
    .to_owned()
}

fn zeros(before: String, text: &str, field: &Field) -> String {
    let width = field.width.unwrap_or(0).saturating_sub(before.len());
    if field.zero && !field.left { format!("{before}{text:0>width$}") } else { before + text }
}

fn pad(out: &mut String, text: &str, field: &Field) {
    let missing = field.width.unwrap_or(0).saturating_sub(text.chars().count());
    let blanks = std::iter::repeat_n(' ', missing);
    if field.left {
        out.push_str(text);
        out.extend(blanks);
    } else {
        out.extend(blanks);
        out.push_str(text);
    }
}
