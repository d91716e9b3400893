//! Catalogs per second: a node with classes, defines, data-free parameters, arrows and collectors.

use std::fmt::Write as _;

use compiler::Limits;
use compiler::testing::{Node, Texts};
use serde_json::json;

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
    let node = Node {
        limits: Limits { max_depth: 200, ..Limits::default() },
        ..Node::new("n.example.com", &json!({"os": {"family": "Debian"}}))
    };
    bencher.bench_local(|| {
        compiler::compile(&node.request(), &world).map(|compilation| compilation.catalog.resources.len())
    });
}
