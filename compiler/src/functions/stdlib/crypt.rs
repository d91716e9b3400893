//! Hashes of passwords as operating systems keep them.

use md5::{Digest as _, Md5};
use sha2::Sha512;

use super::refuse;
use crate::error::{Failure, Stop};
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::value::{Text, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("pw_hash", 3, Some(3), pw_hash),
    Function::legacy("str2saltedpbkdf2", 0, None, salted_pbkdf2),
    Function::legacy("str2saltedsha512", 0, None, |call| {
        let [password] = call.arguments.as_slice() else {
            let count = call.arguments.len();
            return refuse(format!("str2saltedsha512(): Wrong number of arguments passed ({count} but we require 1)"));
        };
        let Value::String(password) = password else {
            let class = ruby_class(password);
            return refuse(format!("str2saltedsha512(): Requires a String argument, you passed: {class}"));
        };
        let salt = (call.caller.world().random() as u32 >> 1).to_le_bytes();
        let mut digest = Sha512::new();
        digest.update(salt);
        digest.update(password.as_bytes());
        Ok(Value::from(hex::encode(salt) + &hex::encode(digest.finalize())))
    }),
];

/// The most that bcrypt may cost: each step doubles the work, and a catalog has seconds.
const HIGHEST_COST: u32 = 14;

fn pw_hash(call: &mut Call<'_>) -> Result<Value, Stop> {
    for argument in &mut call.arguments {
        if let Value::Sensitive(inner) = argument {
            *argument = (**inner).clone();
        }
    }
    let [password, kind, salt] = call.arguments.as_slice() else { return Ok(Value::Undef) };
    let Value::String(password) = password else { return refuse("pw_hash(): first argument must be a string") };
    let Value::String(kind) = kind else { return refuse("pw_hash(): second argument must be a string") };
    let bcrypt = match kind.to_lowercase().as_str() {
        "md5" | "sha-256" | "sha-512" => None,
        "bcrypt" => Some(bcrypt::Version::TwoB),
        "bcrypt-a" => Some(bcrypt::Version::TwoA),
        "bcrypt-x" => Some(bcrypt::Version::TwoX),
        "bcrypt-y" => Some(bcrypt::Version::TwoY),
        _ => return refuse(format!("pw_hash(): {kind} is not a valid hash type")),
    };
    let Value::String(salt) = salt else { return refuse("pw_hash(): third argument must be a string") };
    if salt.is_empty() {
        return refuse("pw_hash(): third argument must not be empty");
    }
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    if let Some(version) = bcrypt {
        let bytes = salt.as_bytes();
        let fits = bytes.len() >= 25
            && bytes[..2].iter().all(u8::is_ascii_digit)
            && bytes[2] == b'$'
            && bytes[3..25].iter().all(|byte| letter(*byte));
        if !fits {
            return refuse(r"pw_hash(): characters in salt must match (?-mix:^[0-9]{2}\$[.\/A-Za-z0-9]{22})");
        }
        return if password.is_empty() { Ok(Value::Undef) } else { bcrypted(password, &salt[..25], version) };
    }
    if !salt.bytes().all(letter) {
        return refuse("pw_hash(): characters in salt must be in the set [a-zA-Z0-9./]");
    }
    if password.is_empty() {
        return Ok(Value::Undef);
    }
    let password = password.as_bytes();
    let most = if &*kind.to_lowercase() == "md5" { 8 } else { 16 };
    let salt = &salt[..salt.len().min(most)];
    let rounds = sha_crypt::Params::default();
    let hashed = match kind.to_lowercase().as_str() {
        "md5" => format!("$1${salt}${}", md5_crypt(password, salt.as_bytes())),
        "sha-256" => format!("$5${salt}${}", sha256_text(&sha_crypt::sha256_crypt(password, salt.as_bytes(), rounds))),
        _ => format!("$6${salt}${}", sha512_text(&sha_crypt::sha512_crypt(password, salt.as_bytes(), rounds))),
    };
    Ok(Value::String(Text::bytes(hashed)))
}

/// `salt` is the cost, `$`, and 22 letters.
fn bcrypted(password: &str, salt: &str, version: bcrypt::Version) -> Result<Value, Stop> {
    let cost: u32 = salt[..2].parse().unwrap_or_default();
    if cost > HIGHEST_COST {
        return refuse(format!("pw_hash(): a cost of {cost} takes too long; the highest is {HIGHEST_COST}"));
    }
    let mut bytes = [0; 16];
    let mut bits = 0_u32;
    let mut have = 0;
    let mut at = 0;
    for letter in salt[3..].bytes() {
        bits = bits << 6 | bcrypt_value(letter);
        have += 6;
        if have >= 8 && at < bytes.len() {
            have -= 8;
            bytes[at] = (bits >> have) as u8;
            at += 1;
        }
    }
    let failed = |error: bcrypt::BcryptError| Failure::argument(format!("pw_hash(): {error}"));
    let parts = bcrypt::hash_with_salt(password.as_bytes(), cost, bytes).map_err(failed)?;
    Ok(Value::String(Text::bytes(parts.format_for_version(version))))
}

/// What a letter of bcrypt's own base 64 stands for.
fn bcrypt_value(letter: u8) -> u32 {
    u32::from(match letter {
        b'.' => 0,
        b'/' => 1,
        b'A'..=b'Z' => letter - b'A' + 2,
        b'a'..=b'z' => letter - b'a' + 28,
        other => other.wrapping_sub(b'0') + 54,
    })
}

/// The MD5 scheme of `crypt(3)`, by Poul-Henning Kamp.
fn md5_crypt(password: &[u8], salt: &[u8]) -> String {
    let digest = |parts: &[&[u8]]| -> [u8; 16] {
        let mut digest = Md5::new();
        for part in parts {
            digest.update(part);
        }
        digest.finalize().into()
    };
    let alternate = digest(&[password, salt, password]);
    let mut first = Md5::new();
    first.update(password);
    first.update(b"$1$");
    first.update(salt);
    for part in password.chunks(16) {
        first.update(&alternate[..part.len()]);
    }
    let mut length = password.len();
    while length > 0 {
        first.update(if length & 1 == 1 { &[0] } else { &password[..1] });
        length >>= 1;
    }
    let mut current: [u8; 16] = first.finalize().into();
    for round in 0..1000 {
        let odd = round % 2 == 1;
        let salt = if round % 3 == 0 { &[][..] } else { salt };
        let again = if round % 7 == 0 { &[][..] } else { password };
        current =
            if odd { digest(&[password, salt, again, &current]) } else { digest(&[&current, salt, again, password]) };
    }
    let mut out = String::new();
    for (a, b, c) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
        push(&mut out, [current[a], current[b], current[c]], 4);
    }
    push(&mut out, [0, 0, current[11]], 2);
    out
}

fn sha256_text(bytes: &[u8; 32]) -> String {
    let mut out = String::new();
    let (mut a, mut b, mut c) = (0, 10, 20);
    for _ in 0..10 {
        push(&mut out, [bytes[a], bytes[b], bytes[c]], 4);
        (a, b, c) = (c + 1, a + 1, b + 1);
    }
    push(&mut out, [0, bytes[31], bytes[30]], 3);
    out
}

fn sha512_text(bytes: &[u8; 64]) -> String {
    let mut out = String::new();
    let (mut a, mut b, mut c) = (0, 21, 42);
    for _ in 0..21 {
        push(&mut out, [bytes[a], bytes[b], bytes[c]], 4);
        (a, b, c) = (b + 1, c + 1, a + 1);
    }
    push(&mut out, [0, 0, bytes[63]], 2);
    out
}

/// 24 bits as letters of `crypt(3)`, the lowest six first.
fn push(out: &mut String, [high, middle, low]: [u8; 3], letters: usize) {
    const LETTERS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut bits = u32::from(high) << 16 | u32::from(middle) << 8 | u32::from(low);
    for _ in 0..letters {
        out.push(LETTERS[(bits & 63) as usize] as char);
        bits >>= 6;
    }
}

fn salted_pbkdf2(call: &mut Call<'_>) -> Result<Value, Stop> {
    let unwrapped = |value: &Value| if let Value::Sensitive(inner) = value { (**inner).clone() } else { value.clone() };
    let arguments: Vec<Value> = call.arguments.iter().map(unwrapped).collect();
    let [password, salt, rounds] = arguments.as_slice() else {
        return refuse(format!("str2saltedpbkdf2(): wrong number of arguments ({} for 3)", arguments.len()));
    };
    let Value::String(password) = password else {
        return refuse("str2saltedpbkdf2(): first argument must be a string");
    };
    let Value::String(salt) = salt else { return refuse("str2saltedpbkdf2(): second argument must be a string") };
    if salt.len() < 8 {
        return refuse("str2saltedpbkdf2(): second argument must be at least 8 bytes long");
    }
    let Value::Integer(rounds) = rounds else {
        return refuse("str2saltedpbkdf2(): third argument must be an integer");
    };
    let Some(count) = u32::try_from(*rounds).ok().filter(|count| (40_001..70_000).contains(count)) else {
        return refuse("str2saltedpbkdf2(): third argument must be between 40,000 and 70,000");
    };
    let key: [u8; 128] = pbkdf2::pbkdf2_hmac_array::<Sha512, 128>(password.as_bytes(), salt.as_bytes(), count);
    Ok(Value::record([
        ("password_hex", Value::from(hex::encode(key))),
        ("salt_hex", Value::from(hex::encode(ruby_text::to_s(&Value::String(salt.clone()))))),
        ("iterations", Value::Integer(*rounds)),
    ]))
}
