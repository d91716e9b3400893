//! `module publish|mirror|list`

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use modules::forge::Releases;
use modules::forge::query::{MOST, ModuleQuery, Page};
use serde_json::{Value, json};

use super::AdminError;
use crate::forge::document;
use crate::forge::publish::{self, Allowed};
use crate::rooms::Rooms;

/// Publishes an archive in base64 as the operator.
pub(super) async fn publish(rooms: &Rooms, archive: &str) -> Result<Value, AdminError> {
    let archive = STANDARD.decode(archive).map_err(|error| AdminError::Refused(format!("no base64: {error}")))?;
    let limit = rooms.config.forge.max_archive.0;
    if archive.len() > limit {
        let text = format!("The archive is larger than {limit} bytes (setting `forge.max_archive`)");
        return Err(AdminError::Refused(text));
    }
    let release = publish::publish(rooms, archive.into(), Allowed::Operator).await;
    let release = release.map_err(|problem| AdminError::Refused(problem.text()))?;
    Ok(document::release(&release))
}

/// Every module that was published here, by name.
pub(super) async fn list(rooms: &Rooms) -> Result<Value, AdminError> {
    let mut all = Vec::new();
    loop {
        let page = Page { offset: all.len(), limit: MOST };
        let found = rooms.store.modules(&ModuleQuery::default(), page).await?;
        let (total, is_last) = (found.total, found.page.is_empty());
        all.extend(found.page);
        if is_last || all.len() >= total {
            break;
        }
    }
    all.sort_by(|a, b| a.slug.cmp(&b.slug));
    let row = |module: &modules::forge::Module| {
        let versions = module.releases.iter().filter(|release| release.deleted_at.is_none());
        json!({
            "slug": module.slug.to_string(),
            "versions": versions.map(|release| release.version.to_string()).collect::<Vec<_>>(),
            "downloads": module.downloads,
            "deprecated_at": module.deprecation.as_ref().map(|what| what.at.to_string()),
        })
    };
    Ok(all.iter().map(row).collect())
}
