//! `inventory::runs::Runs`, in the transactions that Chef's requests get.

use inventory::Error;
use inventory::runs::compliance::Controls;
use inventory::runs::{
    Account, Action, ActionRow, Beginning, ComplianceRow, Ending, Filter, GIVEN_UP, NewCompliance, NodeName, Org,
    Outcome, RunId, RunRow, Runs, State,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, ToSql, params};

use super::chef::Transaction;
use super::{micros, time};

type Result<T> = std::result::Result<T, Error>;

fn failed(error: rusqlite::Error) -> Error {
    Error::Unavailable(Box::new(error))
}

impl Transaction<'_> {
    fn told<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let rows = statement.query_map(params, read).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    fn tell(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.db.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(failed)
    }

    /// The run's row, made if it is not there. An identifier stays with the node that it began with.
    fn run_row(&self, org: Org, node: &NodeName, run: &RunId, started_at: Timestamp, at: Timestamp) -> Result<i64> {
        let sql = "INSERT INTO chef_run (org, node, run, started_at, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (org, run) DO UPDATE SET received_at = excluded.received_at
                   RETURNING id, node";
        let row = params![org, node.as_str(), run.as_str(), micros(started_at), micros(at)];
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let (id, owner): (i64, String) =
            statement.query_row(row, |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        if owner == node.as_str() {
            return Ok(id);
        }
        Err(Error::OfAnotherNode { run: run.to_string(), node: owner })
    }

    /// Drops the oldest of a node's rows beyond what is to be kept.
    fn drop_beyond(&self, table: &str, org: Org, node: &NodeName) -> Result<()> {
        let sql = format!(
            "DELETE FROM {table} WHERE org = ?1 AND node = ?2 AND id <=
               (SELECT id FROM {table} WHERE org = ?1 AND node = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)"
        );
        self.tell(&sql, params![org, node.as_str(), self.reports_per_node.max(1) as i64]).map(drop)
    }
}

impl Runs for Transaction<'_> {
    fn begin_run(&self, org: Org, new: &Beginning) -> Result<()> {
        let id = self.run_row(org, &new.node, &new.run, new.started_at, new.received_at)?;
        self.tell("UPDATE chef_run SET source = coalesce(?2, source) WHERE id = ?1", params![id, new.source])?;
        self.drop_beyond("chef_run", org, &new.node)
    }

    fn end_run(&self, org: Org, new: &Ending) -> Result<()> {
        let id = self.run_row(org, &new.node, &new.run, new.started_at, new.received_at)?;
        // Both ways of telling may say how many resources there were; the data collector's counts them all.
        let sql = "UPDATE chef_run SET outcome = ?2, ended_at = ?3, source = coalesce(?4, source),
                     environment = coalesce(?5, environment), total = max(total, ?6), updated = max(updated, ?7),
                     error = coalesce(?8, error) WHERE id = ?1";
        self.tell(
            sql,
            params![
                id,
                new.outcome.as_str(),
                micros(new.ended_at),
                new.source,
                new.environment,
                new.total as i64,
                new.updated as i64,
                new.error
            ],
        )?;
        let sql = "INSERT OR REPLACE INTO chef_run_account (run, account, document) VALUES (?1, ?2, ?3)";
        self.tell(sql, params![id, new.account.as_str(), new.document])?;
        self.drop_beyond("chef_run", org, &new.node)
    }

    fn run(&self, org: Org, run: &RunId) -> Result<Option<RunRow>> {
        let sql = format!("{} WHERE r.org = ?1 AND r.run = ?2", select_runs());
        let found = self.told(&sql, params![org, run.as_str()], run_row)?;
        Ok(found.into_iter().next())
    }

    fn runs(&self, filter: &Filter, now: Timestamp) -> Result<Vec<RunRow>> {
        let given_up = micros(now.checked_sub(GIVEN_UP).unwrap_or(Timestamp::MIN));
        let (node, from, until) =
            (filter.node.as_ref().map(NodeName::as_str), filter.from.map(micros), filter.until.map(micros));
        let outcome = if let Some(State::Ended(outcome)) = filter.state { Some(outcome.as_str()) } else { None };
        // Only what is asked for is in the statement, so that an index can be used for it.
        let mut conditions = vec!["1"];
        let mut values: Vec<(&str, &dyn ToSql)> = Vec::new();
        let mut demand = |condition, name, value| {
            conditions.push(condition);
            values.push((name, value));
        };
        if let Some(org) = &filter.org {
            demand("r.org = :org", ":org", org as &dyn ToSql);
        }
        if let Some(node) = &node {
            demand("r.node = :node", ":node", node);
        }
        if let Some(from) = &from {
            demand("r.started_at >= :from", ":from", from);
        }
        if let Some(until) = &until {
            demand("coalesce(r.ended_at, r.started_at) <= :until", ":until", until);
        }
        match filter.state {
            None => {}
            Some(State::Ended(_)) => demand("r.outcome = :outcome", ":outcome", &outcome),
            Some(State::Started) => {
                demand("r.outcome IS NULL AND r.started_at >= :given_up", ":given_up", &given_up);
            }
            Some(State::Aborted) => {
                demand("r.outcome IS NULL AND r.started_at < :given_up", ":given_up", &given_up);
            }
        }
        let (limit, skip) = (whole(filter.limit), whole(filter.skip));
        values.extend([(":limit", &limit as &dyn ToSql), (":skip", &skip)]);
        let sql = format!(
            "{} WHERE {} ORDER BY r.id DESC LIMIT :limit OFFSET :skip",
            select_runs(),
            conditions.join(" AND ")
        );
        self.told(&sql, values.as_slice(), run_row)
    }

    fn account(&self, org: Org, run: &RunId, account: Account) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT a.document FROM chef_run_account a JOIN chef_run r ON r.id = a.run
                   WHERE r.org = ?1 AND r.run = ?2 AND a.account = ?3";
        let found = self.told(sql, params![org, run.as_str(), account.as_str()], |row| row.get(0))?;
        Ok(found.into_iter().next())
    }

    fn put_compliance(&self, org: Org, new: &NewCompliance) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO chef_compliance
                     (org, node, report, ended_at, environment, passed, failed, skipped, received_at, size, document)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        self.tell(
            sql,
            params![
                org,
                new.node.as_str(),
                new.report.as_str(),
                micros(new.ended_at),
                new.environment,
                new.controls.passed as i64,
                new.controls.failed as i64,
                new.controls.skipped as i64,
                micros(new.received_at),
                new.document.len() as i64,
                new.document
            ],
        )?;
        self.drop_beyond("chef_compliance", org, &new.node)
    }

    fn compliance(&self, node: Option<&NodeName>, limit: usize) -> Result<Vec<ComplianceRow>> {
        let sql = format!(
            "SELECT e.name, c.node, c.report, c.ended_at, c.environment, c.passed, c.failed, c.skipped, c.size
             FROM chef_compliance c {OF_ORGANIZATION} = c.org
             WHERE ?1 IS NULL OR c.node = ?1 ORDER BY c.id DESC LIMIT ?2"
        );
        self.told(&sql, params![node.map(NodeName::as_str), whole(limit)], |row| {
            let count = |column| row.get::<_, i64>(column).map(|count| count as u64);
            Ok(ComplianceRow {
                organization: row.get(0)?,
                node: node_name(row, 1)?,
                report: run_id(row, 2)?,
                ended_at: time(3, row.get(3)?)?,
                environment: row.get(4)?,
                controls: Controls { passed: count(5)?, failed: count(6)?, skipped: count(7)? },
                size: count(8)?,
            })
        })
    }

    fn compliance_report(&self, report: &RunId) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT document FROM chef_compliance WHERE report = ?1 ORDER BY id DESC LIMIT 1";
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        statement.query_row([report.as_str()], |row| row.get(0)).optional().map_err(failed)
    }

    fn put_action(&self, org: Org, new: &Action) -> Result<()> {
        let sql = "INSERT INTO chef_action (org, at, organization, task, entity_type, entity_name, requestor_type,
                     requestor, received_at, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let row = &new.row;
        let put = self.tell(
            sql,
            params![
                org,
                micros(row.at),
                row.organization,
                row.task,
                row.entity_type,
                row.entity_name,
                row.requestor_type,
                row.requestor,
                micros(new.received_at),
                new.document
            ],
        );
        put.map(drop)
    }

    fn actions(&self, limit: usize) -> Result<Vec<ActionRow>> {
        let sql = "SELECT at, organization, task, entity_type, entity_name, requestor_type, requestor FROM chef_action
                   ORDER BY id DESC LIMIT ?1";
        self.told(sql, [whole(limit)], |row| {
            Ok(ActionRow {
                at: time(0, row.get(0)?)?,
                organization: row.get(1)?,
                task: row.get(2)?,
                entity_type: row.get(3)?,
                entity_name: row.get(4)?,
                requestor_type: row.get(5)?,
                requestor: row.get(6)?,
            })
        })
    }

    fn drop_runs_before(&self, before: Timestamp) -> Result<usize> {
        let mut dropped = 0;
        for table in ["chef_run", "chef_compliance", "chef_action"] {
            dropped += self.tell(&format!("DELETE FROM {table} WHERE received_at < ?1"), [micros(before)])?;
        }
        Ok(dropped)
    }
}

/// Gives the name of an organization as `e.name`; what it is equal to follows.
const OF_ORGANIZATION: &str = "LEFT JOIN (chef_organization o JOIN chef_entity e ON e.id = o.entity) ON o.id";

const RUN: &str =
    "r.node, r.run, r.outcome, r.started_at, r.ended_at, r.source, r.environment, r.total, r.updated, r.error";

/// Runs, up to the condition.
fn select_runs() -> String {
    format!("SELECT e.name, {RUN} FROM chef_run r {OF_ORGANIZATION} = r.org")
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        organization: row.get(0)?,
        node: node_name(row, 1)?,
        run: run_id(row, 2)?,
        outcome: row
            .get::<_, Option<String>>(3)?
            .as_deref()
            .map(|text| known(3, text, Outcome::parse(text)))
            .transpose()?,
        started_at: time(4, row.get(4)?)?,
        ended_at: row.get::<_, Option<i64>>(5)?.map(|at| time(5, at)).transpose()?,
        source: row.get(6)?,
        environment: row.get(7)?,
        total: row.get::<_, i64>(8)? as u64,
        updated: row.get::<_, i64>(9)? as u64,
        error: row.get(10)?,
    })
}

fn node_name(row: &Row<'_>, column: usize) -> rusqlite::Result<NodeName> {
    let text: String = row.get(column)?;
    known(column, &text, NodeName::parse(&text))
}

fn run_id(row: &Row<'_>, column: usize) -> rusqlite::Result<RunId> {
    let text: String = row.get(column)?;
    known(column, &text, RunId::parse(&text))
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn known<T>(column: usize, text: &str, value: Option<T>) -> rusqlite::Result<T> {
    value.ok_or_else(|| rusqlite::Error::InvalidColumnType(column, text.to_owned(), rusqlite::types::Type::Text))
}
