//! What a plain YAML scalar means to Ruby's Psych 4 (YAML 1.1 with habits of its own).

/// What a plain scalar stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    /// The name of a symbol.
    Symbol(String),
    Text(String),
}

/// Reads a plain scalar (not quoted, without a tag that says otherwise).
///
/// Dates and times are refused, as Ruby's safe loading refuses their classes.
pub fn scalar(text: &str) -> Result<Scalar, String> {
    let Some(first) = text.chars().next() else { return Ok(Scalar::Null) };
    if text.contains('\n') {
        return Ok(text_of(text));
    }
    match first {
        '~' | 'n' | 'N' | 't' | 'T' | 'f' | 'F' | 'y' | 'Y' | 'o' | 'O' => Ok(word(text)),
        ':' if text.len() > 1 => Ok(symbol(&text[1..])),
        '0'..='9' | '.' | '+' | '-' => number(text),
        _ => Ok(text_of(text)),
    }
}

fn text_of(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

fn word(text: &str) -> Scalar {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if text == "~" || is(&["null"]) {
        Scalar::Null
    } else if is(&["yes", "true", "on"]) {
        Scalar::Boolean(true)
    } else if is(&["no", "false", "off"]) {
        Scalar::Boolean(false)
    } else {
        text_of(text)
    }
}

fn symbol(name: &str) -> Scalar {
    for quote in ['"', '\''] {
        if let Some((inner, _)) = name.strip_prefix(quote).and_then(|rest| rest.rsplit_once(quote)) {
            return Scalar::Symbol(inner.to_owned());
        }
    }
    Scalar::Symbol(name.to_owned())
}

fn number(text: &str) -> Result<Scalar, String> {
    if is_time(text) {
        return Err("Tried to load unspecified class: Time".to_owned());
    }
    if is_date(text) {
        return Err("Tried to load unspecified class: Date".to_owned());
    }
    if let Some(value) = special(text).or_else(|| sexagesimal(text)).or_else(|| float(text)) {
        return Ok(whole(text, value));
    }
    integer(text)
}

/// A base-60 number without a fraction is an integer.
fn whole(text: &str, value: f64) -> Scalar {
    if text.contains(':') && !text.contains('.') { Scalar::Integer(value as i64) } else { Scalar::Float(value) }
}

fn special(text: &str) -> Option<f64> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is(".inf") || is("+.inf") {
        Some(f64::INFINITY)
    } else if is("-.inf") {
        Some(f64::NEG_INFINITY)
    } else if is(".nan") {
        Some(f64::NAN)
    } else {
        None
    }
}

/// `190:20:30`. Two parts count as hours and minutes, as Psych has it.
fn sexagesimal(text: &str) -> Option<f64> {
    if !text.contains(':') {
        return None;
    }
    let (digits, fraction) = text.split_once('.').map_or((text, None), |(digits, rest)| (digits, Some(rest)));
    if fraction.is_some_and(|rest| !rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')) {
        return None;
    }
    let mut parts = digits.split(':');
    let head = parts.next()?;
    let unsigned = head.strip_prefix(['-', '+']).unwrap_or(head);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit())
        || !unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        return None;
    }
    let mut sum = head.replace('_', "").parse::<f64>().ok()? * 3600.0;
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() || rest.len() > 2 {
        return None;
    }
    let last = rest.len() - 1;
    for (index, part) in rest.iter().enumerate() {
        let fits = match part.as_bytes() {
            [ones] => ones.is_ascii_digit(),
            [tens, ones] => (b'0'..=b'5').contains(tens) && ones.is_ascii_digit(),
            _ => false,
        };
        if !fits {
            return None;
        }
        let mut value = part.parse::<f64>().ok()?;
        if let (true, Some(fraction)) = (index == last, fraction) {
            value = format!("{part}.{}0", fraction.replace('_', "")).parse().ok()?;
        }
        sum += value * if index == 0 { 60.0 } else { 1.0 };
    }
    Some(sum)
}

/// A float needs a dot, and its exponent a sign: `1e3` is text.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = unsigned.split_once('.')?;
    let digits_and = |part: &str, marks: &[u8]| part.bytes().all(|b| b.is_ascii_digit() || marks.contains(&b));
    let fits = whole.is_empty() || (whole.as_bytes()[0].is_ascii_digit() && digits_and(whole, b"_,"));
    if !fits {
        return None;
    }
    let (fraction, exponent) = rest.find(['e', 'E']).map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
    if !digits_and(fraction, b"") {
        return None;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['-', '+'])?;
        if digits.is_empty() || !digits_and(digits, b"") {
            return None;
        }
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    text.replace(['_', ','], "").parse().ok()
}

fn integer(text: &str) -> Result<Scalar, String> {
    let (sign, unsigned) = match text.as_bytes()[0] {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let Some((radix, digits)) = radix_and_digits(unsigned) else { return Ok(text_of(text)) };
    let digits = digits.replace(['_', ','], "");
    if digits.is_empty() {
        return Ok(text_of(text));
    }
    i64::from_str_radix(&format!("{sign}{digits}"), radix)
        .map(Scalar::Integer)
        .map_err(|_| format!("the number {text} does not fit in 64 bits"))
}

fn radix_and_digits(unsigned: &str) -> Option<(u32, &str)> {
    let only = |digits: &str, radix: u32| {
        !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix) || c == '_' || c == ',')
    };
    if unsigned == "0" {
        return Some((10, unsigned));
    }
    if let Some(rest) = unsigned.strip_prefix('0') {
        if let Some(digits) = rest.strip_prefix('b').filter(|digits| only(digits, 2)) {
            return Some((2, digits));
        }
        if let Some(digits) = rest.strip_prefix('x').filter(|digits| only(digits, 16)) {
            return Some((16, digits));
        }
        return only(rest, 8).then_some((8, rest));
    }
    // Marks stand between digits only.
    let separated = unsigned.split(['_', ',']).all(|group| !group.is_empty());
    (only(unsigned, 10) && separated && unsigned.as_bytes()[0].is_ascii_digit()).then_some((10, unsigned))
}

/// `2020-01-02`: a month up to 12 and a day up to 31.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let within = |part: &str, most: u32| {
        matches!(part.len(), 1 | 2) && digits(part) && part.parse::<u32>().is_ok_and(|number| number <= most)
    };
    year.len() == 4 && digits(year) && within(month, 12) && within(day, 31) && month != "00" && day != "00"
}

/// `2020-01-02 03:04:05.6 +01:00` and the like.
fn is_time(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let Some(at) = unsigned.find(['T', 't', ' ', '\t']) else { return false };
    let (date, rest) = unsigned.split_at(at);
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let short = |part: &str| matches!(part.len(), 1 | 2) && digits(part);
    if !(year.len() == 4 && digits(year) && short(month) && short(day)) {
        return false;
    }
    let clock = rest.strip_prefix(['T', 't']).unwrap_or_else(|| rest.trim_start());
    let end = clock.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(clock.len());
    let (clock, mut rest) = clock.split_at(end);
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else { return false };
    if !(short(hour) && [minute, second].iter().all(|part| part.len() == 2 && digits(part))) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let zone = rest.trim_start();
    let offset = zone.strip_prefix(['+', '-']).map(|zone| zone.replace(':', ""));
    zone.is_empty() || zone == "Z" || offset.is_some_and(|zone| (1..=4).contains(&zone.len()) && digits(&zone))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
