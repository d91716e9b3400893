use super::*;

const VARIABLES: Variables<'static> = Variables {
    environment: "production",
    environmentpath: "/code/environments",
    codedir: "/code",
    confdir: "/etc/puppet",
    basemodulepath: "/code/modules:/opt/modules",
};
const HOME: &str = "/code/environments/production";

#[test]
fn defaults() {
    let conf = EnvironmentConf::parse("", "environment.conf");
    assert_eq!(
        conf.modulepath(HOME, &VARIABLES),
        ["/code/environments/production/modules", "/code/modules", "/opt/modules"]
    );
    assert_eq!(conf.manifest(HOME, &VARIABLES), "/code/environments/production/manifests");
    assert_eq!(conf.config_version(HOME, &VARIABLES), None);
    assert!(conf.problems.is_empty());
}

#[test]
fn module_path_entries() {
    let conf = EnvironmentConf::parse(
        "# comment\n modulepath = site:../shared/modules:$basemodulepath:/abs:${codedir}/x\nmanifest = site.pp\n\
         config_version = bin/version $environment\nenvironment_timeout = 5m\n",
        "environment.conf",
    );
    assert_eq!(
        conf.modulepath(HOME, &VARIABLES),
        [
            "/code/environments/production/site",
            "/code/environments/shared/modules",
            "/code/modules",
            "/opt/modules",
            "/abs",
            "/code/x"
        ]
    );
    assert_eq!(conf.manifest(HOME, &VARIABLES), "/code/environments/production/site.pp");
    assert_eq!(
        conf.config_version(HOME, &VARIABLES).as_deref(),
        Some("/code/environments/production/bin/version production")
    );
    assert_eq!(conf.environment_timeout, Some(Timeout::Seconds(300)));
}

#[test]
fn what_means_nothing_is_said() {
    let conf = EnvironmentConf::parse(
        "frob = 1\nmodulepath=m\nzap=2\n[agent]\nmanifest = x\nrubbish\n",
        "/e/environment.conf",
    );
    assert_eq!(conf.manifest, None);
    assert_eq!(
        conf.problems,
        [
            "Could not match line rubbish (file: /e/environment.conf)",
            "Invalid sections in environment.conf at '/e/environment.conf'. Environment conf may not have sections. \
             The following sections are being ignored: 'agent'",
            "Invalid settings in environment.conf at '/e/environment.conf'. The following unknown setting(s) are \
             being ignored: frob, zap",
        ]
    );
}

#[test]
fn timeouts() {
    assert_eq!(Timeout::parse("unlimited"), Some(Timeout::Unlimited));
    assert_eq!(Timeout::parse("0"), Some(Timeout::Seconds(0)));
    assert_eq!(Timeout::parse("2h"), Some(Timeout::Seconds(7200)));
    assert_eq!(Timeout::parse("soon"), None);
}

#[test]
fn unknown_variables_stay() {
    let conf = EnvironmentConf::parse("config_version = $nosuch/x ${nosuch} $", "f");
    assert_eq!(conf.config_version(HOME, &VARIABLES).as_deref(), Some("$nosuch/x ${nosuch} $"));
}
