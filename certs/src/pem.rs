//! Text armour around DER.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub const CERTIFICATE: &str = "CERTIFICATE";
pub const REQUEST: &str = "CERTIFICATE REQUEST";
pub const CRL: &str = "X509 CRL";

/// One block, lines of 64 characters, a newline at the end.
pub fn encode(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut out = String::with_capacity(body.len() + body.len() / 64 + 2 * label.len() + 40);
    out.push_str("-----BEGIN ");
    out.push_str(label);
    out.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

/// The DER of every block whose label is one of `labels`, in order; text between blocks is
/// skipped. `None` when a block does not end or is not base64.
pub fn decode(labels: &[&str], text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, body) = after.split_once("-----")?;
        let (body, tail) = body.split_once(&format!("-----END {label}-----"))?;
        if labels.contains(&label) {
            let digits: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            blocks.push(STANDARD.decode(digits).ok()?);
        }
        rest = tail;
    }
    Some(blocks)
}

#[cfg(test)]
mod tests;
