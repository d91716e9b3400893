//! Finding classes, defined types and types by name, loading files on the way.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::ast::{Definition, Program};

use crate::error::{Error, Location, RUNTIME_ERROR, Stop};
use crate::evaluator::Evaluator;
use crate::known::TypeId;
use crate::resource_type::METAPARAMETERS;
use crate::world::{LoadError, ProgramKind};

impl Evaluator<'_> {
    /// A class by name, with or without a leading `::`, in any case.
    pub(crate) fn find_class(&mut self, name: &str) -> Result<Option<TypeId>, Stop> {
        let name = plain(name);
        if name.is_empty() {
            return Ok(Some(TypeId::MAIN));
        }
        self.find_or_load(&name, |this, name| this.known.class(name))
    }

    /// A defined type by name.
    pub(crate) fn find_define(&mut self, name: &str) -> Result<Option<TypeId>, Stop> {
        self.find_or_load(&plain(name), |this, name| this.known.define(name))
    }

    /// Reads the site manifests' definitions.
    pub(crate) fn load_manifests(&mut self) -> Result<Vec<Arc<Program>>, Stop> {
        let programs = match self.world().manifests() {
            Ok(programs) => programs,
            Err(error) => {
                let Stop::Error(mut error) = self.unloadable(&error) else { return Ok(Vec::new()) };
                let environment = self.request().environment;
                error.message = format!("Could not parse for environment {environment}: {}", error.message);
                return Err(Stop::Error(error));
            }
        };
        for program in &programs {
            self.add_definitions(program)?;
        }
        Ok(programs)
    }

    /// Reads the definitions of a text that belongs to no module.
    pub(crate) fn add_definitions(&mut self, program: &Program) -> Result<(), Stop> {
        self.check_definitions(program)?;
        self.known.add(program, &"".into())?;
        self.add_functions(program)?;
        self.add_aliases(program)?;
        Ok(())
    }

    /// Defined types that loaders have already, and parameters that every resource has anyway.
    fn check_definitions(&mut self, program: &Program) -> Result<(), Stop> {
        let mut defines: FxHashMap<String, String> = FxHashMap::default();
        for definition in &program.definitions {
            let (name, parameters) = match definition {
                Definition::Define(define) => (&define.name, &define.parameters),
                Definition::Class(class) => (&class.name, &class.parameters),
                _ => continue,
            };
            if let Definition::Define(define) = definition {
                let name = name.to_lowercase();
                let known = self.known.define(&name).and_then(|id| self.known.get(id).body.place());
                let origin = known.map(|(span, source)| Location::uri(source, span.start));
                if let Some(origin) = origin.or_else(|| defines.get(&name).cloned()) {
                    return Err(self.redefined("type", &name, &format!("set at {origin}")));
                }
                defines.insert(name, Location::uri(&define.source, define.span.start));
            }
            for parameter in parameters.iter().filter(|parameter| METAPARAMETERS.contains(&&*parameter.name)) {
                let parameter_name = &parameter.name;
                if parameter.default.is_none() {
                    return Err(self.fail(format!(
                        "{parameter_name} is a metaparameter; please choose another parameter name in the {name} definition"
                    )));
                }
                let message = format!(
                    "{parameter_name} is a metaparam; this value will inherit to all contained resources in the {name} definition"
                );
                if self.warned.insert(message.as_str().into()) {
                    self.warn(message, None);
                }
            }
        }
        Ok(())
    }

    /// A file that is there but cannot be used: its own text, with the place that it names.
    #[expect(clippy::unused_self, reason = "reads as what the evaluator says")]
    pub(crate) fn unloadable(&self, error: &LoadError) -> Stop {
        match error {
            LoadError::Syntax(text) => {
                let (message, position) = split_place(text);
                let position = position.or_else(|| Some(nowhere()));
                Error { issue_code: "SYNTAX_ERROR", message: message.to_owned(), position }.into()
            }
            LoadError::Data(text) | LoadError::Unavailable(text) => {
                Error { issue_code: RUNTIME_ERROR, message: text.clone(), position: None }.into()
            }
        }
    }

    fn find_or_load(
        &mut self,
        name: &str,
        find: impl Fn(&Self, &str) -> Option<TypeId>,
    ) -> Result<Option<TypeId>, Stop> {
        if let Some(id) = find(self, name) {
            return Ok(Some(id));
        }
        let module: Arc<str> = name.split("::").next().unwrap_or(name).into();
        // Whatever is looked for in a module, its main manifest is read first.
        self.load(&module, &module)?;
        let mut file = name;
        loop {
            self.load(file, &module)?;
            if let Some(id) = find(self, name) {
                return Ok(Some(id));
            }
            match file.rfind("::") {
                Some(at) => file = &file[..at],
                None => return Ok(None),
            }
        }
    }

    /// Reads the manifest that should define `name`, unless it was read before.
    fn load(&mut self, name: &str, module: &Arc<str>) -> Result<(), Stop> {
        if !self.known.start_loading(name) {
            return Ok(());
        }
        let loaded = self.world().program(ProgramKind::Manifest, name);
        if let Some(program) = loaded.map_err(|error| self.unloadable(&error))? {
            self.check_definitions(&program)?;
            self.known.add(&program, module)?;
            self.add_functions(&program)?;
            self.add_aliases(&program)?;
        }
        Ok(())
    }
}

fn plain(name: &str) -> String {
    name.strip_prefix("::").unwrap_or(name).to_lowercase()
}

/// A place that shows as nothing: the text already says where.
fn nowhere() -> Location {
    Location { file: "".into(), line: 0, column: None }
}

/// Splits `text (file: F, line: 1, column: 2)`.
fn split_place(text: &str) -> (&str, Option<Location>) {
    let split = || {
        let (message, place) = text.strip_suffix(')')?.rsplit_once(" (")?;
        let mut location = nowhere();
        let rest = match place.strip_prefix("file: ") {
            Some(rest) => {
                let (file, rest) = rest.rsplit_once(", line: ")?;
                location.file = file.into();
                rest
            }
            None => place.strip_prefix("line: ")?,
        };
        let (line, column) = match rest.split_once(", column: ") {
            Some((line, column)) => (line, Some(column)),
            None => (rest, None),
        };
        location.line = line.parse().ok()?;
        location.column = column.and_then(|column| column.parse().ok());
        Some((message, location))
    };
    match split() {
        Some((message, location)) => (message, Some(location)),
        None => (text, None),
    }
}
