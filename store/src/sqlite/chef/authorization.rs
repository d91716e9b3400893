//! Lists of access control, and groups.

use chef::{Entity, EntityId, Permission, Result};
use rusqlite::params;

use super::{ENTITY, Transaction, entity};

impl Transaction<'_> {
    pub(super) fn is_permitted(&self, caller: EntityId, on: EntityId, permission: Permission) -> Result<bool> {
        // The caller, and every group around it.
        let sql = "WITH RECURSIVE around (id) AS (
                     VALUES (?1) UNION SELECT m.\"group\" FROM chef_member m JOIN around a ON m.member = a.id)
                   SELECT 1 FROM around JOIN chef_ace ace
                     ON ace.entity = ?2 AND ace.permission = ?3 AND ace.member = around.id";
        self.exists(sql, [caller.0, on.0, number(permission)])
    }

    pub(super) fn is_in(&self, actor: EntityId, group: EntityId) -> Result<bool> {
        let sql = "WITH RECURSIVE around (id) AS (
                     SELECT \"group\" FROM chef_member WHERE member = ?1
                     UNION SELECT m.\"group\" FROM chef_member m JOIN around a ON m.member = a.id)
                   SELECT 1 FROM around WHERE id = ?2";
        self.exists(sql, [actor.0, group.0])
    }

    pub(super) fn list(&self, on: EntityId, permission: Permission) -> Result<Vec<Entity>> {
        let sql = format!(
            "SELECT {ENTITY} FROM chef_ace ace JOIN chef_entity e ON e.id = ace.member
             WHERE ace.entity = ?1 AND ace.permission = ?2 ORDER BY e.kind, e.name, e.org"
        );
        self.many(&sql, params![on.0, number(permission)], entity)
    }

    pub(super) fn in_group(&self, group: EntityId) -> Result<Vec<Entity>> {
        let sql = format!(
            "SELECT {ENTITY} FROM chef_member m JOIN chef_entity e ON e.id = m.member
             WHERE m.\"group\" = ?1 ORDER BY e.kind, e.name, e.org"
        );
        self.many(&sql, [group.0], entity)
    }

    pub(super) fn replace_list(&self, on: EntityId, permission: Permission, members: &[EntityId]) -> Result<()> {
        self.change("DELETE FROM chef_ace WHERE entity = ?1 AND permission = ?2", [on.0, number(permission)])?;
        self.extend_list(on, permission, members)
    }

    pub(super) fn extend_list(&self, on: EntityId, permission: Permission, members: &[EntityId]) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO chef_ace (entity, permission, member) VALUES (?1, ?2, ?3)";
        members.iter().try_for_each(|member| self.change(sql, [on.0, number(permission), member.0]))
    }

    pub(super) fn take_from_list(&self, on: EntityId, permission: Permission, member: EntityId) -> Result<()> {
        let sql = "DELETE FROM chef_ace WHERE entity = ?1 AND permission = ?2 AND member = ?3";
        self.change(sql, [on.0, number(permission), member.0])
    }

    pub(super) fn copy_lists(&self, from: EntityId, to: EntityId) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO chef_ace (entity, permission, member)
                   SELECT ?2, permission, member FROM chef_ace WHERE entity = ?1";
        self.change(sql, [from.0, to.0])
    }
}

/// As it is kept.
fn number(permission: Permission) -> i64 {
    match permission {
        Permission::Create => 1,
        Permission::Read => 2,
        Permission::Update => 3,
        Permission::Delete => 4,
        Permission::Grant => 5,
    }
}
