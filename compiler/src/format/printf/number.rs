//! Numbers by the directives of `sprintf`.

use crate::error::Failure;
use crate::format::printf::{Directive, pad};
use crate::format::ruby_quote;
use crate::value::Value;

/// As Ruby's `Integer(value)`.
pub(super) fn integer(value: &Value) -> Result<i128, Failure> {
    match value {
        Value::Integer(number) => Ok(i128::from(*number)),
        Value::Float(number) if number.is_finite() => Ok(number.floor() as i128),
        Value::Float(number) => Err(Failure::argument(crate::format::float_text(*number))),
        Value::String(text) => parse_integer(text)
            .ok_or_else(|| Failure::argument(format!("invalid value for Integer(): {}", ruby_quote(text)))),
        Value::Timestamp(time) | Value::Timespan(time) => Ok(time.get().div_euclid(1_000_000_000)),
        other => Err(cannot_convert(other, "Integer")),
    }
}

/// As Ruby's `Float(value)`.
pub(super) fn to_float(value: &Value) -> Result<f64, Failure> {
    match value {
        Value::Integer(number) => Ok(*number as f64),
        Value::Float(number) => Ok(*number),
        Value::String(text) => parse_float(text)
            .ok_or_else(|| Failure::argument(format!("invalid value for Float(): {}", ruby_quote(text)))),
        Value::Timestamp(time) | Value::Timespan(time) => Ok(time.get() as f64 / 1e9),
        other => Err(cannot_convert(other, "Float")),
    }
}

fn cannot_convert(value: &Value, to: &str) -> Failure {
    let what = match value {
        Value::Undef => "nil".into(),
        Value::Boolean(true) => "true".into(),
        Value::Boolean(false) => "false".into(),
        other => crate::value::ruby_class(other),
    };
    Failure::argument(format!("can't convert {what} into {to}"))
}

/// A literal with optional sign, prefix and single underscores between digits.
pub(crate) fn parse_integer(text: &str) -> Option<i128> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'd', ..] => (10, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    parse_digits(digits, radix).map(|number| if negative { -number } else { number })
}

/// Digits with single underscores between them.
pub(crate) fn parse_digits(digits: &str, radix: u32) -> Option<i128> {
    if digits.is_empty() || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i128::from_str_radix(&digits.replace('_', ""), radix).ok()
}

/// A decimal or hexadecimal literal with digits on both sides of the point.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.to_ascii_lowercase().starts_with("0x") {
        return parse_integer(text).map(|number| number as f64);
    }
    let plain = text.replace('_', "");
    let shape = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let (mantissa, exponent) = shape.split_once(['e', 'E']).map_or((shape, None), |(m, e)| (m, Some(e)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    (mantissa_fits && exponent_fits).then(|| plain.parse().ok()).flatten()
}

pub(super) fn decimal(directive: &Directive, number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    signed(directive, number < 0, "", &digits)
}

pub(super) fn radix(directive: &Directive, letter: char, number: i128) -> String {
    let (bits, prefix) = match letter {
        'b' => (1, "0b"),
        'B' => (1, "0B"),
        'o' => (3, "0"),
        'x' => (4, "0x"),
        _ => (4, "0X"),
    };
    let prefix = if directive.alternate && number != 0 { prefix } else { "" };
    let text = if number >= 0 || directive.plus || directive.space {
        let digits = to_digits(number.unsigned_abs(), bits);
        // The octal prefix is a digit like others: it counts to the precision.
        let (prefix, digits) = if bits == 3 { ("", format!("{prefix}{digits}")) } else { (prefix, digits) };
        signed(directive, number < 0, prefix, &digits)
    } else {
        complement(directive, prefix, number, bits)
    };
    if letter == 'X' { text.to_uppercase() } else { text }
}

/// Negative numbers without a sign: two's complement, with dots for the endless digits on the left.
fn complement(directive: &Directive, prefix: &str, number: i128, bits: u32) -> String {
    let filler = match bits {
        1 => '1',
        3 => '7',
        _ => 'f',
    };
    let mask = (1_i128 << bits) - 1;
    let mut digits = Vec::new();
    let mut rest = number;
    while rest != -1 {
        digits.push((rest & mask) as u32);
        rest >>= bits;
    }
    let mut text: String = digits.iter().rev().filter_map(|&digit| char::from_digit(digit, 1 << bits)).collect();
    if !text.starts_with(filler) {
        text.insert(0, filler);
    }
    // The dots count as two digits.
    let wanted = match (directive.precision, directive.width) {
        (Some(precision), _) => precision.saturating_sub(2),
        (None, Some(width)) if directive.zero && !directive.minus => width.saturating_sub(2 + prefix.len()),
        _ => 0,
    };
    let fill: String = std::iter::repeat_n(filler, wanted.saturating_sub(text.len())).collect();
    // An octal prefix is what the dots already say.
    let prefix = if bits == 3 { "" } else { prefix };
    pad(directive, &format!("{prefix}..{fill}{text}"))
}

fn to_digits(number: u128, bits: u32) -> String {
    match bits {
        1 => format!("{number:b}"),
        3 => format!("{number:o}"),
        _ => format!("{number:x}"),
    }
}

/// Sign, prefix, zeroes and digits to the width.
fn signed(directive: &Directive, negative: bool, prefix: &str, digits: &str) -> String {
    let sign = sign(directive, negative);
    let least = match (directive.precision, directive.width) {
        (Some(precision), _) => precision,
        (None, Some(width)) if directive.zero && !directive.minus => width.saturating_sub(sign.len() + prefix.len()),
        _ => 0,
    };
    let zeroes = "0".repeat(least.saturating_sub(digits.len()));
    pad(directive, &format!("{sign}{prefix}{zeroes}{digits}"))
}

fn sign(directive: &Directive, negative: bool) -> &'static str {
    match (negative, directive.plus, directive.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}

pub(super) fn float(directive: &Directive, letter: char, number: f64) -> String {
    let negative = number.is_sign_negative() && !number.is_nan();
    let magnitude = number.abs();
    if !number.is_finite() {
        let text = if number.is_nan() { "NaN" } else { "Inf" };
        return pad(directive, &format!("{}{text}", sign(directive, negative)));
    }
    let (prefix, digits) = match letter.to_ascii_lowercase() {
        'e' => ("", scientific(magnitude, directive.precision.unwrap_or(6), directive.alternate)),
        'g' => ("", general(directive, magnitude)),
        'a' => ("0x", hexadecimal(magnitude, directive.precision)),
        _ => {
            let precision = directive.precision.unwrap_or(6);
            let point = if directive.alternate && precision == 0 { "." } else { "" };
            ("", fixed(magnitude, precision) + point)
        }
    };
    let plain = Directive { precision: None, ..directive.clone() };
    let text = signed(&plain, negative, prefix, &digits);
    if letter.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn scientific(number: f64, precision: usize, alternate: bool) -> String {
    let text = format!("{number:.*e}", precision.min(MOST_DIGITS));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let zeroes = "0".repeat(precision.saturating_sub(MOST_DIGITS));
    let point = if alternate && precision == 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{zeroes}{point}e{sign}{:02}", exponent.abs())
}

/// Further digits after the point are zeroes in any float, and Rust formats no more than `u16::MAX`.
const MOST_DIGITS: usize = 1100;

fn fixed(number: f64, precision: usize) -> String {
    let zeroes = "0".repeat(precision.saturating_sub(MOST_DIGITS));
    format!("{number:.*}{zeroes}", precision.min(MOST_DIGITS))
}

/// The shorter of the two ways, without zeroes at the end.
fn general(directive: &Directive, number: f64) -> String {
    let precision = directive.precision.unwrap_or(6).max(1);
    let probe = format!("{number:.*e}", (precision - 1).min(MOST_DIGITS));
    let exponent: i32 = probe.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let wide = exponent < -4 || exponent >= precision as i32;
    let text = if wide {
        scientific(number, precision - 1, false)
    } else {
        fixed(number, (precision as i32 - 1 - exponent).max(0) as usize)
    };
    if directive.alternate || !text.contains('.') {
        return text;
    }
    let (mantissa, exponent) = text.split_once('e').map_or((text.as_str(), None), |(m, e)| (m, Some(e)));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    exponent.map_or_else(|| mantissa.to_owned(), |exponent| format!("{mantissa}e{exponent}"))
}

/// `h.hhhp+e` without the prefix.
fn hexadecimal(number: f64, precision: Option<usize>) -> String {
    if number == 0.0 {
        let zeroes =
            precision.filter(|&precision| precision > 0).map_or_else(String::new, |n| format!(".{}", "0".repeat(n)));
        return format!("0{zeroes}p+0");
    }
    let bits = number.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let mut exponent = if biased == 0 { -1022 } else { biased - 1023 };
    let mut mantissa = bits & ((1 << 52) - 1) | if biased == 0 { 0 } else { 1 << 52 };
    if biased == 0 {
        let shift = mantissa.leading_zeros() - 11;
        mantissa <<= shift;
        exponent -= shift as i32;
    }
    let mut digits = 13;
    if let Some(precision) = precision.filter(|&precision| precision < 13) {
        let drop = 4 * (13 - precision) as u32;
        let half = 1_u64 << (drop - 1);
        let rest = mantissa & ((1 << drop) - 1);
        mantissa >>= drop;
        if rest > half || rest == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= drop;
        if mantissa >> 53 == 1 {
            mantissa >>= 1;
            exponent += 1;
        }
        digits = precision;
    }
    let fraction = format!("{:013x}", mantissa & ((1 << 52) - 1));
    let fraction = match precision {
        Some(precision) if precision > 13 => format!("{fraction}{}", "0".repeat(precision - 13)),
        Some(_) => fraction[..digits].to_owned(),
        None => fraction.trim_end_matches('0').to_owned(),
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}{point}{fraction}p{sign}{}", mantissa >> 52, exponent.abs())
}
