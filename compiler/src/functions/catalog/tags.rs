//! `tag`, `tagged`

use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::format::to_text;
use crate::resource::tag_with;
use crate::value::Value;

pub(super) fn tag(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    if let Some(resource) = evaluator.scopes.get(evaluator.scope()).resource {
        let tags = &mut evaluator.catalog.get_mut(resource).tags;
        tag_with(tags, &Value::array(arguments.to_vec()))
            .map_err(|tag| Failure::argument(format!("Invalid tag '{tag}'")))?;
    }
    Ok(Value::Undef)
}

#[expect(clippy::unnecessary_wraps, reason = "all functions of this family answer alike")]
pub(super) fn tagged(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let resource = evaluator.scopes.get(evaluator.scope()).resource;
    let all = arguments.iter().all(|value| {
        let tag = to_text(value).to_lowercase();
        evaluator.catalog.tags.contains(&tag) || resource.is_some_and(|id| evaluator.is_tagged(id, &tag))
    });
    Ok(Value::Boolean(all))
}
