//! Numbers and times.

use crate::convert::{Maker, cannot_convert, given};
use crate::error::Failure;
use crate::format::printf::number::{parse_digits, parse_float, parse_integer};
use crate::format::ruby_inspect;
use crate::signature::{Declared, Dispatches, optional, required};
use crate::time::{self, Nanoseconds, PER_SECOND};
use crate::types::{mismatch, parse};
use crate::value::{Hash, Value};

const FLOAT_TEXT: &str = r"Variant[Integer, Float, Boolean, Pattern[/\A[+-]?\s*(?:(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE]-?\d+)?)|(?:0[xX][0-9A-Fa-f]+)|(?:0[0-7]+)|(?:0[bB][01]+))\z/], Timespan, Timestamp]";
const NUMERIC_FLOAT_TEXT: &str = r"Variant[Numeric, Boolean, Pattern[/\A[+-]?\s*(?:(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE]-?\d+)?)|(?:0[xX][0-9A-Fa-f]+)|(?:0[0-7]+)|(?:0[bB][01]+))\z/], Timespan, Timestamp]";
const INTEGER_TEXT: &str = r"Variant[Numeric, Boolean, Pattern[/\A[+-]?\s*(?:(?:\d+)|(?:0[xX][0-9A-Fa-f]+)|(?:0[bB][01]+))\z/], Timespan, Timestamp]";
const NAMED: &str = "Struct[{from => Convertible, Optional[abs] => Boolean}]";

type Aliases = &'static [(&'static str, &'static str)];

const NUMERIC_TYPES: Aliases = &[("Convertible", FLOAT_TEXT), ("NamedArgs", NAMED)];
const FLOAT_TYPES: Aliases = &[("Convertible", NUMERIC_FLOAT_TEXT), ("NamedArgs", NAMED)];
const INTEGER_TYPES: Aliases = &[
    ("Radix", "Variant[Default, Integer[2,2], Integer[8,8], Integer[10,10], Integer[16,16]]"),
    ("Convertible", INTEGER_TEXT),
    ("NamedArgs", "Struct[{from => Convertible, Optional[radix] => Radix, Optional[abs] => Boolean}]"),
];

static NUMERIC_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("from", "Convertible"), optional("abs", "Boolean")]).aliases(NUMERIC_TYPES),
    Declared::new(&[required("hash_args", "NamedArgs")]).aliases(NUMERIC_TYPES),
    Declared::new(&[required("from", "Any"), optional("abs", "Boolean")]).complains(),
]);

pub(super) static NUMERIC: Maker = Maker {
    name: "new_numeric",
    dispatches: &NUMERIC_DISPATCHES,
    make: |index, arguments, _| numeric(index, arguments),
};

static FLOAT_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("from", "Convertible"), optional("abs", "Boolean")]).aliases(FLOAT_TYPES),
    Declared::new(&[required("hash_args", "NamedArgs")]).aliases(FLOAT_TYPES),
    Declared::new(&[required("from", "Any"), optional("abs", "Boolean")]).complains(),
]);

pub(super) static FLOAT: Maker =
    Maker { name: "new_float", dispatches: &FLOAT_DISPATCHES, make: |index, arguments, _| float(index, arguments) };

static INTEGER_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("from", "Convertible"), optional("radix", "Radix"), optional("abs", "Boolean")])
        .aliases(INTEGER_TYPES),
    Declared::new(&[required("hash_args", "NamedArgs")]).aliases(INTEGER_TYPES),
    Declared::new(&[required("hash_args", "Hash")]).complains(),
    Declared::new(&[required("from", "Any"), optional("radix", "Integer"), optional("abs", "Boolean")]).complains(),
]);

pub(super) static INTEGER: Maker =
    Maker { name: "new", dispatches: &INTEGER_DISPATCHES, make: |index, arguments, _| integer(index, arguments) };

/// The arguments `from` and `abs`, in turn or by name.
fn from_and_abs(index: usize, arguments: &[Value]) -> (Value, bool) {
    if index == 1 {
        let named = |name: &str| arguments[0].get(name).cloned().unwrap_or(Value::Undef);
        return (named("from"), named("abs").is_truthy());
    }
    (arguments[0].clone(), given(arguments, 1).is_some_and(Value::is_truthy))
}

fn numeric(index: usize, arguments: &[Value]) -> Result<Value, Failure> {
    if index == 2 {
        return Err(cannot_convert("new_numeric", &arguments[0], "Numeric"));
    }
    let (from, absolute) = from_and_abs(index, arguments);
    let number = match &from {
        Value::Integer(_) | Value::Float(_) => from,
        Value::Timespan(time) | Value::Timestamp(time) => Value::Float(time.seconds()),
        Value::Boolean(truth) => Value::Integer(i64::from(*truth)),
        Value::String(text) => {
            let prefix = text.get(..2).unwrap_or_default().to_lowercase();
            if prefix == "0b" || prefix == "0x" {
                narrow(parse_integer(text), text)?
            } else {
                crate::operators::number(text).unwrap_or(Value::Undef)
            }
        }
        _ => Value::Undef,
    };
    Ok(if absolute { magnitude(number) } else { number })
}

fn float(index: usize, arguments: &[Value]) -> Result<Value, Failure> {
    if index == 2 {
        return Err(cannot_convert("new_float", &arguments[0], "Float"));
    }
    let (from, absolute) = from_and_abs(index, arguments);
    let number = match &from {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Timespan(time) | Value::Timestamp(time) => time.seconds(),
        Value::Boolean(truth) => f64::from(u8::from(*truth)),
        Value::String(text) => {
            let joined = join_sign(text);
            let binary = text.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("0b"));
            let read = if binary { parse_integer(text).map(|n| n as f64) } else { parse_float(&joined) };
            read.ok_or_else(|| Failure::argument(format!("invalid value for Float(): {}", ruby_inspect(&from))))?
        }
        _ => 0.0,
    };
    Ok(Value::Float(if absolute { number.abs() } else { number }))
}

fn integer(index: usize, arguments: &[Value]) -> Result<Value, Failure> {
    let (from, radix, absolute) = match index {
        0 => (arguments[0].clone(), given(arguments, 1).cloned(), given(arguments, 2).is_some_and(Value::is_truthy)),
        1 => {
            let named = |name: &str| arguments[0].get(name).cloned().unwrap_or(Value::Undef);
            let radix = Some(named("radix")).filter(|radix| !matches!(radix, Value::Undef | Value::Default));
            (named("from"), radix, named("abs").is_truthy())
        }
        2 => return Err(integer_hash_mismatch(&arguments[0])),
        _ => {
            check_radix(arguments.get(1))?;
            return Err(cannot_convert("new", &arguments[0], "Integer"));
        }
    };
    let number = match &from {
        Value::Integer(_) => from,
        Value::Float(number) if number.abs() < 9_223_372_036_854_775_808.0 => Value::Integer(*number as i64),
        Value::Float(number) => {
            return Err(Failure::argument(crate::format::float_text(*number)));
        }
        Value::Timespan(time) | Value::Timestamp(time) => Value::Integer(time.get().div_euclid(PER_SECOND) as i64),
        Value::Boolean(truth) => Value::Integer(i64::from(*truth)),
        Value::String(text) => {
            let joined = join_sign(text);
            let read = match radix.as_ref().and_then(Value::as_integer) {
                None => parse_integer(&joined),
                Some(radix) => with_radix(&joined, radix as u32),
            };
            narrow(read, text)?
        }
        _ => Value::Undef,
    };
    Ok(if absolute { magnitude(number) } else { number })
}

fn integer_hash_mismatch(hash: &Value) -> Failure {
    let types = parse::Aliases::new(INTEGER_TYPES);
    let mut types = match types {
        Ok(types) => types,
        Err(failure) => return failure,
    };
    let mut named = |name: &str| parse::text(name, &mut types);
    if let (Some(from), Ok(convertible)) = (hash.get("from"), named("Convertible"))
        && !crate::types::is_instance(&convertible, from)
    {
        return cannot_convert("new", from, "Integer");
    }
    if let Err(failure) = check_radix(hash.get("radix")) {
        return failure;
    }
    match named("NamedArgs") {
        Ok(expected) => mismatch::assert_instance("Integer.new", &expected, hash)
            .err()
            .map_or_else(|| Failure::argument("Integer.new has wrong arguments"), |f| Failure::argument(f.message)),
        Err(failure) => failure,
    }
}

fn check_radix(radix: Option<&Value>) -> Result<(), Failure> {
    match radix {
        None | Some(Value::Undef | Value::Default | Value::Integer(2 | 8 | 10 | 16)) => Ok(()),
        Some(other) => {
            let radix = crate::format::to_text(other);
            Err(Failure::argument(format!("Illegal radix: {radix}, expected 2, 8, 10, 16, or default")))
        }
    }
}

/// A sign may stand apart from its number.
fn join_sign(text: &str) -> String {
    match text.strip_prefix(['+', '-']) {
        Some(rest) => format!("{}{}", &text[..1], rest.trim_start_matches([' ', '\t'])),
        None => text.to_owned(),
    }
}

fn with_radix(text: &str, radix: u32) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let prefix = match radix {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "0d",
    };
    let digits = lower.strip_prefix(prefix).unwrap_or(&lower);
    parse_digits(digits, radix).map(|number| if negative { -number } else { number })
}

fn narrow(number: Option<i128>, text: &str) -> Result<Value, Failure> {
    let number = number.and_then(|number| i64::try_from(number).ok());
    number
        .map(Value::Integer)
        .ok_or_else(|| Failure::argument(format!("invalid value for Integer(): {}", ruby_inspect(&Value::from(text)))))
}

fn magnitude(number: Value) -> Value {
    match number {
        Value::Integer(number) => Value::Integer(number.saturating_abs()),
        Value::Float(number) => Value::Float(number.abs()),
        other => other,
    }
}

const FORMATS: Aliases = &[("Formats", "Variant[String[2],Array[String[2], 1]]")];

static TIMESPAN_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("seconds", "Variant[Integer,Float]")]),
    Declared::new(&[required("string", "String[1]"), optional("format", "Formats")]).aliases(FORMATS),
    Declared::new(&[
        required("days", "Integer"),
        required("hours", "Integer"),
        required("minutes", "Integer"),
        required("seconds", "Integer"),
        optional("milliseconds", "Integer"),
        optional("microseconds", "Integer"),
        optional("nanoseconds", "Integer"),
    ]),
    Declared::new(&[required("hash_arg", "Struct[{string => String[1], Optional[format] => Formats}]")])
        .aliases(FORMATS),
    Declared::new(&[required(
        "hash_arg",
        "Struct[{Optional[negative] => Boolean, Optional[days] => Integer, Optional[hours] => Integer, Optional[minutes] => Integer, Optional[seconds] => Integer, Optional[milliseconds] => Integer, Optional[microseconds] => Integer, Optional[nanoseconds] => Integer}]",
    )]),
]);

pub(super) static TIMESPAN: Maker = Maker {
    name: "new_timespan",
    dispatches: &TIMESPAN_DISPATCHES,
    make: |index, arguments, _| timespan(index, arguments),
};

fn timespan(index: usize, arguments: &[Value]) -> Result<Value, Failure> {
    let fields = |names: &[&str]| -> Hash {
        names.iter().zip(arguments).map(|(name, value)| (Value::string(*name), value.clone())).collect()
    };
    let span = match (index, &arguments[0]) {
        (0, seconds) => time::from_seconds(seconds).unwrap_or(Nanoseconds::new(0)),
        (1, Value::String(text)) => time::parse_timespan_as(text, given(arguments, 1))?,
        (3 | 4, Value::Hash(given)) => time::timespan_from_hash(given)?,
        _ => time::timespan_from_hash(&fields(&[
            "days",
            "hours",
            "minutes",
            "seconds",
            "milliseconds",
            "microseconds",
            "nanoseconds",
        ]))?,
    };
    Ok(Value::Timespan(span))
}

static TIMESTAMP_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[]),
    Declared::new(&[required("seconds", "Variant[Integer,Float]")]),
    Declared::new(&[required("string", "String[1]"), optional("format", "Formats"), optional("timezone", "String[1]")])
        .aliases(FORMATS),
    Declared::new(&[required(
        "hash_arg",
        "Struct[{string => String[1], Optional[format] => Formats, Optional[timezone] => String[1]}]",
    )])
    .aliases(FORMATS),
]);

pub(super) static TIMESTAMP: Maker =
    Maker { name: "new_timestamp", dispatches: &TIMESTAMP_DISPATCHES, make: timestamp };

fn timestamp(index: usize, arguments: &[Value], now: Option<Nanoseconds>) -> Result<Value, Failure> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let time = match index {
        0 => now.ok_or_else(|| Failure::missing("the present time here"))?,
        1 => time::from_seconds(&arguments[0]).unwrap_or(Nanoseconds::new(0)),
        2 => {
            let zone = text(given(arguments, 2));
            let string = text(arguments.first()).unwrap_or_default();
            time::parse_timestamp_as(&string, given(arguments, 1), zone.as_deref())?
        }
        _ => {
            let zone = text(arguments[0].get("timezone"));
            let string = text(arguments[0].get("string")).unwrap_or_default();
            time::parse_timestamp_as(&string, arguments[0].get("format"), zone.as_deref())?
        }
    };
    Ok(Value::Timestamp(time))
}
