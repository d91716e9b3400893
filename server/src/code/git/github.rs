//! Tokens of GitHub Apps: the key of the app signs a statement, and GitHub gives a token for it that is good for an
//! hour.
//!
//! The statement is a JSON Web Token (RFC 7519) with RSASSA-PKCS1-v1_5 and SHA-256; the calls are those of GitHub's
//! REST API for installations of an app.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use modules::sources::GithubApp;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use serde_json::json;

use super::access::is_token;
use super::{GitError, Remote};
use crate::client::{Client, ClientError};
use crate::clock;

/// Where tokens are asked for, and those that were given. Clones share the tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Github {
    /// Without a slash at its end.
    api: String,
    given: Arc<Mutex<Tokens>>,
}

/// When each was given, by the app's number and the owner of repositories.
type Tokens = BTreeMap<(String, String), (Instant, String)>;

/// Where an app was installed.
#[derive(Deserialize)]
struct Installation {
    access_tokens_url: String,
    #[serde(default)]
    account: Account,
}

#[derive(Default, Deserialize)]
struct Account {
    #[serde(default)]
    login: String,
}

#[derive(Deserialize)]
struct Given {
    token: String,
}

/// How long GitHub may take to answer.
const WITHIN: Duration = Duration::from_secs(30);
const LONGEST_ANSWER: u64 = 4 << 20;
/// How long a token is used. It is good for an hour, and a call of `git` may take long.
const FRESH: Duration = Duration::from_mins(10);
/// Seconds that the clock of GitHub may be behind ours.
const BEHIND: i64 = 60;

impl Github {
    /// `api` is the address of GitHub's API.
    pub(crate) fn new(api: &str) -> Self {
        Self { api: api.trim_end_matches('/').to_owned(), given: Arc::default() }
    }

    /// A token for the owner of `remote`. It is asked for once in a while.
    pub(super) fn token(&self, app: &GithubApp<'_>, remote: &Remote) -> Result<String, GitError> {
        let owner = remote.first_folder().to_ascii_lowercase();
        // Held while GitHub is asked, so that it is asked once.
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (app.id.to_owned(), owner.clone());
        if let Some((at, token)) = given.get(&key)
            && at.elapsed() < FRESH
        {
            return Ok(token.clone());
        }
        let token = self.ask(app, &owner).map_err(|said| GitError::Access(format!("GitHub App {}: {said}", app.id)))?;
        given.insert(key, (Instant::now(), token.clone()));
        Ok(token)
    }

    fn ask(&self, app: &GithubApp<'_>, owner: &str) -> Result<String, String> {
        let statement = statement(app)?;
        let client = Client::new(WITHIN, Some(&statement), None).map_err(|error| error.to_string())?;
        let address = format!("{}/app/installations", self.api);
        let mut installations: Vec<Installation> = read(&address, client.get(&address, LONGEST_ANSWER))?;
        // One app may be installed for many owners; the first is r10k's choice.
        let own = installations.iter().position(|one| one.account.login.eq_ignore_ascii_case(owner)).unwrap_or(0);
        if installations.is_empty() {
            return Err(format!("{address} names no installation: install the app for the owner of the repository"));
        }
        let address = installations.swap_remove(own).access_tokens_url;
        if !address.starts_with(&format!("{}/", self.api)) {
            return Err(format!("tokens are given out at {address}, which is not below {}", self.api));
        }
        let given: Given = read(&address, client.post(&address, b"{}", LONGEST_ANSWER))?;
        if is_token(&given.token) {
            Ok(given.token)
        } else {
            Err("Github App token contains invalid characters.".into())
        }
    }
}

fn read<T: for<'a> Deserialize<'a>>(
    address: &str,
    reply: Result<crate::client::Reply, ClientError>,
) -> Result<T, String> {
    let reply = reply.map_err(|error| error.to_string())?;
    if !(200..300).contains(&reply.status) {
        return Err(format!("{address} answers {}", reply.status));
    }
    // What it says may be a token: it is not repeated.
    serde_json::from_slice(&reply.body).map_err(|_| format!("{address} does not answer as GitHub does"))
}

/// Says who the app is, signed.
fn statement(app: &GithubApp<'_>) -> Result<String, String> {
    let text = std::fs::read(app.key).map_err(|_| format!("Github App key {} is missing or unreadable", app.key))?;
    let no_key = || format!("Github App key {} is not a valid SSL key", app.key);
    let key = match PrivateKeyDer::from_pem_slice(&text).map_err(|_| no_key())? {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        _ => return Err(no_key()),
    };
    let key = key.map_err(|_| no_key())?;
    let issued = clock::now().as_second().saturating_sub(BEHIND);
    let expires = issued.saturating_add(BEHIND).saturating_add_unsigned(app.ttl);
    let parts = [json!({"alg": "RS256"}), json!({"iat": issued, "exp": expires, "iss": app.id})];
    let parts = parts.map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = parts.join(".");
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).map_err(|_| no_key())?;
    Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
}
