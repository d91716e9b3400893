//! Catalogs of a corpus of modules: what the original makes of them beside what the server makes.
//!
//! `tests/corpus/record.rb` finds the cases of each module, writes them into an environment and compiles them with the
//! original. A [`Walk`] asks a server for the same catalogs and tells where they differ.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Connection;
use crate::pki::Identity;
use crate::server::{Options, Server};
use crate::shared::root;
use crate::{difference, requests};

/// Where Debian puts modules.
pub const MODULES: &str = "/usr/share/puppet/modules";
const NODE: &str = "node1.example.com";
/// What the environment's folder is called in recorded texts.
const ENVIRONMENT: &str = "/ENV";

/// One case as the original compiled it.
#[derive(Debug, Deserialize)]
pub struct Recorded {
    pub module: String,
    pub case: String,
    /// Name of the file of facts.
    pub facts: String,
    pub catalog: Option<Value>,
    pub error: Option<Failure>,
}

/// Why there is no catalog.
#[derive(Debug, Deserialize)]
pub struct Failure {
    pub message: String,
}

/// What a comparison of one case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Equal,
    /// Both compile, and this is different.
    Different(Vec<String>),
    /// Only the original compiles; here there is this error.
    OnlyOriginal(String),
    /// Both fail with the same text.
    BothFail,
    /// Both fail, here with another text.
    OtherError {
        expected: String,
        actual: String,
    },
    /// The original fails with this text, here is a catalog.
    OnlyHere(String),
}

/// The verdicts on one module, counted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Tally {
    pub equal: usize,
    pub different: usize,
    pub only_original: usize,
    pub both_fail: usize,
    pub other_error: usize,
    pub only_here: usize,
    /// Catalogs that are made on a machine without Ruby, of those that were tried there.
    pub without_ruby: usize,
    pub tried_without_ruby: usize,
}

impl Tally {
    /// How many catalogs the original makes.
    pub fn compiled(&self) -> usize {
        self.equal + self.different + self.only_original
    }

    fn count(&mut self, verdict: &Verdict) {
        *match verdict {
            Verdict::Equal => &mut self.equal,
            Verdict::Different(_) => &mut self.different,
            Verdict::OnlyOriginal(_) => &mut self.only_original,
            Verdict::BothFail => &mut self.both_fail,
            Verdict::OtherError { .. } => &mut self.other_error,
            Verdict::OnlyHere(_) => &mut self.only_here,
        } += 1;
    }
}

/// What is walked.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// All of the modulepath when empty.
    pub modules: Vec<String>,
    /// Names of files in `tests/corpus/facts`, without their ending.
    pub facts: Vec<String>,
    /// Only cases whose name has this in it.
    pub cases: String,
    /// A folder that keeps what the original made, and from which it is taken the next time.
    pub keep: Option<PathBuf>,
    /// Processes of the original at a time.
    pub jobs: usize,
    /// Whether each catalog is also asked of a server that finds no Ruby.
    pub without_ruby: bool,
}

/// Every verdict, and their sums.
#[derive(Debug, Default)]
pub struct Outcome {
    pub modules: BTreeMap<String, Tally>,
    /// Case and facts to what is not alike, in the order of their names.
    pub unlike: BTreeMap<(String, String), Verdict>,
}

impl Outcome {
    /// All modules together.
    pub fn total(&self) -> Tally {
        self.modules.values().fold(Tally::default(), |mut sum, one| {
            sum.equal += one.equal;
            sum.different += one.different;
            sum.only_original += one.only_original;
            sum.both_fail += one.both_fail;
            sum.other_error += one.other_error;
            sum.only_here += one.only_here;
            sum.without_ruby += one.without_ruby;
            sum.tried_without_ruby += one.tried_without_ruby;
            sum
        })
    }

    /// Modules of which every catalog that was tried without Ruby was made.
    pub fn without_ruby(&self) -> usize {
        self.modules.values().filter(|tally| tally.without_ruby == tally.tried_without_ruby).count()
    }
}

impl Walk {
    /// Compiles with both and compares; `progress` hears of each verdict.
    pub fn run(&self, progress: &(dyn Fn(&Recorded, &Verdict) + Sync)) -> Result<Outcome> {
        let place = tempfile::Builder::new().prefix("quartermaster-corpus-").tempdir()?;
        let environment = place.path().join("production");
        fs::create_dir_all(&environment)?;
        fs::write(environment.join("environment.conf"), settings())?;
        fs::create_dir_all(environment.join("modules"))?;
        for (folder, name) in folders_with_authors()? {
            std::os::unix::fs::symlink(folder, environment.join("modules").join(name))?;
        }
        let mut lines = self.lines(&environment)?;
        // With the first outcome every manifest is written.
        let first = lines.next();
        // The original is asked without a database, too.
        let options = || Server::options().arguments(&["--set", "compile.storeconfigs=false"]);
        let with_ruby = Asked::start(options(), &environment)?;
        let without = || Asked::start(options().environment("PATH", "/nonexistent"), &environment);
        let bare = self.without_ruby.then(without).transpose()?;
        let facts = self.facts.iter().map(|name| Ok((name.as_str(), read_facts(name)?))).collect::<Result<_>>()?;
        let (send, receive) = mpsc::sync_channel::<String>(8);
        let receive = Mutex::new(receive);
        let outcome = Mutex::new(Outcome::default());
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| compare_all(&with_ruby, bare.as_ref(), &facts, &receive, &outcome, progress)))
                .collect();
            for line in first.into_iter().chain(lines) {
                // Fails only when every worker has gone, with an error that is told below.
                if send.send(line?).is_err() {
                    break;
                }
            }
            drop(send);
            workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
        })?;
        Ok(outcome.into_inner().expect("no worker panicked"))
    }

    /// What the original made, a line for each case: kept ones, or else those of a new recording.
    fn lines(&self, environment: &Path) -> Result<Box<dyn Iterator<Item = std::io::Result<String>>>> {
        let kept = self.keep.as_deref().filter(|folder| folder.join("outcomes.jsonl").is_file());
        if let Some(folder) = kept {
            copy_manifests(folder, environment)?;
            let lines = BufReader::new(fs::File::open(folder.join("outcomes.jsonl"))?).lines();
            let wanted = self.clone();
            return Ok(Box::new(lines.filter(move |line| line.as_ref().map_or(true, |line| wanted.wants(line)))));
        }
        let output = self.record(environment)?;
        let Some(folder) = &self.keep else { return Ok(Box::new(BufReader::new(output).lines())) };
        fs::create_dir_all(folder)?;
        let partial = folder.join("outcomes.partial");
        std::io::copy(&mut BufReader::new(output), &mut fs::File::create(&partial)?)?;
        copy_manifests(environment, folder)?;
        fs::rename(&partial, folder.join("outcomes.jsonl"))?;
        Ok(Box::new(BufReader::new(fs::File::open(folder.join("outcomes.jsonl"))?).lines()))
    }

    /// Whether a kept line is of a case that is walked.
    fn wants(&self, line: &str) -> bool {
        let Ok(recorded) = serde_json::from_str::<Name>(line) else { return true };
        (self.modules.is_empty() || self.modules.contains(&recorded.module))
            && self.facts.contains(&recorded.facts)
            && recorded.case.contains(&self.cases)
    }

    /// Starts the original; its standard output.
    fn record(&self, environment: &Path) -> Result<std::process::ChildStdout> {
        let mut command = Command::new("ruby");
        command.arg(root().join("tests/corpus/record.rb")).arg("--environment").arg(environment);
        command.args(["--jobs", &self.jobs.max(1).to_string(), "--cases", &self.cases]);
        for name in &self.facts {
            command.arg("--facts").arg(facts_file(name));
        }
        if !self.modules.is_empty() {
            command.arg("--modules").arg(self.modules.join(","));
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("starting ruby")?;
        let output = child.stdout.take().context("the output is piped")?;
        // Ends when its output does; nobody waits for more than that.
        std::thread::spawn(move || child.wait());
        Ok(output)
    }
}

/// What a kept line is chosen by.
#[derive(Deserialize)]
struct Name {
    module: String,
    case: String,
    facts: String,
}

fn settings() -> String {
    format!("modulepath = modules:{MODULES}\n")
}

/// Folders of the modulepath that name an author, which no module's name does, with the name of the module.
fn folders_with_authors() -> Result<Vec<(PathBuf, String)>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(MODULES)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some((_, name)) = name.split_once('-')
            && !Path::new(MODULES).join(name).exists()
        {
            folders.push((path.clone(), name.to_owned()));
        }
    }
    Ok(folders)
}

/// Gives a server the files of a folder, but for those that are no text.
fn with_files(mut options: Options, folder: &Path, name: &str) -> Result<Options> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            options = with_files(options, &entry.path(), &name)?;
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            options = options.code(&name, &text);
        }
    }
    Ok(options)
}

fn facts_file(name: &str) -> PathBuf {
    root().join("tests/corpus/facts").join(format!("{name}.json"))
}

fn read_facts(name: &str) -> Result<Value> {
    let file = facts_file(name);
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

fn copy_manifests(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.join("manifests"))?;
    for entry in fs::read_dir(from.join("manifests"))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join("manifests").join(entry.file_name()))?;
    }
    Ok(())
}

/// A server and who asks it.
struct Asked {
    server: Server,
    identity: Identity,
}

impl Asked {
    /// Starts a server on a copy of the environment.
    fn start(mut options: Options, environment: &Path) -> Result<Self> {
        options = options.code("environments/production/environment.conf", &settings());
        for entry in fs::read_dir(environment.join("manifests"))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).context("a manifest's name is text")?;
            options = options.code(&format!("environments/production/manifests/{name}"), &fs::read_to_string(&path)?);
        }
        for (folder, name) in folders_with_authors()? {
            options = with_files(options, &folder, &format!("environments/production/modules/{name}"))?;
        }
        let server = options.start()?;
        let identity = server.enroll(NODE)?;
        Ok(Self { server, identity })
    }

    fn connect(&self) -> Result<Connection> {
        self.server.connect(&self.identity)
    }

    fn environment(&self) -> PathBuf {
        self.server.code().join("environments/production")
    }

    /// A catalog, or why there is none; folders of this server are named as in recordings.
    fn catalog(&self, connection: &mut Connection, facts: &Value) -> Result<Result<Value, String>> {
        let response = requests::catalog(connection, NODE, "production", facts)?;
        let text = String::from_utf8(response.unpacked()?)?;
        let text = text.replace(&self.environment().display().to_string(), ENVIRONMENT);
        let body: Value = serde_json::from_str(&text).with_context(|| format!("{} {text}", response.status))?;
        if response.status == 200 {
            return Ok(Ok(body));
        }
        let message = body["message"].as_str().with_context(|| format!("{} {text}", response.status))?;
        ensure!(response.status == 500 || response.status == 400, "{} {message}", response.status);
        Ok(Err(message.strip_prefix("Server Error: ").unwrap_or(message).to_owned()))
    }
}

fn compare_all(
    with_ruby: &Asked,
    bare: Option<&Asked>,
    facts: &BTreeMap<&str, Value>,
    lines: &Mutex<mpsc::Receiver<String>>,
    outcome: &Mutex<Outcome>,
    progress: &(dyn Fn(&Recorded, &Verdict) + Sync),
) -> Result<()> {
    let mut connection = with_ruby.connect()?;
    let mut bare = bare.map(|asked| Ok::<_, anyhow::Error>((asked, asked.connect()?))).transpose()?;
    loop {
        let line = lines.lock().expect("no worker panicked").recv();
        let Ok(line) = line else { return Ok(()) };
        let mut recorded: Recorded = serde_json::from_str(&line)?;
        let mut values = facts.get(recorded.facts.as_str()).cloned().context("facts that were asked for")?;
        values["corpus_case"] = recorded.case.clone().into();
        let actual = with_ruby.catalog(&mut connection, &values)?;
        let tried = match &mut bare {
            Some((bare, connection)) if recorded.catalog.is_some() => Some(bare.catalog(connection, &values)?.is_ok()),
            _ => None,
        };
        let verdict = judge(&mut recorded, actual)?;
        progress(&recorded, &verdict);
        let mut outcome = outcome.lock().expect("no worker panicked");
        let tally = outcome.modules.entry(recorded.module.clone()).or_default();
        tally.count(&verdict);
        tally.tried_without_ruby += usize::from(tried.is_some());
        tally.without_ruby += usize::from(tried == Some(true));
        if !matches!(verdict, Verdict::Equal | Verdict::BothFail) {
            outcome.unlike.insert((recorded.case, recorded.facts), verdict);
        }
    }
}

fn judge(recorded: &mut Recorded, actual: Result<Value, String>) -> Result<Verdict> {
    let expected = match (recorded.catalog.take(), recorded.error.take()) {
        (Some(catalog), _) => Ok(catalog),
        (None, Some(failure)) => Err(failure.message),
        (None, None) => anyhow::bail!("{} was recorded without an outcome", recorded.case),
    };
    Ok(match (expected, actual) {
        (Ok(expected), Ok(actual)) => {
            let differences = difference::differences(&expected, &actual);
            if differences.is_empty() { Verdict::Equal } else { Verdict::Different(differences) }
        }
        (Ok(_), Err(message)) => Verdict::OnlyOriginal(message),
        (Err(expected), Err(actual)) if expected == actual => Verdict::BothFail,
        (Err(expected), Err(actual)) => Verdict::OtherError { expected, actual },
        (Err(message), Ok(_)) => Verdict::OnlyHere(message),
    })
}
