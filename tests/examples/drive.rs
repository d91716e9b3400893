//! Load on a Puppet server, ours or another: kept-alive connections with client certificates, one kind of request at a
//! time. Prints one line of JSON with throughput, latencies, the server's processor time per request and its memory.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use acceptance::client::{Connection, Tls};
use acceptance::pki::{self, Identity, Wish};
use acceptance::{process, requests};
use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use serde_json::{Value, json};

/// Drives a Puppet server and prints one line of JSON.
#[derive(Parser)]
struct Arguments {
    kind: Kind,
    #[arg(long)]
    port: u16,
    /// The authority's certificates.
    #[arg(long)]
    ca: PathBuf,
    /// The certname of the node that asks.
    #[arg(long)]
    name: String,
    /// Folder with `certs/NAME.pem` and `private_keys/NAME.pem`.
    #[arg(long)]
    ssl: PathBuf,
    /// The certname that may sign requests; its files are looked for in `--ssl` too.
    #[arg(long)]
    admin: Option<String>,
    #[arg(long, default_value_t = 1)]
    connections: usize,
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// Stops after so many requests.
    #[arg(long, default_value_t = 1_000_000)]
    max: u64,
    /// The server's process, for its processor time and memory.
    #[arg(long, default_value_t = 0)]
    pid: u32,
    /// Facts as a JSON object, bare or under `values`.
    #[arg(long)]
    facts: Option<PathBuf>,
    /// A report to send, its `host` replaced.
    #[arg(long)]
    report: Option<PathBuf>,
    /// What `content` fetches, below `/puppet/v3/file_content/`.
    #[arg(long, default_value = "modules/bench/small.txt")]
    file: String,
    #[arg(long, default_value = "production")]
    environment: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Catalog,
    Metadatas,
    Content,
    Node,
    Report,
    Facts,
    /// A certificate request, its signing by the administrator, and the certificate.
    Csr,
    Status,
    /// Not a load: gets a certificate for `--name`, signed by the administrator, and keeps it under `--ssl`.
    Enroll,
}

const HEADERS: &[(&str, &str)] = &[
    ("Accept", "application/vnd.puppet.rich+json, application/json, text/pson"),
    ("Accept-Encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"),
];

/// What all connections share.
struct Load {
    arguments: Arguments,
    node: Tls,
    admin: Option<Tls>,
    body: Vec<u8>,
    key: rcgen::KeyPair,
    left: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    codes: BTreeMap<String, u64>,
    errors: Vec<String>,
    bytes: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if matches!(arguments.kind, Kind::Enroll) {
        return enroll(&arguments);
    }
    let load = Load::prepare(arguments)?;
    let arguments = &load.arguments;
    let cpu = process::cpu(arguments.pid);
    let begin = Instant::now();
    let deadline = begin + Duration::from_secs_f64(arguments.seconds);
    std::thread::scope(|scope| {
        for index in 0..arguments.connections {
            let load = &load;
            scope.spawn(move || {
                if let Err(error) = load.work(index, deadline) {
                    load.seen.lock().expect("no thread panics").errors.push(format!("{error:#}"));
                }
            });
        }
    });
    let wall = begin.elapsed();
    let cpu = process::cpu(arguments.pid).saturating_sub(cpu);
    let mut seen = load.seen.into_inner().expect("no thread panics");
    seen.latencies.sort();
    let count = seen.latencies.len();
    let percentile = |share: f64| {
        let index = ((count as f64 * share) as usize).min(count.saturating_sub(1));
        seen.latencies.get(index).map_or(0.0, |latency| rounded(latency.as_secs_f64() * 1000.0, 2))
    };
    let each = |total: f64| if count == 0 { 0.0 } else { total / count as f64 };
    let line = json!({
        "kind": format!("{:?}", arguments.kind).to_lowercase(),
        "name": arguments.name,
        "connections": arguments.connections,
        "n": count,
        "wall_s": rounded(wall.as_secs_f64(), 2),
        "per_s": rounded(count as f64 / wall.as_secs_f64(), 2),
        "p50_ms": percentile(0.5),
        "p95_ms": percentile(0.95),
        "max_ms": percentile(1.0),
        "cpu_ms_each": rounded(each(cpu.as_secs_f64() * 1000.0), 3),
        "kb_each": rounded(each(seen.bytes as f64 / 1024.0), 1),
        "codes": seen.codes,
        "errors": seen.errors.iter().take(2).collect::<Vec<_>>(),
        "rss_mb": process::resident_kb(arguments.pid) / 1024,
        "peak_mb": process::peak_kb(arguments.pid) / 1024,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

impl Load {
    fn prepare(arguments: Arguments) -> Result<Self> {
        let authority = read(&arguments.ca)?;
        let node = Tls::new(&authority, Some(&arguments.identity(&arguments.name)?))?;
        let admin = match &arguments.admin {
            Some(name) => Some(Tls::new(&authority, Some(&arguments.identity(name)?))?),
            None => None,
        };
        let body = arguments.body()?;
        let left = AtomicU64::new(arguments.max);
        Ok(Self { arguments, node, admin, body, key: pki::rsa_key()?, left, seen: Mutex::default() })
    }

    fn work(&self, index: usize, deadline: Instant) -> Result<()> {
        let mut connection = self.node.connect(self.arguments.port)?;
        let mut admin = match (&self.admin, self.arguments.kind) {
            (Some(tls), Kind::Csr) => Some(tls.connect(self.arguments.port)?),
            (None, Kind::Csr) => bail!("csr needs --admin"),
            _ => None,
        };
        let mut number = 0_u64;
        while Instant::now() < deadline {
            if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err() {
                break;
            }
            number += 1;
            // Making a request is the client's own work, so it stays outside of the measured time.
            let request = match self.arguments.kind {
                Kind::Csr => Some(self.request(index, number)?),
                _ => None,
            };
            let begin = Instant::now();
            let (code, bytes) = match (&mut admin, request) {
                (Some(admin), Some((name, request))) => sign(&mut connection, admin, &name, &request)?,
                _ => self.ask(&mut connection)?,
            };
            let elapsed = begin.elapsed();
            let mut seen = self.seen.lock().expect("no thread panics");
            seen.latencies.push(elapsed);
            *seen.codes.entry(code).or_default() += 1;
            seen.bytes += bytes as u64;
        }
        Ok(())
    }

    fn ask(&self, connection: &mut Connection) -> Result<(String, usize)> {
        let Arguments { name, environment, file, .. } = &self.arguments;
        let (method, path, kind) = match self.arguments.kind {
            Kind::Catalog => (
                "POST",
                format!("/puppet/v3/catalog/{name}?environment={environment}"),
                "application/x-www-form-urlencoded",
            ),
            Kind::Metadatas => ("GET", requests::plugins_path(environment), ""),
            Kind::Content => ("GET", format!("/puppet/v3/file_content/{file}?environment={environment}"), ""),
            Kind::Node => ("GET", requests::node_path(name), ""),
            Kind::Report => ("PUT", format!("/puppet/v3/report/{name}?environment={environment}"), "application/json"),
            Kind::Facts => ("PUT", format!("/puppet/v3/facts/{name}?environment={environment}"), "application/json"),
            Kind::Csr | Kind::Status | Kind::Enroll => ("GET", "/status/v1/simple".to_owned(), ""),
        };
        let mut headers = HEADERS.to_vec();
        if matches!(self.arguments.kind, Kind::Content) {
            headers[0] = ("Accept", "application/octet-stream");
        }
        if !kind.is_empty() {
            headers.push(("Content-Type", kind));
        }
        let response = connection.send(method, &path, &headers, &self.body)?;
        Ok((response.status.to_string(), response.body.len()))
    }

    fn request(&self, index: usize, number: u64) -> Result<(String, String)> {
        // The process id keeps names of several runs against one server apart.
        let name = format!("load-{}-{index}-{number}.example.com", std::process::id());
        let request = Wish::named(&name).request(&self.key)?;
        Ok((name, request))
    }
}

fn sign(connection: &mut Connection, admin: &mut Connection, name: &str, request: &str) -> Result<(String, usize)> {
    let submitted = requests::submit(connection, name, request)?;
    let signed = requests::set_state(admin, name, "signed")?;
    let path = format!("/puppet-ca/v1/certificate/{name}");
    let fetched = connection.send("GET", &path, &[("Accept", "text/plain")], b"")?;
    Ok((format!("{}/{}/{}", submitted.status, signed.status, fetched.status), fetched.body.len()))
}

/// Gets the node its certificate, as an agent and an administrator would together.
fn enroll(arguments: &Arguments) -> Result<()> {
    let authority = read(&arguments.ca)?;
    let admin = arguments.admin.as_ref().context("enroll needs --admin")?;
    let mut admin = Tls::new(&authority, Some(&arguments.identity(admin)?))?.connect(arguments.port)?;
    let mut node = Tls::new(&authority, None)?.connect(arguments.port)?;
    let key = pki::rsa_key()?;
    let name = &arguments.name;
    let (codes, _) = sign(&mut node, &mut admin, name, &Wish::named(name).request(&key)?)?;
    anyhow::ensure!(codes == "200/204/200", "enrolling {name}: {codes}");
    let certificate = requests::certificate(&mut node, name)?;
    for (folder, text) in [("certs", certificate), ("private_keys", key.serialize_pem())] {
        let folder = arguments.ssl.join(folder);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{name}.pem")), text)?;
    }
    Ok(())
}

impl Arguments {
    fn identity(&self, name: &str) -> Result<Identity> {
        Ok(Identity {
            name: name.to_owned(),
            certificate_pem: read(&self.ssl.join(format!("certs/{name}.pem")))?,
            key_pem: read(&self.ssl.join(format!("private_keys/{name}.pem")))?,
        })
    }

    fn body(&self) -> Result<Vec<u8>> {
        let facts = match &self.facts {
            Some(file) => serde_json::from_str(&read(file)?)?,
            None => json!({ "os": { "name": "Debian", "family": "Debian" } }),
        };
        let mut values = if facts["values"].is_object() { facts["values"].clone() } else { facts };
        let (host, domain) = self.name.split_once('.').unwrap_or((&self.name, ""));
        for (fact, value) in
            [("fqdn", self.name.as_str()), ("hostname", host), ("domain", domain), ("clientcert", self.name.as_str())]
        {
            values[fact] = json!(value);
        }
        Ok(match self.kind {
            Kind::Catalog => requests::catalog_body(&self.name, &self.environment, &values).into_bytes(),
            Kind::Facts => requests::factset(&self.name, &values).to_string().into_bytes(),
            Kind::Report => self.report()?.to_string().into_bytes(),
            _ => Vec::new(),
        })
    }

    fn report(&self) -> Result<Value> {
        let Some(file) = &self.report else { return Ok(requests::busy_report(&self.name, 50)) };
        let mut report: Value = serde_json::from_str(&read(file)?)?;
        report["host"] = json!(self.name);
        Ok(report)
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

fn read(file: &std::path::Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}
