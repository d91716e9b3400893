//! The object types and aliases that every program has, and the names of the types of types.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use syntax::ast::{Definition, TypeAlias};
use syntax::source::Source;

use crate::error::Failure;
use crate::types::Type;
use crate::types::object::ObjectType;
use crate::types::parse::{self, Resolver};

#[cfg(test)]
mod tests;

/// The first parts of names that may be built in.
const ROOTS: [&str; 6] = ["annotation", "deferred", "error", "pcore", "puppet", "rubymethod"];

/// A built-in type by its name in any case.
pub fn built_in(name: &str) -> Option<Type> {
    let name = name.to_lowercase();
    let root = name.split("::").next().unwrap_or_default();
    if !ROOTS.contains(&root) {
        return None;
    }
    if root == "annotation" {
        return (name == root).then(|| ANNOTATION.clone());
    }
    TYPES.get(&*name).cloned()
}

/// `Annotation`: what the types of annotations inherit from. Definitions of all other types know it.
static ANNOTATION: LazyLock<Type> = LazyLock::new(|| {
    let definition = super::Definition { equality_include_type: true, ..super::Definition::default() };
    let annotation = ObjectType::named("Annotation");
    // Nobody else has seen it yet.
    let _ = annotation.definition.set(definition);
    Type::Object(Some(Arc::new(annotation)))
});

static TYPES: LazyLock<HashMap<String, Type>> = LazyLock::new(|| {
    let source = Arc::new(Source::new("", DEFINITIONS));
    let mut reader = Reader::default();
    if let Ok(parsed) = syntax::parse(source, &syntax::Options::default()) {
        for definition in &parsed.program.definitions {
            if let Definition::TypeAlias(alias) = definition {
                reader.names.push(alias.name.clone());
                reader.waiting.insert(alias.name.to_lowercase(), alias.clone());
            }
        }
    }
    for name in reader.names.clone() {
        // A test reads every one: what is wrong with a definition shows there.
        let _ = reader.named(&name);
    }
    reader.read
});

/// The text that defines them.
const DEFINITIONS: &str = include_str!("built_in.pp");

/// Reads built-in definitions as they are asked for.
#[derive(Default)]
struct Reader {
    names: Vec<Arc<str>>,
    waiting: HashMap<String, Arc<TypeAlias>>,
    read: HashMap<String, Type>,
}

impl Resolver for Reader {
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure> {
        let key = name.to_lowercase();
        if key == "annotation" {
            return Ok(Some(ANNOTATION.clone()));
        }
        if let Some(known) = self.read.get(&key) {
            return Ok(Some(known.clone()));
        }
        let Some(alias) = self.waiting.remove(&key) else { return Ok(None) };
        parse::define(&alias.name, &alias.type_expr, self).map(Some)
    }

    fn is_resource_type(&mut self, _name: &str) -> bool {
        false
    }

    fn declare(&mut self, name: &str, of: &Type) {
        self.read.insert(name.to_lowercase(), of.clone());
    }
}

/// The class of a type in the original, as some of its messages show it.
pub(crate) fn ruby_class(of: &Type) -> &'static str {
    static CLASSES: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
        let names = DEFINITIONS.lines().filter_map(|line| line.strip_prefix("type ")?.split(' ').next());
        let class =
            |name: &'static str| Some((name, format!("Puppet::Pops::Types::P{}", name.strip_prefix("Pcore::")?)));
        names.filter_map(class).collect()
    });
    CLASSES.get(pcore_name(of)).map_or("Puppet::Pops::Types::PAnyType", String::as_str)
}

/// The name of the type of a type: `Pcore::IntegerType`.
pub fn pcore_name(of: &Type) -> &'static str {
    match of {
        Type::Any => "Pcore::AnyType",
        Type::Unit => "Pcore::UnitType",
        Type::Undef => "Pcore::UndefType",
        Type::NotUndef(_) => "Pcore::NotUndefType",
        Type::Optional(_) => "Pcore::OptionalType",
        Type::Default => "Pcore::DefaultType",
        Type::Scalar => "Pcore::ScalarType",
        Type::ScalarData => "Pcore::ScalarDataType",
        Type::Data | Type::RichData | Type::RichDataKey | Type::Alias(_) => "Pcore::TypeAliasType",
        Type::Numeric => "Pcore::NumericType",
        Type::Integer(_) => "Pcore::IntegerType",
        Type::Float(_) => "Pcore::FloatType",
        Type::Boolean(_) => "Pcore::BooleanType",
        Type::String(_) | Type::Text(_) => "Pcore::StringType",
        Type::Enum(_) => "Pcore::EnumType",
        Type::Pattern(_) => "Pcore::PatternType",
        Type::Regexp(_) => "Pcore::RegexpType",
        Type::Binary => "Pcore::BinaryType",
        Type::Timestamp(_) => "Pcore::TimestampType",
        Type::Timespan(_) => "Pcore::TimespanType",
        Type::SemVer(_) => "Pcore::SemVerType",
        Type::SemVerRange => "Pcore::SemVerRangeType",
        Type::Uri(_) => "Pcore::URIType",
        Type::Sensitive(_) => "Pcore::SensitiveType",
        Type::Collection(_) => "Pcore::CollectionType",
        Type::Array(_) => "Pcore::ArrayType",
        Type::Hash(_) => "Pcore::HashType",
        Type::Tuple(_) => "Pcore::TupleType",
        Type::Struct(_) => "Pcore::StructType",
        Type::Iterable(_) => "Pcore::IterableType",
        Type::Iterator(_) => "Pcore::IteratorType",
        Type::Variant(_) => "Pcore::VariantType",
        Type::Callable(_) => "Pcore::CallableType",
        Type::Type(_) => "Pcore::TypeType",
        Type::Init(_) => "Pcore::InitType",
        Type::CatalogEntry => "Pcore::CatalogEntryType",
        Type::Resource(_) => "Pcore::ResourceType",
        Type::Class(_) => "Pcore::ClassType",
        Type::Reference(_) => "Pcore::TypeReferenceType",
        Type::Object(_) => "Pcore::ObjectType",
        Type::ObjectExtension(_) => "Pcore::ObjectTypeExtenType",
        Type::TypeSet(_) => "Pcore::TypeSetType",
        Type::Runtime(_) => "Pcore::RuntimeType",
    }
}
