//! Writes what targets begin with: `seed FROM INTO` takes texts from the recorded vectors and cases
//! below `FROM`, and from modules of the system, to `INTO/TARGET/NUMBER`. What is not there is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde_json::Value;

/// Beyond this a text is too long to be worth mutating.
const LONGEST: usize = 3_000;
/// Texts for one target.
const MOST: usize = 400;
const MODULES: &str = "/usr/share/puppet/modules";

fn main() -> std::io::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [from, into] = &*arguments else {
        eprintln!("usage: seed FROM INTO");
        std::process::exit(2);
    };
    let mut files = Vec::new();
    for root in [from.join("vectors"), from.join("oracle/cases"), from.join("site"), PathBuf::from(MODULES)] {
        walk(&root, &mut files);
    }
    let named = |extension: &str| -> Vec<String> {
        let of = files.iter().filter(|file| file.extension().is_some_and(|own| own == extension));
        of.filter_map(|file| fs::read_to_string(file).ok()).collect()
    };
    let manifests = named("pp");
    let [code, templates, types, conversions] = vectors(&files);
    let mut both = code.clone();
    both.extend(manifests.iter().cloned());
    let mut epp = named("epp");
    epp.extend(templates);
    let mut yaml = named("yaml");
    let json = named("json");
    yaml.extend(json.iter().cloned());
    let interpolations = yaml.iter().flat_map(|text| text.lines()).filter(|line| line.contains("%{"));
    let interpolations = interpolations.map(|line| line.split_once(": ").unwrap_or(("", line)).1.to_owned()).collect();
    let patterns =
        manifests.iter().flat_map(|text| text.split('/').map(str::to_owned)).filter(|part| part.contains('^'));
    let patterns = patterns.map(|pattern| format!("{pattern}\nsome.text_1-2")).collect();
    write(into, "lexer", both.clone())?;
    write(into, "parser", both)?;
    write(into, "compile", code)?;
    write(into, "template", epp)?;
    write(into, "erb", named("erb"))?;
    write(into, "eyaml", named("eyaml"))?;
    envelopes(into)?;
    write(into, "data", yaml)?;
    write(into, "hocon", json)?;
    write(into, "type_text", types)?;
    write(into, "conversion", conversions)?;
    write(into, "interpolation", interpolations)?;
    write(into, "puppetfile", puppetfiles())?;
    write(into, "regexp", patterns)
}

/// The Puppetfiles that the tests read.
fn puppetfiles() -> Vec<String> {
    let corpora = [
        include_str!("../../modules/tests/puppetfile/valid.txt"),
        include_str!("../../modules/tests/puppetfile/wrong.txt"),
        include_str!("../../modules/tests/puppetfile/syntax.txt"),
        include_str!("../../modules/tests/puppetfile/logic.txt"),
    ];
    let cases = corpora.iter().flat_map(|corpus| corpus.split("=== ").skip(1));
    cases.filter_map(|case| case.split_once('\n')).map(|(_, text)| text.to_owned()).collect()
}

/// What eyaml encrypted, unpacked.
fn envelopes(into: &Path) -> std::io::Result<()> {
    let parts = include_str!("../../compiler/tests/eyaml/parts.yaml");
    for (number, (_, part)) in parts.lines().filter_map(|line| line.split_once(": ")).enumerate() {
        if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(part) {
            fs::write(into.join(format!("eyaml/envelope-{number:04}")), bytes)?;
        }
    }
    Ok(())
}

/// Manifests, templates, types, and formats with a text, as the vectors have them.
fn vectors(files: &[PathBuf]) -> [Vec<String>; 4] {
    let mut texts: [Vec<String>; 4] = Default::default();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")) {
        let lines = fs::read_to_string(file).unwrap_or_default();
        for vector in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let Some(source) = vector["source"].as_str() else { continue };
            match vector["kind"].as_str() {
                Some("parse_epp" | "lex_epp") => texts[1].push(source.to_owned()),
                Some("type" | "type_op" | "type_mismatch") => texts[2].push(source.to_owned()),
                Some("string_convert") => texts[3].push(format!("{source}\n12")),
                _ => texts[0].push(source.to_owned()),
            }
        }
    }
    texts
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { walk(&path, into) } else { into.push(path) }
    }
}

/// Some of the texts, spread over all of them.
fn write(into: &Path, target: &str, texts: Vec<String>) -> std::io::Result<()> {
    let short: BTreeSet<String> = texts.into_iter().filter(|text| text.len() <= LONGEST).collect();
    let folder = into.join(target);
    fs::create_dir_all(&folder)?;
    let step = short.len().div_ceil(MOST).max(1);
    for (number, text) in short.iter().step_by(step).enumerate() {
        fs::write(folder.join(format!("seed-{number:04}")), text)?;
    }
    Ok(())
}
