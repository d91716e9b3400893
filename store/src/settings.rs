//! What an operator may set.

/// Settings of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Writes that may wait; one more is refused as busy.
    pub write_queue: usize,
    /// Writes that share a transaction at most.
    pub write_batch: usize,
    /// Connections for reading, so reads at once.
    pub readers: usize,
    /// Reports kept of each node.
    pub reports_per_node: u64,
    /// Longest file that the file bucket takes, in bytes.
    pub max_blob_bytes: u64,
    /// Longest file of a cookbook.
    pub max_cookbook_file_bytes: u64,
    /// Longest archive of a module.
    pub max_archive_bytes: u64,
    /// How long to wait for another process that holds the database, in milliseconds.
    pub busy_timeout_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            write_queue: 1024,
            write_batch: 256,
            readers: 4,
            reports_per_node: 20,
            max_blob_bytes: 1 << 30,
            max_cookbook_file_bytes: 1 << 30,
            max_archive_bytes: 1 << 30,
            busy_timeout_ms: 5000,
        }
    }
}
