//! The binary `quartermaster`: configuration, TLS, router, authorization, handlers, jobs and the
//! command line. It wires the rooms together and decides nothing that is theirs to decide.
//!
//! - [`config`], [`cli`], [`admin`]: what the operator says
//! - [`serve`], [`founding`], [`jobs`], [`data_dir`]: start, first start, upkeep, end
//! - [`tls`], [`http`], [`guard`], [`accept`], [`respond`]: the way of a request
//! - [`tokens`]: whom a token lets in
//! - [`puppet_ca`], [`puppet`], [`chef`], [`code_manager`], [`forge`], [`status`]: the handlers
//! - [`client`]: asking other servers
//! - [`environments`], [`classifier`], [`catalogs`], [`pool`], [`code`]: what handlers call

use std::process::ExitCode;

use clap::Parser;

mod accept;
mod admin;
mod app;
mod autosign;
mod catalogs;
mod chef;
mod classifier;
mod cli;
mod client;
mod clock;
mod code;
mod code_manager;
mod config;
mod data_dir;
mod environments;
mod forge;
mod founding;
mod guard;
mod http;
mod jobs;
mod limits;
mod log;
mod metrics;
mod pool;
mod puppet;
mod puppet_ca;
mod respond;
mod rooms;
mod serve;
mod status;
mod tls;
mod tokens;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run::run(&cli::Cli::parse_from(cli::chef::arguments()))
}
