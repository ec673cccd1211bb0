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
