//! Deployed code: where it comes from.

pub(crate) mod configuration;
