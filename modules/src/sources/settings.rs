//! The settings of `forge` and `deploy`.

use serde_json::Value;

use super::Error;
use super::reader::{Reader, class, plain, shown};

/// Where released modules come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forge {
    /// `None` is the public Forge.
    pub baseurl: Option<String>,
    pub proxy: Option<String>,
    /// What stands in the header `Authorization`.
    pub authorization_token: Option<String>,
    /// Whether a Puppetfile may name another Forge.
    pub allow_puppetfile_override: bool,
}

/// How environments are deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deploy {
    /// Why nothing may be deployed now.
    pub write_lock: Option<String>,
    pub purge_levels: PurgeLevels,
    /// Shell patterns, relative to an environment, of what is never purged.
    pub purge_allowlist: Vec<String>,
    /// Read and heeded by nobody: types need not be generated here.
    pub generate_types: bool,
    /// Whether the folder `spec` of modules is left out.
    pub exclude_spec: bool,
    pub puppet_path: Option<String>,
    pub puppet_conf: Option<String>,
}

/// What is removed when nothing declares it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurgeLevels {
    /// Environments without a branch.
    pub deployment: bool,
    /// Files of an environment that its branch does not have.
    pub environment: bool,
    /// Modules that the Puppetfile does not have, in folders that it manages.
    pub puppetfile: bool,
}

impl Default for PurgeLevels {
    fn default() -> Self {
        Self { deployment: true, environment: false, puppetfile: true }
    }
}

impl Forge {
    const KNOWN: &[&str] = &["baseurl", "proxy", "authorization_token", "allow_puppetfile_override"];

    /// `proxy` is that of the whole file.
    pub(super) fn read(
        value: Option<&Value>,
        proxy: Option<&String>,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let reader = Reader::new("forge.", value, Self::KNOWN)?;
        reader.warn(warnings);
        Ok(Self {
            baseurl: reader.url("baseurl")?,
            proxy: reader.url("proxy")?.or_else(|| proxy.cloned()),
            authorization_token: reader.text("authorization_token")?,
            allow_puppetfile_override: reader.flag("allow_puppetfile_override")?,
        })
    }
}

impl Deploy {
    const KNOWN: &[&str] = &[
        "write_lock",
        "purge_levels",
        "purge_allowlist",
        "purge_whitelist",
        "generate_types",
        "exclude_spec",
        "puppet_path",
        "puppet_conf",
    ];

    pub(super) fn read(value: Option<&Value>, warnings: &mut Vec<String>) -> Result<Self, Error> {
        let reader = Reader::new("deploy.", value, Self::KNOWN)?;
        reader.warn(warnings);
        let write_lock = match reader.get("write_lock") {
            None | Some(Value::Bool(false)) => None,
            Some(Value::String(reason)) => Some(reason.clone()),
            Some(other) => {
                let message = format!(
                    "The write_lock setting should be a string containing the reason for the write lock, not a {}",
                    class(other)
                );
                return Err(reader.wrong("write_lock", message));
            }
        };
        let mut purge_allowlist = reader.texts("purge_allowlist")?;
        let old = reader.texts("purge_whitelist")?;
        if !old.is_empty() {
            warnings.push("the setting deploy.purge_whitelist is deprecated; please use purge_allowlist".to_owned());
            purge_allowlist.extend(old);
        }
        Ok(Self {
            write_lock,
            purge_levels: PurgeLevels::read(&reader)?,
            purge_allowlist,
            generate_types: reader.get("generate_types").is_some_and(|value| shown(value) == "true"),
            exclude_spec: reader.flag("exclude_spec")?,
            puppet_path: reader.text("puppet_path")?,
            puppet_conf: reader.text("puppet_conf")?,
        })
    }
}

impl PurgeLevels {
    fn read(reader: &Reader) -> Result<Self, Error> {
        let words: Vec<String> = match reader.get("purge_levels") {
            None => return Ok(Self::default()),
            Some(Value::Array(items)) => items.iter().map(|item| plain(&shown(item)).to_owned()).collect(),
            Some(single) => vec![plain(&shown(single)).to_owned()],
        };
        let mut levels = Self { deployment: false, environment: false, puppetfile: false };
        let mut unknown = Vec::new();
        for word in words {
            match word.as_str() {
                "deployment" => levels.deployment = true,
                "environment" => levels.environment = true,
                "puppetfile" => levels.puppetfile = true,
                _ => unknown.push(format!(":{word}")),
            }
        }
        if unknown.is_empty() {
            return Ok(levels);
        }
        let message = format!(
            "Setting purge_levels may only contain [:deployment, :environment, :puppetfile]; the disallowed values [{}] \
             were present",
            unknown.join(", ")
        );
        Err(reader.wrong("purge_levels", message))
    }
}
