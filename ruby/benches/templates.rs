//! ERB templates: read, and rendered for virtual hosts with more and more in them.

use std::collections::BTreeMap;

use ruby::{Host, HostError, Level, Limits, Template, Value};

const TEMPLATE: &str = include_str!("vhost.erb");

fn main() {
    divan::main();
}

#[divan::bench]
fn read() -> Template {
    Template::parse(TEMPLATE, None).expect("the template can be read")
}

#[divan::bench(args = [1, 10, 100])]
fn render(bencher: divan::Bencher<'_, '_>, directories: usize) {
    let template = read();
    let mut node = Node::with_directories(directories);
    bencher.bench_local(|| template.render(&mut node, Limits::default()).expect("the template can be rendered"));
}

struct Node(BTreeMap<&'static str, Value>);

impl Node {
    fn with_directories(count: usize) -> Self {
        let text = |text: &str| Value::string(text);
        let texts = |texts: &[&str]| Value::array(texts.iter().map(|one| text(one)).collect());
        let hash =
            |entries: &[(&str, Value)]| Value::hash(entries.iter().map(|(key, value)| (text(key), value.clone())));
        let directory = |number: usize| {
            hash(&[
                ("path", text(&format!("/srv/www/{number}"))),
                ("provider", if number.is_multiple_of(3) { text("location") } else { Value::Nil }),
                ("options", texts(&["-Indexes", "+FollowSymLinks"])),
                ("allow", if number.is_multiple_of(2) { text("IP  192.0.2.0/24") } else { Value::Nil }),
                ("headers", hash(&[("X-Frame-Options", text("DENY")), ("Cache-Control", text("no-store"))])),
            ])
        };
        let rewrite = |number: usize| hash(&[("from", text(&format!("^/old/{number}"))), ("to", text("/new"))]);
        Self(BTreeMap::from([
            ("title", text("www.example.com")),
            ("servername", text("www.example.com")),
            ("listen", texts(&["*", "[::]"])),
            ("port", Value::Integer(443)),
            ("aliases", texts(&["web.example.com", "example.com", "old.example.com"])),
            ("ssl", hash(&[("cert", text("/etc/ssl/www.pem")), ("key", text("/etc/ssl/www.key"))])),
            ("directories", Value::array((0..count).map(directory).collect())),
            ("rewrites", Value::array((0..count).map(rewrite).collect())),
            ("facts", hash(&[("os", hash(&[("family", text("Debian"))]))])),
        ]))
    }
}

impl Host for Node {
    fn variable(&mut self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }

    fn lookup(&mut self, name: &str) -> Result<Value, HostError> {
        Ok(self.variable(name).unwrap_or(Value::Nil))
    }

    fn has_variable(&mut self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn exists(&mut self, name: &str) -> bool {
        self.has_variable(name)
    }

    fn variables(&mut self) -> Vec<(String, Value)> {
        self.0.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn set_variable(&mut self, _: &str, _: Value) -> Result<(), HostError> {
        Err(HostError::End)
    }

    fn call_function(&mut self, _: &str, _: Vec<Value>) -> Result<Value, HostError> {
        Err(HostError::End)
    }

    fn classes(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn catalog_tags(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn scope_tags(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn environment(&mut self) -> String {
        "production".to_owned()
    }

    fn resource(&mut self) -> String {
        "Class[Main]".to_owned()
    }

    fn log(&mut self, _: Level, _: String) {}

    fn spend(&mut self, _: usize) -> Result<(), HostError> {
        Ok(())
    }
}
