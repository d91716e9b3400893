//! From the hash of `Object[{…}]` to a definition.

use std::sync::{Arc, LazyLock};

use crate::error::Failure;
use crate::types::object::{Attribute, Definition, Found, Function, Kind, Member, ObjectType};
use crate::types::{Bounds, Type, generalize, infer, mismatch, parse};
use crate::value::{Hash, Value};

pub(crate) const QUALIFIED_REFERENCE: &str = r"Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/]";
const MEMBER_NAME: &str = r"Pattern[/\A[a-z_]\w*\z/]";

/// The types of what definitions are made of.
struct Shapes {
    annotations: Type,
    object: Type,
    attribute: Type,
    function: Type,
    function_type: Type,
}

static SHAPES: LazyLock<Result<Shapes, Failure>> = LazyLock::new(|| {
    let read = |text: &str| parse::text(text, &mut parse::BuiltIn);
    let annotations = format!("Optional[Hash[Type[Annotation], Hash[{MEMBER_NAME}, Any]]]");
    let equality = format!("Variant[{MEMBER_NAME}, Array[{MEMBER_NAME}]]");
    let object = format!(
        "Struct[{{Optional[name] => {QUALIFIED_REFERENCE}, Optional[parent] => Type, \
         Optional[type_parameters] => Hash[{MEMBER_NAME}, NotUndef], \
         Optional[attributes] => Hash[{MEMBER_NAME}, NotUndef], Optional[constants] => Hash[{MEMBER_NAME}, Any], \
         Optional[functions] => Hash[{MEMBER_NAME}, NotUndef], Optional[equality] => {equality}, \
         Optional[equality_include_type] => Boolean, Optional[checks] => Any, Optional[annotations] => {annotations}}}]"
    );
    let attribute = format!(
        "Struct[{{type => Type, Optional[final] => Boolean, Optional[override] => Boolean, \
         Optional[kind] => Enum[constant, derived, given_or_derived, reference], value => Any, \
         Optional[annotations] => {annotations}}}]"
    );
    let function = format!(
        "Struct[{{type => Type[Callable], Optional[final] => Boolean, Optional[override] => Boolean, \
         Optional[annotations] => {annotations}}}]"
    );
    Ok(Shapes {
        annotations: read(&annotations)?,
        object: with_operator(&read(&object)?, &read(MEMBER_NAME)?),
        attribute: read(&attribute)?,
        function: read(&function)?,
        function_type: read("Type[Callable]")?,
    })
});

/// Functions may be called `[]`: the type of that one text, which no expression gives.
fn with_operator(object: &Type, member_name: &Type) -> Type {
    let Type::Struct(members) = object else { return object.clone() };
    let mut members = members.to_vec();
    for member in members.iter_mut().filter(|member| &*member.name == "functions") {
        let name = Type::variant([member_name.clone(), Type::Text(Arc::from("[]"))]);
        member.value = Type::hash(name, Type::NotUndef(None), Bounds::NONE);
    }
    Type::Struct(members.into())
}

fn shapes() -> Result<&'static Shapes, Failure> {
    SHAPES.as_ref().map_err(Clone::clone)
}

/// What annotations of a type or member are.
pub(crate) fn annotations_type() -> Result<Type, Failure> {
    Ok(shapes()?.annotations.clone())
}

impl ObjectType {
    /// `Object[{…}]` where it is used: with the name that the hash gives, if any.
    pub fn anonymous(hash: &Value) -> Result<Arc<Self>, Failure> {
        mismatch::assert_instance("object initializer", &shapes()?.object, hash)?;
        let name = hash.get("name").and_then(Value::as_str).map(Arc::from);
        let made = Arc::new(Self { name, definition: std::sync::OnceLock::new() });
        made.define(hash)?;
        Ok(made)
    }

    /// Sets what the type is. The first definition counts.
    pub fn define(self: &Arc<Self>, hash: &Value) -> Result<(), Failure> {
        mismatch::assert_instance("object initializer", &shapes()?.object, hash)?;
        let definition = Reader::new(self, hash)?.definition(hash)?;
        // Only one who made the name sets it.
        let _ = self.definition.set(definition);
        Ok(())
    }
}

/// A definition being read.
struct Reader<'a> {
    label: &'a str,
    parent: Option<Arc<ObjectType>>,
}

impl<'a> Reader<'a> {
    fn new(of: &'a Arc<ObjectType>, hash: &Value) -> Result<Self, Failure> {
        let label = of.label();
        let parent = match hash.get("parent").and_then(Value::as_type).map(Type::resolved) {
            Some(Type::Object(parent)) => parent.clone(),
            Some(Type::Reference(name)) => {
                return Err(Failure::argument(format!("reference to unresolved type '{name}'")));
            }
            _ => None,
        };
        let mut next = parent.as_ref();
        while let Some(ancestor) = next {
            if Arc::ptr_eq(ancestor, of) {
                return Err(Failure::argument(format!("The Object type '{label}' inherits from itself")));
            }
            next = ancestor.parent();
        }
        Ok(Self { label, parent })
    }

    fn definition(&self, hash: &Value) -> Result<Definition, Failure> {
        let mut definition = Definition {
            parent: hash.get("parent").and_then(Value::as_type).cloned(),
            type_parameters: self.type_parameters(entries(hash, "type_parameters"))?,
            attributes: self.attributes(entries(hash, "attributes"), entries(hash, "constants"))?,
            checks: hash.get("checks").filter(|checks| !checks.is_undef()).cloned(),
            annotations: hash.get("annotations").filter(|annotations| !annotations.is_undef()).cloned(),
            equality_include_type: hash.get("equality_include_type").and_then(Value::as_bool).unwrap_or(true),
            ..Definition::default()
        };
        definition.functions = self.functions(entries(hash, "functions"), &definition)?;
        definition.equality = match hash.get("equality") {
            Some(Value::String(name)) => Some(vec![name.letters().clone()]),
            Some(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).map(Arc::from).collect()),
            _ => None,
        };
        self.check_equality(&definition)?;
        Ok(definition)
    }

    fn type_parameters(&self, given: &Hash) -> Result<Vec<Attribute>, Failure> {
        let inherited = self.parent.as_ref().map(|parent| parent.type_parameters()).unwrap_or_default();
        let mut parameters = Vec::with_capacity(given.len());
        for (name, spec) in given {
            let name = text(name);
            let label: Arc<str> = format!("type_parameter {}[{name}]", self.label).into();
            let (of, value) = match spec {
                Value::Hash(spec) => (
                    spec.get(&Value::from("type")).cloned().unwrap_or(Value::Undef),
                    spec.get(&Value::from("value")).cloned(),
                ),
                other => {
                    mismatch::assert_instance(&label, &Type::Type(None), other)?;
                    (other.clone(), None)
                }
            };
            let of = match of {
                Value::Type(of @ Type::Optional(_)) => of,
                Value::Type(of) => Type::optional(of),
                _ => Type::Optional(None),
            };
            let member =
                Member { name, of, overrides: false, is_final: false, annotations: None, label: label.clone() };
            let over = inherited.iter().find(|known| known.member.name == member.name);
            if let Some(over) = over {
                check_override(&over.member, over.is_constant(), &member, false)?;
            }
            parameters.push(Attribute { member, kind: None, value });
        }
        Ok(parameters)
    }

    fn attributes(&self, given: &Hash, constants: &Hash) -> Result<Vec<Attribute>, Failure> {
        let label = |name: &str| -> Arc<str> { format!("attribute {}[{name}]", self.label).into() };
        for (name, _) in constants {
            if given.contains_key(name) {
                let name = text(name);
                return Err(Failure::argument(format!(
                    "attribute {}[{name}] is defined as both a constant and an attribute",
                    self.label
                )));
            }
        }
        let mut attributes = Vec::with_capacity(given.len() + constants.len());
        for (name, spec) in given {
            let name = text(name);
            let label = label(&name);
            let spec = match spec {
                Value::Hash(spec) => Hash::clone(spec),
                other => {
                    mismatch::assert_instance(&label, &Type::Type(None), other)?;
                    let optional = matches!(other, Value::Type(Type::Optional(_)));
                    let value = optional.then(|| (Value::from("value"), Value::Undef));
                    std::iter::once((Value::from("type"), other.clone())).chain(value).collect()
                }
            };
            attributes.push(self.attribute(name, label, spec)?);
        }
        for (name, value) in constants {
            let name = text(name);
            let overrides = self.parent.as_ref().is_some_and(|parent| parent.member(&name).is_some());
            let spec = [
                ("type", Value::Type(generalize(&infer(value)))),
                ("value", value.clone()),
                ("kind", Value::from("constant")),
                ("override", Value::Boolean(overrides)),
            ];
            let spec = spec.into_iter().map(|(key, value)| (Value::from(key), value)).collect();
            let label = label(&name);
            attributes.push(self.attribute(name, label, spec)?);
        }
        Ok(attributes)
    }

    fn attribute(&self, name: Arc<str>, label: Arc<str>, spec: Hash) -> Result<Attribute, Failure> {
        let spec = Value::hash(spec);
        mismatch::assert_instance(&format!("initializer for {label}"), &shapes()?.attribute, &spec)?;
        if matches!(&*name, "__ptype" | "__pvalue") {
            return Err(Failure::argument(format!("The attribute '{name}' is reserved and cannot be used")));
        }
        let mut member = member(name, label, &spec);
        let kind = spec.get("kind").and_then(Value::as_str).and_then(Kind::parse);
        let label = &member.label;
        if kind == Some(Kind::Constant) {
            if spec.get("final").is_some_and(|given| !given.is_truthy()) {
                return Err(Failure::argument(format!(
                    "{label} of kind 'constant' cannot be combined with final => false"
                )));
            }
            member.is_final = true;
        }
        let label = &member.label;
        let value = spec.get("value").cloned();
        match (&value, kind) {
            (Some(_), Some(kind @ (Kind::Derived | Kind::GivenOrDerived))) => {
                let kind = kind.as_str();
                return Err(Failure::argument(format!(
                    "{label} of kind '{kind}' cannot be combined with an attribute value"
                )));
            }
            (Some(Value::Default), _) => {}
            (Some(value), _) => mismatch::assert_instance(&format!("{label} value"), &member.of, value)?,
            (None, Some(Kind::Constant)) => {
                return Err(Failure::argument(format!("{label} of kind 'constant' requires a value")));
            }
            (None, _) => {}
        }
        let attribute = Attribute { member, kind, value };
        self.check_inherited(Found::Attribute(&attribute))?;
        Ok(attribute)
    }

    fn functions(&self, given: &Hash, definition: &Definition) -> Result<Vec<Function>, Failure> {
        let mut functions = Vec::with_capacity(given.len());
        for (name, spec) in given {
            let name = text(name);
            let label: Arc<str> = format!("function {}[{name}]", self.label).into();
            let spec = if let Value::Hash(_) = spec {
                spec.clone()
            } else {
                mismatch::assert_instance(&label, &shapes()?.function_type, spec)?;
                Value::record([("type", spec.clone())])
            };
            mismatch::assert_instance(&format!("initializer for function '{name}'"), &shapes()?.function, &spec)?;
            let function = Function { member: member(name, label, &spec) };
            if definition.attributes.iter().any(|attribute| attribute.member.name == function.member.name) {
                let label = &function.member.label;
                return Err(Failure::argument(format!("{label} conflicts with attribute with the same name")));
            }
            self.check_inherited(Found::Function(&function))?;
            functions.push(function);
        }
        Ok(functions)
    }

    /// Whether a member may stand where the parent has one of its name.
    fn check_inherited(&self, found: Found<'_>) -> Result<(), Failure> {
        let member = found.member();
        let inherited = self.parent.as_ref().and_then(|parent| parent.member(&member.name));
        match (inherited, found) {
            (None, found) if member.overrides => {
                let what = if matches!(found, Found::Attribute(_)) { "attribute" } else { "function" };
                Err(Failure::argument(format!(
                    "expected {} to override an inherited {what}, but no such {what} was found",
                    member.label
                )))
            }
            (None, _) => Ok(()),
            (Some(Found::Attribute(over)), Found::Attribute(own)) => {
                check_override(&over.member, over.is_constant(), member, own.is_constant())
            }
            (Some(Found::Function(over)), Found::Function(_)) => check_override(&over.member, false, member, false),
            (Some(over), _) => {
                let over = &over.member().label;
                Err(Failure::argument(format!("{} attempts to override {over}", member.label)))
            }
        }
    }

    fn check_equality(&self, definition: &Definition) -> Result<(), Failure> {
        let names = definition.equality.as_deref().unwrap_or_default();
        if !names.is_empty() && !definition.equality_include_type {
            return Err(Failure::argument(
                "equality_include_type = false cannot be combined with non empty equality specification",
            ));
        }
        for name in names {
            self.check_equality_of(name, definition)?;
        }
        Ok(())
    }

    fn check_equality_of(&self, name: &Arc<str>, definition: &Definition) -> Result<(), Failure> {
        let label = self.label;
        let inherited = self.parent.as_ref().and_then(|parent| parent.member(name));
        let attribute = definition.attributes.iter().find(|attribute| attribute.member.name == *name);
        let function = definition.functions.iter().find(|function| function.member.name == *name);
        let found = inherited.or(attribute.map(Found::Attribute)).or(function.map(Found::Function));
        if let (Some(Found::Attribute(inherited)), Some(parent)) = (inherited, &self.parent)
            && parent.equality_attributes().contains(&&**name)
        {
            let mut definer = parent;
            while let Some(next) = definer.parent().filter(|next| next.equality_attributes().contains(&&**name)) {
                definer = next;
            }
            return Err(Failure::argument(format!(
                "{label} equality is referencing {} which is included in equality of {}",
                inherited.member.label,
                definer.label()
            )));
        }
        match found {
            None => Err(Failure::argument(format!("{label} equality is referencing non existent attribute '{name}'"))),
            Some(Found::Function(function)) => Err(Failure::argument(format!(
                "{label} equality is referencing {}. Only attribute references are allowed",
                function.member.label
            ))),
            Some(Found::Attribute(attribute)) if attribute.is_constant() => Err(Failure::argument(format!(
                "{label} equality is referencing constant {}. Reference to constant is not allowed in equality",
                attribute.member.label
            ))),
            Some(Found::Attribute(_)) => Ok(()),
        }
    }
}

fn check_override(over: &Member, over_constant: bool, member: &Member, constant: bool) -> Result<(), Failure> {
    let (own, label) = (&member.label, &over.label);
    let refused = if over.is_final && !(over_constant && constant) {
        format!("{own} attempts to override final {label}")
    } else if !member.overrides {
        format!("{own} attempts to override {label} without having override => true")
    } else if !crate::types::is_assignable(&over.of, &member.of) {
        format!("{own} attempts to override {label} with a type that does not match")
    } else {
        return Ok(());
    };
    Err(Failure::argument(refused))
}

fn member(name: Arc<str>, label: Arc<str>, spec: &Value) -> Member {
    let is_set = |key: &str| spec.get(key).is_some_and(Value::is_truthy);
    Member {
        name,
        label,
        of: spec.get("type").and_then(Value::as_type).cloned().unwrap_or(Type::Any),
        overrides: is_set("override"),
        is_final: is_set("final"),
        annotations: spec.get("annotations").filter(|annotations| !annotations.is_undef()).cloned(),
    }
}

fn entries<'a>(hash: &'a Value, key: &str) -> &'a Hash {
    static NONE: LazyLock<Hash> = LazyLock::new(Hash::default);
    hash.get(key).and_then(Value::as_hash).unwrap_or(&NONE)
}

fn text(name: &Value) -> Arc<str> {
    match name {
        Value::String(name) => name.letters().clone(),
        other => crate::format::to_text(other).into(),
    }
}
