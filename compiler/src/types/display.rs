//! Types as text.

use std::fmt::{self, Display, Formatter, Write};
use std::sync::Arc;

use crate::types::assignable::takes_undef;
use crate::types::type_set::TypeSetType;
use crate::types::{AliasType, Bounds, CallableType, StructMember, TupleType, Type};
use crate::value::Value;

mod members;

/// `TypeSet` is the type set that all others are taken to be like.
const DEFAULT_TYPE_SET: &str = "TypeSet[{pcore_uri => 'http://puppet.com/2016.1/pcore', pcore_version => '1.0.0', \
    name_authority => 'http://puppet.com/2016.1/runtime', name => 'DefaultTypeSet', version => '0.0.0'}]";

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // A name by itself prints with its definition.
        let expand = matches!(self, Self::Alias(_) | Self::Object(_) | Self::TypeSet(_));
        Printer::new(f, expand).of(self)
    }
}

/// A type that prints by its name, even where it prints with its definition when it stands alone.
#[derive(Debug)]
pub struct Brief<'a>(pub &'a Type);

impl Display for Brief<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer::new(f, false).of(self.0)
    }
}

/// A type that prints with the definitions of the aliases in it: `T = Variant[Integer, String]`.
#[derive(Debug)]
pub struct Expanded<'a>(pub &'a Type);

impl Display for Expanded<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer::new(f, true).of(self.0)
    }
}

struct Printer<'a, 'b> {
    out: &'a mut Formatter<'b>,
    expand: bool,
    /// Aliases and type sets being printed, by their addresses.
    open: Vec<usize>,
    /// The type set being printed: its types go by their simple names.
    set: Option<Arc<TypeSetType>>,
}

impl<'a, 'b> Printer<'a, 'b> {
    fn new(out: &'a mut Formatter<'b>, expand: bool) -> Self {
        Self { out, expand, open: Vec::new(), set: None }
    }
}

impl Printer<'_, '_> {
    fn of(&mut self, of: &Type) -> fmt::Result {
        match of {
            Type::Any => self.out.write_str("Any"),
            Type::Unit => self.out.write_str("Unit"),
            Type::Undef => self.out.write_str("Undef"),
            Type::Default => self.out.write_str("Default"),
            Type::Scalar => self.out.write_str("Scalar"),
            Type::ScalarData => self.out.write_str("ScalarData"),
            Type::Data => self.out.write_str("Data"),
            Type::RichData => self.out.write_str("RichData"),
            Type::RichDataKey => self.out.write_str("RichDataKey"),
            Type::Numeric => self.out.write_str("Numeric"),
            Type::Binary => self.out.write_str("Binary"),
            Type::SemVerRange => self.out.write_str("SemVerRange"),
            Type::CatalogEntry => self.out.write_str("CatalogEntry"),
            Type::NotUndef(inner) => self.contained("NotUndef", inner.as_ref()),
            Type::Optional(inner) => self.contained("Optional", inner.as_ref()),
            Type::Sensitive(inner) => self.contained("Sensitive", inner.as_ref()),
            Type::Iterable(inner) => self.contained("Iterable", inner.as_ref()),
            Type::Iterator(inner) => self.contained("Iterator", inner.as_ref()),
            Type::Type(inner) => self.contained("Type", inner.as_ref()),
            Type::Integer(bounds) => self.listed("Integer", &range(bounds)),
            Type::Float(bounds) => self.listed("Float", &float_range(bounds)),
            Type::Boolean(None) => self.out.write_str("Boolean"),
            Type::Boolean(Some(truth)) => write!(self.out, "Boolean[{truth}]"),
            Type::String(size) => self.listed("String", &range(size)),
            Type::Text(_) => self.out.write_str("String"),
            Type::Enum(texts) => {
                let mut items: Vec<String> = texts.values.iter().map(|text| crate::format::quote(text)).collect();
                if texts.case_insensitive {
                    items.push("true".to_owned());
                }
                self.listed("Enum", &items)
            }
            Type::Pattern(patterns) => {
                let items: Vec<String> = patterns.iter().map(|pattern| pattern.with_slashes()).collect();
                self.listed("Pattern", &items)
            }
            Type::Regexp(None) => self.out.write_str("Regexp"),
            Type::Regexp(Some(pattern)) => write!(self.out, "Regexp[{}]", pattern.with_slashes()),
            Type::Timestamp(bounds) => {
                self.listed("Timestamp", &time_range(bounds.as_deref(), crate::time::timestamp_text))
            }
            Type::Timespan(bounds) => {
                self.listed("Timespan", &time_range(bounds.as_deref(), crate::time::timespan_text))
            }
            Type::SemVer(ranges) => {
                let items: Vec<String> = ranges.iter().map(|range| format!("'{range}'")).collect();
                self.listed("SemVer", &items)
            }
            Type::Uri(None) => self.out.write_str("URI"),
            Type::Uri(Some(parameters)) => {
                self.out.write_str("URI[")?;
                self.value(parameters)?;
                self.out.write_char(']')
            }
            Type::Collection(size) => self.listed("Collection", &range(size)),
            Type::Array(array) if array.size == Bounds::exactly(0) => self.out.write_str("Array[0, 0]"),
            Type::Array(array) if array.element == Type::Any && array.size.is_unbounded() => {
                self.out.write_str("Array")
            }
            Type::Array(array) => self.with_size("Array", std::slice::from_ref(&array.element), &array.size),
            Type::Hash(hash) if hash.size == Bounds::exactly(0) => self.out.write_str("Hash[0, 0]"),
            Type::Hash(hash) if hash.key == Type::Any && hash.value == Type::Any && hash.size.is_unbounded() => {
                self.out.write_str("Hash")
            }
            Type::Hash(hash) => self.with_size("Hash", &[hash.key.clone(), hash.value.clone()], &hash.size),
            Type::Tuple(tuple) if tuple.types.is_empty() => self.out.write_str("Tuple"),
            Type::Tuple(tuple) => self.with_size("Tuple", &tuple.types, &tuple.size.unwrap_or(Bounds::NONE)),
            Type::Struct(members) if members.is_empty() => self.out.write_str("Struct"),
            Type::Struct(members) => self.members(members),
            Type::Variant(members) if members.is_empty() => self.out.write_str("Variant"),
            Type::Variant(members) => self.with_size("Variant", members, &Bounds::NONE),
            Type::Callable(None) => self.out.write_str("Callable"),
            Type::Callable(Some(callable)) => self.callable(callable),
            Type::Init(None) => self.out.write_str("Init"),
            Type::Init(Some(init)) => {
                self.out.write_str("Init[")?;
                self.of(&init.of)?;
                for argument in &init.arguments {
                    self.out.write_str(", ")?;
                    self.value(argument)?;
                }
                self.out.write_char(']')
            }
            Type::Resource(resource) => {
                self.out.write_str(resource.type_name.as_deref().unwrap_or("Resource"))?;
                match &resource.title {
                    Some(title) => write!(self.out, "[{}]", crate::format::quote(title)),
                    None => Ok(()),
                }
            }
            Type::Class(None) => self.out.write_str("Class"),
            Type::Class(Some(name)) => write!(self.out, "Class[{name}]"),
            Type::Alias(alias) => self.alias(alias),
            Type::Reference(name) => write!(self.out, "TypeReference[{}]", crate::format::quote(name)),
            Type::Object(None) if self.expand => self.out.write_str("Object[{}]"),
            Type::Object(None) => self.out.write_str("Object"),
            Type::Object(Some(object)) => self.object(object),
            Type::ObjectExtension(extension) => self.extension(extension),
            Type::TypeSet(None) => self.out.write_str(DEFAULT_TYPE_SET),
            Type::TypeSet(Some(set)) => self.type_set(set),
            Type::Runtime(None) => self.out.write_str("Runtime"),
            Type::Runtime(Some(runtime)) => {
                write!(self.out, "Runtime[{}, {}]", runtime.runtime, crate::format::quote(&runtime.name))
            }
        }
    }

    fn contained(&mut self, name: &str, inner: Option<&Arc<Type>>) -> fmt::Result {
        self.out.write_str(name)?;
        let Some(inner) = inner else { return Ok(()) };
        self.out.write_char('[')?;
        match &**inner {
            Type::Text(text) if matches!(name, "Optional" | "NotUndef") => {
                self.out.write_str(&crate::format::quote(text))?;
            }
            inner => self.of(inner)?,
        }
        self.out.write_char(']')
    }

    fn listed(&mut self, name: &str, items: &[String]) -> fmt::Result {
        self.out.write_str(name)?;
        if items.is_empty() { Ok(()) } else { write!(self.out, "[{}]", items.join(", ")) }
    }

    fn with_size(&mut self, name: &str, types: &[Type], size: &Bounds<i64>) -> fmt::Result {
        write!(self.out, "{name}[")?;
        for (index, of) in types.iter().enumerate() {
            if index > 0 {
                self.out.write_str(", ")?;
            }
            self.of(of)?;
        }
        for bound in range(size) {
            write!(self.out, ", {bound}")?;
        }
        self.out.write_char(']')
    }

    fn members(&mut self, members: &[StructMember]) -> fmt::Result {
        self.out.write_str("Struct[{")?;
        for (index, member) in members.iter().enumerate() {
            let name = crate::format::quote(&member.name);
            let separator = if index > 0 { ", " } else { "" };
            match (member.optional, takes_undef(&member.value)) {
                (true, false) => write!(self.out, "{separator}Optional[{name}] => ")?,
                (false, true) => write!(self.out, "{separator}NotUndef[{name}] => ")?,
                _ => write!(self.out, "{separator}{name} => ")?,
            }
            self.of(&member.value)?;
        }
        self.out.write_str("}]")
    }

    fn callable(&mut self, callable: &CallableType) -> fmt::Result {
        match (&callable.parameters, &callable.returns) {
            (None, None) => self.out.write_str("Callable"),
            (None, Some(returns)) => {
                self.out.write_str("Callable[[], ")?;
                self.of(returns)?;
                self.out.write_char(']')
            }
            (Some(parameters), None) => {
                self.out.write_str("Callable[")?;
                self.parameters(parameters, callable.block.as_ref())?;
                self.out.write_char(']')
            }
            (Some(parameters), Some(returns)) => {
                self.out.write_str("Callable[[")?;
                self.parameters(parameters, callable.block.as_ref())?;
                self.out.write_str("], ")?;
                self.of(returns)?;
                self.out.write_char(']')
            }
        }
    }

    fn parameters(&mut self, parameters: &TupleType, block: Option<&Type>) -> fmt::Result {
        let mut separator = "";
        for of in parameters.types.iter().filter(|of| !matches!(of, Type::Unit)) {
            self.out.write_str(separator)?;
            separator = ", ";
            self.of(of)?;
        }
        let size = match (&parameters.size, parameters.types.is_empty()) {
            (_, true) => Bounds::exactly(0),
            (size, false) => size.unwrap_or(Bounds::NONE),
        };
        for bound in range(&size) {
            write!(self.out, "{separator}{bound}")?;
            separator = ", ";
        }
        if let Some(block) = block {
            self.out.write_str(separator)?;
            self.of(block)?;
        }
        Ok(())
    }

    fn alias(&mut self, alias: &Arc<AliasType>) -> fmt::Result {
        let named = Type::Alias(alias.clone());
        let set = self.set.clone().filter(|set| !self.expand || set.defines(&named));
        let simple = set.and_then(|set| set.name_of(&named));
        let address = Arc::as_ptr(alias) as usize;
        let target = alias.target.get().filter(|_| self.expand && !self.open.contains(&address));
        match (simple, target) {
            (Some(name), None) => return self.out.write_str(&name),
            (None, None) => return self.out.write_str(&alias.name),
            // In the definition of its type set, what it stands for says all.
            (Some(_), Some(_)) => {}
            (None, Some(_)) => write!(self.out, "{} = ", alias.name)?,
        }
        self.open.push(address);
        let outcome = self.of(target.unwrap_or(&Type::Unit));
        self.open.pop();
        outcome
    }
}

fn range(bounds: &Bounds<i64>) -> Vec<String> {
    match (bounds.from, bounds.to) {
        (None, None) => Vec::new(),
        (from, to) => {
            let from = from.map_or_else(|| "default".to_owned(), |from| from.to_string());
            std::iter::once(from).chain(to.map(|to| to.to_string())).collect()
        }
    }
}

fn float_range(bounds: &Bounds<f64>) -> Vec<String> {
    match (bounds.from, bounds.to) {
        (None, None) => Vec::new(),
        (from, to) => {
            let text = |number| crate::format::to_text(&Value::Float(number));
            let from = from.map_or_else(|| "default".to_owned(), text);
            std::iter::once(from).chain(to.map(text)).collect()
        }
    }
}

fn time_range<T: Copy + PartialEq>(bounds: Option<&Bounds<T>>, text: fn(T) -> String) -> Vec<String> {
    let Some(bounds) = bounds else { return Vec::new() };
    let quoted = |time| format!("'{}'", text(time));
    let from = bounds.from.map_or_else(|| "default".to_owned(), quoted);
    std::iter::once(from).chain(bounds.to.filter(|to| bounds.from != Some(*to)).map(quoted)).collect()
}
