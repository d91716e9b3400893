//! Compiles the modules of the modulepath with the original and with the server, and prints a table of what came out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use acceptance::corpus::{Outcome, Tally, Verdict, Walk};
use anyhow::Result;
use clap::Parser;
use serde_json::json;

/// Compares the catalogs of every module with the original's.
///
/// Each class is declared with its defaults and with its switches turned over, each defined type and resource type
/// once, and so are the examples that the modules come with. The last line counts over what the original compiles.
#[derive(Parser)]
#[allow(clippy::struct_excessive_bools, reason = "switches of a command line")]
struct Arguments {
    /// Only these modules, such as `apache,ntp`
    #[arg(long, value_delimiter = ',')]
    modules: Vec<String>,
    /// Files of facts in tests/corpus/facts
    #[arg(long, value_delimiter = ',', default_value = "debian12,ubuntu2204,rhel8")]
    facts: Vec<String>,
    /// Only cases whose name has this in it, such as `apache/class/`
    #[arg(long, default_value = "")]
    cases: String,
    /// Folder that keeps what the original made; when it is there, Ruby is not started
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Processes of the original at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Also asks a server that finds no Ruby, and counts the modules that compile there
    #[arg(long)]
    without_ruby: bool,
    /// Prints every difference of every case
    #[arg(long)]
    show: bool,
    /// How many reasons are printed
    #[arg(long, default_value_t = 30)]
    reasons: usize,
    #[arg(long)]
    json: bool,
}

#[allow(clippy::print_stdout, reason = "a program that prints a table")]
fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let walk = Walk {
        modules: arguments.modules.clone(),
        facts: arguments.facts.clone(),
        cases: arguments.cases.clone(),
        keep: arguments.keep.clone(),
        jobs: arguments.jobs,
        without_ruby: arguments.without_ruby,
    };
    let outcome = walk.run(&|_, _| ())?;
    if arguments.json {
        println!("{:#}", as_json(&outcome));
    } else {
        print(&outcome, &arguments);
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "a program that prints a table")]
fn print(outcome: &Outcome, arguments: &Arguments) {
    if arguments.show {
        for ((case, facts), verdict) in &outcome.unlike {
            println!("{case} on {facts}: {}", lines(verdict).join("\n    "));
        }
    }
    println!(
        "{:<18} {:>6} {:>10} {:>14} | {:>10} {:>11} {:>10}",
        "module", "equal", "different", "only original", "fail alike", "other text", "only here"
    );
    for (module, tally) in &outcome.modules {
        println!(
            "{module:<18} {:>6} {:>10} {:>14} | {:>10} {:>11} {:>10}",
            tally.equal, tally.different, tally.only_original, tally.both_fail, tally.other_error, tally.only_here
        );
    }
    for (reason, (count, example)) in reasons(outcome).into_iter().take(arguments.reasons) {
        println!("{count:>5}  {reason}   [{example}]");
    }
    let total = outcome.total();
    println!(
        "errors: {} with the same text, {} with another, {} only of the original",
        total.both_fail, total.other_error, total.only_here
    );
    if arguments.without_ruby {
        println!(
            "without Ruby: {} of {} modules compile, {} of {} catalogs",
            outcome.without_ruby(),
            outcome.modules.len(),
            total.without_ruby,
            total.tried_without_ruby
        );
    }
    println!("total: {} equal, {} different ({:.1} %)", total.equal, total.compiled() - total.equal, percent(&total));
}

fn percent(tally: &Tally) -> f64 {
    tally.equal as f64 * 100.0 / tally.compiled().max(1) as f64
}

/// What a verdict says in full.
fn lines(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Equal | Verdict::BothFail => Vec::new(),
        Verdict::Different(differences) => {
            [format!("{} differences", differences.len())].into_iter().chain(differences.iter().cloned()).collect()
        }
        Verdict::OnlyOriginal(message) => vec!["only the original compiles".to_owned(), message.clone()],
        Verdict::OtherError { expected, actual } => {
            vec!["another error".to_owned(), format!("expected {expected}"), format!("got      {actual}")]
        }
        Verdict::OnlyHere(message) => vec!["the original fails".to_owned(), message.clone()],
    }
}

/// What is not alike in few words, most frequent first, each with a case of it.
fn reasons(outcome: &Outcome) -> Vec<(String, (usize, &str))> {
    let mut counted: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for ((case, _), verdict) in &outcome.unlike {
        let reason = match verdict {
            Verdict::Different(differences) => format!("different: {}", differences[0]),
            Verdict::OnlyOriginal(message) => format!("fails here: {}", without_place(message)),
            Verdict::OtherError { expected, actual } => {
                format!("other text: {} INSTEAD OF {}", without_place(actual), without_place(expected))
            }
            Verdict::OnlyHere(message) => format!("does not fail here: {}", without_place(message)),
            Verdict::Equal | Verdict::BothFail => continue,
        };
        let short: String = reason.chars().take(260).collect();
        counted.entry(short.replace('\n', " ")).or_insert((0, case)).0 += 1;
    }
    let mut counted: Vec<_> = counted.into_iter().collect();
    counted.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    counted
}

/// An error's own words: what encloses it and where it was left out.
fn without_place(message: &str) -> &str {
    let message = message.split(" on node ").next().unwrap_or(message);
    let message = message.rsplit("Evaluation Error: ").next().unwrap_or(message);
    message.split(" (file: ").next().unwrap_or(message)
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    let total = outcome.total();
    let unlike: Vec<_> = outcome
        .unlike
        .iter()
        .map(|((case, facts), verdict)| json!({ "case": case, "facts": facts, "reason": lines(verdict) }))
        .collect();
    json!({
        "modules": outcome.modules,
        "total": total,
        "percent": percent(&total),
        "modules_without_ruby": outcome.without_ruby(),
        "unlike": unlike,
    })
}
