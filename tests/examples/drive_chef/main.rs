//! Load on a Chef server, ours or another: kept-alive connections, signed requests, one kind at a time. Requests are
//! signed before the clock runs. Prints a line of JSON for each measurement: latencies, the server's processor time per
//! request and its memory.

mod books;
mod fleet;
mod searches;
mod signer;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use acceptance::client::{Connection, Response};
use acceptance::process;
use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use serde_json::{Value, json};

use self::fleet::Fleet;
use self::signer::{Signed, Signer};

/// Drives a Chef server and prints lines of JSON.
#[derive(Parser)]
struct Arguments {
    kind: Kind,
    #[arg(long)]
    port: u16,
    /// What stands before every path: `/organizations/NAME`, or nothing.
    #[arg(long, default_value = "")]
    root: String,
    /// Who signs.
    #[arg(long)]
    user: String,
    /// The private key of who signs, in PEM (PKCS#1).
    #[arg(long)]
    key: PathBuf,
    /// The server's processes, with all that they started: their processor time is added up.
    #[arg(long, value_delimiter = ',')]
    pids: Vec<u32>,
    #[arg(long, default_value_t = 1)]
    connections: usize,
    /// Begins no request after so many seconds.
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// How long one answer may take, in seconds.
    #[arg(long, default_value_t = 300)]
    patience: u64,
    /// Requests to send; every search is sent so often.
    #[arg(long, default_value_t = 200)]
    count: usize,
    /// Nodes that there are.
    #[arg(long, default_value_t = 1000)]
    nodes: usize,
    /// The first node to be seeded.
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// Bytes of a node that no other node has, besides what differs anyway.
    #[arg(long, default_value_t = 8000)]
    own: usize,
    #[arg(long, default_value_t = 400)]
    books: usize,
    #[arg(long, default_value_t = 25)]
    versions: usize,
    /// Files of a cookbook that is uploaded.
    #[arg(long, default_value_t = 50)]
    files: usize,
    /// Sends nothing ahead to warm the server up.
    #[arg(long)]
    once: bool,
    /// Searches whose names hold this text only.
    #[arg(long, default_value = "")]
    only: String,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Kind {
    /// Makes the nodes from `--first` up to `--nodes`.
    Seed,
    /// Reads nodes.
    Read,
    /// Saves nodes as they are kept.
    Same,
    /// Saves nodes after another run: times, counters and what is free have changed.
    Save,
    /// Each form of search, one after the other.
    Search,
    /// Makes the cookbooks that are to be solved.
    Books,
    /// Solves a run list of one cookbook, and one of five.
    Solve,
    /// Uploads a cookbook with `--files` files: sandbox, files, commit, version.
    Upload,
    /// Waits until the server answers.
    Wait,
}

/// What a measurement saw.
#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    codes: BTreeMap<u16, u64>,
    errors: Vec<String>,
    bytes: u64,
    last: Vec<u8>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let signer = Signer::new(&arguments)?;
    let fleet = Fleet::new(arguments.own);
    let saves = |run: u64| {
        let count = arguments.count.min(arguments.nodes);
        // Spread over all nodes.
        let step = arguments.nodes / count.max(1);
        let (fleet, signer) = (&fleet, &signer);
        (0..count).map(move |number| {
            let node = fleet.node(number * step, run);
            signer.sign("PUT", &format!("/nodes/{}", Fleet::name(number * step)), &node.to_string())
        })
    };
    match arguments.kind {
        Kind::Wait => wait(&arguments, &signer),
        Kind::Seed => {
            // A thousand at a time, so that no signature grows old.
            let mut seen = Seen::default();
            let (begin, cpu) = (Instant::now(), arguments.cpu());
            for first in (arguments.first..arguments.nodes).step_by(1000) {
                let wave = first..(first + 1000).min(arguments.nodes);
                let requests: Vec<Signed> =
                    wave.map(|number| signer.sign("POST", "/nodes", &fleet.node(number, 0).to_string())).collect();
                seen.add(arguments.run(&requests, requests.len(), f64::INFINITY));
            }
            let size = fleet.node(arguments.first, 0).to_string().len();
            arguments.report("seed", seen, begin.elapsed(), cpu, json!({"node_bytes": size}))
        }
        Kind::Read => {
            let count = arguments.count.min(arguments.nodes);
            let step = arguments.nodes / count.max(1);
            let path = |number: usize| format!("/nodes/{}", Fleet::name(number * step));
            arguments
                .measure("read", &(0..count).map(|number| signer.sign("GET", &path(number), "")).collect::<Vec<_>>())
        }
        Kind::Same => arguments.measure("save of the same", &saves(0).collect::<Vec<_>>()),
        Kind::Save => arguments.measure("save", &saves(u64::from(std::process::id())).collect::<Vec<_>>()),
        Kind::Search => searches::all(&arguments, &signer),
        Kind::Books => {
            let all =
                (0..arguments.books).flat_map(|book| (1..=arguments.versions).map(move |version| (book, version)));
            let all: Vec<Signed> = all
                .map(|(book, version)| {
                    let document = books::version(book, version, arguments.books);
                    signer.sign(
                        "PUT",
                        &format!("/cookbooks/{}/{version}.0.0", books::name(book)),
                        &document.to_string(),
                    )
                })
                .collect();
            let (begin, cpu) = (Instant::now(), arguments.cpu());
            let seen = arguments.run(&all, all.len(), f64::INFINITY);
            arguments.report("cookbooks", seen, begin.elapsed(), cpu, json!({}))
        }
        Kind::Solve => {
            for roots in [1, 5] {
                let list: Vec<String> = (0..roots).map(|root| books::name(root * arguments.books / 5)).collect();
                let body = json!({"run_list": list}).to_string();
                let request = signer.sign("POST", "/environments/_default/cookbook_versions", &body);
                let name = format!("solve, {roots} of {} x {}", arguments.books, arguments.versions);
                arguments.measure(&name, &[request])?;
            }
            Ok(())
        }
        Kind::Upload => books::upload(&arguments, &signer),
    }
}

fn wait(arguments: &Arguments, signer: &Signer) -> Result<()> {
    let begin = Instant::now();
    let request = signer.sign("GET", "/nodes/none", "");
    while begin.elapsed().as_secs_f64() < arguments.seconds {
        if let Ok(mut connection) = arguments.connect()
            && send(&mut connection, &request).is_ok()
        {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    anyhow::bail!("no answer")
}

fn send(connection: &mut Connection<TcpStream>, request: &Signed) -> Result<Response> {
    connection.write(&request.bytes)?;
    connection.receive(false)
}

impl Arguments {
    fn connect(&self) -> Result<Connection<TcpStream>> {
        Connection::plain(self.port, Duration::from_secs(self.patience))
    }

    fn cpu(&self) -> Duration {
        self.pids.iter().copied().map(process::cpu_of_tree).sum()
    }

    /// Sends requests, over again from the first, until `--count` are through or the time is over.
    fn measure(&self, name: &str, requests: &[Signed]) -> Result<()> {
        if !self.once {
            self.run(requests, 1, self.seconds);
        }
        let (begin, cpu) = (Instant::now(), self.cpu());
        let seen = self.run(requests, self.count, self.seconds);
        self.report(name, seen, begin.elapsed(), cpu, json!({}))
    }

    fn run(&self, requests: &[Signed], count: usize, seconds: f64) -> Seen {
        let seen = Mutex::new(Seen::default());
        let next = AtomicUsize::new(0);
        let begin = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..self.connections.min(count) {
                scope.spawn(|| {
                    let work = || -> Result<()> {
                        let mut connection = self.connect()?;
                        while begin.elapsed().as_secs_f64() < seconds {
                            let number = next.fetch_add(1, Ordering::Relaxed);
                            if number >= count {
                                break;
                            }
                            let start = Instant::now();
                            let response = send(&mut connection, &requests[number % requests.len()])?;
                            let latency = start.elapsed();
                            let mut seen = seen.lock().expect("no thread panics");
                            seen.latencies.push(latency);
                            *seen.codes.entry(response.status).or_default() += 1;
                            seen.bytes += response.body.len() as u64;
                            if response.status >= 300 {
                                seen.errors.push(response.text().chars().take(300).collect());
                            }
                            if response.header("connection") == Some("close") {
                                connection = self.connect()?;
                            }
                            seen.last = response.body;
                        }
                        Ok(())
                    };
                    if let Err(error) = work() {
                        seen.lock().expect("no thread panics").errors.push(format!("{error:#}"));
                    }
                });
            }
        });
        seen.into_inner().expect("no thread panics")
    }

    fn report(&self, name: &str, mut seen: Seen, wall: Duration, cpu: Duration, more: Value) -> Result<()> {
        let cpu = self.cpu().saturating_sub(cpu);
        seen.latencies.sort();
        let count = seen.latencies.len();
        let percentile = |share: f64| {
            let index = ((count as f64 * share) as usize).min(count.saturating_sub(1));
            seen.latencies.get(index).map_or(0.0, |latency| rounded(latency.as_secs_f64() * 1000.0))
        };
        let each = |total: f64| if count == 0 { 0.0 } else { rounded(total / count as f64) };
        let memory = |of: fn(u32) -> u64| self.pids.iter().map(|pid| of(*pid)).sum::<u64>() / 1024;
        let mut line = json!({
            "name": name,
            "nodes": self.nodes,
            "connections": self.connections,
            "n": count,
            "wall_s": rounded(wall.as_secs_f64()),
            "p50_ms": percentile(0.5),
            "p95_ms": percentile(0.95),
            "max_ms": percentile(1.0),
            "cpu_ms_each": each(cpu.as_secs_f64() * 1000.0),
            "kb_each": each(seen.bytes as f64 / 1024.0),
            "codes": seen.codes,
            "errors": seen.errors.iter().take(2).collect::<Vec<_>>(),
            "rss_mb": memory(process::resident_kb),
            "peak_mb": memory(process::peak_kb),
        });
        let last: Option<Value> = serde_json::from_slice(&seen.last).ok();
        if let Some(total) = last.as_ref().and_then(|last| last.get("total")) {
            line["finds"] = total.clone();
        }
        if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
            line.extend(more);
        }
        writeln!(std::io::stdout(), "{line}")?;
        Ok(())
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        for (code, count) in other.codes {
            *self.codes.entry(code).or_default() += count;
        }
        self.errors.extend(other.errors);
        self.bytes += other.bytes;
        self.last = other.last;
    }
}

fn expect(response: &Response, codes: &[u16]) -> Result<()> {
    ensure!(codes.contains(&response.status), "{}: {}", response.status, response.text());
    Ok(())
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn read(file: &std::path::Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}
