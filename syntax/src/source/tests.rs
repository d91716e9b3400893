use super::{Position, Source, Span};

#[test]
fn columns_count_characters_from_one() {
    let source = Source::new("", "a\n\u{e9}b\n");
    assert_eq!(source.position(0), Position { line: 1, column: 1 });
    assert_eq!(source.position(4), Position { line: 2, column: 2 });
    assert_eq!(source.position(6), Position { line: 3, column: 1 });
    assert_eq!(source.slice(Span::new(2, 5)), "\u{e9}b");
}
