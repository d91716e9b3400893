-- Secrets by which programs deploy, read the Forge and publish to it. Of a secret only its digest is kept.
CREATE TABLE token (
    id         TEXT PRIMARY KEY,
    -- SHA-256
    digest     BLOB NOT NULL,
    -- separated by blanks
    scopes     TEXT NOT NULL,
    label      TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    -- NULL: never
    expires_at INTEGER
) STRICT, WITHOUT ROWID;
