use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::{Cache, Layer, Origin, Request, automatic_parameter, lookup};
use crate::callable::Callable;
use crate::data;
use crate::error::{Failure, Location, Stop};
use crate::functions::{Caller, Level, Returns, Strict};
use crate::resource_type::ResourceType;
use crate::types::Type;
use crate::value::{Hash, Value};
use crate::world::{DataFormat, Exported, FileKind, LoadError, Module, ProgramKind, World};

#[test]
fn levels_are_asked_in_order() {
    let mut site = Site::new(&[
        (
            "/env/hiera.yaml",
            "{version: 5, hierarchy: [{name: n, path: 'nodes/%{trusted.certname}.yaml'}, {name: c, path: c.yaml}]}",
        ),
        ("/env/data/nodes/n1.yaml", "a: node"),
        ("/env/data/c.yaml", "{a: common, b: common, nothing: ~}"),
    ]);
    assert_eq!(site.get("a"), Ok(Value::from("node")));
    assert_eq!(site.get("b"), Ok(Value::from("common")));
    assert_eq!(site.get("nothing"), Ok(Value::Undef));
    assert_eq!(site.get("c"), Err("Function lookup() did not find a value for the name 'c'".to_owned()));
}

#[test]
fn dotted_and_quoted_keys() {
    let mut site = Site::common("{tree: {a: [10, {b: x}]}, 'dotted.key': {k: v}}");
    assert_eq!(site.get("tree.a.1.b"), Ok(Value::from("x")));
    assert_eq!(site.get("'dotted.key'.k"), Ok(Value::from("v")));
    assert!(site.get("tree.a.7").is_err());
    let message = site.get("tree.a.0.x").unwrap_err();
    assert_eq!(message, "undefined method `include?' for 10:Integer");
    let message = site.get("tree.a.1.b.x").unwrap_err();
    assert_eq!(
        message,
        "Data Provider type mismatch: Got String when a hash-like object was expected to access value using 'x' from \
         key 'tree.a.1.b.x'"
    );
}

#[test]
fn interpolation() {
    let mut site = Site::common(
        "{scope: 'os %{facts.os.family} %{::hostname} [%{no.such}]', literal: '%{literal(\"%\")}{y}', \
         twice: '%%{hostname}', lookup: 'l %{lookup(\"list.1\")} %{hiera(''list.0'')}', list: [x, y], \
         alias: '%{alias(\"list\")}', broken: 'a %{alias(\"list\")}', array: '%{facts.os}', empty: '<%{}%{::}>', \
         '%{hostname}': 1, unknown: '%{foo(\"x\")}'}",
    );
    assert_eq!(site.get("scope"), Ok(Value::from("os Debian n1 []")));
    assert_eq!(site.get("literal"), Ok(Value::from("%{y}")));
    assert_eq!(site.get("twice"), Ok(Value::from("%n1")));
    assert_eq!(site.get("lookup"), Ok(Value::from("l y x")));
    assert_eq!(site.get("alias"), Ok(data::yaml("[x, y]").unwrap()));
    assert_eq!(site.get("array"), Ok(Value::from("{\"family\"=>\"Debian\"}")));
    assert_eq!(site.get("empty"), Ok(Value::from("<>")));
    assert_eq!(
        site.get("broken"),
        Err("'alias' interpolation is only permitted if the expression is equal to the entire string".to_owned())
    );
    assert_eq!(site.get("unknown"), Err("Unknown interpolation method 'foo'".to_owned()));
    assert_eq!(site.unknown, ["no"]);
}

#[test]
fn recursion_is_found() {
    let mut site = Site::common("{a: '%{lookup(\"b\")}', b: '%{lookup(\"a\")}'}");
    assert_eq!(site.get("a"), Err("Lookup of key 'a' failed: Recursive lookup detected in [a, b]".to_owned()));
}

#[test]
fn merges_by_argument_and_by_options() {
    let hierarchy =
        "{version: 5, hierarchy: [{name: g, glob: 'g/*.yaml'}, {name: j, path: x.json, data_hash: json_data}]}";
    let mut site = Site::new(&[
        ("/env/hiera.yaml", hierarchy),
        ("/env/data/g/1.yaml", "{l: [a], h: {x: 1}, d: {k: [1], o: 1}, m::p: [1]}"),
        (
            "/env/data/g/2.yaml",
            "{l: [b], h: {y: 2}, d: {k: [2]}, m::p: [2], lookup_options: {d: {merge: deep}, '^m::.*': {merge: unique}}}",
        ),
        ("/env/data/x.json", "{\"l\": [\"a\", \"c\"], \"h\": {\"x\": 3}}"),
    ]);
    assert_eq!(site.merged("l", "unique"), Ok(data::yaml("[a, b, c]").unwrap()));
    assert_eq!(site.merged("h", "hash"), Ok(data::yaml("{x: 1, y: 2}").unwrap()));
    assert_eq!(site.get("d"), Ok(data::yaml("{k: [2, 1], o: 1}").unwrap()));
    assert_eq!(site.get("m::p"), Ok(data::yaml("[1, 2]").unwrap()));
    assert_eq!(site.get("l"), Ok(data::yaml("[a]").unwrap()));
    assert_eq!(
        site.get("lookup_options"),
        Err("Function lookup() did not find a value for the name 'lookup_options'".to_owned())
    );
}

/// The value of a parameter of class `m`.
fn bound(site: &mut Site, parameter: &str) -> Option<Value> {
    automatic_parameter(site, "m", parameter).unwrap().map(|found| found.value)
}

#[test]
fn values_say_where_they_came_from() {
    let mut site = Site::new(&[
        ("/env/hiera.yaml", "{version: 5, hierarchy: [{name: one, path: 1.yaml}, {name: two, path: 2.yaml}]}"),
        ("/env/data/1.yaml", "{m::a: '%{lookup(\"other\")}', m::l: [1]}"),
        ("/env/data/2.yaml", "{other: x, m::l: [2], lookup_options: {m::l: {merge: unique}}}"),
    ]);
    let origin = |entry: &str, path: &str| Origin {
        layer: Layer::Environment,
        entry: entry.into(),
        location: Some(path.into()),
    };
    let found = automatic_parameter(&mut site, "m", "a").unwrap().unwrap();
    assert_eq!(found.origins, [origin("one", "/env/data/1.yaml")]);
    let found = automatic_parameter(&mut site, "m", "l").unwrap().unwrap();
    assert_eq!(found.origins, [origin("one", "/env/data/1.yaml"), origin("two", "/env/data/2.yaml")]);
}

#[test]
fn modules_have_data_and_a_last_resort() {
    let mut site = Site::new(&[
        ("/env/hiera.yaml", "{version: 5}"),
        ("/env/data/common.yaml", "m::a: environment"),
        (
            "/env/modules/m/hiera.yaml",
            "{version: 5, hierarchy: [{name: c, path: c.yaml}], default_hierarchy: [{name: d, path: d.yaml}]}",
        ),
        ("/env/modules/m/data/c.yaml", "{m::a: module, m::b: module, other: 1}"),
        ("/env/modules/m/data/d.yaml", "{m::b: default, m::c: default}"),
    ]);
    assert_eq!(bound(&mut site, "a"), Some(Value::from("environment")));
    assert_eq!(bound(&mut site, "b"), Some(Value::from("module")));
    assert_eq!(bound(&mut site, "c"), Some(Value::from("default")));
    assert_eq!(bound(&mut site, "d"), None);
    assert_eq!(
        site.warnings,
        ["Module 'm': Value returned from data_hash function 'yaml_data', when using location \
          '/env/modules/m/data/c.yaml', must use keys qualified with the name of the module"]
    );
}

#[test]
fn mapped_paths_walk_over_a_variable() {
    let mut site = Site::new(&[
        ("/env/hiera.yaml", "{version: 5, hierarchy: [{name: m, mapped_paths: [sites, site, 'rel/%{site}.yaml']}]}"),
        ("/env/data/rel/b.yaml", "k: from b"),
    ]);
    site.variables.insert("sites", data::yaml("[a, b]").unwrap());
    assert_eq!(site.get("k"), Ok(Value::from("from b")));
}

#[test]
fn a_hierarchy_follows_its_variables() {
    let mut site = Site::new(&[
        ("/env/hiera.yaml", "{version: 5, hierarchy: [{name: m, path: '%{which}.yaml'}]}"),
        ("/env/data/a.yaml", "k: a"),
        ("/env/data/b.yaml", "k: b"),
    ]);
    site.variables.insert("which", Value::from("a"));
    assert_eq!(site.get("k"), Ok(Value::from("a")));
    site.variables.insert("which", Value::from("b"));
    assert_eq!(site.get("k"), Ok(Value::from("b")));
}

#[test]
fn defaults_and_overrides() {
    let mut site = Site::common("a: data");
    let hash = |text: &str| match data::yaml(text).unwrap() {
        Value::Hash(entries) => Some(entries),
        _ => None,
    };
    let request = |name: &str| Request { names: vec![name.into()], ..Request::default() };
    let overridden = Request { overrides: hash("a: o"), ..request("a") };
    assert_eq!(lookup(&mut site, &overridden).unwrap(), Value::from("o"));
    let fallen_back = Request { default_values: hash("x: d"), ..request("x") };
    assert_eq!(lookup(&mut site, &fallen_back).unwrap(), Value::from("d"));
    let defaulted = Request { default: Some(Value::Undef), ..request("x") };
    assert_eq!(lookup(&mut site, &defaulted).unwrap(), Value::Undef);
    let several = Request { names: vec!["x".into(), "y".into()], ..Request::default() };
    let message = match lookup(&mut site, &several) {
        Err(Stop::Error(error)) => error.message,
        other => format!("{other:?}"),
    };
    assert_eq!(message, "Function lookup() did not find a value for any of the names ['x', 'y']");
}

#[test]
fn mistakes_in_the_hierarchy_are_named() {
    let refused = |text: &str| Site::new(&[("/env/hiera.yaml", text)]).get("k").unwrap_err();
    assert_eq!(
        refused("version: 5\nhierarchy:\n  - name: a\n    path: x\n  - name: a\n    path: y\n"),
        "Hierarchy name 'a' defined more than once. First defined at (line: 3)"
    );
    assert_eq!(
        refused("version: 5\ndefault_hierarchy: []\n"),
        "'default_hierarchy' is only allowed in the module layer"
    );
    assert!(refused("version: 6").starts_with("This runtime does not support hiera.yaml version 6"));
    assert!(refused("{version: 5, hierarchy: [{name: a, path: x, glob: y}]}").starts_with(
        "Only one of path, paths, glob, globs, uri, uris, or mapped_paths can be defined in hierarchy 'a'"
    ));
    assert!(
        refused("{version: 5, hierarchy: [{name: a, lookup_key: no_such_function}]}")
            .contains("Unable to find 'lookup_key' function named 'no_such_function'")
    );
}

/// An environment of texts, and a caller with variables.
#[test]
fn options_that_look_up_are_a_recursion() {
    let mut site = Site::common("{lookup_options: {a: {merge: '%{lookup(\"how\")}'}}, how: unique, a: [1, 1]}");
    assert_eq!(site.get("a"), Err("Recursive lookup detected in [lookup_options]".to_owned()));
    let mut site = Site::new(&[
        ("/env/modules/m/hiera.yaml", "version: 5"),
        ("/env/modules/m/data/common.yaml", "{lookup_options: {'m::a': '%{lookup(\"m::b\")}'}, 'm::a': 1, 'm::b': 2}"),
    ]);
    assert_eq!(site.get("m::a"), Err("Recursive lookup detected in [lookup_options]".to_owned()));
}

#[test]
fn texts_that_name_each_other_twice_are_bounded() {
    let mut site = Site::common("{a: '%{f0}'}");
    let names: Vec<&'static str> = (0..60).map(|at| &*format!("f{at}").leak()).collect();
    for (at, name) in names.iter().enumerate() {
        site.variables.insert(name, Value::from(format!("%{{f{next}}}%{{f{next}}}", next = at + 1)));
    }
    site.variables.insert("f60", Value::from("x"));
    assert_eq!(site.get("a"), Err("too much".to_owned()));
}

struct Site {
    files: Texts,
    variables: BTreeMap<&'static str, Value>,
    cache: Rc<Cache>,
    warnings: Vec<String>,
    unknown: Vec<String>,
    spent: usize,
    annotations: crate::functions::Annotations,
}

impl Site {
    fn new(files: &[(&'static str, &str)]) -> Self {
        let facts = "{os: {family: Debian}}";
        Self {
            files: Texts(files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect()),
            variables: BTreeMap::from([
                ("facts", data::yaml(facts).unwrap()),
                ("trusted", data::yaml("{certname: n1}").unwrap()),
                ("hostname", Value::from("n1")),
            ]),
            cache: Rc::default(),
            warnings: Vec::new(),
            unknown: Vec::new(),
            spent: 0,
            annotations: crate::functions::Annotations::default(),
        }
    }

    fn common(data: &str) -> Self {
        Self::new(&[("/env/hiera.yaml", "version: 5"), ("/env/data/common.yaml", data)])
    }

    fn get(&mut self, name: &str) -> Result<Value, String> {
        self.ask(&Request { names: vec![name.into()], ..Request::default() })
    }

    fn merged(&mut self, name: &str, merge: &str) -> Result<Value, String> {
        self.ask(&Request { names: vec![name.into()], merge: Some(Value::from(merge)), ..Request::default() })
    }

    fn ask(&mut self, request: &Request) -> Result<Value, String> {
        lookup(self, request).map_err(|stop| match stop {
            Stop::Error(error) => error.message,
            other => format!("{other:?}"),
        })
    }
}

impl Caller for Site {
    fn template(&mut self, _names: &[Value]) -> Result<Value, Stop> {
        unreachable!("lookups render no templates")
    }

    fn inline_template(&mut self, _texts: &[Value]) -> Result<Value, Stop> {
        unreachable!("lookups render no templates")
    }

    fn world(&self) -> &dyn World {
        &self.files
    }

    fn call_block(&mut self, _: &Arc<Callable>, _: Vec<Value>) -> Result<Value, Stop> {
        Err(Failure::missing("a block").into())
    }

    fn call_function(&mut self, name: &str, _: Vec<Value>, _: Option<Arc<Callable>>) -> Result<Value, Stop> {
        Err(Failure::missing(name).into())
    }

    fn variable(&mut self, name: &str) -> Result<Option<Value>, Stop> {
        Ok(self.variables.get(name.trim_start_matches("::")).cloned())
    }

    fn unknown_variable(&mut self, name: &str) -> Result<(), Stop> {
        self.unknown.push(name.to_owned());
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Stop> {
        self.spent += bytes;
        if self.spent > 1 << 20 { Err(Failure::argument("too much").into()) } else { Ok(()) }
    }

    fn log(&mut self, _: Level, _: String) {}

    fn warning(&mut self, message: String) {
        self.warnings.push(message);
    }

    fn warn_once(&mut self, _: &str, message: String) {
        self.warnings.push(message);
    }

    fn strict(&self) -> Strict {
        Strict::Warning
    }

    fn parse_type(&mut self, text: &str) -> Result<Type, Stop> {
        Err(Failure::missing(text).into())
    }

    fn hiera(&self) -> Rc<Cache> {
        self.cache.clone()
    }

    fn call_site(&self) -> Option<Location> {
        None
    }

    fn stack(&self) -> [Option<crate::error::Location>; 2] {
        [None, None]
    }

    fn parse_epp(&mut self, _: &str) -> Result<Arc<syntax::ast::Program>, String> {
        Err(String::new())
    }

    fn render_epp(&mut self, _: &str, _: &Arc<syntax::ast::Program>, _: Option<&Hash>, _: bool) -> Result<Value, Stop> {
        Err(Failure::missing("EPP").into())
    }

    fn resource(&mut self, _: &str) -> Result<Option<Hash>, Stop> {
        Ok(None)
    }

    fn annotations(&mut self) -> &mut crate::functions::Annotations {
        &mut self.annotations
    }

    fn has_default(&self, _: &str, _: &str) -> bool {
        false
    }

    fn definition(&mut self) -> (bool, Arc<str>) {
        (true, Arc::default())
    }

    fn environment_name(&self) -> Arc<str> {
        "production".into()
    }

    fn calling_class(&mut self) -> Arc<str> {
        Arc::default()
    }

    fn function_return_type(&mut self, _: &str) -> Result<Option<Returns>, Stop> {
        Ok(None)
    }
}

struct Texts(BTreeMap<&'static str, String>);

impl World for Texts {
    fn erb(&self, _path: &str) -> Result<Option<crate::world::Erb>, LoadError> {
        Ok(None)
    }

    fn manifests(&self) -> Result<Vec<Arc<syntax::ast::Program>>, LoadError> {
        Ok(Vec::new())
    }

    fn program(&self, _: ProgramKind, _: &str) -> Result<Option<Arc<syntax::ast::Program>>, LoadError> {
        Ok(None)
    }

    fn epp(&self, _: &str) -> Result<Option<Arc<syntax::ast::Program>>, LoadError> {
        Ok(None)
    }

    fn find(&self, _: FileKind, path: &str) -> Option<Arc<str>> {
        self.0.contains_key(path).then(|| path.into())
    }

    fn read(&self, path: &str) -> Result<Option<Arc<[u8]>>, LoadError> {
        Ok(self.0.get(path).map(|text| text.as_bytes().into()))
    }

    fn data(&self, path: &str, format: DataFormat) -> Result<Option<Arc<Value>>, LoadError> {
        self.0.get(path).map(|text| data::parse(path, text.as_bytes(), format).map(Arc::new)).transpose()
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        let (start, end) = pattern.split_once('*').unwrap_or((pattern, ""));
        let matches = |path: &&&str| path.starts_with(start) && path.ends_with(end);
        self.0.keys().filter(matches).map(|path| (*path).to_owned()).collect()
    }

    fn module(&self, name: &str) -> Option<Module> {
        (name == "m").then(|| Module { name: name.into(), path: "/env/modules/m".into(), metadata: None })
    }

    fn environment_path(&self) -> &'static str {
        "/env"
    }

    fn modules(&self) -> Vec<Arc<str>> {
        vec!["m".into()]
    }

    fn resource_type(&self, _: &str) -> Option<Arc<ResourceType>> {
        None
    }

    fn ruby_function(&self, _: &str) -> Option<Arc<str>> {
        None
    }

    fn exported(&self, _: &str) -> Result<Vec<Exported>, LoadError> {
        Ok(Vec::new())
    }

    fn run(&self, _: &[String]) -> Result<String, LoadError> {
        Err(LoadError::Unavailable(String::new()))
    }

    fn check(&self, _: &str, _: &str) -> Result<(), LoadError> {
        Ok(())
    }

    fn random(&self) -> u64 {
        0
    }

    fn now(&self) -> i128 {
        0
    }
}
