//! NIST SP 800-63B-4, at authenticator assurance level 1.

use super::super::rules::{self, nist};
use super::{Item, Section, departs, host, meets, nothing, values};
use crate::policy::Source::Nist;

pub const SECTIONS: &[Section] = &[
    Section { source: Nist, title: "3.1.1.2 Passwords: what may be chosen", items: CHOICE },
    Section { source: Nist, title: "3.1.1.2 Passwords: how they are asked for and kept", items: KEEPING },
    Section { source: Nist, title: "3.2 Guessing and randomness", items: GUESSING },
    Section { source: Nist, title: "4.1 to 4.2 Binding and recovery", items: RECOVERY },
    Section { source: Nist, title: "4.3 to 4.6 Loss, expiry and notices", items: EVENTS },
    Section { source: Nist, title: "2.1.3 and 5 Sessions", items: SESSIONS },
];

const CHOICE: &[Item] = &[
    values(rules::NIST_SHORTEST, "SHALL"),
    values(rules::NIST_LONGEST, "SHOULD"),
    meets(
        nist("3.1.1.2 (3)", "Every printing ASCII character and the space may stand in a password."),
        "SHOULD",
        "Nothing is refused but control characters and U+FFFD: `src/password.rs`, `server/src/web/fields.rs`.",
    ),
    meets(
        nist("3.1.1.2 (4)", "Unicode is taken, and each code point counts as one character."),
        "SHALL",
        "Length is counted in code points: `tests/rules_password.rs`.",
    ),
    values(rules::NIST_COMPOSITION, "SHALL NOT"),
    values(rules::NIST_EXPIRY, "SHALL NOT"),
    meets(
        nist("3.1.1.2 (6), second half", "A password that others may know has to be changed."),
        "SHALL",
        "*This wasn't me* on a notice closes the account, and opening it again voids the password: \
         `tests/office.rs::after_a_report_of_a_change_the_password_is_void_and_a_reset_leads_back_in`.",
    ),
    meets(nist("3.1.1.2 (7)", "No hint is kept for who has not signed in."), "SHALL NOT", "There are no hints."),
    values(rules::NIST_QUESTION, "SHALL NOT"),
    meets(
        nist("3.1.1.2 (9)", "The whole password is asked for and compared; nothing is cut off."),
        "SHALL",
        "128 characters are taken and a longer one is refused in words: `src/password.rs`.",
    ),
    values(rules::NIST_BLOCKLIST, "SHALL"),
    departs(
        nist("3.1.1.2, blocklist, the whole", "The whole password is compared with the list, no part of it."),
        "SHALL",
        "A password that has the username anywhere inside is refused too (`src/password.rs`).",
        "It only refuses more, says so in its own sentence, and the username is what a guesser knows. All other lines \
         of the blocklist judge the whole password.",
    ),
    meets(
        nist("3.1.1.2, blocklist, reason", "Who is refused for the list has to choose another, and is told why."),
        "SHALL",
        "`server/tests/http/refusal.rs::a_password_that_is_refused_says_every_line_and_keeps_nothing`.",
    ),
    meets(
        nist("3.1.1.2, blocklist, size", "The list covers what can be guessed before the tries run out."),
        "SHOULD",
        "The first 100,000 guesses of `zxcvbn`, where a day has 125 tries: `docs/decisions/0006-a-blocklist-and-no-meter.md`.",
    ),
    meets(
        nist("3.1.1.2, guidance", "People are helped to choose a strong password."),
        "SHALL",
        "What is asked stands beside the field and follows the typing: `app/src/ui/new_password.rs`.",
    ),
    departs(
        nist("3.1.1.2, Unicode advice", "Who uses Unicode is told that some devices write it differently."),
        "SHOULD",
        "No page says so.",
        "Both compositions of a letter hash alike (NFC), and *Show password* lets people see what they typed.",
    ),
];

const KEEPING: &[Item] = &[
    meets(
        nist("3.1.1.2, normalization", "Unicode is normalised (NFC) before it is hashed."),
        "SHOULD",
        "`server/tests/hasher.rs::a_password_is_the_same_however_the_keyboard_composed_it`.",
    ),
    meets(
        nist("3.1.1.2, managers", "Password managers and autofill work."),
        "SHALL",
        "`current-password`, `new-password` and a username field: `app/src/ui/field.rs`, `app/src/ui/whose.rs`.",
    ),
    meets(
        nist("3.1.1.2, paste", "A password can be pasted."),
        "SHOULD",
        "Nothing listens to pasting; a line end that comes along is dropped: `end2end/reset.spec.ts`.",
    ),
    meets(
        nist("3.1.1.2, display", "A password can be shown while it is typed."),
        "SHOULD",
        "*Show password*, where the browser runs scripts: `app/src/ui/field.rs`.",
    ),
    host(
        nist("3.1.1.2, channel", "Passwords are asked for over an authenticated, encrypted channel."),
        "SHALL",
        "TLS belongs to the proxy in front. The program refuses a public address without https \
         (`server/tests/config.rs::the_public_url_is_an_https_origin_or_loopback`).",
    ),
    values(rules::NIST_HASHING, "SHALL"),
    meets(
        nist("3.1.1.2, cost", "The hash costs as much as the server can bear."),
        "SHOULD",
        "The parameters of the OWASP cheat sheet, behind a queue that bounds the load: `server/src/hasher.rs`.",
    ),
    meets(
        nist("3.1.1.2, cost over time", "The cost rises with the years."),
        "SHOULD",
        "A release raises it, and a hash that is behind is made anew when the right password is given: \
         `src/service/pepper.rs`.",
    ),
    departs(
        nist("3.1.1.2, scheme", "The scheme is one of SP 800-132 or of NIST's newer guidance."),
        "SHOULD",
        "Argon2id is in neither (`server/src/hasher.rs`).",
        "It is harder to attack with graphics cards than what SP 800-132 holds, won the Password Hashing Competition, \
         and OWASP ASVS 5.0 approves of it with these parameters (appendix C).",
    ),
    meets(
        nist("3.1.1.2, salt", "A salt of 32 bits or more, different for each password, is stored beside the hash."),
        "SHALL",
        "128 bits: `server/tests/hasher.rs::one_password_twice_has_two_salts`.",
    ),
    meets(
        nist("3.1.1.2, reference", "Each hash names its scheme and cost."),
        "SHOULD",
        "A PHC string: `server/src/hasher.rs`.",
    ),
    meets(
        nist("3.1.1.2, key", "A secret key of the server goes into the hash as well."),
        "SHOULD",
        "`server/tests/hasher.rs::the_librarys_own_verifier_takes_the_hash_with_the_pepper_and_not_without`.",
    ),
    meets(
        nist("3.1.1.2, key apart", "That key is kept apart from the hashes."),
        "SHALL",
        "`server/tests/config.rs::keys_in_the_folder_of_the_database_are_refused_however_they_are_named`.",
    ),
    departs(
        nist("3.1.1.2, hardware", "That key is used inside protected hardware."),
        "SHOULD",
        "It stands in a file of mode 600 (`server/src/keys.rs`).",
        "The file is refused where others can read it or where it lies with the database, is read once, and is wiped \
         from memory at the end. A host may put it on an encrypted or sealed volume.",
    ),
];

const GUESSING: &[Item] = &[
    values(rules::NIST_TRIES, "SHALL"),
    nothing(
        nist("3.2.2, rebinding", "What was disabled has to be bound anew."),
        "SHALL",
        "Nothing is disabled for wrong tries; see the item before.",
    ),
    meets(
        nist("3.2.2, success", "After a right password earlier wrong ones count no more."),
        "SHOULD",
        "The budget of the username is full again: `src/service/sign_in.rs`.",
    ),
    host(
        nist("3.2.12", "Random values come from an approved generator."),
        "SHALL",
        "The operating system's generator makes all of them (`server/src/clock.rs`). Whether it is an approved one \
         depends on the host's kernel.",
    ),
];

const RECOVERY: &[Item] = &[
    meets(
        nist("4.1", "It is recorded when a password was bound, changed, expired and ended."),
        "SHALL",
        "In the audit, in the same commit: `src/service/password.rs`.",
    ),
    departs(
        nist("4.1, source", "The record tells where the change came from, such as the address."),
        "SHOULD",
        "The audit holds no address and no browser.",
        "It tells by which way the change came (link, code, temporary password, office), and of a shared account whose \
         mailbox; the owner is told by mail at once.",
    ),
    meets(
        nist("4.2.1", "One of the recognised ways of recovery is there; others rest on a written risk analysis."),
        "SHALL",
        "A code or link to the address on file (issued recovery code). The office's way is weighed in \
         `docs/THREAT-MODEL.md`.",
    ),
    values(rules::NIST_CODE, "SHALL"),
    values(rules::NIST_LINK, "SHALL"),
    meets(
        nist("4.2.1.2, tries", "Tries at recovery codes are limited."),
        "SHALL",
        "`server/tests/http/tries.rs::a_code_may_be_guessed_at_as_often_as_listed_and_the_link_still_works`. Those at \
         temporary passwords by address, subnet and all: `src/service/sign_in.rs`.",
    ),
    departs(
        nist(
            "4.2.1.2, address",
            "A recovery address that was not proved when the person was is proved by a code first.",
        ),
        "SHALL",
        "The addresses are the office's, from its roster, and are used as they are.",
        "The office answers for its record. When it replaces the address of an account that has a password, the old and \
         the new one are told, and live links and temporary passwords end (`src/service/roster.rs`).",
    ),
    departs(
        nist("4.2.1.2, two addresses", "A person can have two recovery addresses."),
        "SHALL",
        "The roster holds one address of a person.",
        "Who has lost the mailbox goes to the office, which knows them and changes the address.",
    ),
    meets(
        nist("4.2.2.1", "Without identity proofing recovery needs a recovery code."),
        "SHALL",
        "No order of steps sets a password without the link or the code: `tests/orders.rs`.",
    ),
    nothing(nist("4.2.2.2", "Recovery at assurance level 2."), "SHALL", "There is one factor, so level 1."),
    values(rules::NIST_TOLD, "SHALL"),
];

const EVENTS: &[Item] = &[
    meets(
        nist("4.3", "A password that others may know is suspended promptly."),
        "SHALL",
        "By its owner with *This wasn't me* (`tests/freeze.rs`), by the office with `backboard account suspend`.",
    ),
    values(rules::NIST_EXPIRED, "SHALL NOT"),
    meets(
        nist("4.4, reason", "Who signs in with an expired password is told that it has expired."),
        "SHOULD",
        "After the right one alone: `src/service/sign_in.rs`.",
    ),
    meets(
        nist("4.5", "When a person is no longer entitled, their password stops working promptly."),
        "SHALL",
        "The roster's status and `account suspend` end sessions, links and temporary passwords in the same commit: \
         `tests/office.rs::a_suspended_account_lets_nobody_in_and_nobody_stay`.",
    ),
    meets(
        nist("4.6, all", "Notices go to every address on file."),
        "SHALL",
        "`src/service/password.rs`; `tests/freeze.rs::a_report_of_a_shared_account_tells_every_address`.",
    ),
    departs(
        nist("4.6, two addresses", "A person can have two addresses for notices."),
        "SHALL",
        "The roster holds one address of a person, and the notice of a recovery goes where its link went.",
        "What happened stands in the account's history too, and in the audit, which the office reads.",
    ),
    departs(
        nist("4.6, paper", "A recovery is told by post where the only address is the one its code went to."),
        "SHALL",
        "Nothing is sent by post.",
        "As for two addresses; an office that wants letters can send them from `backboard account show` or the audit.",
    ),
    meets(
        nist("4.6, way out", "A notice says what to do, and whom to contact, when it was not you."),
        "SHALL",
        "The link *This wasn't me* and the office's telephone and address: `server/src/mail/draft.rs`.",
    ),
];

const SESSIONS: &[Item] = &[
    values(rules::NIST_ABSOLUTE, "SHALL"),
    values(rules::NIST_IDLE, "MAY"),
    meets(
        nist("5.1 (1) to (2)", "The session's secret is made at sign-in and has 64 random bits or more."),
        "SHALL",
        "256 bits, new at every sign-in: `tests/session.rs::the_id_is_new_at_every_sign_in_and_the_old_one_opens_nothing`.",
    ),
    meets(
        nist("5.1 (3)", "Signing out ends the secret."),
        "SHALL",
        "`server/tests/http/session.rs::signing_out_ends_the_row_and_the_cookie_is_worth_nothing`.",
    ),
    host(
        nist("5.1 (4), (6)", "The secret travels encrypted, and nobody between reads it."),
        "SHALL",
        "The proxy in front ends TLS and sees it; it has to be as trusted as the portal's own machine.",
    ),
    meets(
        nist("5.1 (5), 5.2", "The secret is refused after its time; use begins the idle time anew, and nothing more."),
        "SHALL",
        "`tests/session.rs::a_busy_session_is_over_after_eight_hours`.",
    ),
    meets(
        nist("5.1, lasting", "The secret does not outlive the browser, and no cookie replaces signing in."),
        "SHOULD NOT",
        "The session's cookie has no end of its own, so it ends with the browser. That of a known browser gives tries of its \
         own and opens nothing: `src/service/known.rs`.",
    ),
    meets(
        nist("5.1, storage", "The secret lies in no place that scripts can read."),
        "SHOULD NOT",
        "In an `HttpOnly` cookie alone.",
    ),
    meets(
        nist("5.1, fall-back", "A session never falls back to plain http."),
        "SHALL NOT",
        "`Secure` cookies and HSTS: `server/src/web/headers.rs`.",
    ),
    meets(
        nist("5.1, cross-site", "A post holds a mark of the session, which is checked."),
        "SHALL",
        "`server/tests/http/session.rs::a_post_of_a_session_without_its_own_token_is_refused`.",
    ),
    meets(
        nist("5.1, signing out", "Signing out is at hand."),
        "SHOULD",
        "On the home page and on *Change Password*: `app/src/journey/home.rs`.",
    ),
    meets(
        nist("5.1.1 (1) to (3), (5) to (7)", "The cookie is `Secure`, `HttpOnly`, `SameSite`, `__Host-`, and opaque."),
        "SHALL",
        "`server/tests/http/answer.rs` looks at every cookie that is set or removed.",
    ),
    departs(
        nist("5.1.1 (4)", "The cookie says when it ends."),
        "SHOULD",
        "It has no end of its own (`app/src/request.rs`).",
        "It ends with the browser, and the server refuses it after 30 idle minutes or 8 hours whatever the browser does.",
    ),
];
