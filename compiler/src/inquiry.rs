//! Questions about a node's data: what `lookup()` would find, and on what way.

use ruby::yaml::Layout;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::compile;
use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::functions::ruby_text;
use crate::functions::stdlib::{documents, yaml};
use crate::hiera;
use crate::hiera::explanation::Explanation;
use crate::request::{CompileError, LogEntry, Request};
use crate::value::Value;
use crate::world::World;

/// What is asked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Question {
    /// The first key that is found gives the value.
    pub keys: Vec<String>,
    /// `merge` of `lookup()`: a name or a hash with `strategy` and options.
    pub merge: Option<Json>,
    /// The type that the value must have, as text.
    pub value_type: Option<String>,
    /// The value when no key is found.
    pub default: Option<Json>,
    /// Whether the answer tells the way instead of the value.
    pub explain: Explain,
    /// Whether the catalog is compiled first, for data that depends on variables of manifests.
    pub compile: bool,
    pub format: Format,
}

/// What an answer explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explain {
    #[default]
    Nothing,
    /// How the value is found.
    Value,
    /// How `lookup_options` come about.
    Options,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Text,
    #[default]
    Yaml,
    Json,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether there is a value, found or given as default.
    pub found: bool,
    /// The value or the explanation; `None` when there is neither.
    pub text: Option<String>,
}

/// Looks up for a node; answers with what was logged.
pub fn lookup(
    request: &Request<'_>,
    world: &dyn World,
    question: &Question,
) -> Result<(Answer, Vec<LogEntry>), CompileError> {
    let run = |evaluator: &mut Evaluator<'_>| answer(evaluator, question);
    if question.compile {
        compile::after_compile(request, world, run)
    } else {
        compile::without_manifests(request, world, run)
    }
}

fn answer(evaluator: &mut Evaluator<'_>, question: &Question) -> Result<Answer, Stop> {
    let keys = if question.keys.is_empty() && question.explain == Explain::Options {
        // Options of a key without a module.
        vec!["__global__".into()]
    } else {
        question.keys.iter().map(|key| key.as_str().into()).collect()
    };
    let asked = hiera::Request {
        names: keys,
        value_type: question.value_type.as_deref().map(|text| evaluator.type_from_text(text)).transpose()?,
        merge: question.merge.as_ref().map(Value::from_json),
        default: question.default.as_ref().map(Value::from_json),
        ..hiera::Request::default()
    };
    let explanation = match question.explain {
        Explain::Options => Explanation::of_options_only(),
        Explain::Nothing | Explain::Value => Explanation::default(),
    };
    if question.explain == Explain::Nothing {
        return match hiera::lookup(evaluator, &asked) {
            Ok(value) => Ok(Answer { found: true, text: Some(rendered(&value, question.format)?) }),
            Err(Stop::Error(error)) if hiera::is_lookup_error(&error) => Ok(Answer { found: false, text: None }),
            Err(stop) => Err(stop),
        };
    }
    let (value, explanation) = hiera::explained(evaluator, &asked, explanation)?;
    let text = match question.format {
        Format::Text => explanation.to_text(),
        Format::Yaml => ruby::yaml::write(&explanation.to_data().yaml(), Layout::default()),
        Format::Json => documents::json_text(&explanation.to_data().value())?,
    };
    Ok(Answer { found: value.is_some(), text: Some(text) })
}

fn rendered(value: &Value, format: Format) -> Result<String, Stop> {
    Ok(match format {
        Format::Text => ruby_text::to_s(value),
        Format::Yaml => yaml::write(value, &Value::Undef),
        Format::Json => documents::json_text(value)?,
    })
}
