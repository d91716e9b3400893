//! `lookup …`: the command line of `puppet lookup`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use compiler::world::DataFormat;
use compiler::{Explain, Format, Question, data};
use serde_json::{Map, Value, json};

use crate::admin::Command;
use crate::catalogs::plain;

pub(super) const EXAMPLES: &str = "Examples:
  quartermaster lookup ntp::servers --node web01.example.com
  quartermaster lookup ntp::servers --node web01.example.com --explain
  quartermaster lookup ntp::servers --node web01.example.com --explain-options
  quartermaster lookup users --node web01.example.com --merge deep --knock-out-prefix=--
  quartermaster lookup port listen --node web01.example.com --facts facts.yaml --type Integer --default 80

Prints the value of the first key that is found, as YAML, and exits with 0; prints nothing and exits
with 1 when none is. With --explain it always exits with 0. Facts are those that are stored of the
node, and those of --facts before them.";

// Each flag of the command line is one.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
pub(crate) struct Lookup {
    keys: Vec<String>,
    /// The node whose data are looked up [default: the server's own certname]
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// [default: production; with --compile, what the classifier says]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Tell how the value was found, or why it was not
    #[arg(long)]
    explain: bool,
    /// Tell which `lookup_options` hold for the key, and where they come from
    #[arg(long)]
    explain_options: bool,
    /// How values of several levels are joined: `first`, `unique`, `hash` or `deep`
    #[arg(long, value_name = "STRATEGY")]
    merge: Option<String>,
    /// With `--merge deep`: values that begin with this remove what levels below give
    #[arg(long, value_name = "PREFIX", allow_hyphen_values = true)]
    knock_out_prefix: Option<String>,
    /// With `--merge deep`: sort arrays that were merged
    #[arg(long)]
    sort_merged_arrays: bool,
    /// With `--merge deep`: merge hashes within arrays, by their place
    #[arg(long)]
    merge_hash_arrays: bool,
    /// The data type that the value must have
    #[arg(long = "type", value_name = "TYPE")]
    value_type: Option<String>,
    /// The value when no key is found
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    default: Option<String>,
    /// Facts in JSON or YAML that stand before those that are stored
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// `s` (text), `json` or `yaml` [default: yaml; of an explanation, s]
    #[arg(long, value_name = "FORMAT")]
    render_as: Option<String>,
    /// Compile the catalog first, for data that depend on variables of manifests
    #[arg(long, short)]
    compile: bool,
}

impl Lookup {
    /// What is asked of the server whose certname is `own`.
    pub(super) fn command(&self, own: &str, json: bool) -> anyhow::Result<Command> {
        let explain = match (self.explain, self.explain_options) {
            (true, _) => Explain::Value,
            (false, true) => Explain::Options,
            (false, false) => Explain::Nothing,
        };
        let merge = self.merge()?;
        if self.keys.is_empty() && explain != Explain::Options {
            bail!("No keys were given to lookup.");
        }
        let question = Question {
            keys: self.keys.clone(),
            merge,
            value_type: self.value_type.clone(),
            default: self.default.as_deref().map(Value::from),
            explain,
            compile: self.compile,
            format: self.format(explain, json)?,
        };
        Ok(Command::Lookup {
            node: self.node.clone().unwrap_or_else(|| own.to_owned()),
            facts: self.facts.as_deref().map(facts).transpose()?.unwrap_or_default(),
            environment: self.environment.clone(),
            question,
        })
    }

    fn merge(&self) -> anyhow::Result<Option<Value>> {
        const HELP: &str = "Run 'quartermaster lookup --help' for more details";
        let of_deep = self.sort_merged_arrays || self.merge_hash_arrays || self.knock_out_prefix.is_some();
        let merge = self.merge.as_deref();
        if of_deep && merge != Some("deep") {
            bail!(
                "The options --knock-out-prefix, --sort-merged-arrays, and --merge-hash-arrays are only available \
                 with '--merge deep'\n{HELP}"
            );
        }
        let mut options = match merge {
            None => return Ok(None),
            Some(strategy @ ("first" | "unique" | "hash")) => return Ok(Some(json!({"strategy": strategy}))),
            Some("deep") => Map::new(),
            Some(_) => bail!("The --merge option only accepts 'first', 'hash', 'unique', or 'deep'\n{HELP}"),
        };
        options.insert("strategy".to_owned(), json!("deep"));
        options.insert("sort_merged_arrays".to_owned(), json!(self.sort_merged_arrays));
        options.insert("merge_hash_arrays".to_owned(), json!(self.merge_hash_arrays));
        if let Some(prefix) = &self.knock_out_prefix {
            options.insert("knockout_prefix".to_owned(), json!(prefix));
        }
        Ok(Some(Value::Object(options)))
    }

    fn format(&self, explain: Explain, json: bool) -> anyhow::Result<Format> {
        Ok(match self.render_as.as_deref().map(str::to_lowercase).as_deref() {
            Some("s") => Format::Text,
            Some("json") => Format::Json,
            Some("yaml") => Format::Yaml,
            Some(other) => bail!("Unknown rendering format '{other}'"),
            None if json => Format::Json,
            None if explain == Explain::Nothing => Format::Yaml,
            None => Format::Text,
        })
    }
}

/// Facts from a file: JSON or YAML by its name, else whichever it is.
fn facts(path: &Path) -> anyhow::Result<Map<String, Value>> {
    // Those from which Puppet makes trusted data of its own machine.
    const TRUSTED: [&str; 4] = ["hostname", "domain", "fqdn", "clientcert"];
    let name = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| name.clone())?;
    let read = |format| data::parse(&name, &bytes, format).map(|value| plain(&value));
    let value = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => read(DataFormat::Json),
        Some("yaml" | "yml") => read(DataFormat::Yaml),
        _ => read(DataFormat::Json).or_else(|_| read(DataFormat::Yaml)),
    };
    let Value::Object(facts) = value.map_err(|error| anyhow::anyhow!("{error}"))? else {
        bail!("Incorrectly formatted data in {name} given via the --facts flag (only accepts yaml and json files)");
    };
    let given = TRUSTED.iter().filter(|fact| facts.contains_key(**fact)).count();
    if given != 0 && given != TRUSTED.len() {
        bail!(
            "When overriding any of the {} facts with {name} given via the --facts flag, they must all be overridden.",
            TRUSTED.join(",")
        );
    }
    Ok(facts)
}
