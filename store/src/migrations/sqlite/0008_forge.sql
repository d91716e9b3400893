-- Modules and their releases.
CREATE TABLE forge_module (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    -- AUTHOR-NAME
    slug           TEXT NOT NULL UNIQUE COLLATE NOCASE,
    author         TEXT NOT NULL COLLATE NOCASE,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    deprecated_at  INTEGER,
    deprecated_for TEXT,
    superseded_by  TEXT
) STRICT;
CREATE INDEX forge_module_author ON forge_module (author);

CREATE TABLE forge_release (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    module      INTEGER NOT NULL REFERENCES forge_module (id) ON DELETE CASCADE,
    version     TEXT NOT NULL,
    -- metadata.json
    metadata    TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    md5         TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    readme      TEXT,
    changelog   TEXT,
    license     TEXT,
    reference   TEXT,
    -- JSON: names of tasks and plans
    contents    TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    deleted_at  INTEGER,
    deleted_for TEXT,
    downloads   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (module, version)
) STRICT;
CREATE INDEX forge_release_sha256 ON forge_release (sha256);

-- What another Forge answered, and archives that were fetched from it.
CREATE TABLE forge_document (
    key        TEXT PRIMARY KEY,
    body       BLOB NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forge_document_fetched_at ON forge_document (fetched_at);

CREATE TABLE forge_fetched (
    slug       TEXT PRIMARY KEY COLLATE NOCASE,
    sha256     TEXT NOT NULL,
    md5        TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forge_fetched_sha256 ON forge_fetched (sha256);

-- Archives that may be needed by nobody, from this moment on; whoever sweeps asks again.
CREATE TABLE forge_garbage (
    sha256 TEXT PRIMARY KEY,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
