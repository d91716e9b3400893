//! Any text as a Puppetfile: what it declares stays within its bounds, and errors have a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modules::puppetfile::{Context, Puppetfile};

const CONTEXT: Context = Context { root: "/srv/environments/production", default_branch_override: None };

fuzz_target!(|text: &str| {
    match Puppetfile::parse(text, &CONTEXT) {
        Ok(file) => {
            for module in &file.modules {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                assert!(!module.name.is_empty() && module.name.chars().all(word), "{:?} is a module", module.name);
                let leads_out = module.folder.split('/').any(|part| part == "..");
                assert!(!leads_out, "{:?} is not resolved", module.folder);
                assert!(module.spec_deletable || !module.folder.starts_with('/'), "an install path leads out");
            }
        }
        Err(error) => {
            let lines = text.lines().count() as u32 + 1;
            assert!(error.line >= 1 && error.line <= lines, "line {} of {lines}", error.line);
            assert!(error.column >= 1);
        }
    }
});
