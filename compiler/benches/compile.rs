//! Catalogs per second: a node with classes, defines, data-free parameters, arrows and collectors.

use std::fmt::Write as _;

use compiler::testing::Texts;
use compiler::{Limits, Request, Settings};
use model::catalog::Version;
use model::trusted::Authenticated;
use model::{Facts, Trusted};
use serde_json::{Map, json};

fn main() {
    divan::main();
}

/// As many `file` and `notify` resources as asked, in classes of ten.
fn manifest(classes: usize) -> String {
    let mut text = String::from(
        "define entry($value, $mode = '0644') { file { \"/tmp/${title}\": content => \"${value} on ${facts['os']['family']}\", mode => $mode } }\n",
    );
    for class in 0..classes {
        let _ = writeln!(text, "class c{class}(String $greeting = 'hello', Integer $n = {class}) {{");
        let _ = writeln!(text, "  $names = ['a', 'b', 'c'].map |$x| {{ \"${{x}}-${{n}}\" }}");
        let _ = writeln!(text, "  $names.each |$name| {{ entry {{ $name: value => $greeting }} }}");
        let _ = writeln!(
            text,
            "  notify {{ \"start-{class}\": }} -> notify {{ \"end-{class}\": message => \"$greeting $n\" }}"
        );
        let _ = writeln!(text, "  if $n > 3 {{ Entry <| title == 'a-{class}' |> }}\n}}");
    }
    for class in 0..classes {
        let _ = writeln!(text, "include c{class}");
    }
    text
}

#[divan::bench(args = [5, 50, 100])]
fn catalog(bencher: divan::Bencher<'_, '_>, classes: usize) {
    let world = Texts::new("/ENV").with_code(&manifest(classes));
    let facts = Facts {
        name: "n.example.com".to_owned(),
        values: json!({"os": {"family": "Debian"}}).as_object().cloned().unwrap_or_default(),
        ..Facts::default()
    };
    let trusted = Trusted {
        authenticated: Authenticated::Remote,
        certname: "n.example.com".to_owned(),
        extensions: Map::new(),
        external: Map::new(),
    };
    let (server_facts, settings, version) = (Map::new(), Settings::default(), Version::Seconds(0));
    let request = Request {
        node: "n.example.com",
        environment: "production",
        facts: &facts,
        trusted: &trusted,
        server_facts: &server_facts,
        classification: None,
        settings: &settings,
        limits: Limits { max_depth: 200, ..Limits::default() },
        version: &version,
        catalog_uuid: "00000000-0000-0000-0000-000000000000",
        code_id: None,
    };
    bencher.bench_local(|| compiler::compile(&request, &world).map(|compilation| compilation.catalog.resources.len()));
}
