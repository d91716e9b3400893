use clap::{CommandFactory, Parser};

use super::Cli;

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn flags_become_settings_and_may_stand_anywhere() {
    let line = "quartermaster serve --listen 1.2.3.4:5 --set limits.report=1MiB --data-dir /d --log-level debug";
    let flags = Cli::parse_from(line.split(' ')).flags().unwrap();
    let has = |name: &str, value: &str| flags.settings.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("listen", "1.2.3.4:5") && has("limits.report", "1MiB") && has("data_dir", "/d"));
    assert!(has("log.level", "debug"));
    let line = "quartermaster ca sign web01 --json --data-dir /d";
    let cli = Cli::parse_from(line.split(' '));
    assert!(cli.common.json && cli.common.data_dir.as_deref() == Some("/d"));
}

#[test]
fn signing_wants_names_or_all() {
    assert!(Cli::try_parse_from(["quartermaster", "ca", "sign"]).is_err());
    assert!(Cli::try_parse_from(["quartermaster", "ca", "sign", "a", "--all"]).is_err());
    assert!(Cli::try_parse_from(["quartermaster", "ca", "sign", "--all"]).is_ok());
}
