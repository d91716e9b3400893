//! Resource types of packaged modules: what is read of their source without Ruby, and what Ruby
//! says of them.

#![allow(clippy::print_stdout, reason = "what was left out is for whoever runs the tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use compiler::resource_type::ResourceType;
use ruby::conversation::{Said, Told, Worker};
use ruby::workers::{Pool, Settings};
use serde_json::{Value as Json, json};

/// Types that are made of those of the library: nothing can stand in for it.
const MADE_OF_OTHERS: [&str; 1] = ["concat_file"];
const MODULES: &str = "/usr/share/puppet/modules";

/// The files that define types, by name.
fn types() -> Vec<(String, PathBuf)> {
    let entries = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries(Path::new(MODULES)).flat_map(|module| entries(&module.join("lib/puppet/type")));
    let name = |file: &PathBuf| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut types: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|end| end == "rb")).map(|file| (name(&file), file)).collect();
    types.sort();
    types
}

fn has_providers(name: &str) -> bool {
    let modules = std::fs::read_dir(MODULES).into_iter().flatten().flatten();
    modules.map(|module| module.path().join("lib/puppet/provider").join(name)).any(|folder| folder.is_dir())
}

fn plain(name: &str, file: &Path) -> ResourceType {
    let source = String::from_utf8_lossy(&std::fs::read(file).expect("a type can be read")).into_owned();
    let read = ResourceType::read_ruby(name, &file.to_string_lossy(), &source);
    if has_providers(name) { read.with_providers() } else { read }
}

fn worker(library: bool) -> Option<impl Worker> {
    if std::process::Command::new("ruby").arg("--version").output().is_err() {
        println!("skipped: Ruby is not installed");
        return None;
    }
    let settings = Settings { library, timeout: Duration::from_mins(1), ..Settings::default() };
    let mut lease = Pool::open(settings, |_| {}).lease(1, &|| false).expect("a process can be started");
    let begin = json!({"run": "begin", "node": "n", "environment": "production", "environment_path": "/nonexistent",
        "modulepath": [MODULES], "facts": {}, "trusted": {}, "server_facts": {}, "settings": {}, "strict": "warning",
        "strict_variables": false});
    run(&mut lease, &begin);
    Some(lease)
}

fn run(worker: &mut impl Worker, told: &Json) -> Json {
    let mut said = worker.exchange(Told::Run(&told.to_string()), &|| false).expect("the process lives");
    loop {
        match said {
            Said::Done(text) => return serde_json::from_str(&text).expect("JSON"),
            Said::Asks(_) => said = worker.exchange(Told::Answer("{}"), &|| false).expect("the process lives"),
        }
    }
}

fn names(list: &Json) -> BTreeSet<&str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

#[test]
fn what_is_read_plainly_is_what_the_library_says() {
    if !Path::new("/usr/lib/ruby/vendor_ruby/puppet.rb").exists() || types().is_empty() {
        println!("skipped: the library of Puppet or the packaged modules are not installed");
        return;
    }
    let Some(mut worker) = worker(true) else { return };
    let (mut wrong, mut whole) = (Vec::new(), 0);
    for (name, file) in types() {
        let told = run(&mut worker, &json!({"run": "type", "name": name, "file": file}));
        let said = &told["result"];
        let read = plain(&name, &file);
        if read.beyond.is_some() {
            continue;
        }
        whole += 1;
        let parameters: BTreeSet<&str> = read.parameters.iter().flatten().map(|name| &**name).collect();
        let namevars: BTreeSet<&str> = read.namevars.iter().map(|name| &**name).collect();
        let (known, keys) = (names(&said["parameters"]), names(&said["namevars"]));
        if known != parameters || keys != namevars || said["isomorphic"] != read.isomorphic {
            let more: Vec<_> = parameters.difference(&known).collect();
            let fewer: Vec<_> = known.difference(&parameters).collect();
            wrong
                .push(format!("{name}: too many {more:?}, not read {fewer:?}, names {namevars:?} for {keys:?} {told}"));
        }
    }
    println!("types: {whole} read plainly, {} beyond that", types().len() - whole);
    assert!(wrong.is_empty(), "{} types are read wrongly:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_stands_in_for_the_library_says_the_same() {
    if !Path::new("/usr/lib/ruby/vendor_ruby/puppet.rb").exists() || types().is_empty() {
        println!("skipped: the library of Puppet or the packaged modules are not installed");
        return;
    }
    let (Some(mut library), Some(mut shim)) = (worker(true), worker(false)) else { return };
    let mut wrong = Vec::new();
    let mut same = 0;
    for (name, file) in types() {
        if plain(&name, &file).beyond.is_none() || MADE_OF_OTHERS.contains(&&*name) {
            continue;
        }
        let told = json!({"run": "type", "name": name, "file": file});
        let (expected, said) = (run(&mut library, &told), run(&mut shim, &told));
        let (expected, mut actual) = (&expected["result"], said["result"].clone());
        if expected.is_null() {
            // The library itself cannot load it alone.
            continue;
        }
        if has_providers(&name)
            && let Some(parameters) = actual["parameters"].as_array_mut()
        {
            parameters.push(json!("provider"));
        }
        let equal = names(&expected["parameters"]) == names(&actual["parameters"])
            && names(&expected["namevars"]) == names(&actual["namevars"])
            && expected["title_patterns"] == actual["title_patterns"]
            && expected["isomorphic"] == actual["isomorphic"];
        if equal {
            same += 1;
        } else {
            wrong.push(format!(
                "{name}: {}\n   expected {expected}\n   got {actual} {}",
                file.display(),
                said["error"]
            ));
        }
    }
    println!("types: {same} described alike");
    assert!(wrong.is_empty(), "{} types are described wrongly:\n{}", wrong.len(), wrong.join("\n"));
}
