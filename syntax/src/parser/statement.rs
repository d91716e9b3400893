//! Statements in a row, and calls without parentheses.

use super::{Parsed, Parser, block_or_expression};
use crate::ast::{Call, Expr, ExprKind};
use crate::source::Span;
use crate::token::TokenKind;

/// A statement as written: an expression, or several with commas between.
struct Statement {
    first: Expr,
    rest: Vec<Expr>,
    /// The first comma.
    comma: Option<Span>,
}

impl Parser<'_> {
    /// One statement or more, up to a closing brace or the end.
    pub(super) fn statements(&mut self) -> Parsed<Vec<Expr>> {
        self.nested(|parser| {
            let first = parser.assignment()?;
            parser.statements_from(first)
        })
    }

    /// The statements of which the first expression has been read.
    pub(super) fn statements_from(&mut self, first: Expr) -> Parsed<Vec<Expr>> {
        let mut written = Vec::new();
        let mut first = first;
        loop {
            written.push(self.statement(first)?);
            if self.eat(TokenKind::Semic).is_none() && !starts_statement(self.kind()) {
                break;
            }
            first = self.assignment()?;
        }
        self.whole_text()?;
        // Errors of syntax inside statements come before those of misplaced commas.
        let mut statements = Vec::with_capacity(written.len());
        for statement in written {
            self.append(&mut statements, statement)?;
        }
        Ok(statements)
    }

    /// `{ statements }`, for bodies that stay a block even with one statement.
    pub(super) fn body(&mut self) -> Parsed<(Expr, Span)> {
        let open = self.expect(TokenKind::LBrace)?;
        let statements = if self.kind() == TokenKind::RBrace { None } else { Some(self.statements()?) };
        let braces = open.to(self.expect(TokenKind::RBrace)?);
        let body = match statements {
            None => Expr { span: Span::new(open.end, open.end), kind: ExprKind::Nop },
            Some(statements) => Expr { span: braces, kind: ExprKind::Block(statements) },
        };
        Ok((body, braces))
    }

    /// `{ statements }`, for branches, where one statement stands for itself.
    pub(super) fn branch(&mut self) -> Parsed<(Expr, Span)> {
        let (body, braces) = self.body()?;
        let branch = match body.kind {
            ExprKind::Block(statements) => block_or_expression(statements, Some(braces)),
            kind => Expr { span: body.span, kind },
        };
        Ok((branch, braces))
    }

    fn statement(&mut self, first: Expr) -> Parsed<Statement> {
        let mut statement = Statement { first, rest: Vec::new(), comma: None };
        while let Some(comma) = self.eat(TokenKind::Comma) {
            statement.comma.get_or_insert(comma);
            statement.rest.push(self.assignment()?);
        }
        Ok(statement)
    }

    /// Adds a statement, or makes it the arguments of a statement function's name before it.
    fn append(&self, statements: &mut Vec<Expr>, statement: Statement) -> Parsed<()> {
        let Statement { mut first, mut rest, comma } = statement;
        if let Some(functor) = statements.pop_if(|last| is_statement_function(last)) {
            let last = rest.last().map_or(first.span, |last| last.span);
            rest.insert(0, first);
            statements.push(Expr {
                span: functor.span.to(last),
                kind: ExprKind::Call(Box::new(Call { functor, arguments: rest, lambda: None, rvalue: false })),
            });
            return Ok(());
        }
        if let Some(comma) = comma {
            let message = match statements.last().map(|last| &last.kind) {
                Some(ExprKind::QualifiedName(name)) => format!(
                    "attempt to pass argument list to the function '{name}' which cannot be called without parentheses"
                ),
                _ => "illegal comma separated argument list".to_owned(),
            };
            return Err(self.uncoded(message, comma));
        }
        if let ExprKind::Call(call) = &mut first.kind {
            call.rvalue = false;
        }
        statements.push(first);
        Ok(())
    }
}

const fn starts_statement(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::Variable
            | T::Name
            | T::Word
            | T::ClassRef
            | T::Number
            | T::Regex
            | T::String
            | T::DqPre
            | T::Heredoc
            | T::True
            | T::False
            | T::Default
            | T::Undef
            | T::Attr
            | T::Private
            | T::LBrack
            | T::ListStart
            | T::LBrace
            | T::LParen
            | T::WsLParen
            | T::If
            | T::Unless
            | T::Case
            | T::Class
            | T::Define
            | T::Node
            | T::Function
            | T::Plan
            | T::Apply
            | T::Type
            | T::Minus
            | T::Times
            | T::Not
            | T::At
            | T::AtAt
            | T::RenderString
            | T::RenderExpr
    )
}

/// Functions that may be called without parentheses.
pub(super) fn is_statement_function(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::QualifiedName(name) if matches!(
        &**name,
        "require" | "realize" | "include" | "contain" | "tag" | "debug" | "info" | "notice" | "warning" | "err"
            | "fail" | "import" | "break" | "next" | "return"
    ))
}
