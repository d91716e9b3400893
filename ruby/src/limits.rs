//! How much one rendering may do.

/// What is exceeded ends the rendering with an error that names the bound.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Expressions evaluated.
    pub steps: u64,
    /// Expressions and calls within one another.
    pub depth: u32,
    /// Bytes of values made, those already forgotten included.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 20_000_000, depth: 600, bytes: 256 << 20 }
    }
}

/// Bytes of source that a template may have.
pub(crate) const MOST_SOURCE: usize = 4 << 20;

/// Expressions within one another in a source, and links of one chain.
pub(crate) const MOST_NESTING: u32 = 150;
pub(crate) const MOST_LINKS: u32 = 400;

/// Levels of lists in one another that are shown, compared or converted.
pub(crate) const MOST_LEVELS: u32 = 100;
