//! `eyaml_lookup_key`: YAML whose texts hold encrypted parts, `ENC[PKCS7,…]`, as hiera-eyaml writes them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::{Captures, Regex};

use super::{Lookup, context, fault, files};
use crate::error::{Error, Failure, Stop};
use crate::functions::Caller;
use crate::value::{Hash, Text, Value, ruby_class};
use crate::world::DataFormat;

mod envelope;
mod key_pair;

pub(super) use key_pair::KeyPair;

/// What stands where a decrypted text would be shown.
const REDACTED: &str = "[value redacted]";

/// Whether a text holds anything encrypted. Does not reach over the end of a line, as in the original.
static ENCRYPTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"ENC\[.*?\]").ok());

/// An encrypted part: its method, if it says one, and its text in base64.
static PART: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"ENC\[(?:([a-zA-Z0-9_]+),)?([a-zA-Z0-9+/ =\n]+?)\]").ok());

/// Base64 as Ruby reads it: without padding too, and whatever the last bits are.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Texts that were decrypted: explanations and errors do not show them.
#[derive(Default)]
pub(super) struct Secrets(BTreeSet<(Reverse<usize>, Arc<str>)>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.0.len())
    }
}

impl Secrets {
    fn add(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.0.insert((Reverse(text.len()), text.into()));
        }
    }

    /// A text without the secrets in it.
    pub(super) fn hide(&self, text: String) -> String {
        // The longest come first: one may be part of another.
        self.0.iter().fold(text, |text, (_, secret)| text.replace(&**secret, REDACTED))
    }

    /// A value without the secrets in it.
    pub(super) fn hide_in(&self, value: &Value) -> Value {
        match value {
            _ if self.0.is_empty() => value.clone(),
            Value::Array(items) => Value::array(items.iter().map(|item| self.hide_in(item)).collect()),
            Value::Hash(entries) => {
                Value::hash(entries.iter().map(|(key, value)| (self.hide_in(key), self.hide_in(value))).collect())
            }
            Value::String(text) if self.0.iter().any(|(_, secret)| text.contains(&**secret)) => Value::from(REDACTED),
            other => other.clone(),
        }
    }
}

/// Where a key stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    File(Arc<str>),
    /// A variable of the process's environment.
    Variable(Arc<str>),
}

/// A call of `eyaml_lookup_key`; its arguments are checked.
pub(crate) fn lookup_key(caller: &mut dyn Caller, key: &Value, options: &Value, object: &Value) -> Result<Value, Stop> {
    let (Value::Hash(options), Value::Object(object)) = (options, object) else {
        return Err(Failure::argument("'eyaml_lookup_key' expects options and a context").into());
    };
    let context = context::known(caller, object);
    if let Some(value) = context.cached(key) {
        return Ok(value);
    }
    let Some(path) = options.get(&Value::from("path")) else {
        return Err(Failure::argument(
            "'eyaml_lookup_key': one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml \
             when using this lookup_key function",
        )
        .into());
    };
    let path = path.as_str().unwrap_or_default();
    let data = if let Some(data) = context.cached(&Value::Undef) {
        data
    } else {
        let data = files::existing(caller, path, DataFormat::Yaml)?;
        context.keep(Value::Undef, data.clone());
        data
    };
    let Value::Hash(data) = data else { return Err(Stop::NotFound) };
    let Some(value) = data.get(key) else { return Err(Stop::NotFound) };
    let value = Reading { caller, options, key, path }.value(value)?;
    context.keep(key.clone(), value.clone());
    Ok(value)
}

/// The value of one key while it is decrypted.
struct Reading<'a> {
    caller: &'a mut dyn Caller,
    options: &'a Hash,
    key: &'a Value,
    path: &'a str,
}

impl Reading<'_> {
    fn value(&mut self, value: &Value) -> Result<Value, Stop> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                let items: Result<_, Stop> = items.iter().map(|item| self.value(item)).collect();
                Ok(Value::array(items?))
            }
            Value::Hash(entries) => {
                let mut result = Hash::default();
                for (key, value) in entries.iter() {
                    let key = Lookup::continued(self.caller).interpolate(key, true)?;
                    result.insert(key, self.value(value)?);
                }
                Ok(Value::hash(result))
            }
            other => Ok(other.clone()),
        }
    }

    /// Decrypts a text, then fills its variables in.
    fn text(&mut self, text: &Text) -> Result<Value, Stop> {
        if !ENCRYPTED.as_ref().is_some_and(|encrypted| encrypted.is_match(text)) {
            return Lookup::continued(self.caller).interpolate(&Value::String(text.clone()), true);
        }
        let plain = self.decrypted(text).map_err(|message| {
            let (key, path) = (crate::format::to_text(self.key), self.path);
            fault(format!(
                "hiera-eyaml backend error decrypting {text} when looking up {key} in {path}. Error was {message}"
            ))
        })?;
        self.caller.spend(plain.len())?;
        let secrets = self.caller.hiera().secrets.clone();
        secrets.borrow_mut().add(&plain);
        let value = Lookup::continued(self.caller).interpolate(&Value::from(plain), true);
        match value {
            Ok(Value::String(text)) => {
                secrets.borrow_mut().add(&text);
                Ok(Value::String(text))
            }
            Err(Stop::Error(error)) => {
                Err(Error { message: secrets.borrow().hide(error.message.clone()), ..*error }.into())
            }
            other => other,
        }
    }

    fn decrypted(&mut self, text: &str) -> Result<String, String> {
        let mut plain = String::new();
        let mut end = 0;
        for part in PART.iter().flat_map(|part| part.captures_iter(text)) {
            let Some(whole) = part.get(0) else { continue };
            plain.push_str(&text[end..whole.start()]);
            let secret = self.part(&part)?;
            self.caller.hiera().secrets.borrow_mut().add(&secret);
            plain.push_str(&secret);
            end = whole.end();
        }
        plain.push_str(&text[end..]);
        let chomped = plain.strip_suffix("\r\n").or_else(|| plain.strip_suffix(['\n', '\r']));
        Ok(chomped.map(str::to_owned).unwrap_or(plain))
    }

    fn part(&mut self, part: &Captures<'_>) -> Result<String, String> {
        let method = part.get(1).map_or("PKCS7", |method| method.as_str());
        if !method.eq_ignore_ascii_case("PKCS7") {
            return Err(format!(
                "Could not find hiera-eyaml encryptor: {method}. This server decrypts PKCS7 only: encrypt the value with it"
            ));
        }
        let keys = self.keys()?;
        let digits = part.get(2).map_or("", |digits| digits.as_str());
        let plain = keys.decrypt(&decoded(digits))?;
        String::from_utf8(plain).map_err(|_| "invalid byte sequence in UTF-8".to_owned())
    }

    /// The keys that the options name; read once for a compile.
    fn keys(&mut self) -> Result<Rc<KeyPair>, String> {
        let option = |name: &str| self.options.get(&Value::from(name)).filter(|value| value.is_truthy());
        for kind in ["public", "private"] {
            let name = format!("pkcs7_{kind}_key");
            if option(&name).or_else(|| option(&format!("{name}_env_var"))).is_none() {
                return Err(format!("{name} is not defined"));
            }
        }
        let sources = [self.source("pkcs7_private_key")?, self.source("pkcs7_public_key")?];
        let cache = self.caller.hiera();
        if let Some(keys) = cache.eyaml_keys.borrow().get(&sources) {
            return Ok(keys.clone());
        }
        let private = key_pair::private_key(&self.read(&sources[0])?)?;
        let keys = Rc::new(KeyPair::new(private, &self.read(&sources[1])?)?);
        cache.eyaml_keys.borrow_mut().insert(sources, keys.clone());
        Ok(keys)
    }

    /// A variable of the process's environment counts more than a file, when it is set.
    fn source(&self, name: &str) -> Result<Source, String> {
        let option = |name: &str| self.options.get(&Value::from(name)).cloned().unwrap_or(Value::Undef);
        let text = |value: Value| match value {
            Value::String(text) => Ok(text),
            Value::Undef => Err("no implicit conversion of nil into String".to_owned()),
            other => Err(format!("no implicit conversion of {} into String", ruby_class(&other))),
        };
        let variable = option(&format!("{name}_env_var"));
        if variable.is_truthy() {
            let variable = text(variable)?;
            if self.caller.world().process_variable(&variable).is_some() {
                return Ok(Source::Variable(variable.letters().clone()));
            }
        }
        text(option(name)).map(|path| Source::File(path.letters().clone()))
    }

    fn read(&self, source: &Source) -> Result<Arc<[u8]>, String> {
        let world = self.caller.world();
        match source {
            Source::Variable(name) => Ok(world.process_variable(name).unwrap_or_default().into_bytes().into()),
            Source::File(path) => {
                let bytes = world.read(path).map_err(|error| error.to_string())?;
                bytes.ok_or_else(|| format!("No such file or directory @ rb_sysopen - {path}"))
            }
        }
    }
}

/// The bytes of a part; what follows its padding does not count.
fn decoded(digits: &str) -> Vec<u8> {
    let digits = digits.split('=').next().unwrap_or_default();
    let mut digits: String = digits.chars().filter(|digit| !digit.is_ascii_whitespace()).collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    LENIENT.decode(digits).unwrap_or_default()
}
