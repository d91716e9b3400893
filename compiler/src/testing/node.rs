use model::catalog::Version;
use model::trusted::Authenticated;
use model::{Facts, Trusted};
use serde_json::{Map, Value as Json};

use crate::request::{Classification, Limits, Request, Settings};

/// A node to compile for: the owner of what a [`Request`] lends.
#[derive(Clone)]
pub struct Node {
    pub name: String,
    pub environment: String,
    pub facts: Facts,
    pub trusted: Trusted,
    pub server_facts: Map<String, Json>,
    pub classification: Option<Classification>,
    pub settings: Settings,
    pub limits: Limits<'static>,
    pub version: Version,
}

impl Node {
    /// A node that came with its certificate, in the environment `production`; `facts` is an object.
    pub fn new(name: &str, facts: &Json) -> Self {
        Self {
            name: name.to_owned(),
            environment: "production".to_owned(),
            facts: Facts {
                name: name.to_owned(),
                values: facts.as_object().cloned().unwrap_or_default(),
                ..Facts::default()
            },
            trusted: Trusted {
                authenticated: Authenticated::Remote,
                certname: name.to_owned(),
                extensions: Map::new(),
                external: Map::new(),
            },
            server_facts: Map::new(),
            classification: None,
            settings: Settings::default(),
            limits: Limits::default(),
            version: Version::Seconds(0),
        }
    }

    pub fn request(&self) -> Request<'_> {
        Request {
            node: &self.name,
            environment: &self.environment,
            facts: &self.facts,
            trusted: &self.trusted,
            server_facts: &self.server_facts,
            classification: self.classification.as_ref(),
            settings: &self.settings,
            limits: self.limits,
            version: &self.version,
            catalog_uuid: "00000000-0000-0000-0000-000000000000",
            code_id: None,
        }
    }
}
