//! What the machine says of itself where the configuration is silent.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// `/var/lib/quartermaster` for root, else a folder below the user's own data.
pub(super) fn default_data_dir() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let is_root = home.as_deref() == Some(Path::new("/root"));
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    match data.or_else(|| home.map(|home| home.join(".local/share"))) {
        Some(data) if !is_root => data.join("quartermaster"),
        _ => PathBuf::from("/var/lib/quartermaster"),
    }
}

/// The machine's host name, with its domain where `/etc/hosts` knows it; lower case.
pub(super) fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_lowercase();
    let host = if host.is_empty() || host == "(none)" { "localhost".to_owned() } else { host };
    if host.contains('.') {
        return host;
    }
    let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    full_name(&host, &hosts).unwrap_or(host)
}

/// The first name with a domain on the line that names `host`.
fn full_name(host: &str, hosts: &str) -> Option<String> {
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>()).find_map(|names| {
        names.contains(&host).then_some(())?;
        let full = names.iter().find(|name| name.split_once('.').is_some_and(|(short, _)| short == host))?;
        Some(full.to_lowercase())
    })
}

pub(super) fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
