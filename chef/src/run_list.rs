//! Run lists: `recipe[…]` with a version perhaps, `role[…]`, or a recipe's bare name.

use serde_json::Value;

use crate::Result;
use crate::error::Error;
use crate::names::is_plain;

/// Whether a text may stand in a run list.
pub fn is_item(item: &str) -> bool {
    if let Some(rest) = item.strip_prefix("recipe[") {
        return rest.strip_suffix(']').is_some_and(is_recipe);
    }
    if let Some(rest) = item.strip_prefix("role[") {
        return rest.strip_suffix(']').is_some_and(is_plain);
    }
    is_recipe(item)
}

/// `NAME`, `COOKBOOK::NAME`, each perhaps with `@VERSION` of two or three numbers.
fn is_recipe(text: &str) -> bool {
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    let is_name = match name.split_once("::") {
        Some((cookbook, recipe)) => is_plain(cookbook) && is_plain(recipe),
        None => is_plain(name),
    };
    is_name && version.is_none_or(is_version)
}

fn is_version(text: &str) -> bool {
    let mut parts = 0;
    for part in text.split('.') {
        parts += 1;
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
    }
    (2..=3).contains(&parts)
}

/// Reads a list, writes bare recipes as `recipe[…]`, and keeps the first of each item.
pub fn normalized(field: &str, list: &Value) -> Result<Vec<String>> {
    read(list).ok_or_else(|| Error::invalid(format!("Field '{field}' is not a valid run list")))
}

/// As [`normalized`], without a text for what is none.
pub fn read(list: &Value) -> Option<Vec<String>> {
    let mut items: Vec<String> = Vec::new();
    for item in list.as_array()? {
        let item = item.as_str().filter(|item| is_item(item))?;
        let whole = item.starts_with("recipe[") || item.starts_with("role[");
        let item = if whole { item.to_owned() } else { format!("recipe[{item}]") };
        if !items.contains(&item) {
            items.push(item);
        }
    }
    Some(items)
}

#[cfg(test)]
mod tests;
