//! What the server counts, in Prometheus' text format.

use std::time::Duration;

use prometheus::proto::{Metric, MetricFamily, MetricType};
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use serde_json::{Map, Value, json};

/// Counters and gauges of the process. Cloning shares them.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    /// Connections that are open now.
    pub(crate) connections: IntGauge,
    /// Requests that the guard denied.
    pub(crate) denied: IntCounter,
    /// Compiles that wait for a thread.
    pub(crate) compile_queue: IntGauge,
    /// Compiles that run.
    pub(crate) compiles_running: IntGauge,
    /// Compiles refused because the queue was full.
    pub(crate) compiles_refused: IntCounter,
    /// Signatures that wait for a thread.
    pub(crate) sign_queue: IntGauge,
    /// Signatures that are being made.
    pub(crate) signing: IntGauge,
    /// Writes that wait for the store.
    pub(crate) store_queue: IntGauge,
    compiles: IntCounterVec,
    compile_time: Histogram,
    certificates: IntCounterVec,
    switches: Histogram,
    ruby_workers: IntGauge,
    ruby_workers_started: IntGauge,
    ruby_workers_failed: IntGauge,
}

/// Upper bounds in seconds.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Upper bounds in seconds for what takes microseconds.
const FINE_BUCKETS: &[f64] =
    &[1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 1e-1, 1.0];

impl Metrics {
    pub(crate) fn new() -> prometheus::Result<Self> {
        let registry = Registry::new_custom(Some("quartermaster".to_owned()), None)?;
        let keep = Registrar(&registry);
        Ok(Self {
            requests: keep.counters("http_requests_total", "Requests answered.", &["endpoint", "status"])?,
            durations: {
                let opts = HistogramOpts::new("http_request_seconds", "Time from request to answer.");
                let durations = HistogramVec::new(opts.buckets(BUCKETS.to_vec()), &["endpoint"])?;
                registry.register(Box::new(durations.clone()))?;
                durations
            },
            connections: keep.gauge("http_connections", "Connections that are open.")?,
            denied: keep.counter("http_denied_total", "Requests denied by an authorization rule.")?,
            compile_queue: keep.gauge("compile_queue_length", "Compiles that wait for a thread.")?,
            compiles_running: keep.gauge("compiles_running", "Compiles that run.")?,
            compiles_refused: keep.counter("compiles_refused_total", "Compiles refused: queue full.")?,
            sign_queue: keep.gauge("sign_queue_length", "Signatures that wait for a thread.")?,
            signing: keep.gauge("signing", "Signatures that are being made.")?,
            store_queue: keep.gauge("store_queue_length", "Writes that wait for the store.")?,
            compiles: keep.counters("compiles_total", "Compiles done.", &["result"])?,
            compile_time: {
                let opts = HistogramOpts::new("compile_seconds", "Time a compile took, without waiting.");
                let time = Histogram::with_opts(opts.buckets(BUCKETS.to_vec()))?;
                registry.register(Box::new(time.clone()))?;
                time
            },
            certificates: keep.counters("certificates_total", "Certificates by what was done.", &["action"])?,
            switches: {
                let opts = HistogramOpts::new("code_switch_seconds", "Time that moving pointers to new code took.");
                let time = Histogram::with_opts(opts.buckets(FINE_BUCKETS.to_vec()))?;
                registry.register(Box::new(time.clone()))?;
                time
            },
            ruby_workers: keep.gauge("ruby_workers", "Processes for Ruby code that run.")?,
            ruby_workers_started: keep.gauge("ruby_workers_started", "Processes for Ruby code started so far.")?,
            ruby_workers_failed: keep.gauge("ruby_workers_failed", "Of these, those that crashed or hung.")?,
            registry,
        })
    }

    pub(crate) fn request(&self, endpoint: &str, status: u16, took: Duration) {
        let mut digits = [0; 3];
        self.requests.with_label_values(&[endpoint, status_text(status, &mut digits)]).inc();
        self.durations.with_label_values(&[endpoint]).observe(took.as_secs_f64());
    }

    /// `result` is `ok`, `failed`, `timeout` or `panic`.
    pub(crate) fn compile(&self, result: &str, took: Duration) {
        self.compiles.with_label_values(&[result]).inc();
        self.compile_time.observe(took.as_secs_f64());
    }

    /// `action` is `requested`, `signed`, `revoked` or `cleaned`.
    pub(crate) fn certificate(&self, action: &str, count: u64) {
        self.certificates.with_label_values(&[action]).inc_by(count);
    }

    /// Environments were pointed to other code.
    pub(crate) fn switched(&self, took: Duration) {
        self.switches.observe(took.as_secs_f64());
    }

    /// What the processes for Ruby code have done so far.
    pub(crate) fn ruby(&self, counts: ruby::workers::Counts) {
        self.ruby_workers.set(counts.alive as i64);
        self.ruby_workers_started.set(counts.started as i64);
        self.ruby_workers_failed.set(counts.failed as i64);
    }

    /// How often each endpoint was asked, with the seconds it took in all.
    pub(crate) fn by_endpoint(&self) -> Vec<(String, u64, f64)> {
        let mut all = Vec::new();
        for family in prometheus::core::Collector::collect(&self.durations) {
            for metric in family.get_metric() {
                let name = metric.get_label().first().map(|label| label.value().to_owned()).unwrap_or_default();
                let histogram = metric.get_histogram();
                all.push((name, histogram.get_sample_count(), histogram.get_sample_sum()));
            }
        }
        all
    }

    /// Every metric, as Chef's `/_stats` writes them: numbers are texts.
    pub(crate) fn json(&self) -> Value {
        let families = self.registry.gather();
        families.iter().map(family).collect::<Vec<_>>().into()
    }

    /// The document of `/metrics`.
    pub(crate) fn render(&self) -> Vec<u8> {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics could not be written");
        }
        text
    }
}

fn family(family: &MetricFamily) -> Value {
    let kind = match family.get_field_type() {
        MetricType::COUNTER => "COUNTER",
        MetricType::GAUGE => "GAUGE",
        MetricType::HISTOGRAM => "HISTOGRAM",
        MetricType::SUMMARY => "SUMMARY",
        MetricType::UNTYPED => "UNTYPED",
    };
    let metrics: Vec<Value> = family.get_metric().iter().map(|metric| one(metric, family.get_field_type())).collect();
    json!({"name": family.name(), "type": kind, "help": family.help(), "metrics": metrics})
}

fn one(metric: &Metric, kind: MetricType) -> Value {
    let mut shown = Map::new();
    let labels: Map<String, Value> =
        metric.get_label().iter().map(|label| (label.name().to_owned(), label.value().into())).collect();
    if !labels.is_empty() {
        shown.insert("labels".to_owned(), labels.into());
    }
    match kind {
        MetricType::HISTOGRAM => {
            let histogram = metric.get_histogram();
            shown.insert("sample_sum".to_owned(), histogram.get_sample_sum().to_string().into());
            shown.insert("sample_count".to_owned(), histogram.get_sample_count().to_string().into());
            let buckets = histogram.get_bucket().iter().map(|bucket| {
                json!({
                    "cumulative_count": bucket.cumulative_count().to_string(),
                    "upper_bound": bucket.upper_bound().to_string(),
                })
            });
            shown.insert("bucket".to_owned(), buckets.collect::<Vec<_>>().into());
        }
        MetricType::COUNTER => {
            shown.insert("value".to_owned(), metric.get_counter().get_value().to_string().into());
        }
        _ => {
            shown.insert("value".to_owned(), metric.get_gauge().get_value().to_string().into());
        }
    }
    Value::Object(shown)
}

/// Makes metrics that the registry knows.
struct Registrar<'a>(&'a Registry);

impl Registrar<'_> {
    fn counter(&self, name: &str, help: &str) -> prometheus::Result<IntCounter> {
        let counter = IntCounter::new(name, help)?;
        self.0.register(Box::new(counter.clone()))?;
        Ok(counter)
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntCounterVec> {
        let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(counters.clone()))?;
        Ok(counters)
    }

    fn gauge(&self, name: &str, help: &str) -> prometheus::Result<IntGauge> {
        let gauge = IntGauge::new(name, help)?;
        self.0.register(Box::new(gauge.clone()))?;
        Ok(gauge)
    }
}

/// The digits of a status, with no allocation.
fn status_text(status: u16, digits: &mut [u8; 3]) -> &str {
    *digits = [b'0' + (status / 100 % 10) as u8, b'0' + (status / 10 % 10) as u8, b'0' + (status % 10) as u8];
    std::str::from_utf8(digits).unwrap_or("000")
}
