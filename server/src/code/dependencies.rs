//! What modules say they need, against what there is.

use super::trees::Metadata;

/// A sentence for each module that another needs and that is not there.
pub(crate) fn missing(modules: &[&Metadata]) -> Vec<String> {
    let mut missing = Vec::new();
    for module in modules {
        for (name, range) in &module.dependencies {
            if !modules.iter().any(|other| other.name == *name) {
                missing.push(format!("{} {} needs {name} {range}, which is not there", module.name, module.version));
            }
        }
    }
    missing.sort();
    missing
}
