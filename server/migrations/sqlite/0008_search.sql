-- What the desk finds people by, and what its ledgers of an account show.

-- Each key of a person's last names (src/identity/name.rs) with the given name as it is compared. Filled by the program,
-- because folding a name is its rule.
CREATE TABLE person_name (
    key    TEXT    NOT NULL,
    first  TEXT    NOT NULL,
    person INTEGER NOT NULL CONSTRAINT person_name_person_exists REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (key, first, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_name_person ON person_name (person);

-- People up to this one have their keys; none: all have. Whoever was on the roster before gets them in batches.
CREATE TABLE person_name_fill (
    person INTEGER NOT NULL
) STRICT;
INSERT INTO person_name_fill SELECT 0 WHERE EXISTS (SELECT 1 FROM person);

ALTER TABLE link ADD COLUMN opened INTEGER;  -- its page's button was pressed first, or its code entered
ALTER TABLE link ADD COLUMN mail   TEXT;     -- that carries it; no reference, mails are purged first
