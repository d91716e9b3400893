//! What a repository is shown of who asks: keys, tokens, passwords, proxies.
//!
//! Nothing of it stands in the arguments of a process. Tokens and passwords are handed over in a file that lives as
//! long as the call, by `git`'s own program for such files: it gives them to the host they are meant for and to no
//! other that a repository may lead to.

use std::borrow::Cow;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use modules::sources::Access;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tempfile::TempDir;

use super::{Git, GitError, Remote};

/// What a call is given, for as long as it runs.
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub(super) environment: Vec<(String, String)>,
    /// What must not be read in what the call says.
    secrets: Vec<String>,
    /// The folder of a file with a password.
    credentials: Option<TempDir>,
}

/// A name and a password.
struct Pair {
    name: String,
    password: String,
}

/// The user of tokens, as r10k has it.
const OF_TOKENS: &str = "x-oauth-token";
/// The user of tokens of a GitHub App.
const OF_APPS: &str = "x-access-token";

impl Identity {
    /// What `remote` is shown.
    pub(super) fn of(git: &Git, remote: &Remote) -> Result<Self, GitError> {
        let access = git.access.access(&remote.written);
        let mut identity = Self::default();
        let mut settings: Vec<(&str, String)> = Vec::new();
        match remote.protocol() {
            "ssh" => identity.environment.extend(ssh(remote, &access)?),
            "http" | "https" => {
                if let Some(proxy) = access.proxy {
                    identity.secrets.extend(in_address(proxy).and_then(|(_, password)| password));
                    settings.push(("http.proxy", proxy.to_owned()));
                }
                if let Some(pair) = pair(git, remote, &access)? {
                    let (folder, helper) = hand_over(&git.drafts, remote, &pair)?;
                    // The first, which is empty, takes those away that the machine has: none of them is asked, and
                    // none of them keeps what is not theirs.
                    settings.extend([("credential.helper", String::new()), ("credential.helper", helper)]);
                    settings.push(("http.proactiveAuth", "basic".to_owned()));
                    identity.secrets.extend([in_a_url(&pair.password), pair.password]);
                    identity.credentials = Some(folder);
                } else {
                    let name = remote.user.as_deref().or(access.username);
                    settings.extend(name.map(|name| ("credential.username", name.to_owned())));
                    // It may be a token that stands in the place of a name.
                    identity.secrets.extend(remote.user.clone());
                }
            }
            _ => {}
        }
        identity.environment.push(("GIT_CONFIG_COUNT".to_owned(), settings.len().to_string()));
        for (number, (key, value)) in settings.into_iter().enumerate() {
            identity.environment.push((format!("GIT_CONFIG_KEY_{number}"), key.to_owned()));
            identity.environment.push((format!("GIT_CONFIG_VALUE_{number}"), value));
        }
        Ok(identity)
    }

    /// Takes away what was handed over.
    pub(super) fn end(self) {
        if let Some(Err(error)) = self.credentials.map(TempDir::close) {
            tracing::warn!(%error, "a file with a password is left until a server starts");
        }
    }

    /// `text` without secrets.
    pub(super) fn hide(&self, text: &str) -> String {
        let secrets = self.secrets.iter().filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }
}

/// How `ssh` is called: with the key that is set, or as the caller has it.
fn ssh(remote: &Remote, access: &Access<'_>) -> Result<Option<(String, String)>, GitError> {
    let mut command = "ssh -o BatchMode=yes".to_owned();
    let name = access.username.filter(|_| remote.user.is_none());
    if let Some(key) = access.private_key {
        if fs::File::open(key).is_err() {
            let said = format!(
                "Unable to use SSH key auth for \"{}\": private key \"{key}\" is missing or unreadable",
                remote.shown()
            );
            return Err(GitError::Access(said));
        }
        command = format!("{command} -o IdentitiesOnly=yes -i {}", quoted(key));
    } else if ["GIT_SSH_COMMAND", "GIT_SSH"].iter().any(|name| std::env::var_os(name).is_some()) {
        return Ok(None);
    }
    if let Some(name) = name {
        command = format!("{command} -o {}", quoted(&format!("User={name}")));
    }
    Ok(Some(("GIT_SSH_COMMAND".to_owned(), command)))
}

/// The name and the password that `remote` wants to see over HTTP, where one is known.
fn pair(git: &Git, remote: &Remote, access: &Access<'_>) -> Result<Option<Pair>, GitError> {
    if let Some(path) = access.oauth_token {
        let token = token(path)?;
        return Ok(Some(Pair { name: OF_TOKENS.to_owned(), password: token }));
    }
    if let Some(app) = &access.github_app {
        let token = git.github.token(app, remote)?;
        return Ok(Some(Pair { name: OF_APPS.to_owned(), password: token }));
    }
    Ok(remote.password.clone().map(|password| {
        let name = remote.user.as_deref().or(access.username).unwrap_or_default();
        Pair { name: name.to_owned(), password }
    }))
}

/// The token in a file.
fn token(path: &str) -> Result<String, GitError> {
    if path == "-" {
        let said = "a token cannot be read from standard input here: let oauth_token name a file";
        return Err(GitError::Access(said.to_owned()));
    }
    let unreadable = |_| GitError::Access(format!("{path} is missing or unreadable, cannot load OAuth token"));
    let token = fs::read_to_string(path).map_err(unreadable)?.trim().to_owned();
    if is_token(&token) {
        return Ok(token);
    }
    Err(GitError::Access(format!("{path}: Supplied OAuth token contains invalid characters.")))
}

/// Whether a text has the characters that tokens have.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-.~_+/".contains(c))
}

/// Writes the file that `git credential-store` reads; answers with its folder and with how that program is called.
fn hand_over(drafts: &Path, remote: &Remote, pair: &Pair) -> Result<(TempDir, String), GitError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| GitError::File { path, source }
    };
    let folder = tempfile::Builder::new().prefix("access-").tempdir_in(drafts).map_err(at(drafts))?;
    let path = folder.path().join("credentials");
    let (name, password) = (in_a_url(&pair.name), in_a_url(&pair.password));
    let line = format!("{}://{name}:{password}@{}\n", remote.protocol(), remote.host());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(at(&path))?;
    file.write_all(line.as_bytes()).map_err(at(&path))?;
    let helper = format!("store --file={}", quoted(&path.to_string_lossy()));
    Ok((folder, helper))
}

fn in_a_url(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Name and password that stand in an address.
pub(super) fn in_address(address: &str) -> Option<(String, Option<String>)> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, _) = authority.rsplit_once('@')?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some(match user.split_once(':') {
        Some((name, password)) => (plain(name), Some(plain(password))),
        None => (plain(user), None),
    })
}

/// A text without the passwords, and over HTTP the names, that stand in addresses in it.
pub(crate) fn without_secrets(text: &str) -> Cow<'_, str> {
    if !text.contains("://") || !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_web = ["http", "https"].iter().any(|protocol| shown.ends_with(protocol));
        shown.push_str("://");
        let end = part.find(|c: char| c == '/' || c == '\'' || c == '"' || c.is_whitespace()).unwrap_or(part.len());
        let (authority, rest) = part.split_at(end);
        match authority.rsplit_once('@') {
            Some((user, host)) if is_web || user.contains(':') => {
                let name = user.split(':').next().filter(|_| !is_web);
                shown.extend(name.map(|name| format!("{name}@")));
                shown.push_str(host);
            }
            _ => shown.push_str(authority),
        }
        shown.push_str(rest);
    }
    Cow::Owned(shown)
}

/// As one word for a shell, which `git` runs the command of `GIT_SSH_COMMAND` with.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
