//! Which requests are signed unasked.

use async_trait::async_trait;
use model::Certname;

/// The mode, chosen by the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Autosign {
    #[default]
    Off,
    All,
    Globs(Globs),
    /// Ask [`Policy`].
    Executable,
}

/// Asks the policy executable: the certname is its argument, the request in PEM its standard
/// input, and exit status 0 means yes.
#[async_trait]
pub trait Policy: Send + Sync {
    /// `Err` says why the executable could not be asked; the request then stays waiting.
    async fn allows(&self, name: &Certname, request_pem: &str) -> Result<bool, String>;
}

/// No executable: allows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPolicy;

#[async_trait]
impl Policy for NoPolicy {
    async fn allows(&self, _: &Certname, _: &str) -> Result<bool, String> {
        Err("no policy executable is set".to_owned())
    }
}

/// The lines of an `autosign.conf`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Globs {
    lines: Vec<String>,
}

impl Globs {
    /// Blank lines and comments are skipped. The second value lists the lines that are no
    /// pattern (a `#` or a blank inside), for the log.
    pub fn parse(text: &str) -> (Self, Vec<String>) {
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(str::to_owned);
        let (bad, lines) = lines.partition(|line| line.contains('#') || line.contains(' '));
        (Self { lines }, bad)
    }

    /// An exact name, `*` for all, or `*.domain`, which also takes `domain` itself and any depth.
    pub fn matches(&self, name: &Certname) -> bool {
        self.lines.iter().any(|line| match line.strip_prefix('*') {
            Some("") => true,
            Some(_) => tail_matches(line, name.as_str()),
            None => line == name.as_str(),
        })
    }
}

/// Compares labels from the right, leaving out the glob's first one, letters of any case. A glob
/// without a dot (`*web`) has nothing left to compare: it matches no name, not every name.
fn tail_matches(glob: &str, name: &str) -> bool {
    let glob = glob.to_lowercase();
    let Some((_, tail)) = glob.split_once('.') else { return false };
    let mut labels = name.rsplit('.');
    tail.rsplit('.').all(|label| labels.next() == Some(label))
}

#[cfg(test)]
mod tests;
