//! `certs::Ledger`.

use async_trait::async_trait;
use certs::ledger::{
    CertificateRow, CrlRow, Issued, Ledger, LedgerError, NewCertificate, NewRequest, Removed, RequestRow, Revocation,
    Revocations, RevokedNames, State, Submitted,
};
use certs::serial::Serial;
use jiff::Timestamp;
use model::Certname;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{broken, micros, time};
use crate::Store;

#[async_trait]
impl Ledger for Store {
    async fn adopt(&self, fingerprint: &str) -> Result<String, LedgerError> {
        let fingerprint = fingerprint.to_owned();
        let adopt = move |db: &Connection| {
            db.prepare_cached("UPDATE authority SET fingerprint = ?1 WHERE fingerprint IS NULL")?
                .execute([fingerprint])?;
            db.query_row("SELECT fingerprint FROM authority", [], |row| row.get(0))
        };
        Ok(self.database.write(adopt).await?)
    }

    async fn submit(&self, request: NewRequest, replace: bool) -> Result<Submitted, LedgerError> {
        Ok(self.database.write(move |db| submit(db, &request, replace)).await?)
    }

    async fn request(&self, name: &Certname) -> Result<Option<RequestRow>, LedgerError> {
        let name = name.clone();
        let sql = "SELECT name, der, digest, at FROM request WHERE name = ?1";
        Ok(self.database.read(move |db| db.prepare_cached(sql)?.query_one_or_none([name.as_str()], request)).await?)
    }

    async fn certificate(&self, name: &Certname) -> Result<Option<CertificateRow>, LedgerError> {
        let name = name.clone();
        let find = move |db: &Connection| {
            let sql = select("WHERE name = ?1 AND current = 1");
            db.prepare_cached(&sql)?.query_one_or_none([name.as_str()], certificate)
        };
        Ok(self.database.read(find).await?)
    }

    async fn certificate_by_serial(&self, serial: Serial) -> Result<Option<CertificateRow>, LedgerError> {
        let find = move |db: &Connection| {
            let sql = select("WHERE c.serial = ?1");
            db.prepare_cached(&sql)?.query_one_or_none([number(serial)], certificate)
        };
        Ok(self.database.read(find).await?)
    }

    async fn requests(&self, after: Option<&Certname>, limit: usize) -> Result<Vec<RequestRow>, LedgerError> {
        let after = after.map_or(String::new(), ToString::to_string);
        let find = move |db: &Connection| {
            let sql = "SELECT name, der, digest, at FROM request WHERE name > ?1 ORDER BY name LIMIT ?2";
            db.prepare_cached(sql)?.query_map(params![after, limit as i64], request)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn certificates(
        &self,
        revoked: Option<bool>,
        after: Option<&Certname>,
        limit: usize,
    ) -> Result<Vec<CertificateRow>, LedgerError> {
        let after = after.map_or(String::new(), ToString::to_string);
        let find = move |db: &Connection| {
            let sql = select(
                "WHERE current = 1 AND name > ?1 AND (?2 IS NULL OR ?2 = (r.at IS NOT NULL)) ORDER BY name LIMIT ?3",
            );
            db.prepare_cached(&sql)?.query_map(params![after, revoked, limit as i64], certificate)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn issued(&self, after: Serial, limit: usize) -> Result<Vec<CertificateRow>, LedgerError> {
        let find = move |db: &Connection| {
            let sql = select("WHERE c.serial > ?1 ORDER BY c.serial LIMIT ?2");
            db.prepare_cached(&sql)?.query_map(params![number(after), limit as i64], certificate)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn reserve_serial(&self) -> Result<Serial, LedgerError> {
        let sql = "UPDATE authority SET next_serial = next_serial + 1 RETURNING next_serial - 1";
        let reserved = self.database.write(move |db| db.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0)));
        Ok(Serial(reserved.await? as u64))
    }

    async fn issue(&self, certificate: NewCertificate, of: Option<[u8; 32]>) -> Result<Issued, LedgerError> {
        Ok(self.database.write(move |db| issue(db, &certificate, of)).await?)
    }

    async fn remove_request(&self, name: &Certname) -> Result<bool, LedgerError> {
        let name = name.clone();
        Ok(self.database.write(move |db| remove_request(db, &name)).await?)
    }

    async fn remove(&self, name: &Certname) -> Result<Removed, LedgerError> {
        let name = name.clone();
        let remove =
            move |db: &Connection| Ok(Removed { certificate: retire(db, &name)?, request: remove_request(db, &name)? });
        Ok(self.database.write(remove).await?)
    }

    async fn revoke(&self, names: &[Certname], remove: bool, at: Timestamp) -> Result<RevokedNames, LedgerError> {
        let names = names.to_vec();
        Ok(self.database.write(move |db| revoke(db, &names, remove, at)).await?)
    }

    async fn revoke_serial(&self, serial: Serial, at: Timestamp) -> Result<bool, LedgerError> {
        let revoke = move |db: &Connection| {
            let sql = "SELECT 1 FROM certificate WHERE serial = ?1";
            if !db.prepare_cached(sql)?.exists([number(serial)])? {
                return Ok(None);
            }
            let new = insert_revocation(db, serial, at)?;
            if new {
                raise(db)?;
            }
            Ok(Some(new))
        };
        self.database.write(revoke).await?.ok_or(LedgerError::Missing(serial))
    }

    async fn revoked_key(&self, key_digest: &[u8; 32]) -> Result<Option<Serial>, LedgerError> {
        let digest = *key_digest;
        let find = move |db: &Connection| {
            let sql = "SELECT c.serial FROM certificate c JOIN revocation r ON r.serial = c.serial
                       WHERE c.key_digest = ?1 ORDER BY c.serial LIMIT 1";
            db.prepare_cached(sql)?.query_one_or_none([digest.as_slice()], |row| serial(row, 0))
        };
        Ok(self.database.read(find).await?)
    }

    async fn revocations(&self) -> Result<Revocations, LedgerError> {
        // One transaction, because list and number belong together.
        let snapshot = |db: &Connection| revocations(&*db.unchecked_transaction()?);
        Ok(self.database.read(snapshot).await?)
    }

    async fn next_crl(&self) -> Result<Revocations, LedgerError> {
        let next = |db: &Connection| {
            raise(db)?;
            revocations(db)
        };
        Ok(self.database.write(next).await?)
    }

    async fn put_crl(&self, crl: CrlRow) -> Result<(), LedgerError> {
        let put = move |db: &Connection| {
            let sql = "INSERT INTO crl (one, number, this_update, next_update, der) VALUES (1, ?1, ?2, ?3, ?4)
                       ON CONFLICT (one) DO UPDATE SET number = excluded.number, this_update = excluded.this_update,
                         next_update = excluded.next_update, der = excluded.der
                       WHERE excluded.number >= crl.number";
            let times = (micros(crl.this_update), micros(crl.next_update));
            db.prepare_cached(sql)?.execute(params![crl.number as i64, times.0, times.1, crl.der])
        };
        self.database.write(put).await?;
        Ok(())
    }

    async fn crl(&self) -> Result<Option<CrlRow>, LedgerError> {
        let find = |db: &Connection| {
            let sql = "SELECT number, der, this_update, next_update FROM crl";
            db.prepare_cached(sql)?.query_one_or_none([], |row| {
                Ok(CrlRow {
                    number: row.get::<_, i64>(0)? as u64,
                    der: row.get(1)?,
                    this_update: time(2, row.get(2)?)?,
                    next_update: time(3, row.get(3)?)?,
                })
            })
        };
        Ok(self.database.read(find).await?)
    }
}

fn submit(db: &Connection, new: &NewRequest, replace: bool) -> rusqlite::Result<Submitted> {
    let name = new.name.as_str();
    if !replace {
        let sql = select("WHERE name = ?1 AND current = 1");
        if let Some(row) = db.prepare_cached(&sql)?.query_one_or_none([name], certificate)? {
            return Ok(Submitted::Already(row.state()));
        }
        if db.prepare_cached("SELECT 1 FROM request WHERE name = ?1")?.exists([name])? {
            return Ok(Submitted::Already(State::Requested));
        }
    }
    let sql = "SELECT count(*) FROM request WHERE name <> ?1";
    let waiting: i64 = db.prepare_cached(sql)?.query_row([name], |row| row.get(0))?;
    if waiting as u64 >= new.max_waiting {
        return Ok(Submitted::Full(waiting as u64));
    }
    let sql = "INSERT OR REPLACE INTO request (name, digest, at, der) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![name, new.digest.as_slice(), micros(new.at), new.der])?;
    Ok(Submitted::Stored)
}

fn issue(db: &Connection, new: &NewCertificate, of: Option<[u8; 32]>) -> rusqlite::Result<Issued> {
    let name = new.name.as_str();
    if let Some(digest) = of {
        let sql = "DELETE FROM request WHERE name = ?1 AND digest = ?2";
        if db.prepare_cached(sql)?.execute(params![name, digest.as_slice()])? == 0 {
            return Ok(Issued::RequestChanged);
        }
    }
    retire(db, &new.name)?;
    let sql = "INSERT INTO certificate (serial, name, current, key_digest, not_before, not_after, der)
               VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)";
    db.prepare_cached(sql)?.execute(params![
        number(new.serial),
        name,
        new.key_digest.as_slice(),
        micros(new.not_before),
        micros(new.not_after),
        new.der
    ])?;
    Ok(Issued::Recorded)
}

fn revoke(db: &Connection, names: &[Certname], remove: bool, at: Timestamp) -> rusqlite::Result<RevokedNames> {
    let mut done = RevokedNames::default();
    for name in names {
        let sql = "SELECT serial FROM certificate WHERE name = ?1 AND current = 1";
        match db.prepare_cached(sql)?.query_one_or_none([name.as_str()], |row| serial(row, 0))? {
            Some(serial) if insert_revocation(db, serial, at)? => done.serials.push(serial),
            Some(_) => {}
            None => done.missing.push(name.clone()),
        }
        if remove {
            retire(db, name)?;
            remove_request(db, name)?;
        }
    }
    if !done.serials.is_empty() {
        raise(db)?;
    }
    Ok(done)
}

fn revocations(db: &Connection) -> rusqlite::Result<Revocations> {
    let number: i64 = db.prepare_cached("SELECT crl_number FROM authority")?.query_row([], |row| row.get(0))?;
    let mut list = db.prepare_cached("SELECT serial, at FROM revocation ORDER BY serial")?;
    let entry = |row: &Row<'_>| Ok(Revocation { serial: serial(row, 0)?, at: time(1, row.get(1)?)? });
    Ok(Revocations { number: number as u64, entries: list.query_map([], entry)?.collect::<Result<_, _>>()? })
}

fn raise(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE authority SET crl_number = crl_number + 1")?.execute([]).map(|_| ())
}

fn insert_revocation(db: &Connection, serial: Serial, at: Timestamp) -> rusqlite::Result<bool> {
    let sql = "INSERT OR IGNORE INTO revocation (serial, at) VALUES (?1, ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![number(serial), micros(at)])? == 1)
}

fn retire(db: &Connection, name: &Certname) -> rusqlite::Result<bool> {
    let sql = "UPDATE certificate SET current = 0 WHERE name = ?1 AND current = 1";
    Ok(db.prepare_cached(sql)?.execute([name.as_str()])? == 1)
}

fn remove_request(db: &Connection, name: &Certname) -> rusqlite::Result<bool> {
    Ok(db.prepare_cached("DELETE FROM request WHERE name = ?1")?.execute([name.as_str()])? == 1)
}

fn select(condition: &str) -> String {
    format!(
        "SELECT c.serial, name, der, not_before, not_after, r.at, current
         FROM certificate c LEFT JOIN revocation r ON r.serial = c.serial {condition}"
    )
}

fn certificate(row: &Row<'_>) -> rusqlite::Result<CertificateRow> {
    Ok(CertificateRow {
        serial: serial(row, 0)?,
        name: certname(row, 1)?,
        der: row.get(2)?,
        not_before: time(3, row.get(3)?)?,
        not_after: time(4, row.get(4)?)?,
        revoked_at: row.get::<_, Option<i64>>(5)?.map(|at| time(5, at)).transpose()?,
        current: row.get(6)?,
    })
}

fn request(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    Ok(RequestRow { name: certname(row, 0)?, der: row.get(1)?, digest: row.get(2)?, at: time(3, row.get(3)?)? })
}

pub(super) fn certname(row: &Row<'_>, column: usize) -> rusqlite::Result<Certname> {
    Certname::parse(row.get_ref(column)?.as_str()?).map_err(|error| broken(column, error))
}

fn serial(row: &Row<'_>, column: usize) -> rusqlite::Result<Serial> {
    row.get::<_, i64>(column).map(|number| Serial(number as u64))
}

fn number(serial: Serial) -> i64 {
    serial.0 as i64
}

/// `query_row` that takes having no row for an answer.
pub(super) trait OneOrNone {
    fn query_one_or_none<T>(
        &mut self,
        params: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>>;
}

impl OneOrNone for rusqlite::CachedStatement<'_> {
    fn query_one_or_none<T>(
        &mut self,
        params: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        self.query_row(params, read).optional()
    }
}
