//! Timestamps: `strptime` and `strftime` as Ruby has them.

use jiff::civil::{Date, DateTime, Weekday};

use crate::error::Failure;
use crate::time::{Nanoseconds, PER_SECOND, formats};
use crate::value::Value;

mod read;
mod write;

const WITHOUT_ZONE: [&str; 5] = ["%FT%T.%N", "%FT%T", "%F %T.%N", "%F %T", "%F"];
const WITH_ZONE: [&str; 10] =
    ["%FT%T.%N %Z", "%FT%T %Z", "%F %T.%N %Z", "%F %T %Z", "%F %Z", "%FT%T.%N", "%FT%T", "%F %T.%N", "%F %T", "%F"];

pub(super) fn text(time: Nanoseconds) -> String {
    // The default format has no mistake to tell of.
    format_timestamp(time, None, None).unwrap_or_default()
}

/// `strftime` of a Timestamp, in UTC or a time zone (`+01:00`, `EST`); without a format its
/// default text.
pub fn format_timestamp(time: Nanoseconds, format: Option<&str>, timezone: Option<&str>) -> Result<String, Failure> {
    let format = format.unwrap_or(WITH_ZONE[0]);
    let offset = timezone.filter(|zone| !zone.is_empty()).map(zone_offset).transpose()?;
    let civil = civil(time.get().saturating_add(i128::from(offset.unwrap_or(0)) * PER_SECOND))?;
    write::strftime(format, civil, offset, time).ok_or_else(|| Failure::argument(format!("invalid format: {format}")))
}

/// `Timestamp(text, format, timezone)`: one format or several to be tried in turn.
pub fn parse_timestamp_as(text: &str, format: Option<&Value>, timezone: Option<&str>) -> Result<Nanoseconds, Failure> {
    let timezone = timezone.filter(|zone| !zone.is_empty());
    let parsed = match format {
        Some(Value::String(format)) => parse_one(text, format, timezone)?,
        _ => parse_any(text, format, timezone)?,
    };
    let offset = match (timezone, &parsed.zone) {
        (Some(zone), _) => zone_offset(zone)?,
        (None, Some(zone)) => zone_offset(zone)?,
        (None, None) => 0,
    };
    Ok(Nanoseconds::new(parsed.nanoseconds()? - i128::from(offset) * PER_SECOND))
}

fn parse_one(text: &str, format: &str, timezone: Option<&str>) -> Result<read::Parsed, Failure> {
    let parsed = read::strptime(text, format)
        .ok_or_else(|| Failure::argument(format!("Unable to parse '{text}' using format '{format}'")))?;
    if timezone.is_some() && parsed.zone.is_some() {
        return Err(Failure::argument(
            "Using a Timezone designator in format specification is mutually exclusive to providing an explicit timezone argument",
        ));
    }
    Ok(parsed)
}

/// By the first format that fits: of a list, or of the default ones.
fn parse_any(text: &str, format: Option<&Value>, timezone: Option<&str>) -> Result<read::Parsed, Failure> {
    let formats = match format {
        Some(given @ Value::Array(_)) => formats(given),
        _ if timezone.is_some() => WITHOUT_ZONE.to_vec(),
        _ => WITH_ZONE.to_vec(),
    };
    let mut found = formats.iter().filter_map(|format| read::strptime(text, format));
    found.find(|parsed| timezone.is_none() || parsed.zone.is_none()).ok_or_else(|| {
        let formats = formats.join(", ");
        Failure::argument(format!("Unable to parse '{text}' using any of the formats {formats}"))
    })
}

/// Seconds east of UTC for a zone by offset or abbreviation.
fn zone_offset(zone: &str) -> Result<i64, Failure> {
    // What "current" is depends on the machine: servers keep UTC here.
    if zone.eq_ignore_ascii_case("current") {
        return Ok(0);
    }
    read::zone(zone)
        .filter(|(_, length)| *length == zone.len())
        .and_then(|(offset, _)| offset)
        .ok_or_else(|| Failure::argument(format!("Illegal timezone '{zone}'")))
}

fn civil(nanoseconds: i128) -> Result<DateTime, Failure> {
    let out_of_range = || Failure::argument("argument out of range");
    let epoch = Date::constant(1970, 1, 1);
    let days = nanoseconds.div_euclid(86400 * PER_SECOND);
    let rest = nanoseconds.rem_euclid(86400 * PER_SECOND) as i64;
    let days = i32::try_from(days).map_err(|_| out_of_range())?;
    let date = epoch.checked_add(jiff::Span::new().try_days(days).map_err(|_| out_of_range())?);
    let date = date.map_err(|_| out_of_range())?;
    let seconds = rest / 1_000_000_000;
    Ok(date.at((seconds / 3600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, (rest % 1_000_000_000) as i32))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn day_number(day: Weekday) -> usize {
    day.to_sunday_zero_offset() as usize
}
