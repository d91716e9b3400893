//! What Ruby tells of a Puppetfile that it has run: the calls that the file made, and how it ended.
//!
//! JSON: `{"calls": [{"verb": "mod", "line": 3, "arguments": [...]}], "error": {"kind": "syntax", "message": "...",
//! "line": 4}}`, `error` where there was one. Texts, numbers, `true`, `false`, `null` and lists are themselves; a
//! symbol is `{"symbol": "latest"}`, a table `{"hash": [[key, value], ...]}`, anything else `{"object": "#<...>"}`.

use serde::Deserialize;
use serde_json::Value as Json;

use super::error::{Error, Kind, Place};
use super::evaluate::{MOST_CALLS, MOST_WEIGHT, too_large};
use super::value::Value;
use super::{Call, Context, Puppetfile, Verb};

/// How a run ended, as Ruby tells it.
#[derive(Debug, Deserialize)]
pub struct Ran {
    calls: Vec<Told>,
    error: Option<Ended>,
}

#[derive(Debug, Deserialize)]
struct Told {
    verb: String,
    line: u32,
    arguments: Vec<Json>,
}

#[derive(Debug, Deserialize)]
struct Ended {
    kind: String,
    message: String,
    line: u32,
}

impl Puppetfile {
    /// Takes what a run told for what it declares. Of two mistakes the earlier is told: a declaration is looked at when
    /// it is made.
    pub fn of_run(ran: &Ran, context: &Context) -> Result<Self, Error> {
        if ran.calls.len() > MOST_CALLS {
            let message = format!("a Puppetfile may have {MOST_CALLS} declarations, and this one has more");
            return Err(Error::new(Kind::Bound, message, place(1)));
        }
        let calls = ran.calls.iter().map(Told::call).collect::<Result<Vec<_>, _>>()?;
        let declared = Self::declare(&calls, context);
        match &ran.error {
            None => declared,
            Some(ended) => declared.and_then(|_| Err(ended.error())),
        }
    }
}

impl Told {
    fn call(&self) -> Result<Call, Error> {
        let place = place(self.line);
        let verb = match self.verb.as_str() {
            "forge" => Verb::Forge,
            "moduledir" => Verb::Moduledir,
            "mod" => Verb::Mod,
            other => return Err(Error::declaration(format!("unrecognized declaration '{other}'"), place)),
        };
        let arguments = self.arguments.iter().map(|told| value(told, place)).collect::<Result<Vec<_>, _>>()?;
        if arguments.iter().map(Value::weight).sum::<usize>() > MOST_WEIGHT {
            return Err(too_large(place));
        }
        Ok(Call { verb, arguments, line: place.line, column: place.column })
    }
}

impl Ended {
    fn error(&self) -> Error {
        let kind = if self.kind == "syntax" { Kind::Syntax } else { Kind::Declaration };
        Error::new(kind, &*self.message, place(self.line))
    }
}

/// Ruby knows lines, and no columns.
fn place(line: u32) -> Place {
    Place { line: line.max(1), column: 1 }
}

fn value(told: &Json, place: Place) -> Result<Value, Error> {
    let list = |items: &[Json]| items.iter().map(|item| value(item, place)).collect::<Result<Vec<_>, _>>();
    let garbled = || Error::declaration(format!("Ruby told something that is no value: {told}"), place);
    Ok(match told {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Float(number.as_f64().ok_or_else(garbled)?),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(list(items)?),
        Json::Object(tagged) => match tagged.iter().next().map(|(tag, inner)| (tag.as_str(), inner)) {
            Some(("symbol", Json::String(name))) => Value::Symbol(name.clone()),
            Some(("hash", Json::Array(pairs))) => {
                let pairs = pairs.iter().map(|pair| match pair.as_array().map(Vec::as_slice) {
                    Some([key, inner]) => Ok((value(key, place)?, value(inner, place)?)),
                    _ => Err(garbled()),
                });
                Value::Hash(pairs.collect::<Result<_, _>>()?)
            }
            Some(("object", Json::String(shown))) => {
                let message =
                    format!("{shown} is no text, number, symbol, list or table: nothing else can be declared");
                return Err(Error::declaration(message, place));
            }
            _ => return Err(garbled()),
        },
    })
}

#[cfg(test)]
mod tests;
