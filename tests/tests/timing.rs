//! How fast the server starts, and how little memory it takes. The numbers of a debug build are only bounds.

use std::time::Duration;

use acceptance::process;
use acceptance::requests::catalog;
use acceptance::server::Server;
use anyhow::Result;
use serde_json::json;

#[test]
fn ready_at_once_and_small() -> Result<()> {
    let mut server = Server::options()
        .code("environments/production/manifests/site.pp", "notify { 'x': }")
        .default_authority()
        .start()?;
    println!("first start: ready after {:?}", server.ready_after());
    assert!(server.log().contains("puppet agent"), "it says what to type on a node:\n{}", server.log());
    server.stop()?;
    server.start()?;
    println!("second start: ready after {:?}", server.ready_after());
    assert!(server.ready_after() < Duration::from_secs(1), "{:?}", server.ready_after());

    let identity = server.enroll("small.example.com")?;
    let mut connection = server.connect(&identity)?;
    for _ in 0..200 {
        assert_eq!(catalog(&mut connection, "small.example.com", "production", &json!({}))?.status, 200);
    }
    let resident = process::resident_kb(server.pid()) / 1024;
    println!("{resident} MB after 200 catalogs");
    assert!(resident < 150, "{resident} MB");
    Ok(())
}

#[test]
fn it_ends_when_asked() -> Result<()> {
    let mut server = Server::with_manifest("")?;
    let _open = server.anonymous()?;
    let begin = std::time::Instant::now();
    server.stop()?;
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    Ok(())
}
