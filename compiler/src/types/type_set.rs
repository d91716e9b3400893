//! Sets of types under one name space.

use std::sync::{Arc, LazyLock, OnceLock};

use semver::Version;

use crate::error::Failure;
use crate::types::object::{QUALIFIED_REFERENCE, annotations_type};
use crate::types::{Type, mismatch, parse};
use crate::value::{Hash, Value};
use crate::version_range::VersionRange;

/// The authority of all names that manifests define.
pub const RUNTIME_AUTHORITY: &str = "http://puppet.com/2016.1/runtime";

/// The versions of type sets that are understood.
const PARSABLE_VERSIONS: &str = "1.x";

/// A set of types under one name space.
#[derive(Debug)]
pub struct TypeSetType {
    pub name: Arc<str>,
    pub name_authority: Option<Arc<str>>,
    definition: OnceLock<Definition>,
}

/// What a type set says of itself.
#[derive(Debug)]
pub struct Definition {
    pub pcore_uri: Option<Arc<str>>,
    pub pcore_version: Version,
    pub version: Option<Version>,
    pub types: Vec<(Arc<str>, Type)>,
    pub references: Vec<Reference>,
    pub annotations: Option<Value>,
}

/// Another type set, known by an alias.
#[derive(Debug)]
pub struct Reference {
    pub alias: Arc<str>,
    pub name: Arc<str>,
    pub name_authority: Option<Arc<str>>,
    pub range: Arc<VersionRange>,
    /// Set when the type set is resolved.
    pub set: OnceLock<Arc<TypeSetType>>,
}

static SHAPE: LazyLock<Result<Type, Failure>> = LazyLock::new(|| {
    let annotations = annotations_type()?.to_string();
    let version = "Variant[String[1], SemVer]";
    let simple = r"Pattern[/\A[A-Z]\w*\z/]";
    let reference = format!(
        "Struct[{{name => {QUALIFIED_REFERENCE}, version_range => Variant[String[1], SemVerRange], \
         Optional[name_authority] => Pcore::URI, Optional[annotations] => {annotations}}}]"
    );
    let shape = format!(
        "Struct[{{Optional[pcore_uri] => Pcore::URI, pcore_version => {version}, \
         Optional[name_authority] => Pcore::URI, Optional[name] => {QUALIFIED_REFERENCE}, \
         Optional[version] => {version}, Optional[types] => Hash[{simple}, Variant[Type, Hash], 1], \
         Optional[references] => Hash[{simple}, {reference}, 1], Optional[annotations] => {annotations}}}]"
    );
    parse::text(&shape, &mut parse::BuiltIn)
});

impl TypeSetType {
    /// A set whose definition follows.
    pub fn named(name: &str, authority: Arc<str>) -> Self {
        Self { name: name.into(), name_authority: Some(authority), definition: OnceLock::new() }
    }

    /// `TypeSet[{…}]` where it is used.
    pub fn anonymous(hash: &Value) -> Result<Arc<Self>, Failure> {
        let text = |key: &str| hash.get(key).and_then(Value::as_str).map(Arc::<str>::from);
        let name = text("name").unwrap_or_default();
        let made = Self { name, name_authority: text("name_authority"), definition: OnceLock::new() };
        made.define(hash)?;
        Ok(Arc::new(made))
    }

    /// Sets what is in it. The first definition counts.
    pub fn define(&self, hash: &Value) -> Result<(), Failure> {
        let shape = SHAPE.as_ref().map_err(Clone::clone)?;
        mismatch::assert_instance("TypeSet initializer", shape, hash)?;
        let definition = self.read(hash)?;
        // Only one who made the name sets it.
        let _ = self.definition.set(definition);
        Ok(())
    }

    /// `None` while the set is being resolved.
    pub fn definition(&self) -> Option<&Definition> {
        self.definition.get()
    }

    fn read(&self, hash: &Value) -> Result<Definition, Failure> {
        let text = |key: &str| hash.get(key).and_then(Value::as_str).map(Arc::<str>::from);
        let pcore_version = version(hash.get("pcore_version"))?.unwrap_or_else(|| Version::new(0, 0, 0));
        if !VersionRange::parse(PARSABLE_VERSIONS)?.includes(&pcore_version) {
            return Err(Failure::argument(format!(
                "The pcore version for TypeSet '{}' is not understood by this runtime. Expected range {PARSABLE_VERSIONS}, got {pcore_version}",
                self.name
            )));
        }
        let entries = |key: &str| hash.get(key).and_then(Value::as_hash).cloned().unwrap_or_default();
        let mut types = Vec::new();
        for (name, of) in entries("types") {
            let of = match of {
                Value::Type(of) => of,
                other => Type::Object(Some(crate::types::object::ObjectType::anonymous(&other)?)),
            };
            types.push((Arc::from(name.as_str().unwrap_or_default()), of));
        }
        Ok(Definition {
            pcore_uri: text("pcore_uri"),
            pcore_version,
            version: version(hash.get("version"))?,
            references: self.references(&entries("references"), &types)?,
            types,
            annotations: hash.get("annotations").filter(|annotations| !annotations.is_undef()).cloned(),
        })
    }

    fn references(&self, given: &Hash, types: &[(Arc<str>, Type)]) -> Result<Vec<Reference>, Failure> {
        let mut references: Vec<Reference> = Vec::with_capacity(given.len());
        for (alias, reference) in given {
            let alias = alias.as_str().unwrap_or_default();
            let text = |key: &str| reference.get(key).and_then(Value::as_str).map(Arc::<str>::from);
            let name = text("name").unwrap_or_default();
            let name_authority = text("name_authority").or_else(|| self.name_authority.clone());
            let range = match reference.get("version_range") {
                Some(Value::SemVerRange(range)) => range.clone(),
                other => Arc::new(VersionRange::parse(other.and_then(Value::as_str).unwrap_or_default())?),
            };
            let same = |other: &&Reference| other.name == name && other.name_authority == name_authority;
            if references.iter().filter(same).any(|other| other.range.overlaps(&range)) {
                let authority = name_authority.as_deref().unwrap_or_default();
                return Err(Failure::argument(format!(
                    "TypeSet '{}' references TypeSet '{authority}/{name}' more than once using overlapping version ranges",
                    self.name
                )));
            }
            if types.iter().any(|(known, _)| &**known == alias) {
                return Err(Failure::argument(format!(
                    "TypeSet '{}' references a TypeSet using alias '{alias}'. The alias collides with the name of a declared type",
                    self.name
                )));
            }
            let alias = alias.into();
            references.push(Reference { alias, name, name_authority, range, set: OnceLock::new() });
        }
        Ok(references)
    }

    /// Finds the sets that this one refers to.
    pub(super) fn resolve_references(&self, resolver: &mut dyn parse::Resolver) -> Result<(), Failure> {
        for reference in self.definition().iter().flat_map(|definition| &definition.references) {
            let shown = format!("TypeSet '{}' reference to TypeSet named '{}'", self.name, reference.name);
            let known = reference.name_authority.as_deref().is_none_or(|authority| authority == RUNTIME_AUTHORITY);
            let set = match resolver.named(&reference.name)?.filter(|_| known) {
                Some(Type::TypeSet(Some(set))) => set,
                Some(other) => return Err(Failure::argument(format!("{shown} resolves to a {other}"))),
                None => return Err(Failure::argument(format!("{shown} cannot be resolved"))),
            };
            let version = set.definition().and_then(|definition| definition.version.clone());
            if !version.as_ref().is_some_and(|version| reference.range.includes(version)) {
                let got = version.map_or_else(String::new, |version| version.to_string());
                return Err(Failure::argument(format!(
                    "{shown} resolves to an incompatible version. Expected {}, got {got}",
                    reference.range
                )));
            }
            // It is found once.
            let _ = reference.set.set(set);
        }
        Ok(())
    }

    /// A type of the set, or of one it refers to (`Alias::Name`), by a name in any case.
    pub fn find(&self, name: &str) -> Option<Type> {
        let definition = self.definition()?;
        let own = definition.types.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, of)) = own {
            return Some(of.clone());
        }
        let (alias, rest) = name.split_once("::").map_or((name, None), |(alias, rest)| (alias, Some(rest)));
        let reference = definition.references.iter().find(|known| known.alias.eq_ignore_ascii_case(alias))?;
        let set = reference.set.get()?;
        match rest {
            Some(rest) => set.find(rest),
            None => Some(Type::TypeSet(Some(set.clone()))),
        }
    }

    /// The name of a type as types of the set call it.
    pub fn name_of(&self, of: &Type) -> Option<String> {
        let definition = self.definition()?;
        if let Some((name, _)) = definition.types.iter().find(|(_, known)| known == of) {
            return Some(name.to_string());
        }
        definition.references.iter().find_map(|reference| {
            let name = reference.set.get()?.name_of(of)?;
            Some(format!("{}::{name}", reference.alias))
        })
    }

    /// Whether the type is one of the set itself.
    pub fn defines(&self, of: &Type) -> bool {
        self.definition().is_some_and(|definition| definition.types.iter().any(|(_, known)| known == of))
    }
}

impl PartialEq for TypeSetType {
    fn eq(&self, other: &Self) -> bool {
        let version = |set: &Self| set.definition().and_then(|definition| definition.version.clone());
        std::ptr::eq(self, other)
            || self.name_authority == other.name_authority && self.name == other.name && version(self) == version(other)
    }
}

fn version(given: Option<&Value>) -> Result<Option<Version>, Failure> {
    match given {
        Some(Value::SemVer(version)) => Ok(Some((**version).clone())),
        Some(Value::String(text)) => Version::parse(text)
            .map(Some)
            .map_err(|_| Failure::argument(format!("Unable to parse '{text}' as a semantic version identifier"))),
        _ => Ok(None),
    }
}
