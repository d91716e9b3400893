pub(crate) mod files;
