//! A client of Chef's that signs as it is told: rightly, or not.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use md5::Md5;
use rcgen::{KeyPair, PKCS_RSA_SHA256, SigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::client::{Connection, Response};
use crate::server::Server;

/// Characters of a line of the signature.
const LINE: usize = 60;
/// The version of the API that is asked for.
const API: &str = "1";

/// Who asks, and the key that signs.
pub struct Actor {
    pub name: String,
    key: KeyPair,
}

/// The headers of a signed request.
pub type Headers = Vec<(String, String)>;

impl Actor {
    pub fn new(name: &str, pem: &str) -> Result<Self> {
        Ok(Self { name: name.to_owned(), key: KeyPair::from_pem_and_sign_algo(pem, &PKCS_RSA_SHA256)? })
    }

    /// The superuser of a server.
    pub fn superuser(server: &Server) -> Result<Self> {
        Self::new("pivotal", &fs::read_to_string(server.data().join("chef/pivotal.pem"))?)
    }

    /// The same key under another name.
    #[must_use]
    pub fn under(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// The headers that sign this request, with the signer's clock wrong by so much.
    #[allow(clippy::disallowed_methods, reason = "a client has a clock of its own")]
    pub fn signed(&self, method: &str, path: &str, body: &[u8], skew: SignedDuration) -> Result<Headers> {
        let time = (Timestamp::now() + skew).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let path = path.split('?').next().unwrap_or_default();
        let hash = STANDARD.encode(Sha256::digest(body));
        let name = &self.name;
        let text = format!(
            "Method:{method}\nPath:{path}\nX-Ops-Content-Hash:{hash}\nX-Ops-Sign:version=1.3\nX-Ops-Timestamp:{time}\nX-Ops-UserId:{name}\nX-Ops-Server-API-Version:{API}"
        );
        let signature = STANDARD.encode(self.key.sign(text.as_bytes())?);
        let mut headers: Headers = [
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
            ("X-Ops-Sign", "algorithm=sha256;version=1.3;"),
            ("X-Ops-UserId", name),
            ("X-Ops-Timestamp", &time),
            ("X-Ops-Content-Hash", &hash),
            ("X-Ops-Server-API-Version", API),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (number, line) in signature.as_bytes().chunks(LINE).enumerate() {
            let line = String::from_utf8_lossy(line).into_owned();
            headers.push((format!("X-Ops-Authorization-{}", number + 1), line));
        }
        Ok(headers)
    }

    /// Sends bytes, rightly signed.
    pub fn send(&self, to: &mut Connection, method: &str, path: &str, body: &[u8]) -> Result<Response> {
        send(to, method, path, &self.signed(method, path, body, SignedDuration::ZERO)?, body)
    }

    pub fn get(&self, to: &mut Connection, path: &str) -> Result<Response> {
        self.send(to, "GET", path, b"")
    }

    pub fn delete(&self, to: &mut Connection, path: &str) -> Result<Response> {
        self.send(to, "DELETE", path, b"")
    }

    pub fn put(&self, to: &mut Connection, path: &str, body: &Value) -> Result<Response> {
        self.send(to, "PUT", path, body.to_string().as_bytes())
    }

    pub fn post(&self, to: &mut Connection, path: &str, body: &Value) -> Result<Response> {
        self.send(to, "POST", path, body.to_string().as_bytes())
    }

    /// Makes a client in an organization, which signs with a key of its own.
    pub fn client(&self, to: &mut Connection, organization: &str, name: &str) -> Result<Self> {
        let path = format!("/organizations/{organization}/clients");
        let made = self.post(to, &path, &json!({"name": name, "create_key": true}))?;
        ensure!(made.status == 201, "{} {}", made.status, made.text());
        let made = made.json()?;
        Self::new(name, made["chef_key"]["private_key"].as_str().context("a private key")?)
    }

    /// Announces files and answers with the addresses to send them to, by checksum; those that are there have none.
    pub fn announce(&self, to: &mut Connection, organization: &str, checksums: &[&str]) -> Result<Sandbox> {
        let announced: Map<String, Value> = checksums.iter().map(|&sum| (sum.to_owned(), Value::Null)).collect();
        let path = format!("/organizations/{organization}/sandboxes");
        let made = self.post(to, &path, &json!({"checksums": announced}))?;
        ensure!(made.status == 201, "{} {}", made.status, made.text());
        let made = made.json()?;
        let id = made["sandbox_id"].as_str().context("a sandbox")?.to_owned();
        let address = |&sum: &&str| Some((sum.to_owned(), target(made["checksums"][sum]["url"].as_str()?)));
        Ok(Sandbox { path: format!("{path}/{id}"), addresses: checksums.iter().filter_map(address).collect() })
    }

    /// Says that all files of a sandbox are there.
    pub fn commit(&self, to: &mut Connection, sandbox: &Sandbox) -> Result<Response> {
        self.put(to, &sandbox.path, &json!({"is_completed": true}))
    }

    /// Announces, sends and commits files.
    pub fn upload(&self, to: &mut Connection, organization: &str, files: &[&[u8]]) -> Result<()> {
        let sums: Vec<String> = files.iter().map(|file| checksum(file)).collect();
        let sandbox = self.announce(to, organization, &sums.iter().map(String::as_str).collect::<Vec<_>>())?;
        for (sum, address) in &sandbox.addresses {
            let place = sums.iter().position(|known| known == sum).context("a file that was announced")?;
            let sent = send_file(to, address, files[place])?;
            ensure!(sent.status == 204, "{} {}", sent.status, sent.text());
        }
        let committed = self.commit(to, &sandbox)?;
        ensure!(committed.status == 200, "{} {}", committed.status, committed.text());
        Ok(())
    }
}

/// Who asks with the key of a file, each time over a connection of its own.
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

    pub fn send(&self, server: &Server, method: &str, path: &str, body: &str) -> Result<Response> {
        let actor = Actor::new(&self.name, &fs::read_to_string(&self.key)?)?;
        actor.send(&mut server.anonymous()?, method, path, body.as_bytes())
    }
}

/// A sandbox, and where its files are to be sent.
pub struct Sandbox {
    pub path: String,
    pub addresses: Vec<(String, String)>,
}

/// Sends a request with headers as they are.
pub fn send(to: &mut Connection, method: &str, path: &str, headers: &Headers, body: &[u8]) -> Result<Response> {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    to.send(method, path, &headers, body)
}

/// Sends a file to an address, as knife does.
pub fn send_file(to: &mut Connection, address: &str, file: &[u8]) -> Result<Response> {
    let sum = STANDARD.encode(Md5::digest(file));
    to.send("PUT", address, &[("Content-Type", "application/x-binary"), ("Content-MD5", &sum)], file)
}

/// A cookbook with recipes, each a name and the checksum of its file.
pub fn cookbook(name: &str, version: &str, recipes: &[(&str, &str)]) -> Value {
    let recipe = |&(recipe, sum): &(&str, &str)| json!({"name": recipe, "path": format!("recipes/{recipe}"), "checksum": sum, "specificity": "default"});
    json!({
        "name": format!("{name}-{version}"), "cookbook_name": name, "version": version,
        "recipes": recipes.iter().map(recipe).collect::<Vec<_>>(),
        "metadata": {"name": name, "version": version},
    })
}

/// The checksum by which a file of a cookbook is known.
pub fn checksum(file: &[u8]) -> String {
    hex::encode(Md5::digest(file))
}

/// What of an address goes into the first line of a request.
pub fn target(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..]).to_owned()
}
