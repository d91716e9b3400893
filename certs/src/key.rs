//! Private keys.

use rcgen::{KeyPair, PublicKeyData, RsaKeySize, SigningKey};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::{der, x509};

/// What kind of key to make.
///
/// An RSA key of 4096 bits takes about a second to make and 7 ms a signature; it is what agents
/// expect of an authority. P-256 is made in microseconds and signs in 30 µs, so that a handshake
/// costs the server a twentieth of what RSA 2048 costs; every OpenSSL since 1.0 takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Rsa2048,
    Rsa3072,
    Rsa4096,
    P256,
}

/// A private key that can sign.
pub struct PrivateKey {
    pair: KeyPair,
}

impl PrivateKey {
    /// Draws on the crypto library's generator; up to seconds of processor time for RSA.
    pub fn generate(kind: KeyKind) -> Result<Self, Error> {
        let rsa = |size| KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size);
        let pair = match kind {
            KeyKind::Rsa2048 => rsa(RsaKeySize::_2048),
            KeyKind::Rsa3072 => rsa(RsaKeySize::_3072),
            KeyKind::Rsa4096 => rsa(RsaKeySize::_4096),
            KeyKind::P256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
        };
        pair.map(|pair| Self { pair }).map_err(|error| Error::Key(error.to_string()))
    }

    /// Reads PKCS#8, PKCS#1 or SEC1, unencrypted.
    pub fn parse_pem(text: &str) -> Result<Self, Error> {
        let pair = KeyPair::from_pem(text).map_err(|error| Error::Key(error.to_string()))?;
        Ok(Self { pair })
    }

    /// PKCS#8. The text wipes itself when dropped.
    pub fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.pair.serialize_pem())
    }

    /// The public half, as `SubjectPublicKeyInfo` in DER.
    pub fn public(&self) -> Vec<u8> {
        self.pair.subject_public_key_info()
    }

    /// Wraps what is to be signed, the algorithm and the signature in one DER sequence.
    pub(crate) fn sign(&self, body: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.pair.sign(body).map_err(|error| Error::Key(error.to_string()))?;
        Ok(der::sequence(&[body, &self.algorithm()?, &der::bits(0, &signature)]))
    }

    /// The algorithm identifier of this key's signatures, always over SHA-256 for RSA and P-256.
    pub(crate) fn algorithm(&self) -> Result<Vec<u8>, Error> {
        let algorithm = self.pair.algorithm();
        if algorithm == &rcgen::PKCS_RSA_SHA256 {
            return Ok(der::sequence(&[der::oid("1.2.840.113549.1.1.11"), der::tlv(0x05, &[])]));
        }
        let id = if algorithm == &rcgen::PKCS_ECDSA_P256_SHA256 {
            "1.2.840.10045.4.3.2"
        } else if algorithm == &rcgen::PKCS_ECDSA_P384_SHA384 {
            "1.2.840.10045.4.3.3"
        } else {
            return Err(Error::Key("only RSA, P-256 and P-384 keys can sign certificates".to_owned()));
        };
        Ok(der::sequence(&[der::oid(id)]))
    }

    /// Makes a certificate request for this key, as agents do: common name, optional alternative
    /// names and extensions.
    pub fn request(&self, common_name: &str, extensions: &[x509::Extension]) -> Result<Vec<u8>, Error> {
        let listed: Vec<_> = extensions.iter().map(x509::Extension::to_der).collect();
        let attributes = if listed.is_empty() {
            Vec::new()
        } else {
            let values = der::tlv(der::SET, &der::sequence(&listed));
            der::sequence(&[der::oid("1.2.840.113549.1.9.14"), values])
        };
        let info =
            der::sequence(&[der::integer(0), der::name(common_name), self.public(), der::tlv(0xa0, &attributes)]);
        self.sign(&info)
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey")
    }
}
