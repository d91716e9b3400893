//! A blocking HTTP/1.1 client, over TLS but where it says otherwise: one kept-alive connection, an optional client certificate, and access to the
//! raw stream for tests that misbehave.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, HandshakeKind, RootCertStore, SignatureScheme, StreamOwned,
    SupportedProtocolVersion,
};

use crate::pki::{Identity, certificates};

const PATIENCE: Duration = Duration::from_mins(2);

/// What came back.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("{} {}", self.status, self.text()))
    }

    /// The body, unpacked where the server packed it.
    pub fn unpacked(&self) -> Result<Vec<u8>> {
        if self.header("content-encoding") != Some("gzip") {
            return Ok(self.body.clone());
        }
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(self.body.as_slice()).read_to_end(&mut plain)?;
        Ok(plain)
    }
}

/// Whom to trust and what to show; makes connections. Sessions are resumed among its connections.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Trusts the authority, shows the identity if there is one.
    pub fn new(authority_pem: &str, identity: Option<&Identity>) -> Result<Self> {
        Self::with_versions(authority_pem, identity, rustls::ALL_VERSIONS)
    }

    pub fn with_versions(
        authority_pem: &str,
        identity: Option<&Identity>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(authority_pem)? {
            roots.add(certificate)?;
        }
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)?
            .with_root_certificates(roots);
        let config = match identity {
            Some(identity) => builder.with_client_auth_cert(identity.certificates()?, identity.private_key()?)?,
            None => builder.with_no_client_auth(),
        };
        Ok(Self { config: Arc::new(config) })
    }

    /// Trusts anyone, as an agent does when it fetches the authority's certificate for the first time.
    pub fn unverified() -> Result<Self> {
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone(provider())))
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config) })
    }

    /// Opens a connection and completes the handshake.
    pub fn connect(&self, port: u16) -> Result<Connection> {
        let address = ("127.0.0.1", port).to_socket_addrs()?.next().context("localhost has an address")?;
        let tcp = TcpStream::connect_timeout(&address, PATIENCE)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        tcp.set_write_timeout(Some(PATIENCE))?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        let mut stream = StreamOwned::new(ClientConnection::new(self.config.clone(), name)?, tcp);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Connection { stream: BufReader::with_capacity(64 * 1024, stream) })
    }
}

/// What a connection over TLS is made of.
pub type Secured = StreamOwned<ClientConnection, TcpStream>;

/// An open connection.
pub struct Connection<S: Read + Write = Secured> {
    stream: BufReader<S>,
}

impl Connection {
    /// Whether this connection's session was resumed from an earlier one.
    pub fn resumed(&self) -> bool {
        self.stream.get_ref().conn.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// Waits no longer than this for an answer from now on.
    pub fn set_patience(&mut self, patience: Duration) -> Result<()> {
        Ok(self.stream.get_mut().sock.set_read_timeout(Some(patience))?)
    }
}

impl Connection<TcpStream> {
    /// Opens a connection without TLS, as one may to a port for proxies. `patience` is for each read.
    pub fn plain(port: u16, patience: Duration) -> Result<Self> {
        let tcp = TcpStream::connect(("127.0.0.1", port))?;
        tcp.set_read_timeout(Some(patience))?;
        tcp.set_nodelay(true)?;
        Ok(Self { stream: BufReader::with_capacity(64 * 1024, tcp) })
    }
}

impl<S: Read + Write> Connection<S> {
    pub fn get(&mut self, path: &str) -> Result<Response> {
        self.send("GET", path, &[("Accept", "application/json, text/pson, text/plain")], b"")
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response> {
        let mut head = request_head(method, path, headers);
        if !body.is_empty() || matches!(method, "PUT" | "POST") {
            head.push_str("Content-Length: ");
            head.push_str(&body.len().to_string());
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        let mut message = head.into_bytes();
        message.extend_from_slice(body);
        self.write(&message)?;
        self.receive(method == "HEAD")
    }

    /// Announces `length` bytes and sends zeros until all are out or the server answers or hangs up.
    ///
    /// Gives the answer, and how many bytes of the body were written.
    pub fn send_zeros(&mut self, method: &str, path: &str, kind: &str, length: u64) -> Result<(Response, u64)> {
        let mut head = request_head(method, path, &[("Content-Type", kind), ("Accept", "application/json")]);
        write!(head, "Content-Length: {length}\r\n\r\n").expect("a string takes all that is written");
        self.write(head.as_bytes())?;
        let chunk = vec![b'0'; 256 * 1024];
        let mut written = 0;
        while written < length {
            let next = usize::try_from(length - written).unwrap_or(chunk.len()).min(chunk.len());
            if self.stream.get_mut().write_all(&chunk[..next]).is_err() {
                break;
            }
            written += next as u64;
        }
        Ok((self.receive(false)?, written))
    }

    /// Writes bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        stream.flush()?;
        Ok(())
    }

    /// Reads one answer.
    pub fn receive(&mut self, head_only: bool) -> Result<Response> {
        let line = self.line()?;
        ensure!(!line.is_empty(), "the server closed the connection");
        let status: u16 = line.split(' ').nth(1).and_then(|code| code.parse().ok()).context(line.clone())?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').with_context(|| line.clone())?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut response = Response { status, headers, body: Vec::new() };
        if (100..200).contains(&status) {
            return self.receive(head_only);
        }
        if head_only || status == 204 || status == 304 {
            return Ok(response);
        }
        if response.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            response.body = self.chunks()?;
        } else if let Some(length) = response.header("content-length") {
            let mut body = vec![0; length.parse()?];
            self.stream.read_exact(&mut body)?;
            response.body = body;
        } else if response.header("connection") == Some("close") {
            self.stream.read_to_end(&mut response.body)?;
        }
        Ok(response)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16)
                .with_context(|| format!("chunk size {line:?}"))?;
            let start = body.len();
            body.resize(start + size, 0);
            self.stream.read_exact(&mut body[start..])?;
            let end = self.line()?;
            if !end.is_empty() {
                bail!("a chunk ends with {end:?}");
            }
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

fn request_head(method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Puppet-Version: 7.23.0\r\n");
    for (name, value) in headers {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    }
    head
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
