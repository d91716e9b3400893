//! Functions of the module docker that write command lines. The one that runs docker is left to Ruby.

use super::refuse;
use crate::error::Stop;
use crate::functions::strings::flat;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("docker::env", &[Declared::new(&[required("args", "Array")]).returns("Array")], |call| {
        Ok(call.take(0))
    }),
    Function::legacy("docker_exec_flags", 0, None, |call| {
        let mut flags = Flags::of(call);
        flags.switch("detach", "--detach=true");
        flags.switch("interactive", "--interactive=true");
        flags.switch("tty", "--tty=true");
        flags.list("env", "--env ", "");
        flags.line(" ")
    }),
    Function::legacy("docker_plugin_enable_flags", 0, None, |call| {
        let mut flags = Flags::of(call);
        flags.when_true("force_remove", "--force");
        if !flags.value("plugin_alias", "'", "'") {
            flags.value("plugin_name", "'", "'");
        }
        flags.line(" ")
    }),
    Function::legacy("docker_plugin_install_flags", 0, None, |call| {
        let mut flags = Flags::of(call);
        flags.value("plugin_alias", "--alias ", "");
        flags.when_true("disable_on_install", "--disable");
        flags.when_true("disable_content_trust", "--disable-content-trust");
        flags.when_true("grant_all_permissions", "--grant-all-permissions");
        flags.value("plugin_name", "'", "'");
        flags.list("settings", "", "");
        flags.line(" ")
    }),
    Function::legacy("docker_plugin_remove_flags", 0, None, |call| {
        let mut flags = Flags::of(call);
        flags.when_true("force_remove", "--force");
        flags.value("plugin_name", "'", "'");
        flags.line(" ")
    }),
    Function::legacy("docker_stack_flags", 0, None, |call| {
        let mut flags = Flags::of(call);
        flags.value("bundle_file", "--bundle-file '", "'");
        flags.list("compose_files", "--compose-file '", "'");
        flags.value("resolve_image", "--resolve-image '", "'");
        flags.named("prune", "--prune");
        flags.named("with_registry_auth", "--with-registry-auth");
        flags.line(" ")
    }),
    Function::legacy("docker_swarm_init_flags", 0, None, |call| {
        let mut flags = Flags::of(call);
        flags.unless_false("init", "init");
        flags.value("advertise_addr", "--advertise-addr '", "'");
        flags.unless_false("autolock", "--autolock");
        flags.value("cert_expiry", "--cert-expiry '", "'");
        flags.list("default_addr_pool", "--default-addr-pool ", "");
        flags.value("default_addr_pool_mask_length", "--default-addr-pool-mask-length '", "'");
        flags.value("dispatcher_heartbeat", "--dispatcher-heartbeat '", "'");
        flags.value("external_ca", "--external-ca '", "'");
        flags.unless_false("force_new_cluster", "--force-new-cluster");
        flags.value("listen_addr", "--listen-addr '", "'");
        flags.value("max_snapshots", "--max-snapshots '", "'");
        flags.value("snapshot_interval", "--snapshot-interval '", "'");
        flags.line(" ")
    }),
    Function::legacy("docker_swarm_join_flags", 0, None, |call| {
        let mut flags = Flags::of(call);
        flags.unless_false("join", "join");
        flags.value("advertise_addr", "--advertise-addr '", "'");
        flags.value("listen_addr", "--listen-addr \"", "\"");
        flags.value("token", "--token '", "'");
        flags.line(" ")
    }),
    Function::legacy("docker_service_flags", 0, None, service),
    Function::legacy("docker_run_flags", 0, None, run),
];

/// The options of a command, and the flags that were made of them.
struct Flags {
    options: Value,
    flags: Vec<String>,
}

impl Flags {
    fn of(call: &Call<'_>) -> Self {
        Self { options: call.argument(0).clone(), flags: Vec::new() }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.options.get(name).filter(|value| value.is_truthy())
    }

    /// An option that says something: `undef` as a text does not.
    fn given(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| value.as_str() != Some("undef"))
    }

    fn add(&mut self, before: &str, value: &Value, after: &str) {
        self.flags.push(format!("{before}{}{after}", ruby_text::to_s(value)));
    }

    /// A flag for any value but `false` and undef.
    fn switch(&mut self, name: &str, flag: &str) {
        if self.get(name).is_some() {
            self.flags.push(flag.to_owned());
        }
    }

    fn when_true(&mut self, name: &str, flag: &str) {
        if self.options.get(name).and_then(Value::as_bool) == Some(true) {
            self.flags.push(flag.to_owned());
        }
    }

    /// A flag unless the option is `false`, even when it is not there.
    fn unless_false(&mut self, name: &str, flag: &str) {
        let value = self.options.get(name).map(ruby_text::to_s);
        if value.as_deref() != Some("false") {
            self.flags.push(flag.to_owned());
        }
    }

    fn named(&mut self, name: &str, flag: &str) {
        if self.given(name).is_some() {
            self.flags.push(flag.to_owned());
        }
    }

    /// A flag with the value of an option; whether there was one.
    fn value(&mut self, name: &str, before: &str, after: &str) -> bool {
        let Some(value) = self.given(name).cloned() else { return false };
        self.add(before, &value, after);
        true
    }

    /// A flag for each element of an option that is an array.
    fn list(&mut self, name: &str, before: &str, after: &str) {
        if let Some(Value::Array(items)) = self.options.get(name).cloned() {
            items.iter().for_each(|item| self.add(before, item, after));
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the shape of every function")]
    fn line(self, between: &str) -> Result<Value, Stop> {
        Ok(Value::from(self.flags.join(between)))
    }
}

fn service(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut flags = Flags::of(call);
    flags.value("service_name", "'", "'");
    flags.unless_false("detach", "--detach");
    flags.list("env", "--env '", "'");
    flags.list("label", "--label ", "");
    flags.list("mounts", "--mount ", "");
    flags.list("networks", "--network ", "");
    if flags.options.get("publish").is_some_and(|publish| publish.as_array().is_some()) {
        flags.list("publish", "--publish ", "");
    } else {
        flags.value("publish", "--publish '", "'");
    }
    flags.value("replicas", "--replicas '", "'");
    flags.unless_false("tty", "--tty");
    flags.value("user", "--user '", "'");
    flags.value("workdir", "--workdir '", "'");
    flags.list("extra_params", "", "");
    flags.value("host_socket", "-H '", "'");
    if flags.options.get("registry_mirror").is_some_and(|mirror| mirror.as_array().is_some()) {
        flags.list("registry_mirror", "--registry-mirror='", "'");
    } else {
        flags.value("registry_mirror", "--registry-mirror='", "'");
    }
    flags.value("image", "'", "'");
    match flags.options.get("command").cloned() {
        Some(Value::Array(words)) => {
            let words: Vec<String> = words.iter().map(ruby_text::to_s).collect();
            flags.flags.push(words.join(" "));
        }
        _ => {
            flags.value("command", "", "");
        }
    }
    flags.line(" ")
}

/// Options of `docker run` that may be given several times.
const REPEATED: &[(&str, &str)] = &[
    ("--dns ", "dns"),
    ("--dns-search ", "dns_search"),
    ("--expose=", "expose"),
    ("--link ", "links"),
    ("--lxc-conf=", "lxc_conf"),
    ("--volumes-from ", "volumes_from"),
    ("-e ", "env"),
    ("--env-file ", "env_file"),
    ("-p ", "ports"),
    ("-l ", "labels"),
    ("--add-host ", "hostentries"),
    ("-v ", "volumes"),
];

fn run(call: &mut Call<'_>) -> Result<Value, Stop> {
    let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
    let family = facts.get("os").and_then(|os| os.get("family")).and_then(Value::as_str).unwrap_or_default().to_owned();
    let escape = if family == "windows" { "stdlib::powershell_escape" } else { "stdlib::shell_escape" };
    let mut flags = Flags::of(call);
    let between = match flags.given("osfamily").and_then(Value::as_str) {
        Some(family) if family.eq_ignore_ascii_case("windows") => " `\n",
        _ => " \\\n",
    };
    let several = |value: Option<&Value>| -> Vec<Value> {
        let values = flat(value.map(std::slice::from_ref).unwrap_or_default());
        values.into_iter().filter(|value| !value.is_undef()).collect()
    };
    let mut escaped = |before: &str, value: &Value| -> Result<String, Stop> {
        let text = call.caller.call_function(escape, vec![value.clone()], None)?;
        Ok(format!("{before}{}", ruby_text::to_s(&text)))
    };
    for (name, before) in [("username", "-u "), ("hostname", "-h ")] {
        if let Some(value) = flags.get(name).cloned() {
            flags.flags.push(escaped(before, &value)?);
        }
    }
    if let Some(restart) = flags.get("restart").cloned() {
        flags.add("--restart '", &restart, "'");
    }
    if let Some(Value::String(_) | Value::Array(_)) = flags.get("net") {
        for network in several(flags.get("net")) {
            flags.flags.push(escaped("--net ", &network)?);
        }
    }
    if let Some(limit) = flags.get("memory_limit").cloned() {
        flags.add("-m ", &limit, "");
    }
    let cpus = several(flags.options.get("cpuset"));
    if !cpus.is_empty() {
        let cpus: Vec<String> = cpus.iter().map(ruby_text::to_s).collect();
        flags.flags.push(format!("--cpuset-cpus={}", cpus.join(",")));
    }
    flags.switch("disable_network", "-n false");
    flags.switch("privileged", "--privileged");
    flags.value("health_check_cmd", "--health-cmd='", "'");
    flags.value("health_check_interval", "--health-interval=", "s");
    flags.switch("tty", "-t");
    flags.switch("read_only", "--read-only=true");
    for (before, name) in REPEATED {
        for value in several(flags.options.get(name)) {
            let flag = escaped(before, &value)?;
            flags.flags.push(flag + between);
        }
    }
    let Some(Value::Array(extra)) = flags.options.get("extra_params").cloned() else {
        return refuse("undefined method `each' for nil:NilClass");
    };
    extra.iter().for_each(|parameter| flags.add("", parameter, ""));
    flags.line(between)
}
