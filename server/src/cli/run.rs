//! Carries a command line out.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::code::{self, Bar, Code};
use super::{Ca, Cli, Command as Line, ConfigCommand, Node, chef, local, render};
use crate::admin::{Answer, Command, Sign, socket};
use crate::code::progress::Said;
use crate::config::{Config, Flags};
use crate::environments::check::{self, Finding};
use crate::{log, serve};

/// Runs the command; the exit code is 1 when any part of it failed.
pub(crate) fn run(cli: &Cli) -> ExitCode {
    let done = cli.flags().map_err(anyhow::Error::msg).and_then(|flags| {
        let config = Config::load(&flags, std::env::vars())?;
        carry_out(cli, config, flags)
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            // As `puppet lookup` begins every error.
            let could_not = if matches!(cli.command, Line::Lookup(_)) { "Could not run: " } else { "" };
            render::failure(&format!("{could_not}{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn carry_out(cli: &Cli, config: Config, flags: Flags) -> anyhow::Result<ExitCode> {
    let json = cli.common.json;
    let mut key_file = None;
    let command = match &cli.command {
        Line::Serve(_) => {
            log::start(&config.log)?;
            crate::limits::raise();
            actix_web::rt::System::new().block_on(serve::serve(config, flags))?;
            return Ok(ExitCode::SUCCESS);
        }
        Line::Config(ConfigCommand::Show) => {
            render::configuration(&config, json)?;
            return Ok(ExitCode::SUCCESS);
        }
        Line::Module(module) => return module.run(config, json),
        Line::Check { dir } => return look(dir, json),
        Line::Puppetfile(puppetfile) => return puppetfile.run(json),
        Line::Code(Code::ImportR10k { file }) => return code::import(file, &config.data_dir, json),
        Line::Code(code) => code.command().context("this is done without a server")?,
        Line::Ca(ca) => of_ca(ca),
        Line::Node(node) => of_node(node),
        Line::Token(token) => token.command(),
        Line::Compile(compile) => Command::Compile {
            node: compile.node.clone(),
            facts: compile.facts.as_deref().map(|path| read_facts(path, &compile.node)).transpose()?,
            trusted: compile.trusted.as_deref().map(read_json).transpose()?,
            environment: compile.environment.clone(),
            explain: compile.explain.clone(),
        },
        Line::Chef(typed) => {
            let (command, file) = chef::ask::command(typed, json)?;
            key_file = file;
            Command::Chef(command)
        }
        Line::Lookup(lookup) => lookup.command(&config.certname.to_string(), json)?,
    };
    // Only warnings: what the command answers is on standard output.
    log::quiet();
    let config = Arc::new(config);
    // A folder of code on the command line means that code, not the one of the server that runs.
    let here = command.only_reads() && cli.common.code_dir.is_some();
    let mut value = match have_done(&config, &command, here)? {
        Answer::Done(value) => value,
        Answer::Failed(reason) => bail!("{reason}"),
    };
    if let Some(file) = key_file {
        file.take(&mut value)?;
    }
    match &cli.command {
        Line::Chef(typed) if !json => {
            chef::render::answer(typed, &value);
            Ok(ExitCode::SUCCESS)
        }
        Line::Code(code) => render::answer(&command, &code.finish(value)?, json),
        _ => render::answer(&command, &value, json),
    }
}

/// Has a command carried out by the server that runs, or on its data where none does; with `here` always on the data.
pub(super) fn have_done(config: &Arc<Config>, command: &Command, here: bool) -> anyhow::Result<Answer> {
    let has_lines = matches!(command, Command::Chef(_));
    let bar = Arc::new(Mutex::new(Bar::new(has_lines)));
    let heard: Said = {
        let bar = bar.clone();
        Arc::new(move |step| bar.lock().unwrap_or_else(PoisonError::into_inner).show(step))
    };
    let answer = actix_web::rt::System::new().block_on(async {
        if !here
            && let Some(answer) = socket::ask(&config.socket(), command, &heard).await.context("the admin socket")?
        {
            return Ok(answer);
        }
        local::perform_locally(config.clone(), command.clone(), &heard).await
    });
    bar.lock().unwrap_or_else(PoisonError::into_inner).clear();
    answer
}

fn of_ca(ca: &Ca) -> Command {
    match ca {
        Ca::List { all } => Command::CaList { all: *all },
        Ca::Show { name } => Command::CaShow { name: name.clone() },
        Ca::Sign { names, all, ttl, allow_dns_alt_names, allow_authorization_extensions } => Command::CaSign {
            names: names.clone(),
            all: *all,
            sign: Sign {
                ttl_seconds: *ttl,
                allow_subject_alt_names: *allow_dns_alt_names,
                allow_authorization_extensions: *allow_authorization_extensions,
            },
        },
        Ca::Reject { names } => Command::CaReject { names: names.clone() },
        Ca::Revoke { names } => Command::CaRevoke { names: names.clone() },
        Ca::Clean { names } => Command::CaClean { names: names.clone() },
        Ca::Generate { name, dns_alt_names, ttl } => {
            Command::CaGenerate { name: name.clone(), dns_alt_names: dns_alt_names.clone(), ttl_seconds: *ttl }
        }
    }
}

fn of_node(node: &Node) -> Command {
    match node {
        Node::List { all } => Command::NodeList { deactivated: *all },
        Node::Show { name } => Command::NodeShow { name: name.clone() },
        Node::Facts { name } => Command::NodeFacts { name: name.clone() },
        Node::Reports { name, limit } => Command::NodeReports { name: name.clone(), limit: *limit },
        Node::Report { id } => Command::NodeReport { id: *id },
        Node::Catalog { name } => Command::NodeCatalog { name: name.clone() },
        Node::Forget { name } => Command::NodeForget { name: name.clone() },
    }
}

/// The value that a file holds; `-` is standard input.
fn read_json(path: &Path) -> anyhow::Result<Value> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
    } else {
        text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    }
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// A factset, or bare values as `facter --json` prints them.
fn read_facts(path: &Path, node: &str) -> anyhow::Result<Value> {
    let value = read_json(path)?;
    if value.get("values").is_some_and(Value::is_object) {
        let mut value = value;
        value["name"] = json!(node);
        return Ok(value);
    }
    if !value.is_object() {
        bail!("{} holds no facts: a JSON object is expected", path.display());
    }
    Ok(json!({"name": node, "values": value}))
}

fn look(dir: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let report = check::check(dir, Path::new(""), &mut |_| {}).with_context(|| dir.display().to_string())?;
    render::findings(&report, json)?;
    let mistaken = report.findings.iter().any(Finding::is_error);
    Ok(if mistaken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
