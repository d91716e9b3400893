//! Why arguments do not fit, in the original's words.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::signature::{Parameter, Signature};
use crate::types::mismatch::{Element, Mismatch, What, describe_block, find, merge};
use crate::types::{Bounds, Type, generalize, infer_set, is_assignable, is_instance};
use crate::value::Value;

/// For a function with one or several signatures, or (`name` is `lambda`) a block.
pub(super) fn signatures(name: &str, signatures: &[&Signature], arguments: &[Type], block: Option<&Type>) -> String {
    let label = if name == "lambda" { "block".to_owned() } else { format!("'{name}'") };
    let path = |index: usize| [Element::Signature(index)];
    let mut found: Vec<Vec<Mismatch>> = signatures
        .iter()
        .enumerate()
        .map(|(index, signature)| of_arguments(signature, arguments, &path(index)))
        .collect();
    if found.iter().any(Vec::is_empty) {
        let blocks: Vec<Vec<Mismatch>> = signatures
            .iter()
            .enumerate()
            .map(|(index, signature)| describe_block(signature.block_type().as_ref(), block, &path(index)))
            .collect();
        if blocks.iter().all(|found| !found.is_empty()) {
            found = blocks;
        } else {
            for (arguments, block) in found.iter_mut().zip(blocks) {
                if arguments.is_empty() {
                    *arguments = block;
                }
            }
        }
    }
    if let [one] = merge(0, true, found.clone()).as_slice() {
        return format!("{label}{one}");
    }
    let rejected = |found: &[Mismatch], indent: &str| -> Vec<String> {
        found.iter().map(|mismatch| format!("{indent}rejected:{}", mismatch.without_step(0))).collect()
    };
    let mut lines = Vec::new();
    if let [signature] = signatures {
        lines.push(format!("{label} expects ({})", text(signature)));
        lines.extend(rejected(&found[0], "  "));
    } else {
        lines.push(format!("The function {label} was called with arguments it does not accept. It expects one of:"));
        for (signature, found) in signatures.iter().zip(&found) {
            lines.push(format!("  ({})", text(signature)));
            lines.extend(rejected(found, "    "));
        }
    }
    lines.join("\n")
}

fn of_arguments(signature: &Signature, arguments: &[Type], path: &[Element]) -> Vec<Mismatch> {
    let (least, most) = signature.arity();
    let expected = Bounds { from: Some(least as i64), to: most.map(|most| most as i64) };
    let actual = Bounds::exactly(arguments.len() as i64);
    if !expected.covers(&actual) {
        return vec![Mismatch::new(path, What::Count { expected, actual })];
    }
    for (index, argument) in arguments.iter().enumerate() {
        let Some(parameter) = signature.parameters.get(index).or_else(|| signature.parameters.last()) else { break };
        if !is_assignable(&parameter.of, argument) {
            let path = [path, &[Element::Parameter((&*parameter.name).into())]].concat();
            let found = find(&parameter.of, argument, &path);
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

/// `Integer a, String b?, Any rest*, Callable block`
fn text(signature: &Signature) -> String {
    let count = signature.parameters.len();
    let (least, _) = signature.arity();
    let mut parts: Vec<String> = signature
        .parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| {
            if signature.captures_rest && index + 1 == count {
                let sign = if least == count { '+' } else { '*' };
                return format!("{} {}{sign}", parameter.of, parameter.name);
            }
            if index < least {
                return format!("{} {}", parameter.of, parameter.name);
            }
            let of = match &parameter.of {
                Type::Optional(Some(inner)) => inner,
                other => other,
            };
            format!("{of} {}?", parameter.name)
        })
        .collect();
    // The original has no words for any other type of a block.
    if let Some(block) = signature.block.as_ref().filter(|block| matches!(block.of, Type::Callable(_))) {
        parts.push(format!("{} {}{}", block.of, block.name, if block.required { "" } else { "?" }));
    }
    parts.join(", ")
}

/// For the parameters of a class or define, after its name and a colon.
pub(super) fn parameters(
    parameters: &[Parameter],
    given: &[(std::sync::Arc<str>, Value)],
    promised: &[(std::sync::Arc<str>, Type)],
    missing_ok: bool,
) -> Option<String> {
    let by_name: FxHashMap<&str, &Value> = given.iter().map(|(name, value)| (&**name, value)).collect();
    let mut found = Vec::new();
    let mut known = 0;
    for parameter in parameters {
        let value = by_name.get(&*parameter.name);
        known += usize::from(value.is_some());
        if let Some((_, of)) = promised.iter().find(|(name, _)| *name == parameter.name) {
            if !is_assignable(&generalize(&parameter.of), &generalize(of)) {
                found.extend(find(&parameter.of, of, &[Element::Parameter((&*parameter.name).into())]));
            }
            continue;
        }
        match value {
            Some(value) if is_instance(&parameter.of, value) => {}
            Some(value) => {
                let path = [Element::Parameter((&*parameter.name).into())];
                found.extend(find(&parameter.of, &infer_set(value), &path));
            }
            None if missing_ok || !parameter.required => {}
            None => found.push(Mismatch::new(&[], What::MissingParameter((&*parameter.name).into()))),
        }
    }
    if known < by_name.len() {
        let declared: FxHashSet<&str> = parameters.iter().map(|parameter| &*parameter.name).collect();
        let unknown = given.iter().filter(|(name, _)| !declared.contains(&**name));
        let unknown = unknown.map(|(name, _)| Mismatch::new(&[], What::InvalidParameter((&**name).into())));
        found.splice(0..0, unknown);
    }
    lines(&found)
}

pub(super) fn default(parameter: &Parameter, value: &Value) -> Option<String> {
    let path = [Element::Parameter((&*parameter.name).into())];
    lines(&find(&parameter.of, &generalize(&infer_set(value)), &path))
}

fn lines(found: &[Mismatch]) -> Option<String> {
    match found {
        [] => None,
        [one] => Some(one.to_string()),
        several => {
            let lines: Vec<String> = several.iter().map(Mismatch::to_string).collect();
            Some(format!("\n {}", lines.join("\n ")))
        }
    }
}
