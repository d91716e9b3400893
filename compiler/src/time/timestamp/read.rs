//! `strptime`

use jiff::civil::Date;

use super::{DAYS, MONTHS};
use crate::error::Failure;
use crate::time::PER_SECOND;

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    /// Nanoseconds.
    fraction: i64,
    afternoon: Option<bool>,
    /// Seconds since the epoch.
    epoch: Option<i64>,
    pub(super) zone: Option<String>,
}

impl Parsed {
    /// Since the epoch, as if in UTC.
    pub(super) fn nanoseconds(&self) -> Result<i128, Failure> {
        let fraction = i128::from(self.fraction);
        if let Some(epoch) = self.epoch
            && self.year.is_none()
        {
            return Ok(i128::from(epoch) * PER_SECOND + fraction);
        }
        let out_of_range = || Failure::argument("argument out of range");
        let Some(year) = self.year else { return Err(Failure::argument("can't convert nil into an exact number")) };
        let hour = match (self.hour.unwrap_or(0), self.afternoon) {
            (hour, Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
            (hour, None) => hour,
        };
        let narrow = |number: i64| i8::try_from(number).map_err(|_| out_of_range());
        let date = Date::new(
            i16::try_from(year).map_err(|_| out_of_range())?,
            narrow(self.month.unwrap_or(1))?,
            narrow(self.day.unwrap_or(1))?,
        )
        .map_err(|_| out_of_range())?;
        let days = Date::constant(1970, 1, 1).until(date).map_err(|_| out_of_range())?.get_days();
        let seconds = ((i128::from(days) * 24 + i128::from(hour)) * 60 + i128::from(self.minute.unwrap_or(0))) * 60
            + i128::from(self.second.unwrap_or(0));
        Ok(seconds * PER_SECOND + fraction)
    }
}

/// Reads a whole text by a format; `None` where it does not fit or something is left over.
pub(super) fn strptime(text: &str, format: &str) -> Option<Parsed> {
    let mut reader = Reader { text, parsed: Parsed::default() };
    reader.format(format)?;
    reader.text.is_empty().then_some(reader.parsed)
}

struct Reader<'a> {
    text: &'a str,
    parsed: Parsed,
}

impl Reader<'_> {
    fn format(&mut self, format: &str) -> Option<()> {
        let mut letters = format.chars().peekable();
        while let Some(letter) = letters.next() {
            if letter.is_whitespace() {
                self.text = self.text.trim_start();
                continue;
            }
            if letter != '%' {
                self.text = self.text.strip_prefix(letter)?;
                continue;
            }
            let mut directive = letters.next()?;
            while matches!(directive, '-' | '_' | '0' | '^' | '#' | ':' | 'E' | 'O') {
                directive = letters.next()?;
            }
            let digits_follow = match letters.peek() {
                Some('%') => true,
                Some(next) => next.is_ascii_digit(),
                None => false,
            };
            self.directive(directive, digits_follow)?;
        }
        Some(())
    }

    fn directive(&mut self, directive: char, digits_follow: bool) -> Option<()> {
        match directive {
            'Y' => {
                let most = if digits_follow { 4 } else { usize::MAX };
                self.parsed.year = Some(self.signed(most)?);
            }
            'y' => {
                let year = self.number(2, 0, 99)?;
                self.parsed.year = Some(if year < 69 { year + 2000 } else { year + 1900 });
            }
            'C' => drop(self.signed(2)?),
            'm' => self.parsed.month = Some(self.number(2, 1, 12)?),
            'B' | 'b' | 'h' => self.parsed.month = Some(self.name(&MONTHS)? as i64 + 1),
            'd' | 'e' => self.parsed.day = Some(self.number(2, 1, 31)?),
            'j' => {
                let day = self.number(3, 1, 366)?;
                self.parsed.month.get_or_insert(1);
                self.parsed.day = Some(day);
            }
            'H' | 'k' => self.parsed.hour = Some(self.number(2, 0, 24)?),
            'I' | 'l' => self.parsed.hour = Some(self.number(2, 1, 12)?),
            'P' | 'p' => {
                let lower = self.text.get(..2)?.to_lowercase();
                self.parsed.afternoon = Some(match lower.as_str() {
                    "am" => false,
                    "pm" => true,
                    _ => return None,
                });
                self.text = &self.text[2..];
            }
            'M' => self.parsed.minute = Some(self.number(2, 0, 59)?),
            'S' => self.parsed.second = Some(self.number(2, 0, 60)?),
            'L' | 'N' => {
                let digits = self.digits(if digits_follow { 9 } else { usize::MAX })?;
                let nine: String = format!("{digits:0<9}").chars().take(9).collect();
                self.parsed.fraction = nine.parse().ok()?;
            }
            'z' | 'Z' => {
                let (_, length) = zone(self.text)?;
                self.parsed.zone = Some(self.text[..length].to_owned());
                self.text = &self.text[length..];
            }
            'A' | 'a' => drop(self.name(&DAYS)?),
            'u' | 'w' => drop(self.number(1, 0, 7)?),
            'U' | 'W' | 'V' => drop(self.number(2, 0, 53)?),
            's' => self.parsed.epoch = Some(self.signed(usize::MAX)?),
            'n' | 't' => self.text = self.text.trim_start(),
            '%' => self.text = self.text.strip_prefix('%')?,
            'F' => self.format("%Y-%m-%d")?,
            'T' | 'X' => self.format("%H:%M:%S")?,
            'R' => self.format("%H:%M")?,
            'r' => self.format("%I:%M:%S %p")?,
            'D' | 'x' => self.format("%m/%d/%y")?,
            'c' => self.format("%a %b %e %H:%M:%S %Y")?,
            'v' => self.format("%e-%b-%Y")?,
            '+' => self.format("%a %b %e %H:%M:%S %Z %Y")?,
            _ => return None,
        }
        Some(())
    }

    fn digits(&mut self, most: usize) -> Option<&str> {
        let length = self.text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return None;
        }
        let (digits, rest) = self.text.split_at(length);
        self.text = rest;
        Some(digits)
    }

    fn number(&mut self, most: usize, low: i64, high: i64) -> Option<i64> {
        self.text = self.text.strip_prefix(' ').unwrap_or(self.text);
        let number = self.digits(most)?.parse().ok()?;
        (low..=high).contains(&number).then_some(number)
    }

    fn signed(&mut self, most: usize) -> Option<i64> {
        let negative = self.text.starts_with('-');
        self.text = self.text.strip_prefix(['-', '+']).unwrap_or(self.text);
        let number: i64 = self.digits(most)?.parse().ok()?;
        Some(if negative { -number } else { number })
    }

    /// A full or three-letter name, in any case.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let text = self.text;
        let starts = |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let (index, length) = names
            .iter()
            .enumerate()
            .find_map(|(index, name)| starts(name).then_some((index, name.len())))
            .or_else(|| names.iter().position(|name| starts(&name[..3])).map(|index| (index, 3)))?;
        self.text = &self.text[length..];
        Some(index)
    }
}

/// A zone at the start of a text: its offset in seconds where known, and its length.
pub(super) fn zone(text: &str) -> Option<(Option<i64>, usize)> {
    let prefix = ["utc", "gmt"].iter().find(|name| text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(name)));
    let skip = if prefix.is_some() && text[3..].starts_with(['+', '-']) { 3 } else { 0 };
    if text[skip..].starts_with(['+', '-']) {
        let (offset, length) = numeric_zone(&text[skip..])?;
        return Some((Some(offset), skip + length));
    }
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if length == 0 {
        return None;
    }
    let name = text[..length].to_ascii_uppercase();
    let known = NAMED.iter().find(|(known, _)| *known == name).map(|(_, hours)| (hours * 3600.0) as i64);
    Some((known, length))
}

fn numeric_zone(text: &str) -> Option<(i64, usize)> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let rest = &text[1..];
    let length = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b':').count();
    let written = &rest[..length];
    let parts: Vec<&str> = written.split(':').collect();
    let number = |digits: &str| digits.parse::<i64>().ok().filter(|number| *number < 1_000_000);
    let (hours, minutes, seconds) = match parts.as_slice() {
        [all] if all.len() >= 3 => {
            let (hours, rest) = all.split_at(if all.len() % 2 == 1 { 1 } else { 2 });
            let (minutes, seconds) = rest.split_at(2.min(rest.len()));
            (number(hours)?, number(minutes)?, if seconds.is_empty() { 0 } else { number(seconds)? })
        }
        [hours] => (number(hours)?, 0, 0),
        [hours, minutes] => (number(hours)?, number(minutes)?, 0),
        [hours, minutes, seconds] => (number(hours)?, number(minutes)?, number(seconds)?),
        _ => return None,
    };
    Some((sign * (hours * 3600 + minutes * 60 + seconds), length + 1))
}

/// Abbreviations that dates on the Internet use, with their hours east of UTC.
const NAMED: [(&str, f64); 41] = [
    ("UTC", 0.0),
    ("GMT", 0.0),
    ("Z", 0.0),
    ("UT", 0.0),
    ("WET", 0.0),
    ("WEST", 1.0),
    ("BST", 1.0),
    ("CET", 1.0),
    ("MET", 1.0),
    ("CEST", 2.0),
    ("MEST", 2.0),
    ("EET", 2.0),
    ("EEST", 3.0),
    ("MSK", 3.0),
    ("MSD", 4.0),
    ("IST", 5.5),
    ("EST", -5.0),
    ("EDT", -4.0),
    ("CST", -6.0),
    ("CDT", -5.0),
    ("MST", -7.0),
    ("MDT", -6.0),
    ("PST", -8.0),
    ("PDT", -7.0),
    ("AKST", -9.0),
    ("AKDT", -8.0),
    ("HST", -10.0),
    ("AST", -4.0),
    ("ADT", -3.0),
    ("NST", -3.5),
    ("NDT", -2.5),
    ("BRT", -3.0),
    ("JST", 9.0),
    ("KST", 9.0),
    ("SGT", 8.0),
    ("HKT", 8.0),
    ("AWST", 8.0),
    ("AEST", 10.0),
    ("AEDT", 11.0),
    ("NZST", 12.0),
    ("NZDT", 13.0),
];
