//! Declaring resources and classes, and evaluating what classes, nodes and defines hold.

use std::sync::Arc;

use syntax::ast::Parameter as Declared;

use crate::error::{Failure, Location, Stop};
use crate::evaluator::{Evaluator, ResolvedType, shown};
use crate::functions::ruby_text;
use crate::known::{Body, TypeId};
use crate::regexp::Captures;
use crate::resource::{Kind, Origin, Parameter, Resource, ResourceId, capitalize};
use crate::resource_type::METAPARAMETERS;
use crate::scope::{Frame, ParameterFrame, ScopeId, ScopeKind};
use crate::signature;
use crate::tags::TagSet;
use crate::title;
use crate::types::Type;
use crate::value::Value;

/// Classes that inherit from each other, at most.
const MOST_PARENTS: usize = 100;

/// What is said of a resource where it is declared.
pub(crate) struct Declaration {
    /// A text where the language declares; functions give numbers and others too.
    pub(crate) title: Value,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) position: Option<Location>,
    pub(crate) is_virtual: bool,
    pub(crate) exported: bool,
    pub(crate) class_syntax: bool,
}

impl Evaluator<'_> {
    /// Declares resources of one type, the same parameters for each title.
    pub(crate) fn create_resources(
        &mut self,
        type_name: &str,
        titles: Vec<Value>,
        parameters: &[Parameter],
        position: Option<&Location>,
        (is_virtual, exported): (bool, bool),
    ) -> Result<Vec<Value>, Stop> {
        let is_class = type_name.eq_ignore_ascii_case("class");
        let resolved = if is_class {
            ResolvedType::Class
        } else {
            match self.find_resource_type(type_name)? {
                Some(resolved) => resolved,
                None => return Err(self.fail(format!("Unknown resource type: '{type_name}'"))),
            }
        };
        let mut references = Vec::with_capacity(titles.len());
        for title in titles {
            if !title.is_truthy() {
                let name = match &resolved {
                    ResolvedType::Builtin(builtin) => format!(":{}", builtin.name),
                    ResolvedType::Define(_) | ResolvedType::Class => title::inspect(&Value::from(type_name)),
                };
                let message = format!("No title provided and {name} is not a valid resource reference");
                return Err(Failure::argument(message).into());
            }
            let declaration = Declaration {
                title: title.clone(),
                parameters: parameters.to_vec(),
                position: position.cloned(),
                is_virtual: is_virtual || exported,
                exported,
                class_syntax: is_class,
            };
            let scope = self.scope();
            let id = self.declare(&resolved, declaration, scope)?;
            if is_class {
                self.include_classes(&[ruby_text::to_s(&title).into()])?;
            }
            references.push(self.reference_to(id));
        }
        Ok(references)
    }

    /// Adds one resource to the catalog.
    pub(crate) fn declare(
        &mut self,
        resolved: &ResolvedType,
        declaration: Declaration,
        scope: ScopeId,
    ) -> Result<ResourceId, Stop> {
        let resource = self.new_resource(resolved, declaration, scope)?;
        self.instantiate(&resource, 0)?;
        self.add_resource(resource)
    }

    /// A reference to a resource, as resource expressions give it.
    pub(crate) fn reference_to(&self, id: ResourceId) -> Value {
        let resource = self.catalog.get(id);
        Value::Type(match resource.kind {
            Kind::Class(_) => Type::Class(Some(resource.title.to_lowercase().into())),
            _ => Type::Resource(Arc::new(crate::types::ResourceType {
                type_name: Some(resource.type_name.clone()),
                title: Some(resource.title.clone()),
            })),
        })
    }

    /// Evaluates classes that are not yet; answers their resources, those that were there first.
    pub(crate) fn include_classes(&mut self, names: &[Arc<str>]) -> Result<Vec<ResourceId>, Stop> {
        let (there, new) = self.ensure_classes(names)?;
        for id in &new {
            self.evaluate_resource(*id)?;
        }
        Ok(there.into_iter().chain(new).collect())
    }

    /// Declares classes that are not yet, for the loop to evaluate.
    pub(crate) fn ensure_classes(&mut self, names: &[Arc<str>]) -> Result<(Vec<ResourceId>, Vec<ResourceId>), Stop> {
        let mut classes = Vec::with_capacity(names.len());
        for name in names {
            classes.push(self.class_or_fail(name)?);
        }
        let (mut there, mut new) = (Vec::new(), Vec::new());
        for class in classes {
            let evaluated = self.scopes.class(&self.known.get(class).name);
            match evaluated.and_then(|scope| self.scopes.get(scope).resource) {
                Some(resource) => there.push(resource),
                None => new.push(self.ensure_class(class, None)?),
            }
        }
        Ok((there, new))
    }

    /// A class by name.
    pub(crate) fn class_or_fail(&mut self, name: &str) -> Result<TypeId, Stop> {
        match self.find_class(name)? {
            Some(class) => Ok(class),
            None => Err(self.fail(format!("Could not find class {name} for {}", self.request().node))),
        }
    }

    /// The resource of a class or node, declared if it is not.
    pub(crate) fn ensure_class(&mut self, id: TypeId, given: Option<Vec<Parameter>>) -> Result<ResourceId, Stop> {
        self.ensure_class_at(id, given, 0)
    }

    /// Evaluates the body of a class, node or define, once.
    pub(crate) fn evaluate_resource(&mut self, id: ResourceId) -> Result<(), Stop> {
        let resource = self.catalog.get_mut(id);
        if resource.evaluated {
            return Ok(());
        }
        resource.evaluated = true;
        self.add_scope_tags(id);
        let resource = self.catalog.get(id);
        let (Some(definition), outer) = (resource.definition(), resource.scope) else { return Ok(()) };
        self.step()?;
        let result = self.evaluate_definition(id, definition, outer, None);
        self.depth -= 1;
        result
    }

    /// Evaluates the body of a node block, with what its pattern matched.
    pub(crate) fn evaluate_node(&mut self, id: ResourceId, captures: Option<Captures>) -> Result<(), Stop> {
        self.catalog.get_mut(id).evaluated = true;
        self.add_scope_tags(id);
        let resource = self.catalog.get(id);
        let (Some(definition), outer) = (resource.definition(), resource.scope) else { return Ok(()) };
        self.evaluate_definition(id, definition, outer, captures)
    }

    /// A resource takes the tags of what it was declared in.
    pub(crate) fn add_scope_tags(&mut self, id: ResourceId) {
        let resource = self.catalog.get(id);
        if resource.tagged {
            return;
        }
        let outer = self.scopes.get(resource.scope).resource;
        if let Some(outer) = outer.filter(|outer| *outer != id) {
            let tags = self.catalog.get(outer).tags.clone();
            self.catalog.get_mut(id).tags.merge(&tags);
        }
        self.catalog.get_mut(id).tagged = true;
    }

    fn new_resource(
        &mut self,
        resolved: &ResolvedType,
        declaration: Declaration,
        scope: ScopeId,
    ) -> Result<Resource, Stop> {
        let type_name = self.type_title(resolved);
        let (title, given_title): (Arc<str>, _) = match declaration.title {
            Value::String(title) => (title.letters().clone(), None),
            reference @ Value::Type(_) => (shown(&reference).into(), Some(reference)),
            other => (ruby_text::to_s(&other).into(), Some(other)),
        };
        let (kind, title) = match resolved {
            ResolvedType::Builtin(builtin) => (Kind::Builtin(builtin.clone()), title),
            ResolvedType::Define(id) => (Kind::Define(*id), title),
            ResolvedType::Class => {
                if let Some(class) = self.find_class(&title)? {
                    (Kind::Class(class), capitalize(&self.known.get(class).name))
                } else {
                    return Err(self.fail(format!("Could not find declared class {title}")));
                }
            }
        };
        let mut resource = Resource {
            type_name,
            title,
            given_title: if matches!(resolved, ResolvedType::Class) { None } else { given_title },
            kind,
            parameters: Vec::with_capacity(declaration.parameters.len()),
            tags: TagSet::default(),
            position: declaration.position,
            exported: declaration.exported,
            is_virtual: declaration.is_virtual,
            source: self.scopes.get(scope).source,
            scope,
            evaluated: false,
            tagged: false,
            sensitive: Vec::new(),
            is_main: false,
            imported: None,
            class_syntax: declaration.class_syntax,
        };
        self.fill_resource(&mut resource, declaration.parameters)?;
        Ok(resource)
    }

    /// Gives a new resource its parameters, its first tags, and the defaults of its scope.
    fn fill_resource(&mut self, resource: &mut Resource, parameters: Vec<Parameter>) -> Result<(), Stop> {
        for parameter in parameters {
            if resource.parameter(&parameter.name).is_some() {
                let message = format!("Duplicate parameter '{}' for on {}", parameter.name, resource.reference());
                return Err(self.parse_error(message, resource.position.clone()));
            }
            resource.set(parameter).map_err(|tag| self.invalid_tag_of(&tag, resource))?;
        }
        let (type_name, title) = (resource.type_name.clone(), resource.title.clone());
        resource.tags.tag(&type_name).map_err(|tag| self.invalid_tag(&tag))?;
        if !resource.is_main && resource.given_title.is_none() {
            resource.tags.tag_if_valid(&title);
        }
        for (name, parameter) in self.scopes.defaults(resource.scope, &type_name) {
            if resource.parameter(&name).is_none() {
                resource.set(parameter).map_err(|tag| self.invalid_tag_of(&tag, resource))?;
            }
        }
        Ok(())
    }

    fn invalid_tag_of(&self, tag: &str, resource: &Resource) -> Stop {
        self.parse_error(format!("Invalid tag '{tag}'"), resource.position.clone())
    }

    fn invalid_tag(&self, tag: &str) -> Stop {
        self.fail(format!("Invalid tag '{tag}'"))
    }

    /// Makes sure that the parent of a class is there, and gives the catalog the tags of classes.
    fn instantiate(&mut self, resource: &Resource, level: usize) -> Result<(), Stop> {
        if let Some(parent) = self.parent_of(resource.definition())? {
            if level >= MOST_PARENTS {
                let name = &resource.title;
                return Err(
                    self.fail(format!("Class {name} inherits from itself, or from more than {MOST_PARENTS} classes"))
                );
            }
            self.ensure_class_at(parent, None, level + 1)?;
        }
        if matches!(resource.kind, Kind::Class(_) | Kind::Node(_)) {
            self.catalog.tags.merge(&resource.tags);
        }
        Ok(())
    }

    fn ensure_class_at(&mut self, id: TypeId, given: Option<Vec<Parameter>>, level: usize) -> Result<ResourceId, Stop> {
        let known = self.known.get(id);
        let is_node = matches!(known.body, Body::Node(..));
        let name = known.name.clone();
        let (type_name, title): (Arc<str>, _) =
            if is_node { ("Node".into(), name) } else { ("Class".into(), capitalize(&name)) };
        if given.is_none()
            && let Some(existing) = self.catalog.find(&type_name, &title, None)
        {
            return Ok(existing);
        }
        let scope = self.scope();
        let mut resource = Resource {
            type_name,
            title,
            given_title: None,
            kind: if is_node { Kind::Node(id) } else { Kind::Class(id) },
            parameters: Vec::new(),
            tags: TagSet::default(),
            position: None,
            exported: false,
            is_virtual: false,
            source: id,
            scope,
            evaluated: false,
            tagged: false,
            sensitive: Vec::new(),
            is_main: false,
            imported: None,
            class_syntax: false,
        };
        self.fill_resource(&mut resource, given.unwrap_or_default())?;
        self.instantiate(&resource, level)?;
        self.add_resource(resource)
    }

    /// Puts a resource into the catalog and, unless it is a class or stage, into its container.
    pub(crate) fn add_resource(&mut self, resource: Resource) -> Result<ResourceId, Stop> {
        let limits = self.request().limits;
        if self.catalog.len() >= limits.max_resources {
            return Err(self.fail(format!(
                "The catalog has more than {} resources (limited by the setting compile.max_resources)",
                limits.max_resources
            )));
        }
        let scope = resource.scope;
        let (is_class, is_stage) = (resource.is_class(), resource.is_stage());
        let staged = !is_class && resource.value("stage").is_truthy();
        let reference = staged.then(|| resource.reference());
        let id = self.catalog.add(resource)?;
        if let Some(reference) = reference {
            return Err(self.fail(format!(
                "Only classes can set 'stage'; normal resources like {reference} cannot change run stage"
            )));
        }
        if self.catalog.text() > limits.max_catalog_bytes {
            return Err(self.fail(format!(
                "The catalog has more than {} bytes (limited by the setting compile.max_catalog)",
                limits.max_catalog_bytes
            )));
        }
        if !is_stage
            && !is_class
            && let Some(container) = self.scopes.get(scope).resource
        {
            self.catalog.add_edge(container, id);
        }
        Ok(id)
    }

    /// The class that a class inherits.
    fn parent_of(&mut self, definition: Option<TypeId>) -> Result<Option<TypeId>, Stop> {
        let Some(definition) = definition else { return Ok(None) };
        let Some(parent) = self.known.get(definition).parent.clone() else { return Ok(None) };
        if let Some(found) = self.find_class(&parent)? {
            return Ok(Some(found));
        }
        let position = match &self.known.get(definition).body {
            Body::Class(class) => Some(Location::line_of(&class.source, class.span.start)),
            _ => None,
        };
        let environment = self.request().environment;
        let message = format!("Could not find parent resource type '::{parent}' of type hostclass in {environment}");
        Err(self.parse_error(message, position))
    }

    fn evaluate_definition(
        &mut self,
        id: ResourceId,
        definition: TypeId,
        outer: ScopeId,
        captures: Option<Captures>,
    ) -> Result<(), Stop> {
        let inherited = match self.parent_of(Some(definition))? {
            Some(parent) => {
                let name = self.known.get(parent).name.clone();
                if let Some(resource) = self.catalog.class(&name) {
                    self.evaluate_resource(resource)?;
                }
                self.scopes.class(&name)
            }
            None => None,
        };
        let known = self.known.get(definition);
        let kind = match known.body {
            Body::Node(..) => ScopeKind::Node,
            Body::Define(_) => ScopeKind::Define,
            Body::Main | Body::Settings | Body::Class(_) => ScopeKind::Class,
        };
        let (name, body) = (known.name.clone(), known.body.clone());
        let scope = self.scopes.add(kind, inherited.unwrap_or(outer), inherited, definition, id);
        if kind != ScopeKind::Define {
            self.catalog.add_class(&name)?;
        }
        let Some((code, source)) = body.code() else {
            self.scopes.set_class(&name, scope);
            return self.add_edge_to_stage(id);
        };
        let result = self.within(scope, source, |this| {
            this.set_resource_parameters(id, definition, &body)?;
            this.add_edge_to_stage(id)?;
            if let Some(captures) = captures {
                this.scopes.get_mut(scope).set_match(captures);
                this.scopes.get_mut(scope).push(Frame::Match(None));
            }
            this.evaluate(code).map(|_| ())
        });
        match result {
            Err(Stop::Next(_) | Stop::Return(_)) if kind != ScopeKind::Node => Ok(()),
            result => result,
        }
    }

    /// Gives a scope its variables: names, modules, and the parameters by value, data or default.
    fn set_resource_parameters(&mut self, id: ResourceId, definition: TypeId, body: &Body) -> Result<(), Stop> {
        let scope = self.scope();
        let known = self.known.get(definition);
        let (class_name, module) = (known.name.clone(), known.module.clone());
        let parent = self.scopes.get(scope).parent.unwrap_or(ScopeId::TOP);
        let caller = self.known.get(self.scopes.get(parent).source).module.clone();
        self.set_variable("module_name", Value::String(module.into()));
        self.set_variable("caller_module_name", Value::String(caller.into()));
        let is_class = matches!(body, Body::Class(_));
        if is_class {
            self.bind_from_data(id, &class_name, body.parameters())?;
        }
        let resource = self.catalog.get(id);
        let name = match resource.value("name") {
            Value::Undef => resource.title_value(),
            name => name,
        };
        let title = if is_class { Value::String(resource.title.to_lowercase().into()) } else { resource.title_value() };
        let name = match name {
            Value::String(text) if is_class => Value::String(text.to_lowercase().into()),
            name => name,
        };
        self.set_variable("title", title);
        self.set_variable("name", name);
        if !matches!(body, Body::Define(_)) {
            self.scopes.set_class(&class_name, scope);
        }
        let values = self.parameter_values(id, body.parameters())?;
        self.check_parameters(id, definition, body.parameters(), &values)?;
        for (name, value) in values {
            if self.scopes.get(scope).is_bound(&name) {
                return Err(self.fail(format!("Cannot reassign variable '${name}'")));
            }
            self.scopes.get_mut(scope).set(name, value);
        }
        Ok(())
    }

    fn set_variable(&mut self, name: &str, value: Value) {
        let scope = self.scope();
        self.scopes.get_mut(scope).set(name.into(), value);
    }

    /// Parameters of a class that were not given come from Hiera.
    fn bind_from_data(&mut self, id: ResourceId, class: &Arc<str>, parameters: &[Declared]) -> Result<(), Stop> {
        for declared in parameters {
            let given = self.catalog.get(id).parameter(&declared.name);
            if given.is_some_and(|parameter| !parameter.value.is_undef()) {
                continue;
            }
            let found = crate::hiera::automatic_parameter(self, class, &declared.name)?;
            if let Some(found) = found
                && !(found.value.is_undef() && declared.default.is_some())
            {
                self.remember_data(id, &declared.name, found.origins);
                self.set_parameter(id, &declared.name, found.value, Origin::Data)?;
            }
        }
        Ok(())
    }

    /// Sets an attribute in the name of the resource's own source.
    pub(crate) fn set_parameter(
        &mut self,
        id: ResourceId,
        name: &Arc<str>,
        value: Value,
        origin: Origin,
    ) -> Result<(), Stop> {
        let source = self.catalog.get(id).source;
        let parameter = Parameter { name: name.clone(), value, source, position: None, append: false, origin };
        self.remember(id, name);
        let result = self.catalog.get_mut(id).set(parameter);
        result.map_err(|tag| self.invalid_tag(&tag))
    }

    fn parameter_values(&mut self, id: ResourceId, parameters: &[Declared]) -> Result<Vec<(Arc<str>, Value)>, Stop> {
        let resource = self.catalog.get(id);
        let names = parameters.iter().map(|parameter| parameter.name.clone());
        let mut frame = ParameterFrame::new(resource.reference().into(), names);
        for parameter in &resource.parameters {
            if !matches!(&*parameter.name, "name" | "title") {
                frame.give(&parameter.name, parameter.value.clone());
            }
        }
        let scope = self.scope();
        let level = self.scopes.get(scope).level();
        self.scopes.get_mut(scope).push(Frame::Parameters(Box::new(frame)));
        let result = parameters.iter().try_for_each(|declared| {
            let Some(default) = &declared.default else { return Ok(()) };
            let given = self.catalog.get(id).parameter(&declared.name);
            if given.is_some_and(|parameter| !parameter.value.is_undef()) {
                return Ok(());
            }
            let value = self.default_value(&declared.name, default)?;
            let at = self.explains().then(|| Location::line_of(&self.source, declared.span.start));
            self.set_parameter(id, &declared.name, value.clone(), Origin::Definition(at))?;
            self.give(&declared.name, value);
            Ok(())
        });
        let values = self.take_parameters(level);
        result.map(|()| values)
    }

    /// Checks the types of parameters of a class or define.
    pub(crate) fn check_parameters(
        &mut self,
        id: ResourceId,
        definition: TypeId,
        parameters: &[Declared],
        values: &[(Arc<str>, Value)],
    ) -> Result<(), Stop> {
        let expected = if let Some(known) = &self.known.get(definition).signature {
            known.clone()
        } else {
            let made = self.parameter_struct(parameters)?;
            self.known.get_mut(definition).signature = Some(made.clone());
            made
        };
        let promised = self.promised(values)?;
        let subject = self.catalog.get(id).reference();
        Ok(signature::check_parameters(&subject, &expected, values, &promised, false)?)
    }

    fn parameter_struct(&mut self, parameters: &[Declared]) -> Result<Arc<[signature::Parameter]>, Stop> {
        let any = |name: &str| signature::Parameter { name: name.into(), of: Type::Any, required: false };
        let mut members: Vec<_> = std::iter::once("name").chain(METAPARAMETERS).map(any).collect();
        for declared in parameters {
            let of = self.within(ScopeId::TOP, &self.source.clone(), |this| this.parameter_type(declared))?;
            let required = declared.default.is_none();
            let member = signature::Parameter { name: declared.name.clone(), of, required };
            match members.iter_mut().find(|known| known.name == declared.name) {
                Some(known) => *known = member,
                None => members.push(member),
            }
        }
        Ok(members.into())
    }

    fn add_edge_to_stage(&mut self, id: ResourceId) -> Result<(), Stop> {
        let resource = self.catalog.get(id);
        if !resource.is_class() {
            return Ok(());
        }
        let own = resource.value("stage");
        let outer = || {
            self.scopes
                .get(resource.scope)
                .resource
                .map_or(Value::Undef, |outer| self.catalog.get(outer).value("stage"))
        };
        let wanted = if own.is_truthy() { own.clone() } else { outer() };
        let title = match &wanted {
            Value::Undef => "main".to_owned(),
            value => crate::format::to_text(value),
        };
        let Some(stage) = self.catalog.find("Stage", &title, None) else {
            let shown = if own.is_truthy() { crate::format::to_text(&own) } else { "main".to_owned() };
            let message = format!("Could not find stage {shown} specified by {}", resource.reference());
            return Err(Failure::argument(message).into());
        };
        if !own.is_truthy() && title != "main" {
            let origin = self.scopes.get(resource.scope).resource.map_or(Origin::Attribute, Origin::Container);
            self.set_parameter(id, &"stage".into(), Value::string(title), origin)?;
        }
        self.catalog.add_edge(stage, id);
        Ok(())
    }
}
