-- Everything that has an access control list: organizations, users, clients, groups, containers, and
-- what clients keep. `org` is 0 for what belongs to no organization. Rows are never given twice, so
-- that the identifiers that the API shows stay those of what they were given to.
CREATE TABLE chef_entity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    org INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    guid TEXT NOT NULL,
    UNIQUE (org, kind, name)
) STRICT;

CREATE TABLE chef_organization (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity INTEGER NOT NULL UNIQUE REFERENCES chef_entity (id) ON DELETE CASCADE,
    full_name TEXT NOT NULL
) STRICT;

-- Who may do what: `member` is a user, a client or a group.
CREATE TABLE chef_ace (
    entity INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    permission INTEGER NOT NULL,
    member INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    PRIMARY KEY (entity, permission, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX chef_ace_member ON chef_ace (member);

-- Groups may stand in groups.
CREATE TABLE chef_member (
    member INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    "group" INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    PRIMARY KEY (member, "group")
) STRICT, WITHOUT ROWID;
CREATE INDEX chef_member_group ON chef_member ("group");

CREATE TABLE chef_user (
    entity INTEGER PRIMARY KEY REFERENCES chef_entity (id) ON DELETE CASCADE,
    email TEXT COLLATE NOCASE,
    external_id TEXT COLLATE NOCASE,
    recovery INTEGER NOT NULL,
    password TEXT,
    -- JSON: first name, city and the like
    personal TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX chef_user_email ON chef_user (email);
CREATE UNIQUE INDEX chef_user_external_id ON chef_user (external_id);

CREATE TABLE chef_client (
    entity INTEGER PRIMARY KEY REFERENCES chef_entity (id) ON DELETE CASCADE,
    validator INTEGER NOT NULL
) STRICT;

CREATE TABLE chef_key (
    actor INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- PEM, as it was given
    public_key TEXT NOT NULL,
    -- null: never
    expires_at INTEGER,
    PRIMARY KEY (actor, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE chef_association (
    org INTEGER NOT NULL REFERENCES chef_organization (id) ON DELETE CASCADE,
    user INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    PRIMARY KEY (org, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX chef_association_user ON chef_association (user);

CREATE TABLE chef_invitation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guid TEXT NOT NULL UNIQUE,
    org INTEGER NOT NULL REFERENCES chef_organization (id) ON DELETE CASCADE,
    user INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    inviter INTEGER REFERENCES chef_entity (id) ON DELETE SET NULL,
    at INTEGER NOT NULL,
    UNIQUE (org, user)
) STRICT;
CREATE INDEX chef_invitation_user ON chef_invitation (user);
CREATE INDEX chef_invitation_inviter ON chef_invitation (inviter);

-- The JSON of nodes, roles and environments, as it was sent and completed.
CREATE TABLE chef_document (
    entity INTEGER PRIMARY KEY REFERENCES chef_entity (id) ON DELETE CASCADE,
    -- of nodes
    environment TEXT,
    policy_name TEXT,
    policy_group TEXT,
    json TEXT NOT NULL
) STRICT;
CREATE INDEX chef_document_environment ON chef_document (environment) WHERE environment IS NOT NULL;

CREATE TABLE chef_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bag INTEGER NOT NULL REFERENCES chef_entity (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (bag, name)
) STRICT;
