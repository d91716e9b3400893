//! `modules::deploy::Deployments`.

use async_trait::async_trait;
use jiff::Timestamp;
use model::EnvironmentName;
use modules::PortError;
use modules::deploy::{Action, CodeId, Deployments, Entry, Live, Outcome, Pin, Record, Version};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{broken, micros, time};
use crate::Store;

/// Lines of history that are kept of an environment.
const HISTORY: i64 = 1000;

#[async_trait]
impl Deployments for Store {
    async fn live(&self) -> Result<Vec<Live>, PortError> {
        let find = |db: &Connection| {
            let sql =
                "SELECT e.name, e.code_id, v.document, e.since, e.looked_at, e.pinned_by, e.pinned_at, e.pin_reason
                       FROM code_environment e JOIN code_version v ON v.environment = e.name AND v.code_id = e.code_id
                       ORDER BY e.name";
            db.prepare_cached(sql)?.query_map([], live)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn record(&self, records: Vec<Record>) -> Result<(), PortError> {
        let put = move |db: &Connection| records.iter().try_for_each(|record| keep_record(db, record));
        Ok(self.database.write(put).await?)
    }

    async fn history(&self, environment: Option<&EnvironmentName>, limit: usize) -> Result<Vec<Entry>, PortError> {
        let environment = environment.map(ToString::to_string);
        let find = move |db: &Connection| {
            let sql = "SELECT id, environment, action, who, at, millis, from_id, to_id, commit_id, changes, failed
                       FROM code_deploy WHERE ?1 IS NULL OR environment = ?1 ORDER BY id DESC LIMIT ?2";
            db.prepare_cached(sql)?.query_map(params![environment, limit as i64], entry)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn version(&self, environment: &EnvironmentName, id: &CodeId) -> Result<Option<Version>, PortError> {
        let (environment, id) = (environment.to_string(), id.to_string());
        let find = move |db: &Connection| {
            let sql = "SELECT document FROM code_version WHERE environment = ?1 AND code_id = ?2";
            db.prepare_cached(sql)?.query_row([environment, id], |row| document(row, 0)).optional()
        };
        Ok(self.database.read(find).await?)
    }

    async fn find(&self, digits: &str) -> Result<Vec<(EnvironmentName, Version)>, PortError> {
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let (from, to) = (digits.to_ascii_lowercase(), format!("{}g", digits.to_ascii_lowercase()));
        let find = move |db: &Connection| {
            let sql = "SELECT environment, document FROM code_version WHERE code_id >= ?1 AND code_id < ?2
                       ORDER BY code_id, environment";
            let rows = |row: &Row<'_>| Ok((environment(row, 0)?, document(row, 1)?));
            db.prepare_cached(sql)?.query_map([from, to], rows)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn pin(&self, environment: &EnvironmentName, pin: Option<Pin>) -> Result<bool, PortError> {
        let environment = environment.to_string();
        let put = move |db: &Connection| {
            let sql = "UPDATE code_environment SET pinned_by = ?2, pinned_at = ?3, pin_reason = ?4 WHERE name = ?1";
            let (who, at) = (pin.as_ref().map(|pin| &pin.who), pin.as_ref().map(|pin| micros(pin.at)));
            let reason = pin.as_ref().and_then(|pin| pin.reason.as_ref());
            db.prepare_cached(sql)?.execute(params![environment, who, at, reason]).map(|changed| changed > 0)
        };
        Ok(self.database.write(put).await?)
    }

    async fn keep(&self, newest: usize, since: Timestamp) -> Result<Vec<(EnvironmentName, Version)>, PortError> {
        let since = micros(since);
        let keep = move |db: &Connection| {
            let forget = "DELETE FROM code_version AS v WHERE v.left_at < ?1 AND (
                              SELECT count(*) FROM code_version o WHERE o.environment = v.environment
                              AND (o.left_at > v.left_at OR o.left_at = v.left_at AND o.code_id > v.code_id)
                          ) >= ?2";
            db.prepare_cached(forget)?.execute(params![since, newest as i64])?;
            let sql = "SELECT environment, document FROM code_version ORDER BY environment, code_id";
            let rows = |row: &Row<'_>| Ok((environment(row, 0)?, document(row, 1)?));
            db.prepare_cached(sql)?.query_map([], rows)?.collect()
        };
        Ok(self.database.write(keep).await?)
    }
}

fn keep_record(db: &Connection, record: &Record) -> rusqlite::Result<()> {
    let name = record.environment.as_str();
    let ended = micros(record.at).saturating_add((record.millis as i64).saturating_mul(1000));
    let leave = |db: &Connection| {
        let sql = "UPDATE code_version SET left_at = ?2 WHERE environment = ?1 AND left_at IS NULL";
        db.prepare_cached(sql)?.execute(params![name, ended])
    };
    match &record.outcome {
        Outcome::Unchanged => {
            let sql = "UPDATE code_environment SET looked_at = ?2 WHERE name = ?1";
            db.prepare_cached(sql)?.execute(params![name, ended])?;
            Ok(())
        }
        Outcome::Failed { reason } => line(db, record, None, None, None, "[]", Some(reason)),
        Outcome::Removed { from } => {
            db.prepare_cached("DELETE FROM code_environment WHERE name = ?1")?.execute([name])?;
            leave(db)?;
            line(db, record, Some(from), None, None, "[]", None)
        }
        Outcome::Switched { from, to, changes } => {
            leave(db)?;
            let id = to.code_id();
            let document = serde_json::to_string(to).map_err(unwritable)?;
            let sql = "INSERT INTO code_version (environment, code_id, document) VALUES (?1, ?2, ?3)
                       ON CONFLICT (environment, code_id) DO UPDATE SET left_at = NULL";
            db.prepare_cached(sql)?.execute(params![name, id.as_str(), document])?;
            let sql = "INSERT INTO code_environment (name, code_id, since, looked_at) VALUES (?1, ?2, ?3, ?3)
                       ON CONFLICT (name) DO UPDATE SET code_id = ?2, since = ?3, looked_at = ?3";
            db.prepare_cached(sql)?.execute(params![name, id.as_str(), ended])?;
            let changes = serde_json::to_string(changes).map_err(unwritable)?;
            line(db, record, from.as_ref(), Some(&id), Some(&to.commit), &changes, None)
        }
    }
}

fn line(
    db: &Connection,
    record: &Record,
    from: Option<&CodeId>,
    to: Option<&CodeId>,
    commit: Option<&str>,
    changes: &str,
    failed: Option<&str>,
) -> rusqlite::Result<()> {
    let Record { environment, action, who, at, millis, .. } = record;
    let (from, to) = (from.map(CodeId::as_str), to.map(CodeId::as_str));
    let sql =
        "INSERT INTO code_deploy (environment, action, who, at, millis, from_id, to_id, commit_id, changes, failed)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let row = params![
        environment.as_str(),
        action.as_str(),
        who,
        micros(*at),
        *millis as i64,
        from,
        to,
        commit,
        changes,
        failed
    ];
    db.prepare_cached(sql)?.execute(row)?;
    let sql = "DELETE FROM code_deploy WHERE environment = ?1 AND id <= (
                   SELECT id FROM code_deploy WHERE environment = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    db.prepare_cached(sql)?.execute(params![environment.as_str(), HISTORY])?;
    Ok(())
}

fn live(row: &Row<'_>) -> rusqlite::Result<Live> {
    let who: Option<String> = row.get(5)?;
    let pin = match (who, row.get::<_, Option<i64>>(6)?) {
        (Some(who), Some(at)) => Some(Pin { who, at: time(6, at)?, reason: row.get(7)? }),
        _ => None,
    };
    Ok(Live {
        environment: environment(row, 0)?,
        code_id: code_id(row, 1)?.ok_or(rusqlite::Error::InvalidQuery)?,
        version: document(row, 2)?,
        since: time(3, row.get(3)?)?,
        looked_at: time(4, row.get(4)?)?,
        pin,
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let action: String = row.get(2)?;
    Ok(Entry {
        id: row.get(0)?,
        environment: environment(row, 1)?,
        action: Action::parse(&action).ok_or_else(|| broken(2, std::io::Error::other(action)))?,
        who: row.get(3)?,
        at: time(4, row.get(4)?)?,
        millis: row.get::<_, i64>(5)? as u64,
        from: code_id(row, 6)?,
        to: code_id(row, 7)?,
        commit: row.get(8)?,
        changes: serde_json::from_str(row.get_ref(9)?.as_str()?).map_err(|error| broken(9, error))?,
        failed: row.get(10)?,
    })
}

fn environment(row: &Row<'_>, column: usize) -> rusqlite::Result<EnvironmentName> {
    EnvironmentName::parse(row.get_ref(column)?.as_str()?).map_err(|error| broken(column, error))
}

fn code_id(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<CodeId>> {
    let text: Option<String> = row.get(column)?;
    text.map(CodeId::try_from).transpose().map_err(|error| broken(column, error))
}

fn document(row: &Row<'_>, column: usize) -> rusqlite::Result<Version> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| broken(column, error))
}

fn unwritable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
