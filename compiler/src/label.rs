//! How messages name expressions and values.

use std::borrow::Cow;

use syntax::ast::{AssignOp, Expr, ExprKind, RelationshipOp};

use crate::types::Type;
use crate::value::Value;

/// What an expression is, in the words of the original.
pub(crate) fn label(expr: &Expr) -> Cow<'static, str> {
    let fixed = match &expr.kind {
        ExprKind::Nop => "Nop Expression",
        ExprKind::Undef => "'undef' expression",
        ExprKind::Default => "'default' expression",
        ExprKind::Boolean(_) => "Boolean",
        ExprKind::Integer { .. } => "Literal Integer",
        ExprKind::Float(_) => "Literal Float",
        ExprKind::String(_) => "String",
        ExprKind::Regexp(_) => "Regular Expression",
        ExprKind::QualifiedName(_) => "Name",
        ExprKind::QualifiedReference(_) => "Type-Name",
        ExprKind::ReservedWord { word, .. } => return format!("Reserved Word '{word}'").into(),
        ExprKind::Variable(_) => "Variable",
        ExprKind::Concatenated(_) => "Double Quoted String",
        ExprKind::Text(_) => "Expression in Interpolated String",
        ExprKind::Heredoc { syntax, .. } => return format!("'@({syntax})' expression").into(),
        ExprKind::Array(_) => "Array Expression",
        ExprKind::Hash(_) => "Hash Expression",
        ExprKind::Parenthesized(_) => "Parenthesized Expression",
        ExprKind::Block(_) => "Block Expression",
        ExprKind::Not(_) => "'not' expression",
        ExprKind::UnaryMinus(_) => "Unary Minus",
        ExprKind::Unfold(_) => "Unfold",
        ExprKind::Binary { op, .. } => return format!("'{}' expression", op.symbol()).into(),
        ExprKind::Assignment { op, .. } => match op {
            AssignOp::Set => "'=' expression",
            AssignOp::Append => "'+=' expression",
            AssignOp::Remove => "'-=' expression",
        },
        ExprKind::Relationship { op, .. } => match op {
            RelationshipOp::Before => "'->' expression",
            RelationshipOp::Notify => "'~>' expression",
            RelationshipOp::After => "'<-' expression",
            RelationshipOp::Subscribe => "'<~' expression",
        },
        ExprKind::Access { .. } => "'[]' expression",
        ExprKind::NamedAccess { .. } => "'.' expression",
        ExprKind::Call(_) => "Function Call",
        ExprKind::CallMethod(_) => "Method call",
        ExprKind::If(_) => "'if' statement",
        ExprKind::Unless(_) => "'unless' Statement",
        ExprKind::Case(_) => "'case' statement",
        ExprKind::Selector(_) => "Selector Expression",
        ExprKind::Resource(_) => "Resource Statement",
        ExprKind::ResourceDefaults(_) => "Resource Defaults Expression",
        ExprKind::ResourceOverride(_) => "Resource Override",
        ExprKind::Collect(collect) if collect.query.exported => "Exported Query",
        ExprKind::Collect(_) => "Virtual Query",
        ExprKind::Definition(_) => "Definition",
        ExprKind::Epp { .. } => "Epp Template",
        ExprKind::RenderString(_) => "Epp Text",
        ExprKind::Render(_) => "Epp Interpolated Expression",
        ExprKind::Apply { .. } => "'apply' expression",
    };
    fixed.into()
}

/// What a value is, in the words of the original.
pub(crate) fn label_value(value: &Value) -> Cow<'static, str> {
    let fixed = match value {
        Value::Undef => "Undef Value",
        Value::Default => "Symbol",
        Value::SemVer(_) => "Semver",
        Value::SemVerRange(_) => "SemverRange",
        Value::Type(Type::Resource(resource)) if resource.title.is_some() => {
            return format!("{} Resource-Reference", crate::format::to_text(value)).into();
        }
        Value::Type(_) => return format!("{}-Type", crate::format::to_text(value)).into(),
        Value::Object(object) => return object.of.name.to_string().into(),
        other => other.type_name(),
    };
    fixed.into()
}

/// With its article: `a String`, `an '[]' expression`.
pub(crate) fn a_an(text: &str) -> String {
    format!("{} {text}", if has_vowel(text) { "an" } else { "a" })
}

/// With its article at the start of a sentence.
pub(crate) fn a_an_uc(text: &str) -> String {
    format!("{} {text}", if has_vowel(text) { "An" } else { "A" })
}

fn has_vowel(text: &str) -> bool {
    let first = text.chars().find(|c| !matches!(c, '\'' | '"')).unwrap_or(' ');
    matches!(first.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}
