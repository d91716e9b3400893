//! Tokens to syntax tree, by recursive descent; binary operators by precedence.
//!
//! What the language's grammar leaves to precedence between tokens is decided here as its own
//! parser decides it, so that both read every text alike, and stop at the same token of a wrong one.

mod call;
mod conditional;
mod definition;
mod expression;
mod literal;
mod parameter;
mod primary;
mod resource;
mod statement;
mod string;
mod template;
mod type_alias;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::ast::{Definition, Expr, ExprKind, Program};
use crate::error::{Diagnostic, Severity};
use crate::issue::Issue;
use crate::lexer::Lexed;
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::token::{Token, TokenKind};

/// The tree of a text, before validation.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) program: Program,
    /// Integers that do not fit, as signed hexadecimal text; their nodes hold the greatest value.
    pub(crate) overflows: Vec<(Span, String)>,
}

/// Parses the tokens of a manifest or template.
pub(crate) fn parse(source: &Arc<Source>, lexed: Lexed, limits: &Limits) -> Result<Tree, Box<Diagnostic>> {
    let mut parser = Parser {
        source,
        tokens: lexed.tokens,
        at: 0,
        lex_error: lexed.error,
        limits: *limits,
        depth: 0,
        height: 0,
        names: Vec::new(),
        definitions: Vec::new(),
        overflows: Vec::new(),
    };
    let body = parser.program().map_err(|Failure(diagnostic)| diagnostic)?;
    // Inner definitions are complete before those around them.
    parser.definitions.sort_by_key(|(start, _)| *start);
    let definitions = parser.definitions.into_iter().map(|(_, definition)| definition).collect();
    let program = Program { source: Arc::clone(source), body, definitions };
    Ok(Tree { program, overflows: parser.overflows })
}

/// The error that ends parsing; boxed, for it is rare and large.
struct Failure(Box<Diagnostic>);

type Parsed<T> = Result<T, Failure>;

struct Parser<'a> {
    source: &'a Arc<Source>,
    tokens: Vec<Token>,
    at: usize,
    /// Why the tokens end early; reported when their end is reached.
    lex_error: Option<Diagnostic>,
    limits: Limits,
    /// Calls of [`Parser::nested`] that are under way: use of the stack.
    depth: usize,
    /// Height of the tallest tree built inside the innermost [`Parser::nested`] so far.
    height: usize,
    /// Names of the classes and plans around the current place.
    names: Vec<Arc<str>>,
    definitions: Vec<(u32, Definition)>,
    overflows: Vec<(Span, String)>,
}

impl Parser<'_> {
    fn program(&mut self) -> Parsed<Expr> {
        let body = match self.kind() {
            TokenKind::EppStart => self.template()?,
            TokenKind::End => self.nop(),
            _ => {
                let statements = self.statements()?;
                block_or_expression(statements, None)
            }
        };
        match self.kind() {
            TokenKind::End if self.lex_error.is_none() => Ok(body),
            _ => Err(self.unexpected()),
        }
    }

    fn kind(&self) -> TokenKind {
        self.tokens[self.at].kind
    }

    fn next_kind(&self) -> TokenKind {
        self.tokens.get(self.at + 1).map_or(TokenKind::End, |token| token.kind)
    }

    fn token(&self) -> &Token {
        &self.tokens[self.at]
    }

    fn span(&self) -> Span {
        self.token().span
    }

    /// Takes the current token; the last one stays.
    fn bump(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    fn eat(&mut self, kind: TokenKind) -> Option<Span> {
        (self.kind() == kind).then(|| self.bump().span)
    }

    fn expect(&mut self, kind: TokenKind) -> Parsed<Span> {
        self.eat(kind).ok_or_else(|| self.unexpected())
    }

    /// The syntax error for the current token.
    fn unexpected(&self) -> Failure {
        let token = self.token();
        if token.kind != TokenKind::End {
            let location = format!("'{}'", shown(token));
            return self.fault(&Issue::SyntaxError { location }, token.span);
        }
        if let Some(error) = &self.lex_error {
            return Failure(Box::new(error.clone()));
        }
        let issue = Issue::SyntaxError { location: "end of input".to_owned() };
        Failure(Box::new(Diagnostic::new(Severity::Error, &issue, None, self.source)))
    }

    /// At the end of the tokens: nothing has kept the lexer from reaching the end of the text.
    fn whole_text(&self) -> Parsed<()> {
        match &self.lex_error {
            Some(_) if self.kind() == TokenKind::End => Err(self.unexpected()),
            _ => Ok(()),
        }
    }

    fn fault(&self, issue: &Issue, span: Span) -> Failure {
        Failure(Box::new(Diagnostic::new(Severity::Error, issue, Some(span), self.source)))
    }

    /// An error with a text of its own and no code.
    fn uncoded(&self, message: impl Into<String>, span: Span) -> Failure {
        self.fault(&Issue::Uncoded { message: message.into() }, span)
    }

    /// Runs a production one level down, and keeps count of stack and height of the tree.
    fn nested<T>(&mut self, production: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= self.limits.max_depth {
            return Err(self.fault(&Issue::NestingTooDeep { max_depth: self.limits.max_depth }, self.span()));
        }
        self.depth += 1;
        let outer = std::mem::take(&mut self.height);
        let result = production(self)?;
        self.depth -= 1;
        self.grow()?;
        self.height = self.height.max(outer);
        Ok(result)
    }

    /// One more level on top of what was built here.
    fn grow(&mut self) -> Parsed<()> {
        self.height += 1;
        if self.height > self.limits.max_height {
            return Err(self.fault(&Issue::TreeTooHigh { max_height: self.limits.max_height }, self.span()));
        }
        Ok(())
    }

    /// Nothing, at the current place.
    fn nop(&self) -> Expr {
        let start = self.span().start;
        Expr { span: Span::new(start, start), kind: ExprKind::Nop }
    }

    fn define(&mut self, start: u32, definition: Definition, span: Span) -> Expr {
        self.definitions.push((start, definition.clone()));
        Expr { span, kind: ExprKind::Definition(definition) }
    }
}

/// A token as messages show it.
fn shown(token: &Token) -> String {
    match token.kind {
        TokenKind::Regex => format!("(?-mix:{})", token.text().replace('/', "\\/")),
        _ => token.text().to_owned(),
    }
}

/// Several statements as a block, one as itself. `braces` gives the block's place where there are any.
fn block_or_expression(mut statements: Vec<Expr>, braces: Option<Span>) -> Expr {
    if statements.len() == 1
        && let Some(only) = statements.pop()
    {
        return only;
    }
    let span = braces.unwrap_or_else(|| match (statements.first(), statements.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::default(),
    });
    Expr { span, kind: ExprKind::Block(statements) }
}
