//! What of the modules and releases is asked for: the parameters of `/v3/modules` and `/v3/releases`.

use std::str::FromStr;

use model::VersionRange;

use super::metadata::Metadata;
use super::slug::ModuleSlug;

/// Which modules, in which order.
// Each flag is a parameter of the request.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleQuery {
    /// Words, each of which must be in the name, the author, the summary, the description or a tag. In small letters.
    pub words: Vec<String>,
    pub owner: Option<String>,
    pub tag: Option<String>,
    pub starts_with: Option<String>,
    /// Only these, if any.
    pub slugs: Vec<ModuleSlug>,
    pub release: ReleaseFilter,
    pub with_tasks: bool,
    pub with_plans: bool,
    /// Modules too all of whose releases are deleted.
    pub show_deleted: bool,
    pub hide_deprecated: bool,
    pub sort: ModuleSort,
}

/// Which releases, in which order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReleaseQuery {
    pub module: Option<ModuleSlug>,
    pub owner: Option<String>,
    pub version: Option<VersionRange>,
    pub release: ReleaseFilter,
    pub show_deleted: bool,
    pub hide_deprecated: bool,
    pub sort: ReleaseSort,
}

/// What the metadata of a release must say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReleaseFilter {
    pub system: Option<String>,
    pub system_release: Option<String>,
    pub puppet: Option<VersionRange>,
    pub pe: Option<VersionRange>,
    pub pdk: bool,
    /// There is nothing that can be: what is supported, endorsed, scored or sold by the public Forge.
    pub nothing: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModuleSort {
    /// By how well the words fit, then by downloads.
    Rank,
    Downloads,
    #[default]
    LatestRelease,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReleaseSort {
    /// The highest first.
    Version,
    Downloads,
    /// The newest first.
    #[default]
    ReleaseDate,
    /// By the module's name, the highest version first.
    Module,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub offset: usize,
    pub limit: usize,
}

/// A parameter that says nothing that can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{value}' is not a valid {name}: {expected}")]
pub struct Fault {
    pub name: &'static str,
    pub value: String,
    pub expected: &'static str,
}

/// Entries of a page that is asked for without a limit.
pub const USUAL: usize = 20;
/// Entries of the longest page.
pub const MOST: usize = 100;
/// Longest text to look for, in bytes.
const LONGEST_QUERY: usize = 500;

impl Page {
    /// Reads `limit` and `offset`.
    pub fn parse(limit: Option<&str>, offset: Option<&str>) -> Result<Self, Fault> {
        let limit = limit.map_or(Ok(USUAL), |text| number("limit", text, "a number from 1 to 100"))?;
        if !(1..=MOST).contains(&limit) {
            return Err(fault("limit", &limit.to_string(), "a number from 1 to 100"));
        }
        let offset = offset.map_or(Ok(0), |text| number("offset", text, "a number from 0 on"))?;
        Ok(Self { offset, limit })
    }

    /// What of `all` lies on the page.
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.offset).take(self.limit).collect()
    }
}

impl ModuleQuery {
    /// Reads the parameters of a request, given as a function from the name to the value.
    pub fn parse<'q>(get: impl Fn(&str) -> Option<&'q str>) -> Result<Self, Fault> {
        let words = get("query").unwrap_or_default();
        if words.len() > LONGEST_QUERY {
            return Err(fault("query", &words[..words.floor_char_boundary(20)], "at most 500 bytes"));
        }
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let usual = if words.is_empty() { ModuleSort::default() } else { ModuleSort::Rank };
        let slugs = get("slugs").unwrap_or_default().split(',').map(str::trim).filter(|slug| !slug.is_empty());
        let slugs = slugs.take(MOST).map(|slug| slug_of("slugs", slug)).collect::<Result<_, _>>()?;
        Ok(Self {
            owner: text(get("owner")),
            tag: text(get("tag")),
            starts_with: text(get("starts_with")),
            slugs,
            release: ReleaseFilter::parse(&get)?,
            with_tasks: truth(get("with_tasks")),
            with_plans: truth(get("with_plans")),
            show_deleted: truth(get("show_deleted")),
            hide_deprecated: get("hide_deprecated").is_some(),
            sort: get("sort_by").map_or(Ok(usual), str::parse)?,
            words,
        })
    }

    /// How well a module fits; `None` if it does not. A word in the name counts most.
    pub fn rank(&self, metadata: &Metadata) -> Option<u32> {
        let module = &metadata.release.module;
        let slug = module.to_string();
        let owned = self.owner.as_ref().is_none_or(|owner| owner.eq_ignore_ascii_case(module.author()));
        let tagged = self.tag.as_ref().is_none_or(|tag| metadata.tags().any(|known| known.eq_ignore_ascii_case(tag)));
        let starts = self.starts_with.as_ref().is_none_or(|start| {
            slug.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(&start.replace('/', "-")))
        });
        let listed = self.slugs.is_empty() || self.slugs.contains(module);
        if !(owned && tagged && starts && listed) {
            return None;
        }
        let slug = slug.to_lowercase();
        let summary = [metadata.text("summary"), metadata.text("description")].into_iter().flatten();
        let summary = summary.map(str::to_lowercase).collect::<Vec<_>>().join(" ");
        let mut rank = 0;
        for word in &self.words {
            let word = word.replace('/', "-");
            rank += if module.name() == word || slug == word {
                100
            } else if slug.contains(&word) {
                10
            } else if metadata.tags().any(|tag| tag.to_lowercase() == word) {
                5
            } else if summary.contains(&word) {
                1
            } else {
                return None;
            };
        }
        Some(rank)
    }
}

impl ReleaseQuery {
    /// Reads the parameters of a request, given as a function from the name to the value.
    pub fn parse<'q>(get: impl Fn(&str) -> Option<&'q str>) -> Result<Self, Fault> {
        Ok(Self {
            module: text(get("module")).map(|module| slug_of("module", &module)).transpose()?,
            owner: text(get("owner")),
            version: range("version", get("version"))?,
            release: ReleaseFilter::parse(&get)?,
            show_deleted: truth(get("show_deleted")),
            hide_deprecated: get("hide_deprecated").is_some(),
            sort: get("sort_by").map_or(Ok(ReleaseSort::default()), str::parse)?,
        })
    }

    /// Whether a release fits by what it says.
    pub fn fits(&self, metadata: &Metadata) -> bool {
        self.version.as_ref().is_none_or(|range| range.includes(metadata.version())) && self.release.fits(metadata)
    }

    /// Whether metadata have to be looked at.
    pub fn looks_at_metadata(&self) -> bool {
        self.version.is_some() || self.release != ReleaseFilter::default()
    }
}

impl ReleaseFilter {
    fn parse<'q>(get: impl Fn(&str) -> Option<&'q str>) -> Result<Self, Fault> {
        let score = get("with_minimum_score").and_then(|score| score.parse::<i64>().ok()).unwrap_or(0);
        let endorsed = get("endorsements").is_some_and(|wanted| !wanted.is_empty());
        let groups: Vec<&str> = get("module_groups").unwrap_or_default().split([',', ' ', '+']).collect();
        let group = groups == [""] || groups.contains(&"base");
        Ok(Self {
            system: text(get("operatingsystem")),
            system_release: text(get("operatingsystemrelease")),
            puppet: range("puppet_requirement", get("puppet_requirement"))?,
            pe: range("pe_requirement", get("pe_requirement"))?,
            pdk: truth(get("with_pdk")),
            nothing: truth(get("premium")) || truth(get("supported")) || endorsed || score > 0 || !group,
        })
    }

    /// Whether a release says what is asked for.
    pub fn fits(&self, metadata: &Metadata) -> bool {
        let works_with = |name: &str, wanted: &Option<VersionRange>| {
            wanted.as_ref().is_none_or(|wanted| {
                let said = metadata.requirement(name).and_then(|range| VersionRange::parse(range).ok());
                said.is_some_and(|said| said.overlaps(wanted))
            })
        };
        let system = (self.system.as_deref(), self.system_release.as_deref());
        !self.nothing
            && (system == (None, None) || metadata.supports(system.0, system.1))
            && works_with("puppet", &self.puppet)
            && works_with("pe", &self.pe)
            && (!self.pdk || metadata.pdk())
    }
}

impl FromStr for ModuleSort {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "rank" => Ok(Self::Rank),
            "downloads" => Ok(Self::Downloads),
            "latest_release" => Ok(Self::LatestRelease),
            other => Err(fault("sort_by", other, "rank, downloads or latest_release")),
        }
    }
}

impl FromStr for ReleaseSort {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "version" => Ok(Self::Version),
            "downloads" => Ok(Self::Downloads),
            "release_date" => Ok(Self::ReleaseDate),
            "module" => Ok(Self::Module),
            other => Err(fault("sort_by", other, "version, downloads, release_date or module")),
        }
    }
}

fn text(value: Option<&str>) -> Option<String> {
    value.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn truth(value: Option<&str>) -> bool {
    value.is_some_and(|text| !matches!(text, "" | "false" | "0" | "no"))
}

fn number(name: &'static str, text: &str, expected: &'static str) -> Result<usize, Fault> {
    text.parse().map_err(|_| fault(name, text, expected))
}

fn slug_of(name: &'static str, text: &str) -> Result<ModuleSlug, Fault> {
    text.parse().map_err(|_| fault(name, text, "AUTHOR-NAME is expected"))
}

fn range(name: &'static str, text: Option<&str>) -> Result<Option<VersionRange>, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let range =
        VersionRange::parse(text).map_err(|_| fault(name, text, "a range of versions, such as '>= 1.0.0 < 2.0.0'"));
    range.map(Some)
}

fn fault(name: &'static str, value: &str, expected: &'static str) -> Fault {
    Fault { name, value: value.to_owned(), expected }
}

#[cfg(test)]
mod tests;
