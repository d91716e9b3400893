use super::{lex, lex_epp};
use crate::limits::Limits;
use crate::source::Source;
use crate::token::Token;

fn tokens(text: &str) -> Vec<String> {
    let source = Source::new("", text);
    let lexed = lex(&source, false, &Limits::default());
    assert!(lexed.error.is_none(), "{:?}", lexed.error);
    lexed.tokens.iter().map(|token| format!("{} {}", token.kind.name(), token.text()).trim().to_owned()).collect()
}

fn error(text: &str) -> String {
    let source = Source::new("", text);
    lex(&source, false, &Limits::default()).error.expect("the text is wrong").render(&source)
}

#[test]
fn white_space_decides_about_brackets() {
    assert_eq!(tokens("$a[$b [1]]")[..4], ["VARIABLE a", "LBRACK [", "VARIABLE b", "LISTSTART ["]);
    assert_eq!(tokens("a(\n(")[1..3], ["LPAREN (", "WSLPAREN ("]);
    assert_eq!(tokens("? { {")[1..3], ["SELBRACE {", "LBRACE {"]);
}

#[test]
fn names_before_a_closing_brace_a_dot_or_a_bracket_are_variables() {
    assert_eq!(tokens("\"${if}\""), ["DQPRE", "VARIABLE if", "DQPOST", "END"]);
    assert_eq!(tokens("\"${a.b}\"")[1], "VARIABLE a");
    assert_eq!(tokens("\"${a + b}\"")[1], "NAME a");
}

#[test]
fn plan_is_a_keyword_only_in_scripts() {
    let source = Source::new("", "plan");
    assert_eq!(lex(&source, false, &Limits::default()).tokens[0].kind.name(), "NAME");
    assert_eq!(lex(&source, true, &Limits::default()).tokens[0].kind.name(), "PLAN");
}

#[test]
fn tokens_of_heredocs_stand_where_the_source_has_them() {
    let source = Source::new("", "$a = @(\"END\")\n    one\n      ${two}\n    | END\n");
    let lexed = lex(&source, false, &Limits::default());
    let two = lexed.tokens.iter().find(|token| token.text() == "two").expect("the variable is a token");
    let at = source.position(two.span.start);
    assert_eq!((at.line, at.column), (3, 9));
    assert_eq!(source.slice(two.span), "two");
}

#[test]
fn two_heredocs_of_a_line_follow_one_another() {
    let texts = tokens("[@(A), @(B)]\na\nA\nb\nB\n");
    assert!(texts.contains(&"STRING a".to_owned()) && texts.contains(&"STRING b".to_owned()), "{texts:?}");
}

#[test]
fn escapes_that_mean_nothing_warn() {
    let source = Source::new("", r#""\q""#);
    let lexed = lex(&source, false, &Limits::default());
    assert_eq!(lexed.warnings.len(), 1);
    assert_eq!(lexed.warnings[0].message, "Unrecognized escape sequence '\\q'");
    assert_eq!(lexed.tokens[0].text(), "\\q");
}

#[test]
fn code_points_beyond_unicode_are_refused() {
    assert!(error(r#""\u{110000}""#).starts_with("Unicode escape '\\u' was not followed by"));
    assert!(error(r#""\ud800""#).starts_with("Unicode escape '\\u' was not followed by"));
}

#[test]
fn a_byte_order_mark_is_refused() {
    assert_eq!(
        error("\u{feff}$a = 1"),
        "Illegal UTF-8 Byte Order mark at beginning of input: [EF BB BF] - remove these from the puppet source"
    );
}

#[test]
fn a_template_trims_where_its_tags_say_so() {
    let source = Source::new("", "a \n  <%- $x -%>  \nb<%= 1 %>");
    let lexed = lex_epp(&source, false, &Limits::default());
    let texts: Vec<&str> = lexed.tokens.iter().filter(|t| t.kind.name() == "RENDER_STRING").map(Token::text).collect();
    assert_eq!(texts, ["a \n", "b"]);
}
