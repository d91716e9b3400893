use super::*;
use crate::types::parse;

fn made(of: &str, arguments: &[Value]) -> String {
    let to = parse::text(of, &mut parse::BuiltIn).unwrap();
    new(&to, arguments).map_or_else(|failure| failure.message, |value| crate::format::inspect(&value))
}

#[test]
fn numbers_are_read() {
    assert_eq!(made("Integer", &["0x1F".into()]), "31");
    assert_eq!(made("Integer", &["11".into(), 2.into()]), "3");
    assert_eq!(made("Integer", &["ff".into(), 16.into()]), "'new' The string 'ff' cannot be converted to Integer");
    assert_eq!(made("Integer", &["- 3".into()]), "-3");
    assert_eq!(made("Float", &["1.5e-3".into()]), "0.0015");
    assert_eq!(made("Numeric", &["0x1A".into()]), "26");
    assert_eq!(
        made("Integer[5]", &["3".into()]),
        "Converted value from Integer[5].new() has wrong type, expects an Integer[5] value, got Integer[3, 3]"
    );
}

#[test]
fn lists_and_hashes_are_made() {
    assert_eq!(made("Array", &["ab".into()]), "['a', 'b']");
    assert_eq!(made("Array", &[Value::Undef]), "'new_array' Value of type Undef cannot be converted to Array");
    assert_eq!(made("Hash", &[Value::array(vec!["a".into(), 1.into()])]), "{'a' => 1}");
    assert_eq!(made("Any", &[]), "Creation of new instance of type 'Any' is not supported");
}

#[test]
fn versions_and_times_are_made() {
    assert_eq!(crate::format::to_text(&new(&Type::SemVerRange, &["^2.1.0".into()]).unwrap()), "^2.1.0");
    let to = parse::text("SemVer", &mut parse::BuiltIn).unwrap();
    assert_eq!(
        crate::format::to_text(&new(&to, &[1.into(), 2.into(), 3.into(), "rc.1".into()]).unwrap()),
        "1.2.3-rc.1"
    );
    let to = parse::text("Deferred", &mut parse::BuiltIn).unwrap();
    let deferred = new(&to, &["f".into()]).unwrap();
    assert_eq!(crate::format::to_text(&deferred), "Deferred({'name' => 'f'})");
}
