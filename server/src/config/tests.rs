use super::units::Size;
use super::{AutosignMode, Config, ConfigError, Flags, Origin, Span};

fn load(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, file).unwrap();
    let pairs =
        |list: &[(&str, &str)]| list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    let flags = Flags { file: Some(path), settings: pairs(flags) };
    Config::load(&flags, pairs(environment).into_iter())
}

fn fault(file: &str) -> String {
    load(file, &[], &[]).expect_err(file).to_string()
}

#[test]
fn nothing_set_is_a_configuration() {
    let config = load("", &[], &[]).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:8140");
    assert_eq!(config.autosign, AutosignMode::Off);
    assert!(config.data_dir.is_absolute() && config.code_dir.starts_with(&config.data_dir));
    assert!(config.origins.is_empty());
}

#[test]
fn chef_may_have_a_port_of_its_own() {
    let config = load("chef_listen = \"http://127.0.0.1:8443/\"\n[chef]\norganization = \"mine\"", &[], &[]).unwrap();
    let chef = config.chef_listen.unwrap();
    assert_eq!((chef.address.to_string().as_str(), chef.is_plain), ("127.0.0.1:8443", true));
    assert_eq!(chef.url(chef.address), "http://127.0.0.1:8443");
    assert!(!load("", &[], &[("chef_listen", "127.0.0.1:8443")]).unwrap().chef_listen.unwrap().is_plain);
    assert!(fault("code_manager_listen = \"0.0.0.0:8140\"").contains("is what `listen` says already"));
    assert!(fault("[code_manager]\nauthenticate_webhook = false").contains("webhook_secret_file"));
    assert!(fault("chef_listen = \"0.0.0.0:8140\"").contains("is what `listen` says already"));
    assert!(fault("[chef]\norganization = \"My org\"").contains("is no name of an organization"));
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "listen = \"1.1.1.1:1\"\ncertname = \"file.lab\"\n[limits]\nfacts = \"1MiB\"\n[http]\nkeep-alive = 7";
    let environment = [
        ("QUARTERMASTER_LISTEN", "2.2.2.2:2"),
        ("QUARTERMASTER_CERTNAME", "env.lab"),
        ("QUARTERMASTER_COMPILE_QUEUE", "5"),
        ("QUARTERMASTER_DNS_ALT_NAMES", "a.lab, b.lab"),
        ("PATH", "/bin"),
    ];
    let config = load(file, &environment, &[("listen", "3.3.3.3:3")]).unwrap();
    assert_eq!(config.listen.to_string(), "3.3.3.3:3");
    assert_eq!(config.certname.as_str(), "env.lab");
    assert_eq!(config.dns_alt_names, ["a.lab", "b.lab"]);
    assert_eq!((config.limits.facts, config.compile.queue), (Size::mib(1), 5));
    assert_eq!(config.http.keep_alive, Span::seconds(7));
    let origin = |path: &str| config.origins.get(path).copied();
    assert_eq!(origin("listen"), Some(Origin::Flag));
    assert_eq!(origin("certname"), Some(Origin::Environment));
    assert_eq!(origin("limits.facts"), Some(Origin::File));
    assert_eq!(origin("limits.report"), None);
}

#[test]
fn unknown_keys_are_refused_with_a_hint() {
    assert!(fault("lisen = \"x\"").contains("did you mean `listen`"));
    assert!(fault("[limits]\nreprot = 1").contains("did you mean `report`"));
    assert!(fault("keep_alive = 1").contains("did you mean `http.keep_alive`"));
    let error = load("", &[("QUARTERMASTER_LISTN", "x")], &[]).expect_err("unknown").to_string();
    assert!(error.contains("QUARTERMASTER_LISTEN"), "{error}");
    let error = load("", &[], &[("limits.fact", "1")]).expect_err("unknown").to_string();
    assert!(error.contains("limits.facts"), "{error}");
}

#[test]
fn values_that_mean_nothing_are_refused_by_name() {
    for (file, says) in [
        ("listen = \"nowhere\"", "listen"),
        ("certname = \"UPPER\"", "lower case"),
        ("dns_alt_names = [\"a b\"]", "dns_alt_names"),
        ("autosign = \"/no/such/file\"", "neither"),
        ("external_nodes = \"/etc/passwd\"", "not an executable"),
        ("[compile]\nqueue = 0", "compile.queue"),
        ("[http]\nkeep_alive = \"soon\"", "no span of time"),
        ("[limits]\nfacts = \"big\"", "no size"),
        ("[tls]\nkey = \"dsa\"", "dsa"),
        ("[[authorization.rule]]\nname = \"r\"", "'r'"),
        ("= 1", "not TOML"),
    ] {
        let error = fault(file);
        assert!(error.contains(says), "{file}: {error}");
    }
}

#[test]
fn modes_of_autosigning() {
    let mode = |text: &str| load("", &[], &[("autosign", text)]).unwrap().autosign;
    assert_eq!(mode("true"), AutosignMode::All);
    assert_eq!(mode("*.lab.test,web01"), AutosignMode::Names(vec!["*.lab.test".to_owned(), "web01".to_owned()]));
    assert_eq!(mode("/etc/passwd"), AutosignMode::File("/etc/passwd".into()));
    assert_eq!(mode("/bin/true"), AutosignMode::Executable("/bin/true".into()));
}

#[test]
fn units_are_written_as_they_are_read() {
    for text in ["30s", "10m", "2h", "7d", "5y", "0s", "0.5s"] {
        let span: Span = serde_json::from_value(text.into()).unwrap();
        assert_eq!(span.to_string(), text);
    }
    for text in ["64KiB", "16MiB", "1GiB", "1000B"] {
        let size: Size = serde_json::from_value(text.into()).unwrap();
        assert_eq!(size.to_string(), text);
    }
}
