//! What the lexer hands to the parser.

use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) tok: Tok,
    /// From 1.
    pub(crate) line: u32,
    /// Whether white space stands before it.
    pub(crate) space: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Tok {
    /// `name`, `name?`, `name!`
    Name(Arc<str>),
    /// `Name`
    Constant(Arc<str>),
    /// `name:` before a value
    Label(Arc<str>),
    /// `"name":` before a value
    QuotedLabel(Vec<Part>),
    /// `@name`, without the sign
    Instance(Arc<str>),
    /// `$name`, without the sign
    Global(Arc<str>),
    Keyword(Keyword),
    Integer(i64),
    Float(f64),
    Text(Vec<Part>),
    Symbol(Arc<str>),
    QuotedSymbol(Vec<Part>),
    Regexp(Vec<Part>, Arc<str>),
    /// `%w[..]`, `%W[..]`
    Words(Vec<Vec<Part>>),
    /// `%i[..]`
    Symbols(Vec<Vec<Part>>),
    Operator(&'static str),
    /// The end of a line, or `;`
    Newline,
    Eof,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    /// `#{..}`
    Code(Vec<Token>),
}

macro_rules! keywords {
    ($($variant:ident = $text:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Keyword { $($variant),* }

        impl Keyword {
            pub(crate) fn parse(word: &str) -> Option<Self> {
                Some(match word {
                    $($text => Self::$variant,)*
                    _ => return None,
                })
            }

            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

keywords! {
    Alias = "alias", And = "and", Begin = "begin", BeginBlock = "BEGIN", Break = "break", Case = "case",
    Class = "class", Def = "def", Defined = "defined?", Do = "do", Else = "else", Elsif = "elsif", End = "end",
    EndBlock = "END", Ensure = "ensure", False = "false", For = "for", If = "if", In = "in", Module = "module",
    Next = "next", Nil = "nil", Not = "not", Or = "or", Redo = "redo", Rescue = "rescue", Retry = "retry",
    Return = "return", SelfRef = "self", Super = "super", Then = "then", True = "true", Undef = "undef",
    Unless = "unless", Until = "until", When = "when", While = "while", Yield = "yield",
    File = "__FILE__", Line = "__LINE__", Method = "__method__",
}
