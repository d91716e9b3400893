//! Object types and type sets as text, with all that is in them.

use std::fmt::{self, Write};
use std::sync::Arc;

use super::Printer;
use crate::types::Type;
use crate::types::object::{Attribute, Extension, Kind, Member, ObjectType};
use crate::types::type_set::{Reference, TypeSetType};
use crate::types::{generalize, infer};
use crate::value::Value;

impl Printer<'_, '_> {
    pub(super) fn object(&mut self, of: &Arc<ObjectType>) -> fmt::Result {
        let named = Type::Object(Some(of.clone()));
        if !self.expand {
            return match self.set.as_ref().and_then(|set| set.name_of(&named)) {
                Some(name) => self.out.write_str(&name),
                None => self.out.write_str(of.label()),
            };
        }
        let with_name = self.set.as_ref().is_none_or(|set| !set.defines(&named));
        self.expand = false;
        let outcome = self.definition(of, with_name);
        self.expand = true;
        outcome
    }

    fn definition(&mut self, of: &ObjectType, with_name: bool) -> fmt::Result {
        self.out.write_str("Object[{")?;
        let mut list = List::default();
        let definition = of.definition();
        if let Some(annotations) = definition.and_then(|definition| definition.annotations.as_ref()) {
            list.key(self, "annotations")?;
            self.value(annotations)?;
        }
        if let Some(name) = of.name.as_ref().filter(|_| with_name) {
            list.key(self, "name")?;
            self.out.write_str(&crate::format::quote(name))?;
        }
        if let Some(definition) = definition {
            if let Some(parent) = &definition.parent {
                list.key(self, "parent")?;
                self.of(parent)?;
            }
            self.type_parameters(&mut list, &definition.type_parameters)?;
            let (constants, others): (Vec<_>, Vec<_>) =
                definition.attributes.iter().partition(|known| is_plain_constant(known));
            self.attributes(&mut list, &others)?;
            if !constants.is_empty() {
                list.key(self, "constants")?;
                let constants = constants
                    .iter()
                    .map(|constant| (constant.member.name.clone(), constant.value.clone().unwrap_or(Value::Undef)));
                self.value(&Value::record(constants))?;
            }
            if !definition.functions.is_empty() {
                list.key(self, "functions")?;
                self.out.write_char('{')?;
                let mut inner = List::default();
                for function in &definition.functions {
                    inner.quoted(self, &function.member.name)?;
                    self.member(&function.member, None, None)?;
                }
                self.out.write_char('}')?;
            }
            if let Some(equality) = &definition.equality {
                list.key(self, "equality")?;
                self.value(&Value::array(equality.iter().cloned().map(Value::string).collect()))?;
            }
            if let Some(checks) = &definition.checks {
                list.key(self, "checks")?;
                self.value(checks)?;
            }
        }
        self.out.write_str("}]")
    }

    fn type_parameters(&mut self, list: &mut List, parameters: &[Attribute]) -> fmt::Result {
        if parameters.is_empty() {
            return Ok(());
        }
        list.key(self, "type_parameters")?;
        let parameters = parameters.iter().map(|parameter| {
            let of = match &parameter.member.of {
                Type::Optional(Some(inner)) => (**inner).clone(),
                _ => Type::Any,
            };
            let value = parameter.value.clone().filter(|value| !value.is_undef());
            let shown = match value {
                Some(value) => Value::record([("type", Value::Type(of)), ("value", value)]),
                None => Value::Type(of),
            };
            (parameter.member.name.clone(), shown)
        });
        self.value(&Value::record(parameters.collect::<Vec<_>>()))
    }

    fn attributes(&mut self, list: &mut List, attributes: &[&Attribute]) -> fmt::Result {
        if attributes.is_empty() {
            return Ok(());
        }
        list.key(self, "attributes")?;
        self.out.write_char('{')?;
        let mut inner = List::default();
        for attribute in attributes {
            inner.quoted(self, &attribute.member.name)?;
            self.member(&attribute.member, attribute.kind, attribute.value.as_ref())?;
        }
        self.out.write_char('}')
    }

    /// The type, where that says all.
    fn member(&mut self, member: &Member, kind: Option<Kind>, value: Option<&Value>) -> fmt::Result {
        // What is constant is final.
        let is_final = member.is_final && kind != Some(Kind::Constant);
        if !is_final && !member.overrides && member.annotations.is_none() && kind.is_none() && value.is_none() {
            return self.of(&member.of);
        }
        self.out.write_char('{')?;
        let mut list = List::default();
        list.key(self, "type")?;
        self.of(&member.of)?;
        for (key, flag) in [("final", is_final), ("override", member.overrides)] {
            if flag {
                list.key(self, key)?;
                self.out.write_str("true")?;
            }
        }
        if let Some(annotations) = &member.annotations {
            list.key(self, "annotations")?;
            self.value(annotations)?;
        }
        if let Some(kind) = kind {
            list.key(self, "kind")?;
            self.out.write_str(kind.as_str())?;
        }
        if let Some(value) = value {
            list.key(self, "value")?;
            self.value(value)?;
        }
        self.out.write_char('}')
    }

    pub(super) fn extension(&mut self, extension: &Extension) -> fmt::Result {
        let base = Type::Object(Some(extension.base.clone()));
        match self.set.as_ref().and_then(|set| set.name_of(&base)) {
            Some(name) => self.out.write_str(&name)?,
            None => self.out.write_str(extension.base.simple_name())?,
        }
        self.value(&Value::array(extension.shown()))
    }

    pub(super) fn type_set(&mut self, set: &Arc<TypeSetType>) -> fmt::Result {
        let address = Arc::as_ptr(set) as usize;
        if self.open.contains(&address) {
            return self.out.write_str(&set.name);
        }
        self.open.push(address);
        let outcome = self.type_set_definition(set);
        self.open.pop();
        outcome
    }

    fn type_set_definition(&mut self, set: &Arc<TypeSetType>) -> fmt::Result {
        self.out.write_str("TypeSet[{")?;
        let mut list = List::default();
        let Some(definition) = set.definition() else { return self.out.write_str("}]") };
        if let Some(annotations) = &definition.annotations {
            list.key(self, "annotations")?;
            self.value(annotations)?;
        }
        list.text(self, "pcore_uri", definition.pcore_uri.as_deref())?;
        list.text(self, "pcore_version", Some(&definition.pcore_version.to_string()))?;
        list.text(self, "name_authority", set.name_authority.as_deref())?;
        list.text(self, "name", Some(&set.name))?;
        list.text(self, "version", definition.version.as_ref().map(ToString::to_string).as_deref())?;
        if !definition.types.is_empty() {
            list.key(self, "types")?;
            self.out.write_char('{')?;
            let outer = self.set.replace(set.clone());
            let mut inner = List::default();
            for (name, of) in &definition.types {
                inner.key(self, name)?;
                self.of(of)?;
            }
            self.set = outer;
            self.out.write_char('}')?;
        }
        if !definition.references.is_empty() {
            list.key(self, "references")?;
            self.out.write_char('{')?;
            let mut inner = List::default();
            for reference in &definition.references {
                inner.key(self, &reference.alias)?;
                self.value(&reference_hash(reference, set))?;
            }
            self.out.write_char('}')?;
        }
        self.out.write_str("}]")
    }

    /// A value within a type.
    pub(super) fn value(&mut self, value: &Value) -> fmt::Result {
        match value {
            Value::Type(of) => self.of(of),
            Value::Array(items) => {
                self.out.write_char('[')?;
                let mut list = List::default();
                for item in items.iter() {
                    list.next(self)?;
                    self.value(item)?;
                }
                self.out.write_char(']')
            }
            Value::Hash(entries) => {
                self.out.write_char('{')?;
                let mut list = List::default();
                for (key, value) in entries.iter() {
                    list.next(self)?;
                    self.value(key)?;
                    self.out.write_str(" => ")?;
                    self.value(value)?;
                }
                self.out.write_char('}')
            }
            other => self.out.write_str(&crate::format::literal(other)),
        }
    }
}

fn reference_hash(reference: &Reference, owner: &TypeSetType) -> Value {
    let authority = reference.name_authority.as_ref().filter(|_| reference.name_authority != owner.name_authority);
    let authority = authority.map(|authority| ("name_authority", Value::String(authority.clone().into())));
    let rest = [
        ("name", Value::String(reference.name.clone().into())),
        ("version_range", Value::from(reference.range.to_string())),
    ];
    Value::record(authority.into_iter().chain(rest))
}

/// Whether the value of a constant says its type.
fn is_plain_constant(attribute: &Attribute) -> bool {
    let of = attribute.value.as_ref().map(|value| generalize(&infer(value)));
    attribute.is_constant() && of.as_ref() == Some(&attribute.member.of)
}

/// Puts commas between the entries of a list.
#[derive(Default)]
struct List {
    started: bool,
}

impl List {
    fn next(&mut self, printer: &mut Printer<'_, '_>) -> fmt::Result {
        if std::mem::replace(&mut self.started, true) { printer.out.write_str(", ") } else { Ok(()) }
    }

    fn key(&mut self, printer: &mut Printer<'_, '_>, key: &str) -> fmt::Result {
        self.next(printer)?;
        write!(printer.out, "{key} => ")
    }

    fn quoted(&mut self, printer: &mut Printer<'_, '_>, key: &str) -> fmt::Result {
        self.key(printer, &crate::format::quote(key))
    }

    fn text(&mut self, printer: &mut Printer<'_, '_>, key: &str, text: Option<&str>) -> fmt::Result {
        let Some(text) = text else { return Ok(()) };
        self.key(printer, key)?;
        printer.out.write_str(&crate::format::quote(text))
    }
}
