//! From the text of a Puppetfile to its statements: one function for each production.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::error::{Error, Kind, Place};
use super::literal;
use super::tree::{Expression, Node, Part, Statement};
use super::value::Value;

/// The variables and constants that were given a value further up.
pub(super) type Known = BTreeSet<String>;

/// The statements up to the first that cannot be read, and why that one cannot.
pub(super) struct Program {
    pub(super) statements: Vec<Statement>,
    pub(super) broken: Option<Error>,
}

pub(super) fn parse(text: &str) -> Program {
    let mut cursor = Cursor::new(text);
    let (mut known, mut statements) = (Known::new(), Vec::new());
    let broken = loop {
        match next_statement(&mut cursor, &mut known) {
            Ok(Some(statement)) => statements.push(statement),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    Program { statements, broken }
}

fn next_statement(cursor: &mut Cursor, known: &mut Known) -> Result<Option<Statement>, Error> {
    loop {
        cursor.skip_lines()?;
        if !cursor.eat(";") {
            break;
        }
    }
    if cursor.peek().is_none() || ends_here(cursor) {
        return Ok(None);
    }
    let statement = statement(cursor, known)?;
    cursor.skip_blanks();
    match cursor.peek() {
        None | Some('\n' | ';' | '#') => Ok(Some(statement)),
        Some(_) => Err(beyond(cursor)),
    }
}

/// `__END__` on a line of its own.
fn ends_here(cursor: &Cursor) -> bool {
    let after = cursor.rest().strip_prefix("__END__");
    cursor.at_line_start() && after.is_some_and(|after| after.is_empty() || after.starts_with(['\n', '\r']))
}

/// What may stand after a whole expression in Ruby, and not here.
fn beyond(cursor: &Cursor) -> Error {
    let place = cursor.place();
    let word: String = cursor.rest().chars().take_while(char::is_ascii_lowercase).collect();
    if matches!(word.as_str(), "if" | "unless" | "while" | "until" | "rescue" | "and" | "or" | "do") {
        return Cursor::logic(&format!("`{word}`"), place);
    }
    let operators =
        ["||=", "&&=", "**", "||", "&&", "<=>", "==", "!=", "=~", "!~", "<<", ">>", "<=", ">=", "+=", "-=", "&.", "::"];
    let operator = operators.iter().find(|operator| cursor.rest().starts_with(**operator));
    match (operator, cursor.peek()) {
        (Some(operator), _) => Cursor::logic(&format!("`{operator}`"), place),
        (None, Some(c @ ('*' | '/' | '%' | '?' | '<' | '>' | '-' | '{' | '|' | '&' | '.'))) => {
            Cursor::logic(&format!("`{c}`"), place)
        }
        (None, _) => cursor.unexpected(),
    }
}

fn statement(cursor: &mut Cursor, known: &mut Known) -> Result<Statement, Error> {
    let place = cursor.place();
    let mut ahead = Ahead::new(cursor);
    let Some(name) = ahead.name() else { return Ok(Statement::Expression(expression(cursor, known)?)) };
    let after = ahead.after_blanks();
    let assigns =
        after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=~") && !after.starts_with("=>");
    if assigns && !is_keyword(name) {
        let name = name.to_owned();
        cursor.skip(name.len());
        cursor.skip_blanks();
        cursor.eat("=");
        // The name is known in its own value already, where it is nil.
        known.insert(name.clone());
        cursor.skip_lines()?;
        let value = expression(cursor, known)?;
        cursor.skip_blanks();
        if cursor.peek() == Some(',') {
            return Err(Cursor::logic("an assignment of several values", cursor.place()));
        }
        return Ok(Statement::Assignment { name, value });
    }
    let compound = ["||=", "&&=", "+=", "-=", "*=", ","].iter().find(|operator| after.starts_with(**operator));
    if let Some(operator) = compound {
        cursor.skip(name.len());
        cursor.skip_blanks();
        return Err(Cursor::logic(&format!("an assignment with `{operator}`"), cursor.place()));
    }
    if matches!(name, "forge" | "moduledir" | "mod") && !known.contains(name) {
        let name = name.to_owned();
        cursor.skip(name.len());
        return Ok(Statement::Call { arguments: arguments(cursor, known)?, name, place });
    }
    Ok(Statement::Expression(expression(cursor, known)?))
}

/// What a call is given: in parentheses, or up to the end of the line.
fn arguments(cursor: &mut Cursor, known: &Known) -> Result<Vec<Expression>, Error> {
    if cursor.eat("(") {
        cursor.skip_lines()?;
        if cursor.eat(")") {
            return Ok(Vec::new());
        }
        return list(cursor, known, Some(')'));
    }
    let blanks = cursor.skip_blanks();
    match cursor.peek() {
        None | Some('\n' | ';' | '#') => Ok(Vec::new()),
        Some('{') => Err(Cursor::logic("a block", cursor.place())),
        Some('=' | '.') => Err(beyond(cursor)),
        Some(c) if !blanks && !matches!(c, '"' | '\'' | ':') => Err(beyond(cursor)),
        Some(_) => list(cursor, known, None),
    }
}

/// Values, then pairs, which make one hash. With `close` it may span lines, else a comma at the
/// end of a line carries it on.
fn list(cursor: &mut Cursor, known: &Known, close: Option<char>) -> Result<Vec<Expression>, Error> {
    let (mut items, mut pairs) = (Vec::new(), Vec::new());
    let mut pairs_at = None;
    loop {
        let place = cursor.place();
        match item(cursor, known)? {
            Item::Value(_) if pairs_at.is_some() => {
                return Err(Error::new(Kind::Syntax, "syntax error, unexpected value after the options", place));
            }
            Item::Value(value) => items.push(value),
            Item::Pair(key, value) => {
                pairs_at.get_or_insert(place);
                pairs.push((key, value));
            }
        }
        cursor.skip_blanks();
        let more = cursor.eat(",");
        // Before a comma the line may not end.
        if more || close.is_some() {
            cursor.skip_lines()?;
        }
        match close {
            Some(close) if cursor.peek() == Some(close) => {
                cursor.next();
                break;
            }
            None if !more => break,
            _ if more => {}
            _ => return Err(beyond(cursor)),
        }
    }
    items.extend(pairs_at.map(|place| Expression { node: Node::Hash(pairs), place }));
    Ok(items)
}

enum Item {
    Value(Expression),
    Pair(Expression, Expression),
}

fn item(cursor: &mut Cursor, known: &Known) -> Result<Item, Error> {
    let place = cursor.place();
    if cursor.rest().starts_with(['*', '&']) {
        return Err(Cursor::logic("an argument with `*` or `&`", place));
    }
    if let Some(label) = label(cursor) {
        let key = Expression { node: Node::Literal(Value::Symbol(label)), place };
        cursor.skip_lines()?;
        if matches!(cursor.peek(), None | Some(',' | ')' | '}')) {
            return Err(Cursor::logic("a key without a value", place));
        }
        return Ok(Item::Pair(key, expression(cursor, known)?));
    }
    let quoted = matches!(cursor.peek(), Some('"' | '\''));
    let key = expression(cursor, known)?;
    if quoted && cursor.peek() == Some(':') && cursor.second() != Some(':') {
        if let Node::Joined { parts, .. } = key.node {
            cursor.next();
            cursor.skip_lines()?;
            let key = Expression { node: Node::Joined { parts, symbol: true }, place };
            return Ok(Item::Pair(key, expression(cursor, known)?));
        }
        return Err(cursor.unexpected());
    }
    let mut ahead = Ahead::new(cursor);
    if !ahead.after_blanks().starts_with("=>") {
        return Ok(Item::Value(key));
    }
    cursor.skip_blanks();
    cursor.eat("=>");
    cursor.skip_lines()?;
    Ok(Item::Pair(key, expression(cursor, known)?))
}

/// `name:`, but neither `name::` nor `name :`.
fn label(cursor: &mut Cursor) -> Option<String> {
    let rest = cursor.rest();
    let name = Ahead::new(cursor).name()?;
    let name = &rest[..name.len() + usize::from(rest[name.len()..].starts_with(['?', '!']))];
    let after = &rest[name.len()..];
    if !after.starts_with(':') || after.starts_with("::") {
        return None;
    }
    cursor.skip(name.len() + 1);
    Some(name.to_owned())
}

/// What stands between `#{` and `}`.
pub(super) fn interpolation(cursor: &mut Cursor, known: &Known) -> Result<Expression, Error> {
    cursor.skip_lines()?;
    let place = cursor.place();
    if cursor.eat("}") {
        return Ok(Expression { node: Node::Literal(Value::Nil), place });
    }
    let inner = expression(cursor, known)?;
    cursor.skip_lines()?;
    if cursor.eat("}") { Ok(inner) } else { Err(beyond(cursor)) }
}

fn expression(cursor: &mut Cursor, known: &Known) -> Result<Expression, Error> {
    cursor.enter()?;
    let place = cursor.place();
    let mut left = operand(cursor, known)?;
    loop {
        let mut ahead = Ahead::new(cursor);
        let after = ahead.after_blanks();
        if !after.starts_with('+') || after.starts_with("+=") {
            break;
        }
        cursor.skip_blanks();
        cursor.eat("+");
        cursor.skip_lines()?;
        let right = operand(cursor, known)?;
        left = Expression { node: Node::Sum(Box::new(left), Box::new(right)), place };
    }
    cursor.leave();
    Ok(left)
}

/// A primary with what follows it directly: `[index]` and the few methods that change nothing.
fn operand(cursor: &mut Cursor, known: &Known) -> Result<Expression, Error> {
    let place = cursor.place();
    let mut value = Expression { node: primary(cursor, known)?, place };
    loop {
        if cursor.peek() == Some('[') {
            cursor.next();
            cursor.skip_lines()?;
            let at = expression(cursor, known)?;
            cursor.skip_lines()?;
            if !cursor.eat("]") {
                return Err(beyond(cursor));
            }
            value = Expression { node: Node::Index { of: Box::new(value), at: Box::new(at) }, place };
        } else if cursor.peek() == Some('.') && cursor.second() != Some('.') {
            let here = cursor.place();
            cursor.next();
            let name = cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '?' | '!'));
            let called = cursor.eat("()") || !cursor.rest().starts_with('(');
            match name {
                "freeze" | "dup" if called => {}
                "to_s" | "to_sym" if called => {
                    let symbol = name == "to_sym";
                    value = Expression { node: Node::Conversion { of: Box::new(value), symbol }, place };
                }
                "" => return Err(cursor.unexpected()),
                name => return Err(Cursor::logic(&format!("the method `.{name}`"), here)),
            }
        } else {
            return Ok(value);
        }
    }
}

fn primary(cursor: &mut Cursor, known: &Known) -> Result<Node, Error> {
    let place = cursor.place();
    let Some(c) = cursor.peek() else { return Err(cursor.unexpected()) };
    match c {
        '"' | '\'' => adjacent_texts(cursor, place, known),
        '%' => literal::percent(cursor, place, known),
        ':' if matches!(cursor.second(), Some('"' | '\'')) => {
            cursor.next();
            Ok(Node::Joined { parts: literal::text(cursor, place, known)?, symbol: true })
        }
        ':' => {
            cursor.next();
            let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_').to_owned();
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(cursor.unexpected());
            }
            let marked = cursor.rest().starts_with(['?', '!']) && !cursor.rest()[1..].starts_with('=');
            let mark = if marked { cursor.next() } else { None };
            Ok(Node::Literal(Value::Symbol(name.chars().chain(mark).collect())))
        }
        '0'..='9' => literal::number(cursor, place).map(Node::Literal),
        '-' if cursor.second().is_some_and(|c| c.is_ascii_digit()) => literal::number(cursor, place).map(Node::Literal),
        '[' => {
            cursor.next();
            Ok(Node::List(enclosed(cursor, known, ']')?))
        }
        '{' => {
            cursor.next();
            hash(cursor, known)
        }
        '(' => {
            cursor.next();
            cursor.skip_lines()?;
            let inner = expression(cursor, known)?;
            cursor.skip_lines()?;
            if cursor.eat(")") { Ok(inner.node) } else { Err(beyond(cursor)) }
        }
        '$' | '@' => variable(cursor, place),
        '`' | '/' | '?' | '!' | '<' | '~' | '-' if c != '<' || cursor.rest().starts_with("<<~") => {
            Err(Cursor::logic(&format!("`{c}`"), place))
        }
        c if c.is_alphabetic() || c == '_' => named(cursor, known),
        _ => Err(cursor.unexpected()),
    }
}

/// Texts that stand side by side are one.
fn adjacent_texts(cursor: &mut Cursor, place: Place, known: &Known) -> Result<Node, Error> {
    let mut parts: Vec<Part> = literal::text(cursor, place, known)?;
    while Ahead::new(cursor).after_blanks().starts_with(['"', '\'']) {
        cursor.skip_blanks();
        parts.extend(literal::text(cursor, place, known)?);
    }
    Ok(Node::Joined { parts, symbol: false })
}

fn enclosed(cursor: &mut Cursor, known: &Known, close: char) -> Result<Vec<Expression>, Error> {
    cursor.skip_lines()?;
    if cursor.peek() == Some(close) {
        cursor.next();
        return Ok(Vec::new());
    }
    list(cursor, known, Some(close))
}

fn hash(cursor: &mut Cursor, known: &Known) -> Result<Node, Error> {
    let place = cursor.place();
    let mut items = enclosed(cursor, known, '}')?;
    match (items.len(), items.pop()) {
        (0, _) => Ok(Node::Hash(Vec::new())),
        (1, Some(Expression { node: node @ Node::Hash(_), .. })) => Ok(node),
        _ => Err(Error::new(Kind::Syntax, "syntax error, unexpected value without a key in a hash", place)),
    }
}

fn variable(cursor: &mut Cursor, place: Place) -> Result<Node, Error> {
    let sigil = cursor.next();
    let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Cursor::logic("a special variable", place));
    }
    if cursor.rest().trim_start_matches([' ', '\t']).starts_with('=') {
        return Err(Cursor::logic("a global or instance variable", place));
    }
    Ok(Node::Variable(sigil.into_iter().chain(name.chars()).collect()))
}

fn named(cursor: &mut Cursor, known: &Known) -> Result<Node, Error> {
    let place = cursor.place();
    let name = Ahead::new(cursor).name().unwrap_or_default().to_owned();
    cursor.skip(name.len());
    let node = match name.as_str() {
        "nil" => Node::Literal(Value::Nil),
        "true" => Node::Literal(Value::Boolean(true)),
        "false" => Node::Literal(Value::Boolean(false)),
        name if known.contains(name) => Node::Variable(name.to_owned()),
        "end" | "then" | "else" | "elsif" | "when" | "in" | "ensure" | "do" => {
            return Err(Error::new(Kind::Syntax, format!("syntax error, unexpected `{name}'"), place));
        }
        name if is_keyword(name) => return Err(Cursor::logic(&format!("`{name}`"), place)),
        name if name.starts_with(char::is_uppercase) => return Err(constant(cursor, name, place)),
        name if RUBYS_OWN.contains(&name) => return Err(Cursor::logic(&format!("`{name}`"), place)),
        name => return Err(Error::declaration(format!("unrecognized declaration '{name}'"), place)),
    };
    Ok(node)
}

/// A constant that the Puppetfile did not set.
fn constant(cursor: &Cursor, name: &str, place: Place) -> Error {
    let used = cursor.rest().starts_with(['.', '[', '(']) || cursor.rest().starts_with("::");
    if used || name.starts_with("RUBY_") || matches!(name, "ENV" | "ARGV" | "DATA" | "STDIN" | "STDOUT" | "STDERR") {
        return Cursor::logic(&format!("`{name}`"), place);
    }
    Error::declaration(format!("uninitialized constant {name}"), place)
}

fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "BEGIN",
        "END",
        "__ENCODING__",
        "__FILE__",
        "__LINE__",
        "__dir__",
        "__method__",
        "alias",
        "and",
        "begin",
        "break",
        "case",
        "class",
        "def",
        "defined",
        "do",
        "else",
        "elsif",
        "end",
        "ensure",
        "false",
        "for",
        "if",
        "in",
        "module",
        "next",
        "nil",
        "not",
        "or",
        "redo",
        "rescue",
        "retry",
        "return",
        "self",
        "super",
        "then",
        "true",
        "undef",
        "unless",
        "until",
        "when",
        "while",
        "yield",
    ];
    KEYWORDS.contains(&name)
}

/// Methods that every object of Ruby has, so that they are not declarations that nobody knows.
const RUBYS_OWN: &[&str] = &[
    "abort",
    "at_exit",
    "autoload",
    "binding",
    "block_given",
    "caller",
    "catch",
    "class",
    "clone",
    "define_singleton_method",
    "display",
    "dup",
    "eval",
    "exec",
    "exit",
    "extend",
    "fail",
    "fork",
    "format",
    "freeze",
    "gem",
    "gets",
    "global_variables",
    "hash",
    "inspect",
    "instance_eval",
    "instance_exec",
    "instance_variable_get",
    "instance_variable_set",
    "itself",
    "lambda",
    "load",
    "local_variables",
    "loop",
    "method",
    "methods",
    "object_id",
    "open",
    "p",
    "pp",
    "print",
    "printf",
    "proc",
    "public_send",
    "putc",
    "puts",
    "raise",
    "rand",
    "readline",
    "readlines",
    "require",
    "require_relative",
    "select",
    "send",
    "singleton_class",
    "sleep",
    "spawn",
    "sprintf",
    "srand",
    "syscall",
    "system",
    "tap",
    "test",
    "then",
    "throw",
    "to_enum",
    "to_s",
    "trap",
    "warn",
    "yield_self",
];

/// A look at what follows, without going there.
struct Ahead<'a> {
    rest: &'a str,
}

impl<'a> Ahead<'a> {
    fn new(cursor: &Cursor<'a>) -> Self {
        Self { rest: cursor.rest() }
    }

    /// A name of letters, digits and underscores that does not begin with a digit.
    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest;
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..length];
        self.rest = &rest[length..];
        (!name.is_empty() && !name.starts_with(|c: char| c.is_numeric())).then_some(name)
    }

    /// What follows the blanks.
    fn after_blanks(&mut self) -> &'a str {
        loop {
            let rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            let hidden = rest.strip_prefix("\\\n").or_else(|| rest.strip_prefix("\\\r\n"));
            match hidden {
                Some(hidden) => self.rest = hidden,
                None => return rest,
            }
        }
    }
}
