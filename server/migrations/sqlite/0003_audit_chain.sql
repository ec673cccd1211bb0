-- Each row of the audit is tied to the one before it, under a key kept outside. Rows from before have no tie.

ALTER TABLE audit ADD COLUMN key INTEGER;
ALTER TABLE audit ADD COLUMN digest BLOB CONSTRAINT audit_digest_with_key CHECK ((digest IS NULL) = (key IS NULL));
