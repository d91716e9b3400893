//! The evaluator as native functions see it.

use std::rc::Rc;
use std::sync::Arc;

use syntax::ast::Program;
use syntax::source::Source;

use crate::callable::Callable;
use crate::error::{Location, Stop};
use crate::evaluator::Evaluator;
use crate::functions::{Annotations, Caller, Returns};
use crate::known::Body;
use crate::request::{Level, Strict};
use crate::resource::capitalize;
use crate::types::Type;
use crate::value::{Hash, Value};
use crate::world::World;

impl Caller for Evaluator<'_> {
    fn world(&self) -> &dyn World {
        self.world
    }

    fn call_block(&mut self, block: &Arc<Callable>, arguments: Vec<Value>) -> Result<Value, Stop> {
        Self::call_block(self, block, arguments)
    }

    fn call_function(
        &mut self,
        name: &str,
        arguments: Vec<Value>,
        block: Option<Arc<Callable>>,
    ) -> Result<Value, Stop> {
        Self::call_function(self, name, arguments, block.as_ref())
    }

    fn variable(&mut self, name: &str) -> Result<Option<Value>, Stop> {
        Ok(Self::variable(self, name))
    }

    fn unknown_variable(&mut self, name: &str) -> Result<(), Stop> {
        let reason = format!("Undefined variable '{name}'; ");
        match self.request.settings.strict {
            Strict::Off => Ok(()),
            Strict::Warning => {
                Self::warn_once(self, &format!("Variable: {name}"), reason);
                Ok(())
            }
            Strict::Error => Err(self.fail(reason)),
        }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Stop> {
        Self::spend(self, bytes)
    }

    fn log(&mut self, level: Level, message: String) {
        Self::log(self, level, message);
    }

    fn warning(&mut self, message: String) {
        self.warn(message, None);
    }

    fn warn_once(&mut self, key: &str, message: String) {
        Self::warn_once(self, key, message);
    }

    fn strict(&self) -> Strict {
        self.request.settings.strict
    }

    fn parse_type(&mut self, text: &str) -> Result<Type, Stop> {
        self.type_from_text(text)
    }

    fn environment_name(&self) -> Arc<str> {
        self.request.environment.into()
    }

    fn calling_class(&mut self) -> Arc<str> {
        let known = self.known.get(self.scopes.get(self.scope).source);
        match known.body {
            Body::Class(_) => known.name.clone(),
            _ => Arc::default(),
        }
    }

    fn function_return_type(&mut self, name: &str) -> Result<Option<Returns>, Stop> {
        self.return_type(name)
    }

    fn hiera(&self) -> Rc<crate::hiera::Cache> {
        self.hiera.clone()
    }

    fn call_site(&self) -> Option<Location> {
        Self::call_site(self)
    }

    fn stack(&self) -> [Option<Location>; 2] {
        Self::stack(self)
    }

    fn parse_epp(&mut self, source: &str) -> Result<Arc<Program>, String> {
        let source = Arc::new(Source::new("inlined-epp-text", source));
        match syntax::parse_epp(source, &syntax::Options::default()) {
            Ok(parsed) => Ok(parsed.program),
            Err(error) => Err(error.to_string()),
        }
    }

    fn render_epp(
        &mut self,
        function: &str,
        program: &Arc<Program>,
        arguments: Option<&Hash>,
        local: bool,
    ) -> Result<Value, Stop> {
        self.render_template(function, program, arguments, local)
    }

    fn template(&mut self, names: &[Value]) -> Result<Value, Stop> {
        self.render_all(names, Self::render_erb_file)
    }

    fn inline_template(&mut self, texts: &[Value]) -> Result<Value, Stop> {
        self.render_all(texts, Self::render_erb_text)
    }

    fn resource(&mut self, reference: &str) -> Result<Option<Hash>, Stop> {
        let Some((type_name, title)) = reference.strip_suffix(']').and_then(|reference| reference.split_once('['))
        else {
            return Ok(None);
        };
        let title = title.trim_matches(['\'', '"']);
        let type_name = capitalize(&type_name.to_lowercase());
        let id = match &*type_name {
            "Class" => self.catalog.class(&title.to_lowercase()),
            _ => self.find_resource(&type_name, title)?,
        };
        let Some(id) = id else { return Ok(None) };
        let parameters = &self.catalog.get(id).parameters;
        Ok(Some(parameters.iter().map(|own| (Value::String(own.name.clone().into()), own.value.clone())).collect()))
    }

    fn annotations(&mut self) -> &mut Annotations {
        &mut self.annotations
    }

    fn has_default(&self, type_name: &str, parameter: &str) -> bool {
        self.scopes.defaults(self.scope, type_name).contains_key(parameter)
    }

    fn definition(&mut self) -> (bool, Arc<str>) {
        let known = self.known.get(self.scopes.get(self.scope).source);
        (matches!(known.body, Body::Class(_)), known.name.clone())
    }
}
