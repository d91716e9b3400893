//! What calls that agents make later promise to give.

use std::sync::Arc;

use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::functions::{self, catalog};
use crate::scope::ScopeId;
use crate::signature::{self, Parameter, Signature};
use crate::types::Type;
use crate::types::object::Object;
use crate::value::Value;

impl Evaluator<'_> {
    /// The types that `Deferred` values among parameters promise. What promises nothing is warned of.
    pub(super) fn promised(&mut self, values: &[(Arc<str>, Value)]) -> Result<Vec<(Arc<str>, Type)>, Stop> {
        let mut promised = Vec::new();
        for (name, value) in values {
            let Value::Object(call) = value else { continue };
            if call.of.label() != "Deferred" {
                continue;
            }
            match self.promise(call)? {
                Some(of) => promised.push((name.clone(), of)),
                None => promised.push((name.clone(), Type::Unit)),
            }
        }
        Ok(promised)
    }

    fn promise(&mut self, call: &Object) -> Result<Option<Type>, Stop> {
        let name: Arc<str> = call.get("name").and_then(Value::as_str).unwrap_or_default().into();
        let Some(signatures) = self.signatures_of(&name)? else {
            return Err(self.fail("undefined method `dispatcher' for NilClass:Class"));
        };
        let arguments = call.get("arguments").cloned().unwrap_or(Value::Undef);
        let taken = |signature: &&Signature| arguments.as_array().is_some_and(|given| signature.accepts(given, None));
        let Some(found) = signatures.iter().find(taken) else {
            let shown = if arguments.is_undef() { String::new() } else { crate::format::ruby_inspect(&arguments) };
            return Err(self.fail(format!("No matching arity found for {name} with arguments {shown}")));
        };
        let returns = found.returns.clone();
        if returns.is_none() {
            let message = format!(
                "Deferred function {name} has no return_type, unable to guarantee value type during compilation."
            );
            self.warn_once(&format!("{name}_deferred_warning"), message);
        }
        Ok(returns)
    }

    /// What a function takes and gives; `None` where there is none of this name.
    fn signatures_of(&mut self, name: &str) -> Result<Option<Vec<Signature>>, Stop> {
        if catalog::find(name).is_some() {
            return Ok(Some(vec![anything()]));
        }
        if let Some(found) = functions::signatures(self.world(), name) {
            let signatures = found?;
            return Ok(Some(if signatures.is_empty() { vec![anything()] } else { signatures.to_vec() }));
        }
        if let Some(function) = self.user_function(name)? {
            let signature =
                self.within(ScopeId::TOP, &function.definition.source, |this| this.signature_of(name, &function))?;
            return Ok(Some(vec![Signature::clone(&signature)]));
        }
        let Some(path) = self.world().ruby_function(name) else { return Ok(None) };
        let source = self.world().read(&path).map_err(|error| self.unloadable(&error))?.unwrap_or_default();
        let mut signatures = Vec::new();
        for dispatch in signature::ruby_dispatches(&String::from_utf8_lossy(&source)) {
            let mut signature = Signature {
                captures_rest: dispatch.parameters.last().is_some_and(|last| last.repeated),
                returns: dispatch.returns.map(|of| self.type_from_text(&of)).transpose()?,
                ..Signature::default()
            };
            for parameter in dispatch.parameters {
                // Names that only the file knows say nothing here.
                let of = match self.type_from_text(&parameter.of)? {
                    Type::Reference(_) => Type::Any,
                    of => of,
                };
                signature.parameters.push(Parameter { name: Arc::from(""), of, required: parameter.required });
            }
            if dispatch.requires_block {
                signature.block =
                    Some(Parameter { name: Arc::from("block"), of: Type::Callable(None), required: true });
            }
            signatures.push(signature);
        }
        Ok(Some(if signatures.is_empty() { vec![anything()] } else { signatures }))
    }
}

/// For functions that do not say what they take.
fn anything() -> Signature {
    let rest = Parameter { name: Arc::from("args"), of: Type::Any, required: false };
    Signature { parameters: vec![rest], captures_rest: true, ..Signature::default() }
}
