//! Timespans: formats of `%D %H %M %S %L %N`.

use std::fmt::Write;

use crate::error::Failure;
use crate::time::{Nanoseconds, PER_SECOND, field, formats};
use crate::value::{Hash, Value};

const DEFAULT_FORMATS: [&str; 8] =
    ["%D-%H:%M:%S.%-N", "%H:%M:%S.%-N", "%M:%S.%-N", "%S.%-N", "%D-%H:%M:%S", "%H:%M:%S", "%D-%H:%M", "%S"];

pub(super) fn text(span: Nanoseconds) -> String {
    // The default format has no mistake to tell of.
    format_timespan(span, None).unwrap_or_default()
}

/// `strftime` of a Timespan; without a format its default text.
pub fn format_timespan(span: Nanoseconds, format: Option<&str>) -> Result<String, Failure> {
    let segments = parse_format(format.unwrap_or(DEFAULT_FORMATS[0]))?;
    let mut out = String::new();
    if span.get() < 0 {
        out.push('-');
    }
    let total = span.get().unsigned_abs() as i128;
    for segment in &segments {
        match segment {
            Segment::Literal(text) => out.push_str(text),
            Segment::Value(value) => value.append(&mut out, total),
        }
    }
    Ok(out)
}

/// `Timespan(text, format)`: one format or several to be tried in turn.
pub fn parse_timespan_as(text: &str, format: Option<&Value>) -> Result<Nanoseconds, Failure> {
    if let Some(Value::String(format)) = format {
        return parse_one(text, format)?.ok_or_else(|| no_match(text, format));
    }
    let formats = format.map_or_else(|| DEFAULT_FORMATS.to_vec(), formats);
    for format in &formats {
        if let Ok(Some(found)) = parse_one(text, format) {
            return Ok(found);
        }
    }
    let formats = formats.join(", ");
    Err(Failure::argument(format!("Unable to parse '{text}' using any of the formats {formats}")))
}

/// From `{days => 1, …}` or `{string => '…', format => '…'}`.
pub fn timespan_from_hash(fields: &Hash) -> Result<Nanoseconds, Failure> {
    if let Some(Value::String(text)) = fields.get(&Value::string("string")) {
        let format = fields.get(&Value::string("format")).filter(|format| !format.is_undef());
        return parse_timespan_as(text, format);
    }
    let get = |name| field(fields, name);
    let seconds = ((get("days") * 24 + get("hours")) * 60 + get("minutes")) * 60 + get("seconds");
    let nanoseconds = ((seconds * 1000 + get("milliseconds")) * 1000 + get("microseconds")) * 1000 + get("nanoseconds");
    let negative = fields.get(&Value::string("negative")).is_some_and(Value::is_truthy);
    Ok(Nanoseconds::new(if negative { -nanoseconds } else { nanoseconds }))
}

fn no_match(text: &str, format: &str) -> Failure {
    Failure::argument(format!("Unable to parse '{text}' using format '{format}'"))
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Value(Field),
}

/// `%H` with its padding and width.
#[derive(Debug)]
struct Field {
    unit: Unit,
    /// `None`: no padding (`%-H`).
    padding: Option<char>,
    width: Option<usize>,
    /// The largest unit of the format takes all that larger ones would.
    total: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Nanosecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    fn nanoseconds(self) -> i128 {
        match self {
            Self::Nanosecond => 1,
            Self::Millisecond => 1_000_000,
            Self::Second => PER_SECOND,
            Self::Minute => PER_SECOND * 60,
            Self::Hour => PER_SECOND * 3600,
            Self::Day => PER_SECOND * 86400,
        }
    }

    fn digits(self) -> usize {
        match self {
            Self::Nanosecond => 9,
            Self::Millisecond => 3,
            Self::Second | Self::Minute | Self::Hour => 2,
            Self::Day => 1,
        }
    }

    /// How many of it make the next larger one.
    fn modulus(self) -> Option<i128> {
        match self {
            Self::Nanosecond => Some(PER_SECOND),
            Self::Millisecond => Some(1000),
            Self::Second | Self::Minute => Some(60),
            Self::Hour => Some(24),
            Self::Day => None,
        }
    }

    fn is_fraction(self) -> bool {
        matches!(self, Self::Nanosecond | Self::Millisecond)
    }
}

impl Field {
    fn digits(&self) -> usize {
        self.width.unwrap_or(self.unit.digits())
    }

    fn append(&self, out: &mut String, total: i128) {
        let digits = self.digits();
        let mut number = total / self.unit.nanoseconds();
        let mut modulus = self.unit.modulus();
        if self.unit == Unit::Nanosecond && digits < 9 {
            number /= 10_i128.pow(9 - digits as u32);
            modulus = Some(10_i128.pow(digits as u32));
        }
        if let Some(modulus) = modulus.filter(|_| !self.total) {
            number %= modulus;
        }
        if self.unit.is_fraction() && !self.total && self.padding != Some('0') {
            while number != 0 && number % 10 == 0 {
                number /= 10;
            }
        }
        let _ = match self.padding {
            None => write!(out, "{number}"),
            // Fractions are padded on the right, where zeroes say nothing.
            Some(_) if self.unit.is_fraction() => write!(out, "{number:<digits$}"),
            Some('0') => write!(out, "{number:0digits$}"),
            Some(_) => write!(out, "{number:digits$}"),
        };
    }

    /// Takes the digits of the field off the text.
    fn take<'a>(&self, text: &'a str, rest: &[Segment], format: &str) -> Result<Option<(i128, &'a str)>, Failure> {
        let (least, most, blanks) = match (self.width, self.padding) {
            (None, Some(' ')) if self.total => (1, usize::MAX, true),
            (None, Some(' ')) => (1, self.unit.digits(), true),
            (None, _) if self.total => (1, usize::MAX, false),
            (None, _) => (1, self.unit.digits(), false),
            (Some(width), None) => (1, width, false),
            (Some(width), Some('0')) => (width, width, false),
            (Some(width), Some(_)) => (width, width, true),
        };
        let allowed = |byte: u8| byte.is_ascii_digit() || blanks && byte.is_ascii_whitespace();
        let available = text.bytes().take(most).take_while(|&byte| allowed(byte)).count();
        for length in (least..=available).rev() {
            let digits = text[..length].trim_start();
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            if let Some(further) = parse_segments(&text[length..], rest, format)? {
                let value = self.value(digits, format)?;
                return Ok(Some((value.saturating_add(further), "")));
            }
        }
        Ok(None)
    }

    fn value(&self, digits: &str, format: &str) -> Result<i128, Failure> {
        let number: i128 = digits.parse().map_err(|_| no_match(digits, format))?;
        if !self.unit.is_fraction() {
            return Ok(number.saturating_mul(self.unit.nanoseconds()));
        }
        if self.total {
            return Err(Failure::argument(
                "Format specifiers %L and %N denotes fractions and must be used together with a specifier of higher magnitude",
            ));
        }
        let missing = 9_usize.saturating_sub(digits.len());
        Ok(number * 10_i128.pow(missing as u32))
    }
}

fn parse_one(text: &str, format: &str) -> Result<Option<Nanoseconds>, Failure> {
    let segments = parse_format(format)?;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let found = match parse_segments(unsigned, &segments, format)? {
        None if unsigned.len() < text.len() => parse_segments(text, &segments, format)?,
        found => found,
    };
    Ok(found.map(|total| Nanoseconds::new(if text.starts_with('-') { -total } else { total })))
}

fn parse_segments(text: &str, segments: &[Segment], format: &str) -> Result<Option<i128>, Failure> {
    match segments.split_first() {
        None => Ok(text.is_empty().then_some(0)),
        Some((Segment::Literal(literal), rest)) => match text.strip_prefix(literal.as_str()) {
            Some(text) => parse_segments(text, rest, format),
            None => Ok(None),
        },
        Some((Segment::Value(field), rest)) => Ok(field.take(text, rest, format)?.map(|(total, _)| total)),
    }
}

fn parse_format(format: &str) -> Result<Vec<Segment>, Failure> {
    let letters: Vec<char> = format.chars().collect();
    let mut segments: Vec<Segment> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let start = at;
        if letters[at] != '%' {
            literal(&mut segments, letters[at]);
            at += 1;
            continue;
        }
        let mut field = Field { unit: Unit::Day, padding: Some('0'), width: None, total: false };
        let mut first = true;
        loop {
            at += 1;
            let bad = |position: usize| {
                let expression: String = letters[start..position.min(letters.len())].iter().collect();
                Failure::argument(format!("Bad format specifier '{expression}' in '{format}', at position {position}"))
            };
            // The original counts to the last letter, not past it.
            let Some(&letter) = letters.get(at) else { return Err(bad(letters.len() - 1)) };
            match letter {
                '%' => {
                    literal(&mut segments, '%');
                    at += 1;
                    break;
                }
                '-' if first => field.padding = None,
                '_' if first => field.padding = Some(' '),
                'D' | 'H' | 'M' | 'S' | 'L' | 'N' => {
                    field.unit = match letter {
                        'D' => Unit::Day,
                        'H' => Unit::Hour,
                        'M' => Unit::Minute,
                        'S' => Unit::Second,
                        'L' => Unit::Millisecond,
                        _ => Unit::Nanosecond,
                    };
                    segments.push(Segment::Value(field));
                    at += 1;
                    break;
                }
                '0' if first => field.padding = Some('0'),
                '0'..='9' => {
                    let digit = letter as usize - '0' as usize;
                    field.width = Some((field.width.unwrap_or(0) * 10 + digit).min(1000));
                }
                _ => return Err(bad(at)),
            }
            first = false;
        }
    }
    let largest = segments.iter().filter_map(|segment| match segment {
        Segment::Value(field) => Some(field.unit),
        Segment::Literal(_) => None,
    });
    if let Some(largest) = largest.max() {
        let first = segments.iter_mut().find_map(|segment| match segment {
            Segment::Value(field) if field.unit == largest => Some(field),
            _ => None,
        });
        if let Some(field) = first {
            field.total = true;
        }
    }
    Ok(segments)
}

fn literal(segments: &mut Vec<Segment>, letter: char) {
    if let Some(Segment::Literal(text)) = segments.last_mut() {
        text.push(letter);
    } else {
        segments.push(Segment::Literal(letter.to_string()));
    }
}
