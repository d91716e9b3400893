-- The certificate authority. Times are microseconds since 1970, digests are SHA-256.

-- One row. Serial 1 is the authority's own certificate.
CREATE TABLE authority (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    fingerprint TEXT,
    next_serial INTEGER NOT NULL,
    crl_number INTEGER NOT NULL
) STRICT;
INSERT INTO authority VALUES (1, NULL, 2, 0);

CREATE TABLE request (
    name TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    at INTEGER NOT NULL,
    der BLOB NOT NULL
) STRICT;

-- `current` is 1 for what a name has now, 0 for what was deleted or superseded.
CREATE TABLE certificate (
    serial INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    current INTEGER NOT NULL CHECK (current IN (0, 1)),
    key_digest BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    der BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX certificate_current ON certificate (name) WHERE current = 1;
CREATE INDEX certificate_key ON certificate (key_digest);

CREATE TABLE revocation (
    serial INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE crl (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    der BLOB NOT NULL
) STRICT;
