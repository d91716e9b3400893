//! `serve`: everything started in order, and everything ended in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::{Extensions, Server, ServerHandle};
use actix_web::web::{self, Data};
use actix_web::{App as HttpApp, HttpServer};
use anyhow::Context;
use arc_swap::ArcSwap;
use tokio::signal::unix::{SignalKind, signal};

use crate::admin::socket;
use crate::app::App;
use crate::code_manager::ledger::Ledger;
use crate::config::{Config, Flags};
use crate::data_dir::DataDir;
use crate::environments::starter;
use crate::founding::{self, KeyRace};
use crate::guard::Guard;
use crate::http::connections::Connections;
use crate::metrics::Metrics;
use crate::rooms::Rooms;
use crate::tls::{self, Live};
use crate::{chef, forge, http, jobs};

/// Connections that the kernel keeps waiting.
const BACKLOG: u32 = 2048;

/// Serves until a signal says to stop.
pub(crate) async fn serve(config: Config, flags: Flags) -> anyhow::Result<()> {
    let began = Instant::now();
    // The search for the authority's key takes longest, so it runs beside all that follows.
    let fresh = DataDir::is_fresh(&config.data_dir);
    let race = fresh.then(|| KeyRace::begin(config.ca.key));
    let pairs = fresh.then(chef::founding::Pairs::begin);
    let data = DataDir::open(&config.data_dir)?;
    let config = Arc::new(config);
    let metrics = Metrics::new()?;
    if let Some(path) = config.environments.environmentpath.first()
        && starter::create(path).with_context(|| path.display().to_string())?
    {
        tracing::info!(path = %path.join("production").display(), "a first environment was made");
    }
    let rooms = Rooms::open(config.clone(), metrics.clone()).await?;
    rooms.code.clear_drafts()?;
    let ledger = Arc::new(rooms.store.clone());
    let authority =
        Arc::new(founding::authority(&config, rooms.autosign.clone(), data.root(), race, ledger, &metrics).await?);
    let identity = founding::identity(&config, data.root(), &authority).await?;
    let live = Live::new(identity, &founding::trust(&authority), config.tls.session_cache)?;
    let live = Arc::new(live);
    let guard = ArcSwap::from_pointee(Guard::new(&config.authorization, &config.admin_certnames)?);
    let kitchen = chef::founding::open(data.root(), &rooms.store, &config.chef.organization, pairs).await?;
    let rooms = Arc::new(rooms.with(authority.clone(), Some(live.clone())));
    let counter = forge::Counter::open(&rooms)?;
    let deploys = Ledger::default();
    let app = Data::new(App { rooms: rooms.clone(), authority, guard, kitchen, counter, deploys });

    let rest = config.http.keep_alive.0 + config.http.head_timeout.0;
    let connections = Connections::new(metrics.connections.clone(), rest, config.http.stall_timeout.0);
    let (server, addresses) = start(&app, &live, &connections)?;
    let admin = actix_web::rt::spawn(socket::listen(&config.socket(), rooms).context("the admin socket")?);
    let jobs = actix_web::rt::spawn(jobs::run(app.clone(), live.clone()));
    let sweep = actix_web::rt::spawn(jobs::sweep(app.clone()));
    let sweep_code = actix_web::rt::spawn(jobs::sweep_code(app.clone()));
    let idle = actix_web::rt::spawn(jobs::close_idle(connections));
    let signals = actix_web::rt::spawn(signals(server.handle(), app.clone(), flags));
    warm(&app);

    let address = addresses.first().context("no address to listen on")?;
    ready(&config, *address, fresh, began.elapsed());
    if let (Some(listen), Some(address)) = (config.chef_listen, app.kitchen.address.get()) {
        also_ready("chef", &listen.url(*address));
    }
    if let (Some(listen), Some(address)) = (config.forge_listen, app.counter.address.get()) {
        also_ready("forge", &listen.url(*address));
    }
    if let (Some(_), Some(address)) = (config.code_manager_listen, addresses.last()) {
        also_ready("code manager", &format!("https://{address}"));
    }
    let ended = server.await;
    for task in [admin, jobs, sweep, sweep_code, idle, signals] {
        task.abort();
    }
    let _ = std::fs::remove_file(config.socket());
    tracing::info!("stopped");
    drop(data);
    ended.context("the server ended")
}

/// Binds and starts to answer.
fn start(app: &Data<App>, live: &Arc<Live>, connections: &Connections) -> anyhow::Result<(Server, Vec<SocketAddr>)> {
    let settings = &app.config.http;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if settings.threads == 0 { processors } else { settings.threads };
    let shared = app.clone();
    let connections = connections.clone();
    let factory = move || {
        let limit = web::PayloadConfig::new(usize::MAX);
        HttpApp::new().app_data(shared.clone()).app_data(limit).default_service(web::to(http::answer))
    };
    let server = HttpServer::new(factory)
        .workers(threads)
        .backlog(BACKLOG)
        .max_connections(settings.max_connections.div_ceil(threads))
        .max_connection_rate(settings.max_handshakes.div_ceil(threads))
        .tls_handshake_timeout(settings.handshake_timeout.0)
        .client_request_timeout(settings.head_timeout.0)
        .client_disconnect_timeout(DISCONNECT)
        .keep_alive(settings.keep_alive.0)
        .shutdown_timeout(settings.shutdown_timeout.0.as_secs())
        .disable_signals()
        .on_connect(move |connection, data: &mut Extensions| {
            connections.note(connection, data);
            tls::remember_peer(connection, data);
        });
    let address = app.config.listen;
    let mut server = server
        .bind_rustls_0_23(address, tls::server_config(live)?)
        .with_context(|| format!("cannot listen on {address} (setting `listen`)"))?;
    let others = [
        ("chef_listen", app.config.chef_listen, &app.kitchen.address),
        ("forge_listen", app.config.forge_listen, &app.counter.address),
    ];
    for (setting, listen, known) in others {
        let Some(listen) = listen else { continue };
        let address = listen.address;
        let bound = if listen.is_plain {
            server.bind(address)
        } else {
            server.bind_rustls_0_23(address, tls::server_config(live)?)
        };
        server = bound.with_context(|| format!("cannot listen on {address} (setting `{setting}`)"))?;
        if let Some(address) = server.addrs().last() {
            // Nobody else sets it.
            let _ = known.set(*address);
        }
    }
    if let Some(address) = app.config.code_manager_listen {
        server = server
            .bind_rustls_0_23(address, tls::server_config(live)?)
            .with_context(|| format!("cannot listen on {address} (setting `code_manager_listen`)"))?;
    }
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}

/// How long a connection that is closed may take to say goodbye.
const DISCONNECT: Duration = Duration::from_secs(3);

/// Lists the environments and reads what Chef's searches go by in the background, so that the first agents and clients
/// find them ready.
fn warm(app: &Data<App>) {
    let environments = app.environments.clone();
    std::thread::spawn(move || environments.warm());
    let store = app.store.clone();
    actix_web::rt::spawn(async move {
        if let Err(error) = store.warm_search().await {
            tracing::warn!(%error, "searches of Chef are not prepared: the first one will be");
        }
    });
}

/// Says on standard output that the server serves, and after the first start what to do next.
#[expect(clippy::print_stdout, reason = "the line that tools wait for")]
fn ready(config: &Config, address: SocketAddr, fresh: bool, took: Duration) {
    let host = if address.ip().is_unspecified() {
        config.certname.to_string()
    } else if address.ip().is_loopback() && config.dns_alt_names.iter().any(|name| name == "localhost") {
        "localhost".to_owned()
    } else {
        address.ip().to_string()
    };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    println!("ready: https://{host}:{}", address.port());
    tracing::info!(%address, certname = %config.certname, millis = took.as_millis() as u64, "ready");
    if fresh {
        let (name, port) = (&config.certname, address.port());
        let data = config.data_dir.display();
        // As it was called: under `cargo run` the binary is not in the path.
        let program = std::env::args().next().unwrap_or_else(|| "quartermaster".to_owned());
        tracing::info!("on a node, type: puppet agent --test --server {name} --serverport {port} --waitforcert 10");
        tracing::info!("then here: {program} ca list --data-dir {data}");
        tracing::info!("and:       {program} ca sign NODE --data-dir {data}");
        let organization = &config.chef.organization;
        tracing::info!(
            "for Chef, set chef_server_url 'https://{name}:{port}/organizations/{organization}', node_name 'pivotal' and \
             client_key '{data}/chef/pivotal.pem'"
        );
    }
}

/// Says where only one protocol is served.
#[expect(clippy::print_stdout, reason = "the line that tools wait for")]
fn also_ready(protocol: &str, url: &str) {
    println!("ready for {protocol}: {url}");
}

/// Stops in order at SIGTERM and SIGINT; reloads at SIGHUP.
async fn signals(server: ServerHandle, app: Data<App>, flags: Flags) {
    let listen = || -> std::io::Result<_> {
        Ok((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?))
    };
    let (mut terminate, mut interrupt, mut hangup) = match listen() {
        Ok(signals) => signals,
        Err(error) => return tracing::error!(%error, "signals cannot be heard"),
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => jobs::reload(&app, &flags),
        }
    }
    tracing::info!("stopping: requests that run may end");
    server.stop(true).await;
}
