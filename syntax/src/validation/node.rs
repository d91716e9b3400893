//! All kinds of nodes under one type, and what each holds.

use crate::ast::{
    AttributeOperation, AttributeOperationKind, CaseOption, Definition, Expr, ExprKind, KeyedEntry, Lambda, Parameter,
    Program, Query, ResourceBody, SelectorEntry,
};

#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Program(&'a Program),
    Expr(&'a Expr),
    KeyedEntry(&'a KeyedEntry),
    CaseOption(&'a CaseOption),
    SelectorEntry(&'a SelectorEntry),
    ResourceBody(&'a ResourceBody),
    AttributeOperation(&'a AttributeOperation),
    Query(&'a Query),
    Lambda(&'a Lambda),
    Parameter(&'a Parameter),
    /// The lambda that a template is: its parameters, and the template itself as body.
    EppLambda(&'a Expr),
    /// The block of `apply`.
    ApplyBlock(&'a Expr),
}

impl<'a> Node<'a> {
    /// Adds what the node holds directly, in order.
    pub(crate) fn children(self, into: &mut Vec<Node<'a>>) {
        match self {
            Self::Program(program) => match &program.body.kind {
                ExprKind::Epp { .. } => into.push(Self::EppLambda(&program.body)),
                _ => push(into, &program.body),
            },
            Self::Expr(expr) => expression(expr, into),
            Self::KeyedEntry(entry) => pair(into, &entry.key, &entry.value),
            Self::CaseOption(option) => {
                extend(into, &option.values);
                push(into, &option.then);
            }
            Self::SelectorEntry(entry) => pair(into, &entry.matching, &entry.value),
            Self::ResourceBody(body) => {
                push(into, &body.title);
                into.extend(body.operations.iter().map(Self::AttributeOperation));
            }
            Self::AttributeOperation(operation) => match &operation.kind {
                AttributeOperationKind::Set { value, .. }
                | AttributeOperationKind::Append { value, .. }
                | AttributeOperationKind::Splat { value } => push(into, value),
            },
            Self::Query(query) => push(into, &query.expr),
            Self::Lambda(lambda) => {
                into.extend(lambda.parameters.iter().map(Self::Parameter));
                push(into, &lambda.body);
                extend(into, &lambda.return_type);
            }
            Self::Parameter(parameter) => {
                extend(into, &parameter.default);
                extend(into, &parameter.type_expr);
            }
            Self::EppLambda(template) => {
                if let ExprKind::Epp { parameters, .. } = &template.kind {
                    into.extend(parameters.iter().map(Self::Parameter));
                }
                into.push(Self::Expr(template));
            }
            Self::ApplyBlock(block) => match &block.kind {
                ExprKind::Block(statements) => extend(into, statements),
                _ => push(into, block),
            },
        }
    }
}

/// Adds an expression; nothing is no node.
fn push<'a>(into: &mut Vec<Node<'a>>, expr: &'a Expr) {
    if !matches!(expr.kind, ExprKind::Nop) {
        into.push(Node::Expr(expr));
    }
}

fn extend<'a>(into: &mut Vec<Node<'a>>, exprs: impl IntoIterator<Item = &'a Expr>) {
    exprs.into_iter().for_each(|expr| push(into, expr));
}

fn pair<'a>(into: &mut Vec<Node<'a>>, left: &'a Expr, right: &'a Expr) {
    push(into, left);
    push(into, right);
}

fn expression<'a>(expr: &'a Expr, into: &mut Vec<Node<'a>>) {
    match &expr.kind {
        ExprKind::Nop
        | ExprKind::Undef
        | ExprKind::Default
        | ExprKind::Boolean(_)
        | ExprKind::Integer { .. }
        | ExprKind::Float(_)
        | ExprKind::String(_)
        | ExprKind::Regexp(_)
        | ExprKind::QualifiedName(_)
        | ExprKind::QualifiedReference(_)
        | ExprKind::ReservedWord { .. }
        | ExprKind::Variable(_)
        | ExprKind::RenderString(_) => {}
        ExprKind::Concatenated(items) | ExprKind::Array(items) | ExprKind::Block(items) => {
            extend(into, items);
        }
        ExprKind::Text(inner)
        | ExprKind::Parenthesized(inner)
        | ExprKind::Not(inner)
        | ExprKind::UnaryMinus(inner)
        | ExprKind::Unfold(inner)
        | ExprKind::Render(inner)
        | ExprKind::Heredoc { text: inner, .. }
        | ExprKind::Epp { body: inner, .. } => push(into, inner),
        ExprKind::Hash(entries) => into.extend(entries.iter().map(Node::KeyedEntry)),
        ExprKind::Binary { left, right, .. }
        | ExprKind::Assignment { left, right, .. }
        | ExprKind::Relationship { left, right, .. }
        | ExprKind::NamedAccess { left, right } => pair(into, left, right),
        ExprKind::Access { left, keys } => {
            push(into, left);
            extend(into, keys);
        }
        ExprKind::Call(call) | ExprKind::CallMethod(call) => {
            push(into, &call.functor);
            extend(into, &call.arguments);
            into.extend(call.lambda.iter().map(|lambda| Node::Lambda(lambda)));
        }
        ExprKind::If(conditional) | ExprKind::Unless(conditional) => {
            push(into, &conditional.test);
            pair(into, &conditional.then, &conditional.otherwise);
        }
        ExprKind::Case(case) => {
            push(into, &case.test);
            into.extend(case.options.iter().map(Node::CaseOption));
        }
        ExprKind::Selector(selector) => {
            push(into, &selector.left);
            into.extend(selector.entries.iter().map(Node::SelectorEntry));
        }
        ExprKind::Resource(resource) => {
            push(into, &resource.type_name);
            into.extend(resource.bodies.iter().map(Node::ResourceBody));
        }
        ExprKind::ResourceDefaults(defaults) => {
            push(into, &defaults.type_ref);
            into.extend(defaults.operations.iter().map(Node::AttributeOperation));
        }
        ExprKind::ResourceOverride(over) => {
            push(into, &over.resources);
            into.extend(over.operations.iter().map(Node::AttributeOperation));
        }
        ExprKind::Collect(collect) => {
            push(into, &collect.type_expr);
            into.push(Node::Query(&collect.query));
            into.extend(collect.operations.iter().map(Node::AttributeOperation));
        }
        ExprKind::Definition(held) => definition(held, into),
        ExprKind::Apply { arguments, body } => {
            extend(into, arguments);
            into.push(Node::ApplyBlock(body));
        }
    }
}

fn definition<'a>(definition: &'a Definition, into: &mut Vec<Node<'a>>) {
    match definition {
        Definition::Class(class) => {
            into.extend(class.parameters.iter().map(Node::Parameter));
            push(into, &class.body);
        }
        Definition::Define(define) => {
            into.extend(define.parameters.iter().map(Node::Parameter));
            push(into, &define.body);
        }
        Definition::Function(function) | Definition::Plan(function) => {
            into.extend(function.parameters.iter().map(Node::Parameter));
            push(into, &function.body);
            extend(into, &function.return_type);
        }
        Definition::Node(node) => {
            extend(into, &node.parent);
            extend(into, &node.matches);
            push(into, &node.body);
        }
        Definition::TypeAlias(alias) => push(into, &alias.type_expr),
        Definition::TypeMapping(mapping) => pair(into, &mapping.type_expr, &mapping.mapping),
        Definition::TypeDefinition(definition) => push(into, &definition.body),
    }
}
