use serde_json::json;

use super::*;
use crate::puppetfile::{Context, Origin, Puppetfile, Reference, Wanted};

/// A configuration with one source of Git and `settings` of it.
fn source(settings: &Value) -> Source {
    let mut source = json!({ "remote": "https://git.example.com/control.git", "basedir": "/srv/environments" });
    let object = source.as_object_mut().expect("an object");
    object.extend(settings.as_object().expect("an object").clone());
    let configuration = Configuration::read(&json!({ "sources": { "ops": source } })).expect("valid");
    configuration.sources.into_iter().next().expect("one source")
}

fn names(settings: &Value, branches: &[&str]) -> Vec<String> {
    let environments = source(settings).environments(branches.iter().copied());
    environments.taken.into_iter().map(|branch| branch.environment).collect()
}

fn refused(value: &Value) -> String {
    Configuration::read(value).expect_err("refused").to_string()
}

/// With one source, so that only `settings` can be wrong.
fn refused_setting(settings: &Value) -> String {
    let mut value = json!({ "sources": { "ops": { "remote": "x" } } });
    value.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    refused(&value)
}

#[test]
fn an_old_file_with_symbols_for_keys_is_read() {
    let configuration = Configuration::read(&json!({
        ":cachedir": "/var/cache/r10k",
        ":sources": { ":base": { "remote": "git@git.example.com:control.git", "basedir": "/srv/environments" } },
        ":purgedirs": ["/srv/environments"],
        ":deploy": { ":purge_levels": [":deployment", "environment"] },
    }))
    .expect("valid");
    assert_eq!(configuration.cachedir.as_deref(), Some("/var/cache/r10k"));
    assert_eq!(configuration.sources[0].name, "base");
    assert_eq!(configuration.pool_size, 4);
    let levels = PurgeLevels { deployment: true, environment: true, puppetfile: false };
    assert_eq!(configuration.deploy.purge_levels, levels);
    assert_eq!(configuration.warnings, ["the purgedirs key in r10k.yaml is deprecated. it is currently ignored."]);
}

#[test]
fn settings_that_nobody_knows_are_warned_of_with_their_path() {
    let configuration = Configuration::read(&json!({
        "sources": { "ops": { "remote": "x", "colour": "red" } },
        "sauces": {},
        "git": { "repositories": [{ "remote": "y", "branch": "z" }] },
    }))
    .expect("valid");
    let expected = ["sauces", "sources.ops.colour", "git.repositories[1].branch"];
    let expected = expected.map(|name| format!("the setting {name} is not known, and is ignored"));
    assert_eq!(configuration.warnings, expected);
}

#[test]
fn prefixes_stand_before_the_names() {
    assert_eq!(names(&json!({}), &["main"]), ["main"]);
    assert_eq!(names(&json!({ "prefix": false }), &["main"]), ["main"]);
    assert_eq!(names(&json!({ "prefix": true }), &["main"]), ["ops_main"]);
    assert_eq!(names(&json!({ "prefix": "app1" }), &["main"]), ["app1_main"]);
}

#[test]
fn names_are_corrected_told_of_or_left_out() {
    let branches = ["main", "feature/a-b", "é"];
    assert_eq!(names(&json!({}), &branches), ["main", "feature_a_b", "_"]);
    assert_eq!(names(&json!({ "invalid_branches": "correct" }), &branches), ["main", "feature_a_b", "_"]);
    assert_eq!(names(&json!({ "invalid_branches": "error" }), &branches), ["main"]);
    let log = |mode: &str| source(&json!({ "prefix": "p", "invalid_branches": mode })).environments(["a-b"]).log;
    assert_eq!(log("correct"), []);
    let text = "Environment \"a-b\" contained non-word characters, correcting name to p_a_b".to_owned();
    assert_eq!(log("correct_and_warn"), [Note { error: false, text }]);
    let text = "Environment \"a-b\" contained non-word characters, ignoring it.".to_owned();
    assert_eq!(log("error"), [Note { error: true, text }]);
}

#[test]
fn branches_are_left_out_by_the_letters_they_begin_with() {
    let settings = json!({ "ignore_branch_prefixes": ["test", "dev."] });
    assert_eq!(names(&settings, &["main", "test", "testing", "devx", "dev.x", "atest"]), ["main", "devx", "atest"]);
    let log = source(&settings).environments(["test"]).log;
    assert_eq!(log[0].text, "Branch test filtered out by ignore_branch_prefixes [\"test\", \"dev.\"]");
}

#[test]
fn a_component_of_the_name_is_stripped() {
    let branches = ["env/main", "main", "x/env/y"];
    assert_eq!(names(&json!({ "strip_component": "env/" }), &branches), ["main", "main", "x_env_y"]);
    assert_eq!(names(&json!({ "strip_component": "/^[a-z]+\\//" }), &branches), ["main", "main", "env_y"]);
    assert_eq!(names(&json!({ "strip_component": false }), &["env/main"]), ["env_main"]);
    assert!(refused(&json!({ "sources": { "ops": { "remote": "x", "strip_component": 5 } } })).ends_with(
        "Improper configuration value given for strip_component setting in ops source. Value must be a string, a \
             /regex/, false, or omitted. Got \"5\" (Integer)"
    ));
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    let kind = |settings: Value| refused(&json!({ "sources": { "ops": settings } }));
    assert!(kind(json!({ "type": "svn", "remote": "x" })).starts_with("sources.ops.type: Subversion"));
    assert!(kind(json!({ "type": "exec", "command": "x" })).contains("use the type yaml"));
    assert_eq!(kind(json!({ "type": "hg" })), "sources.ops.type: No class registered for hg");
    assert!(kind(json!({ "remote": "x", "filter_command": "true" })).contains("ignore_branch_prefixes"));
    assert_eq!(kind(json!({})), "sources.ops.remote: is missing");
    let missing = "Unable to load sources; the supplied configuration does not define the 'sources' key";
    assert_eq!(refused(&json!({})), format!("sources: {missing}"));
    assert_eq!(refused(&json!({ "sources": {} })), format!("sources: {missing}"));
    assert!(refused(&json!("text")).contains("must be a hash"));
}

#[test]
fn wrong_settings_are_told_in_the_words_of_r10k() {
    let cases = [
        (json!({ "pool_size": "5" }), "pool_size: The pool_size setting should be an integer, not a String"),
        (json!({ "pool_size": 0 }), "pool_size: The pool_size setting should be greater than zero."),
        (json!({ "postrun": "x" }), "postrun: The postrun setting should be an array of strings, not a String"),
        (
            json!({ "proxy": "not a url" }),
            "proxy: Setting proxy requires a URL but 'not a url' could not be parsed as a URL",
        ),
        (
            json!({ "deploy": { "write_lock": true } }),
            "deploy.write_lock: The write_lock setting should be a string containing the reason for the write lock, not \
             a TrueClass",
        ),
        (
            json!({ "deploy": { "purge_levels": ["all", "puppetfile"] } }),
            "deploy.purge_levels: Setting purge_levels may only contain [:deployment, :environment, :puppetfile]; the \
             disallowed values [:all] were present",
        ),
        (
            json!({ "deploy": { "exclude_spec": "yes" } }),
            "deploy.exclude_spec: `exclude_spec` can only be a boolean value, not 'yes'",
        ),
        (
            json!({ "forge": { "allow_puppetfile_override": "no" } }),
            "forge.allow_puppetfile_override: `allow_puppetfile_override` can only be a boolean value, not 'no'",
        ),
        (
            json!({ "git": { "provider": "cvs" } }),
            "git.provider: Setting provider should be one of [:shellgit, :rugged], not 'cvs'",
        ),
    ];
    for (settings, expected) in cases {
        assert_eq!(refused_setting(&settings), expected);
    }
}

#[test]
fn a_repository_has_settings_of_its_own_before_the_general_ones() {
    let configuration = Configuration::read(&json!({
        "sources": { "ops": { "remote": "x" } },
        "proxy": "http://proxy.example.com:3128",
        "git": {
            "username": "git",
            "private_key": "/keys/general",
            "github_app_id": 5,
            "github_app_key": "/keys/app",
            "repositories": [
                { "remote": "ssh://git.example.com/a.git", "private_key": "/keys/a" },
                { "remote": "https://git.example.com/b.git", "oauth_token": "/tokens/b", "proxy": "" },
            ],
        },
    }))
    .expect("valid");
    let app = Some(GithubApp { id: "5", key: "/keys/app", ttl: 120 });
    let general = Access {
        username: Some("git"),
        private_key: Some("/keys/general"),
        oauth_token: None,
        github_app: app,
        proxy: None,
    };
    let access = |remote| configuration.git.access(remote);
    assert_eq!(access("git@git.example.com:c.git"), general);
    assert_eq!(access("ssh://git.example.com/a.git"), Access { private_key: Some("/keys/a"), ..general });
    assert_eq!(access("https://git.example.com/b.git"), Access { oauth_token: Some("/tokens/b"), ..general });
    let proxied = Access { proxy: Some("http://proxy.example.com:3128"), ..general };
    assert_eq!(access("https://git.example.com/d.git"), proxied);
}

#[test]
fn two_environments_of_one_name_collide() {
    let configuration = Configuration::read(&json!({ "sources": {
        "a": { "remote": "x", "basedir": "/srv/environments" },
        "b": { "remote": "y", "basedir": "/srv/environments" },
        "data": { "remote": "z", "basedir": "/srv/data" },
    } }))
    .expect("valid");
    let [a, b, data] = configuration.sources.as_slice() else { panic!("three sources") };
    assert_eq!(configuration.collision([(a, "main", "main"), (b, "test", "test"), (data, "main", "main")]), None);
    assert_eq!(
        configuration.collision([(a, "a-b", "a_b"), (b, "a_b", "a_b")]).as_deref(),
        Some("Environment collision at /srv/environments/a_b between b:a_b and a:a-b")
    );
}

fn yaml_source() -> Source {
    source(&json!({ "type": "yaml", "prefix": "p" }))
}

#[test]
fn a_file_lists_environments_and_their_modules() {
    let listed = yaml_source()
        .listed(&json!({
            "production": {
                "type": "git",
                "source": "git@git.example.com:control.git",
                "version": "8820892",
                "modules": {
                    "puppetlabs-stdlib": { "type": "forge", "version": "6.0.0" },
                    "puppetlabs-concat": "6.1.0",
                    "puppetlabs-apt": "latest",
                    "me/own": { "git": "https://git.example.com/own.git", "ref": "v1" },
                },
            },
            "bare": { "type": "plain", "moduledir": "ext", "modules": { "a/b": null } },
            "packed": { "type": "tarball", "source": "/srv/env.tar.gz", "version": "ab" },
        }))
        .expect("valid");
    let [production, bare, packed] = listed.as_slice() else { panic!("three environments") };
    assert_eq!(production.environment, "p_production");
    let (remote, reference) = ("git@git.example.com:control.git".to_owned(), "8820892".to_owned());
    assert_eq!(production.content, Content::Git { remote, reference });
    let origins: Vec<_> =
        production.modules.iter().map(|module| (module.name.as_str(), module.origin.clone())).collect();
    let exactly = |version: &str| Origin::Forge { version: Wanted::Exactly(version.to_owned()) };
    let git = Origin::Git {
        remote: "https://git.example.com/own.git".to_owned(),
        reference: Reference::Named("v1".to_owned()),
        default_branch: None,
        default_branch_override: None,
    };
    let latest = Origin::Forge { version: Wanted::Latest };
    assert_eq!(origins, [("stdlib", exactly("6.0.0")), ("concat", exactly("6.1.0")), ("apt", latest), ("own", git)]);
    assert_eq!((bare.content.clone(), bare.modules[0].folder.as_str()), (Content::Plain, "ext"));
    assert_eq!(bare.modules[0].origin, Origin::Forge { version: Wanted::Any });
    let sha256 = Some("ab".to_owned());
    assert_eq!(packed.content, Content::Tarball { source: "/srv/env.tar.gz".to_owned(), sha256 });
}

#[test]
fn an_environment_wins_over_its_puppetfile() {
    let context = Context { root: "/srv/environments/p", default_branch_override: None };
    let file = Puppetfile::parse("mod 'puppetlabs/stdlib', '9.0.0'\nmod 'puppetlabs/apt', '9.0.0'", &context);
    let file = file.expect("valid");
    let with = |conflicts: &str| {
        let modules = json!({ "puppetlabs/stdlib": "6.0.0" });
        let value = json!({ "p": { "type": "plain", "modules": modules, "module_conflicts": conflicts } });
        let listed = yaml_source().listed(&value).expect("valid");
        let mut warnings = Vec::new();
        listed[0].with(file.clone(), &mut warnings).map(|modules| (modules.len(), warnings))
    };
    assert_eq!(with("override").expect("taken"), (2, Vec::new()));
    let warning =
        "Environment and puppetfile both define the \"stdlib\" module. The puppetfile definition will be ignored";
    assert_eq!(with("override_and_warn").expect("taken"), (2, vec![warning.to_owned()]));
    assert_eq!(
        with("error").expect_err("refused").to_string(),
        "p: Environment and puppetfile both define the \"stdlib\" module"
    );
}

#[test]
fn a_list_that_is_wrong_says_where() {
    let refused = |value: Value| yaml_source().listed(&value).expect_err("refused").to_string();
    assert_eq!(refused(json!([])), "sources.ops: the environments must be a hash, not a Array");
    assert_eq!(refused(json!({ "a": { "type": "git", "version": "1" } })), "a.source: is missing");
    assert!(refused(json!({ "a-b": { "type": "plain" } })).starts_with("a-b: the name of an environment"));
    assert!(
        refused(json!({ "a": { "type": "plain", "modules": { "x": "1" } } })).starts_with("a.modules: Forge module")
    );
    assert_eq!(
        refused(json!({ "a": { "type": "plain", "module_conflicts": "maybe" } })),
        "a.module_conflicts: Unexpected value for `module_conflicts` setting in a environment: maybe"
    );
    assert_eq!(yaml_source().listed(&Value::Null).expect("an empty file"), []);
}
