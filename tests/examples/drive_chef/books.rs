//! Cookbooks that depend on each other, and cookbooks with files.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Digest;
use serde_json::{Map, Value, json};

use super::fleet::Dice;
use super::signer::Signer;
use super::{Arguments, Seen, expect, send};

const FOLDERS: [&str; 9] =
    ["recipes", "definitions", "libraries", "attributes", "files", "templates", "resources", "providers", "root_files"];

pub(crate) fn name(book: usize) -> String {
    format!("book{book:03}")
}

/// A version that needs three later cookbooks.
pub(crate) fn version(book: usize, version: usize, books: usize) -> Value {
    let mut dice = Dice::new((book * 100 + version) as u64);
    let mut needs = Map::new();
    for _ in (0..3).filter(|_| book + 1 < books) {
        let on = book + 1 + dice.below((books - book - 1) as u64) as usize;
        let constraint = match dice.below(4) {
            0 => ">= 0.0.0".to_owned(),
            1 => ">= 1.0.0".to_owned(),
            2 => format!("~> {}.0", 2 + dice.below(23)),
            _ => "<= 25.0.0".to_owned(),
        };
        needs.insert(name(on), constraint.into());
    }
    document(&name(book), &format!("{version}.0.0"), &needs, &[])
}

fn document(name: &str, version: &str, needs: &Map<String, Value>, checksums: &[String]) -> Value {
    let mut all = json!({
        "name": format!("{name}-{version}"), "cookbook_name": name, "version": version, "frozen?": false,
        "json_class": "Chef::CookbookVersion", "chef_type": "cookbook_version",
        "metadata": {"name": name, "version": version, "description": "", "long_description": "", "maintainer": "",
            "maintainer_email": "", "license": "none", "platforms": {}, "dependencies": needs, "recommendations": {},
            "suggestions": {}, "conflicting": {}, "providing": {}, "replacing": {}, "attributes": {}, "groupings": {},
            "recipes": {name: ""}},
    });
    for folder in FOLDERS {
        all[folder] = json!([]);
    }
    let file = |(number, checksum): (usize, &String)| json!({"name": format!("f{number}"), "path": format!("files/default/f{number}"), "checksum": checksum, "specificity": "default"});
    all["files"] = checksums.iter().enumerate().map(file).collect();
    all
}

/// One upload after the other, each of files of 2 kB that the server does not have, over `--connections` connections.
pub(crate) fn upload(arguments: &Arguments, signer: &Signer) -> Result<()> {
    let (begin, cpu) = (Instant::now(), arguments.cpu());
    let mut seen = Seen::default();
    let mut parts = [Duration::ZERO; 4];
    for round in 0..arguments.count {
        if begin.elapsed().as_secs_f64() >= arguments.seconds {
            break;
        }
        let files: Vec<String> = (0..arguments.files)
            .map(|file| format!("{}-{round}-{file}-{}", std::process::id(), "x".repeat(2000)))
            .collect();
        let checksums: Vec<String> = files.iter().map(|file| hex::encode(md5::Md5::digest(file))).collect();
        let mut connection = arguments.connect()?;
        let announced: Map<String, Value> = checksums.iter().map(|sum| (sum.clone(), Value::Null)).collect();
        let request = signer.sign("POST", "/sandboxes", &json!({"checksums": announced}).to_string());
        let start = Instant::now();
        let made = send(&mut connection, &request)?;
        expect(&made, &[201])?;
        let made = made.json()?;
        let after_sandbox = Instant::now();
        std::thread::scope(|scope| -> Result<()> {
            let share = files.len().div_ceil(arguments.connections);
            let work = checksums.chunks(share).zip(files.chunks(share)).map(|(checksums, files)| {
                let made = &made;
                scope.spawn(move || put_files(arguments, made, checksums, files))
            });
            work.collect::<Vec<_>>().into_iter().try_for_each(|work| work.join().expect("no thread panics"))
        })?;
        let after_files = Instant::now();
        let id = made["sandbox_id"].as_str().context("a sandbox has a name")?;
        let request = signer.sign("PUT", &format!("/sandboxes/{id}"), &json!({"is_completed": true}).to_string());
        expect(&send(&mut connection, &request)?, &[200])?;
        let after_commit = Instant::now();
        let (name, version) = (format!("upload{}", std::process::id()), format!("1.0.{round}"));
        let document = document(&name, &version, &Map::new(), &checksums);
        let request = signer.sign("PUT", &format!("/cookbooks/{name}/{version}"), &document.to_string());
        expect(&send(&mut connection, &request)?, &[200, 201])?;
        let end = Instant::now();
        for (part, (from, to)) in parts.iter_mut().zip([
            (start, after_sandbox),
            (after_sandbox, after_files),
            (after_files, after_commit),
            (after_commit, end),
        ]) {
            *part += to - from;
        }
        seen.latencies.push(end - start);
    }
    let rounds = seen.latencies.len().max(1) as f64;
    let [sandbox, put, commit, version] = parts.map(|part| super::rounded(part.as_secs_f64() * 1000.0 / rounds));
    let parts = json!({"sandbox_ms": sandbox, "files_ms": put, "commit_ms": commit, "version_ms": version});
    arguments.report(&format!("upload of {} files", arguments.files), seen, begin.elapsed(), cpu, parts)
}

fn put_files(arguments: &Arguments, made: &Value, checksums: &[String], files: &[String]) -> Result<()> {
    let mut connection = arguments.connect()?;
    for (checksum, file) in checksums.iter().zip(files) {
        let url = made["checksums"][checksum]["url"].as_str().context("an address to upload to")?;
        let (_, rest) = url.split_once("://").context("a whole address")?;
        let path = &rest[rest.find('/').context("an address with a path")?..];
        let digest = STANDARD.encode(md5::Md5::digest(file));
        let headers = [("Content-Type", "application/x-binary"), ("Content-MD5", digest.as_str())];
        expect(&connection.send("PUT", path, &headers, file.as_bytes())?, &[200, 204])?;
    }
    Ok(())
}
