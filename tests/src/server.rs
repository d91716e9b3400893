//! The process under test: a real `quartermaster serve` with folders of its own, ended with its handle.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::client::{Connection, Tls};
use crate::pki::{self, Identity, Wish};
use crate::requests;
use crate::shared::root;

/// How long a debug build may take to make its first certificates on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);
/// The certname of every server under test; clients speak to it as `localhost`.
pub const CERTNAME: &str = "puppet.test";

/// A running server, or one that was stopped and can be started again on the same data.
pub struct Server {
    child: Option<Child>,
    port: u16,
    folder: TempDir,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    authority: String,
    ready_after: Duration,
}

/// What a server starts with.
#[derive(Default)]
pub struct Options {
    arguments: Vec<String>,
    config: Option<String>,
    files: Vec<(PathBuf, String, u32)>,
    environment: Vec<(String, String)>,
    default_authority: bool,
}

impl Options {
    /// Adds arguments of `serve`.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    /// Writes a configuration file and names it with `--config`.
    #[must_use]
    pub fn config(mut self, toml: &str) -> Self {
        self.config = Some(toml.to_owned());
        self
    }

    /// Adds a file of Puppet code, its path below the code folder.
    #[must_use]
    pub fn code(mut self, path: &str, text: &str) -> Self {
        self.files.push((Path::new("code").join(path), text.to_owned(), 0o644));
        self
    }

    /// Adds an executable beside the data folder. `FOLDER` in an argument or the configuration stands for where it is.
    #[must_use]
    pub fn executable(mut self, name: &str, text: &str) -> Self {
        self.files.push((PathBuf::from(name), text.to_owned(), 0o755));
        self
    }

    /// Adds a file beside the data folder.
    #[must_use]
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((PathBuf::from(name), text.to_owned(), 0o644));
        self
    }

    /// Sets a variable of the process's environment; `FOLDER` as above.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes the authority as it is made by default. Else its key is shorter, which saves each test some seconds.
    #[must_use]
    pub fn default_authority(mut self) -> Self {
        self.default_authority = true;
        self
    }

    pub fn start(self) -> Result<Server> {
        let folder = tempfile::Builder::new().prefix("quartermaster-test-").tempdir()?;
        let place = folder.path().to_str().context("a folder name is text")?.to_owned();
        fs::create_dir_all(folder.path().join("code/environments/production/manifests"))?;
        for (path, text, mode) in &self.files {
            write(&folder.path().join(path), text, *mode)?;
        }
        let mut arguments: Vec<String> = self.arguments.iter().map(|text| text.replace("FOLDER", &place)).collect();
        if !self.default_authority {
            arguments.extend(["--set", "ca.key=rsa2048"].map(str::to_owned));
        }
        if let Some(config) = &self.config {
            let file = folder.path().join("quartermaster.toml");
            write(&file, &config.replace("FOLDER", &place), 0o644)?;
            arguments.push("--config".to_owned());
            arguments.push(file.to_str().context("a file name is text")?.to_owned());
        }
        let environment = self.environment.into_iter().map(|(name, value)| (name, value.replace("FOLDER", &place)));
        let mut server = Server {
            child: None,
            port: 0,
            folder,
            arguments,
            environment: environment.collect(),
            authority: String::new(),
            ready_after: Duration::ZERO,
        };
        server.start()?;
        Ok(server)
    }
}

impl Server {
    /// Starts a server whose production environment has this main manifest.
    pub fn with_manifest(manifest: &str) -> Result<Self> {
        Options::default().code("environments/production/manifests/site.pp", manifest).start()
    }

    pub fn options() -> Options {
        Options::default()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().map(Child::id).unwrap_or_default()
    }

    /// From the start of the process to its `ready:` line.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The authority's certificates in PEM, as the server gives them out.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn code(&self) -> PathBuf {
        self.folder.path().join("code")
    }

    /// Writes a file of Puppet code, its path below the code folder.
    pub fn write_code(&self, path: &str, text: &str) -> Result<()> {
        write(&self.code().join(path), text, 0o644)
    }

    /// What the server wrote to standard error so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Runs another `quartermaster` command on this server's data; gives its output whatever the exit code.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Output> {
        Ok(command(&self.folder).args(arguments).arg("--data-dir").arg(self.data()).output()?)
    }

    /// Runs another `quartermaster` command, demands that it succeeds and gives its standard output.
    pub fn quartermaster<S: AsRef<OsStr> + std::fmt::Debug>(&self, arguments: &[S]) -> Result<String> {
        let output = self.command(arguments)?;
        ensure!(
            output.status.success(),
            "quartermaster {arguments:?}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A connection without a client certificate.
    pub fn anonymous(&self) -> Result<Connection> {
        Tls::new(&self.authority, None)?.connect(self.port)
    }

    /// A connection that shows the identity.
    pub fn connect(&self, identity: &Identity) -> Result<Connection> {
        Tls::new(&self.authority, Some(identity))?.connect(self.port)
    }

    /// The server's own certificate, which may also administer the authority.
    pub fn administrator(&self) -> Result<Identity> {
        let read = |kind: &str| fs::read_to_string(self.data().join(format!("tls/{CERTNAME}.{kind}.pem")));
        Ok(Identity { name: CERTNAME.to_owned(), certificate_pem: read("crt")?, key_pem: read("key")? })
    }

    /// Asks for a certificate, has it signed on the command line and fetches it.
    pub fn enroll(&self, name: &str) -> Result<Identity> {
        self.enroll_wish(&Wish::named(name), &[])
    }

    /// As [`enroll`](Self::enroll), for a wish of its own and with more arguments to `ca sign`.
    pub fn enroll_wish(&self, wish: &Wish, sign: &[&str]) -> Result<Identity> {
        let key = pki::key()?;
        let mut connection = self.anonymous()?;
        let put = requests::submit(&mut connection, &wish.common_name, &wish.request(&key)?)?;
        ensure!(put.status == 200, "certificate request of {}: {} {}", wish.common_name, put.status, put.text());
        let mut arguments = vec!["ca", "sign", &wish.common_name];
        arguments.extend_from_slice(sign);
        self.quartermaster(&arguments)?;
        let certificate_pem = requests::certificate(&mut connection, &wish.common_name)?;
        Ok(Identity { name: wish.common_name.clone(), certificate_pem, key_pem: key.serialize_pem() })
    }

    /// As `kill -9`: the process gets no chance to tidy up.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks the process to end, and waits until it has.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let asked = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status()?;
        ensure!(asked.success(), "kill -TERM: {asked}");
        let limit = Instant::now() + Duration::from_secs(40);
        while Instant::now() < limit {
            if let Some(status) = child.try_wait()? {
                ensure!(status.success(), "the server ended with {status}\n{}", self.log());
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill()?;
        child.wait()?;
        bail!("the server did not end when asked");
    }

    /// Starts the process on the data of the last one; the port is a new one.
    pub fn start(&mut self) -> Result<()> {
        ensure!(self.child.is_none(), "the server runs already");
        let log = File::options().create(true).append(true).open(self.folder.path().join("log"))?;
        let begin = Instant::now();
        let mut child = command(&self.folder)
            .arg("serve")
            .arg("--data-dir")
            .arg(self.data())
            .arg("--code-dir")
            .arg(self.code())
            .args(["--listen", "127.0.0.1:0", "--certname", CERTNAME, "--dns-alt-names", "localhost,puppet"])
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", binary().display()))?;
        let output = child.stdout.take().expect("piped above");
        self.child = Some(child);
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(url) = line.strip_prefix("ready: https://") {
                    // The receiver is gone only when the wait below gave up.
                    let _ = tell.send(url.to_owned());
                }
            }
        });
        let Ok(url) = told.recv_timeout(START_LIMIT) else {
            self.kill()?;
            bail!("the server did not become ready\n{}", self.log());
        };
        self.ready_after = begin.elapsed();
        let port = url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        self.port = port.with_context(|| format!("a port in {url}"))?;
        self.authority = requests::authority(&mut Tls::unverified()?.connect(self.port)?)?;
        Ok(())
    }
}

impl Drop for Server {
    #[allow(clippy::print_stderr, reason = "the log of a failed test is the first thing to look at")]
    fn drop(&mut self) {
        // Nothing to do about a process that is already gone.
        let _ = self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("the server's log ends:\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
        }
    }
}

/// The binary under test: `ACCEPTANCE_BINARY`, or else built as the test was.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(given) = std::env::var_os("ACCEPTANCE_BINARY") {
            return PathBuf::from(given);
        }
        let own = std::env::current_exe().expect("a test has a path");
        let profile = own.ancestors().find(|dir| dir.join("deps").is_dir()).expect("tests lie in the target folder");
        let release = profile.file_name().is_some_and(|name| name == "release");
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--package", "server", "--bin", "quartermaster"]).current_dir(root());
        if release {
            cargo.arg("--release");
        }
        let built = cargo.status().expect("cargo runs");
        assert!(built.success(), "the server builds");
        profile.join("quartermaster")
    })
}

/// The binary in a folder of its own, without the caller's settings.
fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder.path());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUARTERMASTER_")) {
        command.env_remove(name);
    }
    command
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(())
}
