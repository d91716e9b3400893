//! What nodes told us: facts, catalogs, reports, exported resources, and the bytes they backed up.
//!
//! It holds the words and the ports; rows and files are kept by whoever implements them. It never
//! opens a file and never reads a clock.
//!
//! - [`nodes`]: facts, catalogs, reports, and the list of nodes
//! - [`report`]: reading a report as an agent sends it
//! - [`exported`]: resources that nodes export for each other
//! - [`runs`]: what Chef's clients tell of their runs
//! - [`bucket`]: files that agents backed up, by checksum

pub mod bucket;
pub mod error;
pub mod exported;
pub mod nodes;
pub mod report;
pub mod runs;

pub use bucket::{Bucket, Sha256, Upload};
pub use error::Error;
pub use exported::{Exported, ExportedResource};
pub use nodes::{Nodes, Page};
pub use report::NewReport;
