//! The tree of a program. Local variables have become places: how many levels out, and which.

use std::sync::Arc;

use crate::regexp::Regexp;

/// An expression.
#[derive(Debug)]
pub(crate) enum Node {
    Nil,
    True,
    False,
    SelfRef,
    Integer(i64),
    Float(f64),
    Text(Arc<str>),
    /// Pieces whose texts are joined.
    Joined(Vec<Node>),
    Symbol(Arc<str>),
    JoinedSymbol(Vec<Node>),
    Regexp(Arc<Regexp>),
    JoinedRegexp(Vec<Node>, Arc<str>),
    Array(Vec<Node>),
    Hash(Vec<Pair>),
    Range {
        from: Option<Box<Node>>,
        to: Option<Box<Node>>,
        excludes_end: bool,
    },
    Local(Place),
    Instance(Arc<str>),
    /// `$~`, `$1`, …
    Global(Arc<str>),
    Constant(Option<Box<Node>>, Arc<str>),
    /// `*list` among arguments or elements
    Splat(Box<Node>),
    Assign(Box<Target>, Box<Node>),
    /// `a += 1`, `a ||= 1`
    AssignOperator {
        target: Box<Target>,
        operator: Arc<str>,
        value: Box<Node>,
        line: u32,
    },
    AssignMany(Box<Targets>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Defined(Box<Node>),
    If {
        condition: Box<Node>,
        then: Box<Node>,
        otherwise: Box<Node>,
    },
    While {
        condition: Box<Node>,
        body: Box<Node>,
        until: bool,
        body_first: bool,
    },
    For {
        target: Box<Targets>,
        list: Box<Node>,
        body: Box<Node>,
    },
    Case {
        subject: Option<Box<Node>>,
        branches: Vec<(Vec<Node>, Node)>,
        otherwise: Box<Node>,
    },
    Begin(Box<Begin>),
    Sequence(Vec<Node>),
    Call(Box<Call>),
    Yield(Vec<Node>, u32),
    Return(Option<Box<Node>>),
    Break(Option<Box<Node>>),
    Next(Option<Box<Node>>),
    Retry,
    Define(Arc<str>, Arc<Function>),
    Lambda(Arc<Function>),
    /// Adds a text to what is rendered.
    Put(Place, Arc<str>),
    /// Adds the text of a value to what is rendered.
    Output(Place, Box<Node>, u32),
}

/// A local variable: levels of blocks outwards, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) level: u32,
    pub(crate) index: u32,
}

/// An entry of a hash in the source.
#[derive(Debug)]
pub(crate) enum Pair {
    Entry(Node, Node),
    /// `**hash`
    Splat(Node),
}

/// What can be assigned to.
#[derive(Debug)]
pub(crate) enum Target {
    Local(Place),
    Instance(Arc<str>),
    Global(Arc<str>),
    Index {
        receiver: Node,
        arguments: Vec<Node>,
        line: u32,
    },
    Attribute {
        receiver: Node,
        name: Arc<str>,
        line: u32,
        safe: bool,
    },
    /// `(a, b)` among others
    Many(Targets),
}

/// `a, *b, c`
#[derive(Debug, Default)]
#[expect(clippy::option_option, reason = "a bare `*` is there and has no name")]
pub(crate) struct Targets {
    pub(crate) before: Vec<Target>,
    /// The one with `*`.
    pub(crate) rest: Option<Option<Box<Target>>>,
    pub(crate) after: Vec<Target>,
}

/// `receiver.name(arguments) { block }`
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) receiver: Option<Node>,
    pub(crate) name: Arc<str>,
    pub(crate) arguments: Vec<Node>,
    pub(crate) block: Option<Block>,
    /// `&.`
    pub(crate) safe: bool,
    /// A bare word without arguments: it could have been a variable.
    pub(crate) is_word: bool,
    pub(crate) line: u32,
}

#[derive(Debug)]
pub(crate) enum Block {
    Written(Arc<Function>),
    /// `&value`
    Passed(Node),
}

/// A block, lambda or method.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) parameters: Parameters,
    /// Names of all its local variables, the parameters among them.
    pub(crate) locals: Arc<[Arc<str>]>,
    pub(crate) body: Node,
}

#[derive(Debug, Default)]
#[expect(clippy::option_option, reason = "a bare `*` or `**` is there and has no name")]
pub(crate) struct Parameters {
    pub(crate) required: Vec<Target>,
    pub(crate) optional: Vec<(Target, Node)>,
    pub(crate) rest: Option<Option<Target>>,
    pub(crate) after: Vec<Target>,
    pub(crate) keywords: Vec<(Arc<str>, Target, Option<Node>)>,
    pub(crate) keyword_rest: Option<Option<Target>>,
    pub(crate) block: Option<Target>,
    /// `|a,|`
    pub(crate) trailing_comma: bool,
}

impl Parameters {
    /// How many arguments there must be, and how many there may be.
    pub(crate) fn arity(&self) -> (usize, Option<usize>) {
        let least = self.required.len() + self.after.len();
        (least, self.rest.is_none().then(|| least + self.optional.len()))
    }
}

/// `begin … rescue … else … ensure … end`
#[derive(Debug)]
pub(crate) struct Begin {
    pub(crate) body: Node,
    pub(crate) rescues: Vec<Rescue>,
    pub(crate) otherwise: Option<Node>,
    pub(crate) ensure: Option<Node>,
}

#[derive(Debug)]
pub(crate) struct Rescue {
    /// None means `StandardError`.
    pub(crate) classes: Vec<Node>,
    pub(crate) variable: Option<Target>,
    pub(crate) body: Node,
}
