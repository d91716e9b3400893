use syntax::ast::BinaryOp;

use super::*;

fn calculate(op: BinaryOp, left: impl Into<Value>, right: impl Into<Value>) -> Result<Value, String> {
    arithmetic(op, &left.into(), &right.into(), &mut Vec::new()).map_err(|failure| failure.message)
}

#[test]
fn integers_divide_downwards() {
    assert_eq!(calculate(BinaryOp::Divide, -7, 2), Ok(Value::Integer(-4)));
    assert_eq!(calculate(BinaryOp::Modulo, -7, 3), Ok(Value::Integer(2)));
    assert_eq!(calculate(BinaryOp::Divide, 1, 0), Err("Division by 0".to_owned()));
    assert_eq!(
        calculate(BinaryOp::Add, i64::MAX, 1),
        Err("A '+' expression resulted in a value outside of Puppet Integer max range, got '+0x8000000000000000'"
            .to_owned())
    );
}

#[test]
fn strings_are_read_as_numbers_and_noted() {
    let mut coerced = Vec::new();
    let sum = arithmetic(BinaryOp::Add, &Value::from("0x1f"), &Value::from("1e2"), &mut coerced).unwrap();
    assert_eq!(sum, Value::Float(131.0));
    assert_eq!(coerced[1].message(), "The string '1e2' was automatically coerced to the numerical value 100.0");
    assert_eq!(calculate(BinaryOp::Add, "010", 0), Ok(Value::Integer(8)));
    assert_eq!(calculate(BinaryOp::Add, "a", 1), Err("The value 'a' cannot be converted to Numeric.".to_owned()));
    for not in ["", "08", "1.", ".5", "1e", "0e1", "1_0", "x1", "1 2"] {
        assert!(number(not).is_none(), "{not}");
    }
}

#[test]
fn equality_folds_the_case_of_ascii() {
    assert!(equals(&"abc".into(), &"ABC".into()));
    assert!(!equals(&"é".into(), &"É".into()));
    assert!(equals(&Value::Integer(1), &Value::Float(1.0)));
    assert!(!equals(&Value::record([("A", Value::Integer(1))]), &Value::record([("a", Value::Integer(1))])));
    assert!(!equals(&Value::Integer(9_007_199_254_740_993), &Value::Float(9_007_199_254_740_992.0)));
}

#[test]
fn collections_grow_and_shrink() {
    let list = |items: &[i64]| Value::array(items.iter().copied().map(Value::Integer).collect());
    assert_eq!(arithmetic(BinaryOp::Subtract, &list(&[1, 2, 1]), &1.into(), &mut vec![]).unwrap(), list(&[2]));
    assert_eq!(arithmetic(BinaryOp::Add, &list(&[1]), &list(&[2]), &mut vec![]).unwrap(), list(&[1, 2]));
    let joined = arithmetic(
        BinaryOp::Add,
        &Value::record([("a", 1.into())]),
        &Value::array(vec!["b".into(), 2.into()]),
        &mut vec![],
    );
    assert_eq!(joined.unwrap(), Value::record([("a", 1.into()), ("b", 2.into())]));
}
