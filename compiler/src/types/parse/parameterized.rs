//! Types with parameters in type expressions.

use std::sync::Arc;

use crate::error::Failure;
use crate::types::construct::{self, is_range_parameter};
use crate::types::object::Extension;
use crate::types::parse::syntax::Node;
use crate::types::parse::{Interpreter, built_in};
use crate::types::{Bounds, Type};
use crate::value::Value;

impl Interpreter<'_> {
    /// `Name[parameters]`
    pub(super) fn parameterized(
        &mut self,
        name: &str,
        parameters: &[Value],
        left: &Node,
        node: &Node,
    ) -> Result<Type, Failure> {
        let count = parameters.len();
        let lower = name.to_lowercase();
        let exactly = |label: &str, wanted: usize| {
            if count == wanted { Ok(()) } else { Err(wrong_count(label, &wanted.to_string(), count)) }
        };
        let at_least_one = |label: &str| if count >= 1 { Ok(()) } else { Err(wrong_count(label, "1 or more", count)) };
        let of = |index: usize| self.type_at(parameters, index, node);
        let size = |from: usize| self.size(&parameters[from..], node);
        let parameter = |index: usize| parameters.get(index).cloned().unwrap_or(Value::Undef);
        Ok(match lower.as_str() {
            "array" => match count {
                1 => Type::array(of(0)?, Bounds::NONE),
                2 if matches!(parameters[0], Value::Type(_)) => Type::array(of(0)?, size(1)?),
                // `default` stands for the element, and is taken for what it is.
                2 => Type::array(Type::Default, size(0)?),
                3 => Type::array(of(0)?, size(1)?),
                _ => return Err(wrong_count("Array", "1 to 3", count)),
            },
            "hash" => match count {
                2 if matches!((&parameters[0], &parameters[1]), (Value::Type(_), Value::Type(_))) => {
                    Type::hash(of(0)?, of(1)?, Bounds::NONE)
                }
                2 => Type::hash(Type::Default, Type::Default, size(0)?),
                3 | 4 => {
                    let size = size(2)?;
                    Type::hash(of(0)?, of(1)?, size)
                }
                _ => return Err(wrong_count("Hash", "2 to 4", count)),
            },
            "collection" => match count {
                1 | 2 => Type::Collection(size(0)?.size()),
                _ => return Err(wrong_count("Collection", "1 to 2", count)),
            },
            "string" => match count {
                1 | 2 => Type::String(size(0)?.size()),
                _ => return Err(wrong_count("String", "1 to 2", count)),
            },
            "class" => {
                exactly("Class", 1)?;
                match &parameters[0] {
                    Value::String(name) => Type::class(name),
                    _ => return Err(self.invalid(node)),
                }
            }
            "resource" => return self.resource(parameters, node),
            "regexp" => {
                exactly("Regexp", 1)?;
                construct::regexp(&parameters[0])?
            }
            "enum" => {
                let case_insensitive = matches!(parameters.last(), Some(Value::Boolean(true)));
                let flag = usize::from(matches!(parameters.last(), Some(Value::Boolean(_))));
                let texts = &parameters[..count - flag];
                if texts.is_empty() {
                    return Err(wrong_count("Enum", "1 or more", 0));
                }
                let texts: Option<Vec<Arc<str>>> = texts
                    .iter()
                    .map(|text| match text {
                        Value::String(text) => Some(text.letters().clone()),
                        _ => None,
                    })
                    .collect();
                let texts = texts.ok_or_else(|| Failure::argument("Enum parameters must be identifiers or strings"))?;
                Type::enumeration(texts, case_insensitive)
            }
            "pattern" => {
                at_least_one("Pattern")?;
                construct::pattern(parameters)?
            }
            "uri" => {
                exactly("URI", 1)?;
                construct::uri(&parameters[0])
            }
            "variant" => {
                at_least_one("Variant")?;
                Type::variant((0..count).map(of).collect::<Result<Vec<_>, _>>()?)
            }
            "tuple" => {
                at_least_one("Tuple")?;
                construct::tuple(parameters)?
            }
            "callable" => {
                if count > 1 && matches!(parameters[0], Value::Array(_)) && count != 2 {
                    return Err(wrong_count("callable", "2 when first parameter is an array", count));
                }
                construct::callable(parameters)?
            }
            "struct" => {
                exactly("Struct", 1)?;
                match &parameters[0] {
                    Value::Hash(members) => construct::structure(members)?,
                    _ => return Err(self.invalid(node)),
                }
            }
            "boolean" => {
                exactly("Boolean", 1)?;
                match parameters[0] {
                    Value::Boolean(truth) => Type::Boolean(Some(truth)),
                    _ => return Err(Failure::argument("Boolean parameter must be true or false")),
                }
            }
            "integer" => match (count, &parameters[..count.min(1)]) {
                (1, [Value::Integer(_) | Value::Default]) | (2, _) => construct::integer(parameters)?,
                (1, _) => return Err(self.invalid(node)),
                _ => return Err(wrong_count("Integer", "1 or 2", count)),
            },
            "float" => match (count, &parameters[..count.min(1)]) {
                (1, [Value::Integer(_) | Value::Float(_) | Value::Default]) | (2, _) => construct::float(parameters)?,
                (1, _) => return Err(self.invalid(node)),
                _ => return Err(wrong_count("Float", "1 or 2", count)),
            },
            "object" => {
                exactly("Object", 1)?;
                construct::object(&parameters[0])?
            }
            "typeset" => {
                exactly("Object", 1)?;
                construct::type_set(&parameters[0])?
            }
            "init" => {
                let of = of(0)?;
                construct::init(of, parameters[1..].to_vec())
            }
            "iterable" => {
                exactly("Iterable", 1)?;
                Type::Iterable(Some(Arc::new(of(0)?)))
            }
            "iterator" => {
                exactly("Iterator", 1)?;
                Type::Iterator(Some(Arc::new(of(0)?)))
            }
            "sensitive" => match count {
                0 => Type::Sensitive(None),
                1 => crate::types::infer::sensitive(&of(0)?),
                _ => return Err(wrong_count("Sensitive", "0 to 1", count)),
            },
            "optional" => {
                exactly("Optional", 1)?;
                Type::optional(self.type_or_text(&parameters[0], node)?)
            }
            "notundef" => match count {
                0 => Type::NotUndef(None),
                1 => construct::not_undef(self.type_or_text(&parameters[0], node)?),
                _ => return Err(wrong_count("NotUndef", "0 to 1", count)),
            },
            "type" => {
                exactly("Type", 1)?;
                Type::Type(Some(Arc::new(of(0)?)))
            }
            "runtime" => {
                exactly("Runtime", 2)?;
                construct::runtime(&parameters[0], &parameters[1])?
            }
            "timespan" => match count {
                0..=2 => construct::timespan(&parameter(0), &parameter(1))?,
                _ => return Err(wrong_count("Timespan", "0 to 2", count)),
            },
            "timestamp" => match count {
                0..=2 => construct::timestamp(&parameter(0), &parameter(1))?,
                _ => return Err(wrong_count("Timestamp", "0 to 2", count)),
            },
            "semver" => {
                at_least_one("SemVer")?;
                construct::semver(parameters)?
            }
            _ if built_in(&lower).is_some() => return Err(self.unparameterized(left)),
            _ => return self.named(name, parameters, left, node),
        })
    }

    fn named(&mut self, name: &str, parameters: &[Value], left: &Node, node: &Node) -> Result<Type, Failure> {
        let found = match self.resolver.named(name)? {
            Some(found) => Some(found),
            None if self.resolver.is_resource_type(name) => Some(Type::resource(Some(name), None)),
            None => None,
        };
        match found {
            None => Ok(Type::Reference(self.slice(node).into())),
            Some(Type::Resource(resource)) => match parameters {
                [Value::String(title)] => Ok(Type::resource(resource.type_name.as_deref(), Some(title))),
                _ => Err(wrong_count(name, "1", parameters.len())),
            },
            Some(Type::Object(Some(object))) => {
                Extension::new(&object, parameters).map(|extension| Type::ObjectExtension(Arc::new(extension)))
            }
            Some(_) => Err(self.unparameterized(left)),
        }
    }

    fn resource(&mut self, parameters: &[Value], node: &Node) -> Result<Type, Failure> {
        let title = match parameters.get(1) {
            None => None,
            Some(Value::String(title)) => Some(&**title),
            Some(_) => return Err(self.invalid(node)),
        };
        if parameters.is_empty() || parameters.len() > 2 {
            return Err(wrong_count("Resource", "1 or 2", parameters.len()));
        }
        match &parameters[0] {
            Value::Type(Type::Resource(resource)) => Ok(Type::resource(resource.type_name.as_deref(), title)),
            Value::Type(Type::Reference(name)) => match name.split_once('[') {
                None => Ok(Type::resource(Some(name), title)),
                Some((type_name, title)) => {
                    let title = title.trim_end_matches(']').trim().trim_matches(['\'', '"']);
                    Ok(Type::resource(Some(type_name), Some(title)))
                }
            },
            Value::String(name) => construct::resource(name, title),
            _ => Err(self.invalid(node)),
        }
    }

    fn type_at(&self, parameters: &[Value], index: usize, node: &Node) -> Result<Type, Failure> {
        match parameters.get(index) {
            Some(Value::Type(of)) => Ok(of.clone()),
            _ => Err(self.invalid(node)),
        }
    }

    fn type_or_text(&self, parameter: &Value, node: &Node) -> Result<Type, Failure> {
        match parameter {
            Value::Type(of) => Ok(of.clone()),
            Value::String(text) => Ok(Type::Text(text.letters().clone())),
            _ => Err(self.invalid(node)),
        }
    }

    /// One or two bounds, or an Integer type.
    fn size(&self, parameters: &[Value], node: &Node) -> Result<Bounds<i64>, Failure> {
        match parameters {
            [Value::Type(Type::Integer(bounds))] => Ok(bounds.size()),
            [from] if is_range_parameter(from) => construct::range(from, &Value::Default).map(|size| size.size()),
            [from, to] if is_range_parameter(from) && is_range_parameter(to) => {
                construct::range(from, to).map(|size| size.size())
            }
            _ => Err(self.invalid(node)),
        }
    }

    fn unparameterized(&self, left: &Node) -> Failure {
        Failure::argument(format!("Not a parameterized type <{}>", self.slice(left)))
    }
}

fn wrong_count(label: &str, wanted: &str, given: usize) -> Failure {
    Failure::argument(format!(
        "Invalid number of type parameters specified: {label} requires {wanted}, {given} provided"
    ))
}
