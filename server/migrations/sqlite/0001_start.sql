-- Times are seconds since 1970, UTC. Digests are 32 bytes of HMAC-SHA-256 under keys kept outside.
-- Every constraint has a name, so that a refusal by the database can be told apart.

CREATE TABLE account (
    id            INTEGER PRIMARY KEY,
    username      TEXT    NOT NULL,
    username_key  TEXT    NOT NULL CONSTRAINT account_username_unique UNIQUE,
    state         TEXT    NOT NULL CONSTRAINT account_state_known
                  CHECK (state IN ('unclaimed', 'active', 'inactive', 'suspended', 'external')),
    shared        INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT,
    password_set  INTEGER,
    created       INTEGER NOT NULL
) STRICT;

CREATE TABLE person (
    id                  INTEGER PRIMARY KEY,
    roster_id           TEXT    NOT NULL CONSTRAINT person_roster_id_unique UNIQUE,
    account             INTEGER NOT NULL CONSTRAINT person_account_exists REFERENCES account (id),
    last_name           TEXT    NOT NULL,
    first_name          TEXT    NOT NULL,
    suffix              TEXT    NOT NULL,
    earlier_names       TEXT    NOT NULL, -- separated by ;
    born                TEXT    NOT NULL, -- ISO 8601
    ssn                 BLOB,             -- keyed digest
    ssn_key             INTEGER,          -- which key made it
    certificate         TEXT,             -- as compared
    certification_level TEXT    NOT NULL,
    email               TEXT,
    products            TEXT    NOT NULL, -- separated by ;
    roster_username     TEXT,             -- as the roster has it, as compared; none: it was made here
    roster_status       TEXT,             -- the last one the roster told: only another one is news
    seen                INTEGER NOT NULL, -- last import that named the row
    fingerprint         BLOB    NOT NULL  -- of the whole roster row: an unchanged row costs no write
) STRICT;
CREATE INDEX person_ssn ON person (ssn) WHERE ssn IS NOT NULL;
CREATE INDEX person_certificate ON person (certificate) WHERE certificate IS NOT NULL;
CREATE INDEX person_email ON person (lower(email)); -- ASCII alone, as Email::key
CREATE INDEX person_account ON person (account);

CREATE TABLE flow (
    id        TEXT    PRIMARY KEY,
    purpose   TEXT    NOT NULL,
    browser   BLOB    NOT NULL CONSTRAINT flow_browser_unique UNIQUE,
    step      TEXT    NOT NULL,
    account   INTEGER CONSTRAINT flow_account_exists REFERENCES account (id),
    link      TEXT    CONSTRAINT flow_link_exists REFERENCES link (id),
    code_tries INTEGER NOT NULL DEFAULT 0,
    expires   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX flow_expires ON flow (expires);
CREATE INDEX flow_link ON flow (link);

CREATE TABLE link (
    id         TEXT    PRIMARY KEY,
    purpose    TEXT    NOT NULL,
    account    INTEGER NOT NULL CONSTRAINT link_account_exists REFERENCES account (id),
    flow       TEXT    NOT NULL, -- of the browser that asked; no reference, flows are purged first
    token      BLOB    NOT NULL CONSTRAINT link_token_unique UNIQUE,
    code       BLOB    NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    spent      INTEGER,
    superseded INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX link_account ON link (account);
CREATE INDEX link_flow ON link (flow);
CREATE INDEX link_expires ON link (expires);

CREATE TABLE session (
    token   BLOB    PRIMARY KEY,
    kind    TEXT    NOT NULL,
    account INTEGER NOT NULL CONSTRAINT session_account_exists REFERENCES account (id),
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

-- One moment is the whole state of a budget: when it will be full again.
CREATE TABLE budget (
    key       TEXT    PRIMARY KEY,
    full_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_full_at ON budget (full_at);

-- Things that are good once: solved proofs of work.
CREATE TABLE spent (
    digest BLOB    PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_until ON spent (until);

CREATE TABLE job (
    id     INTEGER PRIMARY KEY,
    kind   TEXT    NOT NULL,
    sealed BLOB    NOT NULL,
    due    INTEGER NOT NULL,
    tries  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX job_due ON job (due);

CREATE TABLE mail (
    number    INTEGER PRIMARY KEY, -- mails of one second go out in this order
    id        TEXT    NOT NULL CONSTRAINT mail_id_unique UNIQUE, -- local part of the Message-ID
    recipient TEXT    NOT NULL,
    account   INTEGER CONSTRAINT mail_account_exists REFERENCES account (id),
    kind      TEXT    NOT NULL,
    sealed    BLOB,                -- forgotten once sent or given up
    queued    INTEGER NOT NULL,
    due       INTEGER,             -- none: nothing more to do
    tries     INTEGER NOT NULL DEFAULT 0,
    sent      INTEGER,
    failed    INTEGER,
    why       TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX mail_due ON mail (due) WHERE due IS NOT NULL;
CREATE INDEX mail_ended ON mail (coalesce(sent, failed)) WHERE due IS NULL;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    account INTEGER,
    detail  TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_account ON audit (account) WHERE account IS NOT NULL;
