//! Data types that are declared in Ruby: `Puppet::DataTypes.create_type('Name') do interface … end`.
//! Their interface is written in the Puppet language; only what is derived needs Ruby.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use syntax::ast::{Definition, TypeAlias};
use syntax::source::Source;

use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;

impl Evaluator<'_> {
    /// The definition of a type that a Ruby file declares; `None` when there is no such file.
    pub(in crate::evaluator) fn ruby_data_type(&mut self, name: &str) -> Result<Option<Arc<TypeAlias>>, Stop> {
        let Some(path) = self.world().ruby_data_type(name) else { return Ok(None) };
        let bytes = self.world().read(&path).map_err(|error| self.unloadable(&error))?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let Some((declared, interface)) = declaration(&text) else {
            return Err(Failure::missing(&format!("The interface of the data type '{name}' (file: {path})")).into());
        };
        if declared.to_lowercase() != name {
            return Err(self.fail(format!(
                "The code loaded from {path} produced data type with the wrong name, expected '{name}', actual '{declared}'"
            )));
        }
        let source = Arc::new(Source::new(&*path, format!("type {declared} = Object[{{{interface}}}]")));
        let parsed = syntax::parse(source, &syntax::Options::default())
            .map_err(|error| self.fail(format!("Data Type Load Error for type '{declared}': {error}")))?;
        let mut definitions = parsed.program.definitions.iter();
        Ok(definitions.find_map(|definition| match definition {
            Definition::TypeAlias(alias) => Some(alias.clone()),
            _ => None,
        }))
    }
}

/// The name of the type, and its interface: a here document or a text in quotes.
fn declaration(source: &str) -> Option<(&str, &str)> {
    let name = NAME.captures(source)?.get(1)?.as_str();
    if let Some(quoted) = QUOTED.captures(source) {
        return Some((name, quoted.get(1).or_else(|| quoted.get(2))?.as_str()));
    }
    let start = HERE_DOCUMENT.captures(source)?;
    let (tag, begin) = (start.get(1)?.as_str(), start.get(0)?.end());
    let mut end = begin;
    for line in source[begin..].split_inclusive('\n') {
        if line.trim() == tag {
            return Some((name, &source[begin..end]));
        }
        end += line.len();
    }
    None
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that tests use")
}

static NAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"Puppet::DataTypes\.create_type\s*\(?\s*['"]([A-Z][\w:]*)['"]"#));
static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^\s*interface\s*\(?\s*(?:'([^']*)'|"([^"]*)")"#));
static HERE_DOCUMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?m)^\s*interface\s*\(?\s*<<[-~]?['"]?(\w+)['"]?[^\n]*\n"#));

#[cfg(test)]
mod tests {
    use super::declaration;

    #[test]
    fn interfaces_are_found() {
        let here = "Puppet::DataTypes.create_type('M::T') do\n  interface <<-PUPPET\n    attributes => { a => Integer }\n    PUPPET\n";
        assert_eq!(declaration(here), Some(("M::T", "    attributes => { a => Integer }\n")));
        let quoted = "Puppet::DataTypes.create_type('T') { interface }\n  interface 'attributes => {}'\n";
        assert_eq!(declaration(quoted), Some(("T", "attributes => {}")));
        assert_eq!(declaration("Puppet::DataTypes.create_type('T') { }"), None);
    }
}
