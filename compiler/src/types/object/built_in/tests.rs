use super::{DEFINITIONS, built_in, pcore_name};
use crate::types::Type;

#[test]
fn every_definition_can_be_read() {
    let names = DEFINITIONS.lines().filter_map(|line| line.strip_prefix("type ")?.split(' ').next());
    for name in names {
        match built_in(name) {
            Some(Type::Object(Some(object))) => assert!(object.definition().is_some(), "{name}"),
            Some(Type::Alias(alias)) => assert!(alias.target.get().is_some(), "{name}"),
            other => panic!("{name} is {other:?}"),
        }
    }
}

#[test]
fn types_are_instances_of_the_types_of_types() {
    for of in [Type::Any, Type::Undef, Type::Integer(crate::types::Bounds::NONE), Type::Data, Type::Class(None)] {
        let named = built_in(pcore_name(&of)).expect("the type of a type is built in");
        assert!(crate::types::is_instance(&named, &crate::value::Value::Type(of.clone())), "{of}");
    }
}
