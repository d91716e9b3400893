//! What a node's certificate says of it, the `$trusted` of manifests.

use serde_json::{Map, Value, json};

/// Trusted data of one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Trusted {
    /// `remote` for a node with a certificate, `local` for a compile on this machine, `false` else.
    pub authenticated: Authenticated,
    pub certname: String,
    /// Extensions of Puppet's arcs by short name, others of the arcs by OID.
    pub extensions: Map<String, Value>,
    /// What a trusted external command said.
    pub external: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticated {
    Remote,
    Local,
    No,
}

impl Trusted {
    /// The hash that manifests see, in the original's order of keys.
    pub fn to_json(&self) -> Value {
        let authenticated = match self.authenticated {
            Authenticated::Remote => json!("remote"),
            Authenticated::Local => json!("local"),
            Authenticated::No => json!(false),
        };
        let (hostname, domain) = match self.certname.split_once('.') {
            Some((host, domain)) => (host, json!(domain)),
            None => (&*self.certname, Value::Null),
        };
        json!({
            "authenticated": authenticated,
            "certname": self.certname,
            "extensions": self.extensions,
            "hostname": hostname,
            "domain": domain,
            "external": self.external,
        })
    }
}
