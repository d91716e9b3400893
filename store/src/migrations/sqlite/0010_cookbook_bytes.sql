-- Files of cookbooks that are small, by the SHA-256 in cookbook_content. The others lie in a folder.
CREATE TABLE cookbook_bytes (
    sha256 TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;
