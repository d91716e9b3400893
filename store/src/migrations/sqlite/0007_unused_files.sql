-- When a file of a cookbook came or its sandbox was completed, in microseconds since 1970: what nothing needs is kept
-- for a while.
ALTER TABLE cookbook_content ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE cookbook_content SET at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
CREATE INDEX cookbook_content_at ON cookbook_content (at);
CREATE INDEX sandbox_at ON sandbox (at);
CREATE INDEX sandbox_checksum_checksum ON sandbox_checksum (checksum);
