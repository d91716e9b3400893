//! Limits that the kernel sets on the process.

/// Takes as many open files as the kernel allows: the usual soft limit of 1024 is for programs
/// that use `select`.
pub(crate) fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, "the limit on open files stays as it was");
    }
}
