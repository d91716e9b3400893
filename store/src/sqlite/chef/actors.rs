//! Profiles of users, and keys.

use chef::key::Key;
use chef::user::Profile;
use chef::{EntityId, Result, json};
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::super::{broken, micros, time};
use super::{Transaction, unless_taken};

const KEY: &str = "SELECT name, public_key, expires_at FROM chef_key";

fn key(row: &Row<'_>) -> rusqlite::Result<Key> {
    let expires_at = row.get::<_, Option<i64>>(2)?.map(|micros| time(2, micros)).transpose()?;
    Ok(Key { name: row.get(0)?, public_key: row.get(1)?, expires_at })
}

impl Transaction<'_> {
    pub(super) fn read_profile(&self, user: EntityId) -> Result<Option<Profile>> {
        let sql = "SELECT email, external_id, recovery, password, personal FROM chef_user WHERE entity = ?1";
        self.one(sql, [user.0], |row| {
            let personal = serde_json::from_str(row.get_ref(4)?.as_str()?).map_err(|error| broken(4, error))?;
            Ok(Profile {
                email: row.get(0)?,
                external_id: row.get(1)?,
                recovery: row.get(2)?,
                password: row.get(3)?,
                personal,
            })
        })
    }

    pub(super) fn write_profile(&self, user: EntityId, profile: &Profile) -> Result<bool> {
        let sql = "INSERT INTO chef_user (entity, email, external_id, recovery, password, personal)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (entity) DO UPDATE SET email = excluded.email, external_id = excluded.external_id,
                     recovery = excluded.recovery, password = excluded.password, personal = excluded.personal";
        unless_taken(self.run(
            sql,
            params![
                user.0,
                profile.email,
                profile.external_id,
                profile.recovery,
                profile.password,
                json::text(&profile.personal)
            ],
        ))
    }

    pub(super) fn read_keys(&self, actor: EntityId) -> Result<Vec<Key>> {
        self.many(&format!("{KEY} WHERE actor = ?1 ORDER BY name"), [actor.0], key)
    }

    pub(super) fn read_key(&self, actor: EntityId, name: &str) -> Result<Option<Key>> {
        self.one(&format!("{KEY} WHERE actor = ?1 AND name = ?2"), params![actor.0, name], key)
    }

    pub(super) fn write_key(&self, actor: EntityId, key: &Key) -> Result<bool> {
        let sql = "INSERT INTO chef_key (actor, name, public_key, expires_at) VALUES (?1, ?2, ?3, ?4)";
        unless_taken(self.run(sql, params![actor.0, key.name, key.public_key, end(key)]))
    }

    pub(super) fn rewrite_key(&self, actor: EntityId, name: &str, key: &Key) -> Result<bool> {
        let sql = "UPDATE chef_key SET name = ?3, public_key = ?4, expires_at = ?5 WHERE actor = ?1 AND name = ?2";
        unless_taken(self.run(sql, params![actor.0, name, key.name, key.public_key, end(key)]))
    }
}

fn end(key: &Key) -> Option<i64> {
    key.expires_at.map(|at: Timestamp| micros(at))
}
