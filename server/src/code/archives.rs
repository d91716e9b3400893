//! Archives that trees are made from: releases of modules, and others by their address. Each is asked for once a
//! deploy, and fetched only where there is no tree of it yet.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use modules::deploy::{Live, Origin, TreeId};
use modules::forge::archive::{Archive, Entry, Kind};
use modules::sources::Configuration;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Site;
use super::forges::{Address, Forges, Found};
use super::parallel;
use super::progress::{Said, Step};
use super::trees;
use crate::client::{Client, ClientError, Reply};

/// What is wanted; `is_without_spec` when the folder `spec` is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wanted {
    pub(crate) what: What,
    pub(crate) is_without_spec: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// Without a version the newest.
    Release { forge: Address, title: String, version: Option<String> },
    /// Without a checksum whatever was there first.
    Tarball { source: String, sha256: Option<String> },
}

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) tree: TreeId,
    /// Of a release; else empty.
    pub(crate) version: String,
    pub(crate) warnings: Vec<String>,
}

/// A tree that has no name yet, and where it lies.
pub(crate) type Draft = (TreeId, PathBuf);

/// The archives of one deploy.
pub(crate) struct Archives<'a> {
    site: &'a Site,
    pub(crate) forges: Forges<'a>,
    /// For archives that are not a Forge's.
    proxy: Option<&'a str>,
    client: OnceLock<Result<Client, String>>,
    /// Trees of releases by name and version, and of archives by address, as environments have them now.
    releases: BTreeMap<(&'a str, &'a str), TreeId>,
    tarballs: BTreeMap<&'a str, TreeId>,
    found: BTreeMap<Wanted, Result<Got, String>>,
}

impl<'a> Archives<'a> {
    pub(crate) fn new(site: &'a Site, configuration: &'a Configuration, live: &'a [Live]) -> Self {
        let (mut releases, mut tarballs) = (BTreeMap::new(), BTreeMap::new());
        for version in live.iter().map(|live| &live.version) {
            if version.tree.archive().is_some() {
                tarballs.insert(version.remote.as_str(), version.tree.clone());
            }
            for part in &version.modules {
                match (&part.origin, &part.tree) {
                    (Origin::Forge { slug, version }, Some(tree)) => {
                        releases.insert((slug.as_str(), version.as_str()), tree.with_spec());
                    }
                    (Origin::Tarball { source }, Some(tree)) => {
                        tarballs.insert(source.as_str(), tree.with_spec());
                    }
                    _ => {}
                }
            }
        }
        Self {
            site,
            forges: Forges::new(&site.forge, &configuration.forge),
            proxy: configuration.proxy.as_deref(),
            client: OnceLock::new(),
            releases,
            tarballs,
            found: BTreeMap::new(),
        }
    }

    /// Finds what is wanted, and makes the trees that are not there yet.
    pub(crate) fn look(&mut self, wanted: BTreeSet<Wanted>, said: &Said) -> Vec<Draft> {
        let wanted: Vec<Wanted> = wanted.into_iter().filter(|wanted| !self.found.contains_key(wanted)).collect();
        let total = wanted.len();
        let this = &*self;
        let looked = parallel::map(wanted, this.site.settings.parallel, |done, wanted| {
            said(&Step::counted("fetch", wanted.what.name(), done, total));
            let (mut draft, place) = (None, this.site.trees.draft());
            let got = match &wanted.what {
                What::Release { forge, title, version } => {
                    this.release(forge, title, version.as_deref(), wanted.is_without_spec, &place, &mut draft)
                }
                What::Tarball { source, sha256 } => {
                    this.tarball(source, sha256.as_deref(), wanted.is_without_spec, &place, &mut draft)
                }
            };
            if got.is_err() {
                // What is left is removed when a server starts.
                let _ = fs::remove_dir_all(&place);
            }
            (wanted, got, draft)
        });
        let mut drafts = Vec::new();
        for (wanted, got, draft) in looked {
            drafts.extend(draft);
            self.found.insert(wanted, got);
        }
        drafts
    }

    /// What came of something that was looked for.
    pub(crate) fn got(&self, wanted: &Wanted) -> Result<&Got, String> {
        let got = self.found.get(wanted).ok_or_else(|| format!("{} was not asked for", wanted.what.name()))?;
        got.as_ref().map_err(Clone::clone)
    }

    fn release(
        &self,
        forge: &Address,
        title: &str,
        version: Option<&str>,
        is_without_spec: bool,
        place: &Path,
        draft: &mut Option<Draft>,
    ) -> Result<Got, String> {
        let mut warnings = Vec::new();
        let known =
            |version: &str| self.releases.get(&(title, version)).and_then(|tree| self.there(tree, is_without_spec));
        if let Some(version) = version
            && let Some(tree) = known(version)
        {
            return Ok(Got { tree, version: version.to_owned(), warnings });
        }
        let found = self.forges.find(forge, title, version)?;
        if found.is_deprecated {
            let page = title.replace('-', "/");
            warnings.push(format!(
                "Puppet Forge module '{title}' has been deprecated, visit https://forge.puppet.com/{page} for more \
                 information."
            ));
        }
        let by_digest = |digits: &str| self.there(&TreeId::of_release(digits).ok()?, is_without_spec);
        let there = known(&found.version).or_else(|| found.sha256().and_then(by_digest));
        let version = found.version.clone();
        if let Some(tree) = there {
            return Ok(Got { tree, version, warnings });
        }
        let bytes = self.forges.fetch(forge, title, &found)?;
        let id = TreeId::of_release(&hex::encode(Sha256::digest(&bytes))).map_err(|error| error.to_string())?;
        let id = if is_without_spec { id.without_spec() } else { id };
        let slug = format!("{title}-{version}");
        let mut links = Vec::new();
        let archive = Archive::walk(bytes.as_slice(), &self.site.forge.bounds, |entry, content| match entry.kind {
            Kind::Link { .. } => {
                links.push(format!("{:?}", format!("{slug}/{}", entry.path)));
                Ok(())
            }
            _ => put(&trees::files(place), entry, content),
        });
        let archive = archive.map_err(|fault| format!("the archive of {slug} is refused: {fault}"))?;
        is_that_of(&archive, title, &found)?;
        if !links.is_empty() {
            warnings.push(format!(
                "Symlinks are unsupported and were not unpacked from the module tarball. {slug} contained these ignored \
                 symlinks: [{}]",
                links.join(", ")
            ));
        }
        self.finish(id, place, draft).map(|tree| Got { tree, version, warnings })
    }

    fn tarball(
        &self,
        source: &str,
        sha256: Option<&str>,
        is_without_spec: bool,
        place: &Path,
        draft: &mut Option<Draft>,
    ) -> Result<Got, String> {
        let got = |tree: TreeId| Got { tree, version: String::new(), warnings: Vec::new() };
        let known = match sha256 {
            Some(digits) => TreeId::of_tarball(&digits.to_ascii_lowercase()).ok(),
            None => self.tarballs.get(source).cloned(),
        };
        if let Some(tree) = known.and_then(|tree| self.there(&tree, is_without_spec)) {
            return Ok(got(tree));
        }
        let bytes = self.fetch(source)?;
        let digits = hex::encode(Sha256::digest(&bytes));
        if let Some(expected) = sha256.filter(|expected| !expected.eq_ignore_ascii_case(&digits)) {
            let text = "Downloaded file does not match checksum";
            return Err(format!("{text}: {source} has {digits}, and {expected} is expected"));
        }
        let id = TreeId::of_tarball(&digits).map_err(|error| error.to_string())?;
        let id = if is_without_spec { id.without_spec() } else { id };
        let read = Archive::walk_files(bytes.as_slice(), &self.site.forge.bounds, |entry, content| {
            put(&trees::files(place), entry, content)
        });
        read.map_err(|fault| format!("the archive {source} is refused: {fault}"))?;
        self.finish(id, place, draft).map(got)
    }

    /// The tree, with or without `spec`, if it is there already.
    fn there(&self, tree: &TreeId, is_without_spec: bool) -> Option<TreeId> {
        let tree = if is_without_spec { tree.without_spec() } else { tree.with_spec() };
        self.site.trees.has(&tree).then_some(tree)
    }

    fn finish(&self, id: TreeId, place: &Path, draft: &mut Option<Draft>) -> Result<TreeId, String> {
        self.site.trees.finish(place, &id).map_err(|error| error.to_string())?;
        *draft = Some((id.clone(), place.to_owned()));
        Ok(id)
    }

    /// The bytes of an archive that is no Forge's.
    fn fetch(&self, source: &str) -> Result<Vec<u8>, String> {
        let (protocol, path) = match source.split_once("://") {
            Some(("file", path)) => ("file", path),
            Some((protocol @ ("http" | "https"), _)) => (protocol, source),
            Some((other, _)) => return Err(format!("Unexpected source scheme {other}: {source}")),
            None if source.starts_with('/') => ("file", source),
            None => {
                return Err(format!("'{source}' is no address of an archive: an URL or an absolute path is expected"));
            }
        };
        if !self.site.settings.protocols.iter().any(|allowed| allowed == protocol) {
            return Err(format!("{source}: the protocol {protocol} is not allowed (setting deploy.protocols)"));
        }
        let longest = self.site.forge.longest;
        if protocol == "file" {
            let mut bytes = Vec::new();
            let file = fs::File::open(path).and_then(|file| file.take(longest + 1).read_to_end(&mut bytes));
            file.map_err(|error| format!("{path}: {error}"))?;
            if bytes.len() as u64 > longest {
                return Err(format!("{path} has more than {longest} bytes (setting forge.max_archive)"));
            }
            return Ok(bytes);
        }
        let client = self
            .client
            .get_or_init(|| Client::by_way_of(self.proxy, self.site.forge.within).map_err(|error| error.to_string()));
        match client.as_ref().map_err(Clone::clone)?.get(source, longest) {
            Ok(Reply { status: 200, body }) => Ok(body),
            Ok(Reply { status, .. }) => Err(format!("Unexpected response code {status}: {source}")),
            Err(error @ ClientError::TooLarge { .. }) => Err(format!("{error} (setting forge.max_archive)")),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl What {
    fn name(&self) -> &str {
        match self {
            Self::Release { title, .. } => title,
            Self::Tarball { source, .. } => source,
        }
    }
}

/// Writes an entry of an archive, which was judged, below `root`.
fn put(root: &Path, entry: Entry<'_>, content: &mut dyn Read) -> io::Result<()> {
    let path = root.join(entry.path);
    let folder = if entry.kind == Kind::Folder { Some(path.as_path()) } else { path.parent() };
    fs::create_dir_all(folder.unwrap_or(root))?;
    match entry.kind {
        Kind::Folder => Ok(()),
        Kind::File { executable, .. } => {
            let mode = if executable { 0o777 } else { 0o666 };
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
            io::copy(content, &mut file).map(drop)
        }
        Kind::Link { target } => symlink(target, path),
    }
}

/// Whether an archive says itself that it is the release that was asked for.
fn is_that_of(archive: &Archive, title: &str, found: &Found) -> Result<(), String> {
    let slug = format!("{title}-{}", found.version);
    let text =
        archive.metadata.as_deref().ok_or_else(|| format!("the archive of {slug}: No valid metadata.json found!"))?;
    let metadata: Value =
        serde_json::from_slice(text).map_err(|error| format!("the archive of {slug}: metadata.json: {error}"))?;
    let said = |name: &str| metadata[name].as_str().unwrap_or_default();
    let name = said("name").replace('/', "-");
    if name.eq_ignore_ascii_case(title) && said("version") == found.version {
        return Ok(());
    }
    Err(format!("the archive of {slug} is that of {name}-{}", said("version")))
}
