//! Functions of the module inifile.

use super::{refuse, renamed};
use crate::error::Stop;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, optional, repeated, required};
use crate::value::{Hash, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("create_ini_settings", &[Declared::new(&[repeated("args", "Any")])], |call| {
        renamed(
            call,
            "This method is deprecated, please use inifile::create_ini_settings instead.",
            "inifile::create_ini_settings",
        )
    }),
    Function::new(
        "inifile::create_ini_settings",
        &[Declared::new(&[required("settings", "Hash"), optional("defaults", "Hash")])],
        settings,
    ),
];

/// Declares an `ini_setting` for each setting of each section.
fn settings(call: &mut Call<'_>) -> Result<Value, Stop> {
    let sections = call.argument(0).as_hash().cloned().unwrap_or_default();
    let defaults = call.argument(1).as_hash().cloned().unwrap_or_default();
    let path_key = Value::from("path");
    let mut resources = Hash::default();
    for (section, settings) in &sections {
        let Value::Hash(settings) = settings else {
            let section = ruby_text::to_s(section);
            return refuse(format!("create_ini_settings(): Section {section} must contain a Hash"));
        };
        let path = sections.get(&path_key).or_else(|| defaults.get(&path_key)).filter(|path| path.is_truthy());
        let Some(path) = path.map(ruby_text::to_s) else {
            return refuse("create_ini_settings(): must pass the path parameter to the Ini_setting resource!");
        };
        for (setting, value) in settings.iter() {
            let mut parameters = Hash::from_iter([
                (Value::from("ensure"), Value::from("present")),
                (Value::from("section"), section.clone()),
                (Value::from("setting"), setting.clone()),
            ]);
            match value {
                Value::Hash(own) => parameters.extend(own.iter().map(|(key, value)| (key.clone(), value.clone()))),
                other => {
                    parameters.insert(Value::from("value"), other.clone());
                }
            }
            let title = format!("{path} [{}] {}", ruby_text::to_s(section), ruby_text::to_s(setting));
            resources.insert(Value::from(title), Value::hash(parameters));
        }
    }
    let arguments = vec![Value::from("ini_setting"), Value::hash(resources), Value::hash(defaults)];
    call.caller.call_function("create_resources", arguments, None)
}
