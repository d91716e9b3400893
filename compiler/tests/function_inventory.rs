//! Every function that Puppet, stdlib and the installed modules define in Ruby is there, or listed with the reason.
//!
//! `functions/inventory.txt` holds `NAME PATH` for each file that defines one; `functions/inventory.rb` makes it from
//! the folders of the originals. Where those are installed, nothing may be missing from the list.

use std::collections::BTreeMap;
use std::path::Path;

use compiler::Classification;
use compiler::testing::{Node, Texts};
use serde_json::Value as Json;

/// Functions that need Ruby, or are not there yet: `(name, reason)`.
const ABSENT: &[(&str, &str)] = &[
    ("archive::artifactory_checksum", "asks a server over the network"),
    ("archive::artifactory_latest_url", "asks a server over the network"),
    ("augeas", "needs the Augeas library"),
    ("cert_date_valid", "runs openssl in a shell with the argument in its line"),
    ("extlib::cache_data", "keeps files of its own on the server"),
    ("extlib::dump_args", "prints to the terminal of the server"),
    ("extlib::dump_params", "prints to the terminal of the server"),
    ("extlib::read_url", "asks a server over the network"),
    ("extlib::remote_pql_query", "asks a server over the network"),
    ("extlib::remove_resource", "takes declared resources out of the catalog"),
    ("extlib::sort_by_version", "orders as Ruby's package versions"),
    ("extlib::version_latest_anitya", "asks a server over the network"),
    ("extlib::version_latest_endoflife", "asks a server over the network"),
    ("extlib::version_latest_github", "asks a server over the network"),
    ("go_md5", "asks a server over the network"),
    ("hocon_data", "a backend of Hiera, called by its hierarchy"),
    ("json_data", "a backend of Hiera, called by its hierarchy"),
    ("redisget", "asks a server over the network"),
    ("validate_x509_rsa_key_pair", "reads private keys, of all kinds that OpenSSL knows"),
    ("yaml_data", "a backend of Hiera, called by its hierarchy"),
];

#[test]
fn every_function_is_there() {
    let mut missing = Vec::new();
    for (origin, paths) in listed() {
        let module = origin.split('-').next().unwrap_or_default();
        let mut world = Texts::new("/ENV");
        if module != "puppet" {
            for path in &paths {
                world.add_file(&format!("/ENV/modules/{module}/{path}"), "");
            }
        }
        for path in &paths {
            let name = function(path);
            if ABSENT.iter().all(|(absent, _)| *absent != name) && !is_there(&world, &name) {
                missing.push(format!("{origin}: {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}

#[test]
fn nothing_is_forgotten() {
    let listed = listed();
    let mut forgotten = Vec::new();
    for (origin, folder) in [
        ("puppet-7.23", "/usr/lib/ruby/vendor_ruby/puppet"),
        ("stdlib-8.5", "/usr/share/puppet/modules/stdlib/lib/puppet"),
    ] {
        let prefix = if origin.starts_with("puppet") { "puppet" } else { "lib/puppet" };
        for folder_of in ["functions", "parser/functions"] {
            let mut found = Vec::new();
            collect(&Path::new(folder).join(folder_of), &format!("{prefix}/{folder_of}"), &mut found);
            let known = &listed[origin];
            forgotten.extend(found.into_iter().filter(|path| !known.contains(path)));
        }
    }
    assert!(forgotten.is_empty(), "not listed:\n{}", forgotten.join("\n"));
}

/// Paths by origin.
fn listed() -> BTreeMap<String, Vec<String>> {
    let text = include_str!("functions/inventory.txt");
    let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (origin, path) in text.lines().filter_map(|line| line.split_once(' ')) {
        listed.entry(origin.to_owned()).or_default().push(path.to_owned());
    }
    assert!(listed.len() > 2, "the list is not empty");
    listed
}

/// The name of the function that a file defines.
fn function(path: &str) -> String {
    let name = path.rsplit_once("functions/").map_or(path, |(folder, name)| {
        // A function may be called `functions` itself: the first folder of that name counts.
        path.split_once("functions/")
            .map_or(name, |(_, first)| if folder.contains("functions/") { first } else { name })
    });
    name.trim_end_matches(".rb").replace('/', "::")
}

/// Whether a call without arguments finds a function, whatever it says of them.
fn is_there(world: &Texts, name: &str) -> bool {
    let node = Node { classification: Some(Classification::default()), ..Node::new("test", &Json::Null) };
    match compiler::testing::evaluate(&node.request(), world, &format!("{name}()")) {
        Ok(_) => true,
        Err(error) => {
            let unknown = format!("Unknown function: '{name}'");
            !error.message.contains(&unknown) && !error.message.contains("needs Ruby, and there is none")
        }
    }
}

fn collect(folder: &Path, prefix: &str, into: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}/{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &path, into);
        } else if name.rsplit_once('.').is_some_and(|(_, extension)| extension == "rb") && !path.contains("_spec") {
            into.push(path);
        }
    }
}
