//! OWASP ASVS 5.0, chapter V16.

use super::super::rules::asvs;
use super::{Item, Section, departs, host, meets};
use crate::policy::Source::Asvs;

pub const SECTIONS: &[Section] = &[Section { source: Asvs, title: "V16 Logs and errors", items: LOGGING }];

const LOGGING: &[Item] = &[
    meets(asvs("16.1.1", "It is written down what is logged, where, and for how long."), "L2", "`docs/LOGGING.md`."),
    departs(
        asvs("16.2.1", "Each entry says when, where, who and what."),
        "L2",
        "The audit says when, who and what, the log when, what and under which request's id; neither says from which address.",
        "Addresses of medics are data too; the proxy's log has them, by time.",
    ),
    meets(
        asvs("16.2.2", "Times are UTC, of one clock."),
        "L2",
        "UTC in log and audit. That the clock is right is the host's.",
    ),
    meets(asvs("16.2.3", "Logs go where the documents say and nowhere else."), "L2", "Standard error and the audit."),
    meets(asvs("16.2.4", "Logs can be read by a program."), "L2", "JSON lines: `server/src/main.rs`."),
    meets(
        asvs("16.2.5", "Secrets never get into logs."),
        "L2",
        "`server/tests/abuse/canaries.rs::k03_no_secret_is_written_anywhere_it_does_not_belong`, \
         `server/tests/mail_log.rs::nothing_logged_names_a_recipient_a_token_or_a_word_of_the_mail`.",
    ),
    meets(
        asvs("16.3.1", "Every sign-in is logged, right or wrong, with its kind."),
        "L2",
        "In the audit: `src/service/sign_in.rs`.",
    ),
    departs(
        asvs("16.3.2", "Refused access is logged."),
        "L2",
        "Wrong passwords, answers and codes, closed accounts, dead links and tries over a limit are, five of a kind an \
         hour for a subnet (`src/service/audit.rs`). Posts of other sites and of the wrong kind of session stand in the \
         log with route and status alone (`docs/LOGGING.md`).",
        "These are refused before anything is read and change nothing.",
    ),
    departs(
        asvs("16.3.3", "Attempts to get around the guards are logged."),
        "L2",
        "Those at limits, proofs of work, codes and flows are (`tests/refused.rs`). Fields that no page has, and posts of \
         other sites, stand in the log with route and status alone (`docs/LOGGING.md`).",
        "These are refused before anything is read and change nothing.",
    ),
    meets(
        asvs("16.3.4", "What breaks is logged, such as TLS to another server."),
        "L2",
        "Once, where it becomes an answer: `app/src/request.rs`, `server/src/mail/worker.rs`.",
    ),
    meets(asvs("16.4.1", "No entry can forge another."), "L2", "JSON escapes everything: `server/src/main.rs`."),
    departs(
        asvs("16.4.2", "Logs cannot be read or changed by others."),
        "L2",
        "The audit lies in the database, where who can write the file can change it, though not unseen: \
         `server/tests/office/audit.rs::the_first_bad_row_is_named_whatever_was_done_to_it`.",
        "`backboard audit verify` with a log from another machine names the first row that is not as it was written, \
         and what was cut off.",
    ),
    host(
        asvs("16.4.3", "Logs are sent to another machine."),
        "L2",
        "Collect standard error with the host's own means, such as journald's upload.",
    ),
    meets(
        asvs("16.5.1", "Errors tell visitors nothing of the inside."),
        "L2",
        "`server/tests/http/refusal.rs::what_broke_inside_is_told_to_nobody`.",
    ),
    meets(
        asvs("16.5.2", "What fails outside leaves the portal sound."),
        "L2",
        "`server/tests/http/trouble.rs::while_another_process_holds_the_database_pages_load_and_forms_say_busy`; mails \
         wait for their server: `server/src/mail/worker.rs`.",
    ),
    meets(
        asvs("16.5.3", "What fails never opens a door."),
        "L2",
        "`server/tests/http/origin.rs::garbage_from_a_trusted_proxy_refuses_the_request`; a commit is whole or not: \
         `server/tests/crash/kill.rs::a_kill_at_any_moment_leaves_a_claim_done_or_not_begun`.",
    ),
    meets(
        asvs("16.5.4", "A last handler catches what nobody expected."),
        "L3",
        "`server/tests/http/trouble.rs::a_panic_becomes_a_page_that_helps_and_the_portal_lives_on`.",
    ),
];
