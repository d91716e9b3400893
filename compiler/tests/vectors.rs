//! Conformance: what was recorded of the original's language, line by line.
//!
//! Reads `../shared/vectors` beside the workspace, or the folder that `VECTORS_DIR` names, and prints a line per area and
//! `total: N passed, M failed` at the end. `VECTORS=show` prints what fails, `VECTORS=ID` one line in full,
//! `VECTORS=write` raises the floors and cleans the list of known failures.
//!
//! For the first folder, an area may not fall below its floor in `vectors/floor.txt`, and nothing may fail that is not in
//! `vectors/failing.txt`.

#![allow(clippy::print_stdout, reason = "counts and failures are for whoever runs the tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value as Json;

#[path = "vectors/catalog.rs"]
mod catalog;
#[path = "vectors/program.rs"]
mod program;
#[path = "vectors/ruby.rs"]
mod ruby;
#[path = "vectors/run.rs"]
mod run;
#[path = "vectors/text.rs"]
mod text;
#[path = "vectors/typing.rs"]
mod typing;

use run::Outcome;

/// Time for one vector, on a busy machine.
const LONGEST: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    // What test runners ask of a program without the usual harness.
    if std::env::args().any(|argument| argument == "--list") {
        if !std::env::args().any(|argument| argument == "--ignored") {
            println!("recorded_language: test");
        }
        return ExitCode::SUCCESS;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let other = std::env::var_os("VECTORS_DIR").map(PathBuf::from);
    let is_default = other.is_none();
    let folder = other.unwrap_or_else(|| here.join("../../shared/vectors"));
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return if is_default { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let wanted = std::env::var("VECTORS").unwrap_or_default();
    let results = run_all(&read(&folder));
    for result in &results {
        if let Outcome::Failed(detail) = &result.outcome
            && (wanted == "show" || wanted == result.id)
        {
            println!("--- {} {}\n{}\n{detail}", result.id, result.area, result.source);
        }
    }
    let areas = by_area(&results);
    let mut list = Expectations::read(here.join("tests/vectors"));
    let mut problems = Vec::new();
    if is_default {
        if wanted == "write" {
            list.raise(&areas, &results);
        }
        problems = list.broken(&areas, &results);
    }
    print!("{}", report(&areas, &results, &list));
    for problem in &problems {
        println!("{problem}");
    }
    let (passed, failed) = areas.values().fold((0, 0), |sum, area| (sum.0 + area.0, sum.1 + area.1));
    println!("total: {passed} passed, {failed} failed");
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What became of a vector.
struct Done {
    id: String,
    /// Kind and area.
    area: String,
    source: String,
    outcome: Outcome,
}

/// How many passed and failed, by area.
type Areas = BTreeMap<String, (usize, usize)>;

fn by_area(results: &[Done]) -> Areas {
    let mut areas = Areas::new();
    for result in results {
        let area = areas.entry(result.area.clone()).or_default();
        match result.outcome {
            Outcome::Passed => area.0 += 1,
            Outcome::Failed(_) => area.1 += 1,
            Outcome::LeftOut => {}
        }
    }
    areas.retain(|_, counts| *counts != (0, 0));
    areas
}

fn report(areas: &Areas, results: &[Done], list: &Expectations) -> String {
    let mut report = String::new();
    for (area, (passed, failed)) in areas {
        let _ = writeln!(report, "{area}: {passed} passed, {failed} failed");
    }
    for result in results.iter().filter(|result| matches!(result.outcome, Outcome::Failed(_))) {
        let reason = list.failing.get(&result.id).map_or("not expected", String::as_str);
        let _ = writeln!(report, "failed: {} {}: {reason}", result.id, result.area);
    }
    let left_out = results.iter().filter(|result| matches!(result.outcome, Outcome::LeftOut)).count();
    if left_out > 0 {
        let _ = writeln!(report, "left out: {left_out} that tests with Ruby doubles made");
    }
    report
}

/// What is committed: floors by area, and failures with their reasons.
struct Expectations {
    folder: PathBuf,
    floors: BTreeMap<String, usize>,
    failing: BTreeMap<String, String>,
}

impl Expectations {
    fn read(folder: PathBuf) -> Self {
        let lines = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let floors = lines("floor.txt")
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(count, area)| (area.to_owned(), count.parse().expect("a floor is a number")))
            .collect();
        let failing = lines("failing.txt")
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(id, reason)| (id.to_owned(), reason.to_owned()))
            .collect();
        Self { folder, floors, failing }
    }

    /// Raises the floors to what passes and keeps of the known failures those that still fail.
    fn raise(&mut self, areas: &Areas, results: &[Done]) {
        for (area, (passed, _)) in areas {
            let floor = self.floors.entry(area.clone()).or_default();
            *floor = (*floor).max(*passed);
        }
        let failing: BTreeSet<&str> = failing(results).map(|result| result.id.as_str()).collect();
        self.failing.retain(|id, _| failing.contains(id.as_str()));
        let floors: Vec<String> = self.floors.iter().map(|(area, count)| format!("{count} {area}\n")).collect();
        let known: Vec<String> = self.failing.iter().map(|(id, reason)| format!("{id} {reason}\n")).collect();
        std::fs::write(self.folder.join("floor.txt"), floors.concat()).expect("the floors can be written");
        std::fs::write(self.folder.join("failing.txt"), known.concat()).expect("the failures can be written");
    }

    fn broken(&self, areas: &Areas, results: &[Done]) -> Vec<String> {
        let mut problems: Vec<String> = failing(results)
            .filter(|result| !self.failing.contains_key(&result.id))
            .map(|result| format!("{} ({}) fails and is not in failing.txt", result.id, result.area))
            .collect();
        for (area, floor) in &self.floors {
            let passed = areas.get(area).map_or(0, |counts| counts.0);
            if passed < *floor {
                problems.push(format!("{area}: {passed} passed, below the floor of {floor}"));
            }
        }
        problems
    }
}

fn failing(results: &[Done]) -> impl Iterator<Item = &Done> {
    results.iter().filter(|result| matches!(result.outcome, Outcome::Failed(_)))
}

/// All lines of the folder's `*.jsonl` and `*.jsonl.gz`, in order of the files' names.
fn read(folder: &Path) -> Vec<Json> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let plain =
                if path.extension().is_some_and(|end| end == "gz") { path.with_extension("") } else { path.clone() };
            plain.extension().is_some_and(|end| end == "jsonl")
        })
        .collect();
    files.sort();
    let mut vectors = Vec::new();
    for file in files {
        let bytes = std::fs::read(&file).expect("the vectors can be read");
        let mut text = String::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).expect("the vectors are compressed text");
        } else {
            text = String::from_utf8(bytes).expect("the vectors are text");
        }
        // Where the recorded paths lie below a folder that is itself named `ROOT`, both are the one folder.
        let text = text.replace("/ROOT/ROOT/", "/ROOT/");
        vectors.extend(text.lines().map(|line| serde_json::from_str::<Json>(line).expect("every line is JSON")));
    }
    vectors
}

fn run_all(vectors: &[Json]) -> Vec<Done> {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, Into::into);
    let mut outcomes: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let work = || {
            let mut outcomes = Vec::new();
            while let Some((index, vector)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, vectors.get(index)?)))
            {
                outcomes.push((index, alone(vector.clone())));
            }
            outcomes
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker does not panic")).collect()
    });
    outcomes.sort_by_key(|(index, _)| *index);
    let field = |vector: &Json, name: &str| vector[name].as_str().unwrap_or_default().to_owned();
    vectors
        .iter()
        .zip(outcomes)
        .map(|(vector, (_, outcome))| Done {
            id: field(vector, "id"),
            area: format!("{} {}", field(vector, "kind"), field(vector, "area")),
            source: field(vector, "source"),
            outcome,
        })
        .collect()
}

/// Runs a vector in a thread of its own: one that never ends must not stop the others.
fn alone(vector: Json) -> Outcome {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(compiler::STACK_BYTES).spawn(move || {
        let outcome = std::panic::catch_unwind(|| run::vector(&vector));
        // Nobody listens any more when it took too long.
        let _ = sender.send(outcome.unwrap_or_else(|_| Outcome::Failed("panicked".to_owned())));
    });
    thread.expect("a thread can be started");
    receiver.recv_timeout(LONGEST).unwrap_or_else(|_| Outcome::Failed("does not end".to_owned()))
}
