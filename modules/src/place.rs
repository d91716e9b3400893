//! From the name of a definition to the file that should hold it.

/// What sort of definition is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Classes and defined types.
    Manifest,
    Function,
    TypeAlias,
}

/// Where a definition should stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Below a module's folder.
    Module { module: String, file: String },
    /// Below the environment's own folder.
    Environment { file: String },
}

/// The place of `name` (lower case, `a::b`, no leading `::`); `None` when no file can hold it.
///
/// `a::b` is `manifests/b.pp` of module `a`, `a` its `manifests/init.pp`; functions and types have
/// no such short form. Functions and types named `environment::x`, and functions without a module,
/// stand in the environment itself.
pub fn of(sort: Sort, name: &str) -> Option<Place> {
    if name.split("::").any(|part| part.is_empty() || part.contains(['/', '\0']) || part.starts_with('.')) {
        return None;
    }
    let folder = match sort {
        Sort::Manifest => "manifests",
        Sort::Function => "functions",
        Sort::TypeAlias => "types",
    };
    let file = |rest: &str| format!("{folder}/{}.pp", rest.replace("::", "/"));
    match (sort, name.split_once("::")) {
        (Sort::Manifest, None) => Some(Place::Module { module: name.to_owned(), file: file("init") }),
        (Sort::Function | Sort::TypeAlias, Some(("environment", rest))) => {
            Some(Place::Environment { file: file(rest) })
        }
        (_, Some((module, rest))) => Some(Place::Module { module: module.to_owned(), file: file(rest) }),
        (Sort::Function, None) => Some(Place::Environment { file: file(name) }),
        (Sort::TypeAlias, None) => None,
    }
}

/// What the names have to begin with that the module's file of `name` defines; `None` where no module holds it.
pub fn namespace(sort: Sort, name: &str) -> Option<&str> {
    match (of(sort, name)?, name.split_once("::")) {
        (Place::Environment { .. }, _) => None,
        // By another way to the main manifest.
        (Place::Module { .. }, Some((module, "init"))) => Some(module),
        (Place::Module { .. }, _) => Some(name),
    }
}

#[cfg(test)]
mod tests;
