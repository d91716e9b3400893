//! Floats and their texts.

/// A float as Ruby prints it: `1.0`, `1.0e+20`, `1.0e-05`.
pub fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..15).contains(&exponent) || number == 0.0 {
        let text = number.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `to_f`: the number that a text begins with, 0 where it begins with none.
pub fn leading_float(text: &str) -> f64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let sign = usize::from(text.starts_with(['+', '-']));
    let mut end = sign + digits(&text[sign..]);
    if let Some(fraction) = text[end..].strip_prefix('.').map(digits)
        && fraction > 0
    {
        end += 1 + fraction;
    }
    if end == sign {
        return 0.0;
    }
    if let Some(exponent) = text[end..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let power = digits(&exponent[sign..]);
        if power > 0 {
            end += 1 + sign + power;
        }
    }
    text[..end].replace('_', "").parse().unwrap_or(0.0)
}

/// Bytes of the digits at the beginning; single underscores may stand between them.
fn digits(text: &str) -> usize {
    let mut end = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => end = at + 1,
            b'_' if at > 0 && end == at => {}
            _ => break,
        }
    }
    end
}

#[cfg(test)]
mod tests;
