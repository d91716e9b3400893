//! Functions that depend on the node: its facts, and numbers that stay the same on it.

use sha1::Digest as _;

use super::{expect, kinds, refuse};
use crate::error::{Failure, Stop};
use crate::functions::digests::{fqdn, ruby_integer, seeded};
use crate::functions::random::Random;
use crate::functions::strings::join;
use crate::functions::{Call, Function, ruby_text, versions};
use crate::signature::{Declared, optional, required};
use crate::value::Value;

pub(super) const CHARACTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random texts may be this long.
const MOST_CHARACTERS: i64 = 1_000_000;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("fact", &[Declared::new(&[required("fact_name", "String")])], fact),
    Function::legacy("assert_private", 0, None, assert_private),
    Function::legacy("private", 0, None, assert_private),
    Function::legacy("fqdn_rotate", 0, None, fqdn_rotate),
    Function::legacy("fqdn_rand_string", 1, None, fqdn_rand_string),
    Function::legacy("seeded_rand", 2, Some(2), |call| {
        let max = ruby_integer(call.argument(0));
        if !kinds::is_integer(call.argument(0)) || max <= 0 {
            return refuse("seeded_rand(): first argument must be a positive integer");
        }
        let Value::String(seed) = call.argument(1) else {
            return refuse("seeded_rand(): second argument must be a string");
        };
        Ok(Value::Integer(seeded(seed).below(max as u64) as i64))
    }),
    Function::new(
        "seeded_rand_string",
        &[Declared::new(&[
            required("length", "Integer[1]"),
            required("seed", "String"),
            optional("charset", "String[2]"),
        ])],
        |call| {
            let characters: Vec<char> = call
                .argument(2)
                .as_str()
                .unwrap_or("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
                .chars()
                .collect();
            let digest = sha2::Sha256::digest(call.text(1).as_bytes());
            let mut random = Random::from_bytes(&digest);
            let length = call.argument(0).as_integer().unwrap_or(1);
            check_length(call.name, length)?;
            let text: String =
                (0..length).map(|_| characters[random.below(characters.len() as u64) as usize]).collect();
            Ok(Value::from(text))
        },
    ),
    Function::legacy("fqdn_uuid", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |_| "fqdn_uuid: No arguments given".to_owned())?;
        expect(call, call.arguments.len() == 1, |n| format!("fqdn_uuid: Too many arguments given ({n})"))?;
        let mut digest = sha1::Sha1::new();
        digest.update(NAMESPACE_DNS);
        digest.update(ruby_text::to_s(call.argument(0)).as_bytes());
        let mut bytes: [u8; 20] = digest.finalize().into();
        bytes[6] = bytes[6] & 0x0f | 0x50;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let text = hex::encode(&bytes[..16]);
        Ok(Value::from(format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])))
    }),
    Function::legacy("has_interface_with", 0, None, |call| {
        let fits = matches!(call.arguments.len(), 1 | 2);
        expect(call, fits, |n| format!("has_interface_with(): Wrong number of arguments given ({n} for 1 or 2)"))?;
        let (first, second) = (call.argument(0).clone(), call.arguments.get(1).cloned());
        has_interface_with(call, &first, second.as_ref())
    }),
    Function::legacy("has_ip_address", 1, Some(1), |call| {
        let address = call.argument(0).clone();
        has_interface_with(call, &Value::from("ipaddress"), Some(&address))
    }),
    Function::legacy("has_ip_network", 1, Some(1), |call| {
        let network = call.argument(0).clone();
        has_interface_with(call, &Value::from("network"), Some(&network))
    }),
    Function::new(
        "os_version_gte",
        &[Declared::new(&[required("os", "String[1]"), required("version", "String[1]")]).returns("Boolean")],
        |call| {
            let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
            let text = |name: &str| facts.get(name).map(ruby_text::to_s).unwrap_or_default();
            let fits = text("operatingsystem") == call.text(0)
                && versions::compare(&text("operatingsystemmajrelease"), call.text(1), false).is_ge();
            Ok(Value::Boolean(fits))
        },
    ),
    Function::legacy("pry", 0, None, |_| refuse("pry(): Requires the 'pry' rubygem to use, but it was not found")),
    Function::legacy("time", 0, None, |call| {
        expect(call, call.arguments.len() <= 1, |n| format!("time(): Wrong number of arguments given {n} for 0 or 1"))?;
        Ok(Value::Integer((call.caller.world().now() / 1_000_000_000) as i64))
    }),
];

/// Refuses to make a random text beyond all measure.
pub(super) fn check_length(name: &str, length: i64) -> Result<(), Stop> {
    if length > MOST_CHARACTERS {
        return Err(Failure::argument(format!("{name}(): more than {MOST_CHARACTERS} characters")).into());
    }
    Ok(())
}

const NAMESPACE_DNS: [u8; 16] =
    [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

fn fact(call: &mut Call<'_>) -> Result<Value, Stop> {
    let name = call.text(0).to_owned();
    let mut value = call.caller.variable("facts")?.unwrap_or(Value::Undef);
    let mut walked: Vec<String> = Vec::new();
    for step in fact_path(&name) {
        let so_far = || {
            let quoted = |part: &String| if part.contains('.') { format!("\"{part}\"") } else { part.clone() };
            walked.iter().map(quoted).collect::<Vec<_>>().join(".")
        };
        let mut complaint = None;
        let next = match &value {
            Value::Undef => return Ok(Value::Undef),
            Value::Hash(_) => value.get(&step).cloned(),
            Value::Array(items) => {
                if let Ok(index) = step.parse::<i64>() {
                    let index = if index < 0 { index + items.len() as i64 } else { index };
                    usize::try_from(index).ok().and_then(|index| items.get(index)).cloned()
                } else {
                    complaint = Some(format!(
                        "fact request for {name} returning nil: '{}' is an array; cannot index to '{step}'",
                        so_far()
                    ));
                    None
                }
            }
            _ => {
                complaint = Some(format!(
                    "fact request for {name} returning nil: '{}' is not a collection; cannot walk to '{step}'",
                    so_far()
                ));
                None
            }
        };
        if let Some(complaint) = complaint {
            call.caller.warning(complaint);
        }
        walked.push(step);
        value = next.unwrap_or(Value::Undef);
    }
    Ok(value)
}

/// `a."b.c".0`
fn fact_path(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        if let Some((quoted, after)) = rest.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
            parts.push(quoted.to_owned());
            rest = after;
        } else {
            let end = rest.find(['.', '"']).unwrap_or(rest.len());
            if end > 0 {
                parts.push(rest[..end].to_owned());
            }
            rest = rest.get(end.max(1)..).unwrap_or_default();
        }
    }
    parts
}

fn assert_private(call: &mut Call<'_>) -> Result<Value, Stop> {
    expect(call, call.arguments.len() <= 1, |n| {
        format!("assert_private(): Wrong number of arguments given ({n}}}) for 0 or 1)")
    })?;
    let module = call.caller.variable("module_name")?.unwrap_or(Value::Undef);
    let caller = call.caller.variable("caller_module_name")?.unwrap_or(Value::Undef);
    if ruby_text::to_s(&module) == ruby_text::to_s(&caller) {
        return Ok(Value::Undef);
    }
    if let Some(Value::String(message)) = call.arguments.first() {
        return refuse(&**message);
    }
    let (is_class, name) = call.caller.definition();
    refuse(format!("{} {name} is private", if is_class { "Class" } else { "Definition" }))
}

fn fqdn_rotate(call: &mut Call<'_>) -> Result<Value, Stop> {
    expect(call, !call.arguments.is_empty(), |n| {
        format!("fqdn_rotate(): Wrong number of arguments given ({n} for 1)")
    })?;
    let mut items: Vec<Value> = match call.argument(0) {
        Value::String(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
        Value::Array(items) => items.to_vec(),
        _ => return refuse("fqdn_rotate(): Requires either array or string to work with"),
    };
    if items.len() <= 1 {
        return Ok(call.take(0));
    }
    let fqdn = call.caller.variable("::fqdn")?.unwrap_or(Value::Undef);
    let mut seed = String::new();
    let mut parts = vec![fqdn];
    parts.extend(call.arguments[1..].iter().cloned());
    join(&mut seed, &parts, ":", &mut true)?;
    // With no further seed the original joins an empty list: one part, no colon.
    let offset = seeded(&seed).below(items.len() as u64) as usize;
    items.rotate_left(offset);
    if matches!(call.argument(0), Value::String(_)) {
        return Ok(Value::from(items.iter().filter_map(Value::as_str).collect::<String>()));
    }
    Ok(Value::array(items))
}

fn fqdn_rand_string(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.arguments.is_empty() {
        return refuse("fqdn_rand_string(): wrong number of arguments (0 for 1)");
    }
    let length = ruby_integer(call.argument(0));
    if !kinds::is_integer(call.argument(0)) || length <= 0 {
        return refuse("fqdn_rand_string(): first argument must be a positive integer");
    }
    let characters: Vec<char> = match call.arguments.get(1) {
        None => CHARACTERS.chars().collect(),
        Some(Value::String(text)) if text.is_empty() => CHARACTERS.chars().collect(),
        Some(Value::String(text)) => text.chars().collect(),
        Some(_) => return refuse("fqdn_rand_string(): second argument must be undef or a string"),
    };
    if length > MOST_CHARACTERS {
        return Err(Failure::argument(format!("fqdn_rand_string(): more than {MOST_CHARACTERS} characters")).into());
    }
    let name = fqdn(call)?;
    let count = characters.len();
    let rest: Vec<Value> = call.arguments.get(2..).unwrap_or_default().to_vec();
    let text: String = (1..=length)
        .map(|current| {
            let mut parts = rest.clone();
            parts.push(Value::Integer(current));
            let mut seed = format!("{name}:{count}:");
            join(&mut seed, &parts, ":", &mut true)?;
            Ok(characters[seeded(&seed).below(count as u64) as usize])
        })
        .collect::<Result<_, Failure>>()?;
    Ok(Value::from(text))
}

fn has_interface_with(call: &mut Call<'_>, kind: &Value, value: Option<&Value>) -> Result<Value, Stop> {
    let interfaces = call.caller.variable("interfaces")?.unwrap_or(Value::Undef);
    let Value::String(interfaces) = interfaces else { return Ok(Value::Boolean(false)) };
    let kind = ruby_text::to_s(kind);
    let Some(value) = value else {
        return Ok(Value::Boolean(interfaces.split(',').any(|interface| interface == kind)));
    };
    if call.caller.variable(&kind)?.as_ref() == Some(value) {
        return Ok(Value::Boolean(true));
    }
    for interface in interfaces.split(',') {
        let fact = format!("{kind}_{}", interface.to_lowercase());
        if call.caller.variable(&fact)?.as_ref() == Some(value) {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}
