//! `[]` on values, and on types: `Integer[1, 5]`, `File['x']`.

use crate::error::Failure;
use crate::value::Value;

/// `receiver[keys]`.
///
/// Attributes of declared resources (`File['x']['mode']`) are the evaluator's.
pub fn access(_receiver: &Value, _keys: &[Value]) -> Result<Value, Failure> {
    Err(Failure::missing("the operator []"))
}
