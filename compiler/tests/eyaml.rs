//! Values that hiera-eyaml encrypted are decrypted with the keys that `hiera.yaml` names.
//!
//! The keys of `eyaml/` are made for these tests, the parts in it were written by OpenSSL.

use std::collections::BTreeMap;
use std::process::Command;

use compiler::testing::{Node, Texts};
use compiler::{Classification, Explain, Format, Question, lookup};
use serde_json::json;

const PRIVATE: &str = include_str!("eyaml/private_key.pkcs7.pem");
const PRIVATE_8: &str = include_str!("eyaml/private_key.pkcs8.pem");
const PUBLIC: &str = include_str!("eyaml/public_key.pkcs7.pem");
const OTHER_PUBLIC: &str = include_str!("eyaml/other_public_key.pkcs7.pem");
/// Another certificate of the same key.
const RENAMED: &str = include_str!("eyaml/renamed.pem");
const PARTS: &str = include_str!("eyaml/parts.yaml");

const KEYS: &str = "{pkcs7_private_key: /keys/private.pem, pkcs7_public_key: /keys/public.pem}";
const FAILED: &str = "hiera-eyaml backend error decrypting";

/// The base64 of a part.
fn part(name: &str) -> &'static str {
    let parts: BTreeMap<_, _> = PARTS.lines().filter_map(|line| line.split_once(": ")).collect();
    parts[name]
}

fn encrypted(name: &str) -> String {
    format!("ENC[PKCS7,{}]", part(name))
}

fn world(options: &str, data: &str) -> Texts {
    let entry = format!("{{name: e, lookup_key: eyaml_lookup_key, path: x.eyaml, options: {options}}}");
    Texts::new("/env")
        .with_file("/env/hiera.yaml", format!("{{version: 5, hierarchy: [{entry}]}}"))
        .with_file("/env/data/x.eyaml", data)
        .with_file("/keys/private.pem", PRIVATE)
        .with_file("/keys/private8.pem", PRIVATE_8)
        .with_file("/keys/public.pem", PUBLIC)
        .with_file("/keys/other.pem", OTHER_PUBLIC)
        .with_file("/keys/renamed.pem", RENAMED)
        .with_file("/keys/none.pem", "none")
}

fn node() -> Node {
    Node { classification: Some(Classification::default()), ..Node::new("n1", &json!({"os": "Debian"})) }
}

fn answered(world: &Texts, key: &str, explain: Explain) -> String {
    let question = Question { keys: vec![key.to_owned()], explain, format: Format::Text, ..Question::default() };
    lookup(&node().request(), world, &question).expect("the lookup runs").0.text.unwrap_or_else(|| "nothing".to_owned())
}

fn found(world: &Texts, key: &str) -> String {
    answered(world, key, Explain::Nothing)
}

fn refused(options: &str, data: &str) -> String {
    let world = world(options, data);
    let result = compiler::testing::evaluate(&node().request(), &world, "lookup('k')");
    let message = result.expect_err("the lookup is refused").message;
    message.strip_suffix(" on node n1").map(str::to_owned).unwrap_or(message)
}

#[test]
fn values_are_decrypted_wherever_they_stand() {
    let secret = encrypted("secret");
    let spaced = secret.replace(',', ", ").replace('A', "A ");
    let data = format!(
        "whole: {secret}\nwithin: 'user:{secret}@{secret}!'\nspaced: '{spaced}'\nfolded: >\n  {}\n  {}\n\
         nested: {{'a %{{facts.os}}': [1, ~, '{secret}']}}\nunnamed: 'ENC[{}]'\nlower: 'ENC[pkcs7,{}]'\n\
         plain: 'on %{{facts.os}}'\n",
        &secret[..70],
        &secret[70..],
        part("secret"),
        part("secret"),
    );
    let world = world(KEYS, &data);
    assert_eq!(found(&world, "whole"), "secret");
    assert_eq!(found(&world, "within"), "user:secret@secret!");
    assert_eq!(found(&world, "spaced"), "secret");
    assert_eq!(found(&world, "folded"), "secret");
    assert_eq!(found(&world, "nested"), "{\"a Debian\"=>[1, nil, \"secret\"]}");
    assert_eq!(found(&world, "unnamed"), "secret");
    assert_eq!(found(&world, "lower"), "secret");
    assert_eq!(found(&world, "plain"), "on Debian");
    assert_eq!(found(&world, "absent"), "nothing");
}

#[test]
fn what_was_decrypted_is_interpolated_and_loses_its_last_newline() {
    let data = ["variable", "newline", "empty", "small_key"].map(|name| format!("{name}: {}\n", encrypted(name)));
    let world = world(KEYS, &data.concat());
    assert_eq!(found(&world, "variable"), "Debian pässword");
    assert_eq!(found(&world, "newline"), "two\nlines");
    assert_eq!(found(&world, "empty"), "");
    assert_eq!(found(&world, "small_key"), "short");
}

#[test]
fn what_only_looks_encrypted_stays() {
    let world = world("{}", "tab: \"ENC[PKCS7,\\tabcd]\"\nline: \"ENC[PKCS7,\\nabcd]\"\nnothing: 'ENC[] x'\n");
    assert_eq!(found(&world, "tab"), "ENC[PKCS7,\tabcd]");
    assert_eq!(found(&world, "line"), "ENC[PKCS7,\nabcd]");
    assert_eq!(found(&world, "nothing"), "ENC[] x");
}

#[test]
fn keys_come_from_files_and_variables() {
    let data = format!("k: {}\n", encrypted("secret"));
    let of = |options: &str| {
        let world =
            world(options, &data).with_process_variable("PRIVATE", PRIVATE).with_process_variable("PUBLIC", PUBLIC);
        found(&world, "k")
    };
    assert_eq!(of("{pkcs7_private_key: /keys/private8.pem, pkcs7_public_key: /keys/public.pem}"), "secret");
    assert_eq!(of("{pkcs7_private_key_env_var: PRIVATE, pkcs7_public_key_env_var: PUBLIC}"), "secret");
    // A variable that is not set leaves the file, one that is set counts more.
    let fallen_back = "{pkcs7_private_key_env_var: UNSET, pkcs7_private_key: /keys/private.pem, \
                       pkcs7_public_key_env_var: PUBLIC, pkcs7_public_key: /keys/none.pem}";
    assert_eq!(of(fallen_back), "secret");
}

#[test]
fn errors_are_those_of_the_original() {
    let secret = encrypted("secret");
    let data = format!("k: {secret}\n");
    let refused_keys = |private: &str, public: &str| {
        let message = refused(&format!("{{pkcs7_private_key: {private}, pkcs7_public_key: {public}}}"), &data);
        let start = format!("{FAILED} {secret} when looking up k in /env/data/x.eyaml. Error was ");
        let (_, reason) = message.split_once(&start).unwrap_or_else(|| panic!("{message}"));
        reason.to_owned()
    };
    let (private, public) = ("/keys/private.pem", "/keys/public.pem");
    assert_eq!(refused_keys(private, "~"), "pkcs7_public_key is not defined");
    assert_eq!(refused_keys("~", public), "pkcs7_private_key is not defined");
    assert_eq!(refused_keys("5", public), "no implicit conversion of Integer into String");
    assert_eq!(refused_keys("/no.pem", public), "No such file or directory @ rb_sysopen - /no.pem");
    assert_eq!(refused_keys(private, "/no.pem"), "No such file or directory @ rb_sysopen - /no.pem");
    assert_eq!(refused_keys("/keys/none.pem", public), "Neither PUB key nor PRIV key: unsupported");
    assert_eq!(refused_keys(public, private), "Neither PUB key nor PRIV key: unsupported");
    assert_eq!(refused_keys(private, "/keys/none.pem"), "PEM_read_bio_X509: no start line");
    assert_eq!(refused_keys(private, "/keys/other.pem"), "private key does not match certificate");
    assert_eq!(refused_keys(private, "/keys/renamed.pem"), "no recipient matches certificate");
}

#[test]
fn bad_envelopes_are_refused() {
    let reason = |data: &str| {
        let message = refused(KEYS, &format!("k: '{data}'\n"));
        message.split_once("Error was ").map(|(_, reason)| reason.to_owned()).unwrap_or(message)
    };
    let unreadable = "Could not parse the PKCS7: no start line";
    assert_eq!(reason("ENC[PKCS7,abc]"), unreadable);
    assert_eq!(reason("ENC[PKCS7,====]"), unreadable);
    assert_eq!(reason("ENC[PKCS7,MAA=]"), unreadable);
    assert_eq!(reason(&encrypted("signed")), "wrong content type");
    assert_eq!(reason(&encrypted("binary")), "invalid byte sequence in UTF-8");
    assert_eq!(reason(&encrypted("des")), "unsupported cipher 1.2.840.113549.3.7: AES in the mode CBC is read");
    assert_eq!(
        reason("ENC[GPG,abcd]"),
        "Could not find hiera-eyaml encryptor: GPG. This server decrypts PKCS7 only: encrypt the value with it"
    );
    // Cut off anywhere, or with its last block changed, an envelope does not open.
    let whole = part("secret");
    for end in (4..whole.len() - 4).step_by(44) {
        assert!(refused(KEYS, &format!("k: 'ENC[PKCS7,{}]'\n", &whole[..end])).contains(FAILED), "{end}");
    }
    let changed = format!("ENC[PKCS7,{}AAAA]", &whole[..whole.len() - 4]);
    assert_eq!(reason(&changed), "bad decrypt");
}

#[test]
fn without_a_path_there_is_nothing_to_read() {
    let world = Texts::new("/env").with_file(
        "/env/hiera.yaml",
        format!("{{version: 5, hierarchy: [{{name: e, lookup_key: eyaml_lookup_key, options: {KEYS}}}]}}"),
    );
    let result = compiler::testing::evaluate(&node().request(), &world, "lookup('k')");
    let message = result.unwrap_err().message;
    assert!(
        message.contains(
            "'eyaml_lookup_key': one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in \
             hiera.yaml when using this lookup_key function"
        ),
        "{message}"
    );
}

#[test]
fn secrets_are_shown_by_no_explanation_and_no_error() {
    let data = format!(
        "k: {}\nlist: ['x {}']\nvariable: {}\nother: \"%{{lookup('k')}}!\"\n",
        encrypted("secret"),
        encrypted("secret"),
        encrypted("variable"),
    );
    let world = world(KEYS, &data);
    for key in ["k", "list", "variable", "other"] {
        let text = answered(&world, key, Explain::Value);
        assert!(text.contains("[value redacted]"), "{text}");
        assert!(!text.contains("secret") && !text.contains("pässword"), "{text}");
    }
    let message = refused(KEYS, &format!("k: {}\n", encrypted("unmatched")));
    assert!(message.contains("[value redacted]") && !message.contains("hush"), "{message}");
}

#[test]
fn what_the_command_encrypts_is_decrypted() {
    if Command::new("eyaml").arg("version").output().is_err() {
        eprintln!("skipped: there is no command eyaml here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("public.pem");
    std::fs::write(&public, PUBLIC).unwrap();
    for text in ["s3cr3t", "with spaces and ünïcode", &"long ".repeat(200)] {
        for format in ["string", "block"] {
            let output = Command::new("eyaml")
                .args(["encrypt", "-o", format, "-s", text, "--pkcs7-public-key"])
                .arg(&public)
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let output = String::from_utf8(output.stdout).unwrap();
            let value = if format == "block" { format!("k: {output}") } else { format!("k: '{}'", output.trim()) };
            assert_eq!(found(&world(KEYS, &value), "k"), text, "{value}");
        }
    }
}
