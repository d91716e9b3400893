//! What is done with an answer before it is printed.

use anyhow::bail;
use serde_json::Value;

use super::StarterKit;
use super::key_file::Waiting;
use super::starter_kit;

/// What a command still has to do here.
#[derive(Debug)]
pub(crate) enum Aftermath {
    /// A file waits for the key.
    Key(Waiting),
    /// The folder of a starter kit is to be written.
    Kit(StarterKit),
    /// A part that failed makes the whole fail.
    Whole,
}

impl Aftermath {
    pub(crate) fn take(self, answer: &mut Value) -> anyhow::Result<()> {
        match self {
            Self::Key(file) => file.take(answer),
            Self::Kit(kit) => starter_kit::write(&kit, answer),
            Self::Whole => {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let failed = answer.get("failed").and_then(Value::as_array).into_iter().flatten();
                let failed: Vec<String> =
                    failed.map(|part| format!("{}: {}", text(&part["name"]), text(&part["error"]))).collect();
                if failed.is_empty() {
                    return Ok(());
                }
                bail!("what is wrong: {}\n{}", failed.len(), failed.join("\n"))
            }
        }
    }
}
