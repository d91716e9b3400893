//! The syntax tree: one node type per production of the Puppet language, every node with its span.
//!
//! The shapes follow the language specification's model (`Puppet::Pops::Model`), so that the
//! tree can be printed in PN notation and compared with the original's, node by node.
//! Trees are immutable and shared: definitions and lambdas are behind `Arc`, because they outlive
//! the evaluation of the file that holds them.

use std::sync::Arc;

use crate::source::{Source, Span};

/// One parsed file, manifest or EPP template.
#[derive(Debug)]
pub struct Program {
    /// Where the text came from, and the map from offsets to lines.
    pub source: Arc<Source>,
    /// The statements of the file. For EPP one [`ExprKind::Epp`].
    pub body: Expr,
    /// Every definition of the file in source order, nested ones included, under full names.
    pub definitions: Vec<Definition>,
}

/// An expression and where it stands.
#[derive(Debug)]
pub struct Expr {
    /// Where messages about the node point: its start is the place that Puppet itself reports. For
    /// binary operators, `=`, `=>` pairs and selector options that is the operator; elsewhere it is the
    /// whole text of the node.
    pub span: Span,
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind {
    /// Nothing: an empty file, body or pair of braces.
    Nop,
    /// `undef`
    Undef,
    /// `default`
    Default,
    /// `true`, `false`
    Boolean(bool),
    /// `42`, `0x2A`, `052`
    Integer {
        value: i64,
        radix: Radix,
    },
    /// `1.5`, `1e3`
    Float(f64),
    /// A string without interpolation, escapes already resolved.
    String(Arc<str>),
    /// `/pattern/`, without the slashes.
    Regexp(Arc<str>),
    /// A lower-case name: `foo::bar`, `::foo`, also bare words that name functions and types.
    QualifiedName(Arc<str>),
    /// An upper-case name: `File`, `Foo::Bar`, as written.
    QualifiedReference(Arc<str>),
    /// A word kept for later use (`attr`, `private`, `type` …), refused by validation.
    ReservedWord {
        word: Arc<str>,
        future: bool,
    },
    /// `$name`; the name without the dollar, a leading `::` kept. Match variables are digits.
    Variable(Arc<str>),
    /// A double-quoted string with interpolations: [`ExprKind::String`] and [`ExprKind::Text`] in turn.
    Concatenated(Vec<Expr>),
    /// `${ … }` inside a string: the value as text.
    Text(Box<Expr>),
    /// `@(TAG:syntax/escapes)`; `text` is a string or a concatenation.
    Heredoc {
        syntax: Arc<str>,
        text: Box<Expr>,
    },
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `{ a => b }`
    Hash(Vec<KeyedEntry>),
    /// `( … )`, kept because PN and some validations tell it from its content.
    Parenthesized(Box<Expr>),
    /// Statements in a row; the last gives the value.
    Block(Vec<Expr>),

    /// `! x`
    Not(Box<Expr>),
    /// `- x`
    UnaryMinus(Box<Expr>),
    /// `* x`
    Unfold(Box<Expr>),
    /// Arithmetic, comparison, match, `in`, `and`, `or`.
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `=`, `+=`, `-=` (the latter two are refused by validation).
    Assignment {
        op: AssignOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `->`, `~>`, `<-`, `<~`
    Relationship {
        op: RelationshipOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `left[keys]`
    Access {
        left: Box<Expr>,
        keys: Vec<Expr>,
    },
    /// `left.right` with no call following it yet; only inside [`ExprKind::CallMethod`].
    NamedAccess {
        left: Box<Expr>,
        right: Box<Expr>,
    },

    /// `name(args) |params| { body }`, or the statement form `name args`.
    Call(Box<Call>),
    /// `receiver.name(args) |params| { body }`: `functor` is a [`ExprKind::NamedAccess`].
    CallMethod(Box<Call>),

    /// `if`/`elsif`: an `elsif` is an `If` in `otherwise`.
    If(Box<Conditional>),
    /// `unless`
    Unless(Box<Conditional>),
    Case(Box<Case>),
    /// `value ? { … }`
    Selector(Box<Selector>),

    Resource(Box<Resource>),
    /// `File { … }`
    ResourceDefaults(Box<ResourceDefaults>),
    /// `File['x'] { … }`
    ResourceOverride(Box<ResourceOverride>),
    /// `File <| … |> { … }` and `File <<| … |>> { … }`
    Collect(Box<Collect>),

    /// A class, define, node, function, plan or type definition, in its place.
    Definition(Definition),

    /// A whole EPP template.
    Epp {
        parameters_specified: bool,
        parameters: Arc<[Parameter]>,
        body: Box<Expr>,
    },
    /// Literal text of a template.
    RenderString(Arc<str>),
    /// `<%= … %>`
    Render(Box<Expr>),

    /// A plan's `apply(targets) { … }`: recognised, and refused when a catalog is compiled.
    Apply {
        arguments: Vec<Expr>,
        body: Arc<Expr>,
    },
}

/// How an integer was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Radix {
    Decimal,
    Octal,
    Hexadecimal,
}

/// Operators of [`ExprKind::Binary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    ShiftLeft,
    ShiftRight,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Match,
    NotMatch,
    In,
    And,
    Or,
}

impl BinaryOp {
    /// As written in source and in PN.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Match => "=~",
            Self::NotMatch => "!~",
            Self::In => "in",
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

/// Operators of [`ExprKind::Assignment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    Set,
    Append,
    Remove,
}

/// Operators of [`ExprKind::Relationship`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationshipOp {
    /// `->`
    Before,
    /// `~>`
    Notify,
    /// `<-`
    After,
    /// `<~`
    Subscribe,
}

/// `key => value` of a hash.
#[derive(Debug)]
pub struct KeyedEntry {
    pub span: Span,
    pub key: Expr,
    pub value: Expr,
}

/// A function call, by name or by method.
#[derive(Debug)]
pub struct Call {
    /// A name, reference (type call), other expression, or the [`ExprKind::NamedAccess`] of a method.
    pub functor: Expr,
    pub arguments: Vec<Expr>,
    pub lambda: Option<Arc<Lambda>>,
    /// Whether the value is used: statement calls may name only statement functions.
    pub rvalue: bool,
}

/// `|params| >> Type { body }`
#[derive(Debug)]
pub struct Lambda {
    pub span: Span,
    pub parameters: Vec<Parameter>,
    pub return_type: Option<Expr>,
    pub body: Expr,
}

/// One parameter of a class, define, function, plan, lambda or template.
#[derive(Debug)]
pub struct Parameter {
    pub span: Span,
    pub name: Arc<str>,
    pub type_expr: Option<Expr>,
    pub default: Option<Expr>,
    /// `*$rest`
    pub captures_rest: bool,
}

/// `if` and `unless`.
#[derive(Debug)]
pub struct Conditional {
    pub test: Expr,
    pub then: Expr,
    /// [`ExprKind::Nop`] where there is no `else`.
    pub otherwise: Expr,
}

#[derive(Debug)]
pub struct Case {
    pub test: Expr,
    pub options: Vec<CaseOption>,
}

#[derive(Debug)]
pub struct CaseOption {
    pub span: Span,
    pub values: Vec<Expr>,
    pub then: Expr,
}

#[derive(Debug)]
pub struct Selector {
    pub left: Expr,
    pub entries: Vec<SelectorEntry>,
}

#[derive(Debug)]
pub struct SelectorEntry {
    pub span: Span,
    pub matching: Expr,
    pub value: Expr,
}

/// `@`, `@@` or nothing before a resource expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceForm {
    Regular,
    Virtual,
    Exported,
}

/// `type { 'title': … ; … }`
#[derive(Debug)]
pub struct Resource {
    pub form: ResourceForm,
    /// A name, a reference with access (`Resource[$x]`), or `class`.
    pub type_name: Expr,
    pub bodies: Vec<ResourceBody>,
}

#[derive(Debug)]
pub struct ResourceBody {
    pub span: Span,
    pub title: Expr,
    pub operations: Vec<AttributeOperation>,
}

#[derive(Debug)]
pub struct ResourceDefaults {
    pub form: ResourceForm,
    pub type_ref: Expr,
    pub operations: Vec<AttributeOperation>,
}

#[derive(Debug)]
pub struct ResourceOverride {
    pub form: ResourceForm,
    pub resources: Expr,
    pub operations: Vec<AttributeOperation>,
}

/// `name => value`, `name +> value`, or `* => hash`.
#[derive(Debug)]
pub struct AttributeOperation {
    pub span: Span,
    pub kind: AttributeOperationKind,
}

#[derive(Debug)]
pub enum AttributeOperationKind {
    Set { name: Arc<str>, value: Expr },
    Append { name: Arc<str>, value: Expr },
    Splat { value: Expr },
}

#[derive(Debug)]
pub struct Collect {
    pub type_expr: Expr,
    pub query: Query,
    pub operations: Vec<AttributeOperation>,
}

/// `<| … |>` or `<<| … |>>`; the expression is [`ExprKind::Nop`] where nothing is asked for.
#[derive(Debug)]
pub struct Query {
    pub span: Span,
    pub exported: bool,
    pub expr: Expr,
}

/// A named definition. Names are full (`outer::inner`), without a leading `::`.
#[derive(Clone, Debug)]
pub enum Definition {
    Class(Arc<ClassDefinition>),
    Define(Arc<DefineDefinition>),
    Node(Arc<NodeDefinition>),
    Function(Arc<FunctionDefinition>),
    Plan(Arc<FunctionDefinition>),
    TypeAlias(Arc<TypeAlias>),
    /// `type Runtime[ruby, 'x'] = Y`
    TypeMapping(Arc<TypeMapping>),
    /// `type Name inherits Parent { … }`: reserved, refused by validation.
    TypeDefinition(Arc<TypeDefinition>),
}

#[derive(Debug)]
pub struct ClassDefinition {
    pub span: Span,
    pub source: Arc<Source>,
    pub name: Arc<str>,
    pub parameters: Vec<Parameter>,
    pub parent: Option<Arc<str>>,
    pub body: Expr,
}

#[derive(Debug)]
pub struct DefineDefinition {
    pub span: Span,
    pub source: Arc<Source>,
    pub name: Arc<str>,
    pub parameters: Vec<Parameter>,
    pub body: Expr,
}

#[derive(Debug)]
pub struct NodeDefinition {
    pub span: Span,
    pub source: Arc<Source>,
    /// Strings, names, regular expressions or `default`.
    pub matches: Vec<Expr>,
    pub parent: Option<Expr>,
    pub body: Expr,
}

/// A function or a plan.
#[derive(Debug)]
pub struct FunctionDefinition {
    pub span: Span,
    pub source: Arc<Source>,
    pub name: Arc<str>,
    pub parameters: Vec<Parameter>,
    pub return_type: Option<Expr>,
    pub body: Expr,
}

#[derive(Debug)]
pub struct TypeAlias {
    pub span: Span,
    pub source: Arc<Source>,
    pub name: Arc<str>,
    pub type_expr: Expr,
}

#[derive(Debug)]
pub struct TypeMapping {
    pub span: Span,
    pub source: Arc<Source>,
    pub type_expr: Expr,
    pub mapping: Expr,
}

#[derive(Debug)]
pub struct TypeDefinition {
    pub span: Span,
    pub source: Arc<Source>,
    pub name: Arc<str>,
    pub parent: Option<Arc<str>>,
    pub body: Expr,
}
