//! `.r10k-deploy.json`: what r10k leaves in an environment, and scripts that name the version of catalogs read.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use model::EnvironmentName;
use modules::deploy::{Origin, TreeId, Version};
use serde_json::json;

const NAME: &str = ".r10k-deploy.json";

/// Writes the stamp of a version that was begun at `began`.
pub(crate) fn write(home: &Path, version: &Version, name: &EnvironmentName, began: Timestamp) -> io::Result<()> {
    let modules = version.modules.iter().map(|part| {
        let (wanted, sha) = match &part.origin {
            Origin::Git { reference, commit, .. } => (reference.clone(), Some(commit)),
            Origin::Forge { version, .. } => (version.clone(), None),
            Origin::Tarball { .. } => {
                let digits = part.tree.as_ref().and_then(TreeId::archive);
                (digits.unwrap_or("(present)").to_owned(), None)
            }
            Origin::Local => ("0.0.0 (local)".to_owned(), None),
        };
        json!({"name": part.name, "version": wanted, "sha": sha})
    });
    let stamp = json!({
        "name": name.as_str(),
        "signature": version.commit,
        "started_at": began.to_string(),
        "finished_at": crate::clock::now().to_string(),
        "deploy_success": true,
        "module_deploys": modules.collect::<Vec<_>>(),
        "code_id": version.code_id(),
    });
    // A file of this name in the control repository gives way, as r10k has it.
    let path = home.join(NAME);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::fs::write(path, format!("{}\n", serde_json::to_string_pretty(&stamp).map_err(io::Error::from)?))
}
