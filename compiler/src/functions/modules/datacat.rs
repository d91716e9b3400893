//! Functions of the module datacat.

use super::refuse;
use crate::error::Failure;
use crate::functions::{Function, ruby_text};
use crate::value::Value;
use crate::world::FileKind;

pub(super) static FUNCTIONS: &[Function] = &[Function::legacy("template_body", 0, None, |call| {
    let mut text = String::new();
    for name in &call.arguments {
        let name = ruby_text::to_s(name);
        let world = call.caller.world();
        let Some(path) = world.find(FileKind::Template, &name) else {
            return refuse(format!("Could not find template '{name}'"));
        };
        let bytes = world.read(&path).map_err(|error| Failure::argument(error.to_string()))?;
        text.push_str(&String::from_utf8_lossy(&bytes.unwrap_or_default()));
    }
    Ok(Value::from(text))
})];
