//! Texts, symbols, lists of words and numbers.

use super::cursor::Cursor;
use super::error::{Error, Kind, Place};
use super::parser;
use super::tree::{Expression, Node, Part};
use super::value::Value;

/// How a text is closed, and what counts inside.
#[derive(Clone, Copy)]
struct Quotes {
    open: char,
    close: char,
    interpolates: bool,
}

impl Quotes {
    fn new(open: char, interpolates: bool) -> Self {
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            other => other,
        };
        Self { open, close, interpolates }
    }
}

/// A text in quotes, or of the forms `%q()`, `%Q()`, `%()`; what the cursor stands on is its quote.
pub(super) fn text(cursor: &mut Cursor, place: Place, known: &parser::Known) -> Result<Vec<Part>, Error> {
    let quote = cursor.next().ok_or_else(|| cursor.unexpected())?;
    body(cursor, Quotes::new(quote, quote == '"'), place, known)
}

/// What begins with `%`.
pub(super) fn percent(cursor: &mut Cursor, place: Place, known: &parser::Known) -> Result<Node, Error> {
    cursor.next();
    let kind = if cursor.peek().is_some_and(|c| c.is_ascii_alphabetic()) { cursor.next() } else { None };
    let Some(open) = cursor.peek().filter(char::is_ascii_punctuation) else { return Err(cursor.unexpected()) };
    cursor.next();
    let quotes = Quotes::new(open, matches!(kind, None | Some('Q' | 'W' | 'I')));
    match kind {
        None | Some('q' | 'Q') => Ok(Node::Joined { parts: body(cursor, quotes, place, known)?, symbol: false }),
        Some('s') => Ok(Node::Joined { parts: body(cursor, quotes, place, known)?, symbol: true }),
        Some('w' | 'W') => words(cursor, quotes, place, Value::Text),
        Some('i' | 'I') => words(cursor, quotes, place, Value::Symbol),
        Some(other) => Err(Cursor::logic(&format!("`%{other}`"), place)),
    }
}

fn body(cursor: &mut Cursor, quotes: Quotes, place: Place, known: &parser::Known) -> Result<Vec<Part>, Error> {
    let (mut parts, mut bytes, mut nested) = (Vec::new(), Vec::new(), 0_usize);
    loop {
        let here = cursor.place();
        let Some(c) = cursor.next() else {
            return Err(Error::new(Kind::Syntax, "unterminated string meets end of file", place));
        };
        match c {
            '\\' if quotes.interpolates => escape(cursor, here, &mut bytes)?,
            '\\' => match cursor.peek() {
                Some(next) if next == '\\' || next == quotes.open || next == quotes.close => {
                    cursor.next();
                    push(&mut bytes, next);
                }
                _ => bytes.push(b'\\'),
            },
            '#' if quotes.interpolates && cursor.eat("{") => {
                flush(&mut parts, &mut bytes, place)?;
                parts.push(Part::Expression(parser::interpolation(cursor, known)?));
            }
            '#' if quotes.interpolates && names_variable(cursor) => {
                return Err(Cursor::logic("a variable in a text without braces", here));
            }
            c if c == quotes.close && nested == 0 => {
                flush(&mut parts, &mut bytes, place)?;
                return Ok(parts);
            }
            c => {
                if quotes.open != quotes.close {
                    nested = if c == quotes.open { nested + 1 } else { nested - usize::from(c == quotes.close) };
                }
                // A line end is a line end, however the file writes it.
                if c != '\r' || cursor.peek() != Some('\n') {
                    push(&mut bytes, c);
                }
            }
        }
    }
}

/// Whether `@name` or `$name` follows a `#`.
fn names_variable(cursor: &Cursor) -> bool {
    let named = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() || c == '_');
    match cursor.peek() {
        Some('$') => named(cursor.second()),
        Some('@') => named(cursor.second()) || cursor.second() == Some('@'),
        _ => false,
    }
}

fn push(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn flush(parts: &mut Vec<Part>, bytes: &mut Vec<u8>, place: Place) -> Result<(), Error> {
    if !bytes.is_empty() {
        let text = String::from_utf8(std::mem::take(bytes))
            .map_err(|_| Error::new(Kind::Declaration, "the escapes of this string give no UTF-8", place))?;
        parts.push(Part::Text(text));
    }
    Ok(())
}

/// What follows a backslash in a text that interpolates.
fn escape(cursor: &mut Cursor, place: Place, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let Some(c) = cursor.peek() else { return Ok(()) };
    if let '0'..='7' = c {
        bytes.push(digits(cursor, 8, 3).and_then(|code| u8::try_from(code & 0xff).ok()).unwrap_or_default());
        return Ok(());
    }
    cursor.next();
    match c {
        'n' => bytes.push(b'\n'),
        't' => bytes.push(b'\t'),
        's' => bytes.push(b' '),
        'r' => bytes.push(b'\r'),
        'e' => bytes.push(0x1b),
        'a' => bytes.push(7),
        'b' => bytes.push(8),
        'v' => bytes.push(0x0b),
        'f' => bytes.push(0x0c),
        '\n' => {}
        '\r' if cursor.eat("\n") => {}
        'x' => match digits(cursor, 16, 2).and_then(|code| u8::try_from(code).ok()) {
            Some(byte) => bytes.push(byte),
            None => return Err(Error::new(Kind::Syntax, "invalid hex escape", place)),
        },
        'u' if cursor.eat("{") => loop {
            cursor.skip_blanks();
            if cursor.eat("}") {
                break;
            }
            push(bytes, code_point(cursor, 6, place)?);
        },
        'u' => push(bytes, code_point(cursor, 4, place)?),
        'c' | 'C' | 'M' => return Err(Cursor::logic("a control escape in a string", place)),
        other => push(bytes, other),
    }
    Ok(())
}

fn code_point(cursor: &mut Cursor, most: usize, place: Place) -> Result<char, Error> {
    let from = cursor.rest().len();
    let code = digits(cursor, 16, most).and_then(char::from_u32);
    let read = from - cursor.rest().len();
    code.filter(|_| most == 6 || read == most).ok_or_else(|| Error::new(Kind::Syntax, "invalid Unicode escape", place))
}

fn digits(cursor: &mut Cursor, radix: u32, most: usize) -> Option<u32> {
    let mut value = None;
    for _ in 0..most {
        let Some(digit) = cursor.peek().and_then(|c| c.to_digit(radix)) else { break };
        value = Some(value.unwrap_or(0) * radix + digit);
        cursor.next();
    }
    value
}

fn words(cursor: &mut Cursor, quotes: Quotes, place: Place, word: fn(String) -> Value) -> Result<Node, Error> {
    let (mut items, mut current, mut nested) = (Vec::new(), None::<String>, 0_usize);
    loop {
        let here = cursor.place();
        let Some(c) = cursor.next() else {
            return Err(Error::new(Kind::Syntax, "unterminated list meets end of file", place));
        };
        let plain = match c {
            '\\' if quotes.interpolates => return Err(Cursor::logic("an escape in `%W`", here)),
            '#' if quotes.interpolates && cursor.peek() == Some('{') => {
                return Err(Cursor::logic("an interpolation in `%W`", here));
            }
            '\\' => match cursor.peek() {
                Some(next) if next.is_whitespace() || next == '\\' || next == quotes.open || next == quotes.close => {
                    cursor.next();
                    next
                }
                _ => '\\',
            },
            c if c == quotes.close && nested == 0 => {
                items.extend(current);
                let items = items.into_iter().map(|text| Expression { node: Node::Literal(word(text)), place });
                return Ok(Node::List(items.collect()));
            }
            c if c.is_ascii_whitespace() => {
                items.extend(current.take());
                continue;
            }
            c => {
                if quotes.open != quotes.close {
                    nested = if c == quotes.open { nested + 1 } else { nested - usize::from(c == quotes.close) };
                }
                c
            }
        };
        current.get_or_insert_default().push(plain);
    }
}

/// A whole number or one with a decimal point; a sign may stand before it.
pub(super) fn number(cursor: &mut Cursor, place: Place) -> Result<Value, Error> {
    let negative = cursor.eat("-");
    let whole = cursor.take_while(|c| c.is_ascii_digit() || c == '_');
    let mut digits: String = whole.chars().filter(|c| *c != '_').collect();
    let fraction = cursor.peek() == Some('.') && cursor.second().is_some_and(|c| c.is_ascii_digit());
    let odd = whole.ends_with('_') || whole.contains("__") || (whole.len() > 1 && whole.starts_with('0') && !fraction);
    if odd {
        return Err(Cursor::logic("a number of this form", place));
    }
    if negative {
        digits.insert(0, '-');
    }
    if fraction {
        cursor.next();
        digits.push('.');
        digits.push_str(cursor.take_while(|c| c.is_ascii_digit()));
    }
    if cursor.peek().is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return Err(cursor.unexpected());
    }
    let value = if fraction { digits.parse().map(Value::Float).ok() } else { digits.parse().map(Value::Integer).ok() };
    value.ok_or_else(|| Cursor::logic("a number of this size", place))
}
