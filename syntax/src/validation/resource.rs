//! Resources and their attributes.

use super::Checker;
use super::label::a_an;
use super::node::Node;
use crate::ast::{AttributeOperation, AttributeOperationKind, Expr, ExprKind, Resource, ResourceBody, ResourceForm};
use crate::issue::Issue;

impl<'a> Checker<'a, '_> {
    pub(super) fn resource(&mut self, expr: &'a Expr, resource: &'a Resource) {
        let class = matches!(&resource.type_name.kind, ExprKind::QualifiedName(name) if &**name == "class");
        if class && resource.form != ResourceForm::Regular {
            self.error(&Issue::ClassNotVirtualizable, expr.span);
        }
    }

    /// Defaults and overrides can be neither virtual nor exported.
    pub(super) fn regular_form(&mut self, expr: &'a Expr, form: ResourceForm) {
        if form != ResourceForm::Regular {
            self.error(&Issue::NotVirtualizeable, expr.span);
        }
    }

    pub(super) fn resource_body(&mut self, body: &'a ResourceBody) {
        let splats = body
            .operations
            .iter()
            .filter(|operation| matches!(operation.kind, AttributeOperationKind::Splat { .. }))
            .skip(1);
        for splat in splats {
            self.error(&Issue::MultipleAttributesUnfold, splat.span);
        }
    }

    pub(super) fn attribute_operation(&mut self, operation: &'a AttributeOperation) {
        match &operation.kind {
            AttributeOperationKind::Set { value, .. } | AttributeOperationKind::Splat { value } => self.rvalue(value),
            AttributeOperationKind::Append { name, value } => {
                let allowed = matches!(
                    self.container(),
                    Some(Node::Expr(Expr { kind: ExprKind::Collect(_) | ExprKind::ResourceOverride(_), .. }))
                );
                if let Some(container) = self.container().filter(|_| !allowed) {
                    let issue = Issue::IllegalAttributeAppend { name: name.to_string(), container: a_an(container) };
                    self.error(&issue, operation.span);
                }
                self.rvalue(value);
            }
        }
    }
}
