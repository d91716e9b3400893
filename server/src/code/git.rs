//! The one file that runs `git`.
//!
//! No shell, no prompt, no protocol but those that are allowed, no hook; a limit on time and output. Secrets go
//! through the environment, where no list of processes shows them.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use modules::sources;
use rustix::process::{Pid, Signal, kill_process_group};

/// How `git` is called.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    pub(crate) program: PathBuf,
    /// Words such as `https`.
    pub(crate) protocols: Vec<String>,
    /// How long one call may take.
    pub(crate) timeout: Duration,
    /// Keys, tokens and proxies.
    pub(crate) access: sources::Git,
}

/// Where a repository is: an address that is safe to hand to `git`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Remote(String);

/// What a repository has under which name, by commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refs {
    pub(crate) head: Option<String>,
    pub(crate) branches: BTreeMap<String, String>,
    /// Those with an object of their own lead to the commit all the same.
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("'{remote}' is no address of a repository: {reason}")]
    Address { remote: String, reason: String },
    #[error("{program} could not be started: {source}")]
    NotStarted { program: String, source: std::io::Error },
    #[error("git {what}: it took longer than {} seconds (setting deploy.timeout)", .limit.as_secs())]
    TooSlow { what: String, limit: Duration },
    #[error("git {what}: it printed more than {MOST_OUTPUT} bytes")]
    TooMuch { what: String },
    #[error("git {what}: {said}")]
    Failed { what: String, said: String },
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
}

/// The most that is read of one call.
const MOST_OUTPUT: usize = 256 << 20;
/// The most that is kept of what a call complains of.
const MOST_COMPLAINT: u64 = 64 << 10;
/// Whatever the caller has set of these must not lead `git` elsewhere.
const FOREIGN: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_COMMON_DIR",
    "GIT_CEILING_DIRECTORIES",
];
/// Branches and tags, under the names that they have there.
const SPECS: [&str; 2] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
const EVERYTHING: &str = "+refs/*:refs/*";

impl Git {
    /// An address of a repository; refused when it could be an option, a command, or a protocol that is not allowed.
    pub(crate) fn remote(&self, written: &str) -> Result<Remote, GitError> {
        let refused = |reason: &str| GitError::Address { remote: written.to_owned(), reason: reason.to_owned() };
        if written.is_empty() || written.starts_with('-') || written.chars().any(char::is_control) {
            return Err(refused("it is empty, begins with a dash or has control characters"));
        }
        if written.contains("::") {
            return Err(refused("helpers such as ext:: are not run"));
        }
        let protocol = match written.split_once("://") {
            Some((protocol, rest)) if !rest.starts_with('-') => protocol,
            Some(_) => return Err(refused("its host begins with a dash")),
            None if written.starts_with('/') => "file",
            None => match written.split_once(':') {
                Some((host, _)) if !host.contains('/') && !host.starts_with('-') && !host.contains("@-") => "ssh",
                _ => return Err(refused("an URL, HOST:PATH or an absolute path is expected")),
            },
        };
        if self.protocols.iter().any(|allowed| allowed == protocol) {
            Ok(Remote(written.to_owned()))
        } else {
            Err(refused(&format!("the protocol {protocol} is not allowed (setting deploy.protocols)")))
        }
    }

    /// What the repository has now.
    pub(crate) fn refs(&self, remote: &Remote) -> Result<Refs, GitError> {
        let output = self.run(&Call { remote: Some(remote), ..Call::new(&["ls-remote", "--", &remote.0]) })?;
        Ok(Refs::parse(&String::from_utf8_lossy(&output)))
    }

    /// Brings branches and tags into the bare repository `cache`, which is made when it is missing; what is gone
    /// there is gone here.
    pub(crate) fn fetch(&self, remote: &Remote, cache: &Path) -> Result<(), GitError> {
        self.make(cache)?;
        self.bring(remote, cache, &SPECS)
    }

    /// Brings a commit that no branch or tag leads to.
    pub(crate) fn fetch_commit(&self, remote: &Remote, cache: &Path, commit: &str) -> Result<(), GitError> {
        self.make(cache)?;
        self.bring(remote, cache, &[commit]).or_else(|_| self.bring(remote, cache, &[EVERYTHING]))
    }

    fn make(&self, cache: &Path) -> Result<(), GitError> {
        if cache.join("HEAD").is_file() {
            return Ok(());
        }
        let path = cache.to_string_lossy();
        self.run(&Call::new(&["init", "--quiet", "--bare", "--template=", "--", &path])).map(drop)
    }

    fn bring(&self, remote: &Remote, cache: &Path, specs: &[&str]) -> Result<(), GitError> {
        let mut arguments = vec!["fetch", "--quiet", "--prune", "--no-tags", "--force", "--no-write-fetch-head", "--"];
        arguments.push(&remote.0);
        arguments.extend(specs);
        self.run(&Call { remote: Some(remote), cache: Some(cache), ..Call::new(&arguments) }).map(drop)
    }

    /// The trees of commits, in order; `None` for those that the cache does not have.
    pub(crate) fn trees(&self, cache: &Path, commits: &[&str]) -> Result<Vec<Option<String>>, GitError> {
        let mut questions = String::new();
        for commit in commits {
            questions.extend([commit, "^{tree}\n"]);
        }
        let call = Call::new(&["cat-file", "--batch-check=%(objectname) %(objecttype)"]);
        let output = self.run(&Call { cache: Some(cache), stdin: questions.as_bytes(), ..call })?;
        let tree = |line: &str| line.strip_suffix(" tree").map(str::to_owned);
        Ok(String::from_utf8_lossy(&output).lines().map(tree).collect())
    }

    /// The commit that an expression such as `v1.0~2` or the first digits of an id stand for.
    pub(crate) fn commit(&self, cache: &Path, expression: &str) -> Option<String> {
        let wanted = format!("{expression}^{{commit}}");
        let arguments = ["rev-parse", "--quiet", "--verify", "--end-of-options", &wanted];
        let output = self.run(&Call { cache: Some(cache), ..Call::new(&arguments) }).ok()?;
        let commit = String::from_utf8_lossy(&output).trim().to_owned();
        is_commit(&commit).then_some(commit)
    }

    /// Writes a tree into an empty folder, as a checkout does.
    pub(crate) fn check_out(&self, cache: &Path, tree: &str, into: &Path) -> Result<(), GitError> {
        let index = into.with_extension("index");
        let arguments = ["read-tree", "-u", "--reset", tree];
        let done = self.run(&Call { cache: Some(cache), folder: Some((into, &index)), ..Call::new(&arguments) });
        // It may not have been made.
        let _ = std::fs::remove_file(&index);
        done.map(drop)
    }

    fn run(&self, call: &Call<'_>) -> Result<Vec<u8>, GitError> {
        let mut command = Command::new(&self.program);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
            .args(["-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false"])
            .args(["-c", "protocol.ext.allow=never", "-c", "core.fsmonitor=false", "-c", "advice.detachedHead=false"])
            .args(call.arguments)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "true")
            .env("GIT_ALLOW_PROTOCOL", self.protocols.join(":"))
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(if call.stdin.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(cache) = call.cache {
            command.env("GIT_DIR", cache);
        }
        if let Some((folder, index)) = call.folder {
            command.env("GIT_WORK_TREE", folder).env("GIT_INDEX_FILE", index);
        }
        if let Some(remote) = call.remote {
            self.identify(remote, &mut command)?;
        }
        self.wait(command, call)
    }

    /// Gives what the repository wants to see of who asks.
    fn identify(&self, remote: &Remote, command: &mut Command) -> Result<(), GitError> {
        let access = self.access.access(&remote.0);
        let mut ssh = "ssh -o BatchMode=yes".to_owned();
        if let Some(key) = access.private_key {
            ssh = format!("{ssh} -o IdentitiesOnly=yes -i {}", quoted(key));
        }
        if std::env::var_os("GIT_SSH_COMMAND").is_none() && std::env::var_os("GIT_SSH").is_none()
            || access.private_key.is_some()
        {
            command.env("GIT_SSH_COMMAND", ssh);
        }
        let mut settings: Vec<(String, String)> = Vec::new();
        if let Some(proxy) = access.proxy {
            settings.push(("http.proxy".to_owned(), proxy.to_owned()));
        }
        if let Some(path) = access.oauth_token {
            let token = std::fs::read_to_string(path).map_err(|source| GitError::File { path: path.into(), source })?;
            let pair = format!("x-oauth-token:{}", token.trim());
            let header = format!("Authorization: Basic {}", base64::prelude::BASE64_STANDARD.encode(pair));
            settings.push((format!("http.{}.extraHeader", remote.0), header));
        }
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (number, (key, value)) in settings.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{number}"), key).env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        Ok(())
    }

    fn wait(&self, mut command: Command, call: &Call<'_>) -> Result<Vec<u8>, GitError> {
        let not_started = |source| GitError::NotStarted { program: self.program.display().to_string(), source };
        let mut child = command.spawn().map_err(not_started)?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let too_slow = AtomicBool::new(false);
        let end = || {
            if let Some(group) = group {
                // It may have ended by itself in the meantime.
                let _ = kill_process_group(group, Signal::KILL);
            }
        };
        let (status, output, complaint) = std::thread::scope(|scope| {
            let (done, ended) = mpsc::channel::<()>();
            scope.spawn(|| {
                let ended = ended;
                if ended.recv_timeout(self.timeout) == Err(mpsc::RecvTimeoutError::Timeout) {
                    too_slow.store(true, Ordering::Relaxed);
                    end();
                }
            });
            let complaint = scope.spawn(|| {
                let mut text = Vec::new();
                if let Some(mut pipe) = stderr {
                    drop(pipe.by_ref().take(MOST_COMPLAINT).read_to_end(&mut text));
                    drop(std::io::copy(&mut pipe, &mut std::io::sink()));
                }
                String::from_utf8_lossy(&text).trim().to_owned()
            });
            if let Some(mut pipe) = stdin {
                scope.spawn(move || drop(pipe.write_all(call.stdin)));
            }
            let mut output = Vec::new();
            if let Some(pipe) = stdout {
                drop(pipe.take(MOST_OUTPUT as u64 + 1).read_to_end(&mut output));
            }
            if output.len() > MOST_OUTPUT {
                end();
            }
            let status = child.wait();
            drop(done);
            (status, output, complaint.join().unwrap_or_default())
        });
        let what = call.what();
        if too_slow.load(Ordering::Relaxed) {
            return Err(GitError::TooSlow { what, limit: self.timeout });
        }
        if output.len() > MOST_OUTPUT {
            return Err(GitError::TooMuch { what });
        }
        if status.map_err(not_started)?.success() {
            return Ok(output);
        }
        Err(GitError::Failed { what, said: if complaint.is_empty() { "it failed".to_owned() } else { complaint } })
    }
}

/// One call of `git`.
struct Call<'a> {
    arguments: &'a [&'a str],
    stdin: &'a [u8],
    /// A repository elsewhere that it speaks to.
    remote: Option<&'a Remote>,
    /// The bare repository that it works on.
    cache: Option<&'a Path>,
    /// The folder that files are written to, and the index of what is there.
    folder: Option<(&'a Path, &'a Path)>,
}

impl<'a> Call<'a> {
    const fn new(arguments: &'a [&'a str]) -> Self {
        Self { arguments, stdin: b"", remote: None, cache: None, folder: None }
    }

    /// `fetch https://example.com/x.git`: for people.
    fn what(&self) -> String {
        let verb = self.arguments.first().copied().unwrap_or_default();
        match self.remote {
            Some(remote) => format!("{verb} {}", remote.shown()),
            None => verb.to_owned(),
        }
    }
}

impl Remote {
    /// One that is never asked: it only stands for what was written.
    pub(crate) fn unusable(written: &str) -> Self {
        Self(written.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Without a password that may stand in it.
    fn shown(&self) -> String {
        match self.0.split_once("://") {
            Some((protocol, rest)) => match rest.split_once('@') {
                Some((user, host)) if !user.contains('/') => format!("{protocol}://{host}"),
                _ => self.0.clone(),
            },
            None => self.0.clone(),
        }
    }
}

impl Refs {
    fn parse(output: &str) -> Self {
        let mut refs = Self::default();
        for line in output.lines() {
            let Some((commit, name)) = line.split_once('\t') else { continue };
            if !is_commit(commit) {
                continue;
            }
            if name == "HEAD" {
                refs.head = Some(commit.to_owned());
            } else if let Some(branch) = name.strip_prefix("refs/heads/") {
                refs.branches.insert(branch.to_owned(), commit.to_owned());
            } else if let Some(tag) = name.strip_prefix("refs/tags/") {
                // What a tag leads to follows the tag itself.
                let tag = tag.strip_suffix("^{}").unwrap_or(tag);
                refs.tags.insert(tag.to_owned(), commit.to_owned());
            }
        }
        refs
    }

    /// The commit of a name, in the order in which `git` looks: tags before branches.
    pub(crate) fn commit(&self, name: &str) -> Option<&str> {
        let bare = name.strip_prefix("refs/").unwrap_or(name);
        let (tag, branch) = match (bare.strip_prefix("tags/"), bare.strip_prefix("heads/")) {
            (Some(tag), _) if self.tags.contains_key(tag) => (tag, ""),
            (_, Some(branch)) if self.branches.contains_key(branch) => ("", branch),
            _ => (name, name),
        };
        if name == "HEAD" {
            return self.head.as_deref();
        }
        self.tags.get(tag).or_else(|| self.branches.get(branch)).map(String::as_str)
    }
}

/// Whether a text is the whole id of an object.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// As one word for a shell, which `git` runs the command of `GIT_SSH_COMMAND` with.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
