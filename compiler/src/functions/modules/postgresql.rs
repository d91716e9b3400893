//! Functions of the module postgresql.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::{refuse, renamed, unwrapped, version, wrapped};
use crate::error::Stop;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, optional, repeated, required};
use crate::value::{Hash, Value};

const ANY: &[Declared] = &[Declared::new(&[repeated("args", "Any")])];

/// The server's own default.
const ROUNDS: u32 = 4096;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("postgresql_escape", ANY, |call| {
        renamed(
            call,
            "This method is deprecated, please use postgresql::postgresql_escape instead.",
            "postgresql::postgresql_escape",
        )
    }),
    Function::new("postgresql_password", ANY, |call| {
        renamed(
            call,
            "This method is deprecated, please use postgresql::postgresql_password instead.",
            "postgresql::postgresql_password",
        )
    }),
    Function::new(
        "postgresql::postgresql_password",
        &[Declared::new(&[
            required("username", "Variant[String[1], Integer]"),
            required("password", "Variant[String[1], Sensitive[String[1]], Integer]"),
            optional("sensitive", "Boolean"),
            optional("hash", "Optional[Enum['md5', 'scram-sha-256']]"),
            optional("salt", "Optional[Variant[String[1], Integer]]"),
        ])
        .returns("Variant[String, Sensitive[String]]")],
        password,
    ),
    Function::new(
        "postgresql::postgresql_escape",
        &[Declared::new(&[required("input_string", "String[1]")])],
        |call| escaped(call.text(0)).map(Value::from),
    ),
    Function::new(
        "postgresql::prepend_sql_password",
        &[Declared::new(&[required("password", "String")]).returns("String")],
        |call| Ok(Value::from(format!("ENCRYPTED PASSWORD '{}'", call.text(0)))),
    ),
    Function::new(
        "postgresql::postgresql_acls_to_resources_hash",
        &[Declared::new(&[
            required("acls", "Array[String]"),
            required("id", "String[1]"),
            required("offset", "Integer[0]"),
        ])],
        rules,
    ),
];

fn password(call: &mut Call<'_>) -> Result<Value, Stop> {
    let user = ruby_text::to_s(call.argument(0));
    let password = unwrapped(call.argument(1)).clone();
    let release = version(call, "postgresql");
    let mut kind = call.argument(3).clone();
    if kind.is_undef() && release >= (10, 0) {
        kind = call.caller.call_function("postgresql::default", vec![Value::from("password_encryption")], None)?;
    }
    let text = ruby_text::to_s(&password);
    if release >= (8, 0) && password.as_str().is_some() && is_hash(&text) {
        return Ok(wrapped(password, call.argument(2)));
    }
    let hashed = match kind.as_str() {
        None | Some("md5") => format!("md5{}", hex::encode(Md5::digest(format!("{text}{user}").as_bytes()))),
        Some("scram-sha-256") => {
            let salt = if call.argument(4).is_truthy() { ruby_text::to_s(call.argument(4)) } else { user };
            scram(&text, &salt)
        }
        Some(other) => return refuse(format!("postgresql::postgresql_password(): got unkown hash type '{other}'")),
    };
    Ok(wrapped(Value::from(hashed), call.argument(2)))
}

fn is_hash(text: &str) -> bool {
    let md5 = |line: &str| {
        line.strip_prefix("md5").is_some_and(|rest| {
            rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        })
    };
    text.lines().any(|line| md5(line) || line.starts_with("SCRAM-SHA-256$"))
}

fn scram(password: &str, salt: &str) -> String {
    let salted: [u8; 32] = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt.as_bytes(), ROUNDS);
    let keyed = |text: &str| {
        // A key of any length is taken.
        Hmac::<Sha256>::new_from_slice(&salted).map_or_else(
            |_| Vec::new(),
            |mut mac| {
                mac.update(text.as_bytes());
                mac.finalize().into_bytes().to_vec()
            },
        )
    };
    let client = Sha256::digest(keyed("Client Key"));
    let server = keyed("Server Key");
    let (salt, client, server) = (STANDARD.encode(salt), STANDARD.encode(client), STANDARD.encode(server));
    format!("SCRAM-SHA-256${ROUNDS}:{salt}${client}:{server}")
}

/// A text between dollar quotes that do not occur in it.
fn escaped(text: &str) -> Result<String, Stop> {
    if !text.contains("$$") && !text.ends_with('$') {
        return Ok(format!("$${text}$$"));
    }
    let tag_of = |text: &str| -> String {
        hex::encode(Md5::digest(text.as_bytes())).chars().take(6).filter(|c| !c.is_ascii_digit()).collect()
    };
    let mut tag = tag_of(text);
    let mut tried = Vec::new();
    while text.contains(&tag) {
        if tried.contains(&tag) {
            // The original tries these tags for ever.
            return refuse("postgresql::postgresql_escape(): the text holds every tag that could stand around it");
        }
        let next = tag_of(&tag);
        tried.push(std::mem::replace(&mut tag, next));
    }
    Ok(format!("${tag}${text}${tag}$"))
}

/// Lines of `pg_hba.conf` as parameters of `postgresql::server::pg_hba_rule`.
fn rules(call: &mut Call<'_>) -> Result<Value, Stop> {
    let lines = call.items(0).to_vec();
    let id = call.text(1).to_owned();
    let offset = call.argument(2).as_integer().unwrap_or_default();
    let mut rules = Hash::default();
    for line in &lines {
        let index = lines.iter().position(|other| other == line).unwrap_or_default();
        let line = ruby_text::to_s(line);
        let parts: Vec<&str> = line.split_ascii_whitespace().collect();
        if parts.len() < 4 {
            return refuse(format!(
                "postgresql::postgresql_acls_to_resources_hash(): acl line {index} does not have enough parts"
            ));
        }
        let mut rule: Vec<(&str, String)> = vec![
            ("type", parts[0].to_owned()),
            ("database", parts[1].to_owned()),
            ("user", parts[2].to_owned()),
            ("order", format!("{:03}", offset.saturating_add(index as i64))),
        ];
        let (address, method) = if parts[0] == "local" {
            (None, 3)
        } else if parts.get(4).is_some_and(|mask| mask.starts_with(|c: char| c.is_ascii_digit())) {
            (Some(format!("{} {}", parts[3], parts[4])), 5)
        } else {
            (Some(parts[3].to_owned()), 4)
        };
        rule.extend(address.map(|address| ("address", address)));
        let mut rule: Hash = rule.into_iter().map(|(name, value)| (Value::from(name), Value::from(value))).collect();
        rule.insert(Value::from("auth_method"), parts.get(method).map_or(Value::Undef, |method| Value::from(*method)));
        if let Some(options) = parts.get(method + 1..).filter(|options| !options.is_empty()) {
            rule.insert(Value::from("auth_option"), Value::from(options.join(" ")));
        }
        rules.insert(Value::from(format!("postgresql class generated rule {id} {index}")), Value::hash(rule));
    }
    Ok(Value::hash(rules))
}
