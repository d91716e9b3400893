//! Any text as a file of encrypted values, and any bytes as one that was encrypted.
#![no_main]

use compiler::testing::Texts;
use fuzz::{ENVIRONMENT, base64, evaluate, with_stack};
use libfuzzer_sys::fuzz_target;

const HIERA: &str = "{version: 5, hierarchy: [{name: e, lookup_key: eyaml_lookup_key, path: x.eyaml,
    options: {pkcs7_private_key: /keys/private.pem, pkcs7_public_key: /keys/public.pem}}]}";
const PRIVATE: &str = include_str!("../../compiler/tests/eyaml/private_key.pkcs7.pem");
const PUBLIC: &str = include_str!("../../compiler/tests/eyaml/public_key.pkcs7.pem");

fuzz_target!(|bytes: &[u8]| {
    with_stack(|| {
        let world = |data: &[u8]| {
            Texts::new(ENVIRONMENT)
                .with_file("/code/hiera.yaml", HIERA)
                .with_file("/code/data/x.eyaml", data)
                .with_file("/keys/private.pem", PRIVATE)
                .with_file("/keys/public.pem", PUBLIC)
        };
        let _ = evaluate(&world(bytes), "lookup('k', Any, 'deep', 'none')");
        let envelope = format!("k: 'ENC[PKCS7,{}]'", base64(bytes));
        let _ = evaluate(&world(envelope.as_bytes()), "lookup('k', Any, 'first', 'none')");
    });
});
