//! Tokens, under the names that the language's own lexer uses.

use std::sync::Arc;

use crate::source::Span;

/// One token of a source text.
#[derive(Clone, Debug)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
    /// The processed text (escapes resolved, no quotes, no `$`); `None` where the kind says it all.
    pub value: Option<Arc<str>>,
}

impl Token {
    /// The value as messages show it.
    pub fn text(&self) -> &str {
        self.value.as_deref().unwrap_or_else(|| self.kind.text())
    }
}

macro_rules! token_kinds {
    ($($kind:ident $name:literal $text:literal,)*) => {
        /// What a token is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum TokenKind {
            $($kind,)*
        }

        impl TokenKind {
            /// The name in grammar notation: `DQPRE`, `WSLPAREN` …
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// The text of tokens that are always written alike; empty for the others.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }
        }
    };
}

token_kinds! {
    // Brackets. `ListStart` is `[` after white space, `WsLParen` is `(` at the start of a line,
    // `SelBrace` is `{` after `?`: white space and neighbours decide what continues an expression.
    LBrack "LBRACK" "[",
    ListStart "LISTSTART" "[",
    RBrack "RBRACK" "]",
    LBrace "LBRACE" "{",
    SelBrace "SELBRACE" "{",
    RBrace "RBRACE" "}",
    LParen "LPAREN" "(",
    WsLParen "WSLPAREN" "(",
    RParen "RPAREN" ")",

    Equals "EQUALS" "=",
    Appends "APPENDS" "+=",
    Deletes "DELETES" "-=",
    IsEqual "ISEQUAL" "==",
    NotEqual "NOTEQUAL" "!=",
    Match "MATCH" "=~",
    NoMatch "NOMATCH" "!~",
    GreaterEqual "GREATEREQUAL" ">=",
    GreaterThan "GREATERTHAN" ">",
    LessEqual "LESSEQUAL" "<=",
    LessThan "LESSTHAN" "<",
    FArrow "FARROW" "=>",
    PArrow "PARROW" "+>",
    LShift "LSHIFT" "<<",
    LLCollect "LLCOLLECT" "<<|",
    LCollect "LCOLLECT" "<|",
    RShift "RSHIFT" ">>",
    RRCollect "RRCOLLECT" "|>>",
    RCollect "RCOLLECT" "|>",
    Plus "PLUS" "+",
    Minus "MINUS" "-",
    Div "DIV" "/",
    Times "TIMES" "*",
    Modulo "MODULO" "%",
    Not "NOT" "!",
    Dot "DOT" ".",
    Pipe "PIPE" "|",
    At "AT" "@",
    AtAt "ATAT" "@@",
    Colon "COLON" ":",
    Comma "COMMA" ",",
    Semic "SEMIC" ";",
    QMark "QMARK" "?",
    Tilde "TILDE" "~",
    InEdge "IN_EDGE" "->",
    InEdgeSub "IN_EDGE_SUB" "~>",
    OutEdge "OUT_EDGE" "<-",
    OutEdgeSub "OUT_EDGE_SUB" "<~",

    // Words
    Case "CASE" "case",
    Class "CLASS" "class",
    Default "DEFAULT" "default",
    Define "DEFINE" "define",
    If "IF" "if",
    Elsif "ELSIF" "elsif",
    Else "ELSE" "else",
    Inherits "INHERITS" "inherits",
    Node "NODE" "node",
    And "AND" "and",
    Or "OR" "or",
    Undef "UNDEF" "undef",
    False "BOOLEAN" "false",
    True "BOOLEAN" "true",
    In "IN" "in",
    Unless "UNLESS" "unless",
    Function "FUNCTION" "function",
    Type "TYPE" "type",
    Attr "ATTR" "attr",
    Private "PRIVATE" "private",
    Plan "PLAN" "plan",
    Apply "APPLY" "apply",
    Name "NAME" "",
    Word "WORD" "",
    ClassRef "CLASSREF" "",

    // Literals
    Variable "VARIABLE" "",
    Number "NUMBER" "",
    Regex "REGEX" "",
    String "STRING" "",
    DqPre "DQPRE" "",
    DqMid "DQMID" "",
    DqPost "DQPOST" "",
    Heredoc "HEREDOC" "",
    Sublocate "SUBLOCATE" "",

    // Templates
    EppStart "EPP_START" "",
    EppEnd "EPP_END" "%>",
    EppEndTrim "EPP_END_TRIM" "-%>",
    RenderString "RENDER_STRING" "",
    RenderExpr "RENDER_EXPR" "",

    // A character that starts nothing.
    Other "OTHER" "",
    // The end of the text. The lexer's error, if there is one, stands here.
    End "END" "",
}

impl TokenKind {
    /// The keyword a word stands for, if any. `plan` and `apply` are keywords only in scripts.
    pub fn keyword(word: &str, tasks: bool) -> Option<Self> {
        Some(match word {
            "case" => Self::Case,
            "class" => Self::Class,
            "default" => Self::Default,
            "define" => Self::Define,
            "if" => Self::If,
            "elsif" => Self::Elsif,
            "else" => Self::Else,
            "inherits" => Self::Inherits,
            "node" => Self::Node,
            "and" => Self::And,
            "or" => Self::Or,
            "undef" => Self::Undef,
            "false" => Self::False,
            "true" => Self::True,
            "in" => Self::In,
            "unless" => Self::Unless,
            "function" => Self::Function,
            "type" => Self::Type,
            "attr" => Self::Attr,
            "private" => Self::Private,
            "plan" if tasks => Self::Plan,
            "apply" if tasks => Self::Apply,
            _ => return None,
        })
    }

    /// Whether a keyword may name an attribute.
    pub const fn is_attribute_keyword(self) -> bool {
        matches!(
            self,
            Self::And
                | Self::Case
                | Self::Class
                | Self::Default
                | Self::Define
                | Self::Else
                | Self::Elsif
                | Self::If
                | Self::In
                | Self::Inherits
                | Self::Node
                | Self::Or
                | Self::Undef
                | Self::Unless
                | Self::Type
                | Self::Attr
                | Self::Function
                | Self::Private
                | Self::Plan
                | Self::Apply
        )
    }

    /// Whether the token is any keyword, `true` and `false` included.
    pub const fn is_keyword(self) -> bool {
        self.is_attribute_keyword() || matches!(self, Self::True | Self::False)
    }
}
