//! The way from a request to a catalog: facts to variables, main manifest, node block, classes,
//! then collectors and defines in turn until nothing new comes, and the finish.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use syntax::ast::Program;

use crate::error::{Error, Failure, Location, RUNTIME_ERROR, Stop};
use crate::evaluator::{Evaluator, ResolvedType};
use crate::known::TypeId;
use crate::provenance::Explanation;
use crate::request::{Classes, Compilation, CompileError, Level, LogEntry, Request};
use crate::resource::{Kind, Origin, Parameter, Resource};
use crate::resource_type;
use crate::scope::{ScopeId, ScopeKind};
use crate::tags::TagSet;
use crate::value::Value;
use crate::world::World;

mod finish;
pub(crate) mod wire;

/// Rounds of collectors and defines, as in the original.
const MOST_ROUNDS: usize = 1000;

/// Makes the catalog of a node.
///
/// Needs [`crate::STACK_BYTES`] of stack where the depth of evaluation is not bounded lower.
pub fn compile(request: &Request<'_>, world: &dyn World) -> Result<Compilation, CompileError> {
    let mut evaluator = Evaluator::new(*request, world);
    match evaluator.run() {
        Ok(()) => {
            let (catalog, exported) = wire::catalog(&evaluator);
            Ok(Compilation { catalog, exported, logs: evaluator.take_logs() })
        }
        Err(stop) => Err(failed(&mut evaluator, stop)),
    }
}

/// Compiles, and answers where the values of a resource (`File[/etc/motd]`) came from; `None` where
/// the catalog has no such resource.
pub fn explain(
    request: &Request<'_>,
    world: &dyn World,
    reference: &str,
) -> Result<(Option<Explanation>, Vec<LogEntry>), CompileError> {
    let mut evaluator = Evaluator::new(*request, world);
    evaluator.memory = Some(Box::default());
    let explained = evaluator.run().and_then(|()| evaluator.explanation(reference));
    match explained {
        Ok(explanation) => Ok((explanation, evaluator.take_logs())),
        Err(stop) => Err(failed(&mut evaluator, stop)),
    }
}

/// Runs something in the top scope of a node: the scopes are set up and the main manifest is left
/// out. Errors do not name the node, and are not logged.
pub(crate) fn without_manifests<T>(
    request: &Request<'_>,
    world: &dyn World,
    run: impl FnOnce(&mut Evaluator<'_>) -> Result<T, Stop>,
) -> Result<(T, Vec<LogEntry>), CompileError> {
    let mut evaluator = Evaluator::new(*request, world);
    let answer = evaluator.start().and_then(|()| run(&mut evaluator));
    answered(evaluator, answer)
}

/// Runs something in the top scope of a node when its catalog is made. Errors do not name the node,
/// and are not logged.
pub(crate) fn after_compile<T>(
    request: &Request<'_>,
    world: &dyn World,
    run: impl FnOnce(&mut Evaluator<'_>) -> Result<T, Stop>,
) -> Result<(T, Vec<LogEntry>), CompileError> {
    let mut evaluator = Evaluator::new(*request, world);
    let answer = evaluator.run().and_then(|()| run(&mut evaluator));
    answered(evaluator, answer)
}

fn answered<T>(mut evaluator: Evaluator<'_>, answer: Result<T, Stop>) -> Result<(T, Vec<LogEntry>), CompileError> {
    match answer {
        Ok(answer) => Ok((answer, evaluator.take_logs())),
        Err(stop) => {
            let Error { issue_code, message, position } = error_of(&mut evaluator, stop);
            let message = with_place(message, position.as_ref());
            Err(CompileError { message, issue_code: Some(issue_code), position, logs: evaluator.take_logs() })
        }
    }
}

/// The value of a program in the top scope, after all that makes the catalog, and what was logged.
pub(crate) fn evaluate(
    request: &Request<'_>,
    world: &dyn World,
    program: &Program,
) -> Result<(Value, Vec<LogEntry>), CompileError> {
    let mut evaluator = Evaluator::new(*request, world);
    let answer = evaluator.run().and_then(|()| evaluator.evaluate_program(program));
    match answer {
        Ok(value) => Ok((value, evaluator.take_logs())),
        Err(stop) => Err(failed(&mut evaluator, stop)),
    }
}

fn error_of(evaluator: &mut Evaluator<'_>, stop: Stop) -> Error {
    let mut error = match evaluator.stray_jump(stop) {
        Stop::Error(error) => *error,
        Stop::Break(_) | Stop::Next(_) | Stop::Return(_) | Stop::NotFound => Error {
            issue_code: RUNTIME_ERROR,
            message: "break() from context where this is illegal".to_owned(),
            position: None,
        },
    };
    error.position = error.position.filter(|position| position.line > 0);
    error
}

fn with_place(mut text: String, position: Option<&Location>) -> String {
    if let Some(position) = position {
        let _ = write!(text, " {position}");
    }
    text
}

/// The error as agents see it.
fn failed(evaluator: &mut Evaluator<'_>, stop: Stop) -> CompileError {
    let Error { issue_code, message: text, position } = error_of(evaluator, stop);
    let message = format!("{} on node {}", with_place(text.clone(), position.as_ref()), evaluator.request().node);
    // An error of the language is logged without its place; what has no place of its own is logged whole.
    let is_placed = position.as_ref().is_some_and(|position| position.column.is_some())
        || issue_code != RUNTIME_ERROR
        || text.starts_with("Evaluation Error: ");
    let unparsed = format!("Could not parse for environment {}: ", evaluator.request().environment);
    let logged = match text.strip_prefix(&unparsed) {
        Some(mistake) => mistake.to_owned(),
        None if is_placed => text,
        None => message.clone(),
    };
    let mut logs = evaluator.take_logs();
    logs.push(LogEntry { level: Level::Err, source: "Puppet".into(), message: logged, position: position.clone() });
    CompileError { message, issue_code: Some(issue_code), position, logs }
}

impl Evaluator<'_> {
    fn run(&mut self) -> Result<(), Stop> {
        self.start()?;
        self.evaluate_main()?;
        let scope = self.evaluate_node_block()?;
        self.evaluate_classification(scope)?;
        self.evaluate_generators()?;
        self.finish()
    }

    /// The main stage, top-scope variables, settings and the main class, not evaluated yet.
    fn start(&mut self) -> Result<(), Stop> {
        self.add_main_stage()?;
        self.add_classified_names()?;
        self.set_top_variables();
        self.add_settings()?;
        self.add_main_class()
    }

    fn add_main_stage(&mut self) -> Result<(), Stop> {
        let Some(stage) = resource_type::builtin("stage") else { return Err(self.fail("the type Stage is not there")) };
        let stage = self.bare_resource(&ResolvedType::Builtin(stage), "main")?;
        self.catalog.add(stage)?;
        Ok(())
    }

    /// A resource of the compiler's own.
    fn bare_resource(&self, resolved: &ResolvedType, title: &str) -> Result<Resource, Stop> {
        let kind = match resolved {
            ResolvedType::Builtin(builtin) => Kind::Builtin(builtin.clone()),
            ResolvedType::Define(id) => Kind::Class(*id),
            ResolvedType::Class => Kind::Class(TypeId::MAIN),
        };
        let type_name: Arc<str> = match &kind {
            Kind::Builtin(_) => self.type_title(resolved),
            Kind::Class(_) | Kind::Node(_) | Kind::Define(_) => "Class".into(),
        };
        let mut tags = TagSet::default();
        tags.tag(&type_name).map_err(Failure::argument)?;
        let is_main = title == "main";
        if !is_main {
            tags.tag_if_valid(title);
        }
        Ok(Resource {
            type_name,
            title: title.into(),
            given_title: None,
            kind,
            parameters: Vec::new(),
            tags,
            position: None,
            exported: false,
            is_virtual: false,
            source: TypeId::MAIN,
            scope: ScopeId::TOP,
            evaluated: true,
            tagged: true,
            sensitive: Vec::new(),
            is_main,
            imported: None,
            class_syntax: false,
        })
    }

    fn add_classified_names(&mut self) -> Result<(), Stop> {
        let Some(classification) = self.request().classification else { return Ok(()) };
        let names: Vec<Arc<str>> = match &classification.classes {
            Classes::Names(names) => names.iter().map(|name| name.as_str().into()).collect(),
            Classes::WithParameters(classes) => classes.keys().map(|name| name.as_str().into()).collect(),
        };
        names.iter().try_for_each(|name| self.catalog.add_class(name)).map_err(Stop::from)
    }

    fn set_top_variables(&mut self) {
        let request = *self.request();
        let top = self.scopes.get_mut(ScopeId::TOP);
        let mut set = |name: &str, value: Value| {
            if !top.is_bound(name) {
                top.set(name.into(), value);
            }
        };
        set("environment", Value::string(request.environment));
        let reserved = ["environment", "trusted", "facts", "server_facts"];
        let classified = request.classification.map(|classification| &classification.parameters);
        for (name, value) in classified.into_iter().flatten() {
            if !reserved.contains(&name.as_str()) {
                set(name, Value::from_json(value));
            }
        }
        let facts = facts(&request.facts.values);
        if let Value::Hash(facts) = &facts {
            for (name, value) in facts.iter() {
                if let Value::String(name) = name
                    && !reserved.contains(&&**name)
                {
                    set(name, value.clone());
                }
            }
        }
        for (name, value) in request.server_facts {
            set(name, Value::from_json(value));
        }
        set("trusted", Value::from_json(&request.trusted.to_json()));
        let mut server_facts = request.server_facts.clone();
        server_facts.insert("environment".to_owned(), Json::from(request.environment));
        set("server_facts", Value::from_json(&Json::Object(server_facts)));
        set("facts", facts);
    }

    fn add_settings(&mut self) -> Result<(), Stop> {
        let mut settings = self.bare_resource(&ResolvedType::Define(TypeId::SETTINGS), "Settings")?;
        settings.tags = TagSet::default();
        settings.tags.tag("class").map_err(Failure::argument)?;
        settings.tags.tag("settings").map_err(Failure::argument)?;
        let id = self.catalog.add(settings)?;
        let scope = self.scopes.add(ScopeKind::Class, ScopeId::TOP, None, TypeId::SETTINGS, id);
        self.catalog.add_class(&"settings".into())?;
        self.scopes.set_class(&"settings".into(), scope);
        let values = &self.request().settings.values;
        let all = Value::from_json(&Json::Object(values.clone()));
        let scope = self.scopes.get_mut(scope);
        scope.set("title".into(), "settings".into());
        scope.set("name".into(), "settings".into());
        for (name, value) in values {
            scope.set(name.as_str().into(), Value::from_json(value));
        }
        scope.set("all_local".into(), all);
        if let Some(stage) = self.catalog.find("Stage", "main", None) {
            self.catalog.add_edge(stage, id);
        }
        Ok(())
    }

    fn add_main_class(&mut self) -> Result<(), Stop> {
        let main = self.bare_resource(&ResolvedType::Class, "main")?;
        let id = self.add_resource(main)?;
        let top = self.scopes.get_mut(ScopeId::TOP);
        top.resource = Some(id);
        for (name, text) in [("module_name", ""), ("title", "main"), ("name", "main")] {
            if !top.is_bound(name) {
                top.set(name.into(), text.into());
            }
        }
        self.scopes.set_class(&"".into(), ScopeId::TOP);
        if let Some(stage) = self.catalog.find("Stage", "main", None) {
            self.catalog.add_edge(stage, id);
        }
        Ok(())
    }

    fn evaluate_main(&mut self) -> Result<(), Stop> {
        for program in self.load_manifests()? {
            self.program = Some(program.source.path().clone());
            self.within(ScopeId::TOP, &program.source, |this| this.evaluate(&program.body))?;
        }
        self.program = None;
        Ok(())
    }

    fn evaluate_program(&mut self, program: &Program) -> Result<Value, Stop> {
        self.add_definitions(program)?;
        self.within(ScopeId::TOP, &program.source, |this| this.evaluate(&program.body))
    }

    /// The node block; answers the scope in which classified classes are declared.
    fn evaluate_node_block(&mut self) -> Result<ScopeId, Stop> {
        if !self.known.has_nodes() {
            return Ok(ScopeId::TOP);
        }
        let name = self.request().node.to_lowercase();
        let found = match self.known.node(&name)? {
            None => self.known.node("default")?,
            found => found,
        };
        let Some((node, captures)) = found else {
            let name = self.request().node;
            return Err(self.fail(format!("Could not find node statement with name 'default' or '{name}'")));
        };
        let id = self.ensure_class(node, None)?;
        self.evaluate_node(id, captures)?;
        let name = self.known.get(node).name.clone();
        Ok(self.scopes.class(&name).unwrap_or(ScopeId::TOP))
    }

    fn evaluate_classification(&mut self, scope: ScopeId) -> Result<(), Stop> {
        let Some(classification) = self.request().classification else { return Ok(()) };
        let (with, without): (Vec<WithParameters<'_>>, Vec<Arc<str>>) = match &classification.classes {
            Classes::Names(names) => (Vec::new(), names.iter().map(|name| name.as_str().into()).collect()),
            Classes::WithParameters(classes) => {
                let given = |value: &Json| value.as_object().is_some_and(|given| !given.is_empty());
                let with = classes.iter().filter_map(|(name, value)| {
                    value.as_object().filter(|given| !given.is_empty()).map(|given| (name.as_str(), given))
                });
                let without = classes.iter().filter(|(_, value)| !given(value)).map(|(name, _)| name.as_str().into());
                (with.collect(), without.collect())
            }
        };
        let source = Arc::new(syntax::source::Source::new("", ""));
        self.within(scope, &source, |this| {
            let mut classes = Vec::with_capacity(with.len());
            for (name, given) in with {
                classes.push((this.class_or_fail(name)?, given));
            }
            for (class, given) in classes {
                let parameter = |(name, value): (&String, &Json)| Parameter {
                    name: name.as_str().into(),
                    value: Value::from_json(value),
                    source: class,
                    position: None,
                    append: false,
                    origin: Origin::Classifier,
                };
                this.ensure_class(class, Some(given.iter().map(parameter).collect()))?;
            }
            this.ensure_classes(&without).map(drop)
        })
    }

    /// Collectors and defines in turn, until neither has anything to do.
    pub(crate) fn evaluate_generators(&mut self) -> Result<(), Stop> {
        for _ in 0..=MOST_ROUNDS {
            let collected = self.evaluate_collectors()?;
            let evaluated = self.evaluate_definitions()?;
            if !collected && !evaluated {
                return Ok(());
            }
        }
        Err(self.fail("Somehow looped more than 1000 times while evaluating host catalog"))
    }

    fn evaluate_definitions(&mut self) -> Result<bool, Stop> {
        let waiting: Vec<_> = self
            .catalog
            .ids()
            .filter(|id| {
                let resource = self.catalog.get(*id);
                resource.is_container() && !resource.evaluated && !resource.is_virtual
            })
            .collect();
        for id in &waiting {
            let position = self.catalog.get(*id).position.clone();
            match self.evaluate_resource(*id) {
                Err(Stop::Error(error)) => {
                    let mut detail = error.message;
                    if let Some(at) = error.position.filter(|at| at.line > 0) {
                        let _ = write!(detail, " {at}");
                    }
                    let message = format!("Evaluation Error: Error while evaluating a Resource Statement, {detail}");
                    return Err(self.parse_error(message, position));
                }
                Err(stop) => {
                    let Stop::Error(error) = self.stray_jump(stop) else { return Ok(false) };
                    let message = format!("Evaluation Error: Error while evaluating an Object, {}", error.message);
                    return Err(self.parse_error(message, error.position));
                }
                Ok(()) => {}
            }
        }
        Ok(!waiting.is_empty())
    }
}

/// A class and the parameters that a classifier gives it.
type WithParameters<'a> = (&'a str, &'a Map<String, Json>);

/// Facts as a hash. Those that are null are empty texts, as the original makes them.
fn facts(values: &Map<String, Json>) -> Value {
    Value::hash(values.iter().map(|(name, value)| (Value::string(name.as_str()), sanitized(value))).collect())
}

fn sanitized(fact: &Json) -> Value {
    match fact {
        Json::Null => Value::from(""),
        Json::Array(items) => Value::array(items.iter().map(sanitized).collect()),
        Json::Object(entries) => {
            Value::hash(entries.iter().map(|(name, value)| (Value::string(name.as_str()), sanitized(value))).collect())
        }
        other => Value::from_json(other),
    }
}
