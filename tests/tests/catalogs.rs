//! Catalogs of the original, compiled here again: each case that is listed as equal has to stay so.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::pki::{self, Wish};
use acceptance::requests;
use acceptance::server::{Server, binary};
use acceptance::shared::{folder, has_command};
use anyhow::{Context, Result};
use serde_json::{Value, json};

const MODULES: &str = "/usr/share/puppet/modules";

/// Cases known to differ, and why. A case that is not listed has to compare equal; one that is listed and equal has
/// to leave the list.
const DIFFERING: &[(&str, &str)] = &[
    ("020-stdlib-functions", "pw_hash is a Ruby function"),
    ("022-mod-apache", "ERB templates"),
    ("023-mod-mysql", "ERB templates"),
    ("024-mod-postgresql", "Ruby functions of the module"),
    ("025-mod-ssh", "ERB templates"),
    ("026-mod-memcached", "ERB templates"),
    ("027-mod-haproxy", "ERB templates"),
    ("028-mod-rabbitmq", "ERB templates"),
    ("029-mod-concat-inifile", "Ruby functions of the module"),
    ("031-mod-logrotate-archive", "ERB templates"),
    ("034-mod-misc", "ERB templates"),
];

#[test]
fn catalogs_equal_the_originals() -> Result<()> {
    let Some(oracle) = folder("oracle") else { return Ok(()) };
    if !has_command("python3") {
        return Ok(());
    }
    let differing: BTreeMap<&str, &str> = DIFFERING.iter().copied().collect();
    let mut equal = 0;
    let mut wrong = Vec::new();
    for case in cases(&oracle)? {
        let name = case.file_name().and_then(|name| name.to_str()).context("a case has a name")?.to_owned();
        let Some(differences) = compare(&oracle, &case)? else { continue };
        match (differences.is_empty(), differing.get(name.as_str())) {
            (true, None) => equal += 1,
            (false, Some(_)) => {}
            (true, Some(reason)) => wrong.push(format!("{name} is equal now, though listed: {reason}")),
            (false, None) => wrong.push(format!("{name}:\n{}", first_lines(&differences))),
        }
    }
    println!("{equal} cases equal, {} listed as differing", DIFFERING.len());
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), equal + wrong.len(), wrong.join("\n"));
    Ok(())
}

/// What differs; `None` where the case needs a module that is not installed.
fn compare(oracle: &Path, case: &Path) -> Result<Option<String>> {
    let settings: Value = serde_json::from_str(&fs::read_to_string(case.join("case.json"))?)?;
    let needs = settings["needs"].as_array().cloned().unwrap_or_default();
    if let Some(absent) = needs.iter().filter_map(Value::as_str).find(|need| !Path::new(MODULES).join(need).is_dir()) {
        return skipped(case, absent);
    }
    let place = tempfile::tempdir()?;
    let environment = place.path().join("code/environments/production");
    copy(case, &environment)?;
    fs::write(environment.join("environment.conf"), format!("modulepath = modules:{MODULES}\n"))?;
    if settings["extensions"].is_object() {
        return over_the_wire(oracle, case, &settings).map(Some);
    }
    let node = settings["node"].as_str().unwrap_or("node1.example.com");
    let mut compile = Command::new(binary());
    compile
        .args(["compile", node, "--environment", "production", "--set", "certname=puppet.example.com", "--data-dir"])
        .arg(place.path().join("data"))
        .arg("--code-dir")
        .arg(place.path().join("code"));
    if case.join("facts.json").is_file() {
        compile.arg("--facts").arg(case.join("facts.json"));
    }
    let classified = !settings["classes"].is_null() || !settings["parameters"].is_null();
    if classified {
        let script = place.path().join("classify");
        let answer = json!({
            "classes": settings["classes"],
            "parameters": settings["parameters"],
            "environment": "production",
        });
        executable(&script, &format!("#!/bin/sh\ncat <<'END'\n{answer}\nEND\n"))?;
        let config = place.path().join("quartermaster.toml");
        fs::write(&config, format!("external_nodes = {:?}\n", script.display().to_string()))?;
        compile.arg("--config").arg(config);
    }
    let output = compile.output()?;
    let actual = if output.status.success() {
        serde_json::from_slice(&output.stdout)?
    } else {
        let said = format!("\n{}", String::from_utf8_lossy(&output.stderr));
        let message = said.rsplit_once("\nError: ").map_or(said.as_str(), |(_, message)| message);
        json!({ "error": { "message": message.trim_end() } })
    };
    let file = place.path().join("actual.json");
    fs::write(&file, serde_json::to_string(&actual)?)?;
    differences(oracle, case, &file, &environment).map(Some)
}

/// Trusted extensions come from a certificate only, so such a case asks a server.
fn over_the_wire(oracle: &Path, case: &Path, settings: &Value) -> Result<String> {
    let server = Server::options().start()?;
    let environment = server.code().join("environments/production");
    copy(case, &environment)?;
    fs::write(environment.join("environment.conf"), format!("modulepath = modules:{MODULES}\n"))?;
    let node = settings["node"].as_str().unwrap_or("node1.example.com");
    let role = settings["extensions"]["pp_role"].as_str().context("pp_role is the only extension of the cases")?;
    let identity = server.enroll_wish(&Wish::named(node).extension(pki::PP_REGISTERED, 13, role), &[])?;
    let facts = serde_json::from_str(&fs::read_to_string(case.join("facts.json"))?)?;
    let response = requests::catalog(&mut server.connect(&identity)?, node, "production", &facts)?;
    let file = server.folder().join("actual.json");
    fs::write(&file, &response.body)?;
    differences(oracle, case, &file, &environment)
}

/// What the oracle's own comparison says; nothing where both are equal.
fn differences(oracle: &Path, case: &Path, actual: &Path, environment: &Path) -> Result<String> {
    let compared = Command::new("python3")
        .arg(oracle.join("diff_catalogs.py"))
        .arg(case.join("expected.json"))
        .arg(actual)
        .arg("--map")
        .arg(format!("{}=/ENV", environment.display()))
        .arg("--map")
        .arg(format!("{MODULES}=/MODULES"))
        .output()?;
    let said = String::from_utf8_lossy(&compared.stdout).into_owned() + &String::from_utf8_lossy(&compared.stderr);
    Ok(if compared.status.success() { String::new() } else { said })
}

#[allow(clippy::unnecessary_wraps, clippy::print_stdout, reason = "the caller returns it as it is")]
fn skipped(case: &Path, absent: &str) -> Result<Option<String>> {
    println!("skipped: {} needs the module {absent}", case.display());
    Ok(None)
}

fn cases(oracle: &Path) -> Result<Vec<PathBuf>> {
    let mut cases: Vec<PathBuf> = fs::read_dir(oracle.join("cases"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    cases.sort();
    Ok(cases)
}

fn first_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take(6).collect();
    lines.join("\n")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("an entry has a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::write(&target, fs::read(&path)?)?;
        }
    }
    Ok(())
}

fn executable(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[test]
fn the_server_answers_what_compile_prints() -> Result<()> {
    let server = Server::with_manifest("notify { \"hello ${trusted['certname']}\": }")?;
    let identity = server.enroll("same.example.com")?;
    let facts = json!({ "os": { "family": "Debian" } });
    let response = requests::catalog(&mut server.connect(&identity)?, "same.example.com", "production", &facts)?;
    let answered = response.json()?;
    let printed: Value = serde_json::from_str(&server.quartermaster(&["compile", "same.example.com"])?)?;
    assert_eq!(answered["resources"], printed["resources"]);
    assert_eq!(answered["edges"], printed["edges"]);
    Ok(())
}
