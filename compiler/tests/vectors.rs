//! Conformance: what was recorded of the original's language, line by line.
//!
//! Reads `../shared/vectors` beside the workspace and prints `N passed, N failed` by area. What
//! passes is bound from below by `tests/vectors/baseline.txt`; `VECTORS=show` prints what fails,
//! `VECTORS=ID` one line in full, `VECTORS=write` writes a new baseline.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

#[path = "vectors/catalog.rs"]
mod catalog;
#[path = "vectors/run.rs"]
mod run;

use run::Outcome;

#[test]
fn recorded_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    if !folder.exists() {
        println!("skipped: there is no {}", folder.display());
        return;
    }
    let wanted = std::env::var("VECTORS").unwrap_or_default();
    let results = std::thread::Builder::new()
        .stack_size(compiler::STACK_BYTES)
        .spawn(move || run_all(&folder))
        .expect("a thread can be started")
        .join()
        .expect("the run does not panic");
    let mut areas: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut passed = Vec::new();
    for result in &results {
        let area = areas.entry(format!("{} {}", result.kind, result.area)).or_default();
        match &result.outcome {
            Outcome::Passed => {
                area.0 += 1;
                passed.push(result.id.as_str());
            }
            Outcome::Failed(detail) => {
                area.1 += 1;
                if wanted == "show" || wanted == result.id {
                    println!("--- {} {} {}\n{}\n{detail}", result.id, result.kind, result.area, result.source);
                }
            }
            Outcome::Skipped(_) => area.2 += 1,
        }
    }
    let mut report = String::new();
    for (area, (passed, failed, skipped)) in &areas {
        let _ = writeln!(report, "{area}: {passed} passed, {failed} failed, {skipped} skipped (need Ruby)");
    }
    let sum = |part: fn(&(usize, usize, usize)) -> usize| areas.values().map(part).sum::<usize>();
    let (all, failed, skipped) = (sum(|a| a.0), sum(|a| a.1), sum(|a| a.2));
    println!("{report}vectors: {all} passed, {failed} failed, {skipped} skipped (need Ruby)");
    let baseline_path = baseline();
    passed.sort_unstable();
    if wanted == "write" {
        std::fs::write(&baseline_path, passed.join("\n") + "\n").expect("the baseline can be written");
    }
    let baseline = std::fs::read_to_string(&baseline_path).unwrap_or_default();
    let lost: Vec<&str> = baseline.lines().filter(|id| passed.binary_search(id).is_err()).collect();
    assert!(lost.is_empty(), "{} vectors passed before and fail now: {}", lost.len(), lost.join(" "));
}

fn baseline() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/baseline.txt")
}

/// Runs a vector in a thread of its own: one that never ends must not stop the others.
fn alone(vector: Json) -> Outcome {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(compiler::STACK_BYTES).spawn(move || {
        let outcome = std::panic::catch_unwind(|| run::vector(&vector));
        // Nobody listens any more when it took too long.
        let _ = sender.send(outcome.unwrap_or_else(|_| Outcome::Failed("panicked".to_owned())));
    });
    thread.expect("a thread can be started");
    receiver.recv_timeout(LONGEST).unwrap_or_else(|_| Outcome::Failed("does not end".to_owned()))
}

/// Time for one vector, on a busy machine.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(4);

struct Result {
    id: String,
    kind: String,
    area: String,
    source: String,
    outcome: Outcome,
}

fn run_all(folder: &Path) -> Vec<Result> {
    let mut results = Vec::new();
    for name in ["evaluate.jsonl", "call.jsonl", "compile.jsonl.gz"] {
        let bytes = std::fs::read(folder.join(name)).expect("the vectors can be read");
        let text = if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = String::new();
            flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).expect("the vectors are compressed text");
            text
        } else {
            String::from_utf8(bytes).expect("the vectors are text")
        };
        for line in text.lines() {
            let vector: Json = serde_json::from_str(line).expect("every line is JSON");
            let field = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
            let outcome =
                if vector.get("needs_ruby").is_some() { Outcome::Skipped("needs Ruby") } else { alone(vector.clone()) };
            results.push(Result {
                id: field("id"),
                kind: field("kind"),
                area: field("area"),
                source: field("source"),
                outcome,
            });
        }
    }
    results
}
