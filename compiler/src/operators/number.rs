//! Numbers written in strings.

use crate::value::Value;

/// A number written in a string: decimal, `0x`, octal with a leading zero, float; with sign and
/// blanks around. `None` for everything else, and for what 64 bits do not hold.
pub fn number(text: &str) -> Option<Value> {
    let blank = |c: char| c == ' ' || c == '\t' || c.is_whitespace() && c != '\n' && c != '\r';
    let text = text.strip_prefix("::").unwrap_or(text).trim_matches(blank);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits.trim_start_matches(blank)),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim_start_matches(blank)),
    };
    let sign = |number: i128| i64::try_from(if negative { -number } else { number }).ok().map(Value::Integer);
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        let valid = !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
        return valid.then(|| i128::from_str_radix(hex, 16).ok()).flatten().and_then(sign);
    }
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    if whole == 0 {
        return None;
    }
    let (integer, rest) = digits.split_at(whole);
    if rest.is_empty() {
        let radix = if integer.len() > 1 && integer.starts_with('0') { 8 } else { 10 };
        return i128::from_str_radix(integer, radix).ok().and_then(sign);
    }
    if !is_fraction_or_exponent(rest) || is_zero_with_exponent(integer, rest)? {
        return None;
    }
    let float: f64 = digits.parse().ok().filter(|float: &f64| float.is_finite())?;
    Some(Value::Float(if negative { -float } else { float }))
}

/// `.5`, `e3`, `.5e-3`
fn is_fraction_or_exponent(text: &str) -> bool {
    let (fraction, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits))
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix('-').unwrap_or(exponent)))
}

/// `0e5`, `0.0e1`: the original takes them for no number. `None` where the whole part is no
/// number in its own notation.
fn is_zero_with_exponent(integer: &str, rest: &str) -> Option<bool> {
    let radix = if integer.len() > 1 && integer.starts_with('0') { 8 } else { 10 };
    let whole = i128::from_str_radix(integer, radix).ok()?;
    let mantissa = rest.split(['e', 'E']).next().unwrap_or_default();
    Some(whole == 0 && rest.contains(['e', 'E']) && mantissa.bytes().all(|b| b == b'.' || b == b'0'))
}
