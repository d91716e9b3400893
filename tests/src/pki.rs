//! Keys and certificate requests, the odd ones too.

use anyhow::Result;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, KeyPair, PKCS_ECDSA_P256_SHA256,
    PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SanType, SigningKey,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Puppet's arc of registered extensions; `pp_role` is its 13.
pub const PP_REGISTERED: &[u64] = &[1, 3, 6, 1, 4, 1, 34380, 1, 1];
/// Puppet's arc of private extensions.
pub const PP_PRIVATE: &[u64] = &[1, 3, 6, 1, 4, 1, 34380, 1, 2];
/// Puppet's arc of authorization extensions; `pp_cli_auth` is its 39.
pub const PP_AUTHORIZATION: &[u64] = &[1, 3, 6, 1, 4, 1, 34380, 1, 3];

/// A key pair; cheap to make (P-256).
pub fn key() -> Result<KeyPair> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}

/// A key pair of the kind that agents make by default, only shorter.
pub fn rsa_key() -> Result<KeyPair> {
    Ok(KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?)
}

/// What a certificate request asks for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub common_name: String,
    pub dns: Vec<String>,
    /// Object identifier and the text that becomes its `UTF8String`.
    pub extensions: Vec<(Vec<u64>, String)>,
}

impl Wish {
    pub fn named(name: &str) -> Self {
        Self { common_name: name.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn dns(mut self, name: &str) -> Self {
        self.dns.push(name.to_owned());
        self
    }

    /// Adds the extension `arc`.`last` with a text value.
    #[must_use]
    pub fn extension(mut self, arc: &[u64], last: u64, value: &str) -> Self {
        let mut oid = arc.to_vec();
        oid.push(last);
        self.extensions.push((oid, value.to_owned()));
        self
    }

    /// The request in PEM, signed with the key.
    pub fn request(&self, key: &KeyPair) -> Result<String> {
        Ok(self.params()?.serialize_request(key)?.pem()?)
    }

    /// A request whose public key is `shown` while `signer` made the signature: no proof of possession.
    pub fn forged_request(&self, shown: &KeyPair, signer: &KeyPair) -> Result<String> {
        let forger = Forger { shown, signer };
        Ok(self.params()?.serialize_request(&forger)?.pem()?)
    }

    fn params(&self) -> Result<CertificateParams> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, DnValue::Utf8String(self.common_name.clone()));
        for name in &self.dns {
            params.subject_alt_names.push(SanType::DnsName(name.as_str().try_into()?));
        }
        for (oid, value) in &self.extensions {
            params.custom_extensions.push(CustomExtension::from_oid_content(oid, utf8_string(value)));
        }
        Ok(params)
    }
}

struct Forger<'a> {
    shown: &'a KeyPair,
    signer: &'a KeyPair,
}

impl PublicKeyData for Forger<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.shown.der_bytes()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.shown.algorithm()
    }
}

impl SigningKey for Forger<'_> {
    fn sign(&self, msg: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.signer.sign(msg)
    }
}

/// DER of a short `UTF8String`.
fn utf8_string(value: &str) -> Vec<u8> {
    let length = u8::try_from(value.len()).ok().filter(|length| *length < 128).expect("test values are short");
    let mut der = vec![0x0c, length];
    der.extend_from_slice(value.as_bytes());
    der
}

/// A certificate with its key, as a client shows it.
#[derive(Clone, Debug)]
pub struct Identity {
    pub name: String,
    pub certificate_pem: String,
    pub key_pem: String,
}

impl Identity {
    pub fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        certificates(&self.certificate_pem)
    }

    pub fn private_key(&self) -> Result<PrivateKeyDer<'static>> {
        Ok(PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())?)
    }

    /// The certificate's serial number as upper-case hexadecimal digits, by OpenSSL.
    pub fn serial(&self) -> Result<String> {
        serial(&self.certificate_pem)
    }
}

/// All certificates of a PEM text.
pub fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>> {
    Ok(CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>()?)
}

/// The serial number of the first certificate in the text, as upper-case hexadecimal digits, by OpenSSL.
pub fn serial(pem: &str) -> Result<String> {
    let text = openssl(&["x509", "-noout", "-serial"], pem)?;
    Ok(text.trim().trim_start_matches("serial=").to_owned())
}

/// Runs `openssl` with the text on standard input and gives its standard output.
pub fn openssl(args: &[&str], input: &str) -> Result<String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new("openssl")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().expect("piped above").write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    anyhow::ensure!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
