//! Tokens to a tree.

use std::rc::Rc;

use super::lexer::{Kind, Token};
use super::{MOST_LEVELS, Node, Object, join, over};

/// The tree of a text.
pub(super) fn parse(tokens: Vec<Token>) -> Result<Node, String> {
    let mut parser = Parser { tokens, at: 0, line: 1, keys: Vec::new(), lists: 0, level: 0 };
    let start = parser.after_blank();
    let root = match start {
        Kind::OpenCurly => parser.object(true)?,
        Kind::OpenSquare => {
            parser.list()?;
            return Err(format!("String: {}:  has type LIST rather than object at file root", parser.line));
        }
        _ => {
            parser.back();
            parser.object(false)?
        }
    };
    match parser.after_blank() {
        Kind::End => Ok(Node::Object(root)),
        other => parser.refuse(format!("Document has trailing tokens after first object or array: {other}")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    /// The token that is read next.
    at: usize,
    line: usize,
    /// The keys of the objects around, for `+=`.
    keys: Vec<String>,
    lists: usize,
    level: usize,
}

impl Parser {
    /// The next token; the last again and again.
    fn next(&mut self) -> Kind {
        let token = self.tokens.get(self.at).or(self.tokens.last());
        self.at += 1;
        token.map_or(Kind::End, |token| token.kind.clone())
    }

    fn back(&mut self) {
        self.at -= 1;
    }

    /// The next token that is no whitespace, line feed or comment.
    fn after_blank(&mut self) -> Kind {
        loop {
            let line = self.tokens.get(self.at).or(self.tokens.last()).map_or(self.line, |token| token.line);
            match self.next() {
                Kind::Newline => self.line = line + 1,
                Kind::Comment(_) => {}
                kind if kind.is_blank() => {}
                kind => {
                    // Those without a place of their own do not say where they stand.
                    if kind.is_simple() || matches!(kind, Kind::Problem { .. }) {
                        self.line = line;
                    }
                    return kind;
                }
            }
        }
    }

    /// Goes beyond a comma or line feeds between elements; answers whether there was one.
    fn separator(&mut self) -> bool {
        let mut seen = false;
        loop {
            match self.next() {
                Kind::Newline => {
                    self.line += 1;
                    seen = true;
                }
                Kind::Comment(_) => {}
                Kind::Comma => return true,
                kind if kind.is_blank() => {}
                _ => {
                    self.back();
                    return seen;
                }
            }
        }
    }

    fn refuse<T>(&self, message: impl std::fmt::Display) -> Result<T, String> {
        Err(format!("String: {}: {message}", self.line))
    }

    fn refuse_quoting<T>(&self, token: &Kind, message: &str) -> Result<T, String> {
        self.refuse(match token {
            Kind::End => message.to_owned(),
            token => format!(
                "{message} (if you intended {token} to be part of a key or string value, try enclosing the key or value \
                 in double quotes"
            ),
        })
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        if self.level >= MOST_LEVELS {
            return self.refuse(format!("the data is nested deeper than {MOST_LEVELS} levels"));
        }
        self.level += 1;
        let result = read(self);
        self.level -= 1;
        result
    }

    /// An object; its brace was read, when it has one.
    fn object(&mut self, has_brace: bool) -> Result<Object, String> {
        self.deeper(|this| this.entries(has_brace))
    }

    fn entries(&mut self, has_brace: bool) -> Result<Object, String> {
        let mut object = Object::default();
        loop {
            match self.after_blank() {
                Kind::CloseCurly if has_brace => return Ok(object),
                token @ Kind::CloseCurly => {
                    return self.refuse_quoting(&token, "unbalanced close brace '}' with no open brace");
                }
                Kind::End if !has_brace => {
                    self.back();
                    return Ok(object);
                }
                Kind::Text(word) if word == "include" => self.include()?,
                token => self.field(token, &mut object)?,
            }
            if self.separator() {
                continue;
            }
            let token = self.after_blank();
            match token {
                Kind::CloseCurly if has_brace => return Ok(object),
                Kind::CloseCurly => {
                    let message = "unbalanced close brace '}' with no open brace";
                    return self.refuse_quoting(&token, message);
                }
                Kind::End if !has_brace => {
                    self.back();
                    return Ok(object);
                }
                token => {
                    let message = format!("Expecting close brace }} or a comma, got {token}");
                    return self.refuse_quoting(&token, &message);
                }
            }
        }
    }

    /// One key with its value.
    fn field(&mut self, token: Kind, object: &mut Object) -> Result<(), String> {
        let mut expression = Vec::new();
        let mut token = token;
        while token.is_value() || matches!(token, Kind::Text(_)) {
            expression.push(token);
            token = self.next();
        }
        if expression.is_empty() {
            return self.refuse(format!("expecting a close brace or a field name here, got {token}"));
        }
        self.back();
        let path = path(expression.iter())?;
        let written = rendered(&expression);
        let depth = self.keys.len();
        self.keys.extend(path.iter().cloned());
        let value = match self.after_blank() {
            Kind::OpenCurly => Rc::new(Node::Object(self.object(true)?)),
            Kind::Colon | Kind::Equals => self.value()?,
            Kind::PlusEquals => self.appended()?,
            token => {
                let message = format!("Key '{written}' may not be followed by token: {token}");
                return self.refuse_quoting(&token, &message);
            }
        };
        self.keys.truncate(depth);
        let mut keys = path.into_iter();
        let Some(first) = keys.next() else { return Ok(()) };
        let value = keys.rev().fold(value, |value, key| Rc::new(Node::Object(Object::from_iter([(key, value)]))));
        let value = match object.get(&first) {
            Some(before) => over(value, before),
            None => value,
        };
        object.insert(first, value);
        Ok(())
    }

    /// `+=`: what was there, and one element more.
    fn appended(&mut self) -> Result<Rc<Node>, String> {
        if self.lists > 0 {
            return self.refuse(
                "Due to current limitations of the config parser, += does not work nested inside a list. += expands to a \
                 ${} substitution and the path in ${} cannot currently refer to list elements. You might be able to move \
                 the += outside of the list and then refer to it from inside the list with ${}.",
            );
        }
        self.lists += 1;
        let value = self.value();
        self.lists -= 1;
        let before = Node::Substitution { path: self.keys.clone(), optional: true, line: self.line };
        let parts = vec![Rc::new(before), Rc::new(Node::List(vec![value?]))];
        Ok(Rc::new(Node::Concatenation { parts, line: self.line }))
    }

    /// Values side by side on one line, as one.
    fn value(&mut self) -> Result<Rc<Node>, String> {
        if let Some(value) = self.values()? {
            return Ok(value);
        }
        let token = self.after_blank();
        self.refuse_quoting(&token, &format!("Expecting a value but got wrong token: {token}"))
    }

    fn values(&mut self) -> Result<Option<Rc<Node>>, String> {
        let mut parts = Vec::new();
        let mut token = self.after_blank();
        let line = self.line;
        loop {
            let part = match token {
                Kind::Whitespace => {
                    token = self.next();
                    continue;
                }
                Kind::OpenCurly => Node::Object(self.object(true)?),
                Kind::OpenSquare => Node::List(self.list()?),
                Kind::Null => Node::Null,
                Kind::Boolean(truth) => Node::Boolean(truth),
                Kind::Number(text) => Node::Number(text),
                Kind::Quoted(text) => Node::Text { text, quoted: true },
                Kind::Text(text) => Node::Text { text, quoted: false },
                Kind::Substitution { optional, tokens } => {
                    let path = path(tokens.iter().map(|token| &token.kind));
                    let path = path.map_err(|message| format!("String: {}: {message}", self.line))?;
                    Node::Substitution { path, optional, line: self.line }
                }
                _ => break,
            };
            join(&mut parts, Rc::new(part), line)?;
            token = self.next();
        }
        self.back();
        Ok(match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Rc::new(Node::Concatenation { parts, line })),
        })
    }

    /// The elements of a list; its bracket was read.
    fn list(&mut self) -> Result<Vec<Rc<Node>>, String> {
        self.lists += 1;
        let items = self.deeper(Self::elements);
        self.lists -= 1;
        items
    }

    fn elements(&mut self) -> Result<Vec<Rc<Node>>, String> {
        let mut items = Vec::new();
        match self.values()? {
            Some(item) => items.push(item),
            None => match self.after_blank() {
                Kind::CloseSquare => return Ok(items),
                token => {
                    return self.refuse(format!(
                        "List should have ] or a first element after the open [, instead had token: {token} (if you want \
                         {token} to be part of a string value, then double-quote it)"
                    ));
                }
            },
        }
        loop {
            if !self.separator() {
                return match self.after_blank() {
                    Kind::CloseSquare => Ok(items),
                    token => self.refuse(format!(
                        "List should have ended with ] or had a comma, instead had token: {token} (if you want {token} to \
                         be part of a string value, then double-quote it)"
                    )),
                };
            }
            match self.values()? {
                Some(item) => items.push(item),
                None => match self.after_blank() {
                    // One comma may stand at the end.
                    Kind::CloseSquare => self.back(),
                    token => {
                        return self.refuse(format!(
                            "List should have had new element after a comma, instead had token: {token} (if you want the \
                             comma or {token} to be part of a string value, then double-quote it)"
                        ));
                    }
                },
            }
        }
    }

    /// `include "x"`: a text has no files beside it, so there is nothing to include.
    fn include(&mut self) -> Result<(), String> {
        match self.after_blank() {
            Kind::Quoted(_) => Ok(()),
            Kind::Text(word) if matches!(&*word, "file(" | "url(" | "classpath(") => {
                self.refuse(format!("include {word}...) is not supported: data are read from one file"))
            }
            token => self.refuse(format!("include keyword is not followed by a quoted string, but by: {token}")),
        }
    }
}

/// A key or the path of a substitution: dots outside of quotes separate.
fn path<'t>(tokens: impl Iterator<Item = &'t Kind>) -> Result<Vec<String>, String> {
    let mut elements = vec![(String::new(), false)];
    let mut any = false;
    for token in tokens {
        any = true;
        let text = match token {
            Kind::Whitespace => continue,
            Kind::Quoted(text) => {
                if let Some((element, may_be_empty)) = elements.last_mut() {
                    *may_be_empty |= text.is_empty() && element.is_empty();
                    element.push_str(text);
                }
                continue;
            }
            Kind::Text(text) | Kind::Number(text) => text.as_str(),
            Kind::Null => "null",
            Kind::Boolean(true) => "true",
            Kind::Boolean(false) => "false",
            other => {
                return Err(format!(
                    "Token not allowed in path expression: {other} (you can double-quote this token if you really want it \
                     here)"
                ));
            }
        };
        for (index, part) in text.split('.').enumerate() {
            if index > 0 {
                elements.push((String::new(), false));
            }
            if let Some((element, _)) = elements.last_mut() {
                element.push_str(part);
            }
        }
    }
    if !any {
        return Err("Expecting a field name or path here, but got nothing".to_owned());
    }
    if elements.iter().any(|(element, may_be_empty)| element.is_empty() && !may_be_empty) {
        return Err(
            "path has a leading, trailing, or two adjacent period '.' (use quoted \"\" empty string if you want an \
                    empty element)"
                .to_owned(),
        );
    }
    Ok(elements.into_iter().map(|(element, _)| element).collect())
}

fn rendered(expression: &[Kind]) -> String {
    let texts = expression.iter().map(|token| match token {
        Kind::Quoted(text) => format!("{text:?}"),
        Kind::Text(text) | Kind::Number(text) => text.clone(),
        Kind::Null => "null".to_owned(),
        Kind::Boolean(truth) => truth.to_string(),
        _ => String::new(),
    });
    texts.collect::<String>().trim_end().to_owned()
}
