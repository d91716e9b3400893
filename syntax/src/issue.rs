//! What can be wrong with a source text: code and words of every issue, in one place.
//!
//! Codes and texts are those of the language's own implementation, because people search for them.

/// An issue with what its text needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issue {
    // Lexing
    IllegalBom,
    UnclosedQuote {
        after: String,
        followed_by: String,
    },
    UnclosedComment,
    IllegalNumber {
        value: String,
    },
    InvalidHexNumber {
        value: String,
    },
    InvalidOctalNumber {
        value: String,
    },
    InvalidDecimalNumber {
        value: String,
    },
    IllegalClassReference,
    IllegalFullyQualifiedClassReference,
    IllegalFullyQualifiedName,
    IllegalUnicodeEscape,
    UnrecognizedEscape {
        ch: String,
    },
    HeredocUnclosedParenthesis {
        followed_by: String,
    },
    HeredocInvalidSyntax,
    HeredocEmptyEndtag,
    HeredocMultipleEscapes {
        escapes: String,
    },
    HeredocInvalidEscape {
        actual: char,
    },
    HeredocWithoutText,
    HeredocWithoutEnd,
    EppUnbalancedTag,
    EppUnbalancedComment,
    EppUnbalancedExpression,

    // Parsing
    SyntaxError {
        location: String,
    },
    /// An error that has a text but no code.
    Uncoded {
        message: String,
    },
    SourceTooLarge {
        bytes: usize,
        max_bytes: usize,
    },
    NestingTooDeep {
        max_depth: usize,
    },
    TreeTooHigh {
        max_height: usize,
    },

    // Validation. `what` and `container` are labels of nodes, with article where the text has one.
    NotTopLevel,
    NotAbsoluteTopLevel {
        what: String,
    },
    CrossScopeAssignment {
        name: String,
    },
    IllegalAssignment {
        what: String,
    },
    IllegalNumericAssignment {
        name: String,
    },
    IllegalAssignmentContext,
    IllegalNumericParameter {
        name: String,
    },
    IllegalIndexedAssignment,
    AppendsDeletes {
        operator: &'static str,
    },
    UnsupportedOperatorInContext {
        operator: &'static str,
        what: String,
    },
    NotRvalue {
        what: String,
    },
    IllegalAttributeAppend {
        name: String,
        container: String,
    },
    IllegalSingleTypeMapping {
        what: String,
    },
    IllegalRegexpTypeMapping {
        what: String,
    },
    IllegalParamName {
        name: String,
    },
    IllegalVarName {
        name: String,
    },
    IllegalNumericVarName {
        name: String,
    },
    IllegalClassref {
        name: String,
    },
    IllegalHostnameChars {
        hostname: String,
    },
    IllegalHostnameInterpolation,
    IllegalExpression {
        what: String,
        feature: &'static str,
        container: String,
    },
    IllegalQueryExpression {
        what: String,
    },
    NotVirtualizeable,
    ClassNotVirtualizable,
    UnsupportedExpression {
        what: String,
    },
    IllegalDefinitionName {
        name: String,
        what: String,
    },
    CapturesRestNotLast {
        name: String,
    },
    CapturesRestNotSupported {
        name: String,
        container: String,
    },
    IllegalEppParameters,
    IdemExpressionNotLast {
        label: String,
    },
    ResourceWithoutTitle {
        name: String,
    },
    IdemNotAllowedLast {
        label: String,
        container: String,
    },
    ReservedWord {
        word: String,
    },
    FutureReservedWord {
        word: String,
    },
    ReservedTypeName {
        name: String,
        what: String,
    },
    IllegalNodeInheritance,
    DuplicateParameter {
        name: String,
    },
    DuplicateKey {
        key: String,
    },
    DuplicateDefault {
        container: String,
    },
    ReservedParameter {
        name: String,
        container: String,
    },
    MultipleAttributesUnfold,
    NumericOverflow {
        what: String,
        value: String,
    },
    NotSupportedWhenScripting {
        what: String,
    },
    NotSupportedWhenCompiling {
        what: String,
    },
    /// Text of a heredoc that is not what its syntax tag says.
    InvalidHeredocText {
        code: &'static str,
        syntax: String,
        detail: String,
    },
    IllegalDefinitionLocation {
        name: String,
        file: String,
    },
    IllegalTopConstruct {
        label: String,
    },
}

impl Issue {
    /// The code, as logs and tools know it; empty for [`Issue::Uncoded`].
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IllegalBom => "ILLEGAL_BOM",
            Self::UnclosedQuote { .. } => "UNCLOSED_QUOTE",
            Self::UnclosedComment => "UNCLOSED_MLCOMMENT",
            Self::IllegalNumber { .. } => "ILLEGAL_NUMBER",
            Self::InvalidHexNumber { .. } => "INVALID_HEX_NUMBER",
            Self::InvalidOctalNumber { .. } => "INVALID_OCTAL_NUMBER",
            Self::InvalidDecimalNumber { .. } => "INVALID_DECIMAL_NUMBER",
            Self::IllegalClassReference => "ILLEGAL_CLASS_REFERENCE",
            Self::IllegalFullyQualifiedClassReference => "ILLEGAL_FULLY_QUALIFIED_CLASS_REFERENCE",
            Self::IllegalFullyQualifiedName => "ILLEGAL_FULLY_QUALIFIED_NAME",
            Self::IllegalUnicodeEscape => "ILLEGAL_UNICODE_ESCAPE",
            Self::UnrecognizedEscape { .. } => "UNRECOGNIZED_ESCAPE",
            Self::HeredocUnclosedParenthesis { .. } => "HEREDOC_UNCLOSED_PARENTHESIS",
            Self::HeredocInvalidSyntax => "HEREDOC_INVALID_SYNTAX",
            Self::HeredocEmptyEndtag => "HEREDOC_EMPTY_ENDTAG",
            Self::HeredocMultipleEscapes { .. } => "HEREDOC_MULTIPLE_AT_ESCAPES",
            Self::HeredocInvalidEscape { .. } => "HEREDOC_INVALID_ESCAPE",
            Self::HeredocWithoutText => "HEREDOC_WITHOUT_TEXT",
            Self::HeredocWithoutEnd => "HEREDOC_WITHOUT_END_TAGGED_LINE",
            Self::EppUnbalancedTag => "EPP_UNBALANCED_TAG",
            Self::EppUnbalancedComment => "EPP_UNBALANCED_COMMENT",
            Self::EppUnbalancedExpression => "EPP_UNBALANCED_EXPRESSION",
            Self::SyntaxError { .. } => "SYNTAX_ERROR",
            Self::Uncoded { .. } => "",
            Self::SourceTooLarge { .. } => "SOURCE_TOO_LARGE",
            Self::NestingTooDeep { .. } => "NESTING_TOO_DEEP",
            Self::TreeTooHigh { .. } => "TREE_TOO_HIGH",
            Self::NotTopLevel => "NOT_TOP_LEVEL",
            Self::NotAbsoluteTopLevel { .. } => "NOT_ABSOLUTE_TOP_LEVEL",
            Self::CrossScopeAssignment { .. } => "CROSS_SCOPE_ASSIGNMENT",
            Self::IllegalAssignment { .. } => "ILLEGAL_ASSIGNMENT",
            Self::IllegalNumericAssignment { .. } => "ILLEGAL_NUMERIC_ASSIGNMENT",
            Self::IllegalAssignmentContext => "ILLEGAL_ASSIGNMENT_CONTEXT",
            Self::IllegalNumericParameter { .. } => "ILLEGAL_NUMERIC_PARAMETER",
            Self::IllegalIndexedAssignment => "ILLEGAL_INDEXED_ASSIGNMENT",
            Self::AppendsDeletes { .. } => "APPENDS_DELETES_NO_LONGER_SUPPORTED",
            Self::UnsupportedOperatorInContext { .. } => "UNSUPPORTED_OPERATOR_IN_CONTEXT",
            Self::NotRvalue { .. } => "NOT_RVALUE",
            Self::IllegalAttributeAppend { .. } => "ILLEGAL_ATTRIBUTE_APPEND",
            Self::IllegalSingleTypeMapping { .. } | Self::IllegalRegexpTypeMapping { .. } => "ILLEGAL_TYPE_MAPPING",
            Self::IllegalParamName { .. } => "ILLEGAL_PARAM_NAME",
            Self::IllegalVarName { .. } => "ILLEGAL_VAR_NAME",
            Self::IllegalNumericVarName { .. } => "ILLEGAL_NUMERIC_VAR_NAME",
            Self::IllegalClassref { .. } => "ILLEGAL_CLASSREF",
            Self::IllegalHostnameChars { .. } => "ILLEGAL_HOSTNAME_CHARS",
            Self::IllegalHostnameInterpolation => "ILLEGAL_HOSTNAME_INTERPOLATION",
            Self::IllegalExpression { .. } => "ILLEGAL_EXPRESSION",
            Self::IllegalQueryExpression { .. } => "ILLEGAL_QUERY_EXPRESSION",
            Self::NotVirtualizeable => "NOT_VIRTUALIZEABLE",
            Self::ClassNotVirtualizable => "CLASS_NOT_VIRTUALIZABLE",
            Self::UnsupportedExpression { .. } => "UNSUPPORTED_EXPRESSION",
            Self::IllegalDefinitionName { .. } => "ILLEGAL_DEFINITION_NAME",
            Self::CapturesRestNotLast { .. } => "CAPTURES_REST_NOT_LAST",
            Self::CapturesRestNotSupported { .. } => "CAPTURES_REST_NOT_SUPPORTED",
            Self::IllegalEppParameters => "ILLEGAL_EPP_PARAMETERS",
            Self::IdemExpressionNotLast { .. } => "IDEM_EXPRESSION_NOT_LAST",
            Self::ResourceWithoutTitle { .. } => "RESOURCE_WITHOUT_TITLE",
            Self::IdemNotAllowedLast { .. } => "IDEM_NOT_ALLOWED_LAST",
            Self::ReservedWord { .. } => "RESERVED_WORD",
            Self::FutureReservedWord { .. } => "FUTURE_RESERVED_WORD",
            Self::ReservedTypeName { .. } => "RESERVED_TYPE_NAME",
            Self::IllegalNodeInheritance => "ILLEGAL_NODE_INHERITANCE",
            Self::DuplicateParameter { .. } => "DUPLICATE_PARAMETER",
            Self::DuplicateKey { .. } => "DUPLICATE_KEY",
            Self::DuplicateDefault { .. } => "DUPLICATE_DEFAULT",
            Self::ReservedParameter { .. } => "RESERVED_PARAMETER",
            Self::MultipleAttributesUnfold => "MULTIPLE_ATTRIBUTES_UNFOLD",
            Self::NumericOverflow { .. } => "NUMERIC_OVERFLOW",
            Self::NotSupportedWhenScripting { .. } => "EXPRESSION_NOT_SUPPORTED_WHEN_SCRIPTING",
            Self::NotSupportedWhenCompiling { .. } => "EXPRESSION_NOT_SUPPORTED_WHEN_COMPILING",
            Self::InvalidHeredocText { code, .. } => code,
            Self::IllegalDefinitionLocation { .. } => "ILLEGAL_DEFINITION_LOCATION",
            Self::IllegalTopConstruct { .. } => "ILLEGAL_TOP_CONSTRUCT_LOCATION",
        }
    }

    /// The text, without a location.
    pub fn message(&self) -> String {
        match self {
            Self::IllegalBom => "Illegal UTF-8 Byte Order mark at beginning of input: [EF BB BF] - remove these from the puppet source".to_owned(),
            Self::UnclosedQuote { after, followed_by } => format!("Unclosed quote after {after} followed by '{followed_by}'"),
            Self::UnclosedComment => "Unclosed multiline comment".to_owned(),
            Self::IllegalNumber { value } => format!("Illegal number '{value}'"),
            Self::InvalidHexNumber { value } => format!("Not a valid hex number {value}"),
            Self::InvalidOctalNumber { value } => format!("Not a valid octal number {value}"),
            Self::InvalidDecimalNumber { value } => format!("Not a valid decimal number {value}"),
            Self::IllegalClassReference => "Illegal class reference".to_owned(),
            Self::IllegalFullyQualifiedClassReference => "Illegal fully qualified class reference".to_owned(),
            Self::IllegalFullyQualifiedName => "Illegal fully qualified name".to_owned(),
            Self::IllegalUnicodeEscape => {
                "Unicode escape '\\u' was not followed by 4 hex digits or 1-6 hex digits in {} or was > 10ffff".to_owned()
            }
            Self::UnrecognizedEscape { ch } => format!("Unrecognized escape sequence '\\{ch}'"),
            Self::HeredocUnclosedParenthesis { followed_by } => {
                format!("Unclosed parenthesis after '@(' followed by '{followed_by}'")
            }
            Self::HeredocInvalidSyntax => "Invalid syntax in heredoc expected @(endtag[:syntax][/escapes])".to_owned(),
            Self::HeredocEmptyEndtag => "Heredoc with an empty endtag".to_owned(),
            Self::HeredocMultipleEscapes { escapes } => {
                format!("An escape char for @() may only appear once. Got '{escapes}'")
            }
            Self::HeredocInvalidEscape { actual } => {
                format!("Invalid heredoc escape char. Only t, r, n, s,  u, L, $ allowed. Got '{actual}'")
            }
            Self::HeredocWithoutText => "Heredoc without any following lines of text".to_owned(),
            Self::HeredocWithoutEnd => "Heredoc without end-tagged line".to_owned(),
            Self::EppUnbalancedTag => "Unbalanced epp tag, reached <eof> without closing tag.".to_owned(),
            Self::EppUnbalancedComment => "Reaching end after opening <%# without seeing %>".to_owned(),
            Self::EppUnbalancedExpression => {
                "Unbalanced embedded expression - opening <% and reaching end of input".to_owned()
            }
            Self::SyntaxError { location } => format!("Syntax error at {location}"),
            Self::Uncoded { message } => message.clone(),
            Self::SourceTooLarge { bytes, max_bytes } => {
                format!("The source has {bytes} bytes, more than the limit max_bytes of {max_bytes}")
            }
            Self::NestingTooDeep { max_depth } => {
                format!("The code is nested deeper than the limit max_depth of {max_depth}")
            }
            Self::TreeTooHigh { max_height } => {
                format!("An expression is longer than the limit max_height of {max_height} operators and levels")
            }
            Self::NotTopLevel => {
                "Classes, definitions, and nodes may only appear at toplevel or inside other classes".to_owned()
            }
            Self::NotAbsoluteTopLevel { what } => format!("{what} may only appear at toplevel"),
            Self::CrossScopeAssignment { name } => {
                format!("Illegal attempt to assign to '{name}'. Cannot assign to variables in other namespaces")
            }
            Self::IllegalAssignment { what } => {
                format!("Illegal attempt to assign to '{what}'. Not an assignable reference")
            }
            Self::IllegalNumericAssignment { name } => format!(
                "Illegal attempt to assign to the numeric match result variable '${name}'. Numeric variables are not assignable"
            ),
            Self::IllegalAssignmentContext => "Assignment not allowed here".to_owned(),
            Self::IllegalNumericParameter { name } => format!(
                "The numeric parameter name '${name}' cannot be used (clashes with numeric match result variables)"
            ),
            Self::IllegalIndexedAssignment => {
                "Illegal attempt to assign via [index/key]. Not an assignable reference".to_owned()
            }
            Self::AppendsDeletes { operator } => format!(
                "The operator '{operator}' is no longer supported. See http://links.puppet.com/remove-plus-equals"
            ),
            Self::UnsupportedOperatorInContext { operator, what } => {
                format!("The operator '{operator}' in {what} is not supported.")
            }
            Self::NotRvalue { what } => format!("Invalid use of expression. {what} does not produce a value"),
            Self::IllegalAttributeAppend { name, container } => {
                format!("Illegal +> operation on attribute {name}. This operator can not be used in {container}")
            }
            Self::IllegalSingleTypeMapping { what } => {
                format!("Illegal type mapping. Expected a Type on the left side, got {what}")
            }
            Self::IllegalRegexpTypeMapping { what } => {
                format!("Illegal type mapping. Expected a Tuple[Regexp,String] on the left side, got {what}")
            }
            Self::IllegalParamName { name } => format!(
                "Illegal parameter name. The given name '{name}' does not conform to the naming rule /^[a-z_]\\w*$/"
            ),
            Self::IllegalVarName { name } => format!(
                "Illegal variable name, The given name '{name}' does not conform to the naming rule /^((::)?[a-z]\\w*)*((::)?[a-z_]\\w*)$/"
            ),
            Self::IllegalNumericVarName { name } => format!(
                "Illegal numeric variable name, The given name '{name}' must be a decimal value if it starts with a digit 0-9"
            ),
            Self::IllegalClassref { name } => {
                format!("Illegal type reference. The given name '{name}' does not conform to the naming rule")
            }
            Self::IllegalHostnameChars { hostname } => format!(
                "The hostname '{hostname}' contains illegal characters (only letters, digits, '_', '-', and '.' are allowed)"
            ),
            Self::IllegalHostnameInterpolation => {
                "An interpolated expression is not allowed in a hostname of a node".to_owned()
            }
            Self::IllegalExpression { what, feature, container } => {
                format!("Illegal expression. {what} is unacceptable as {feature} in {container}")
            }
            Self::IllegalQueryExpression { what } => {
                format!("Illegal query expression. {what} cannot be used in a query")
            }
            Self::NotVirtualizeable => "Resource Defaults are not virtualizable".to_owned(),
            Self::ClassNotVirtualizable => "Classes are not virtualizable".to_owned(),
            Self::UnsupportedExpression { what } => {
                format!("Expressions of type {what} are not supported in this version of Puppet")
            }
            Self::IllegalDefinitionName { name, what } => {
                format!("Unacceptable name. The name '{name}' is unacceptable as the name of {what}")
            }
            Self::CapturesRestNotLast { name } => format!("Parameter ${name} is not last, and has 'captures rest'"),
            Self::CapturesRestNotSupported { name, container } => {
                format!("Parameter ${name} has 'captures rest' - not supported in {container}")
            }
            Self::IllegalEppParameters => {
                "Ambiguous EPP parameter expression. Probably missing '<%-' before parameters to remove leading whitespace".to_owned()
            }
            Self::IdemExpressionNotLast { label } => format!(
                "This {label} has no effect. A value was produced and then forgotten (one or more preceding expressions may have the wrong form)"
            ),
            Self::ResourceWithoutTitle { name } => {
                format!("This expression is invalid. Did you try declaring a '{name}' resource without a title?")
            }
            Self::IdemNotAllowedLast { label, container } => format!(
                "This {label} has no effect. {container} can not end with a value-producing expression without other effect"
            ),
            Self::ReservedWord { word } => {
                format!("Use of reserved word: {word}, must be quoted if intended to be a String value")
            }
            Self::FutureReservedWord { word } => format!("Use of future reserved word: '{word}'"),
            Self::ReservedTypeName { name, what } => {
                format!("The name: '{name}' is already defined by Puppet and can not be used as the name of {what}.")
            }
            Self::IllegalNodeInheritance => "Node inheritance is not supported in Puppet >= 4.0.0. See http://links.puppet.com/puppet-node-inheritance-deprecation".to_owned(),
            Self::DuplicateParameter { name } => {
                format!("The parameter '{name}' is declared more than once in the parameter list")
            }
            Self::DuplicateKey { key } => format!("The key '{key}' is declared more than once"),
            Self::DuplicateDefault { container } => {
                format!("This {container} already has a 'default' entry - this is a duplicate")
            }
            Self::ReservedParameter { name, container } => {
                format!("The parameter ${name} redefines a built in parameter in {container}")
            }
            Self::MultipleAttributesUnfold => {
                "Unfolding of attributes from Hash can only be used once per resource body".to_owned()
            }
            Self::NumericOverflow { what, value } => {
                format!("{what} resulted in a value outside of Puppet Integer max range, got '{value}'")
            }
            Self::NotSupportedWhenScripting { what } => format!("{what} is only available when compiling a catalog"),
            Self::NotSupportedWhenCompiling { what } => format!("{what} is not available when compiling a catalog"),
            Self::InvalidHeredocText { syntax, detail, .. } => {
                format!("Invalid produced text having syntax: '{syntax}'. {detail}")
            }
            Self::IllegalDefinitionLocation { name, file } => {
                format!("Unacceptable location. The name '{name}' is unacceptable in file '{file}'")
            }
            Self::IllegalTopConstruct { label } => {
                format!("This {label} is unacceptable as a top level construct in this location")
            }
        }
    }
}
