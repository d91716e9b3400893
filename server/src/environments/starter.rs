//! The first environment of a new server: small, sensible, and there to be changed.

use std::fs;
use std::io;
use std::path::Path;

/// Relative path and content of each file.
const FILES: &[(&str, &str)] = &[
    ("environment.conf", include_str!("starter/environment.conf")),
    ("hiera.yaml", include_str!("starter/hiera.yaml")),
    ("data/common.yaml", include_str!("starter/data/common.yaml")),
    ("manifests/site.pp", include_str!("starter/manifests/site.pp")),
    ("modules/README.md", include_str!("starter/modules/README.md")),
];

/// Makes `production` below `environmentpath` when that folder holds no environment at all.
/// Whether it did.
pub(crate) fn create(environmentpath: &Path) -> io::Result<bool> {
    let occupied = match fs::read_dir(environmentpath) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    if occupied {
        return Ok(false);
    }
    let home = environmentpath.join("production");
    for (relative, content) in FILES {
        let path = home.join(relative);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)?;
    }
    Ok(true)
}
