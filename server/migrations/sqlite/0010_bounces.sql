-- Mails that came back, and people whom no mail reaches.

ALTER TABLE mail ADD COLUMN bounced INTEGER;                -- a report came that it was not delivered
ALTER TABLE mail ADD COLUMN status  TEXT NOT NULL DEFAULT ''; -- as RFC 3463 writes it, such as 5.1.1; nothing else of the report
-- Whether a later mail arrived at an address.
CREATE INDEX mail_recipient ON mail (recipient, sent) WHERE sent IS NOT NULL;

-- People who asked for help and got no mail. One open entry for each; it goes with its person.
CREATE TABLE unreached (
    id       INTEGER PRIMARY KEY,
    person   INTEGER NOT NULL CONSTRAINT unreached_person_exists REFERENCES person (id) ON DELETE CASCADE,
    why      TEXT    NOT NULL CONSTRAINT unreached_why_known CHECK (why IN ('no-address', 'bounced', 'failed')),
    said     TEXT    NOT NULL, -- the status of the report, or what the worker wrote down
    address  TEXT,             -- that was on file then
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    times    INTEGER NOT NULL DEFAULT 1,
    ended    INTEGER,
    fate     TEXT    CONSTRAINT unreached_fate_known CHECK (fate IN ('done', 'address', 'delivered')),
    ended_by TEXT    NOT NULL DEFAULT '',
    CONSTRAINT unreached_ended_with_fate CHECK ((ended IS NULL) = (fate IS NULL))
) STRICT;
CREATE UNIQUE INDEX unreached_open ON unreached (person) WHERE ended IS NULL;
CREATE INDEX unreached_last ON unreached (last, id) WHERE ended IS NULL;
CREATE INDEX unreached_person ON unreached (person);
CREATE INDEX unreached_ended ON unreached (ended) WHERE ended IS NOT NULL;

-- The queue of accounts that somebody stopped.
CREATE INDEX office_case_waiting ON office_case (kind, opened, id) WHERE closed IS NULL;
