//! What Chef needs before it can be asked anything: the superuser, the console's key, a first
//! organization. Made once; the private halves lie in the data folder.

use std::fs;
use std::path::Path;
use std::sync::mpsc;

use anyhow::Context;
use certs::{PrivateKey, pem};
use chef::key::{Pair, PublicKey};
use chef::organization;
use store::Store;

use super::Kitchen;
use super::mint;
use crate::data_dir;

/// Pairs that a first start needs: superuser, console, validator.
const NEEDED: usize = 3;
const SUPERUSER_KEY: &str = "pivotal.pem";
const CONSOLE_KEY: &str = "webui.pem";

/// Key pairs on their way, made beside everything else that a first start does.
pub(crate) struct Pairs(mpsc::Receiver<anyhow::Result<Pair>>);

impl Pairs {
    pub(crate) fn begin() -> Self {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for _ in 0..NEEDED {
                if sender.send(mint::pair()).is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    fn next(&self) -> anyhow::Result<Pair> {
        self.0.recv().context("no thread could make a key")?
    }
}

/// Opens what is there, and makes what is missing.
pub(crate) async fn open(
    data: &Path,
    store: &Store,
    organization: &str,
    pairs: Option<Pairs>,
) -> anyhow::Result<Kitchen> {
    let folder = data.join("chef");
    data_dir::private_folder(&folder).with_context(|| folder.display().to_string())?;
    if store.chef_read(|db| organization::superuser(db)).await?.is_none() {
        found(&folder, store, organization, pairs.unwrap_or_else(Pairs::begin)).await?;
    }
    Ok(Kitchen::new(console(&folder)?, &store.cookbook_secret().await?))
}

async fn found(folder: &Path, store: &Store, name: &str, pairs: Pairs) -> anyhow::Result<()> {
    let (superuser, console, validator) = (pairs.next()?, pairs.next()?, pairs.next()?);
    // Keys first: should the server end here, they are made again.
    let validator_file = format!("{}.pem", organization::validator(name));
    for (file, pair) in [(SUPERUSER_KEY, &superuser), (CONSOLE_KEY, &console), (&validator_file, &validator)] {
        let path = folder.join(file);
        data_dir::write_whole(&path, pair.private_key.as_bytes(), 0o600).with_context(|| path.display().to_string())?;
    }
    let owned = name.to_owned();
    let made = store.chef_write(move |db| {
        let pivotal = organization::found_server(db, &superuser.public_key)?;
        organization::create(db, pivotal.id, &owned, &owned, &validator.public_key)
    });
    made.await?;
    tracing::info!(organization = name, keys = %folder.display(), "Chef's superuser and a first organization were made");
    Ok(())
}

/// The other half of the console's key; a new key where it is gone.
fn console(folder: &Path) -> anyhow::Result<PublicKey> {
    let path = folder.join(CONSOLE_KEY);
    if !path.exists() {
        data_dir::write_whole(&path, mint::pair()?.private_key.as_bytes(), 0o600)?;
    }
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let public = pem::encode("PUBLIC KEY", &PrivateKey::parse_pem(&text)?.public());
    PublicKey::parse(&public).with_context(|| format!("{} is no RSA key", path.display()))
}
