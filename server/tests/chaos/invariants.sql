-- What must hold in the database at every moment, whatever has been killed, cut off, filled up or set wrong: each of these
-- statements finds no row. They are plain SQL that SQLite and PostgreSQL both read; `:now` is the present, in seconds since
-- 1970. Each says in words what it found. Where a clock may have been put back, order is that of the audit's numbers.

-- A password that was saved has its row in the audit (state, audit and mail are one commit).
SELECT 'account ' || account.id || ' has a password and no row of the audit that says who set it' AS found
FROM account
WHERE account.password_hash IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM audit
    WHERE audit.account = account.id AND audit.action IN ('claimed', 'password-reset', 'password-changed')
        AND audit.at >= account.password_set - 7200);

-- And its notice: as many as passwords were saved, for whoever has one address on file. The ledger of mails and this rule go
-- back 80 days.
SELECT 'account ' || saved.account || ' had ' || saved.times || ' passwords saved and '
    || (SELECT count(*) FROM mail WHERE mail.account = saved.account AND mail.kind = 'password-set') || ' notices queued'
FROM (
    SELECT account, count(*) AS times FROM audit
    WHERE action IN ('claimed', 'password-reset', 'password-changed') AND at > :now - 6912000
    GROUP BY account) AS saved
WHERE EXISTS (SELECT 1 FROM person WHERE person.account = saved.account AND person.email IS NOT NULL)
    AND saved.times > (SELECT count(*) FROM mail WHERE mail.account = saved.account AND mail.kind = 'password-set');

-- Nobody who has not claimed the account has a password on it.
SELECT 'account ' || id || ' is unclaimed and has a password' FROM account
WHERE state = 'unclaimed' AND password_hash IS NOT NULL;

-- An account has its username alone: it is how people are told apart.
SELECT 'the username of account ' || min(id) || ' is taken ' || count(*) || ' times' FROM account
GROUP BY username_key HAVING count(*) > 1;

-- An expired password signs in once: between two such sign-ins a password was set, or the office opened the account again.
SELECT 'account ' || first.account || ' signed in twice with one expired password' FROM audit AS first
JOIN audit AS second ON second.account = first.account AND second.id > first.id AND second.action = 'grace-used'
WHERE first.action = 'grace-used' AND NOT EXISTS (
    SELECT 1 FROM audit AS saved
    WHERE saved.account = first.account AND saved.id > first.id AND saved.id < second.id
        AND saved.action IN ('claimed', 'password-reset', 'password-changed', 'reactivated', 'reactivate'));

-- A link has one fate.
SELECT 'link ' || id || ' is spent and superseded' FROM link WHERE spent IS NOT NULL AND superseded IS NOT NULL;

-- One use ends all links of the account: none that is older than the last password saved is live.
SELECT 'link ' || link.id || ' lives beside link ' || used.id || ', which was used after it was made' FROM link
JOIN link AS used ON used.account = link.account AND used.number > link.number AND used.spent IS NOT NULL
WHERE link.spent IS NULL AND link.superseded IS NULL;

-- Links of three requests are live at the most (src/link.rs, LINKS_LIVE).
SELECT 'account ' || account || ' has live links of ' || count(DISTINCT flow) || ' requests' FROM link
WHERE spent IS NULL AND superseded IS NULL AND expires > :now
GROUP BY account HAVING count(DISTINCT flow) > 3;

-- Links have an order (migration 0006), in which the oldest is superseded.
SELECT 'two links have the number ' || number FROM link WHERE number > 0 GROUP BY number HAVING count(*) > 1;

-- The last step of a flow and the use of its link are one commit.
SELECT 'flow ' || flow.id || ' is done and its link is not spent' FROM flow
LEFT JOIN link ON link.id = flow.link
WHERE flow.step = 'done' AND (link.id IS NULL OR link.spent IS NULL);

-- And the other way round. Flows are forgotten a day after they have expired.
SELECT 'link ' || link.id || ' is spent and no flow is done with it' FROM link
WHERE link.spent > :now - 72000
    AND NOT EXISTS (SELECT 1 FROM flow WHERE flow.link = link.id AND flow.step = 'done');

-- One link sets one password.
SELECT 'link ' || link || ' ended ' || count(*) || ' flows' FROM flow
WHERE step = 'done' GROUP BY link HAVING count(*) > 1;

-- A flow is of the account and the journey of its link, and cannot be carried to another.
SELECT 'flow ' || flow.id || ' is of another account or journey than its link' FROM flow
JOIN link ON link.id = flow.link
WHERE flow.account IS NULL OR flow.account <> link.account OR flow.purpose <> link.purpose;

-- A flow stands where it has proved what it had to: past the first step it has its link.
SELECT 'flow ' || id || ' stands at ' || step || ' without a link' FROM flow
WHERE step <> 'asked' AND (link IS NULL OR account IS NULL);

-- Tries are reserved before they are looked at, and there are no more of them (src/link.rs, CODE_TRIES, ANSWER_TRIES).
SELECT 'flow ' || id || ' had ' || code_tries || ' codes tried' FROM flow WHERE code_tries > 5;
SELECT 'link ' || id || ' had ' || answer_tries || ' answers tried' FROM link WHERE answer_tries > 5;

-- Whoever is closed is out: no session, no link, no temporary password opens the account.
SELECT 'account ' || account.id || ' is ' || account.state || ' and has a session' FROM account
JOIN session ON session.account = account.id
WHERE account.state IN ('inactive', 'suspended') OR account.frozen = 'all';
SELECT 'account ' || account.id || ' is closed and link ' || link.id || ' is live' FROM account
JOIN link ON link.account = account.id AND link.spent IS NULL AND link.superseded IS NULL
WHERE account.state IN ('inactive', 'suspended') OR account.frozen IS NOT NULL;
SELECT 'account ' || account.id || ' is closed and a temporary password of it has not ended' FROM account
JOIN temporary_password ON temporary_password.account = account.id AND temporary_password.ended IS NULL
WHERE account.state IN ('inactive', 'suspended') OR account.frozen IS NOT NULL;

-- Who pressed *This wasn't me* waits for the office: the account is stopped and its case open, or neither.
SELECT 'account ' || account.id || ' is stopped and no case is open' FROM account
WHERE account.frozen IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM office_case
    WHERE office_case.account = account.id AND office_case.kind = 'not-me' AND office_case.closed IS NULL);
SELECT 'case ' || office_case.id || ' is open and account ' || account.id || ' is not stopped' FROM office_case
JOIN account ON account.id = office_case.account
WHERE office_case.kind = 'not-me' AND office_case.closed IS NULL AND account.frozen IS NULL;

-- One open case of a kind for each account, one open change of address and one open entry of dead mail for each person.
SELECT 'account ' || account || ' has ' || count(*) || ' open cases ' || kind FROM office_case
WHERE closed IS NULL GROUP BY account, kind HAVING count(*) > 1;
SELECT 'person ' || person || ' has ' || count(*) || ' addresses that wait' FROM email_change
WHERE ended IS NULL GROUP BY person HAVING count(*) > 1;
SELECT 'person ' || person || ' has ' || count(*) || ' open entries of dead mail' FROM unreached
WHERE ended IS NULL GROUP BY person HAVING count(*) > 1;

-- A password that is set ends every temporary one: what has not ended was issued after the last password was saved.
SELECT 'a temporary password of account ' || temporary_password.account || ' outlived a password that was saved'
FROM temporary_password
JOIN (SELECT account, max(id) AS id FROM audit
    WHERE action IN ('claimed', 'password-reset', 'password-changed') GROUP BY account) AS saved
    ON saved.account = temporary_password.account
WHERE temporary_password.ended IS NULL AND NOT EXISTS (
    SELECT 1 FROM audit AS issued
    WHERE issued.account = saved.account AND issued.id > saved.id
        AND issued.action IN ('temporary-issued', 'send-temporary', 'show-temporary'));

-- And every session but the one it begins: the others were begun by a sign-in after it.
SELECT 'account ' || open.account || ' has ' || open.sessions || ' sessions, more than began since its password was saved'
FROM (SELECT account, count(*) AS sessions FROM session GROUP BY account) AS open
JOIN (SELECT account, max(id) AS id FROM audit
    WHERE action IN ('claimed', 'password-reset', 'password-changed') GROUP BY account) AS saved
    ON saved.account = open.account
WHERE open.sessions > (
    SELECT count(*) FROM audit AS began
    WHERE began.account = saved.account AND began.id >= saved.id
        AND began.action IN ('claimed', 'password-changed', 'signed-in', 'temporary-used', 'grace-used'));

-- A mail ends once, and is forgotten then: what waits is sealed, what has ended is neither due nor kept.
SELECT 'mail ' || id || ' is due and has ended' FROM mail
WHERE due IS NOT NULL AND (sent IS NOT NULL OR failed IS NOT NULL OR bounced IS NOT NULL);
SELECT 'mail ' || id || ' is neither due nor ended' FROM mail WHERE due IS NULL AND sent IS NULL AND failed IS NULL;
SELECT 'mail ' || id || ' was sent and given up' FROM mail WHERE sent IS NOT NULL AND failed IS NOT NULL;
SELECT 'mail ' || id || ' waits and has no content' FROM mail WHERE due IS NOT NULL AND sealed IS NULL;
SELECT 'mail ' || id || ' has ended and is kept' FROM mail WHERE due IS NULL AND sealed IS NOT NULL;
SELECT 'two mails have one Message-ID: ' || id FROM mail GROUP BY id HAVING count(*) > 1;

-- Nobody has work in hand for longer than its lease (src/service/jobs.rs, a minute; server/src/mail/worker.rs), and a mail
-- waits an hour for its next attempt at the most (server/src/mail/backoff.rs).
SELECT 'job ' || id || ' is out for ' || (due - :now) || ' seconds' FROM job WHERE due > :now + 60;
SELECT 'mail ' || id || ' waits for ' || (due - :now) || ' seconds' FROM mail WHERE due > :now + 3600;
-- Six begins are the end of a job.
SELECT 'job ' || id || ' was begun ' || tries || ' times' FROM job WHERE tries > 6;

-- The audit has no gap, and each row is tied to the one before it.
SELECT 'the audit has ' || count(*) || ' rows from ' || min(id) || ' to ' || max(id) FROM audit
HAVING count(*) > 0 AND max(id) - min(id) + 1 <> count(*);
SELECT 'row ' || id || ' of the audit is tied to nothing' FROM audit WHERE digest IS NULL OR key IS NULL;

-- What rows name is there.
SELECT 'person ' || id || ' has no account' FROM person
WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = person.account);
SELECT 'link ' || id || ' has no account' FROM link
WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = link.account);
SELECT 'flow ' || id || ' has no account' FROM flow
WHERE account IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = flow.account);
SELECT 'flow ' || id || ' has no link' FROM flow
WHERE link IS NOT NULL AND NOT EXISTS (SELECT 1 FROM link WHERE link.id = flow.link);
SELECT 'a session of account ' || account || ' has none' FROM session
WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = session.account);
SELECT 'mail ' || id || ' has no account' FROM mail
WHERE account IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = mail.account);
SELECT 'the question of account ' || account || ' has none' FROM challenge
WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = challenge.account);
SELECT 'temporary password ' || id || ' has no account' FROM temporary_password
WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = temporary_password.account);
SELECT 'case ' || id || ' has no account' FROM office_case
WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = office_case.account);
SELECT 'address ' || id || ' that waits has no account' FROM email_change
WHERE NOT EXISTS (SELECT 1 FROM account WHERE account.id = email_change.account);
SELECT 'a name of person ' || person || ' has none' FROM person_name
WHERE NOT EXISTS (SELECT 1 FROM person WHERE person.id = person_name.person);
