use std::fs;
use std::path::Path;
use std::sync::Arc;

use certs::Authority;

use super::{KeyRace, authority, identity, renewal_is_due};
use crate::clock;
use crate::config::{Config, Flags};
use crate::data_dir::{CA_CERTIFICATE, CA_KEY, DataDir};
use crate::metrics::Metrics;
use crate::rooms::Rooms;

fn config(data: &Path) -> Config {
    let settings = [("data_dir", data.to_str().unwrap()), ("certname", "puppet.lab.test"), ("ca.key", "p256")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Config::load(&Flags { file: None, settings }, std::iter::empty()).unwrap()
}

async fn open(config: &Config) -> anyhow::Result<Authority> {
    let _held = DataDir::open(&config.data_dir)?;
    let race = DataDir::is_fresh(&config.data_dir).then(|| KeyRace::begin(config.ca.key));
    let metrics = Metrics::new()?;
    let rooms = Rooms::open(Arc::new(config.clone()), metrics.clone()).await?;
    let ledger = Arc::new(rooms.store.clone());
    authority(config, rooms.autosign.clone(), &config.data_dir, race, ledger, &metrics).await
}

#[actix_web::test]
async fn a_key_that_has_signed_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder.path().join("data"));
    open(&config).await.unwrap();
    let (key, certificate) = (config.data_dir.join(CA_KEY), config.data_dir.join(CA_CERTIFICATE));
    let (before, bundle) = (fs::read(&key).unwrap(), fs::read(&certificate).unwrap());
    fs::remove_file(&certificate).unwrap();
    let error = open(&config).await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains(CA_CERTIFICATE) && error.contains("missing"), "{error}");
    assert_eq!(fs::read(&key).unwrap(), before);
    assert!(!certificate.exists());
    fs::write(&certificate, bundle).unwrap();
    open(&config).await.unwrap();
}

#[actix_web::test]
async fn the_server_gets_another_certificate_when_its_own_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder.path().join("data"));
    let authority = open(&config).await.unwrap();
    let first = identity(&config, &config.data_dir, &authority).await.unwrap();
    assert!(!renewal_is_due(&config, &authority, clock::now()).await.unwrap());
    authority.revoke(&config.certname, clock::now()).await.unwrap();
    assert!(renewal_is_due(&config, &authority, clock::now()).await.unwrap());
    let second = identity(&config, &config.data_dir, &authority).await.unwrap();
    assert_ne!(first.chain, second.chain);
    assert!(!renewal_is_due(&config, &authority, clock::now()).await.unwrap());
}
