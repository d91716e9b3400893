-- Search without a full-text table.
DROP TABLE search_instance;
DROP TABLE search_token;
DROP TABLE search_key;
DROP TABLE search_object;

-- In which manner the index was made; 0: not yet.
CREATE TABLE search_manner (manner INTEGER NOT NULL) STRICT;
INSERT INTO search_manner (manner) VALUES (0);

-- What objects are found by, in parts that objects of a collection share. Rows are never given twice: what is kept of
-- them in memory stays right.
CREATE TABLE search_fragment (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- the digest of the collection and the content
    print   BLOB NOT NULL UNIQUE,
    content BLOB NOT NULL
) STRICT;

CREATE TABLE search_signature (
    collection INTEGER NOT NULL,
    fragment   INTEGER NOT NULL,
    signature  BLOB NOT NULL,
    PRIMARY KEY (collection, fragment)
) STRICT, WITHOUT ROWID;

-- Whose a fragment is.
CREATE TABLE search_part (
    fragment INTEGER NOT NULL,
    object   INTEGER NOT NULL,
    PRIMARY KEY (fragment, object)
) STRICT, WITHOUT ROWID;

-- The fragments of an object, as the steps from one to the next.
CREATE TABLE search_object (
    collection INTEGER NOT NULL,
    object     INTEGER NOT NULL,
    fragments  BLOB NOT NULL,
    PRIMARY KEY (collection, object)
) STRICT, WITHOUT ROWID;

-- The same for a save: of each fragment its print (16 bytes) and its number (8 bytes).
CREATE TABLE search_print (
    object     INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    prints     BLOB NOT NULL
) STRICT;

-- Where in the JSON each attribute stands.
ALTER TABLE chef_document ADD COLUMN outline BLOB;
