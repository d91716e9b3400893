//! The dispatches of a function that is written in Ruby, read from its text.
//!
//! Only plain declarations are understood, one a line: `dispatch :name do`, `param 'Type', :name`,
//! `return_type 'Type'`. That is how functions are written.

use crate::regexp::Regexp;

#[cfg(test)]
mod tests;

/// A dispatch with the texts of its types.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct RubyDispatch {
    pub(crate) parameters: Vec<RubyParameter>,
    pub(crate) returns: Option<String>,
    pub(crate) requires_block: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) struct RubyParameter {
    pub(crate) of: String,
    pub(crate) required: bool,
    pub(crate) repeated: bool,
}

/// The dispatches in the order of the file; none for what declares none.
pub(crate) fn dispatches(source: &str) -> Vec<RubyDispatch> {
    let Ok(line) = Regexp::parse(r#"\A(\w+)(?:\s+|\(|\z)(?:'([^']*)'|"([^"]*)")?"#) else { return Vec::new() };
    let mut found: Vec<RubyDispatch> = Vec::new();
    let mut within = false;
    for text in source.lines().map(str::trim) {
        if text.starts_with("dispatch") && text.ends_with("do") {
            found.push(RubyDispatch::default());
            within = true;
        } else if text == "end" {
            within = false;
        }
        let Some(dispatch) = found.last_mut().filter(|_| within) else { continue };
        let Ok(Some(captures)) = line.captures(text) else { continue };
        let group = |index: usize| captures.groups.get(index)?.as_ref().map(ToString::to_string);
        let of = group(2).or_else(|| group(3));
        let (required, repeated) = match group(1).as_deref() {
            Some("return_type") => {
                dispatch.returns = of;
                continue;
            }
            Some("param" | "required_param") => (true, false),
            Some("optional_param") => (false, false),
            Some("repeated_param" | "optional_repeated_param") => (false, true),
            Some("required_repeated_param") => (true, true),
            Some("block_param" | "required_block_param") => {
                dispatch.requires_block = true;
                continue;
            }
            _ => continue,
        };
        dispatch.parameters.push(RubyParameter { of: of.unwrap_or_else(|| "Any".to_owned()), required, repeated });
    }
    found
}
