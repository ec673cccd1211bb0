//! OWASP ASVS 5.0, chapter V7.

use super::super::rules::{self, asvs};
use super::{Item, Section, departs, meets, nothing, values};
use crate::policy::Source::Asvs;

pub const SECTIONS: &[Section] = &[Section { source: Asvs, title: "V7 Sessions", items: SESSIONS }];

const SESSIONS: &[Item] = &[
    meets(asvs("7.1.1", "The ends of a session are written down."), "L2", "`docs/SECURITY.md`, sessions."),
    meets(
        asvs("7.1.2", "It is written down how many sessions an account may have at once."),
        "L2",
        "Any number; a change of the password ends them all: `docs/SECURITY.md`, sessions.",
    ),
    nothing(asvs("7.1.3", "Sessions shared with other systems are written down."), "L2", "None is shared."),
    meets(asvs("7.2.1", "Sessions are checked on the server."), "L1", "Each is a row: `src/service/session.rs`."),
    meets(asvs("7.2.2", "Tokens are made for the session, not fixed."), "L1", "`src/service/session.rs`."),
    meets(asvs("7.2.3", "A token has 128 random bits or more."), "L1", "256: `src/service/token.rs`."),
    departs(
        asvs("7.2.4", "Whoever signs in, or gives the password again, gets a new token, and the old one ends."),
        "L1",
        "At sign-in, claim and change. Setting a challenge question asks for the password and keeps the token.",
        "The password that is typed again lets that one post pass and nothing after it, so the session gains nothing.",
    ),
    values(rules::ASVS_IDLE, "L2"),
    values(rules::ASVS_ABSOLUTE, "L2"),
    meets(
        asvs("7.4.1", "A session that has ended opens nothing any more."),
        "L1",
        "`tests/session.rs::a_session_that_is_over_stays_over`.",
    ),
    meets(
        asvs("7.4.2", "Closing an account ends its sessions."),
        "L1",
        "`tests/office.rs::a_suspended_account_lets_nobody_in_and_nobody_stay`.",
    ),
    meets(
        asvs("7.4.3", "After a change of the password all other sessions can be ended."),
        "L2",
        "They are, always: `server/tests/http/password.rs::a_change_by_choice_gives_a_new_session_and_ends_all_others`.",
    ),
    departs(
        asvs("7.4.4", "Signing out is on every page of who is signed in."),
        "L2",
        "It is on the home page and on *Change Password*; *Security* has *Sign out everywhere*, its history nothing.",
        "Every page leads home with one press, and an idle session ends after 30 minutes.",
    ),
    departs(
        asvs("7.4.5", "The office can end the sessions of one person and of all."),
        "L2",
        "Of one person, with `backboard account suspend` and `reactivate`. There is no command for all.",
        "Where the older digest keys are taken out of the key file no session is recognised any more, and none lasts more \
         than 8 hours.",
    ),
    meets(
        asvs("7.5.1", "What recovery rests on is changed only with the password again."),
        "L2",
        "The question: `tests/security.rs::a_wrong_password_sets_nothing_and_is_counted`. The address is the office's.",
    ),
    departs(
        asvs("7.5.2", "People can see their sessions and end each."),
        "L2",
        "They can end all at once, and see the sign-ins in the history, not the sessions.",
        "*Sign out everywhere* ends every session, this one too, so nothing has to be told apart.",
    ),
    meets(
        asvs("7.5.3", "What is graver asks for the password again."),
        "L3",
        "Password and question: `src/service/password.rs`, `src/service/security.rs`.",
    ),
    nothing(asvs("7.6.1", "Sessions agree with those of a login service."), "L2", "There is none."),
    meets(
        asvs("7.6.2", "No session begins without somebody's doing."),
        "L2",
        "Only with the posts of signing in, claiming and changing: `docs/operations.toml`.",
    ),
];
