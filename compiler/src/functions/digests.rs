//! Digests, and numbers that stay the same on one node.

use md5::{Digest as _, Md5};

use super::random::Random;
use super::{Call, Function, ruby_text, strings};
use crate::error::{Failure, Stop};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("md5", 1, Some(1), |call| Ok(Value::from(hex::encode(Md5::digest(bytes(call)?))))),
    Function::legacy("sha1", 1, Some(1), |call| Ok(Value::from(hex::encode(sha1::Sha1::digest(bytes(call)?))))),
    Function::legacy("sha256", 1, Some(1), |call| Ok(Value::from(hex::encode(sha2::Sha256::digest(bytes(call)?))))),
    // The setting digest_algorithm of a server that serves Puppet 7 and 8.
    Function::legacy("digest", 1, Some(1), |call| Ok(Value::from(hex::encode(sha2::Sha256::digest(bytes(call)?))))),
    Function::legacy("fqdn_rand", 1, None, |call| {
        let max = ruby_integer(call.argument(0));
        if max < 1 {
            return Err(Failure::argument(format!("invalid argument - {max}")).into());
        }
        let seed = call.argument(1).clone();
        let downcase = call.argument(2).is_truthy();
        let mut fqdn = fqdn(call)?;
        if downcase {
            fqdn = fqdn.to_lowercase();
        }
        let mut text = format!("{fqdn}:{max}:");
        strings::join(&mut text, &[seed], ":", &mut true)?;
        Ok(Value::Integer(seeded(&text).below(u64::try_from(max).unwrap_or(0)) as i64))
    }),
];

fn bytes(call: &Call<'_>) -> Result<Vec<u8>, Stop> {
    match call.argument(0) {
        Value::String(text) => Ok(text.as_bytes().to_vec()),
        Value::Binary(bytes) => Ok(bytes.to_vec()),
        other => {
            let class = match other {
                Value::Boolean(truth) => truth.to_string(),
                Value::Sensitive(_) => "Puppet::Pops::Types::PSensitiveType::Sensitive".to_owned(),
                other => strings::ruby_class(other),
            };
            Err(Failure::argument(format!("no implicit conversion of {class} into String")).into())
        }
    }
}

/// The node's name, from the fact `networking.fqdn`.
pub(super) fn fqdn(call: &mut Call<'_>) -> Result<String, Stop> {
    let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
    let fqdn = facts.get("networking").and_then(|networking| networking.get("fqdn"));
    Ok(fqdn.map(ruby_text::to_s).unwrap_or_default())
}

/// Random numbers whose seed is the MD5 digest of a text.
pub(super) fn seeded(text: &str) -> Random {
    let digest: [u8; 16] = Md5::digest(text.as_bytes()).into();
    Random::new(u128::from_be_bytes(digest))
}

/// Ruby's `to_i`.
pub(super) fn ruby_integer(value: &Value) -> i64 {
    match value {
        Value::Integer(number) => *number,
        Value::Float(number) => *number as i64,
        Value::String(text) => {
            let text = text.trim_start();
            let sign = usize::from(text.starts_with(['-', '+']));
            let end = text[sign..].find(|c: char| !(c.is_ascii_digit() || c == '_')).map_or(text.len(), |at| at + sign);
            text[..end].replace('_', "").parse().unwrap_or(0)
        }
        _ => 0,
    }
}
