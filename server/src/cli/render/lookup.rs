//! What a lookup found, as `puppet lookup` prints it.

use std::io::Write;
use std::process::ExitCode;

use serde_json::Value;

/// Prints what was logged, then the value or the explanation as it is. Without either, as after an
/// error, the exit code is 1.
pub(super) fn put(answer: &Value) -> ExitCode {
    for entry in answer["logs"].as_array().into_iter().flatten() {
        log(entry);
    }
    if let Some(error) = answer["error"].as_str() {
        super::failure(&format!("Could not run: {error}"));
        return ExitCode::FAILURE;
    }
    let Some(text) = answer["text"].as_str() else { return ExitCode::FAILURE };
    put_raw!("{text}{}", if text.ends_with('\n') { "" } else { "\n" });
    ExitCode::SUCCESS
}

/// Notices go to standard output, what is worse to standard error, and what is less is left out.
fn log(entry: &Value) {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let from = match text("source") {
        "Puppet" => String::new(),
        source => format!("{source}: "),
    };
    let message = text("message");
    match text("level") {
        "debug" | "info" => {}
        "notice" => put!("Notice: {from}{message}"),
        "warning" => complain!("Warning: {from}{message}"),
        "alert" => complain!("Alert: {from}{message}"),
        "crit" => complain!("Critical: {from}{message}"),
        "emerg" => complain!("Emergency: {from}{message}"),
        _ => complain!("Error: {from}{message}"),
    }
}
