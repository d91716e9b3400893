//! `modules::Tokens`.

use async_trait::async_trait;
use modules::PortError;
use modules::token::{Token, TokenId, Tokens};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{broken, micros, time};
use crate::Store;

#[async_trait]
impl Tokens for Store {
    async fn keep(&self, token: Token) -> Result<bool, PortError> {
        let put = move |db: &Connection| {
            let sql = "INSERT INTO token (id, digest, scopes, label, made_at, expires_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING";
            let scopes: Vec<String> = token.scopes.iter().map(ToString::to_string).collect();
            db.prepare_cached(sql)?.execute(params![
                token.id.as_str(),
                token.digest.as_slice(),
                scopes.join(" "),
                token.label,
                micros(token.made_at),
                token.expires_at.map(micros),
            ])
        };
        Ok(self.database.write(put).await? == 1)
    }

    async fn token(&self, id: &TokenId) -> Result<Option<Token>, PortError> {
        let id = id.clone();
        let find = move |db: &Connection| {
            let sql = "SELECT id, digest, scopes, label, made_at, expires_at FROM token WHERE id = ?1";
            db.prepare_cached(sql)?.query_row([id.as_str()], token).optional()
        };
        Ok(self.database.read(find).await?)
    }

    async fn tokens(&self) -> Result<Vec<Token>, PortError> {
        let list = |db: &Connection| {
            let sql = "SELECT id, digest, scopes, label, made_at, expires_at FROM token ORDER BY made_at, id";
            db.prepare_cached(sql)?.query_map([], token)?.collect()
        };
        Ok(self.database.read(list).await?)
    }

    async fn revoke(&self, id: &TokenId) -> Result<bool, PortError> {
        let id = id.clone();
        let delete =
            move |db: &Connection| db.prepare_cached("DELETE FROM token WHERE id = ?1")?.execute([id.as_str()]);
        Ok(self.database.write(delete).await? == 1)
    }
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let text = row.get_ref(2)?.as_str()?;
    let scopes =
        text.split(' ').map(|scope| scope.parse().map_err(|fault| broken(2, fault))).collect::<Result<_, _>>()?;
    Ok(Token {
        id: row.get_ref(0)?.as_str()?.parse().map_err(|fault| broken(0, fault))?,
        digest: row.get(1)?,
        scopes,
        label: row.get(3)?,
        made_at: time(4, row.get(4)?)?,
        expires_at: row.get::<_, Option<i64>>(5)?.map(|end| time(5, end)).transpose()?,
    })
}
