//! What messages call a node.

use super::node::Node;
use crate::ast::{AssignOp, AttributeOperationKind, Definition, Expr, ExprKind, RelationshipOp};

pub(super) fn label(node: Node<'_>) -> String {
    match node {
        Node::Expr(expr) => expression(expr),
        Node::Program(_) => "Program".to_owned(),
        Node::KeyedEntry(_) => "Hash Entry".to_owned(),
        Node::CaseOption(_) => "Case Option".to_owned(),
        Node::SelectorEntry(_) => "Selector Option".to_owned(),
        Node::ResourceBody(_) => "Resource Instance Definition".to_owned(),
        Node::AttributeOperation(operation) => match operation.kind {
            AttributeOperationKind::Append { .. } => "'+>' expression".to_owned(),
            _ => "'=>' expression".to_owned(),
        },
        Node::Query(query) => if query.exported { "Exported Query" } else { "Virtual Query" }.to_owned(),
        Node::Lambda(_) | Node::EppLambda(_) => "Lambda".to_owned(),
        Node::Parameter(_) => "Parameter Definition".to_owned(),
        Node::ApplyBlock(_) => "Apply Block Expression".to_owned(),
    }
}

/// The label with `a` or `an` before it.
pub(super) fn a_an(node: Node<'_>) -> String {
    with_article(&label(node), "a")
}

/// As [`a_an`], at the start of a sentence.
pub(super) fn a_an_upper(node: Node<'_>) -> String {
    with_article(&label(node), "A")
}

/// The label with `the` before it.
pub(super) fn the(node: Node<'_>) -> String {
    format!("the {}", label(node))
}

fn with_article(label: &str, article: &str) -> String {
    let word = label.strip_prefix(['\'', '"']).unwrap_or(label);
    let vowel = word.starts_with(|c: char| "aeiouy".contains(c.to_ascii_lowercase()));
    format!("{article}{} {label}", if vowel { "n" } else { "" })
}

/// What messages call an expression: `Literal Integer`, `'if' statement`.
pub fn expression(expr: &Expr) -> String {
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
        ExprKind::ReservedWord { word, .. } => return format!("Reserved Word '{word}'"),
        ExprKind::Variable(_) => "Variable",
        ExprKind::Concatenated(_) => "Double Quoted String",
        ExprKind::Text(_) => "Expression in Interpolated String",
        ExprKind::Heredoc { syntax, .. } => return format!("'@({syntax})' expression"),
        ExprKind::Array(_) => "Array Expression",
        ExprKind::Hash(_) => "Hash Expression",
        ExprKind::Parenthesized(_) => "Parenthesized Expression",
        ExprKind::Block(_) => "Block Expression",
        ExprKind::Not(_) => "'not' expression",
        ExprKind::UnaryMinus(_) => "Unary Minus",
        ExprKind::Unfold(_) => "Unfold",
        ExprKind::Binary { op, .. } => return format!("'{}' expression", op.symbol()),
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
        ExprKind::Collect(collect) => return label(Node::Query(&collect.query)),
        ExprKind::Definition(definition) => match definition {
            Definition::Class(_) => "Host Class Definition",
            Definition::Define(_) => "'define' expression",
            Definition::Node(_) => "Node Definition",
            Definition::Function(_) => "Function Definition",
            Definition::Plan(_) => "Plan Definition",
            Definition::TypeAlias(_) => "Type Alias",
            Definition::TypeMapping(_) => "Type Mapping",
            Definition::TypeDefinition(_) => "Type Definition",
        },
        ExprKind::Epp { .. } => "Epp Template",
        ExprKind::RenderString(_) => "Epp Text",
        ExprKind::Render(_) => "Epp Interpolated Expression",
        ExprKind::Apply { .. } => "'apply' expression",
    };
    fixed.to_owned()
}
