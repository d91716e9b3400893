//! The command that `postrun` of an `r10k.yaml` wants to be run after deploys.

use std::time::Duration;

use super::order::{Order, Outcome, Result as What};
use crate::environments::command;

/// The word that stands for the names of environments.
const MODIFIED: &str = "$modifiedenvs";

/// The command with the environments that the order was about in it. After a deploy of modules alone there is one only
/// if something moved.
pub(crate) fn command(words: &[String], order: &Order, outcomes: &[Outcome]) -> Option<Vec<String>> {
    let is_meant = |outcome: &&Outcome| match outcome.result {
        What::Switched => true,
        What::Unchanged => order.modules.is_empty(),
        _ => false,
    };
    let modified: Vec<&str> = outcomes.iter().filter(is_meant).map(|outcome| outcome.environment.as_str()).collect();
    if words.is_empty() || (!order.modules.is_empty() && modified.is_empty()) {
        return None;
    }
    let modified = modified.join(" ");
    // As r10k has it: some word has to be the name alone before it is replaced anywhere.
    let replaces = words.iter().any(|word| word == MODIFIED);
    Some(words.iter().map(|word| if replaces { word.replace(MODIFIED, &modified) } else { word.clone() }).collect())
}

/// Runs a command; what it prints, and that it failed, is in the log.
pub(crate) async fn run(argv: Vec<String>, limit: Duration) {
    let run = tokio::task::spawn_blocking(move || command::checked(&argv, limit).map_err(|error| error.to_string()));
    match run.await {
        Ok(Ok(output)) => tracing::info!(output = output.trim_end(), "postrun was run"),
        Ok(Err(error)) => tracing::error!(error, "postrun failed"),
        Err(error) => tracing::error!(%error, "postrun failed"),
    }
}

#[cfg(test)]
mod tests;
