//! Keys for new users and clients, made ahead: to find one takes a tenth of a second, or five.

use std::sync::{Mutex, PoisonError};

use certs::{KeyKind, PrivateKey, pem};
use chef::key::{Pair, inner_of_pkcs8};
use tokio::sync::mpsc;

/// Pairs that lie ready at most.
const AHEAD: usize = 4;

/// Makes pairs on a thread of its own, from the first that is asked for on.
#[derive(Default)]
pub(crate) struct Mint {
    ready: tokio::sync::Mutex<Option<mpsc::Receiver<Pair>>>,
    /// Taken for something that was then refused.
    returned: Mutex<Vec<Pair>>,
}

impl Mint {
    /// A pair that nobody else has.
    pub(crate) async fn take(&self) -> chef::Result<Pair> {
        if let Some(pair) = self.returned.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(pair);
        }
        let mut ready = self.ready.lock().await;
        let receiver = match &mut *ready {
            Some(receiver) => receiver,
            none => none.insert(start().map_err(|error| chef::Error::Unavailable(Box::new(error)))?),
        };
        receiver.recv().await.ok_or_else(|| chef::Error::Unavailable("no key could be made".into()))
    }

    /// Takes a pair back that was given to nobody.
    pub(crate) fn give_back(&self, pair: Pair) {
        let mut returned = self.returned.lock().unwrap_or_else(PoisonError::into_inner);
        if returned.len() < AHEAD {
            returned.push(pair);
        }
    }
}

fn start() -> std::io::Result<mpsc::Receiver<Pair>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    std::thread::Builder::new().name("mint".to_owned()).spawn(move || {
        loop {
            match pair() {
                Ok(pair) => {
                    if sender.blocking_send(pair).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "no key could be made");
                    return;
                }
            }
        }
    })?;
    Ok(receiver)
}

/// Makes a pair: RSA 2048, in the armour that the oldest clients read.
pub(crate) fn pair() -> anyhow::Result<Pair> {
    let key = PrivateKey::generate(KeyKind::Rsa2048)?;
    let outer = pem::decode(&["PRIVATE KEY"], key.to_pem().as_bytes()).and_then(|blocks| blocks.into_iter().next());
    let outer = outer.unwrap_or_default();
    let inner = inner_of_pkcs8(&outer).ok_or_else(|| anyhow::anyhow!("a new key cannot be read"))?;
    Ok(Pair {
        public_key: pem::encode("PUBLIC KEY", &key.public()),
        private_key: pem::encode("RSA PRIVATE KEY", inner),
    })
}

#[cfg(test)]
mod tests;
