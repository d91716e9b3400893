//! The certificate authority, by its commands, by its HTTP API and by the original's own tool.

use std::fs;
use std::process::Command;

use acceptance::pki::{self, Wish};
use acceptance::requests::{self, set_state, submit};
use acceptance::server::{CERTNAME, Server};
use acceptance::shared::has_command;
use anyhow::Result;
use serde_json::{Value, json};

const TEXT: &[(&str, &str)] = &[("Accept", "text/plain")];

fn wait_for(server: &Server, name: &str) -> Result<()> {
    let request = Wish::named(name).request(&pki::key()?)?;
    let response = submit(&mut server.anonymous()?, name, &request)?;
    assert_eq!(response.status, 200, "{}", response.text());
    Ok(())
}

#[test]
fn commands_from_request_to_revocation() -> Result<()> {
    let server = Server::with_manifest("")?;
    for name in ["a.example.com", "b.example.com", "c.example.com", "d.example.com"] {
        wait_for(&server, name)?;
    }
    let list = server.quartermaster(&["ca", "list"])?;
    assert!(list.contains("a.example.com") && list.contains("d.example.com"), "{list}");
    server.quartermaster(&["ca", "sign", "a.example.com"])?;
    server.quartermaster(&["ca", "reject", "d.example.com"])?;
    server.quartermaster(&["ca", "sign", "--all"])?;
    let waiting = server.quartermaster(&["ca", "list"])?;
    assert!(!waiting.contains("a.example.com") && !waiting.contains("b.example.com"), "{waiting}");

    let all = server.quartermaster(&["ca", "list", "--all", "--json"])?;
    for name in ["a.example.com", "b.example.com", "c.example.com", CERTNAME] {
        assert!(all.contains(name), "{all}");
    }
    assert!(!all.contains("d.example.com"), "a rejected request is gone: {all}");
    let shown = server.quartermaster(&["ca", "show", "a.example.com"])?;
    assert!(shown.contains("a.example.com"), "{shown}");

    server.quartermaster(&["ca", "revoke", "b.example.com"])?;
    server.quartermaster(&["ca", "clean", "c.example.com"])?;
    let revoked = server.quartermaster(&["ca", "list", "--all"])?;
    assert!(revoked.contains("b.example.com"), "{revoked}");
    let mut connection = server.anonymous()?;
    let gone = connection.send("GET", "/puppet-ca/v1/certificate/c.example.com", TEXT, b"")?;
    assert_eq!(gone.status, 404, "{}", gone.text());
    assert_eq!(gone.text(), "Could not find certificate c.example.com");

    let unknown = server.command(&["ca", "sign", "nobody.example.com"])?;
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("nobody.example.com"));
    Ok(())
}

#[test]
fn commands_work_while_the_server_is_down() -> Result<()> {
    let mut server = Server::with_manifest("")?;
    wait_for(&server, "late.example.com")?;
    server.stop()?;
    let list = server.quartermaster(&["ca", "list"])?;
    assert!(list.contains("late.example.com"), "{list}");
    server.quartermaster(&["ca", "sign", "late.example.com"])?;
    server.start()?;
    let pem = requests::certificate(&mut server.anonymous()?, "late.example.com")?;
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    Ok(())
}

#[test]
fn a_certificate_is_what_puppet_makes() -> Result<()> {
    let server = Server::options().default_authority().start()?;
    let wish = Wish::named("db.example.com").extension(pki::PP_REGISTERED, 13, "database");
    let identity = server.enroll_wish(&wish.extension(pki::PP_PRIVATE, 900, "mine"), &[])?;
    let text = pki::openssl(&["x509", "-noout", "-text"], &identity.certificate_pem)?;
    for part in [
        "Subject: CN = db.example.com",
        "DNS:db.example.com",
        "1.3.6.1.4.1.34380.1.1.13",
        "1.3.6.1.4.1.34380.1.2.900",
        "TLS Web Server Authentication, TLS Web Client Authentication",
        "Digital Signature, Key Encipherment",
        "CA:FALSE",
        "sha256WithRSAEncryption",
        "Puppet CA: puppet.test",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let authority = pki::openssl(&["x509", "-noout", "-text"], server.authority())?;
    assert!(authority.contains("Public-Key: (4096 bit)") && authority.contains("CA:TRUE"), "{authority}");

    // Both are valid by OpenSSL's judgement, revocation included.
    let place = tempfile::tempdir()?;
    let file = |name: &str, text: &str| -> Result<String> {
        let path = place.path().join(name);
        fs::write(&path, text)?;
        Ok(path.display().to_string())
    };
    let ca = file("ca.pem", server.authority())?;
    let crl = file("crl.pem", &requests::revocation_list(&mut server.anonymous()?)?)?;
    let leaf = file("leaf.pem", &identity.certificate_pem)?;
    pki::openssl(&["verify", "-CAfile", &ca, "-CRLfile", &crl, "-crl_check", &leaf], "")?;
    server.quartermaster(&["ca", "revoke", "db.example.com"])?;
    let crl = file("crl.pem", &requests::revocation_list(&mut server.anonymous()?)?)?;
    let verdict = pki::openssl(&["verify", "-CAfile", &ca, "-CRLfile", &crl, "-crl_check", &leaf], "");
    assert!(verdict.is_err_and(|error| error.to_string().contains("certificate revoked")));
    Ok(())
}

#[test]
fn generate_makes_key_and_certificate() -> Result<()> {
    let server = Server::with_manifest("notify { 'x': }")?;
    let said = server.quartermaster(&["ca", "generate", "made.example.com", "--json"])?;
    assert!(said.contains("made.example.com"), "{said}");
    let pem = requests::certificate(&mut server.anonymous()?, "made.example.com")?;
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    Ok(())
}

#[test]
fn the_api_of_agents() -> Result<()> {
    let server = Server::with_manifest("")?;
    let mut connection = server.anonymous()?;
    let absent = connection.send("GET", "/puppet-ca/v1/certificate/absent.example.com", TEXT, b"")?;
    assert_eq!((absent.status, absent.text().as_str()), (404, "Could not find certificate absent.example.com"));
    let absent = connection.send("GET", "/puppet-ca/v1/certificate_request/absent.example.com", TEXT, b"")?;
    assert_eq!((absent.status, absent.text().as_str()), (404, "Could not find certificate_request absent.example.com"));

    let request = Wish::named("api.example.com").request(&pki::key()?)?;
    let put = submit(&mut connection, "api.example.com", &request)?;
    assert_eq!((put.status, put.body.len()), (200, 0));
    let again = submit(&mut connection, "api.example.com", &request)?;
    assert_eq!(again.status, 400);
    assert_eq!(again.text(), "api.example.com already has a requested certificate; ignoring certificate request");
    let got = connection.send("GET", "/puppet-ca/v1/certificate_request/api.example.com", TEXT, b"")?;
    assert_eq!(got.status, 200);
    assert_eq!(
        pki::openssl(&["req", "-noout", "-modulus"], &got.text())?,
        pki::openssl(&["req", "-noout", "-modulus"], &request)?
    );

    let path = "/puppet-ca/v1/certificate_revocation_list/ca";
    assert_eq!(connection.send("GET", path, TEXT, b"")?.status, 200);
    let later = [("Accept", "text/plain"), ("If-Modified-Since", "Fri, 31 Dec 2049 23:00:00 GMT")];
    let unchanged = connection.send("GET", path, &later, b"")?;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    let earlier = [("Accept", "text/plain"), ("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")];
    assert_eq!(connection.send("GET", path, &earlier, b"")?.status, 200);
    assert_eq!(unchanged.header("x-puppet-version"), Some("7.23.0"));
    Ok(())
}

#[test]
fn the_api_of_administrators() -> Result<()> {
    let server = Server::with_manifest("")?;
    let mut admin = server.connect(&server.administrator()?)?;
    wait_for(&server, "one.example.com")?;
    let path = "/puppet-ca/v1/certificate_status/one.example.com";
    let status = admin.get(path)?.json()?;
    assert_eq!(status["state"], "requested", "{status}");
    assert!(status["fingerprints"]["SHA256"].as_str().is_some_and(|print| print.len() == 95), "{status}");
    assert_eq!(status["fingerprint"], status["fingerprints"]["default"]);

    let listed = admin.get("/puppet-ca/v1/certificate_statuses/any_key?state=requested")?.json()?;
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(set_state(&mut admin, "one.example.com", "signed")?.status, 204);
    let signed = admin.get(path)?.json()?;
    assert_eq!(signed["state"], "signed");
    assert_eq!(signed["dns_alt_names"], json!(["DNS:one.example.com"]));
    assert!(signed["serial_number"].is_u64(), "{signed}");
    assert!(signed["not_after"].as_str().is_some_and(|time| time.ends_with("UTC")), "{signed}");

    let refusals = [
        (
            "one.example.com",
            "signed",
            409,
            "Cannot sign certificate for host one.example.com without a certificate request",
        ),
        (
            "one.example.com",
            "bogus",
            400,
            "State bogus invalid; Must specify desired state of 'signed' or 'revoked' for host one.example.com.",
        ),
        ("zero.example.com", "signed", 404, "Invalid certificate subject."),
    ];
    for (name, state, code, text) in refusals {
        let response = set_state(&mut admin, name, state)?;
        assert_eq!((response.status, response.text().as_str()), (code, text));
    }
    let garbage = admin.send("PUT", path, &[("Content-Type", "application/json")], b"nojson")?;
    assert_eq!((garbage.status, garbage.text().as_str()), (400, "Request body is not JSON."));
    let form = admin.send("PUT", path, &[("Content-Type", "application/x-www-form-urlencoded")], b"a=b")?;
    assert_eq!((form.status, form.text().as_str()), (415, "Unsupported media type."));

    assert_eq!(set_state(&mut admin, "one.example.com", "revoked")?.status, 204);
    assert_eq!(admin.get(path)?.json()?["state"], "revoked");
    assert_eq!(admin.send("DELETE", path, &[("Accept", "application/json")], b"")?.status, 204);
    let gone = admin.get(path)?;
    assert_eq!((gone.status, gone.text().as_str()), (404, "Resource not found."));
    let all = admin.get("/puppet-ca/v1/certificate_statuses/any_key")?.json()?;
    let names: Vec<&Value> = all.as_array().expect("a list").iter().map(|entry| &entry["name"]).collect();
    assert_eq!(names, [CERTNAME]);
    Ok(())
}

/// `puppetserver ca`, as Debian's package brings it, against this server.
#[test]
fn the_originals_own_tool() -> Result<()> {
    if !has_command("puppetserver") {
        return Ok(());
    }
    let server = Server::with_manifest("")?;
    let administrator = server.administrator()?;
    let place = tempfile::tempdir()?;
    let ssl = place.path().join("ssl");
    for (folder, text) in [("certs", &administrator.certificate_pem), ("private_keys", &administrator.key_pem)] {
        fs::create_dir_all(ssl.join(folder))?;
        fs::write(ssl.join(folder).join(format!("{CERTNAME}.pem")), text)?;
    }
    fs::write(ssl.join("certs/ca.pem"), server.authority())?;
    fs::write(ssl.join("crl.pem"), requests::revocation_list(&mut server.anonymous()?)?)?;
    let config = place.path().join("puppet.conf");
    fs::write(
        &config,
        format!(
            "[main]\ncertname = {CERTNAME}\nssldir = {}\nca_server = localhost\nca_port = {}\nserver = localhost\n\
             serverport = {}\n",
            ssl.display(),
            server.port(),
            server.port()
        ),
    )?;
    let tool = |arguments: &[&str]| -> Result<(bool, String)> {
        let output = Command::new("puppetserver")
            .arg("ca")
            .args(arguments)
            .arg("--config")
            .arg(&config)
            .current_dir(place.path())
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        Ok((output.status.success(), said))
    };
    for name in ["t1.example.com", "t2.example.com", "t3.example.com"] {
        wait_for(&server, name)?;
    }
    let steps: [(&[&str], &str); 8] = [
        (&["list"], "t1.example.com"),
        (&["sign", "--certname", "t1.example.com"], "Successfully signed certificate request for t1.example.com"),
        (&["sign", "--all"], "Successfully signed certificate request for t3.example.com"),
        (&["list", "--all"], "Signed Certificates:"),
        (&["revoke", "--certname", "t1.example.com"], "Certificate for t1.example.com has been revoked"),
        (&["clean", "--certname", "t2.example.com"], "Cleaned files related to t2.example.com"),
        (&["generate", "--certname", "t4.example.com"], "Successfully saved certificate for t4.example.com"),
        (&["list", "--all"], "Revoked Certificates:"),
    ];
    for (arguments, expected) in steps {
        let (success, said) = tool(arguments)?;
        assert!(success && said.contains(expected), "puppetserver ca {arguments:?}: {said}");
    }
    Ok(())
}
