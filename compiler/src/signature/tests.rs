use super::*;

static JOIN: Dispatches =
    Dispatches::new(&[Declared::new(&[required("arg", "Array"), optional("delimiter", "String")])]);
static TWO: Dispatches = Dispatches::new(&[
    Declared::new(&[required("a", "Integer")]),
    Declared::new(&[required("a", "String"), repeated("rest", "Boolean")]),
]);

fn text(dispatches: &Dispatches, name: &str, arguments: &[Value]) -> String {
    dispatches.select(name, arguments, None).map_or_else(|failure| failure.message, |index| index.to_string())
}

#[test]
fn the_first_that_fits_is_taken() {
    assert_eq!(text(&JOIN, "join", &[Value::array(vec![])]), "0");
    assert_eq!(text(&TWO, "f", &["a".into(), true.into(), false.into()]), "1");
}

#[test]
fn mismatches_read_as_in_the_original() {
    let hash = Value::record([("a", Value::Integer(1))]);
    assert_eq!(text(&JOIN, "join", &[hash]), "'join' parameter 'arg' expects an Array value, got Struct");
    assert_eq!(text(&JOIN, "join", &[]), "'join' expects between 1 and 2 arguments, got none");
    assert_eq!(
        text(&TWO, "f", &["a".into(), 1.into()]),
        "The function 'f' was called with arguments it does not accept. It expects one of:\n  (Integer a)\n    rejected: expects 1 argument, got 2\n  (String a, Boolean rest*)\n    rejected: parameter 'rest' expects a Boolean value, got Integer"
    );
}

#[test]
fn parameters_of_classes_are_checked_together() {
    let integer = |name: &str| Parameter { name: name.into(), of: Type::Integer(Bounds::NONE), required: true };
    let given = [(Arc::from("n"), Value::from("x")), (Arc::from("c"), Value::from(1))];
    let failure = check_parameters("Class[K]", &[integer("n"), integer("m")], &given, &[], false).unwrap_err();
    assert_eq!(
        failure.message,
        "Class[K]:\n  has no parameter named 'c'\n  parameter 'n' expects an Integer value, got String\n  expects a value for parameter 'm'"
    );
}
