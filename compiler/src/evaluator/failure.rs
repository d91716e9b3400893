//! Errors get their place and their prefix here.

use syntax::ast::Expr;
use syntax::source::Span;

use crate::error::{Error, Failure, Location, Place, RUNTIME_ERROR, Stop};
use crate::evaluator::Evaluator;
use crate::label::{a_an, label};

impl Evaluator<'_> {
    /// An issue of the language at an expression.
    pub(crate) fn issue(&self, code: &'static str, expr: &Expr, message: impl std::fmt::Display) -> Stop {
        Error {
            issue_code: code,
            message: format!("Evaluation Error: {message}"),
            position: Some(Location::of(&self.source, expr.span.start)),
        }
        .into()
    }

    /// An error without a place gets that of the expression that was being evaluated.
    pub(super) fn placed(&self, error: Error, expr: &Expr) -> Stop {
        if error.issue_code == RUNTIME_ERROR {
            let message = format!("Error while evaluating {}, {}", a_an(&label(expr)), error.message);
            return self.issue(RUNTIME_ERROR, expr, message);
        }
        self.issue(error.issue_code, expr, error.message)
    }

    /// What an operator complained about, at the operand that it names.
    pub(super) fn operand_failure(&self, failure: &Failure, whole: &Expr, left: &Expr, right: &[Expr]) -> Stop {
        let expr = match failure.place {
            Place::Whole => whole,
            Place::Left => left,
            Place::Right => right.first().unwrap_or(whole),
            Place::Key(index) => match right.get(index) {
                Some(key) => key,
                // Elements of a list of keys have no place of their own.
                None => return self.nowhere(failure),
            },
        };
        if failure.issue_code == RUNTIME_ERROR {
            let error = Error { issue_code: RUNTIME_ERROR, message: failure.message.clone(), position: None };
            return self.placed(error, expr);
        }
        self.issue(failure.issue_code, expr, &failure.message)
    }

    /// An error without any place.
    #[expect(clippy::unused_self, reason = "reads as what the evaluator says")]
    fn nowhere(&self, failure: &Failure) -> Stop {
        let position = Some(Location { file: "".into(), line: 0, column: None });
        let message = format!("Evaluation Error: {}", failure.message);
        Error { issue_code: failure.issue_code, message, position }.into()
    }

    /// An error of the kind that names its line but gets no prefix.
    #[expect(clippy::unused_self, reason = "reads as what the evaluator says")]
    pub(crate) fn parse_error(&self, message: impl Into<String>, position: Option<Location>) -> Stop {
        Error { issue_code: RUNTIME_ERROR, message: message.into(), position }.into()
    }

    /// The place at which the original reports an expression.
    pub(crate) fn position(&self, expr: &Expr) -> Location {
        Location::of(&self.source, expr.span.start)
    }

    /// The line of an expression, as resources and attributes carry it.
    pub(crate) fn line_of(&self, span: Span) -> Location {
        Location::line_of(&self.source, span.start)
    }
}
