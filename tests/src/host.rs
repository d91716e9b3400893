//! Small HTTP servers for tests: a host of Git repositories, a proxy, and what a test makes of one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// Path and query; the whole address when a proxy is asked.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Name and password of a header for basic authentication, such as `authorization`.
    pub fn pair(&self, header: &str) -> Option<(String, String)> {
        let text = BASE64_STANDARD.decode(self.header(header).strip_prefix("Basic ")?).ok()?;
        let (name, password) = std::str::from_utf8(&text).ok()?.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }
}

/// A server on a port of its own, ended with its handle.
pub struct Host {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
}

/// A request waits no longer.
const PATIENCE: Duration = Duration::from_mins(1);

impl Host {
    /// Each request is answered by `answer`, with all bytes of an HTTP response.
    pub fn start(answer: impl Fn(&Asked) -> Result<Vec<u8>> + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (asked, ended) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (noted, over, answer) = (asked.clone(), ended.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (noted, answer) = (noted.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &noted, &*answer));
            }
        });
        Ok(Self { address, asked, ended })
    }

    /// Serves the repositories below `root` by `git http-backend`. Who does not show a pair that `admits` likes is
    /// asked for one.
    pub fn of_git(
        root: &Path,
        admits: impl Fn(Option<(String, String)>) -> bool + Send + Sync + 'static,
    ) -> Result<Self> {
        let root = root.to_owned();
        Self::start(move |asked| {
            if admits(asked.pair("authorization")) {
                backend(&root, asked)
            } else {
                Ok(response("401 Unauthorized", "WWW-Authenticate: Basic realm=\"git\"\r\n", b"who are you?"))
            }
        })
    }

    /// Passes requests on to whom they are for. Who does not show `pair` is asked for one.
    pub fn proxy(pair: Option<(&str, &str)>) -> Result<Self> {
        let wanted = pair.map(|(name, password)| (name.to_owned(), password.to_owned()));
        Self::start(move |asked| {
            if wanted.is_some() && asked.pair("proxy-authorization") != wanted {
                return Ok(response(
                    "407 Proxy Authentication Required",
                    "Proxy-Authenticate: Basic realm=\"p\"\r\n",
                    b"",
                ));
            }
            pass_on(asked)
        })
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes who waits for connections; that there is nobody any more is as good.
        let _ = TcpStream::connect(self.address);
    }
}

/// A whole response; `headers` end with a line break each.
pub fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn serve(mut stream: TcpStream, noted: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Result<Vec<u8>>) {
    let Ok(asked) = read(&stream) else { return };
    noted.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
    let answer = answer(&asked)
        .unwrap_or_else(|error| response("500 Internal Server Error", "", format!("{error:#}").as_bytes()));
    // The client may have gone.
    let _ = stream.write_all(&answer).and_then(|()| stream.flush());
}

fn read(stream: &TcpStream) -> Result<Asked> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut line = || -> Result<String> {
        let mut line = String::new();
        ensure!(reader.read_line(&mut line)? > 0, "the client has gone");
        Ok(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next().context("a method")?, words.next().context("a target")?);
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked { method, target, headers, body: Vec::new() };
    let length: u64 = asked.header("content-length").parse().unwrap_or(0);
    reader.take(length).read_to_end(&mut asked.body)?;
    Ok(asked)
}

/// Asks `git http-backend`, as a web server does by CGI.
fn backend(root: &Path, asked: &Asked) -> Result<Vec<u8>> {
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", &asked.method)
        .env("CONTENT_TYPE", asked.header("content-type"))
        .env("CONTENT_LENGTH", asked.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", asked.header("content-encoding"))
        .env("GIT_PROTOCOL", asked.header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    child.stdin.take().context("piped")?.write_all(&asked.body)?;
    let output = child.wait_with_output()?.stdout;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").context("the end of the head")?;
    let (mut status, mut headers) = ("200 OK".to_owned(), String::new());
    for line in std::str::from_utf8(&output[..end])?.lines() {
        match line.strip_prefix("Status: ") {
            Some(said) => said.clone_into(&mut status),
            None => headers.extend([line, "\r\n"]),
        }
    }
    Ok(response(&status, &headers, &output[end + 4..]))
}

fn pass_on(asked: &Asked) -> Result<Vec<u8>> {
    let rest = asked.target.strip_prefix("http://").context("an address")?;
    let (host, path) = rest.split_at(rest.find('/').context("a path")?);
    let mut stream = TcpStream::connect(host)?;
    let mut head = format!("{} {path} HTTP/1.1\r\n", asked.method);
    for (name, value) in asked.headers.iter().filter(|(name, _)| !name.starts_with("proxy-") && name != "connection") {
        head.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(&[head.as_bytes(), b"connection: close\r\n\r\n", &asked.body].concat())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
