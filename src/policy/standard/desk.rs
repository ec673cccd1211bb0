//! NIST SP 800-63B-4 at authenticator assurance level 2: what the staff's way to the desk is held against.

use super::super::rules::nist;
use super::{Item, Section, departs, meets};
use crate::policy::Source::Nist;

pub const SECTIONS: &[Section] =
    &[Section { source: Nist, title: "2.2 and 3.1 Staff at the desk, at assurance level 2", items: STAFF }];

const STAFF: &[Item] = &[
    meets(
        nist("2.2.1", "Two different factors are asked at each sign-in."),
        "SHALL",
        "Password and authenticator: `server/tests/http/desk/entry.rs::\
         the_first_step_says_the_same_for_an_unknown_address_and_a_wrong_password_and_opens_nothing`.",
    ),
    departs(
        nist("2.2.2", "A way that cannot be phished is offered."),
        "SHALL",
        "There is none yet: passkeys may follow.",
        "A code works once and for a minute and a half, five wrong ones are mailed to the member, a session is short and \
         ends with another role, and each act is written down by number.",
    ),
    meets(
        nist("2.2.3", "A session ends after a day, and after an hour without a request."),
        "SHOULD",
        "8 hours and 15 minutes: `server/tests/http/desk/entry.rs::\
         a_session_ends_after_15_idle_minutes_and_8_hours_and_is_a_new_one_at_every_sign_in`.",
    ),
    departs(
        nist("3.1.2", "Recovery codes of fewer than 112 bits are hashed as passwords are."),
        "SHALL",
        "They have 60 random bits and lie as HMAC-SHA-256 under a key that is not in the database.",
        "Without that key, which lies apart, nothing can be tried offline; online five tries follow each password \
         (`docs/decisions/0007-temporary-passwords-are-digested-not-hashed.md` weighs the same).",
    ),
    meets(
        nist("3.1.2, once", "A recovery code works once."),
        "SHALL",
        "`testkit/src/contract/staff.rs::a_recovery_code_is_spent_once_and_new_ones_replace_the_old`.",
    ),
    meets(
        nist("3.1.4", "A code by time is taken once, and tries are limited."),
        "SHALL",
        "`testkit/src/contract/staff.rs::one_of_32_takes_the_step`; `server/tests/http/desk/limits.rs::\
         a_member_s_second_factor_may_be_tried_as_often_as_listed_over_all_sign_ins`.",
    ),
    meets(
        nist("3.1.4, key", "The key of an authenticator is kept from who reads the database."),
        "SHALL",
        "Sealed under a key that lies apart: `src/service/desk/second.rs`.",
    ),
];
