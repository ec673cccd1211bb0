-- What the desk's reports and the audit's page are made of.

CREATE INDEX audit_action ON audit (action, at);
CREATE INDEX audit_at ON audit (at);
-- What was refused is counted by what it says. Each index holds everything that its query reads, so that no row is
-- looked up: also the column of its own condition, which SQLite asks for again.
CREATE INDEX audit_refused ON audit (at, detail, action) WHERE action = 'refused';
CREATE INDEX mail_delay ON mail (coalesce(sent, failed), queued, sent, failed, due) WHERE due IS NULL;
CREATE INDEX account_expires ON account (password_expires, state) WHERE password_expires IS NOT NULL;
CREATE INDEX temporary_unused ON temporary_password (issued, id) WHERE used IS NULL AND ended IS NULL;

-- Links are purged a day after they have expired. Those that nobody used are counted then, by the day on which they
-- expired (days since 1970, UTC). The first rows say since when.
CREATE TABLE expired_link (
    day     INTEGER NOT NULL,
    purpose TEXT    NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (day, purpose)
) STRICT, WITHOUT ROWID;
INSERT INTO expired_link SELECT unixepoch() / 86400, value, 0 FROM json_each('["claim", "reset"]');

-- Imports that are over, and the first rows that each of them rejected: nothing of what stands in a row.
CREATE TABLE import_run (
    id        INTEGER PRIMARY KEY,
    began     INTEGER NOT NULL,
    ended     INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    file      TEXT    NOT NULL,
    added     INTEGER NOT NULL,
    changed   INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    rejected  INTEGER NOT NULL,
    warned    INTEGER NOT NULL,
    whole     INTEGER NOT NULL
) STRICT;
CREATE INDEX import_run_ended ON import_run (ended);
CREATE TABLE import_reject (
    run    INTEGER NOT NULL CONSTRAINT import_reject_run_exists REFERENCES import_run (id) ON DELETE CASCADE,
    line   INTEGER NOT NULL,
    reason TEXT    NOT NULL,
    PRIMARY KEY (run, line)
) STRICT, WITHOUT ROWID;
