//! A compile ends: each limit stops what goes beyond it, with an error that names its setting. And what it makes
//! depends on nothing but what goes in.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use compiler::testing::{Node, Texts};
use compiler::{Limits, Request};
use model::value::Form;
use serde_json::{Value as Json, json};

/// The document of a catalog, or the error, on a stack as large as the server's.
fn compiled(manifest: &str, limits: Limits<'_>) -> Result<Json, String> {
    let world = Texts::new("/ENV").with_code(manifest).with_file("/ENV/hiera.yaml", HIERA).with_file(
        "/ENV/data/common.yaml",
        "list: [c, a, b]\nusers: {zoe: {uid: 3}, ada: {uid: 1}, bob: {uid: 2}}\nlookup_options: {users: {merge: deep}}\n",
    );
    let node = Node::new("n.example.com", &json!({"os": {"family": "Debian"}, "zones": ["b", "a"]}));
    let compile = || {
        let done = compiler::compile(&Request { limits, ..node.request() }, &world);
        done.map(|done| serde_json::to_value(done.catalog.wire(Form::Rich)).expect("a catalog can be written"))
            .map_err(|error| error.message)
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(compiler::STACK_BYTES).spawn_scoped(scope, compile);
        thread.expect("a thread starts").join().expect("it ends")
    })
}

const HIERA: &str = "{version: 5, hierarchy: [{name: Common, path: common.yaml}]}";

fn refused(manifest: &str, limits: Limits<'_>) -> String {
    compiled(manifest, limits).expect_err("it goes beyond a limit")
}

#[test]
fn depth_is_bounded() {
    let message = refused("function f($n) { f($n + 1) } notice(f(0))", Limits::default());
    assert!(message.contains("(limited by the setting compile.max_depth)"), "{message}");
    let nested = format!("$x = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let message = refused(&nested, Limits::default());
    assert!(message.contains("nested") || message.contains("deep"), "{message}");
}

#[test]
fn a_row_of_signs_takes_no_longer_than_its_length() {
    let row = "-".repeat(100);
    let types = format!("type T = Variant[Integer, {row}1] notice(T)");
    assert!(compiled(&types, Limits::default()).is_err());
    assert!(compiled(&format!("notice({row}1)"), Limits::default()).is_ok());
}

#[test]
fn iterations_are_bounded() {
    let limits = || Limits { max_steps: 100_000, ..Limits::default() };
    for manifest in
        ["Integer[0, 1000000000].each |$x| { $x }", "function f($n) { if $n > 0 { f($n - 1) f($n - 1) } } f(60)"]
    {
        let message = refused(manifest, limits());
        assert!(message.contains("limited by the setting compile.max_"), "{manifest}: {message}");
    }
}

#[test]
fn definitions_that_go_on_are_bounded() {
    let message = refused("define d($n) { d { \"${title}x\": n => $n + 1 } } d { 'a': n => 0 }", Limits::default());
    assert!(message.starts_with("Somehow looped more than 1000 times while evaluating host catalog"), "{message}");
}

#[test]
fn time_is_bounded() {
    let looks = AtomicU32::new(0);
    let expired = || looks.fetch_add(1, Ordering::Relaxed) > 2;
    let limits = Limits { expired: Some(&expired), ..Limits::default() };
    let message = refused("Integer[0, 1000000000].each |$x| { $x }", limits);
    assert!(message.contains("(limited by the setting compile.timeout)"), "{message}");
}

#[test]
fn output_is_bounded() {
    let limits =
        || Limits { max_resources: 100, max_values_bytes: 1 << 20, max_catalog_bytes: 64 << 10, ..Limits::default() };
    let resources = "Integer[1, 1000].each |$n| { notify { \"n${n}\": } }";
    let message = refused(resources, limits());
    assert!(message.contains("compile.max_resources"), "{message}");
    let values = "Integer[1, 100].reduce('xxxxxxxx') |$text, $n| { \"${text}${text}\" }";
    let message = refused(values, limits());
    assert!(message.contains("compile.max_values"), "{message}");
    let catalog = "$text = sprintf('%9000s', 'x') Integer[1, 50].each |$n| { notify { \"n${n}\": message => $text } }";
    let message = refused(catalog, limits());
    assert!(message.contains("compile.max_catalog"), "{message}");
}

/// Declares by hashes, collectors, defaults, templates and data, whose order could depend on chance.
const MANIFEST: &str = r#"
    class a($p = lookup('list')) { $p.each |$n| { notify { "a${n}": tag => ["t${n}", 'all'] } } contain b }
    class b { file { ['/b', '/a']: ensure => file, content => inline_template("<%= @zones.sort.join(',') %>") } }
    define d($h) { $h.each |$k, $v| { notify { "${title}${k}": message => $v } } }
    include a
    @notify { ['v1', 'v2']: tag => 'all' }
    Notify <| tag == 'all' |> { withpath => true }
    d { 'd': h => lookup('users') + { 'x' => type({ 'b' => 1, 'a' => [2] }), 'y' => unique([3, 1, 3]) } }
    Notify['ac'] -> Notify['aa'] ~> File['/a']
    create_resources(notify, { 'z' => {}, 'y' => { message => $facts } }, { noop => true })
"#;

#[test]
fn the_same_goes_in_and_the_same_comes_out() {
    let made: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| compiled(MANIFEST, Limits::default()).expect("it compiles").to_string()))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
    });
    assert!(made[0].contains("/b"), "{}", made[0]);
    assert!(made.iter().all(|other| *other == made[0]), "two compiles of the same manifest differ");
}
