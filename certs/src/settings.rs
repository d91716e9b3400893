//! What an operator may set.

use jiff::SignedDuration;

use crate::key::KeyKind;

const DAY: i64 = 24 * 60 * 60;

/// Settings of the authority. `Default` holds the original's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Common name of the authority's certificate, `Puppet CA: <certname>` when made by
    /// [`Settings::for_certname`].
    pub ca_name: String,
    /// Kind of the authority's own key, when one is made.
    pub ca_key: KeyKind,
    /// Life of the authority's own certificate: 15 years.
    pub root_ttl: SignedDuration,
    /// Life of the certificates it signs: 1825 days.
    pub ca_ttl: SignedDuration,
    /// Life of a revocation list: 5 years. It is made anew when half of that has gone.
    pub crl_ttl: SignedDuration,
    pub allow_subject_alt_names: bool,
    pub allow_authorization_extensions: bool,
    /// Whether a request may replace a request or a certificate of the same name.
    pub allow_duplicate_certs: bool,
    /// Smallest RSA key signed, in bits.
    pub min_rsa_bits: usize,
    /// Largest RSA key signed, in bits.
    pub max_rsa_bits: usize,
    /// Longest body of a certificate request, in bytes.
    pub max_request_bytes: usize,
    /// Requests that may wait at once; more are refused.
    pub max_waiting: u64,
}

impl Settings {
    /// Longest life of a certificate, in seconds: the original's 50 years.
    pub const MAX_TTL: SignedDuration = SignedDuration::from_secs(1_576_800_000);

    pub fn for_certname(certname: &str) -> Self {
        Self { ca_name: format!("Puppet CA: {certname}"), ..Self::default() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ca_name: "Puppet CA".to_owned(),
            ca_key: KeyKind::Rsa4096,
            root_ttl: SignedDuration::from_secs(15 * 365 * DAY),
            ca_ttl: SignedDuration::from_secs(1825 * DAY),
            crl_ttl: SignedDuration::from_secs(1825 * DAY),
            allow_subject_alt_names: false,
            allow_authorization_extensions: false,
            allow_duplicate_certs: false,
            min_rsa_bits: 2048,
            max_rsa_bits: 8192,
            max_request_bytes: 64 * 1024,
            max_waiting: 100_000,
        }
    }
}
