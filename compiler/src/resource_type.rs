//! What the compiler knows of a resource type that is written in Ruby.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use syntax::ast::Program;

use crate::regexp::Regexp;

mod generated;
mod ruby;

/// A resource type: which parameters it takes and what names a resource of it.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// Lower case: `file`, `concat_file`.
    pub name: Arc<str>,
    /// The parameters that name a resource, in order; often one.
    pub namevars: Vec<Arc<str>>,
    /// Whether two resources with the same name are the same resource (`exec` is not).
    pub isomorphic: bool,
    /// How titles give values to name variables: the first pattern that fits counts.
    pub title_patterns: Vec<TitlePattern>,
    /// Parameters and properties; `None` when they are not known and any is taken.
    pub parameters: Option<Vec<Arc<str>>>,
    /// The Ruby file that says more than could be read without Ruby.
    pub beyond: Option<Arc<str>>,
}

/// A pattern for titles, and the parameters that its groups give.
#[derive(Clone, Debug)]
pub struct TitlePattern {
    pub pattern: Arc<Regexp>,
    pub parameters: Vec<Arc<str>>,
}

/// Parameters that every resource takes, in the order in which the original knows them.
pub const METAPARAMETERS: [&str; 11] =
    ["noop", "schedule", "audit", "loglevel", "alias", "tag", "require", "subscribe", "before", "notify", "stage"];

/// Metaparameters that name other resources.
pub const RELATIONSHIPS: [&str; 4] = ["require", "subscribe", "before", "notify"];

impl ResourceType {
    /// What the source of a type says by its declarations: `newparam`, `newproperty`, `ensurable`,
    /// namevars. Sources that make parameters in other ways are taken to accept any.
    pub fn read_ruby(name: &str, path: &str, source: &str) -> Self {
        ruby::read(name, path, source)
    }

    /// A type as `puppet generate types` writes it; `None` when the file holds something else.
    pub fn read_generated(program: &Program) -> Option<Self> {
        generated::read(program)
    }

    /// What Ruby said of a type; `None` when it said that there is none.
    pub(crate) fn from_description(name: &str, description: &Json) -> Option<Self> {
        let names = |list: &Json| -> Vec<Arc<str>> {
            let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Json::as_str).map(Arc::from).collect()
        };
        let patterns = description["title_patterns"].as_array()?.iter().filter_map(|title_pattern| {
            let pattern = Regexp::parse(title_pattern[0].as_str()?).ok()?;
            Some(TitlePattern { pattern: Arc::new(pattern), parameters: names(&title_pattern[1]) })
        });
        Some(Self {
            name: name.into(),
            namevars: names(&description["namevars"]),
            isomorphic: description["isomorphic"] != false,
            title_patterns: patterns.collect(),
            parameters: Some(names(&description["parameters"])),
            beyond: None,
        })
    }

    /// With the parameter that a type has when there are providers for it.
    #[must_use]
    pub fn with_providers(mut self) -> Self {
        if let Some(parameters) = &mut self.parameters
            && !parameters.iter().any(|parameter| &**parameter == "provider")
        {
            parameters.push("provider".into());
        }
        self
    }

    /// Whether resources of the type take a parameter, metaparameters aside.
    pub fn takes(&self, parameter: &str) -> bool {
        self.parameters.as_ref().is_none_or(|known| known.iter().any(|known| &**known == parameter))
    }

    /// What a title gives the name variables; `None` when no pattern fits.
    ///
    /// Without patterns the one name variable (else `name`) takes the whole title.
    pub fn parse_title(&self, title: &str) -> Option<Vec<(Arc<str>, Arc<str>)>> {
        if self.title_patterns.is_empty() {
            let name = match &*self.namevars {
                [one] => one.clone(),
                _ => "name".into(),
            };
            return Some(vec![(name, title.into())]);
        }
        self.title_patterns.iter().find_map(|title_pattern| {
            let captures = title_pattern.pattern.captures(title).ok()??;
            let groups = captures.groups.into_iter().skip(1);
            Some(
                title_pattern
                    .parameters
                    .iter()
                    .cloned()
                    .zip(groups)
                    .filter_map(|(name, text)| Some((name, text?)))
                    .collect(),
            )
        })
    }
}

/// A type that every agent has, by its name in lower case.
pub fn builtin(name: &str) -> Option<Arc<ResourceType>> {
    static TYPES: OnceLock<FxHashMap<Arc<str>, Arc<ResourceType>>> = OnceLock::new();
    TYPES.get_or_init(|| read(include_str!("resource_type/builtin.txt"))).get(name).cloned()
}

/// Reads the description of types. A line is a keyword and its words; `type NAME` begins a type.
fn read(text: &str) -> FxHashMap<Arc<str>, Arc<ResourceType>> {
    let mut types: Vec<ResourceType> = Vec::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        let keyword = words.next().unwrap_or_default();
        if keyword == "type" {
            types.push(ResourceType {
                name: words.next().unwrap_or_default().into(),
                namevars: Vec::new(),
                isomorphic: true,
                title_patterns: Vec::new(),
                parameters: Some(Vec::new()),
                beyond: None,
            });
            continue;
        }
        let Some(current) = types.last_mut() else { continue };
        match keyword {
            "namevar" => current.namevars.extend(words.map(Arc::from)),
            "repeatable" => current.isomorphic = false,
            "takes" => current.parameters.get_or_insert_default().extend(words.map(Arc::from)),
            "title" => {
                let parameters = words.next().unwrap_or_default().split(',').map(Arc::from).collect();
                let pattern = words.collect::<Vec<_>>().join(" ");
                if let Ok(pattern) = Regexp::parse(&pattern) {
                    current.title_patterns.push(TitlePattern { pattern: Arc::new(pattern), parameters });
                }
            }
            _ => {}
        }
    }
    types.into_iter().map(|of| (of.name.clone(), Arc::new(of))).collect()
}

#[cfg(test)]
mod tests;
