//! Functions that modules of an environment bring as Ruby, written natively.
//!
//! One exists where the environment has the module and the module's `lib` has the file that defines it, so that
//! nothing can be called that the original would not find. A file below `parser/functions` is of the old kind;
//! a function that has both kinds is found by the file that the environment has.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{Call, Function, Ready, stdlib};
use crate::error::{Failure, Stop};
use crate::signature::{Declared, optional, repeated};
use crate::types;
use crate::value::Value;
use crate::world::{ProgramKind, World};

mod apache;
mod archive;
mod collectd;
mod datacat;
mod dns;
mod docker;
mod extlib;
mod inifile;
mod ironic;
mod mcollective;
mod memcached;
mod mongodb;
mod monit;
mod murano;
mod mysql;
mod neutron;
mod nova;
mod openstack_extras;
mod openstacklib;
mod postgresql;
mod puppetdb;
mod redis;
mod ssh;
mod staging;
mod systemd;
mod translate;
mod vswitch;

/// The functions by the module that has them.
static MODULES: &[(&str, &[&[Function]])] = &[
    ("apache", &[apache::FUNCTIONS]),
    ("archive", &[archive::FUNCTIONS]),
    ("collectd", &[collectd::FUNCTIONS]),
    ("datacat", &[datacat::FUNCTIONS]),
    ("dns", &[dns::FUNCTIONS]),
    ("docker", &[docker::FUNCTIONS]),
    ("extlib", &[extlib::FUNCTIONS]),
    ("inifile", &[inifile::FUNCTIONS]),
    ("ironic", &[ironic::FUNCTIONS]),
    ("mcollective", &[mcollective::FUNCTIONS]),
    ("memcached", &[memcached::FUNCTIONS]),
    ("mongodb", &[mongodb::FUNCTIONS]),
    ("monit", &[monit::FUNCTIONS]),
    ("murano", &[murano::FUNCTIONS]),
    ("mysql", &[mysql::FUNCTIONS]),
    ("neutron", &[neutron::FUNCTIONS]),
    ("nova", &[nova::FUNCTIONS]),
    ("openstack_extras", &[openstack_extras::FUNCTIONS]),
    ("openstacklib", &[openstacklib::FUNCTIONS]),
    ("postgresql", &[postgresql::FUNCTIONS]),
    ("puppetdb", &[puppetdb::FUNCTIONS]),
    ("redis", &[redis::FUNCTIONS]),
    ("ssh", &[ssh::FUNCTIONS]),
    ("staging", &[staging::FUNCTIONS]),
    ("stdlib", stdlib::GROUPS),
    ("systemd", &[systemd::FUNCTIONS]),
    ("translate", &[translate::FUNCTIONS]),
    ("vswitch", &[vswitch::FUNCTIONS]),
];

/// The native function that stands for a Ruby file of the environment.
pub(super) fn find(world: &dyn World, name: &str) -> Option<&'static Ready> {
    let known = table().get(name)?;
    let path = world.ruby_function(name)?;
    let file = RubyFile::of(&path)?;
    let mut of_module = known.iter().filter(|one| one.module == file.module);
    if file.module != "stdlib" {
        return of_module.find(|one| one.ready.is_legacy() == file.is_legacy).map(|one| &one.ready);
    }
    let now = stdlib::NOW_QUALIFIED.iter().find(|(old, _)| *old == name);
    if let Some((_, qualified)) = now
        && !file.is_legacy
        && has(world, qualified)
    {
        return stands_in().get(name);
    }
    let mut any = of_module.clone();
    of_module.find(|one| one.ready.is_legacy() == file.is_legacy).or_else(|| any.next()).map(|one| &one.ready)
}

/// The name of the function that a Ruby file defines by its place, when nothing native stands for it.
pub fn beyond_native(path: &str) -> Option<String> {
    let file = RubyFile::of(path)?;
    let folder = if file.is_legacy { "/lib/puppet/parser/functions/" } else { "/lib/puppet/functions/" };
    let name = path.rsplit_once(folder)?.1.strip_suffix(".rb")?.replace('/', "::");
    let stands_for =
        |one: &Known| one.module == file.module && (file.module == "stdlib" || one.ready.is_legacy() == file.is_legacy);
    let is_native = super::catalog::find(&name).is_some()
        || super::built_in().contains_key(&*name)
        || table().get(&*name).is_some_and(|known| known.iter().any(stands_for));
    (!is_native).then_some(name)
}

/// Whether the environment has a function, in Ruby or in the Puppet language.
fn has(world: &dyn World, name: &str) -> bool {
    world.ruby_function(name).is_some() || matches!(world.program(ProgramKind::Function, name), Ok(Some(_)))
}

/// Whether there is a function, native or not.
pub(super) fn is_function(world: &dyn World, name: &str) -> bool {
    super::catalog::find(name).is_some() || super::built_in().contains_key(name) || has(world, name)
}

/// Whether there is a function of the old kind, as that API asks.
pub(super) fn is_legacy_function(world: &dyn World, name: &str) -> bool {
    let defined = world.ruby_function(name);
    LEGACY_BUILT_IN.contains(&name)
        || defined.is_some_and(|path| RubyFile::of(&path).is_some_and(|file| file.is_legacy))
}

/// The functions of the language that the old API knows.
const LEGACY_BUILT_IN: &[&str] = &[
    "assert_type",
    "binary_file",
    "break",
    "contain",
    "create_resources",
    "defined",
    "dig",
    "digest",
    "each",
    "epp",
    "fail",
    "file",
    "filter",
    "find_file",
    "fqdn_rand",
    "generate",
    "hiera",
    "hiera_array",
    "hiera_hash",
    "hiera_include",
    "include",
    "inline_epp",
    "inline_template",
    "lest",
    "lookup",
    "map",
    "match",
    "md5",
    "new",
    "next",
    "realize",
    "reduce",
    "regsubst",
    "require",
    "return",
    "reverse_each",
    "scanf",
    "sha1",
    "sha256",
    "shellquote",
    "slice",
    "split",
    "sprintf",
    "step",
    "strftime",
    "tag",
    "tagged",
    "template",
    "then",
    "type",
    "versioncmp",
    "with",
];

struct Known {
    module: &'static str,
    ready: Ready,
}

type Table = FxHashMap<&'static str, Vec<Known>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        for (module, groups) in MODULES {
            for function in groups.iter().flat_map(|group| group.iter()) {
                let ready = Ready::new(function.name, function);
                table.entry(function.name).or_default().push(Known { module, ready });
                for (old, qualified) in stdlib::NOW_QUALIFIED {
                    let renamed = *module == "stdlib" && *old == function.name && !stdlib::CHANGED.contains(old);
                    if renamed {
                        let ready = Ready::new(qualified, function);
                        table.entry(qualified).or_default().push(Known { module, ready });
                    }
                }
            }
        }
        for (old, _) in stdlib::NOW_QUALIFIED {
            table.entry(old).or_default();
        }
        table
    })
}

const SUCCEEDED: &[Declared] = &[Declared::new(&[repeated("args", "Any")]).block(optional("block", "Callable"))];

/// The functions that only call their successor, by name.
fn stands_in() -> &'static FxHashMap<&'static str, Ready> {
    static FUNCTION: Function = Function::new("", SUCCEEDED, stdlib::call_qualified);
    static TABLE: OnceLock<FxHashMap<&'static str, Ready>> = OnceLock::new();
    TABLE.get_or_init(|| stdlib::NOW_QUALIFIED.iter().map(|(old, _)| (*old, Ready::new(old, &FUNCTION))).collect())
}

/// A file that defines a function.
struct RubyFile<'a> {
    module: &'a str,
    is_legacy: bool,
}

impl<'a> RubyFile<'a> {
    /// From its path: `…/MODULE/lib/puppet/functions/…` or `…/MODULE/lib/puppet/parser/functions/…`.
    fn of(path: &'a str) -> Option<Self> {
        let modern = path.rfind("/lib/puppet/functions/");
        let legacy = path.rfind("/lib/puppet/parser/functions/");
        let end = modern.max(legacy)?;
        let module = path[..end].rsplit('/').next()?;
        Some(Self { module, is_legacy: legacy > modern })
    }
}

/// Calls a function under its new name, after saying that the old one is on its way out.
fn renamed(call: &mut Call<'_>, message: &str, to: &str) -> Result<Value, Stop> {
    let key = Value::from(call.name);
    call.caller.call_function("deprecation", vec![key, Value::from(message)], None)?;
    let (arguments, block) = (std::mem::take(&mut call.arguments), call.block.clone());
    call.caller.call_function(to, arguments, block)
}

/// The version of a module as `(major, minor)`; zeros when it says none.
fn version(call: &Call<'_>, module: &str) -> (u64, u64) {
    let metadata = call.caller.world().module(module).and_then(|module| module.metadata);
    let text = metadata.as_ref().and_then(|metadata| metadata.get("version")).and_then(Value::as_str).unwrap_or("");
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn refuse<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Failure::argument(message).into())
}

/// Checks an argument against a type that the environment defines, as a dispatch checks those of the language.
fn check_parameter(call: &mut Call<'_>, parameter: &str, of: &str, value: &Value) -> Result<(), Stop> {
    let of = call.caller.parse_type(of)?;
    if types::is_instance(&of, value) {
        return Ok(());
    }
    let subject = format!("'{}' parameter '{parameter}'", call.name);
    refuse(types::mismatch::describe(&subject, &of, &types::infer_set(value)))
}

/// What is in a `Sensitive`, or the value itself.
fn unwrapped(value: &Value) -> &Value {
    match value {
        Value::Sensitive(inner) => inner,
        other => other,
    }
}

/// Wraps a value when the caller asked for it.
fn wrapped(value: Value, wanted: &Value) -> Value {
    if wanted.is_truthy() { Value::sensitive(value) } else { value }
}
