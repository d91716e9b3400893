//! What the grammar lets pass and the language does not.
//!
//! Nodes are visited from the root down, each before what it holds, in the order of the language's own
//! model, so that findings come in the same order. The walk keeps its own stack: the height of a tree
//! costs no stack of the thread.

mod assignment;
mod definition;
mod embedded;
mod expression;
mod idle;
pub(crate) mod label;
mod literal;
mod names;
pub(crate) mod node;
mod query;
mod resource;
mod script;

#[cfg(test)]
mod tests;

use crate::ast::{Definition, Expr, ExprKind, Program};
use crate::error::{Diagnostic, Severity};
use crate::issue::Issue;
use crate::parser::Tree;
use crate::source::{Source, Span};
use crate::{Options, Strict};
use label::label;
use node::Node;

/// Adds what is wrong or doubtful with a tree to the diagnostics. Text of a heredoc that is not what its
/// tag says ends validation with that one error.
pub(crate) fn validate(
    tree: &Tree,
    options: &Options,
    embedding: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Box<Diagnostic>> {
    let mut checker = Checker {
        source: &tree.program.source,
        overflows: &tree.overflows,
        options,
        embedding,
        path: Vec::new(),
        diagnostics,
    };
    checker.walk(Node::Program(&tree.program))
}

/// Findings about where a file of a module defines things: its names must start with `namespace`
/// (`apache::mod` for `apache/manifests/mod.pp`), and nothing but definitions may stand at the top.
pub(crate) fn check_location(program: &Program, namespace: &str) -> Vec<Diagnostic> {
    let top: &[Expr] = match &program.body.kind {
        ExprKind::Nop => return Vec::new(),
        ExprKind::Block(statements) => statements,
        _ => std::slice::from_ref(&program.body),
    };
    let error = |issue: &Issue, span| Diagnostic::new(Severity::Error, issue, Some(span), &program.source);
    let mut found = Vec::new();
    for statement in top {
        let defines = matches!(&statement.kind, ExprKind::Definition(definition)
            if !matches!(definition, Definition::Node(_)));
        if !defines {
            let issue = Issue::IllegalTopConstruct { label: label(Node::Expr(statement)) };
            found.push(error(&issue, statement.span));
        }
    }
    for definition in &program.definitions {
        let (name, span) = match definition {
            Definition::Class(class) => (&class.name, class.span),
            Definition::Define(define) => (&define.name, define.span),
            Definition::Function(function) | Definition::Plan(function) => (&function.name, function.span),
            _ => continue,
        };
        if !name.to_lowercase().starts_with(namespace) {
            let file = program.source.path().to_string();
            found.push(error(&Issue::IllegalDefinitionLocation { name: name.to_string(), file }, span));
        }
    }
    found
}

struct Checker<'a, 'd> {
    source: &'a Source,
    overflows: &'a [(Span, String)],
    options: &'a Options,
    /// How many texts with tags of this language are around this one.
    embedding: usize,
    /// The nodes around the current one, outermost first.
    path: Vec<Node<'a>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'a> Checker<'a, '_> {
    fn walk(&mut self, root: Node<'a>) -> Result<(), Box<Diagnostic>> {
        // What is still to visit, each with its distance from the root; the next one last.
        let mut pending = vec![(root, 0)];
        let mut children = Vec::new();
        while let Some((node, depth)) = pending.pop() {
            self.path.truncate(depth);
            self.check(node)?;
            self.path.push(node);
            node.children(&mut children);
            pending.extend(children.drain(..).rev().map(|child| (child, depth + 1)));
        }
        Ok(())
    }

    fn check(&mut self, node: Node<'a>) -> Result<(), Box<Diagnostic>> {
        match node {
            Node::Program(_) => {}
            Node::Expr(expr) => return self.expression(expr),
            Node::ApplyBlock(expr) => {
                if let ExprKind::Block(statements) = &expr.kind {
                    self.idle_statements(statements);
                }
            }
            Node::KeyedEntry(entry) => {
                self.rvalue(&entry.key);
                self.rvalue(&entry.value);
            }
            Node::CaseOption(option) => option.values.iter().for_each(|value| self.rvalue(value)),
            Node::SelectorEntry(entry) => self.rvalue(&entry.matching),
            Node::ResourceBody(body) => self.resource_body(body),
            Node::AttributeOperation(operation) => self.attribute_operation(operation),
            Node::Query(query) => self.query(query),
            Node::Lambda(lambda) => self.lambda(lambda, node),
            Node::EppLambda(template) => self.template_parameters(template),
            Node::Parameter(parameter) => self.parameter(parameter),
        }
        Ok(())
    }

    /// The node around the current one.
    fn container(&self) -> Option<Node<'a>> {
        self.path.last().copied()
    }

    fn error(&mut self, issue: &Issue, span: Span) {
        self.report(Severity::Error, issue, span);
    }

    fn report(&mut self, severity: Severity, issue: &Issue, span: Span) {
        self.diagnostics.push(Diagnostic::new(severity, issue, Some(span), self.source));
    }

    /// How to report what the setting `strict` decides about; `None` for not at all.
    fn strict(&self) -> Option<Severity> {
        match self.options.strict {
            Strict::Off => None,
            Strict::Warning => Some(Severity::Warning),
            Strict::Error => Some(Severity::Error),
        }
    }
}
