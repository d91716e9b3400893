-- Cookbooks: a row for each version. Lists of access control hang on the name, in chef_entity.
CREATE TABLE cookbook_version (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    org          INTEGER NOT NULL REFERENCES chef_organization (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    major        INTEGER NOT NULL,
    minor        INTEGER NOT NULL,
    patch        INTEGER NOT NULL,
    -- JSON
    document     TEXT NOT NULL,
    -- JSON: what the solver reads, apart from the document, so that it reads little
    dependencies TEXT NOT NULL,
    UNIQUE (org, name, major, minor, patch)
) STRICT;

CREATE TABLE cookbook_artifact (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    org        INTEGER NOT NULL REFERENCES chef_organization (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    identifier TEXT NOT NULL,
    document   TEXT NOT NULL,
    UNIQUE (org, name, identifier)
) STRICT;

-- Counts changes of an organization's cookbook versions.
CREATE TABLE cookbook_shelf (
    org      INTEGER PRIMARY KEY REFERENCES chef_organization (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL
) STRICT;

-- Contents of files by MD5. One that is not committed waits for its sandbox.
CREATE TABLE cookbook_content (
    org       INTEGER NOT NULL REFERENCES chef_organization (id) ON DELETE CASCADE,
    checksum  TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    bytes     INTEGER NOT NULL,
    committed INTEGER NOT NULL,
    PRIMARY KEY (org, checksum)
) STRICT, WITHOUT ROWID;
CREATE INDEX cookbook_content_sha256 ON cookbook_content (sha256);

-- Who needs a content: a version or an artifact.
CREATE TABLE cookbook_use (
    org      INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    version  INTEGER REFERENCES cookbook_version (id) ON DELETE CASCADE,
    artifact INTEGER REFERENCES cookbook_artifact (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX cookbook_use_checksum ON cookbook_use (org, checksum);
CREATE INDEX cookbook_use_version ON cookbook_use (version);
CREATE INDEX cookbook_use_artifact ON cookbook_use (artifact);

-- Files that may be needed by nobody any more; whoever sweeps asks again.
CREATE TABLE cookbook_garbage (sha256 TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TRIGGER cookbook_content_gone AFTER DELETE ON cookbook_content BEGIN
    INSERT OR IGNORE INTO cookbook_garbage (sha256) VALUES (old.sha256);
END;

CREATE TABLE sandbox (
    id  TEXT PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES chef_organization (id) ON DELETE CASCADE,
    at  INTEGER NOT NULL
) STRICT;
CREATE TABLE sandbox_checksum (
    sandbox  TEXT NOT NULL REFERENCES sandbox (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    PRIMARY KEY (sandbox, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy_revision (
    org      INTEGER NOT NULL REFERENCES chef_organization (id) ON DELETE CASCADE,
    policy   TEXT NOT NULL,
    revision TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (org, policy, revision)
) STRICT, WITHOUT ROWID;
-- `id` keeps the order in which groups came to a revision.
CREATE TABLE policy_assignment (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    org      INTEGER NOT NULL,
    "group"  TEXT NOT NULL,
    policy   TEXT NOT NULL,
    revision TEXT NOT NULL,
    UNIQUE (org, "group", policy),
    FOREIGN KEY (org, policy, revision) REFERENCES policy_revision (org, policy, revision) ON DELETE CASCADE
) STRICT;
CREATE INDEX policy_assignment_revision ON policy_assignment (org, policy, revision);

-- The secret by which addresses of files are signed.
CREATE TABLE cookbook_secret (secret BLOB NOT NULL) STRICT;
INSERT INTO cookbook_secret (secret) VALUES (randomblob(32));

-- Search. `prints` holds of each of an object's documents its number (2 bytes) and the fingerprint of its fields
-- (8 bytes).
CREATE TABLE search_object (
    id         INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    prints     BLOB NOT NULL
) STRICT;
CREATE INDEX search_object_collection ON search_object (collection, id);

-- Every key that an object of a collection has, or once had.
CREATE TABLE search_key (
    collection INTEGER NOT NULL,
    key        TEXT NOT NULL,
    PRIMARY KEY (collection, key)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE search_token USING fts5 (
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
CREATE VIRTUAL TABLE search_instance USING fts5vocab (search_token, instance);
