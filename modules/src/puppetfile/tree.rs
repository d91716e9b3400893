//! What a Puppetfile is made of, before it is evaluated.

use super::error::Place;
use super::value::Value;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    Assignment {
        name: String,
        value: Expression,
    },
    Call {
        name: String,
        arguments: Vec<Expression>,
        place: Place,
    },
    /// An expression whose value nobody uses.
    Expression(Expression),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expression {
    pub(super) node: Node,
    pub(super) place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Literal(Value),
    /// Texts and expressions, joined; a symbol when `symbol` is set.
    Joined {
        parts: Vec<Part>,
        symbol: bool,
    },
    Variable(String),
    List(Vec<Expression>),
    Hash(Vec<(Expression, Expression)>),
    /// `left + right`
    Sum(Box<Expression>, Box<Expression>),
    /// `of[at]`
    Index {
        of: Box<Expression>,
        at: Box<Expression>,
    },
    /// `.to_s` and `.to_sym`
    Conversion {
        of: Box<Expression>,
        symbol: bool,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    Expression(Expression),
}
