//! `chef starter-kit`: what `knife` needs to speak for a user at once.

use chef::authorization::SUPERUSER;
use chef::key::Key;
use chef::records::{Changes, Records};
use chef::{Result, association};
use serde_json::{Value, json};
use store::Transaction;

use super::{blocking, organization, told, write};
use crate::admin::AdminError;
use crate::chef::mint;
use crate::rooms::Rooms;

/// What the key is called, if it is the first of its kind.
const KEY: &str = "starter-kit";

/// Gives a user one more key, and tells the server's address and the certificates to trust.
pub(super) async fn make(
    rooms: &Rooms,
    name: String,
    user: String,
    server_url: Option<String>,
) -> std::result::Result<Value, AdminError> {
    let url = server_url.map_or_else(|| address(rooms, &name), Ok)?;
    let certificates = rooms.authority()?.ca_bundle().to_owned();
    let pair = blocking(mint::pair).await?;
    let text = format!("user {user} has one more key, for a starter kit");
    let made = write(rooms, move |db, _| {
        let organization = organization(db, &name)?;
        let user = association::find_user(db, &user)?;
        if user.name != SUPERUSER {
            association::find(db, &organization, &user)
                .map_err(|error| chef::Error::not_found(format!("{error}; `chef org user-add` puts one in")))?;
        }
        let key = Key { name: free_name(db, &user)?, public_key: pair.public_key, expires_at: None };
        db.add_key(user.id, &key)?;
        Ok(json!({
            "organization": organization.entity.name,
            "user": user.name,
            "key_name": key.name,
            "chef_server_url": url,
            "trusted_certs": certificates,
            "private_key": pair.private_key,
        }))
    });
    let made = made.await?;
    told(&text);
    Ok(made)
}

fn free_name(db: &Transaction<'_>, user: &chef::Entity) -> Result<String> {
    let mut name = KEY.to_owned();
    let mut number = 1;
    while db.key(user.id, &name)?.is_some() {
        number += 1;
        name = format!("{KEY}-{number}");
    }
    Ok(name)
}

fn address(rooms: &Rooms, organization: &str) -> std::result::Result<String, AdminError> {
    let config = &rooms.config;
    let port =
        config.chef_listen.filter(|chef| !chef.is_plain).map_or(config.listen.port(), |chef| chef.address.port());
    if port == 0 {
        return Err(AdminError::Refused("the system chooses the port at each start: say --server-url".into()));
    }
    Ok(format!("https://{}:{port}/organizations/{organization}", config.certname))
}
