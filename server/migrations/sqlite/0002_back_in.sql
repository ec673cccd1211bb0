-- Challenge questions, temporary passwords, expiry, and accounts that somebody stopped.

ALTER TABLE account ADD COLUMN password_expires INTEGER;
ALTER TABLE account ADD COLUMN remind_at INTEGER;
ALTER TABLE account ADD COLUMN grace_spent INTEGER;
ALTER TABLE account ADD COLUMN frozen TEXT CONSTRAINT account_frozen_known CHECK (frozen IN ('resets', 'all'));
CREATE INDEX account_remind_at ON account (remind_at) WHERE remind_at IS NOT NULL;
-- Passwords that have no days yet, for the day on which a policy begins to ask for them.
CREATE INDEX account_unscheduled ON account (id)
    WHERE password_hash IS NOT NULL AND password_expires IS NULL AND state = 'active';

ALTER TABLE session ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0;

-- Wrong answers are counted on the link that leads to the question.
ALTER TABLE link ADD COLUMN answer_tries INTEGER NOT NULL DEFAULT 0;
-- Whose address it went to: a shared account has several.
ALTER TABLE link ADD COLUMN person INTEGER;

CREATE TABLE challenge (
    account     INTEGER PRIMARY KEY CONSTRAINT challenge_account_exists REFERENCES account (id),
    question    TEXT    NOT NULL,
    answer_hash TEXT    NOT NULL,
    confirmed   INTEGER NOT NULL
) STRICT;

CREATE TABLE temporary_password (
    id      TEXT    PRIMARY KEY,
    account INTEGER NOT NULL CONSTRAINT temporary_account_exists REFERENCES account (id),
    digest  BLOB    NOT NULL,
    issued  INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    issuer  TEXT    NOT NULL,
    why     TEXT    NOT NULL,
    mail    TEXT,              -- that carries it; no reference, mails are purged first
    used    INTEGER,           -- its first sign-in
    ended   INTEGER            -- the password was changed, or the account closed
) STRICT, WITHOUT ROWID;
CREATE INDEX temporary_account ON temporary_password (account, digest);
CREATE INDEX temporary_expires ON temporary_password (expires);

-- What waits for the office. One open case of a kind for each account.
CREATE TABLE office_case (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL CONSTRAINT office_case_account_exists REFERENCES account (id),
    kind    TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    opened  INTEGER NOT NULL,
    closed  INTEGER
) STRICT;
CREATE UNIQUE INDEX office_case_open ON office_case (account, kind) WHERE closed IS NULL;
