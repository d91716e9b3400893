//! Functions of the module archive. Those that ask a server over the network are left to Ruby.

use super::refuse;
use crate::error::Stop;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::regexp::Regexp;
use crate::signature::{Declared, required};
use crate::value::{Hash, Value};

/// `https://host/artifactory/repository/org/module/1.0-SNAPSHOT/module-1.0-SNAPSHOT-classifier.ext`
const ARTIFACT: &str = r"(?<base_url>.*/artifactory)/(?<repository>[^/]+)/(?<org_path>.+?)/(?<module>[^/]+)/(?<base_rev>[^/]+?)(?:-(?<folder_iteg_rev>SNAPSHOT))?/\k<module>-\k<base_rev>(?:-(?<file_iteg_rev>SNAPSHOT|(?:(?:[0-9]{8}.[0-9]{6})-(?:[0-9]+))))?(?:-(?<classifier>[^/]+?))?\.(?<ext>(?:(?!\d))[^\-/]+|7z)";

const PARTS: [&str; 9] = [
    "base_url",
    "repository",
    "org_path",
    "module",
    "base_rev",
    "folder_iteg_rev",
    "file_iteg_rev",
    "classifier",
    "ext",
];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("archive::parse_artifactory_url", &[Declared::new(&[required("url", "String")])], |call| {
        let url = call.argument(0).clone();
        super::check_parameter(call, "url", "Variant[Stdlib::HTTPUrl, Stdlib::HTTPSUrl]", &url)?;
        let pattern = Regexp::parse(ARTIFACT)?;
        let found = pattern.captures_from(call.text(0), 0)?;
        let Some(groups) = found else { return Ok(Value::Undef) };
        let part = |name: &&str| {
            let text = groups.name(name).map(|text| Value::from(text.as_str()));
            (Value::from(*name), text.unwrap_or(Value::Undef))
        };
        Ok(Value::hash(PARTS.iter().map(part).collect()))
    }),
    Function::legacy("assemble_nexus_url", 0, None, nexus_url),
];

fn nexus_url(call: &mut Call<'_>) -> Result<Value, Stop> {
    let url = ruby_text::to_s(call.argument(0));
    let parameters = call.argument(1).as_hash().cloned().unwrap_or_default();
    let query = query(&parameters)?;
    Ok(Value::from(format!("{url}/service/local/artifact/maven/content?{query}")))
}

fn query(parameters: &Hash) -> Result<String, Stop> {
    let mut pairs = Vec::new();
    for (key, value) in parameters {
        let Value::String(text) = value else {
            return refuse(format!("no implicit conversion of {} into String", ruby_class(value)));
        };
        pairs.push(format!("{}={}", ruby_text::to_s(key), form_encoded(text)));
    }
    Ok(pairs.join("&"))
}

/// As Ruby's `CGI.escape`.
fn form_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"_-.~*".contains(&byte) => out.push(byte as char),
            byte => {
                out.push('%');
                out.push_str(&hex::encode_upper([byte]));
            }
        }
    }
    out
}
