-- Rosters that the office imports at its desk, each with its file in the folder beside the database while it waits.
--
-- A row goes from 'uploaded' through 'checking' to 'checked' (or 'refused': no roster); a member says to import it
-- ('queued'), and it is 'importing' until it is 'done'. 'stopped' was cut off on the way, 'dropped' was given up. What
-- stands in added, changed and so on is what the check found, and from 'importing' on what was done.
CREATE TABLE import_job (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- a number stands in addresses and in the audit, and is never given again
    member     INTEGER NOT NULL, -- of the staff, who brought the file
    file       TEXT    NOT NULL, -- as the member's computer named it, cut
    stored     TEXT    NOT NULL CONSTRAINT import_job_stored UNIQUE, -- its name in the folder
    bytes      INTEGER NOT NULL,
    digest     BLOB    NOT NULL, -- SHA-256 of the file
    state      TEXT    NOT NULL CONSTRAINT import_job_state_known CHECK (state IN
                   ('uploaded', 'checking', 'refused', 'checked', 'queued', 'importing', 'done', 'stopped', 'dropped')),
    uploaded   INTEGER NOT NULL,
    begun_by   INTEGER,          -- of the staff, who said to import it
    begun      INTEGER,
    ended      INTEGER,
    total      INTEGER NOT NULL DEFAULT 0, -- rows of the file, once it is read
    reached    INTEGER NOT NULL DEFAULT 0, -- rows that are looked at, or imported
    added      INTEGER NOT NULL DEFAULT 0,
    changed    INTEGER NOT NULL DEFAULT 0,
    unchanged  INTEGER NOT NULL DEFAULT 0,
    rejected   INTEGER NOT NULL DEFAULT 0,
    warned     INTEGER NOT NULL DEFAULT 0,
    leaving    INTEGER NOT NULL DEFAULT 0, -- people of the roster whom the file does not name
    people     INTEGER NOT NULL DEFAULT 0, -- of the roster until now
    wide       INTEGER NOT NULL DEFAULT 0, -- so much changes that somebody has to agree to it apart
    moved      INTEGER NOT NULL DEFAULT 0, -- people changed between the check and the import, so it was checked again
    outcome    BLOB,             -- digest of everything the check found: what is imported must be what was shown
    report     TEXT,             -- examples, as JSON; taken out after some days
    problem    TEXT,             -- why the file is no roster, or what stopped the import
    mark       TEXT              -- of the newest reason
) STRICT;
CREATE INDEX import_job_open ON import_job (state) WHERE state NOT IN ('refused', 'done', 'dropped');
CREATE INDEX import_job_report ON import_job (ended) WHERE report IS NOT NULL;

-- Why somebody imported, as act_reason has it of accounts: the audit's row names the mark. A job that was cut off and begun
-- again has several.
CREATE TABLE import_reason (
    mark   TEXT    PRIMARY KEY,
    import INTEGER NOT NULL CONSTRAINT import_reason_import_exists REFERENCES import_job (id),
    salt   BLOB    NOT NULL,
    words  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
