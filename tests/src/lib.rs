//! Black-box tests of the binary `quartermaster`: a harness that starts it, real clients, and a client of its own
//! for what no well-behaved client does. Uses none of the other crates, only what the binary shows to the world.
//!
//! - [`server`]: the process under test, with a data folder and a code folder of its own
//! - [`agent`]: a real `puppet agent` with a configuration of its own
//! - [`client`]: an HTTP client over TLS that can also misbehave
//! - [`pki`]: keys and certificate requests, odd ones too
//! - [`chef`]: a client of Chef's that signs its requests
//! - [`requests`]: the requests that agents and administrators send
//! - [`process`]: what the kernel knows of a process
//! - [`corpus`]: catalogs of many modules beside the original's
//! - [`difference`]: what two catalogs differ in
//! - [`files`]: what folders hold
//! - [`git`]: repositories that a test fills
//! - [`host`]: small HTTP servers: a host of repositories, a proxy
//! - [`lab`]: a site to deploy
//! - [`shared`]: the reference material that may lie beside the project

pub mod agent;
pub mod chef;
pub mod client;
pub mod corpus;
pub mod difference;
pub mod files;
pub mod git;
pub mod host;
pub mod lab;
pub mod pki;
pub mod process;
pub mod requests;
pub mod server;
pub mod shared;
