//! Every file in `cases/` is a source; the file beside it, with `.expected` after its name, is what comes of it.
//!
//! For a source that parses: its tree in PN, then a line per finding (`severity CODE line:column text`).
//! For one that does not: `failure CODE` (`-` where there is none) and the error as users see it.
//! The expectations were recorded from Puppet 7.23, but for `error_pattern.pp` (Puppet stops with an internal
//! error there) and the tree of `invalid_overflow.pp` (ours holds no integer beyond 64 bits).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use syntax::source::Source;
use syntax::{Options, check, check_epp, pn};

#[test]
fn every_case_comes_out_as_expected() {
    let mut failures = Vec::new();
    let sources = sources();
    for file in &sources {
        let expected = std::fs::read_to_string(with_expected(file)).unwrap_or_default();
        let actual = outcome(file);
        if actual != expected {
            failures.push(format!("{}\n--- expected\n{expected}--- actual\n{actual}", file.display()));
        }
    }
    assert!(sources.len() > 60, "only {} cases found", sources.len());
    assert!(failures.is_empty(), "{} of {} failed\n{}", failures.len(), sources.len(), failures.join("\n"));
}

#[test]
fn no_case_cut_short_or_garbled_panics() {
    for file in &sources() {
        let text = std::fs::read_to_string(file).expect("a case is text");
        for garbled in garbled(&text) {
            parse(file, &garbled);
        }
    }
}

fn sources() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut sources: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the cases are here")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "expected"))
        .collect();
    sources.sort();
    sources
}

fn with_expected(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".expected");
    name.into()
}

fn outcome(file: &Path) -> String {
    parse(file, &std::fs::read_to_string(file).expect("a case is text"))
}

fn parse(file: &Path, text: &str) -> String {
    let template = file.extension().is_some_and(|extension| extension == "epp");
    let check = if template { check_epp } else { check };
    let source = Arc::new(Source::new("", text));
    match check(source, &Options::default()) {
        Ok(checked) => {
            let mut out = format!("{}\n", pn::print(&checked.program));
            for found in &checked.diagnostics {
                let at = found.position.expect("findings have a place");
                let severity = found.severity.as_str();
                writeln!(out, "{severity} {} {}:{} {}", found.issue_code, at.line, at.column, found.message)
                    .expect("a string takes all");
            }
            out
        }
        Err(error) => {
            let first = error.errors().next().expect("an error has a diagnostic");
            let code = if first.issue_code.is_empty() { "-" } else { first.issue_code };
            format!("failure {code}\n{error}\n")
        }
    }
}

/// The text cut at every character, with every character left out, and with pieces doubled or swapped.
fn garbled(text: &str) -> Vec<String> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut all = Vec::new();
    for (index, &at) in starts.iter().enumerate() {
        let (before, after) = text.split_at(at);
        all.push(before.to_owned());
        all.push(after.to_owned());
        let next = starts.get(index + 1).copied().unwrap_or(at);
        all.push(format!("{before}{}", &text[next..]));
        let piece = starts.get(index + 7).copied().unwrap_or(text.len());
        all.push(format!("{}{after}", &text[..piece]));
        all.push(format!("{before}{}{}", &text[piece..], &text[at..piece]));
        for insert in ["\"", "'", "${", "{", "[", "(", "\\", "@(", "<%", "/", "\u{e9}", "|", "\n"] {
            all.push(format!("{before}{insert}{after}"));
        }
    }
    all
}
