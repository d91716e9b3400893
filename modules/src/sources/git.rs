//! How repositories are reached: keys, tokens, proxies.

use serde_json::Value;

use super::Error;
use super::reader::Reader;

/// The settings of `git`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Git {
    pub username: Option<String>,
    /// What holds for a repository that has no settings of its own.
    general: Credentials,
    /// Repositories with settings of their own, by their remote.
    repositories: Vec<(String, Credentials)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Credentials {
    private_key: Option<String>,
    oauth_token: Option<String>,
    github_app_id: Option<String>,
    github_app_key: Option<String>,
    github_app_ttl: Option<String>,
    proxy: Option<String>,
}

/// How one repository is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access<'a> {
    /// For remotes that name no user.
    pub username: Option<&'a str>,
    /// The path of a private key, for SSH.
    pub private_key: Option<&'a str>,
    /// The path of a file that holds a token, for HTTP.
    pub oauth_token: Option<&'a str>,
    /// For HTTP, when there is no token.
    pub github_app: Option<GithubApp<'a>>,
    /// For HTTP.
    pub proxy: Option<&'a str>,
}

/// A GitHub App, which makes a short-lived token for each use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GithubApp<'a> {
    pub id: &'a str,
    /// The path of its private key.
    pub key: &'a str,
    /// Seconds that a token is good for.
    pub ttl: u64,
}

const KNOWN: &[&str] = &[
    "provider",
    "username",
    "private_key",
    "oauth_token",
    "github_app_id",
    "github_app_key",
    "github_app_ttl",
    "proxy",
    "repositories",
];

const KNOWN_OF_A_REPOSITORY: &[&str] = &[
    "remote",
    "private_key",
    "oauth_token",
    "github_app_id",
    "github_app_key",
    "github_app_ttl",
    "proxy",
    "ignore_branch_prefixes",
];

impl Git {
    /// `proxy` is that of the whole file.
    pub(super) fn read(
        value: Option<&Value>,
        proxy: Option<&String>,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let reader = Reader::new("git.", value, KNOWN)?;
        reader.warn(warnings);
        if let Some(provider) = reader.word("provider")?
            && !matches!(provider.as_str(), "shellgit" | "rugged")
        {
            let message = format!("Setting provider should be one of [:shellgit, :rugged], not '{provider}'");
            return Err(reader.wrong("provider", message));
        }
        let mut general = Credentials::read(&reader)?;
        general.proxy = general.proxy.or_else(|| proxy.cloned());
        let mut repositories = Vec::new();
        let list = match reader.get("repositories") {
            None => &[],
            Some(Value::Array(list)) => list.as_slice(),
            Some(other) => return Err(reader.wrong("repositories", format!("must be a list, not {other}"))),
        };
        for (number, value) in list.iter().enumerate() {
            let path = format!("git.repositories[{}].", number + 1);
            let reader = Reader::new(path, Some(value), KNOWN_OF_A_REPOSITORY)?;
            reader.warn(warnings);
            let remote = reader.text("remote")?.ok_or_else(|| reader.wrong("remote", "is missing"))?;
            repositories.push((remote, Credentials::read(&reader)?));
        }
        Ok(Self { username: reader.text("username")?, general, repositories })
    }

    /// How `remote` is reached: what is set for it alone comes first.
    pub fn access(&self, remote: &str) -> Access<'_> {
        let own = self.repositories.iter().find(|(known, _)| known == remote).map(|(_, own)| own);
        let pick = |field: fn(&Credentials) -> &Option<String>| -> Option<&str> {
            own.and_then(|own| field(own).as_deref()).or_else(|| field(&self.general).as_deref())
        };
        let id = pick(|from| &from.github_app_id);
        let key = pick(|from| &from.github_app_key);
        let ttl = pick(|from| &from.github_app_ttl).and_then(|ttl| ttl.parse().ok()).unwrap_or(DEFAULT_TTL);
        // An empty proxy of a repository is none at all.
        let over_http = remote.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        let proxy = pick(|from| &from.proxy).filter(|proxy| over_http && !proxy.is_empty());
        Access {
            username: self.username.as_deref(),
            private_key: pick(|from| &from.private_key),
            oauth_token: pick(|from| &from.oauth_token),
            github_app: id.zip(key).map(|(id, key)| GithubApp { id, key, ttl }),
            proxy,
        }
    }
}

/// Seconds that a token of a GitHub App is good for.
const DEFAULT_TTL: u64 = 120;

impl Credentials {
    fn read(reader: &Reader) -> Result<Self, Error> {
        let number = |name: &str| -> Result<Option<String>, Error> {
            let text = reader.text(name)?;
            match text {
                Some(text) if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) => {
                    Err(reader.wrong(name, format!("must be a number, not '{text}'")))
                }
                text => Ok(text),
            }
        };
        let proxy = match reader.get("proxy") {
            Some(Value::String(text)) if text.is_empty() => Some(String::new()),
            _ => reader.url("proxy")?,
        };
        Ok(Self {
            private_key: reader.text("private_key")?,
            oauth_token: reader.text("oauth_token")?,
            github_app_id: number("github_app_id")?,
            github_app_key: reader.text("github_app_key")?,
            github_app_ttl: number("github_app_ttl")?,
            proxy,
        })
    }
}
