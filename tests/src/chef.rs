//! Requests of Chef's API, signed as its clients do (version 1.3).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::client::Response;
use crate::server::Server;

/// Who signs.
#[derive(Clone, Debug)]
pub struct Signer {
    pub name: String,
    pub key: PathBuf,
}

impl Signer {
    pub fn new(name: &str, key: &Path) -> Self {
        Self { name: name.to_owned(), key: key.to_owned() }
    }

    /// The superuser, with the key that the first start left.
    pub fn superuser(server: &Server) -> Self {
        Self::new("pivotal", &server.data().join("chef/pivotal.pem"))
    }

    pub fn get(&self, server: &Server, path: &str) -> Result<Response> {
        self.send(server, "GET", path, "")
    }

    pub fn post(&self, server: &Server, path: &str, body: &str) -> Result<Response> {
        self.send(server, "POST", path, body)
    }

    pub fn put(&self, server: &Server, path: &str, body: &str) -> Result<Response> {
        self.send(server, "PUT", path, body)
    }

    /// Sends a request; the path may have a query, which is not signed.
    pub fn send(&self, server: &Server, method: &str, path: &str, body: &str) -> Result<Response> {
        let headers = self.headers(method, path, body)?;
        let mut headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.push(("Accept", "application/json"));
        headers.push(("Content-Type", "application/json"));
        server.anonymous()?.send(method, path, &headers, body.as_bytes())
    }

    fn headers(&self, method: &str, path: &str, body: &str) -> Result<Vec<(String, String)>> {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let hash = STANDARD.encode(Sha256::digest(body));
        let bare = path.split('?').next().unwrap_or_default();
        let (name, version) = (&self.name, 1);
        let canonical = format!(
            "Method:{method}\nPath:{bare}\nX-Ops-Content-Hash:{hash}\nX-Ops-Sign:version=1.3\nX-Ops-Timestamp:{now}\n\
             X-Ops-UserId:{name}\nX-Ops-Server-API-Version:{version}"
        );
        let signature = STANDARD.encode(self.sign(canonical.as_bytes())?);
        let mut headers = vec![
            ("X-Ops-Sign".to_owned(), "algorithm=sha256;version=1.3".to_owned()),
            ("X-Ops-Userid".to_owned(), name.clone()),
            ("X-Ops-Timestamp".to_owned(), now),
            ("X-Ops-Content-Hash".to_owned(), hash),
            ("X-Ops-Server-API-Version".to_owned(), version.to_string()),
            ("X-Chef-Version".to_owned(), "18.0.0".to_owned()),
        ];
        for (number, line) in signature.as_bytes().chunks(60).enumerate() {
            let line = String::from_utf8_lossy(line).into_owned();
            headers.push((format!("X-Ops-Authorization-{}", number + 1), line));
        }
        Ok(headers)
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        let mut openssl = Command::new("openssl")
            .args(["dgst", "-sha256", "-sign"])
            .arg(&self.key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("openssl runs")?;
        openssl.stdin.take().context("piped above")?.write_all(text)?;
        let output = openssl.wait_with_output()?;
        ensure!(output.status.success(), "openssl cannot sign with {}", self.key.display());
        Ok(output.stdout)
    }
}
