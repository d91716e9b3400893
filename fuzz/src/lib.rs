//! What the targets share: compiles with tight bounds, on a stack as large as the server's.
//!
//! A target fails on a panic, on an input that takes longer than the engine's `-timeout`, on
//! memory above its `-rss_limit_mb`, and where a promise of its own is broken. `run` sets both.

use compiler::testing::Texts;
use compiler::value::Value;
use compiler::{CompileError, Limits, Request, Settings};
use model::catalog::Version;
use model::trusted::Authenticated;
use model::value::Form;
use model::{Facts, Trusted};
use serde_json::{Map, Value as Json, json};

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

/// A small node in an environment of texts.
struct Node {
    facts: Facts,
    trusted: Trusted,
    server_facts: Map<String, Json>,
    settings: Settings,
    version: Version,
}

impl Node {
    fn new() -> Self {
        let facts = json!({
            "os": {"name": "Debian", "family": "Debian", "release": {"major": "12", "full": "12.5"}},
            "networking": {"fqdn": "n.example.com", "ip": "192.0.2.7"},
            "list": ["a", "b", {"c": null}],
            "number": 7,
        });
        Self {
            facts: Facts {
                name: "n.example.com".to_owned(),
                values: facts.as_object().cloned().unwrap_or_default(),
                ..Facts::default()
            },
            trusted: Trusted {
                authenticated: Authenticated::Remote,
                certname: "n.example.com".to_owned(),
                extensions: Map::new(),
                external: Map::new(),
            },
            server_facts: Map::new(),
            settings: Settings { storeconfigs: true, ..Settings::default() },
            version: Version::Seconds(0),
        }
    }

    fn request(&self) -> Request<'_> {
        Request {
            node: "n.example.com",
            environment: "production",
            facts: &self.facts,
            trusted: &self.trusted,
            server_facts: &self.server_facts,
            classification: None,
            settings: &self.settings,
            limits: Limits {
                max_steps: 100_000,
                max_resources: 5_000,
                max_values_bytes: 32 << 20,
                max_catalog_bytes: 8 << 20,
                ..Limits::default()
            },
            version: &self.version,
            catalog_uuid: "00000000-0000-4000-8000-000000000000",
            code_id: None,
        }
    }
}

/// The document of a catalog, or the error.
pub fn compile(world: &Texts) -> Result<String, String> {
    let node = Node::new();
    match compiler::compile(&node.request(), world) {
        Ok(done) => Ok(serde_json::to_string(&done.catalog.wire(Form::Rich)).expect("a catalog can be written")),
        Err(error) => Err(error.message),
    }
}

/// The value of an expression after the main manifest of a world.
pub fn evaluate(world: &Texts, expression: &str) -> Result<Value, CompileError> {
    compiler::testing::evaluate(&Node::new().request(), world, expression)
}

/// A text as a Puppet literal.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Compiles a manifest twice: the same comes out.
pub fn compile_twice(manifest: &str) {
    with_stack(|| {
        let once = compile(&Texts::new(ENVIRONMENT).with_code(manifest));
        let again = compile(&Texts::new(ENVIRONMENT).with_code(manifest));
        assert_eq!(once, again, "two compiles of the same manifest differ");
    });
}
