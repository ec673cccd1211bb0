//! OWASP ASVS 5.0, chapter V6.

use super::super::rules::{self, asvs};
use super::{Item, Section, departs, meets, nothing, values};
use crate::policy::Source::Asvs;

pub const SECTIONS: &[Section] = &[
    Section { source: Asvs, title: "V6.1 Authentication: documentation", items: DOCUMENTS },
    Section { source: Asvs, title: "V6.2 Passwords", items: PASSWORDS },
    Section { source: Asvs, title: "V6.3 Signing in", items: SIGNING_IN },
    Section { source: Asvs, title: "V6.4 Life and recovery of passwords", items: RECOVERY },
    Section { source: Asvs, title: "V6.5 to V6.8 Codes, devices and other services", items: OTHERS },
];

const DOCUMENTS: &[Item] = &[
    meets(
        asvs("6.1.1", "It is written down how guessing is slowed and how nobody can be locked out on purpose."),
        "L1",
        "`docs/SECURITY.md`, limits; `docs/operations.toml`, held against the server by \
         `server/tests/http/limits.rs::every_listed_limit_is_measured_here_or_beside_this_file`.",
    ),
    meets(
        asvs("6.1.2", "The words of the place that no password may be made of are written down."),
        "L2",
        "`src/password/words.rs`, and the profile's own names.",
    ),
    meets(
        asvs("6.1.3", "Every way to sign in is written down with its strength."),
        "L2",
        "`docs/SECURITY.md`, ways in.",
    ),
];

const PASSWORDS: &[Item] = &[
    values(rules::ASVS_SHORTEST, "L1"),
    meets(asvs("6.2.2", "People can change their password."), "L1", "`server/tests/http/password.rs`."),
    values(rules::ASVS_CHANGE, "L1"),
    values(rules::ASVS_BLOCKLIST, "L1"),
    values(rules::ASVS_COMPOSITION, "L1"),
    meets(
        asvs("6.2.6", "Password fields hide what is typed, and may show it for a while."),
        "L1",
        "`app/src/ui/field.rs`.",
    ),
    meets(
        asvs("6.2.7", "Pasting and password managers are allowed."),
        "L1",
        "`end2end/reset.spec.ts`, `app/src/ui/whose.rs`.",
    ),
    departs(
        asvs("6.2.8", "The password is compared exactly as it came, with nothing cut off or changed."),
        "L1",
        "It is normalised (NFC), and a line end or tab at its ends is dropped (`src/password.rs`).",
        "NIST SP 800-63B-4 3.1.1.2 asks for the one and allows the other. Nothing is cut off, and case counts.",
    ),
    values(rules::ASVS_LONGEST, "L2"),
    values(rules::ASVS_EXPIRY, "L2"),
    values(rules::ASVS_OWN_WORDS, "L2"),
    departs(
        asvs("6.2.12", "A new password is compared with passwords from known leaks."),
        "L2",
        "With the 30,000 most used of them, not with all (`docs/decisions/0006-a-blocklist-and-no-meter.md`).",
        "Nothing is asked of another company. A password that leaked elsewhere and is on no list meets 125 tries a day.",
    ),
];

const SIGNING_IN: &[Item] = &[
    values(rules::ASVS_TRIES, "L1"),
    meets(
        asvs("6.3.2", "There are no accounts of the maker's."),
        "L1",
        "A new database has no account; those of `backboard demo` live in a folder of their own.",
    ),
    departs(
        asvs("6.3.3", "Signing in takes a second factor."),
        "L2",
        "Personnel have none; staff have one at the desk.",
        "Limits on every way, the blocklist, a notice of every change with a way to stop it, and no page that shows \
         more of a person than the username and the account's history.",
    ),
    values(rules::ASVS_WAYS, "L2"),
    departs(
        asvs("6.3.5", "People are told of sign-ins that look odd."),
        "L3",
        "No mail is sent for a sign-in, right or wrong.",
        "The account's history shows every sign-in and every refused one, and each change is mailed.",
    ),
    departs(
        asvs("6.3.6", "Mail is no factor of signing in."),
        "L3",
        "The mailbox on file is what proves a person who claims an account or forgot a password.",
        "That is the recognised recovery of NIST SP 800-63B-4 4.2.1.2. The link alone changes nothing, a profile may \
         ask a question after it, and every address is told.",
    ),
    values(rules::ASVS_TOLD, "L3"),
    meets(
        asvs("6.3.8", "No answer tells who has an account, by words, status or time."),
        "L3",
        "Words, status, headers: `server/tests/http/neutral.rs`; the same work: `tests/sign_in/same_work.rs`.",
    ),
];

const RECOVERY: &[Item] = &[
    values(rules::ASVS_LINK, "L1"),
    values(rules::ASVS_MADE, "L1"),
    values(rules::ASVS_MADE_LASTS, "L1"),
    values(rules::ASVS_QUESTION, "L1"),
    values(rules::ASVS_RESET, "L2"),
    meets(
        asvs("6.4.4", "Who lost a second factor is proved anew."),
        "L2",
        "At the desk, the only place that has one: a recovery code and the password, or an admin, who has to know who \
         asks, then the mailbox and the password: \
         `server/tests/http/desk/staff.rs::a_lost_authenticator_is_replaced_with_the_link_and_the_password_together`.",
    ),
    values(rules::ASVS_REMINDED, "L3"),
    meets(
        asvs("6.4.6", "The office can begin a reset and never knows the password."),
        "L3",
        "`server/tests/office/account.rs::a_temporary_password_goes_to_every_address_each_its_own_and_is_never_printed`.",
    ),
];

const OTHERS: &[Item] = &[
    departs(
        asvs("6.5.1", "A code works once."),
        "L2",
        "Links and mailed codes do. A temporary password signs in as often as needed until the password is changed.",
        "People on a bad line are cut off half-way. Its session can change the password and nothing else, its hours \
         are counted, and the first change ends every one of the account.",
    ),
    values(rules::ASVS_MADE_STORED, "L2"),
    meets(asvs("6.5.3", "Codes come from a secure generator."), "L2", "The operating system's: `server/src/clock.rs`."),
    meets(asvs("6.5.4", "A code has 20 random bits or more."), "L2", "Eight digits, 26 bits: `src/link.rs`."),
    values(rules::ASVS_CODE_LIFE, "L2"),
    meets(
        asvs("6.5.6", "A way to sign in can be revoked."),
        "L3",
        "By *This wasn't me*, by a reset, by `backboard account suspend`.",
    ),
    nothing(asvs("6.5.7", "Biometrics are only a second factor."), "L3", "There are none."),
    meets(
        asvs("6.5.8", "One-time passwords by time use a trusted clock."),
        "L3",
        "The server's own, never the visitor's: `src/service/desk/second.rs`.",
    ),
    nothing(asvs("6.6.1", "Codes by telephone are not the only way."), "L2", "No code goes by telephone."),
    values(rules::ASVS_CODE_BOUND, "L2"),
    values(rules::ASVS_CODE_TRIES, "L2"),
    nothing(asvs("6.6.4", "Push notices cannot be sent in floods."), "L3", "There are none."),
    nothing(asvs("6.7.1 to 6.7.2", "Certificates and challenges of devices are sound."), "L3", "There are none."),
    nothing(
        asvs("6.8.1 to 6.8.4", "Assertions of other login services are checked."),
        "L2",
        "None is taken. Accounts whose password lives elsewhere are led there by mail.",
    ),
];
