//! Signed requests, as they go over the wire: protocol 1.1, which clients speak unless told otherwise.

use std::fmt::Write;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha1::Digest;

use super::Arguments;

pub(crate) struct Signer {
    key: RsaPrivateKey,
    user: String,
    root: String,
    port: u16,
}

/// A whole request.
pub(crate) struct Signed {
    pub(crate) bytes: Vec<u8>,
}

impl Signer {
    pub(crate) fn new(arguments: &Arguments) -> Result<Self> {
        let key = RsaPrivateKey::from_pkcs1_pem(&super::read(&arguments.key)?)?;
        Ok(Self { key, user: arguments.user.clone(), root: arguments.root.clone(), port: arguments.port })
    }

    /// `path` may end in a query.
    #[allow(clippy::disallowed_methods, reason = "a signature holds the time at which it was made")]
    pub(crate) fn sign(&self, method: &str, path: &str, body: &str) -> Signed {
        let whole = format!("{}{path}", self.root);
        let signed_path = whole.split('?').next().unwrap_or_default();
        let digest = |bytes: &[u8]| STANDARD.encode(sha1::Sha1::digest(bytes));
        let time = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        let hash = digest(body.as_bytes());
        let text = format!(
            "Method:{method}\nHashed Path:{}\nX-Ops-Content-Hash:{hash}\nX-Ops-Timestamp:{time}\nX-Ops-UserId:{}",
            digest(signed_path.as_bytes()),
            digest(self.user.as_bytes())
        );
        let signature = self.key.sign(Pkcs1v15Sign::new_unprefixed(), text.as_bytes()).expect("the text is short");
        let mut request = format!(
            "{method} {whole} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nX-Chef-Version: 17.10.0\r\nX-Ops-Server-API-Version: 1\r\n\
             X-Ops-Sign: algorithm=sha1;version=1.1;\r\nX-Ops-UserId: {}\r\nX-Ops-Timestamp: {time}\r\n\
             X-Ops-Content-Hash: {hash}\r\n",
            self.port, self.user
        );
        let signature = STANDARD.encode(signature);
        for (number, line) in signature.as_bytes().chunks(60).enumerate() {
            let line = String::from_utf8_lossy(line);
            write!(request, "X-Ops-Authorization-{}: {line}\r\n", number + 1)
                .expect("a string takes all that is written");
        }
        if !body.is_empty() {
            write!(request, "Content-Length: {}\r\n", body.len()).expect("a string takes all that is written");
        }
        request.push_str("\r\n");
        request.push_str(body);
        Signed { bytes: request.into_bytes() }
    }
}
