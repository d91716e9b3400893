//! `if`, `unless`, `case` and selectors.

use syntax::ast::{Case, Conditional, Expr, ExprKind, Selector};

use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::evaluator::call::unwind;
use crate::operators::{self, Matched};
use crate::value::Value;

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn conditional(&mut self, conditional: &Conditional, when: bool) -> Result<Value, Stop> {
        self.guarded(|this| {
            let holds = this.evaluate(&conditional.test)?.is_truthy();
            this.evaluate(if holds == when { &conditional.then } else { &conditional.otherwise })
        })
    }

    #[inline(never)]
    pub(super) fn case(&mut self, case: &Case) -> Result<Value, Stop> {
        self.guarded(|this| {
            let test = this.evaluate(&case.test)?;
            let mut default = None;
            for option in &case.options {
                for value in &option.values {
                    let value = unwind(value);
                    if matches!(value.kind, ExprKind::Default) {
                        default = Some(&option.then);
                    } else if this.option_takes(&test, value)? {
                        return this.evaluate(&option.then);
                    }
                }
            }
            match default {
                Some(then) => this.evaluate(then),
                None => Ok(Value::Undef),
            }
        })
    }

    #[inline(never)]
    pub(super) fn selector(&mut self, selector: &Selector) -> Result<Value, Stop> {
        self.guarded(|this| {
            let test = this.evaluate(&selector.left)?;
            let mut default = None;
            for entry in &selector.entries {
                let matching = unwind(&entry.matching);
                if matches!(matching.kind, ExprKind::Default) {
                    default = Some(&entry.value);
                } else if this.option_takes(&test, matching)? {
                    return this.evaluate(&entry.value);
                }
            }
            if let Some(value) = default {
                this.evaluate(value)
            } else {
                let shown = crate::format::to_text(&test);
                let message = format!("No matching entry for selector parameter with value '{shown}'");
                Err(this.issue("UNMATCHED_SELECTOR", &selector.left, message))
            }
        })
    }

    fn option_takes(&mut self, test: &Value, option: &Expr) -> Result<bool, Stop> {
        let value = self.evaluate(option)?;
        if let (ExprKind::Unfold(_), Value::Array(values)) = (&option.kind, &value) {
            for value in values.iter() {
                let matched = operators::option_matches(value, test)?;
                if self.take_match(matched) {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let matched = operators::option_matches(&value, test)?;
        Ok(self.take_match(matched))
    }

    /// Remembers what a pattern matched; answers whether it did.
    pub(super) fn take_match(&mut self, matched: Matched) -> bool {
        match matched {
            Matched::No => false,
            Matched::Yes => true,
            Matched::Captures(captures) => {
                let scope = self.scope();
                self.scopes.get_mut(scope).set_match(captures);
                true
            }
        }
    }
}
