//! A real `puppet agent`, with folders of its own so that it touches nothing of the machine's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::server::Server;
use crate::shared::has_command;

/// How long one run may take on a busy machine.
const RUN_LIMIT: Duration = Duration::from_mins(4);

/// An agent: a certname and its folders.
pub struct Agent {
    certname: String,
    folder: TempDir,
    port: u16,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    /// With `--test`: 0 no change, 2 changed, 4 failures, 6 both, 1 the run failed.
    pub code: Option<i32>,
    /// Standard output and standard error, in the order they came.
    pub output: String,
}

impl Run {
    /// Demands this exit code.
    #[allow(clippy::return_self_not_must_use, reason = "the demand is the point, the rest is for more of them")]
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "the agent said:\n{}", self.output);
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.output.contains(text), "the agent did not say {text:?}:\n{}", self.output);
        self
    }
}

/// Whether a real agent is installed; says that the calling test is skipped where not.
pub fn installed() -> bool {
    has_command("puppet")
}

impl Agent {
    pub fn new(server: &Server, certname: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("quartermaster-agent-").tempdir()?;
        Ok(Self { certname: certname.to_owned(), folder, port: server.port() })
    }

    pub fn certname(&self) -> &str {
        &self.certname
    }

    /// A folder for what catalogs make; they know it as the fact `playground`.
    pub fn place(&self) -> PathBuf {
        self.folder.path().join("place")
    }

    pub fn ssl(&self) -> PathBuf {
        self.folder.path().join("ssl")
    }

    pub fn var(&self) -> PathBuf {
        self.folder.path().join("var")
    }

    /// Speaks to this server from now on.
    pub fn point_at(&mut self, server: &Server) {
        self.port = server.port();
    }

    /// Speaks to whatever listens there from now on.
    pub fn point_at_port(&mut self, port: u16) {
        self.port = port;
    }

    /// What goes into `csr_attributes.yaml`, read when the agent makes its request.
    pub fn write_csr_attributes(&self, yaml: &str) -> Result<()> {
        fs::create_dir_all(self.folder.path().join("conf"))?;
        Ok(fs::write(self.folder.path().join("conf/csr_attributes.yaml"), yaml)?)
    }

    /// `puppet agent --test` with more arguments.
    pub fn run(&self, more: &[&str]) -> Result<Run> {
        self.start(more)?.wait()
    }

    /// Starts a run and does not wait for it.
    pub fn start(&self, more: &[&str]) -> Result<Running> {
        let mut command = self.puppet("agent")?;
        command.args(["--test", "--color", "false", "--waitforcert", "0", "--keylength", "2048"]).args(more);
        Running::spawn(&mut command, &self.folder.path().join("output"))
    }

    /// Any other `puppet` command with this agent's configuration.
    pub fn command(&self, face: &str, more: &[&str]) -> Result<Run> {
        let mut command = self.puppet(face)?;
        command.args(more);
        Running::spawn(&mut command, &self.folder.path().join("output"))?.wait()
    }

    fn puppet(&self, face: &str) -> Result<Command> {
        let base = self.folder.path();
        fs::create_dir_all(self.place())?;
        let mut command = Command::new("puppet");
        command.arg(face);
        for (setting, folder) in [
            ("--confdir", "conf"),
            ("--vardir", "var"),
            ("--ssldir", "ssl"),
            ("--rundir", "run"),
            ("--logdir", "log"),
            ("--codedir", "code"),
            ("--publicdir", "public"),
        ] {
            fs::create_dir_all(base.join(folder))?;
            command.arg(setting).arg(base.join(folder));
        }
        command
            .args(["--server", "localhost", "--serverport", &self.port.to_string(), "--certname", &self.certname])
            .env("HOME", base)
            .env("FACTER_playground", self.place())
            .env("LC_ALL", "C.UTF-8")
            .current_dir(base);
        Ok(command)
    }

    /// The catalog that the agent kept from its last run.
    pub fn last_catalog(&self) -> Result<Value> {
        read_json(&self.var().join("client_data/catalog").join(format!("{}.json", self.certname)))
    }

    /// The report of the last run, resources in the order in which they were evaluated.
    pub fn last_report(&self) -> Result<Value> {
        let file = self.var().join("state/last_run_report.yaml");
        let output = Command::new("ruby").args(["-r", "puppet", "-r", "json", "-e", REPORT]).arg(file).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Prints a report of Puppet's, which is YAML with Ruby's objects, as JSON.
const REPORT: &str = "puts JSON.generate(YAML.unsafe_load_file(ARGV[0]).to_data_hash)";

fn read_json(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// A run under way; ended with its handle.
pub struct Running {
    child: Child,
    output: PathBuf,
}

impl Running {
    fn spawn(command: &mut Command, output: &Path) -> Result<Self> {
        let file = fs::File::create(output)?;
        let child =
            command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn().context("starting puppet")?;
        Ok(Self { child, output: output.to_owned() })
    }

    /// Waits for the end of the run.
    pub fn wait(mut self) -> Result<Run> {
        let limit = Instant::now() + RUN_LIMIT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Run { code: status.code(), output: self.said() });
            }
            if Instant::now() > limit {
                bail!("the agent did not end:\n{}", self.said());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it said so far, without Facter's complaints about the machine.
    pub fn said(&self) -> String {
        let text = String::from_utf8_lossy(&fs::read(&self.output).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains("rb_sysopen - /proc/")).collect();
        lines.join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended on its own in most cases.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
