//! Functions of the module `openstack_extras`.

use super::refuse;
use crate::functions::{Function, ruby_text};
use crate::signature::{Declared, repeated};
use crate::value::Value;

/// What the resource type yumrepo takes.
const PARAMETERS: &[&str] = &[
    "name",
    "ensure",
    "baseurl",
    "cost",
    "descr",
    "enabled",
    "enablegroups",
    "exclude",
    "failovermethod",
    "gpgcheck",
    "gpgkey",
    "http_caching",
    "include",
    "includepkgs",
    "keepalive",
    "metadata_expire",
    "metalink",
    "mirrorlist",
    "priority",
    "protect",
    "provider",
    "proxy",
    "proxy_password",
    "proxy_username",
    "repo_gpgcheck",
    "s3_enabled",
    "skip_if_unavailable",
    "sslcacert",
    "sslclientcert",
    "sslclientkey",
    "sslverify",
    "target",
    "timeout",
];

pub(super) static FUNCTIONS: &[Function] =
    &[Function::new("validate_yum_hash", &[Declared::new(&[repeated("args", "Any")])], |call| {
        if call.arguments.len() > 1 {
            let count = call.arguments.len();
            return refuse(format!("validate_yum_hash takes only a single argument, {count} provided"));
        }
        let Value::Hash(repositories) = call.take(0) else {
            return refuse("non-hash argument provided to validate_yum_hash");
        };
        for parameters in repositories.values() {
            for name in parameters.as_hash().into_iter().flat_map(|parameters| parameters.keys()) {
                let name = ruby_text::to_s(name);
                if !PARAMETERS.contains(&name.as_str()) {
                    return refuse(format!("Parameter {name} is not valid for the yumrepo type"));
                }
            }
        }
        // The original's answer is what its last expression left.
        Ok(if repositories.is_empty() { Value::Undef } else { Value::Hash(repositories) })
    })];
