-- What the desk does to accounts: callers that were checked, and why something was done.

-- A code that was mailed to be read back, and the check that was passed. One for each account and session of a member of
-- staff: whoever signs in anew checks anew. No reference to the session, which may end first; all of it is over in a
-- quarter of an hour.
CREATE TABLE caller_check (
    session  BLOB    NOT NULL,
    account  INTEGER NOT NULL CONSTRAINT caller_check_account_exists REFERENCES account (id),
    code     BLOB,    -- keyed digest; none once it was read back
    tries    INTEGER NOT NULL DEFAULT 0,
    expires  INTEGER, -- of the code
    passed   TEXT    CONSTRAINT caller_check_known CHECK (passed IN ('code', 'facts')),
    passed_at INTEGER,
    PRIMARY KEY (session, account)
) STRICT, WITHOUT ROWID;

-- Why somebody did something, in their own words. The audit's row names the mark, which is made of salt and text under a
-- key of the audit: who changes a reason is found out, and who is forgotten takes theirs along.
CREATE TABLE act_reason (
    mark    TEXT    PRIMARY KEY,
    account INTEGER NOT NULL CONSTRAINT act_reason_account_exists REFERENCES account (id),
    salt    BLOB    NOT NULL,
    words   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX act_reason_account ON act_reason (account);

-- New addresses that wait, so that the old one can stop what it did not ask for. One open for each person.
CREATE TABLE email_change (
    id          TEXT    PRIMARY KEY,
    account     INTEGER NOT NULL CONSTRAINT email_change_account_exists REFERENCES account (id),
    person      INTEGER NOT NULL, -- no reference: who is forgotten needs no new address
    old         TEXT,             -- on file when it was asked for
    new         TEXT    NOT NULL,
    asked       INTEGER NOT NULL,
    asked_by    INTEGER NOT NULL, -- of the staff
    due         INTEGER NOT NULL,
    approved_by INTEGER,
    ended       INTEGER,
    fate        TEXT    CONSTRAINT email_change_fate_known CHECK (fate IN ('done', 'stopped', 'replaced'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX email_change_open ON email_change (person) WHERE ended IS NULL;
CREATE INDEX email_change_due ON email_change (due) WHERE ended IS NULL;
CREATE INDEX email_change_account ON email_change (account);

-- What the roster said when the desk put another address in its place (empty: none). As long as the roster says the
-- same, it says nothing new, and the desk's stays.
ALTER TABLE person ADD COLUMN overruled TEXT;
