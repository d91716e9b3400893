//! A version that an environment had before, put back on disk if it is not there any more.

use std::collections::BTreeSet;
use std::path::PathBuf;

use model::EnvironmentName;
use modules::deploy::{Origin, TreeId, Version, layout};
use modules::sources::Configuration;

use super::archives::{self, Archives, What};
use super::build::write_tree;
use super::layout::{Way, lay_out};
use super::repositories::{Repositories, Wanted, cache_name};
use super::trees::TreeError;
use super::{CodeError, Site, progress, stamp};

/// Where trees are fetched from again.
#[derive(Default)]
struct Missing {
    /// With repositories and commits.
    of_git: BTreeSet<(TreeId, String, String)>,
    of_archives: BTreeSet<(TreeId, archives::Wanted)>,
}

/// Puts a version back, fetching again what was removed.
pub(crate) fn restore(
    site: &Site,
    configuration: &Configuration,
    name: &EnvironmentName,
    version: &Version,
) -> Result<(), CodeError> {
    let home = site.home(name, &version.code_id());
    if home.is_dir() {
        return Ok(());
    }
    let mut archives = Archives::new(site, configuration, &[]);
    let missing = Missing::of(site, version, &archives).map_err(CodeError::Refused)?;
    let mut finished = of_git(site, configuration, &missing)?;
    let wanted = missing.of_archives.iter().map(|(_, wanted)| wanted.clone()).collect();
    for (id, draft) in archives.look(wanted, &progress::silent()) {
        finished.push((draft, site.trees.place(&id)));
    }
    site.trees.keep(&finished)?;
    for (id, wanted) in &missing.of_archives {
        archives.got(wanted).map_err(|reason| CodeError::Refused(format!("{id}: {reason}")))?;
    }
    if let Some(lost) = version.trees().find(|id| !site.trees.has(id)) {
        return Err(CodeError::Refused(format!("{lost} is not on this machine any more; deploy what had it")));
    }
    let draft = site.trees.draft();
    let at = |source| TreeError::File { path: draft.clone(), source };
    lay_out(site.trees.root(), &layout::of(version), &draft, Way::Link).map_err(at)?;
    stamp::write(&draft, version, name, crate::clock::now()).map_err(at)?;
    Ok(site.trees.keep(&[(draft.clone(), home)])?)
}

impl Missing {
    fn of(site: &Site, version: &Version, archives: &Archives<'_>) -> Result<Self, String> {
        let mut missing = Self::default();
        if !site.trees.has(&version.tree) {
            if version.tree.git_object().is_some() {
                missing.of_git.insert((version.tree.clone(), version.remote.clone(), version.commit.clone()));
            } else {
                missing.tarball(&version.tree, &version.remote);
            }
        }
        for part in &version.modules {
            let Some(tree) = part.tree.as_ref().filter(|tree| !site.trees.has(tree)) else { continue };
            match &part.origin {
                Origin::Git { remote, commit, .. } => {
                    missing.of_git.insert((tree.clone(), remote.clone(), commit.clone()));
                }
                Origin::Forge { slug, version } => {
                    let (title, version) = (slug.clone(), Some(version.clone()));
                    let what = What::Release { forge: archives.forges.address(None)?, title, version };
                    let wanted = archives::Wanted { what, is_without_spec: tree.is_without_spec() };
                    missing.of_archives.insert((tree.clone(), wanted));
                }
                Origin::Tarball { source } => missing.tarball(tree, source),
                Origin::Local => {}
            }
        }
        Ok(missing)
    }

    fn tarball(&mut self, tree: &TreeId, source: &str) {
        let what = What::Tarball { source: source.to_owned(), sha256: tree.archive().map(str::to_owned) };
        let wanted = archives::Wanted { what, is_without_spec: tree.is_without_spec() };
        self.of_archives.insert((tree.clone(), wanted));
    }
}

/// Writes the trees of repositories; answers with drafts and the names that they are to have.
fn of_git(site: &Site, configuration: &Configuration, missing: &Missing) -> Result<Vec<(PathBuf, PathBuf)>, CodeError> {
    let git = site.git(configuration.git.clone());
    let caches = site.trees.caches();
    let mut repositories = Repositories::new(&git, &caches, site.settings.parallel, &site.caches);
    let mut wanted = Wanted::new();
    for (_, remote, commit) in missing.of_git.iter().filter(|(id, ..)| !id.is_empty()) {
        wanted.entry(remote.clone()).or_default().insert(commit.clone());
    }
    repositories.look(&wanted, &progress::silent());
    let mut finished = Vec::new();
    for (id, remote, commit) in &missing.of_git {
        if !id.is_empty() {
            repositories.commit(remote, commit).map_err(CodeError::Refused)?;
        }
        let (draft, cache) = (site.trees.draft(), caches.join(cache_name(remote)));
        write_tree(&site.trees, &git, id, &cache, &draft).map_err(CodeError::Refused)?;
        finished.push((draft, site.trees.place(id)));
    }
    Ok(finished)
}
