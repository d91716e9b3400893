//! The forms of search.

use anyhow::Result;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::Arguments;
use super::fleet::Fleet;
use super::signer::Signer;

/// A form: name, query, rows, and of partial search what is to be given.
type Form = (&'static str, String, usize, Option<Value>);

fn forms(nodes: usize) -> Vec<Form> {
    let some = Fleet::name(nodes / 2);
    let three = || Some(json!({"name": ["name"], "ip": ["ipaddress"], "tier": ["app", "tier"]}));
    vec![
        ("exact, one", format!("name:{some}"), 20, None),
        ("exact, one in five", "app_tier:tier3".to_owned(), 20, None),
        ("any field", format!("*:{some}"), 20, None),
        ("and", "kernel_machine:x86_64 AND rack_row:7 AND platform:ubuntu".to_owned(), 20, None),
        ("not", "tags:tag3 NOT platform:debian".to_owned(), 20, None),
        ("prefix", format!("fqdn:{}*", &some[..some.len() - 1]), 20, None),
        ("suffix", "fqdn:*42.example.com".to_owned(), 20, None),
        ("within", "fqdn:*e-0*4*".to_owned(), 20, None),
        ("within any, common", "*:*42*".to_owned(), 20, None),
        ("within any, some", "*:*beef*".to_owned(), 20, None),
        ("within any, one", format!("*:*{}.ex*", &some[1..]), 20, None),
        ("within any, none", "*:*no+such*".to_owned(), 20, None),
        ("within any, two letters, none", "*:*qz*".to_owned(), 20, None),
        ("any field of a name", "*_mtu:9000".to_owned(), 20, None),
        ("fields of a name", "network_interfaces_*_mtu:9000".to_owned(), 20, None),
        ("leaf", "mtu:9000".to_owned(), 20, None),
        ("range", "ipaddress:[10.0.0.10 TO 10.0.0.15]".to_owned(), 20, None),
        ("range, half", "uptime_seconds:[5 TO *]".to_owned(), 20, None),
        ("partial, one in twenty", "roles:role7".to_owned(), 1000, three()),
        ("partial, a thousand", "*:*".to_owned(), 1000, three()),
        ("all, 100 whole", "*:*".to_owned(), 100, None),
    ]
}

pub(crate) fn all(arguments: &Arguments, signer: &Signer) -> Result<()> {
    for (name, query, rows, partial) in
        forms(arguments.nodes).into_iter().filter(|form| form.0.contains(&arguments.only))
    {
        let query = utf8_percent_encode(&query, NON_ALPHANUMERIC);
        let path = format!("/search/node?q={query}&start=0&rows={rows}");
        let request = match partial {
            None => signer.sign("GET", &path, ""),
            Some(wanted) => signer.sign("POST", &path, &wanted.to_string()),
        };
        arguments.measure(&format!("search: {name}"), &[request])?;
    }
    Ok(())
}
