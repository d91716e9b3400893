//! Parses every manifest and template of the modules that Debian packages; Puppet accepts them all.
//!
//! Needs `/usr/share/puppet/modules` (the packages `puppet-module-*`); without it the tests say that they were skipped.

#![allow(clippy::print_stdout, reason = "counts and skips are for whoever runs the tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use syntax::source::Source;
use syntax::{Options, parse, parse_epp};

const MODULES: &str = "/usr/share/puppet/modules";

#[test]
fn every_file_of_the_packaged_modules_parses() {
    let Some(files) = files() else { return };
    let mut failures = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a module file is text");
        let source = Arc::new(Source::new(file.to_string_lossy(), text));
        let template = file.extension().is_some_and(|extension| extension == "epp");
        let parse = if template { parse_epp } else { parse };
        if let Err(error) = parse(source, &Options::default()) {
            failures.push(format!("{error}\n{}", error.logged_errors().join("\n")));
        }
    }
    println!("{} passed, {} failed", files.len() - failures.len(), failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_file_with_a_piece_missing_or_moved_panics() {
    let Some(files) = files() else { return };
    let mut parsed = 0;
    for file in files.iter().step_by(60) {
        let text = std::fs::read_to_string(file).expect("a module file is text");
        let template = file.extension().is_some_and(|extension| extension == "epp");
        let parse = if template { parse_epp } else { parse };
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        // Steps that have no common measure with line lengths.
        for window in starts.iter().step_by(37).zip(starts.iter().skip(11).step_by(37)) {
            let (&from, &to) = window;
            for garbled in [
                text[..from].to_owned(),
                format!("{}{}", &text[..from], &text[to..]),
                format!("{}{}", &text[..to], &text[from..]),
            ] {
                // What comes out does not matter, but that something does.
                let _ = parse(Arc::new(Source::new("", garbled)), &Options::default());
                parsed += 1;
            }
        }
    }
    println!("{parsed} garbled sources, no panic");
}

fn files() -> Option<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(Path::new(MODULES), &mut found);
    found.sort();
    if found.is_empty() {
        println!("skipped: {MODULES} is not here");
        return None;
    }
    Some(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "pp" || extension == "epp") {
            found.push(path);
        }
    }
}
