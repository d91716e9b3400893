//! The one file that runs `git`.
//!
//! No shell, no prompt, no protocol but those that are allowed, no hook; a limit on time and output. No list of
//! processes shows a secret, and no message.
//!
//! - [`access`]: keys, tokens, passwords, proxies
//! - [`github`]: tokens of GitHub Apps
//! - [`leftovers`]: what calls leave behind when a server is killed

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use modules::sources;
use rustix::process::{Pid, Signal, kill_process_group};

use self::access::Identity;
use self::github::Github;
use self::leftovers::Mark;

mod access;
pub(crate) mod github;
pub(crate) mod leftovers;

pub(crate) use self::access::without_secrets;

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
    pub(crate) github: Github,
    /// A folder for what is needed as long as a call runs.
    pub(crate) drafts: PathBuf,
}

/// Where a repository is: an address that is safe to hand to `git`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    /// As the configuration has it.
    written: String,
    /// What `git` is given and people are shown: without a password, over HTTP without a name either.
    address: String,
    user: Option<String>,
    password: Option<String>,
}

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
    /// A key or a token that there is not.
    #[error("{0}")]
    Access(String),
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
        let refused = |reason: &str| {
            let (remote, reason) = (without_secrets(written).into_owned(), reason.to_owned());
            GitError::Address { remote, reason }
        };
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
            Ok(Remote::read(written))
        } else {
            Err(refused(&format!("the protocol {protocol} is not allowed (setting deploy.protocols)")))
        }
    }

    /// What the repository has now.
    pub(crate) fn refs(&self, remote: &Remote) -> Result<Refs, GitError> {
        let output = self.run(&Call { remote: Some(remote), ..Call::new(&["ls-remote", "--", &remote.address]) })?;
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
        arguments.push(&remote.address);
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
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(cache) = call.cache {
            command.env("GIT_DIR", cache);
        }
        if let Some((folder, index)) = call.folder {
            command.env("GIT_WORK_TREE", folder).env("GIT_INDEX_FILE", index);
        }
        let identity = call.remote.map(|remote| Identity::of(self, remote)).transpose()?.unwrap_or_default();
        command.envs(identity.environment.iter().map(|(name, value)| (name, value)));
        // What is fed to a call ends it when the server ends.
        let mark = if call.stdin.is_empty() { Some(Mark::set(&self.drafts).map_err(self.at_drafts())?) } else { None };
        let stdin = mark.as_ref().map_or_else(|| Ok(Stdio::piped()), Mark::stdin).map_err(self.at_drafts())?;
        command.stdin(stdin);
        let done = self.wait(command, call, mark.as_ref()).map_err(|error| match error {
            GitError::Failed { what, said } => GitError::Failed { what, said: identity.hide(&said) },
            other => other,
        });
        identity.end();
        done
    }

    fn at_drafts(&self) -> impl Fn(std::io::Error) -> GitError {
        |source| GitError::File { path: self.drafts.clone(), source }
    }

    fn wait(&self, mut command: Command, call: &Call<'_>, mark: Option<&Mark>) -> Result<Vec<u8>, GitError> {
        let not_started = |source| GitError::NotStarted { program: self.program.display().to_string(), source };
        let mut child = command.spawn().map_err(not_started)?;
        // It is kept for the call alone otherwise.
        drop(command);
        if let Some(Err(error)) = mark.map(|mark| mark.name(child.id())) {
            tracing::debug!(%error, "a call of git would not be found if the server were killed");
        }
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
    fn read(written: &str) -> Self {
        let plain = |user: Option<String>| Self {
            written: written.to_owned(),
            address: written.to_owned(),
            user,
            password: None,
        };
        let Some((protocol, rest)) = written.split_once("://") else {
            let host = written.split_once(':').map_or("", |(host, _)| host);
            return plain(host.split_once('@').map(|(user, _)| user.to_owned()));
        };
        match access::in_address(written) {
            None => plain(None),
            Some((user, None)) if !protocol.starts_with("http") => plain(Some(user)),
            Some((user, password)) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let (named, host) = authority.rsplit_once('@').unwrap_or(("", authority));
                let name = named.split_once(':').map_or(named, |(name, _)| name);
                let name = if protocol.starts_with("http") { String::new() } else { format!("{name}@") };
                let address = format!("{protocol}://{name}{host}{path}");
                Self { address, password, ..plain(Some(user).filter(|user| !user.is_empty())) }
            }
        }
    }

    /// One that is never asked: it only stands for what was written.
    pub(crate) fn unusable(written: &str) -> Self {
        Self::read(written)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }

    /// For people, and for lists of processes.
    pub(crate) fn shown(&self) -> &str {
        &self.address
    }

    /// `file`, `http`, `https`, `ssh`.
    fn protocol(&self) -> &str {
        match self.address.split_once("://") {
            Some((protocol, _)) => protocol,
            None if self.address.starts_with('/') => "file",
            None => "ssh",
        }
    }

    /// With the port, of an URL.
    fn host(&self) -> &str {
        let rest = self.address.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// `acme` of `https://github.com/acme/site.git`.
    fn first_folder(&self) -> &str {
        let rest = self.address.split_once("://").map_or(self.address.as_str(), |(_, rest)| rest);
        rest.split('/').nth(1).unwrap_or_default()
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

#[cfg(test)]
mod tests;
