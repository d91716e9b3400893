//! The reference material that may lie beside the project: oracle catalogs, a site, recorded exchanges.

use std::path::{Path, PathBuf};

/// The folder `name` of the material, or `None` after saying that the calling test is skipped.
///
/// It is looked for in `../shared` beside the project.
#[allow(clippy::print_stderr, reason = "a skipped test has to say so")]
pub fn folder(name: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: ../shared/{name} is not here");
    None
}

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

/// Whether the command can be found; says that the calling test is skipped where not.
#[allow(clippy::print_stderr, reason = "a skipped test has to say so")]
pub fn has_command(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
    if !found {
        eprintln!("skipped: the command {name} is not installed");
    }
    found
}
