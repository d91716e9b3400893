//! Data bags and their items. What an item holds is nobody's business: it may be encrypted.

use serde_json::{Value, json};

use crate::Result;
use crate::error::Error;
use crate::json::{self, Object};
use crate::names::is_wide;

/// Reads the name of a bag that is to be made.
pub fn parse(body: &[u8]) -> Result<String> {
    json::name(&json::object(body)?, "name", is_wide).map(str::to_owned)
}

/// Reads an item that is to be made: its id and what it holds.
pub fn parse_item(body: &[u8]) -> Result<(String, Object)> {
    let item = unwrapped(json::object(body)?)?;
    let id = json::name(&item, "id", is_wide)?.to_owned();
    Ok((id, item))
}

/// Reads an item that replaces the one of this id.
pub fn parse_item_update(body: &[u8], id: &str) -> Result<Object> {
    let mut item = unwrapped(json::object(body)?)?;
    match item.get("id") {
        None => drop(item.insert("id".to_owned(), id.into())),
        Some(Value::String(given)) if given == id => {}
        Some(_) => return Err(Error::invalid("DataBagItem name mismatch.")),
    }
    json::name(&item, "id", is_wide)?;
    Ok(item)
}

/// Clients of old send the item in the wrapping in which deletion answers.
fn unwrapped(mut item: Object) -> Result<Object> {
    if json::str_of(&item, "json_class") != Some("Chef::DataBagItem") {
        return Ok(item);
    }
    match item.remove("raw_data") {
        None => Ok(item),
        Some(Value::Object(raw)) => Ok(raw),
        Some(_) => Err(json::missing("id")),
    }
}

/// As creation and change answer.
pub fn with_type_and_bag(bag: &str, mut item: Object) -> Object {
    item.insert("chef_type".to_owned(), "data_bag_item".into());
    item.insert("data_bag".to_owned(), bag.into());
    item
}

/// As deletion and search answer.
pub fn wrapped(bag: &str, id: &str, item: &Object) -> Value {
    json!({
        "name": format!("data_bag_item_{bag}_{id}"),
        "json_class": "Chef::DataBagItem",
        "chef_type": "data_bag_item",
        "data_bag": bag,
        "raw_data": item,
    })
}

#[cfg(test)]
mod tests;
