//! The last steps: arrows, overrides, tags, metaparameters, and the checks of the whole.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::{Location, Stop};
use crate::evaluator::Evaluator;
use crate::resource::{Kind, Origin, Parameter, ResourceId};
use crate::resource_type::{METAPARAMETERS, RELATIONSHIPS};
use crate::value::Value;

impl Evaluator<'_> {
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        self.evaluate_relationships()?;
        for id in self.catalog.ids().skip(2) {
            self.merge_waiting_overrides(id)?;
            self.add_scope_tags(id);
            self.validate(id)?;
            self.unwrap_sensitive(id);
        }
        self.spread_metaparameters()?;
        self.check_overrides()?;
        self.check_realized()?;
        self.check_relationships()
    }

    fn merge_waiting_overrides(&mut self, id: ResourceId) -> Result<(), Stop> {
        if self.overrides.is_empty() {
            return Ok(());
        }
        let resource = self.catalog.get(id);
        let (type_name, title) = (resource.type_name.clone(), resource.title.clone());
        let (own, others) = std::mem::take(&mut self.overrides)
            .into_iter()
            .partition(|waiting| waiting.type_name == type_name && waiting.title == title);
        self.overrides = others;
        let own: Vec<_> = own;
        own.iter().try_for_each(|overriding| self.merge(id, overriding))
    }

    /// Attributes that the type does not have, and values of the wrong type.
    fn validate(&mut self, id: ResourceId) -> Result<(), Stop> {
        let resource = self.catalog.get(id);
        match &resource.kind {
            Kind::Builtin(_) => {
                let unknown = resource.parameters.iter().find(|parameter| !self.takes(&resource.kind, &parameter.name));
                let Some(parameter) = unknown else { return Ok(()) };
                let place = place(resource.position.as_ref());
                let message = format!("no parameter named '{}'{place} on {}", parameter.name, resource.reference());
                Err(self.parse_error(message, resource.position.clone()))
            }
            Kind::Class(definition) | Kind::Define(definition) | Kind::Node(definition) => {
                let definition = *definition;
                let body = self.known.get(definition).body.clone();
                let values: Vec<(Arc<str>, Value)> = resource
                    .parameters
                    .iter()
                    .map(|parameter| (parameter.name.clone(), parameter.value.clone()))
                    .collect();
                match body.code() {
                    Some((_, source)) => self.within(crate::scope::ScopeId::TOP, source, |this| {
                        this.check_parameters(id, definition, body.parameters(), &values)
                    }),
                    None => Ok(()),
                }
            }
        }
    }

    fn unwrap_sensitive(&mut self, id: ResourceId) {
        let resource = self.catalog.get_mut(id);
        for parameter in &mut resource.parameters {
            if let Value::Sensitive(hidden) = &parameter.value {
                parameter.value = (**hidden).clone();
                resource.sensitive.push(parameter.name.clone());
            }
        }
    }

    /// From the main class outward, what is contained takes metaparameters and tags.
    fn spread_metaparameters(&mut self) -> Result<(), Stop> {
        let Some(main) = self.catalog.class("main").or_else(|| self.catalog.find("Class", "main", None)) else {
            return Err(self.fail("Couldn't find main"));
        };
        let mut data: FxHashMap<ResourceId, Vec<(&'static str, Value)>> = FxHashMap::default();
        let mut seen = FxHashSet::default();
        let mut waiting = VecDeque::from([main]);
        while let Some(source) = waiting.pop_front() {
            if !seen.insert(source) {
                continue;
            }
            let contents = self.catalog.contents(source).to_vec();
            let inherited = data.get(&source).cloned().unwrap_or_else(|| self.metaparameters(source));
            for target in &contents {
                if !inherited.is_empty() {
                    for (name, value) in &inherited {
                        if self.catalog.get(*target).value(name).is_undef() {
                            self.set_parameter(*target, &Arc::from(*name), value.clone(), Origin::Container(source))?;
                        }
                    }
                    let mut own = inherited.clone();
                    for (name, value) in self.metaparameters(*target) {
                        match own.iter_mut().find(|(known, _)| *known == name) {
                            Some(known) => known.1 = value,
                            None => own.push((name, value)),
                        }
                    }
                    data.insert(*target, own);
                }
                let tags = self.catalog.get(source).tags.clone();
                self.catalog.get_mut(*target).tags.merge(&tags);
            }
            waiting.extend(contents);
        }
        Ok(())
    }

    /// Metaparameters that are not relationships, as a resource has them.
    fn metaparameters(&self, id: ResourceId) -> Vec<(&'static str, Value)> {
        let resource = self.catalog.get(id);
        METAPARAMETERS
            .into_iter()
            .filter(|name| !RELATIONSHIPS.contains(name))
            .filter_map(|name| {
                let value = resource.parameter(name)?.value.clone();
                (!value.is_undef()).then_some((name, value))
            })
            .collect()
    }

    fn check_overrides(&self) -> Result<(), Stop> {
        if self.overrides.is_empty() {
            return Ok(());
        }
        let references: Vec<String> =
            self.overrides.iter().map(|waiting| format!("{}[{}]", waiting.type_name, waiting.title)).collect();
        Err(self.fail(format!("Could not find resource(s) {} for overriding", references.join(", "))))
    }

    fn check_realized(&self) -> Result<(), Stop> {
        let missing = self.unrealized();
        if missing.is_empty() {
            return Ok(());
        }
        Err(self.fail(format!("Failed to realize virtual resources {}", missing.join(", "))))
    }

    /// Every `require`, `before`, `notify` and `subscribe` names a resource that is there.
    fn check_relationships(&mut self) -> Result<(), Stop> {
        for id in self.catalog.ids() {
            let resource = self.catalog.get(id);
            if resource.is_virtual {
                continue;
            }
            let related: Vec<Parameter> = resource
                .parameters
                .iter()
                .filter(|parameter| RELATIONSHIPS.contains(&&*parameter.name))
                .cloned()
                .collect();
            for parameter in related {
                self.check_references(&parameter, &parameter.value)?;
            }
        }
        Ok(())
    }

    fn check_references(&mut self, parameter: &Parameter, value: &Value) -> Result<(), Stop> {
        let text = match value {
            Value::Undef => return Ok(()),
            Value::Array(values) => {
                return values.iter().try_for_each(|value| self.check_references(parameter, value));
            }
            other => crate::evaluator::shown(other),
        };
        let Some((type_name, title)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) else {
            let shown = crate::title::inspect(&Value::string(text));
            let message = format!("No title provided and {shown} is not a valid resource reference");
            return Err(self.parse_error(message, parameter.position.clone()));
        };
        if self.find_resource(type_name, title)?.is_some() {
            return Ok(());
        }
        let message = format!("Could not find resource '{text}' in parameter '{}'", parameter.name);
        Err(self.parse_error(message, parameter.position.clone()))
    }
}

fn place(position: Option<&Location>) -> String {
    position.map(|position| format!(" {position}")).unwrap_or_default()
}
