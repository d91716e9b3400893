-- What environments are made of, and which version each points to.
CREATE TABLE code_version (
    environment TEXT NOT NULL,
    code_id     TEXT NOT NULL,
    -- JSON
    document    TEXT NOT NULL,
    -- When the environment was last taken off this version; NULL while it points to it.
    left_at     INTEGER,
    PRIMARY KEY (environment, code_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX code_version_id ON code_version (code_id);

CREATE TABLE code_environment (
    name       TEXT PRIMARY KEY,
    code_id    TEXT NOT NULL,
    since      INTEGER NOT NULL,
    looked_at  INTEGER NOT NULL,
    pinned_by  TEXT,
    pinned_at  INTEGER,
    pin_reason TEXT,
    FOREIGN KEY (name, code_id) REFERENCES code_version (environment, code_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE code_deploy (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    action      TEXT NOT NULL,
    who         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    millis      INTEGER NOT NULL,
    from_id     TEXT,
    to_id       TEXT,
    commit_id   TEXT,
    -- JSON
    changes     TEXT NOT NULL,
    failed      TEXT
) STRICT;
CREATE INDEX code_deploy_environment ON code_deploy (environment, id);
