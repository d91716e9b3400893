//! `Puppet::LookupContext`: what data functions are given to cache and to explain with.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::{Lookup, fault};
use crate::callable::Callable;
use crate::error::{Failure, Stop};
use crate::functions::{Caller, ruby_text};
use crate::types::Type;
use crate::types::object::{Object, ObjectType, built_in};
use crate::value::{Hash, Value};

/// The type of the contexts, as `types` defines it.
const TYPE: &str = "Puppet::LookupContext";

/// Whether an object is the context of a lookup.
pub(crate) fn is_context(object: &Object) -> bool {
    object.of.name.as_deref() == Some(TYPE)
}

/// What a function cached for one place of one hierarchy entry.
#[derive(Debug)]
pub(super) struct FunctionContext {
    object: Arc<Object>,
    cache: RefCell<Hash>,
}

impl FunctionContext {
    pub(super) fn new(module: Option<Arc<str>>) -> Rc<Self> {
        let of = match built_in(TYPE) {
            Some(Type::Object(Some(of))) => of,
            _ => Arc::new(ObjectType::named(TYPE)),
        };
        let module = module.map_or(Value::Undef, Value::string);
        let object = Object::new(&of, |name| (name == "module_name").then(|| module.clone()));
        Rc::new(Self { object: Arc::new(object), cache: RefCell::default() })
    }

    /// As functions are given it.
    pub(super) fn value(&self) -> Value {
        Value::Object(self.object.clone())
    }
}

/// Calls a method of a context; its arguments are checked.
pub(crate) fn call(
    caller: &mut dyn Caller,
    object: &Arc<Object>,
    method: &str,
    arguments: &[Value],
    block: Option<&Arc<Callable>>,
) -> Result<Value, Stop> {
    let context = known(caller, object);
    context.call(caller, method, arguments, block)
}

/// What is kept for a context. One that a manifest made has nothing yet.
pub(super) fn known(caller: &dyn Caller, object: &Arc<Object>) -> Rc<FunctionContext> {
    let cache = caller.hiera();
    let mut contexts = cache.contexts.borrow_mut();
    // The object is held, so that no other takes its place.
    let made = contexts
        .entry(Arc::as_ptr(object) as usize)
        .or_insert_with(|| Rc::new(FunctionContext { object: object.clone(), cache: RefCell::default() }));
    made.clone()
}

impl FunctionContext {
    pub(super) fn cached(&self, key: &Value) -> Option<Value> {
        self.cache.borrow().get(key).cloned()
    }

    pub(super) fn keep(&self, key: Value, value: Value) {
        self.cache.borrow_mut().insert(key, value);
    }

    fn call(
        &self,
        caller: &mut dyn Caller,
        method: &str,
        arguments: &[Value],
        block: Option<&Arc<Callable>>,
    ) -> Result<Value, Stop> {
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Undef);
        match method {
            "not_found" => Err(Stop::NotFound),
            "explain" => {
                let lookup = Lookup::continued(caller);
                if let (Some(explanation), Some(block)) = (lookup.state.explanation.clone(), block) {
                    let text = caller.call_block(block, Vec::new())?;
                    explanation.borrow_mut().text(ruby_text::to_s(&text));
                }
                Ok(Value::Undef)
            }
            "interpolate" => Lookup::continued(caller).interpolate(&argument(0), true),
            "cache" => {
                self.cache.borrow_mut().insert(argument(0), argument(1));
                Ok(argument(1))
            }
            "cache_all" => {
                if let Value::Hash(entries) = argument(0) {
                    let entries = entries.iter().map(|(key, value)| (key.clone(), value.clone()));
                    self.cache.borrow_mut().extend(entries);
                }
                Ok(Value::Undef)
            }
            "cache_has_key" => Ok(Value::Boolean(self.cache.borrow().contains_key(&argument(0)))),
            "cached_value" => Ok(self.cache.borrow().get(&argument(0)).cloned().unwrap_or(Value::Undef)),
            "cached_entries" => self.cached_entries(caller, block),
            _ => file_data(caller, &argument(0), block),
        }
    }

    fn cached_entries(&self, caller: &mut dyn Caller, block: Option<&Arc<Callable>>) -> Result<Value, Stop> {
        let entries = self.cache.borrow().clone();
        let Some(block) = block else { return Ok(Value::hash(entries)) };
        let takes_two = block.signature.parameters.len() == 2;
        for (key, value) in entries {
            let arguments = if takes_two { vec![key, value] } else { vec![Value::array(vec![key, value])] };
            caller.call_block(block, arguments)?;
        }
        Ok(Value::Undef)
    }
}

/// The text of a file, or what the block made of it; made once.
fn file_data(caller: &mut dyn Caller, path: &Value, block: Option<&Arc<Callable>>) -> Result<Value, Stop> {
    let Value::String(path) = path else {
        return Err(Failure::argument("'cached_file_data' expects the path of a file").into());
    };
    let cache = caller.hiera();
    if let Some(known) = cache.file_data.borrow().get(&**path) {
        return Ok(known.clone());
    }
    let bytes = caller.world().read(path).map_err(|error| fault(error.to_string()))?;
    let Some(bytes) = bytes else {
        return Err(Failure::argument(format!("No such file or directory @ rb_file_s_stat - {path}")).into());
    };
    let text = Value::from(String::from_utf8_lossy(&bytes).into_owned());
    let data = match block {
        Some(block) => caller.call_block(block, vec![text])?,
        None => text,
    };
    cache.file_data.borrow_mut().insert(path.letters().clone(), data.clone());
    Ok(data)
}
