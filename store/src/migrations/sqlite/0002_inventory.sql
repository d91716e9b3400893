-- What nodes told. Documents stand last in a row, so that lists do not read them.

CREATE TABLE node (
    name TEXT NOT NULL PRIMARY KEY,
    environment TEXT,
    facts_at INTEGER,
    catalog_at INTEGER,
    report_at INTEGER,
    report_status TEXT,
    report_noop INTEGER,
    report_id INTEGER,
    deactivated_at INTEGER
) STRICT;

CREATE TABLE facts (
    node TEXT NOT NULL PRIMARY KEY REFERENCES node (name) ON DELETE CASCADE,
    environment TEXT,
    at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE catalog (
    node TEXT NOT NULL PRIMARY KEY REFERENCES node (name) ON DELETE CASCADE,
    environment TEXT NOT NULL,
    version TEXT NOT NULL,
    catalog_uuid TEXT,
    transaction_uuid TEXT,
    code_id TEXT,
    at INTEGER NOT NULL,
    document BLOB NOT NULL
) STRICT;

CREATE TABLE report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node TEXT NOT NULL REFERENCES node (name) ON DELETE CASCADE,
    status TEXT,
    environment TEXT,
    noop INTEGER,
    report_format INTEGER NOT NULL,
    transaction_uuid TEXT,
    puppet_version TEXT,
    configuration_version TEXT,
    time TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    document BLOB NOT NULL
) STRICT;
CREATE INDEX report_node ON report (node, id);

CREATE TABLE exported (
    kind TEXT NOT NULL,
    node TEXT NOT NULL REFERENCES node (name) ON DELETE CASCADE,
    title TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (kind, node, title)
) STRICT, WITHOUT ROWID;
CREATE INDEX exported_node ON exported (node);

CREATE TABLE bucket_path (
    digest BLOB NOT NULL,
    path TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (digest, path)
) STRICT, WITHOUT ROWID;
