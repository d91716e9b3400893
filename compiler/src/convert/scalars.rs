//! Strings, booleans, versions and other single values.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose;
use semver::{BuildMetadata, Prerelease, Version};

use crate::convert::{Maker, cannot_convert, given};
use crate::error::Failure;
use crate::regexp::{self, Regexp};
use crate::signature::{Declared, Dispatches, optional, required};
use crate::types::parse;
use crate::value::{Value, ruby_class};
use crate::version_range::VersionRange;

static UNIT_DISPATCHES: Dispatches = Dispatches::new(&[Declared::new(&[required("from", "Any")])]);

pub(super) static UNIT: Maker =
    Maker { name: "new_unit", dispatches: &UNIT_DISPATCHES, make: |_, arguments, _| Ok(arguments[0].clone()) };

static TYPE_DISPATCHES: Dispatches = Dispatches::new(&[Declared::new(&[required("type_string", "String[1]")])]);

pub(super) static TYPE: Maker = Maker {
    name: "new_type",
    dispatches: &TYPE_DISPATCHES,
    make: |_, arguments, _| {
        parse::text(arguments[0].as_str().unwrap_or_default(), &mut parse::BuiltIn).map(Value::Type)
    },
};

static BOOLEAN_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required(
        "from",
        "Variant[Integer, Float, Boolean, Enum['false','true','yes','no','y','n',true]]",
    )]),
    Declared::new(&[required("from", "Any")]).complains(),
]);

pub(super) static BOOLEAN: Maker = Maker {
    name: "new_boolean",
    dispatches: &BOOLEAN_DISPATCHES,
    make: |index, arguments, _| match (index, &arguments[0]) {
        (1, from) => Err(cannot_convert("new_boolean", from, "Boolean")),
        (_, Value::Float(number)) => Ok(Value::Boolean(*number != 0.0)),
        (_, Value::Integer(number)) => Ok(Value::Boolean(*number != 0)),
        (_, Value::String(text)) => Ok(Value::Boolean(!matches!(text.to_lowercase().as_str(), "false" | "no" | "n"))),
        (_, from) => Ok(Value::Boolean(from.is_truthy())),
    },
};

static STRING_DISPATCHES: Dispatches = Dispatches::new(&[Declared::new(&[
    required("from", "Convertible"),
    optional("string_formats", "Formats"),
])
.aliases(&[
    ("Format", r"Pattern[/^%([\s\[+#0{<(|-]*)([1-9][0-9]*)?(?:\.([0-9]+))?([a-zA-Z])$/]"),
    (
        "ContainerFormat",
        "Struct[{Optional[format] => Format, Optional[separator] => String, Optional[separator2] => String, Optional[string_formats] => Hash[Type, Format]}]",
    ),
    ("TypeMap", "Hash[Type, Variant[Format, ContainerFormat]]"),
    ("Convertible", "Any"),
    ("Formats", "Variant[Default, String[1], TypeMap]"),
])]);

pub(super) static STRING: Maker = Maker {
    name: "new_string",
    dispatches: &STRING_DISPATCHES,
    make: |_, arguments, _| {
        let made = crate::format::string_new(&arguments[0], arguments.get(1))?;
        Ok(match (&arguments[0], arguments.get(1).map(Value::as_str)) {
            (Value::String(text), None | Some(Some("%p"))) => Value::String(text.derived(made)),
            _ => Value::from(made),
        })
    },
};

static REGEXP_DISPATCHES: Dispatches =
    Dispatches::new(&[Declared::new(&[required("pattern", "String"), optional("escape", "Boolean")])]);

pub(super) static REGEXP: Maker = Maker {
    // The original's own slip of the pen.
    name: "new_float",
    dispatches: &REGEXP_DISPATCHES,
    make: |_, arguments, _| {
        let pattern = arguments[0].as_str().unwrap_or_default();
        let escape = given(arguments, 1).is_some_and(Value::is_truthy);
        let parsed = if escape { Regexp::parse(&regexp::escape(pattern)) } else { Regexp::parse(pattern) };
        Ok(Value::Regexp(Arc::new(parsed?)))
    },
};

static SENSITIVE_DISPATCHES: Dispatches =
    Dispatches::new(&[Declared::new(&[required("value", "Sensitive")]), Declared::new(&[required("value", "Any")])]);

pub(super) static SENSITIVE: Maker = Maker {
    name: "new_Sensitive",
    dispatches: &SENSITIVE_DISPATCHES,
    make: |index, arguments, _| {
        let value = arguments[0].clone();
        Ok(if index == 0 { value } else { Value::sensitive(value) })
    },
};

static BINARY_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("str", "String"), optional("format", "Base64Format")])
        .aliases(&[("Base64Format", "Enum[\"%b\", \"%u\", \"%B\", \"%s\", \"%r\"]")]),
    Declared::new(&[required("byte_array", "Array[ByteInteger]")]).aliases(&[("ByteInteger", "Integer[0,255]")]),
    Declared::new(&[required("hash_args", "BinaryArgsHash")]).aliases(&[
        ("ByteInteger", "Integer[0,255]"),
        ("Base64Format", "Enum[\"%b\", \"%u\", \"%B\", \"%s\", \"%r\"]"),
        ("StringHash", "Struct[{value => String, \"format\" => Optional[Base64Format]}]"),
        ("ArrayHash", "Struct[{value => Array[ByteInteger]}]"),
        ("BinaryArgsHash", "Variant[StringHash, ArrayHash]"),
    ]),
]);

pub(super) static BINARY: Maker = Maker {
    name: "new_Binary",
    dispatches: &BINARY_DISPATCHES,
    make: |index, arguments, _| {
        let (value, format) = match index {
            2 => (arguments[0].get("value"), arguments[0].get("format")),
            _ => (arguments.first(), arguments.get(1)),
        };
        let bytes = match value {
            Some(Value::Array(items)) => {
                items.iter().filter_map(|item| u8::try_from(item.as_integer()?).ok()).collect()
            }
            Some(Value::String(text)) => decode(text, format.and_then(Value::as_str).unwrap_or("%B"))?,
            _ => Vec::new(),
        };
        Ok(Value::Binary(bytes.into()))
    },
};

fn decode(text: &str, format: &str) -> Result<Vec<u8>, Failure> {
    let invalid = || Failure::argument("invalid base64");
    match format {
        "%s" | "%r" => Ok(text.as_bytes().to_vec()),
        "%B" => general_purpose::STANDARD.decode(text).map_err(|_| invalid()),
        "%u" => {
            let unpadded = text.trim_end_matches('=');
            general_purpose::URL_SAFE_NO_PAD.decode(unpadded).map_err(|_| invalid())
        }
        // Letters that are none of base64 are skipped, and what is missing at the end is made up.
        _ => {
            let kept: String = text
                .chars()
                .take_while(|letter| *letter != '=')
                .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/'))
                .collect();
            let whole = if kept.len() % 4 == 1 { &kept[..kept.len() - 1] } else { &kept };
            let engine = general_purpose::GeneralPurpose::new(
                &base64::alphabet::STANDARD,
                general_purpose::NO_PAD.with_decode_allow_trailing_bits(true),
            );
            engine.decode(whole).map_err(|_| invalid())
        }
    }
}

const SEMVER_TYPES: &[(&str, &str)] = &[
    ("PositiveInteger", "Integer[0,default]"),
    ("SemVerQualifier", r"Pattern[/\A(?<part>[0-9A-Za-z-]+)(?:\.\g<part>)*\Z/]"),
    (
        "SemVerPattern",
        r"Pattern[/\A(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\Z/]",
    ),
    (
        "SemVerHash",
        "Struct[{major=>PositiveInteger,minor=>PositiveInteger,patch=>PositiveInteger,Optional[prerelease]=>SemVerQualifier,Optional[build]=>SemVerQualifier}]",
    ),
];

static SEMVER_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("str", "SemVerPattern")]).aliases(SEMVER_TYPES),
    Declared::new(&[
        required("major", "PositiveInteger"),
        required("minor", "PositiveInteger"),
        required("patch", "PositiveInteger"),
        optional("prerelease", "SemVerQualifier"),
        optional("build", "SemVerQualifier"),
    ])
    .aliases(SEMVER_TYPES),
    Declared::new(&[required("hash_args", "SemVerHash")]).aliases(SEMVER_TYPES),
    Declared::new(&[required("str", "String")]).complains(),
]);

pub(super) static SEMVER: Maker = Maker {
    name: "new_Version",
    dispatches: &SEMVER_DISPATCHES,
    make: |index, arguments, _| {
        let named = |name: &str| arguments[0].get(name).cloned();
        let version = match index {
            0 => parse_version(arguments[0].as_str().unwrap_or_default())?,
            1 => version(&[0, 1, 2, 3, 4].map(|index| arguments.get(index).cloned()))?,
            2 => version(&["major", "minor", "patch", "prerelease", "build"].map(named))?,
            _ => {
                let text = arguments[0].as_str().unwrap_or_default();
                return Err(Failure::argument(format!(
                    "'new_Version' The string '{text}' cannot be converted to a SemVer"
                )));
            }
        };
        Ok(Value::SemVer(Arc::new(version)))
    },
};

fn parse_version(text: &str) -> Result<Version, Failure> {
    Version::parse(text.trim_end_matches('\n')).map_err(|_| {
        Failure::argument(match text.split_once('-') {
            Some(_) => "Numeric pre-release identifiers MUST NOT contain leading zeroes".to_owned(),
            None => format!("Unable to parse '{text}' as a semantic version identifier"),
        })
    })
}

/// From major, minor, patch, pre-release and build.
fn version(parts: &[Option<Value>; 5]) -> Result<Version, Failure> {
    let number = |index: usize| {
        parts[index].as_ref().and_then(Value::as_integer).and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
    };
    let text = |index: usize| parts[index].as_ref().and_then(Value::as_str).unwrap_or_default();
    let invalid = |_| Failure::argument("Numeric pre-release identifiers MUST NOT contain leading zeroes");
    Ok(Version {
        major: number(0),
        minor: number(1),
        patch: number(2),
        pre: Prerelease::new(text(3)).map_err(invalid)?,
        build: BuildMetadata::new(text(4)).map_err(invalid)?,
    })
}

static SEMVER_RANGE_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("str", "SemVerRangeString")]).aliases(&[("SemVerRangeString", "String[1]")]),
    Declared::new(&[
        required("min", "Variant[Default,SemVer]"),
        required("max", "Variant[Default,SemVer]"),
        optional("exclude_max", "Boolean"),
    ]),
    Declared::new(&[required("hash_args", "SemVerRangeHash")]).aliases(&[(
        "SemVerRangeHash",
        "Struct[{min=>Variant[Default,SemVer],Optional[max]=>Variant[Default,SemVer],Optional[exclude_max]=>Boolean}]",
    )]),
]);

pub(super) static SEMVER_RANGE: Maker = Maker {
    name: "new_VersionRange",
    dispatches: &SEMVER_RANGE_DISPATCHES,
    make: |index, arguments, _| {
        let named = |name: &str| arguments[0].get(name);
        let (from, to, exclude) = match index {
            0 => {
                let range = VersionRange::parse(arguments[0].as_str().unwrap_or_default())?;
                return Ok(Value::SemVerRange(Arc::new(range)));
            }
            1 => (arguments.first(), arguments.get(1), arguments.get(2)),
            _ => (named("min"), named("max"), named("exclude_max")),
        };
        let bound = |value: Option<&Value>| match value {
            Some(Value::SemVer(version)) => Some(Version::clone(version)),
            _ => None,
        };
        let exclude = exclude.is_some_and(Value::is_truthy);
        let range = VersionRange::between(bound(from).as_ref(), bound(to).as_ref(), exclude);
        Ok(Value::SemVerRange(Arc::new(range)))
    },
};

static URI_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("uri", "String[1]")]),
    Declared::new(&[required(
        "hash",
        "Struct[{Optional[scheme] => String[1], Optional[userinfo] => String[1], Optional[host] => String[1], Optional[port] => Integer[0], Optional[path] => String[1], Optional[query] => String[1], Optional[fragment] => String[1], Optional[opaque] => String[1]}]",
    )]),
]);

pub(super) static URI: Maker = Maker {
    // The original's own slip of the pen.
    name: "new_error",
    dispatches: &URI_DISPATCHES,
    make: |index, arguments, _| {
        if index == 0 {
            let text = arguments[0].as_str().unwrap_or_default();
            crate::types::uri::check(text).map_err(Failure::argument)?;
            return Ok(Value::Uri(crate::types::uri::canonical(text).into()));
        }
        build_uri(&arguments[0])
    },
};

fn build_uri(parts: &Value) -> Result<Value, Failure> {
    let part = |name: &str| match parts.get(name) {
        None | Some(Value::Undef) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.to_string()),
        Some(Value::Integer(number)) => Ok(number.to_string()),
        Some(other) => Err(Failure::argument(format!("bad component: {}", ruby_class(other)))),
    };
    let with = |before: &str, text: String, after: &str| {
        if text.is_empty() { text } else { format!("{before}{text}{after}") }
    };
    let scheme = with("", part("scheme")?, ":");
    let opaque = part("opaque")?;
    if !opaque.is_empty() {
        return Ok(Value::Uri(crate::types::uri::canonical(&format!("{scheme}{opaque}")).into()));
    }
    let authority = with(
        "//",
        format!("{}{}{}", with("", part("userinfo")?, "@"), part("host")?, with(":", part("port")?, "")),
        "",
    );
    let path = part("path")?;
    let (query, fragment) = (with("?", part("query")?, ""), with("#", part("fragment")?, ""));
    let text = format!("{scheme}{authority}{path}{query}{fragment}");
    Ok(Value::Uri(crate::types::uri::canonical(&text).into()))
}
