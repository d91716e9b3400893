//! The finished catalog in the shape in which it is sent.

use std::sync::Arc;

use model::catalog::{Catalog, Edge, ResourceKind};

use crate::evaluator::{Evaluator, shown};
use crate::resource::{Kind, Resource, ResourceId};
use crate::resource_type::RELATIONSHIPS;
use crate::tags::TagSet;
use crate::types::Type;
use crate::value::Value;

/// The catalog, and the resources exported for others.
pub(super) fn catalog(evaluator: &Evaluator<'_>) -> (Catalog, Vec<model::Resource>) {
    let request = evaluator.request();
    let builder = &evaluator.catalog;
    let kept = |id: &ResourceId| !builder.get(*id).is_virtual;
    let resources = builder.ids().filter(kept).map(|id| resource(builder.get(id))).collect();
    let exported = if request.settings.storeconfigs {
        builder.ids().filter(|id| builder.get(*id).exported).map(|id| for_others(builder.get(id))).collect()
    } else {
        Vec::new()
    };
    let mut edges = Vec::new();
    for target in builder.ids().filter(kept) {
        for source in builder.containers(target).iter().filter(|source| kept(source)) {
            let reference = |id: ResourceId| Arc::from(builder.get(id).reference());
            edges.push(Edge { source: reference(*source), target: reference(target) });
        }
    }
    let mut tags = TagSet::default();
    for class in &builder.classes {
        // They were tags of the catalog before, so they are valid.
        let _ = tags.tag(class);
    }
    tags.merge(&builder.tags);
    let catalog = Catalog {
        name: request.node.into(),
        environment: request.environment.into(),
        version: request.version.clone(),
        code_id: request.code_id.map(Arc::from),
        catalog_uuid: request.catalog_uuid.into(),
        tags: tags.into_vec(),
        classes: builder.classes.clone(),
        resources,
        edges,
    };
    (catalog, exported)
}

/// An exported resource as other nodes collect it, by the rules of `PuppetDB`: without what is
/// sensitive, with its name as an alias where the title says another, and with lists whose order
/// says nothing sorted.
fn for_others(declared: &Resource) -> model::Resource {
    let mut exported = resource(declared);
    exported.parameters.retain(|(name, _)| !exported.sensitive_parameters.contains(name));
    exported.sensitive_parameters.clear();
    let is_isomorphic = match &declared.kind {
        Kind::Builtin(builtin) => builtin.isomorphic && builtin.namevars.len() == 1,
        Kind::Class(_) | Kind::Node(_) | Kind::Define(_) => true,
    };
    let named = exported.parameters.iter().find(|(name, _)| is_isomorphic && **name == *declared.namevar());
    if let Some((_, name)) = named.cloned() {
        let index = exported.parameters.iter().position(|(name, _)| &**name == "alias");
        let mut aliases = match index.map(|index| exported.parameters.remove(index).1) {
            None => Vec::new(),
            Some(model::Value::Array(aliases)) => aliases,
            Some(alias) => vec![alias],
        };
        if !aliases.contains(&name) {
            aliases.push(name);
        }
        exported.parameters.push(("alias".into(), model::Value::Array(aliases)));
    }
    for (name, value) in &mut exported.parameters {
        if let model::Value::Array(values) = value
            && UNORDERED.contains(&&**name)
        {
            values.sort_by_key(text);
        }
    }
    exported
}

/// Metaparameters whose order says nothing.
const UNORDERED: [&str; 7] = ["alias", "audit", "before", "notify", "require", "subscribe", "tag"];

fn text(value: &model::Value) -> Arc<str> {
    match value {
        model::Value::String(text) => text.clone(),
        _ => "".into(),
    }
}

fn resource(resource: &Resource) -> model::Resource {
    model::Resource {
        type_name: resource.type_name.clone(),
        title: resource.title.clone(),
        tags: resource.tags.as_slice().to_vec(),
        file: resource.position.as_ref().map(|position| position.file.clone()),
        line: resource.position.as_ref().map(|position| position.line),
        exported: resource.exported,
        kind: match &resource.kind {
            Kind::Builtin(_) => ResourceKind::CompilableType,
            Kind::Define(_) => ResourceKind::DefinedType,
            Kind::Class(_) if resource.class_syntax => ResourceKind::Class,
            Kind::Class(_) | Kind::Node(_) => ResourceKind::Unknown,
        },
        parameters: parameters(resource),
        sensitive_parameters: resource.sensitive.clone(),
    }
}

/// What the title gives comes first, then the attributes; a name that says no more than the title
/// falls away.
pub(crate) fn parameters(resource: &Resource) -> Vec<(Arc<str>, model::Value)> {
    let namevar = resource.namevar();
    let mut parameters: Vec<(Arc<str>, model::Value)> = match &resource.kind {
        Kind::Builtin(builtin) => {
            let parsed = builtin.parse_title(&resource.title).unwrap_or_default();
            parsed.into_iter().map(|(name, text)| (name, model::Value::String(text))).collect()
        }
        _ => vec![("name".into(), model::Value::String(resource.title.clone()))],
    };
    for parameter in &resource.parameters {
        if parameter.value.is_undef() {
            continue;
        }
        let name: Arc<str> = if &*parameter.name == "name" { namevar.into() } else { parameter.name.clone() };
        let value = match &parameter.value {
            Value::Array(_) if RELATIONSHIPS.contains(&&*name) => {
                let mut flat = Vec::new();
                flatten(&parameter.value, &mut flat);
                model::Value::Array(flat)
            }
            value => wire(value),
        };
        match parameters.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => parameters.push((name, value)),
        }
    }
    if !resource.is_main {
        let title = match resource.title_value() {
            // A reference is no text, though it is written as one.
            Value::Type(_) => None,
            title => Some(wire(&title)),
        };
        parameters.retain(|(name, value)| **name != *namevar || Some(value) != title.as_ref());
    }
    parameters
}

fn flatten(value: &Value, into: &mut Vec<model::Value>) {
    match value {
        Value::Undef => {}
        Value::Array(values) => values.iter().for_each(|value| flatten(value, into)),
        other => into.push(wire(other)),
    }
}

/// References become text, everything else is what it is.
pub(crate) fn wire(value: &Value) -> model::Value {
    match value {
        Value::Type(Type::Resource(_) | Type::Class(Some(_))) => model::Value::String(shown(value).into()),
        Value::Array(values) => model::Value::Array(values.iter().map(wire).collect()),
        Value::Hash(entries) => crate::value::hash_to_model(entries, wire),
        Value::Sensitive(hidden) => model::Value::Sensitive(Box::new(wire(hidden))),
        other => other.to_model(),
    }
}
