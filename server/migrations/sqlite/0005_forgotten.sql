-- People who left the roster are forgotten. When an import last named a person has stood in `seen` since the first
-- step, so nobody needs a moment made up: whom no import names any more goes when their own days are over.

CREATE INDEX person_seen ON person (seen);
-- When the last person of the account was forgotten: only its number is left, which the audit names.
ALTER TABLE account ADD COLUMN forgotten INTEGER;
-- So that the mails of one account are found without reading the whole ledger.
CREATE INDEX mail_account ON mail (account) WHERE account IS NOT NULL;
