//! `$a = 1`, `[$a, $b] = …`

use std::sync::Arc;

use syntax::ast::{AssignOp, Expr, ExprKind};

use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::label::{a_an, label};
use crate::scope::Lookup;
use crate::types::Type;
use crate::value::Value;

/// What stands left of `=`.
enum Target<'e> {
    Name(&'e Arc<str>),
    List(Vec<(Target<'e>, &'e Expr)>),
}

impl Target<'_> {
    /// The key of a hash that gives the value.
    fn key(&self) -> Value {
        match self {
            Self::Name(name) => Value::String((*name).clone().into()),
            Self::List(targets) => Value::array(targets.iter().map(|(target, _)| target.key()).collect()),
        }
    }
}

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn assignment(&mut self, op: AssignOp, left: &Expr, right: &Expr, expr: &Expr) -> Result<Value, Stop> {
        let target = self.target(left)?;
        let value = self.evaluate(right)?;
        if op != AssignOp::Set {
            let operator = if op == AssignOp::Append { "+=" } else { "-=" };
            let message = format!("The operator '{operator}' is not supported.");
            return Err(self.issue("UNSUPPORTED_OPERATOR", expr, message));
        }
        self.assign(&target, &value, left, expr)?;
        Ok(value)
    }

    fn target<'e>(&self, expr: &'e Expr) -> Result<Target<'e>, Stop> {
        match &expr.kind {
            ExprKind::Variable(name) => Ok(Target::Name(name)),
            ExprKind::Array(items) => {
                let targets = items.iter().map(|item| Ok((self.target(item)?, item)));
                Ok(Target::List(targets.collect::<Result<_, Stop>>()?))
            }
            _ => {
                let message =
                    format!("Illegal attempt to assign to '{}'. Not an assignable reference", a_an(&label(expr)));
                Err(self.issue("ILLEGAL_ASSIGNMENT", expr, message))
            }
        }
    }

    fn assign(&mut self, target: &Target<'_>, value: &Value, left: &Expr, expr: &Expr) -> Result<(), Stop> {
        match target {
            Target::Name(name) => self.assign_name(name, value.clone(), left, expr),
            Target::List(targets) => self.assign_list(targets, value, expr),
        }
    }

    fn assign_name(&mut self, name: &Arc<str>, value: Value, left: &Expr, expr: &Expr) -> Result<(), Stop> {
        if name.contains("::") {
            let message =
                format!("Illegal attempt to assign to '{name}'. Cannot assign to variables in other namespaces");
            return Err(self.issue("CROSS_SCOPE_ASSIGNMENT", left, message));
        }
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!(
                "Illegal attempt to assign to the numeric match result variable '${name}'. Numeric variables are not assignable"
            );
            return Err(self.issue("ILLEGAL_NUMERIC_ASSIGNMENT", left, message));
        }
        let scope = self.scopes.get(self.scope);
        let reserved = matches!(&**name, "trusted" | "facts");
        if &**name == "server_facts" || (reserved && scope.is_bound(name)) {
            let message = format!("Attempt to assign to a reserved variable name: '${name}'");
            return Err(self.issue("ILLEGAL_RESERVED_ASSIGNMENT", expr, message));
        }
        if scope.is_bound(name) {
            let message = if matches!(&**name, "name" | "title") {
                format!("Cannot reassign built in (or already assigned) variable '${name}'")
            } else {
                format!("Cannot reassign variable '${name}'")
            };
            return Err(self.issue("ILLEGAL_REASSIGNMENT", expr, message));
        }
        if reserved {
            return Err(self.fail(format!("Attempt to assign to a reserved variable name: '{name}'")));
        }
        if !self.scopes.get_mut(self.scope).set(name.clone(), value) {
            return Err(self.fail(format!("Attempt to assign variable {name} when evaluating parameters")));
        }
        Ok(())
    }

    fn assign_list(&mut self, targets: &[(Target<'_>, &Expr)], value: &Value, expr: &Expr) -> Result<(), Stop> {
        let values: Vec<Value> = match value {
            Value::Hash(entries) => {
                for (target, item) in targets {
                    let key = target.key();
                    let Some(value) = entries.get(&key) else {
                        let name = match &key {
                            Value::String(name) => name.to_string(),
                            key => crate::title::inspect(key),
                        };
                        let message =
                            format!("No value for required key '{name}' in assignment to variables from hash");
                        return Err(self.issue("MISSING_MULTI_ASSIGNMENT_KEY", expr, message));
                    };
                    self.assign(target, value, item, expr)?;
                }
                return Ok(());
            }
            Value::Type(Type::Class(Some(class))) => return self.assign_from_class(targets, class, expr),
            Value::Array(items) => items.to_vec(),
            other => vec![other.clone()],
        };
        if values.len() != targets.len() {
            let message = format!(
                "Mismatched number of assignable entries and values, expected {}, got {}",
                targets.len(),
                values.len()
            );
            return Err(self.issue("ILLEGAL_MULTI_ASSIGNMENT_SIZE", expr, message));
        }
        for ((target, item), value) in targets.iter().zip(&values) {
            self.assign(target, value, item, expr)?;
        }
        Ok(())
    }

    fn assign_from_class(
        &mut self,
        targets: &[(Target<'_>, &Expr)],
        class: &Arc<str>,
        expr: &Expr,
    ) -> Result<(), Stop> {
        if self.request().settings.tasks {
            let message =
                "The catalog operation 'multi var assignment from class' is only available when compiling a catalog";
            return Err(self.issue("CATALOG_OPERATION_NOT_SUPPORTED_WHEN_SCRIPTING", expr, message));
        }
        if self.catalog.class(class).is_none() {
            let ExprKind::Assignment { right, .. } = &expr.kind else { return Ok(()) };
            return Err(self.issue("UNKNOWN_RESOURCE", right, format!("Resource not found: Class['{class}']")));
        }
        for (target, item) in targets {
            let Target::Name(name) = target else { continue };
            let qualified = format!("{}::{name}", class.to_lowercase());
            let Lookup::Found(value) = self.scopes.lookup(self.scope, &qualified) else {
                let message = format!(
                    "No value for required variable '${qualified}' in assignment to variables from class reference"
                );
                return Err(self.issue("MISSING_MULTI_ASSIGNMENT_VARIABLE", item, message));
            };
            self.assign(target, &value, item, expr)?;
        }
        Ok(())
    }
}
