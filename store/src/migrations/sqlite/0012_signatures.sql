-- Signatures by number alone: they are read together, and lie closer so. The index is made anew.
DROP TABLE search_signature;
CREATE TABLE search_signature (
    fragment   INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    signature  BLOB NOT NULL
) STRICT;

-- The same for a save: of each field its print (16 bytes) and how many fragments it has (4 bytes), and of each of
-- these the print (16 bytes) and the number (8 bytes).
DROP TABLE search_print;
CREATE TABLE search_print (
    object     INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    prints     BLOB NOT NULL
) STRICT;
