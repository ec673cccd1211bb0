-- The office's staff: rows, passwords, sessions and links of their own, apart from those of the personnel.

CREATE TABLE staff (
    id             INTEGER PRIMARY KEY,
    email          TEXT    NOT NULL,
    email_key      TEXT    NOT NULL CONSTRAINT staff_email_unique UNIQUE,
    name           TEXT    NOT NULL,
    role           TEXT    NOT NULL CONSTRAINT staff_role_known CHECK (role IN ('helpdesk', 'supervisor', 'admin')),
    state          TEXT    NOT NULL CONSTRAINT staff_state_known CHECK (state IN ('invited', 'active', 'suspended')),
    may_show       INTEGER NOT NULL DEFAULT 0,
    password_hash  TEXT,
    password_set   INTEGER,
    second         BLOB,    -- the sealed key of the authenticator
    second_step    INTEGER, -- of the last code taken: each is good once
    admin_asked_by INTEGER CONSTRAINT staff_asker_exists REFERENCES staff (id),
    created        INTEGER NOT NULL,
    invited_by     INTEGER CONSTRAINT staff_inviter_exists REFERENCES staff (id) -- none: from the command line
) STRICT;

CREATE TABLE staff_recovery (
    staff  INTEGER NOT NULL CONSTRAINT staff_recovery_staff_exists REFERENCES staff (id),
    digest BLOB    NOT NULL,
    made   INTEGER NOT NULL,
    used   INTEGER,
    PRIMARY KEY (staff, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_link (
    id      TEXT    PRIMARY KEY,
    token   BLOB    NOT NULL CONSTRAINT staff_link_token_unique UNIQUE,
    staff   INTEGER NOT NULL CONSTRAINT staff_link_staff_exists REFERENCES staff (id),
    purpose TEXT    NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    spent   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_link_staff ON staff_link (staff);

CREATE TABLE staff_session (
    token   BLOB    PRIMARY KEY,
    staff   INTEGER NOT NULL CONSTRAINT staff_session_staff_exists REFERENCES staff (id),
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_session_staff ON staff_session (staff);

-- Browsers between the first and the second step.
CREATE TABLE staff_entry (
    token   BLOB    PRIMARY KEY,
    staff   INTEGER NOT NULL CONSTRAINT staff_entry_staff_exists REFERENCES staff (id),
    link    TEXT,            -- that lets an authenticator be set up; no reference, links are purged later
    secret  BLOB,            -- sealed: the key of the authenticator that is being set up
    tries   INTEGER NOT NULL DEFAULT 0,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_entry_staff ON staff_entry (staff);
