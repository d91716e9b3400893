//! What a `mod` of a Puppetfile, or an entry below `modules` of an environment, declares.

use super::error::{Error, Place};
use super::evaluate::class;
use super::value::{self, Value};
use crate::path;

/// A module, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// `owner-name`, or `name` alone.
    pub title: String,
    pub owner: Option<String>,
    /// Letters, digits and underscores: the name of the module's folder.
    pub name: String,
    /// The folder that the module's folder lies in, relative to the environment (`""` is the
    /// environment itself). Absolute when `moduledir` leads out of the environment.
    pub folder: String,
    /// Whether `spec` is left out; `None` leaves it to the settings of deploys.
    pub exclude_spec: Option<bool>,
    /// `spec` is never left out of a module with an `install_path`.
    pub spec_deletable: bool,
    pub origin: Origin,
    /// Counted from 1.
    pub line: u32,
}

/// Where the files of a module come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Forge {
        version: Wanted,
    },
    Git {
        remote: String,
        reference: Reference,
        /// What is taken when `reference` does not exist.
        default_branch: Option<String>,
        /// What is tried before `default_branch`.
        default_branch_override: Option<String>,
    },
    /// An archive; `source` is an URL or a path.
    Tarball {
        source: String,
        sha256: Option<String>,
    },
    /// The files lie in the control repository.
    Local,
}

/// Which release of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Exactly(String),
    /// The newest there is, at each deploy.
    Latest,
    /// The newest there is at the first deploy, and then that one.
    Any,
}

/// Which commit of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// The branch of the same name as the control repository's.
    ControlBranch,
    /// A branch, a tag or a commit.
    Named(String),
}

impl Origin {
    /// What is said of the module `name` when neither its reference nor a default branch exists.
    pub fn unresolved(&self, name: &str) -> String {
        let Self::Git { reference, default_branch, default_branch_override, .. } = self else {
            return format!("Unable to manage Puppetfile content '{name}'");
        };
        let desired = match reference {
            Reference::ControlBranch => "Could not resolve control repo branch".to_owned(),
            Reference::Named(desired) => format!("Could not resolve desired ref '{desired}'"),
        };
        let instead = default_branch_override
            .as_ref()
            .map(|branch| format!(" or resolve the default branch override '{branch}',"))
            .unwrap_or_default();
        let default = match default_branch {
            Some(branch) => format!("or resolve default ref '{branch}'"),
            None => "and no default provided".to_owned(),
        };
        format!("Unable to manage Puppetfile content '{name}': {desired}{instead} {default}")
    }
}

/// Where a module is declared.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) place: Place,
    /// The folder of the environment, absolute.
    pub(super) root: &'a str,
    /// The folder that modules lie in, absolute.
    pub(super) moduledir: &'a str,
    pub(super) default_branch_override: Option<&'a str>,
}

type Options = Vec<(Value, Value)>;

/// `info` is what stands after the name: options, a version, or nothing.
pub(super) fn declare(
    name: &Value,
    info: &Value,
    site: Site,
    warnings: &mut Vec<String>,
) -> Result<Declaration, Error> {
    let wrong = |message: String| Error::declaration(message, site.place);
    let mut options = match info {
        Value::Hash(entries) => entries.clone(),
        version => vec![(symbol("type"), Value::Text("forge".to_owned())), (symbol("version"), version.clone())],
    };
    if let Some(branch) = site.default_branch_override {
        value::set(&mut options, symbol("default_branch_override"), Value::Text(branch.to_owned()));
    }
    let install_path = take(&mut options, "install_path").filter(Value::truthy);
    let folder = match &install_path {
        None => site.moduledir.to_owned(),
        Some(Value::Text(written)) => {
            let path = path::expand(written, site.root);
            if path::below(&path, site.root).is_none() {
                return Err(wrong(format!(
                    "Puppetfile cannot manage content '{}' outside of containing environment: {path} is not within {}",
                    name.text(),
                    site.root
                )));
            }
            path
        }
        Some(other) => return Err(wrong(format!("no implicit conversion of {} into String", class(other)))),
    };
    let Some(kind) = Kind::of(&mut options) else {
        value::set(&mut options, symbol("overrides"), Value::Hash(Vec::new()));
        return Err(wrong(format!(
            "Module {} with args {} doesn't have an implementation. (Are you using the right arguments?)",
            name.text(),
            Value::Hash(options).inspect()
        )));
    };
    let Value::Text(written) = name else {
        return Err(wrong(format!("the name of a module must be a String, not {}", name.inspect())));
    };
    let title = written.strip_suffix('\n').unwrap_or(written).replace('/', "-");
    let (owner, name) = split(&title)
        .ok_or_else(|| wrong(format!("Module name ({title}) must match either 'modulename' or 'owner/modulename'")))?;
    let exclude_spec = take(&mut options, "exclude_spec").map(|value| value.truthy());
    let mut reader = Reader { title: &title, options, site, warnings };
    let origin = match kind {
        Kind::Git => reader.git()?,
        Kind::Local => Origin::Local,
        Kind::Forge if owner.is_none() => {
            return Err(wrong(format!("Forge module names must match 'owner/modulename', instead got {title}")));
        }
        Kind::Forge => reader.forge()?,
        Kind::Tarball => reader.tarball()?,
        Kind::Subversion => {
            return Err(wrong(format!("Module {title} comes from Subversion, which is not supported: move it to Git")));
        }
    };
    Ok(Declaration {
        owner: owner.map(str::to_owned),
        name: name.to_owned(),
        folder: path::below(&folder, site.root).unwrap_or(&folder).to_owned(),
        exclude_spec,
        spec_deletable: install_path.is_none(),
        origin,
        line: site.place.line,
        title,
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Git,
    Subversion,
    Local,
    Forge,
    Tarball,
}

impl Kind {
    /// The first kind that the options fit, in r10k's order. `:tarball => URL` is short for
    /// `:type => 'tarball', :source => URL`.
    fn of(options: &mut Options) -> Option<Self> {
        let kind = get(options, "type").map(Value::text);
        let is = |wanted: &str| kind.as_deref() == Some(wanted);
        let has = |key: &str| get(options, key).is_some();
        if has("git") || is("git") {
            return Some(Self::Git);
        }
        if has("svn") || is("svn") {
            return Some(Self::Subversion);
        }
        if get(options, "local").is_some_and(Value::truthy) || is("local") {
            return Some(Self::Local);
        }
        if is("forge") {
            return Some(Self::Forge);
        }
        if kind.is_none() && has("tarball") {
            let source = take(options, "tarball").unwrap_or(Value::Nil);
            options.push((symbol("source"), source));
            return Some(Self::Tarball);
        }
        is("tarball").then_some(Self::Tarball)
    }
}

struct Reader<'a> {
    title: &'a str,
    options: Options,
    site: Site<'a>,
    warnings: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn forge(&mut self) -> Result<Origin, Error> {
        let [version] = self.read("Forge", &[("version", 0), ("source", IGNORED)])?;
        let version = match version {
            None => Wanted::Any,
            Some(Value::Symbol(name)) if name == "latest" => Wanted::Latest,
            Some(Value::Text(text)) if is_version(&text) => Wanted::Exactly(text),
            Some(other) => {
                return Err(self.wrong(format!("Module version {} is not a valid Forge module version", other.text())));
            }
        };
        Ok(Origin::Forge { version })
    }

    fn git(&mut self) -> Result<Origin, Error> {
        let [reference, remote, default_branch, default_branch_override] = self.read(
            "Git",
            &[
                ("version", 0),
                ("branch", 0),
                ("tag", 0),
                ("commit", 0),
                ("ref", 0),
                ("source", 1),
                ("git", 1),
                ("default_branch", 2),
                ("default_branch_override", 3),
            ],
        )?;
        let reference = match reference {
            None => Reference::Named("master".to_owned()),
            Some(Value::Symbol(name)) if name == "control_branch" => Reference::ControlBranch,
            Some(value) => Reference::Named(self.string("reference", value)?),
        };
        let Some(remote) = remote else {
            return Err(self.wrong(format!("Module {} comes from Git, and no repository is named", self.title)));
        };
        Ok(Origin::Git {
            remote: self.string("repository", remote)?,
            reference,
            default_branch: default_branch.map(|value| self.string("default branch", value)).transpose()?,
            default_branch_override: default_branch_override
                .map(|value| self.string("default branch override", value))
                .transpose()?,
        })
    }

    fn tarball(&mut self) -> Result<Origin, Error> {
        let [source, sha256] =
            self.read("Tarball", &[("source", 0), ("version", 1), ("checksum", 1), ("sha256", 1)])?;
        let Some(source) = source else {
            return Err(self.wrong(format!("Module {} comes from an archive, and no source is named", self.title)));
        };
        Ok(Origin::Tarball {
            source: self.string("source", source)?,
            sha256: sha256.map(|value| self.string("checksum", value)).transpose()?,
        })
    }

    /// Sorts the options into `N` slots as `table` says. Of two for one slot the later wins.
    fn read<const N: usize>(&mut self, class: &str, table: &[(&str, usize)]) -> Result<[Option<Value>; N], Error> {
        let mut slots = [const { None }; N];
        let mut by = [const { None::<String> }; N];
        for (key, value) in std::mem::take(&mut self.options) {
            let name = key.text();
            let known =
                matches!(key, Value::Symbol(_)).then(|| table.iter().find(|(known, _)| *known == name)).flatten();
            match known {
                Some((_, IGNORED)) => {}
                Some((_, slot)) => {
                    if let Some(other) = by[*slot].replace(name.clone()) {
                        self.warn(&format!(
                            "R10K::Module::{class} parameters '{other}' and '{name}' conflict. Specify one or the \
                             other, but not both"
                        ));
                    }
                    slots[*slot] = Some(value).filter(|value| *value != Value::Nil);
                }
                None if name == "type" => {}
                // Set for all modules of the file, whatever their kind.
                None if name == "default_branch_override" && self.site.default_branch_override.is_some() => {}
                None => {
                    let text = format!("R10K::Module::{class} cannot handle option '{name}'");
                    if class == "Tarball" {
                        return Err(self.wrong(text));
                    }
                    self.warn(&text);
                }
            }
        }
        Ok(slots)
    }

    fn string(&self, what: &str, value: Value) -> Result<String, Error> {
        match value {
            Value::Text(text) => Ok(text),
            other => {
                let (title, value) = (self.title, other.inspect());
                Err(self.wrong(format!("The {what} of module {title} must be a String, not {value}")))
            }
        }
    }

    fn wrong(&self, message: String) -> Error {
        Error::declaration(message, self.site.place)
    }

    fn warn(&mut self, text: &str) {
        self.warnings.push(format!("{text} (module {}, line {})", self.title, self.site.place.line));
    }
}

/// No slot: the option is known and means nothing.
const IGNORED: usize = usize::MAX;

fn symbol(name: &str) -> Value {
    Value::Symbol(name.to_owned())
}

fn get<'a>(options: &'a Options, key: &str) -> Option<&'a Value> {
    options.iter().find_map(|(known, value)| (*known == symbol(key)).then_some(value))
}

fn take(options: &mut Options, key: &str) -> Option<Value> {
    let at = options.iter().position(|(known, _)| *known == symbol(key))?;
    Some(options.remove(at).1)
}

/// Owner and name of a title.
fn split(title: &str) -> Option<(Option<&str>, &str)> {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match title.split_once('-') {
        None => word(title).then_some((None, title)),
        Some((owner, name)) => (word(owner) && word(name)).then_some((Some(owner), name)),
    }
}

/// A semantic version: three numbers, a pre-release, a build.
fn is_version(text: &str) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (numbers, release) = text.split_once('-').map_or((text, None), |(text, release)| (text, Some(release)));
    let leads_with_zero = |part: &str| part.len() > 1 && part.starts_with('0');
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let numbers: Vec<&str> = numbers.split('.').collect();
    numbers.len() == 3
        && numbers.iter().all(|part| number(part) && !leads_with_zero(part))
        && release
            .is_none_or(|release| release.split('.').all(|part| word(part) && !(number(part) && leads_with_zero(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}
