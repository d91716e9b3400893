//! `strftime`

use jiff::civil::DateTime;

use super::{DAYS, MONTHS, day_number};
use crate::time::{Nanoseconds, PER_SECOND};

/// Flags and width of a directive.
#[derive(Default)]
struct Flags {
    padding: Option<char>,
    no_padding: bool,
    upper: bool,
    swap: bool,
    colons: usize,
    width: Option<usize>,
}

/// `None` when the format ends within a directive.
pub(super) fn strftime(format: &str, civil: DateTime, offset: Option<i64>, time: Nanoseconds) -> Option<String> {
    let letters: Vec<char> = format.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < letters.len() {
        if letters[at] != '%' {
            out.push(letters[at]);
            at += 1;
            continue;
        }
        let start = at;
        let mut flags = Flags::default();
        at += 1;
        while let Some(&letter) = letters.get(at) {
            match letter {
                '-' => flags.no_padding = true,
                '0' if flags.width.is_none() => flags.padding = Some('0'),
                '_' => flags.padding = Some(' '),
                '^' => flags.upper = true,
                '#' => flags.swap = true,
                ':' => flags.colons += 1,
                'E' | 'O' if letters.get(at + 1).is_some() => {}
                '0'..='9' => {
                    let digit = letter as usize - '0' as usize;
                    flags.width = Some((flags.width.unwrap_or(0) * 10 + digit).min(1000));
                }
                _ => break,
            }
            at += 1;
        }
        let directive = *letters.get(at)?;
        at += 1;
        match one(directive, &flags, civil, offset, time) {
            Some(text) => out.push_str(&text),
            None => out.extend(&letters[start..at]),
        }
    }
    Some(out)
}

fn one(letter: char, flags: &Flags, civil: DateTime, offset: Option<i64>, time: Nanoseconds) -> Option<String> {
    let (date, clock) = (civil.date(), civil.time());
    let again = |format: &str| text(flags, strftime(format, civil, offset, time).unwrap_or_default());
    let hour12 = match clock.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let iso = date.iso_week_date();
    let weekday = day_number(date.weekday());
    let day_of_year = i64::from(date.day_of_year());
    Some(match letter {
        'Y' => number(flags, i64::from(date.year()), if date.year() < 0 { 5 } else { 4 }, '0'),
        'C' => number(flags, i64::from(date.year()).div_euclid(100), 2, '0'),
        'y' => number(flags, i64::from(date.year()).rem_euclid(100), 2, '0'),
        'm' => number(flags, i64::from(date.month()), 2, '0'),
        'B' => text(flags, MONTHS[date.month() as usize - 1].to_owned()),
        'b' | 'h' => text(flags, MONTHS[date.month() as usize - 1][..3].to_owned()),
        'd' => number(flags, i64::from(date.day()), 2, '0'),
        'e' => number(flags, i64::from(date.day()), 2, ' '),
        'j' => number(flags, day_of_year, 3, '0'),
        'H' => number(flags, i64::from(clock.hour()), 2, '0'),
        'k' => number(flags, i64::from(clock.hour()), 2, ' '),
        'I' => number(flags, i64::from(hour12), 2, '0'),
        'l' => number(flags, i64::from(hour12), 2, ' '),
        'P' => text(flags, if clock.hour() < 12 { "am" } else { "pm" }.to_owned()),
        'p' if flags.swap => text(&Flags::default(), if clock.hour() < 12 { "am" } else { "pm" }.to_owned()),
        'p' => text(flags, if clock.hour() < 12 { "AM" } else { "PM" }.to_owned()),
        'M' => number(flags, i64::from(clock.minute()), 2, '0'),
        'S' => number(flags, i64::from(clock.second()), 2, '0'),
        'L' => fraction(clock.subsec_nanosecond(), flags.width.unwrap_or(3)),
        'N' => fraction(clock.subsec_nanosecond(), flags.width.unwrap_or(9)),
        'z' => zone_offset(flags, offset.unwrap_or(0)),
        'Z' => text(flags, if offset.is_none() { "UTC".to_owned() } else { String::new() }),
        'A' => text(flags, DAYS[weekday].to_owned()),
        'a' => text(flags, DAYS[weekday][..3].to_owned()),
        'u' => number(flags, if weekday == 0 { 7 } else { weekday as i64 }, 1, '0'),
        'w' => number(flags, weekday as i64, 1, '0'),
        'G' => number(flags, i64::from(iso.year()), 4, '0'),
        'g' => number(flags, i64::from(iso.year()).rem_euclid(100), 2, '0'),
        'V' => number(flags, i64::from(iso.week()), 2, '0'),
        'U' => number(flags, (day_of_year + 6 - weekday as i64) / 7, 2, '0'),
        'W' => number(flags, (day_of_year + 6 - (weekday as i64 + 6) % 7) / 7, 2, '0'),
        's' => number(flags, time.get().div_euclid(PER_SECOND) as i64, 1, '0'),
        'n' => text(flags, "\n".to_owned()),
        't' => text(flags, "\t".to_owned()),
        '%' => text(flags, "%".to_owned()),
        'c' => again("%a %b %e %H:%M:%S %Y"),
        'D' | 'x' => again("%m/%d/%y"),
        'F' => again("%Y-%m-%d"),
        'v' => again("%e-%^b-%Y"),
        'X' | 'T' => again("%H:%M:%S"),
        'r' => again("%I:%M:%S %p"),
        'R' => again("%H:%M"),
        _ => return None,
    })
}

fn number(flags: &Flags, number: i64, digits: usize, padding: char) -> String {
    if flags.no_padding {
        return number.to_string();
    }
    let width = flags.width.unwrap_or(digits);
    match flags.padding.unwrap_or(padding) {
        '0' => format!("{number:0width$}"),
        _ => format!("{number:width$}"),
    }
}

fn text(flags: &Flags, text: String) -> String {
    let text = if flags.upper || flags.swap { text.to_uppercase() } else { text };
    let missing = flags.width.unwrap_or(0).saturating_sub(text.chars().count());
    let padding = flags.padding.unwrap_or(' ');
    std::iter::repeat_n(padding, missing).chain(text.chars()).collect()
}

/// The first digits of the fraction of a second.
fn fraction(nanoseconds: i32, digits: usize) -> String {
    let all = format!("{nanoseconds:09}");
    format!("{all:0<digits$}").chars().take(digits).collect()
}

fn zone_offset(flags: &Flags, offset: i64) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes, seconds) = (offset.abs() / 3600, offset.abs() / 60 % 60, offset.abs() % 60);
    let rest = match flags.colons {
        0 => format!("{minutes:02}"),
        1 => format!(":{minutes:02}"),
        2 => format!(":{minutes:02}:{seconds:02}"),
        // As short as it can be.
        _ if seconds != 0 => format!(":{minutes:02}:{seconds:02}"),
        _ if minutes != 0 => format!(":{minutes:02}"),
        _ => String::new(),
    };
    // The sign, the hours, and what fills up to the width.
    let digits = flags.width.unwrap_or(0).saturating_sub(rest.len() + 1).max(2);
    if flags.padding == Some(' ') {
        let hours = format!("{sign}{hours}");
        return format!("{hours:>width$}{rest}", width = digits + 1);
    }
    format!("{sign}{hours:0digits$}{rest}")
}
