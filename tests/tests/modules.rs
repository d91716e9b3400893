//! A short part of the walk over modules that `tests/modules.sh` does whole.

use std::path::Path;

use acceptance::corpus::{MODULES, Walk};
use acceptance::shared::has_command;
use anyhow::Result;

/// Modules with few and quick cases, of several authors and styles.
const SAMPLE: &[&str] = &[
    "chrony",
    "concat",
    "dns",
    "gitolite",
    "haproxy",
    "inifile",
    "kmod",
    "logrotate",
    "memcached",
    "monit",
    "ntp",
    "rabbitmq",
    "rsync",
    "sssd",
    "stdlib",
    "sysctl",
    "xinetd",
];
/// Of 100 catalogs of the sample that the original makes, so many are equal here at least. It only rises.
const EQUAL: usize = 100;

#[test]
fn catalogs_of_modules_equal_the_originals() -> Result<()> {
    if !has_command("puppet") || !has_command("ruby") {
        return Ok(());
    }
    let installed = SAMPLE.iter().filter(|name| Path::new(MODULES).join(name).is_dir());
    let modules: Vec<String> = installed.map(|name| (*name).to_owned()).collect();
    if modules.is_empty() {
        return Ok(());
    }
    let walk = Walk { modules, facts: vec!["debian12".to_owned()], jobs: 2, ..Walk::default() };
    let outcome = walk.run(&|_, _| ())?;
    let total = outcome.total();
    println!("{} of {} catalogs equal", total.equal, total.compiled());
    assert!(total.compiled() > 0, "the original compiled nothing");
    assert!(total.equal * 100 >= total.compiled() * EQUAL, "{total:?}: {:#?}", outcome.unlike);
    Ok(())
}
