//! Invitations.

use chef::records::{Invitation, Records};
use chef::{EntityId, Error, OrgId, Result};
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::super::micros;
use super::{ENTITY, Transaction, entity};

fn select(condition: &str) -> String {
    format!(
        "SELECT {ENTITY}, i.guid, i.org, o.name, i.inviter FROM chef_invitation i
         JOIN chef_entity e ON e.id = i.user
         JOIN chef_organization own ON own.id = i.org JOIN chef_entity o ON o.id = own.entity
         WHERE {condition} ORDER BY i.id"
    )
}

fn invitation(row: &Row<'_>) -> rusqlite::Result<Invitation> {
    Ok(Invitation {
        user: entity(row)?,
        id: row.get(5)?,
        org: OrgId(row.get(6)?),
        organization: row.get(7)?,
        inviter: row.get::<_, Option<i64>>(8)?.map(EntityId),
    })
}

impl Transaction<'_> {
    pub(super) fn read_invitation(&self, id: &str) -> Result<Option<Invitation>> {
        self.one(&select("i.guid = ?1"), [id], invitation)
    }

    pub(super) fn read_invitations(&self, column: &str, id: i64) -> Result<Vec<Invitation>> {
        self.many(&select(&format!("{column} = ?1")), [id], invitation)
    }

    pub(super) fn write_invitation(
        &self,
        user: EntityId,
        org: OrgId,
        inviter: EntityId,
        at: Timestamp,
    ) -> Result<Option<Invitation>> {
        let sql = "INSERT INTO chef_invitation (guid, org, user, inviter, at)
                   VALUES (lower(hex(randomblob(16))), ?1, ?2, ?3, ?4)
                   ON CONFLICT (org, user) DO NOTHING RETURNING guid";
        let params = params![org.0, user.0, inviter.0, micros(at)];
        let Some(id) = self.one(sql, params, |row| row.get::<_, String>(0))? else { return Ok(None) };
        let made = self.invitation(&id)?;
        made.map(Some).ok_or_else(|| Error::broken("an invitation vanished"))
    }
}
