//! Many real agents at once, each with a certificate of its own.

use std::collections::BTreeSet;
use std::fs;

use acceptance::agent::{Agent, Running, installed};
use acceptance::pki;
use acceptance::server::Server;
use anyhow::Result;

const FLEET: usize = 50;

#[test]
fn fifty_agents_at_once() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = Server::options()
        .code(
            "environments/production/manifests/site.pp",
            "file { \"${facts['playground']}/name\": content => $trusted['certname'] }",
        )
        .arguments(&["--autosign", "true"])
        .start()?;
    let agents: Vec<Agent> =
        (0..FLEET).map(|index| Agent::new(&server, &format!("node{index:02}.example.com"))).collect::<Result<_>>()?;
    let running: Vec<Running> = agents.iter().map(|agent| agent.start(&[])).collect::<Result<_>>()?;
    for run in running {
        run.wait()?.expect(2);
    }
    let mut serials = BTreeSet::new();
    for agent in &agents {
        assert_eq!(fs::read_to_string(agent.place().join("name"))?, agent.certname());
        let certificate = agent.ssl().join(format!("certs/{}.pem", agent.certname()));
        serials.insert(pki::serial(&fs::read_to_string(certificate)?)?);
        let reports = server.quartermaster(&["node", "reports", agent.certname(), "--json"])?;
        assert!(reports.contains("\"changed\""), "{}: {reports}", agent.certname());
    }
    assert_eq!(serials.len(), FLEET);
    Ok(())
}
