//! Bounds on what is parsed, so that no input can exhaust memory or the stack.

/// Every bound has a name that the error for it repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of one source text in bytes.
    pub max_bytes: usize,
    /// How deep constructs may stand in one another while parsing (brackets, blocks, interpolations).
    pub max_depth: usize,
    /// Height of the syntax tree: nesting, and also operators or `elsif` in one long chain.
    pub max_height: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 16 * 1024 * 1024, max_depth: 128, max_height: 1024 }
    }
}
