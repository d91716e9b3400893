//! What the targets share: compiles with tight bounds, on a stack as large as the server's.
//!
//! A target fails on a panic, on an input that takes longer than the engine's `-timeout`, on
//! memory above its `-rss_limit_mb`, and where a promise of its own is broken. `run` sets both.

use base64::Engine as _;
use compiler::testing::{Node, Texts};
use compiler::value::Value;
use compiler::{CompileError, Limits, Settings};
use model::value::Form;
use serde_json::json;

pub mod program;

/// The folder of the environment that targets compile in.
pub const ENVIRONMENT: &str = "/code";

/// Runs on a stack as large as that of the server's compiling threads.
pub fn with_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(compiler::STACK_BYTES);
        thread.spawn_scoped(scope, run).expect("a thread can be started").join().expect("a panic ends the process")
    })
}

fn node() -> Node {
    let facts = json!({
        "os": {"name": "Debian", "family": "Debian", "release": {"major": "12", "full": "12.5"}},
        "networking": {"fqdn": "n.example.com", "ip": "192.0.2.7"},
        "list": ["a", "b", {"c": null}],
        "number": 7,
    });
    Node {
        settings: Settings { storeconfigs: true, ..Settings::default() },
        limits: Limits {
            max_steps: 100_000,
            max_resources: 5_000,
            max_values_bytes: 32 << 20,
            max_catalog_bytes: 8 << 20,
            ..Limits::default()
        },
        ..Node::new("n.example.com", &facts)
    }
}

/// The document of a catalog, or the error.
pub fn compile(world: &Texts) -> Result<String, String> {
    match compiler::compile(&node().request(), world) {
        Ok(done) => Ok(serde_json::to_string(&done.catalog.wire(Form::Rich)).expect("a catalog can be written")),
        Err(error) => Err(error.message),
    }
}

/// The value of an expression after the main manifest of a world.
pub fn evaluate(world: &Texts, expression: &str) -> Result<Value, CompileError> {
    compiler::testing::evaluate(&node().request(), world, expression)
}

/// A text as a Puppet literal.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

pub fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Compiles a manifest twice: the same comes out.
pub fn compile_twice(manifest: &str) {
    with_stack(|| {
        let once = compile(&Texts::new(ENVIRONMENT).with_code(manifest));
        let again = compile(&Texts::new(ENVIRONMENT).with_code(manifest));
        assert_eq!(once, again, "two compiles of the same manifest differ");
    });
}
