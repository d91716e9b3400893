-- What Chef's clients told of their runs. `org` is 0 where the teller belongs to no organization of ours. Times are
-- microseconds since 1970; documents stand last in a row, so that lists do not read them.

CREATE TABLE chef_run (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    org         INTEGER NOT NULL,
    node        TEXT NOT NULL,
    run         TEXT NOT NULL,
    -- Nothing until it told its end
    outcome     TEXT,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    source      TEXT,
    environment TEXT,
    total       INTEGER NOT NULL DEFAULT 0,
    updated     INTEGER NOT NULL DEFAULT 0,
    error       TEXT,
    received_at INTEGER NOT NULL,
    UNIQUE (org, run)
) STRICT;
CREATE INDEX chef_run_node ON chef_run (node, id);
CREATE INDEX chef_run_received ON chef_run (received_at);

-- JSON as it was sent: `converge` of the data collector, `resources` of the reporting API.
CREATE TABLE chef_run_account (
    run      INTEGER NOT NULL REFERENCES chef_run (id) ON DELETE CASCADE,
    account  TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (run, account)
) STRICT;

CREATE TABLE chef_compliance (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    org         INTEGER NOT NULL,
    node        TEXT NOT NULL,
    report      TEXT NOT NULL,
    ended_at    INTEGER NOT NULL,
    environment TEXT,
    passed      INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    skipped     INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    document    BLOB NOT NULL,
    UNIQUE (org, node, report)
) STRICT;
CREATE INDEX chef_compliance_node ON chef_compliance (node, id);
CREATE INDEX chef_compliance_report ON chef_compliance (report);
CREATE INDEX chef_compliance_received ON chef_compliance (received_at);

CREATE TABLE chef_action (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    org            INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    organization   TEXT,
    task           TEXT NOT NULL,
    entity_type    TEXT NOT NULL,
    entity_name    TEXT NOT NULL,
    requestor_type TEXT,
    requestor      TEXT,
    received_at    INTEGER NOT NULL,
    document       BLOB NOT NULL
) STRICT;
CREATE INDEX chef_action_received ON chef_action (received_at);

CREATE TRIGGER chef_organization_runs AFTER DELETE ON chef_organization BEGIN
    DELETE FROM chef_run WHERE org = old.id;
    DELETE FROM chef_compliance WHERE org = old.id;
    DELETE FROM chef_action WHERE org = old.id;
END;
