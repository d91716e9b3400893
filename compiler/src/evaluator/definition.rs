//! What a resource type's name stands for.

use std::sync::Arc;

use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::known::TypeId;
use crate::resource::{Kind, capitalize};
use crate::resource_type::{self, ResourceType};

/// What implements resources of a type.
#[derive(Clone)]
pub(crate) enum ResolvedType {
    Builtin(Arc<ResourceType>),
    Define(TypeId),
    Class,
}

impl Evaluator<'_> {
    /// A resource type written in Ruby, or a define; `class` is none of them.
    pub(crate) fn find_resource_type(&mut self, name: &str) -> Result<Option<ResolvedType>, Stop> {
        if !name.contains(':') {
            let name = name.to_lowercase();
            let found = resource_type::builtin(&name).or_else(|| self.world().resource_type(&name));
            if let Some(found) = found {
                return Ok(Some(ResolvedType::Builtin(self.read_type(found))));
            }
        }
        Ok(self.find_define(name)?.map(ResolvedType::Define))
    }

    /// All that is to be known of a type: what its source does not say plainly, Ruby says. Without
    /// Ruby, and where the type cannot be loaded, what is plain counts.
    fn read_type(&mut self, plain: Arc<ResourceType>) -> Arc<ResourceType> {
        let Some(path) = plain.beyond.clone() else { return plain };
        if let Some(known) = self.world().described_type(&plain.name) {
            return known;
        }
        let described = self.ruby_resource_type(&plain.name, &path).ok().flatten();
        let known = Arc::new(described.unwrap_or_else(|| ResourceType { beyond: None, ..ResourceType::clone(&plain) }));
        self.world().describe_type(&known);
        known
    }

    /// The capitalised name of a type.
    pub(crate) fn type_title(&self, resolved: &ResolvedType) -> Arc<str> {
        match resolved {
            ResolvedType::Builtin(builtin) => capitalize(&builtin.name),
            ResolvedType::Define(id) => capitalize(&self.known.get(*id).name),
            ResolvedType::Class => "Class".into(),
        }
    }

    /// Whether resources of a kind take an attribute.
    pub(crate) fn takes(&self, kind: &Kind, name: &str) -> bool {
        if resource_type::METAPARAMETERS.contains(&name) || name == "name" {
            return true;
        }
        match kind {
            Kind::Builtin(builtin) => builtin.takes(name),
            Kind::Class(id) | Kind::Node(id) | Kind::Define(id) => {
                self.known.get(*id).body.parameters().iter().any(|parameter| &*parameter.name == name)
            }
        }
    }
}
