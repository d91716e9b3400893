//! What requests and certificates have in common: extensions, alternative names, digests.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt::Write;

use aws_lc_rs::digest;
use x509_parser::extensions::{GeneralName, ParsedExtension, X509Extension};
use x509_parser::x509::X509Name;

use crate::{der, oids};

/// One extension, its value as DER, untouched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Dotted.
    pub oid: String,
    pub critical: bool,
    pub value: Vec<u8>,
}

impl Extension {
    pub(crate) fn read(extension: &X509Extension<'_>) -> Self {
        Self { oid: extension.oid.to_id_string(), critical: extension.critical, value: extension.value.to_vec() }
    }

    /// A `UTF8String`, as Puppet's own extensions are.
    pub fn text(oid: &str, value: &str) -> Self {
        Self { oid: oid.to_owned(), critical: false, value: der::tlv(der::UTF8, value.as_bytes()) }
    }

    pub fn alt_names(names: &AltNames) -> Self {
        Self { oid: oids::ALT_NAMES.to_owned(), critical: false, value: names.to_der() }
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        der::extension(&self.oid, self.critical, &self.value)
    }

    /// The value as text: the content of a DER string, number or truth value; else the bytes.
    pub fn value_text(&self) -> String {
        let [tag, short, content @ ..] = self.value.as_slice() else {
            return String::from_utf8_lossy(&self.value).into_owned();
        };
        let skip = if short & 0x80 == 0 { 0 } else { usize::from(short & 0x7f) };
        let Some(content) = content.get(skip..) else {
            return String::from_utf8_lossy(&self.value).into_owned();
        };
        match tag {
            0x01 => (content.first() != Some(&0)).to_string(),
            0x02 if content.len() <= 8 => {
                let negative = content.first().is_some_and(|byte| byte & 0x80 != 0);
                let start = if negative { -1_i64 } else { 0 };
                content.iter().fold(start, |number, byte| number << 8 | i64::from(*byte)).to_string()
            }
            0x1e => {
                let units: Vec<u16> = content.chunks_exact(2).map(|two| u16::from_be_bytes([two[0], two[1]])).collect();
                String::from_utf16_lossy(&units)
            }
            0x0c | 0x12..=0x16 | 0x1a | 0x1b => String::from_utf8_lossy(content).into_owned(),
            _ => String::from_utf8_lossy(&self.value).into_owned(),
        }
    }
}

/// Alternative names, by kind, each in the order of the certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AltNames {
    pub dns: Vec<String>,
    /// Text of IPv4 or IPv6 addresses.
    pub ip: Vec<String>,
    /// Whether there are names of other kinds, or an address of a wrong length.
    pub other: bool,
}

impl AltNames {
    pub(crate) fn read<'a>(extensions: impl IntoIterator<Item = &'a X509Extension<'a>>) -> Self {
        let mut names = Self::default();
        for extension in extensions {
            if extension.oid.to_id_string() != oids::ALT_NAMES {
                continue;
            }
            let ParsedExtension::SubjectAlternativeName(list) = extension.parsed_extension() else {
                names.other = true;
                continue;
            };
            for name in &list.general_names {
                match (name, address(name)) {
                    (GeneralName::DNSName(dns), _) => names.dns.push((*dns).to_owned()),
                    (_, Some(ip)) => names.ip.push(ip),
                    _ => names.other = true,
                }
            }
        }
        names
    }

    /// Reads a comma-separated setting: `DNS:a,b,IP:10.0.0.1`.
    pub fn parse(text: &str) -> Self {
        let mut names = Self::default();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            names.add(name);
        }
        names
    }

    /// Adds `DNS:name`, `IP:address` or a bare DNS name, unless it is there.
    pub fn add(&mut self, name: &str) {
        let (list, name) = match name.strip_prefix("IP:") {
            Some(ip) => (&mut self.ip, ip),
            None => (&mut self.dns, name.strip_prefix("DNS:").unwrap_or(name)),
        };
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.dns.is_empty() && self.ip.is_empty() && !self.other
    }

    /// `DNS:` names only.
    pub fn prefixed_dns(&self) -> Vec<String> {
        self.dns.iter().map(|name| format!("DNS:{name}")).collect()
    }

    /// `IP:` names, then `DNS:` names, in the original's order.
    pub fn prefixed(&self) -> Vec<String> {
        self.ip.iter().map(|ip| format!("IP:{ip}")).chain(self.prefixed_dns()).collect()
    }

    /// A sequence of general names; texts that are no addresses are left out of `ip`.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let dns = self.dns.iter().map(|name| der::tlv(0x82, name.as_bytes()));
        let ip = self.ip.iter().filter_map(|ip| ip.parse().ok()).map(|ip| match ip {
            IpAddr::V4(ip) => der::tlv(0x87, &ip.octets()),
            IpAddr::V6(ip) => der::tlv(0x87, &ip.octets()),
        });
        der::sequence(&dns.chain(ip).collect::<Vec<_>>())
    }
}

fn address(name: &GeneralName<'_>) -> Option<String> {
    let GeneralName::IPAddress(bytes) = name else { return None };
    if let Ok(four) = <[u8; 4]>::try_from(*bytes) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(*bytes).ok().map(|sixteen| Ipv6Addr::from(sixteen).to_string())
}

/// The common name of a subject; `None` unless it has exactly one, so that nobody can read
/// another one than we did.
pub(crate) fn common_name(name: &X509Name<'_>) -> Option<String> {
    let mut names = name.iter_common_name();
    let (Some(cn), None) = (names.next(), names.next()) else { return None };
    cn.as_str().ok().map(str::to_owned)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Upper-case hexadecimal with colons, as Puppet prints fingerprints.
pub(crate) fn fingerprint(algorithm: &'static digest::Algorithm, der: &[u8]) -> String {
    let mut out = String::new();
    for (index, byte) in digest::digest(algorithm, der).as_ref().iter().enumerate() {
        let separator = if index == 0 { "" } else { ":" };
        write!(out, "{separator}{byte:02X}").expect("a string takes all");
    }
    out
}

#[cfg(test)]
mod tests;
