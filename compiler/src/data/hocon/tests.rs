use crate::data;
use crate::value::Value;

fn read(text: &str) -> Result<Value, String> {
    data::hocon(text, &|name| (name == "HOME").then(|| "/root".to_owned()))
}

/// Texts and what the Ruby library makes of them, as JSON; an error begins with `!`.
const RECORDED: &str = include_str!("recorded.txt");

#[test]
fn texts_are_read_as_the_library_does() {
    let mut unlike = Vec::new();
    for case in RECORDED.split("\n%%\n") {
        let (text, expected) = case.rsplit_once("\n=> ").expect("a case has an outcome");
        let expected = expected.trim_end();
        let read = read(text);
        let fits = match (&read, expected.strip_prefix('!')) {
            (Ok(value), None) => value == &data::json(expected).expect("the outcome is JSON"),
            (Err(message), Some(expected)) => message == expected,
            _ => false,
        };
        if !fits {
            unlike.push(format!("{text}\n-- library: {expected}\n-- here: {read:?}\n"));
        }
    }
    assert!(unlike.is_empty(), "{} differ\n{}", unlike.len(), unlike.join("\n"));
}

#[test]
fn keys_of_a_later_object_come_first() {
    let keys = |text: &str| match read(text).unwrap().get("a").cloned() {
        Some(Value::Hash(entries)) => entries.keys().map(crate::format::to_text).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(keys("a { b : 1, c : 2 }\na { d : 3, b : 4 }"), ["d", "b", "c"]);
}

#[test]
fn what_the_library_cannot_do_itself_is_done() {
    assert_eq!(read("x { a = 1 }\ny = ${x}\ny.b = 2\nz = ${y.b}").unwrap().get("z"), Some(&Value::Integer(2)));
    let merged = read("a.b = ${c}\nc = {d : 1}\na.b = {e : 2}").unwrap();
    assert_eq!(merged.get("a"), Some(&data::json(r#"{"b": {"e": 2, "d": 1}}"#).unwrap()));
}

#[test]
fn a_text_cannot_grow_or_nest_without_end() {
    let level = |n: usize| format!("a{} = [${{a{n}}}, ${{a{n}}}, ${{a{n}}}]", n + 1);
    let bomb: Vec<String> = (0..40).map(level).chain(["a0 = [x]".to_owned()]).collect();
    assert!(read(&bomb.join("\n")).unwrap_err().contains("more than 5000000 values"));
    assert!(read(&format!("a = {}", "[".repeat(100_000))).unwrap_err().contains("nested deeper than 256 levels"));
    let chain: Vec<String> = (0..1000).map(|n| format!("a{n} = ${{a{}}}", n + 1)).collect();
    assert!(read(&chain.join("\n")).unwrap_err().contains("nested deeper than 256 levels"));
}

#[test]
fn cycles_are_refused() {
    for text in ["a = ${a}", "a = ${b}\nb = ${a}", "a { b = ${a} }"] {
        let message = read(text).unwrap_err();
        assert!(message.contains("was part of a cycle of substitutions"), "{message}");
    }
}
