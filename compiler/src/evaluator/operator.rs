//! Arithmetic, comparison and matching.

use std::cmp::Ordering;

use syntax::ast::{BinaryOp, Expr};

use crate::error::{Error, Failure, RUNTIME_ERROR, Stop};
use crate::evaluator::Evaluator;
use crate::operators::{self, Matched};
use crate::types;
use crate::value::Value;

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, expr: &Expr) -> Result<Value, Stop> {
        let a = self.evaluate(left)?;
        let b = self.evaluate(right)?;
        let truth = match op {
            BinaryOp::Equal => operators::equals(&a, &b),
            BinaryOp::NotEqual => !operators::equals(&a, &b),
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                return self.compared(op, &a, &b, expr);
            }
            BinaryOp::Match | BinaryOp::NotMatch => {
                let matched = operators::matches(&a, &b)
                    .map_err(|failure| self.operand_failure(&failure, expr, left, std::slice::from_ref(right)))?;
                self.take_match(matched) == (op == BinaryOp::Match)
            }
            BinaryOp::In => {
                let matched = operators::contains(&b, &a)
                    .map_err(|failure| self.operand_failure(&failure, expr, left, std::slice::from_ref(right)))?;
                self.take_match(matched)
            }
            _ => return self.calculated(op, (&a, left), (&b, right), expr),
        };
        Ok(Value::Boolean(truth))
    }

    #[inline(never)]
    pub(super) fn negative(&mut self, inner: &Expr, expr: &Expr) -> Result<Value, Stop> {
        let value = self.evaluate(inner)?;
        let mut coerced = Vec::new();
        let result = operators::negate(&value, &mut coerced);
        self.note_coerced(&coerced, expr)?;
        result.map_err(|failure| self.operand_failure(&failure, expr, expr, std::slice::from_ref(inner)))
    }

    fn calculated(
        &mut self,
        op: BinaryOp,
        (a, left): (&Value, &Expr),
        (b, right): (&Value, &Expr),
        expr: &Expr,
    ) -> Result<Value, Stop> {
        let mut coerced = Vec::new();
        let result = operators::arithmetic(op, a, b, &mut coerced);
        for one in coerced {
            let at = if one.before == *a { left } else { right };
            self.note_coerced(std::slice::from_ref(&one), at)?;
        }
        let value =
            result.map_err(|failure| self.operand_failure(&failure, expr, left, std::slice::from_ref(right)))?;
        self.account(value)
    }

    fn compared(&mut self, op: BinaryOp, a: &Value, b: &Value, expr: &Expr) -> Result<Value, Stop> {
        if let Value::Type(of) = a {
            return match b {
                Value::Type(other) => Ok(Value::Boolean(match op {
                    BinaryOp::Less => types::is_assignable(other, of) && of != other,
                    BinaryOp::LessOrEqual => types::is_assignable(other, of),
                    BinaryOp::Greater => types::is_assignable(of, other) && of != other,
                    _ => types::is_assignable(of, other),
                })),
                _ => Ok(Value::Boolean(false)),
            };
        }
        let order = match operators::compare(a, b) {
            Ok(order) => order,
            Err(failure) => return Err(self.incomparable(op, a, b, &failure, expr)),
        };
        Ok(Value::Boolean(match op {
            BinaryOp::Less => order == Some(Ordering::Less),
            BinaryOp::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            BinaryOp::Greater => order == Some(Ordering::Greater),
            _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }))
    }

    fn incomparable(&self, op: BinaryOp, a: &Value, b: &Value, failure: &Failure, expr: &Expr) -> Stop {
        if matches!((a, b), (Value::Integer(_) | Value::Float(_), Value::SemVer(_))) {
            return self
                .placed(Error { issue_code: RUNTIME_ERROR, message: failure.message.clone(), position: None }, expr);
        }
        let message = format!(
            "Comparison of: {} {} {}, is not possible. Caused by '{}'.",
            a.label(),
            op.symbol(),
            b.label(),
            failure.message
        );
        self.issue("COMPARISON_NOT_POSSIBLE", expr, message)
    }
}

impl Matched {
    /// Whether there was a match.
    pub fn holds(&self) -> bool {
        !matches!(self, Self::No)
    }
}
