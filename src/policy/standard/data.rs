//! OWASP ASVS 5.0, chapter V14.

use super::super::rules::asvs;
use super::{Item, Section, departs, meets, nothing};
use crate::policy::Source::Asvs;

pub const SECTIONS: &[Section] = &[Section { source: Asvs, title: "V14 Data protection", items: DATA }];

const DATA: &[Item] = &[
    meets(asvs("14.1.1", "Data that needs protection is listed in levels."), "L2", "`docs/SECURITY.md`, what is kept."),
    meets(asvs("14.1.2", "Each level says how it is protected."), "L2", "`docs/SECURITY.md`, what is kept."),
    departs(
        asvs("14.2.1", "Addresses hold no secret."),
        "L1",
        "Those of mailed links do: `/link/…` and `/not-me/…`.",
        "A mail can carry nothing else. Opening one changes nothing; its button exchanges the token for a cookie and \
         leads to a plain address; no address is told to another site, and the program logs none. The proxy's log is \
         the host's: `docs/SECURITY.md`, hardening.",
    ),
    meets(asvs("14.2.2", "Nothing is kept in caches of servers."), "L2", "`no-store`: `server/src/web/headers.rs`."),
    meets(
        asvs("14.2.3", "No data goes to other companies."),
        "L2",
        "The captcha is a proof of work of its own. A hosted one learns of the visitor's browser, where an operator \
         chooses it.",
    ),
    meets(
        asvs("14.2.4", "The data is protected as its level says."),
        "L2",
        "`server/tests/abuse/canaries.rs::k03_no_secret_is_written_anywhere_it_does_not_belong`.",
    ),
    meets(
        asvs("14.2.5", "A wrong address is not answered with somebody's page."),
        "L3",
        "`server/tests/http/guard.rs::what_is_no_page_and_no_operation_is_not_found`.",
    ),
    meets(
        asvs("14.2.6", "No more is shown than is needed."),
        "L3",
        "Pages show the username and what happened; `backboard account show` masks addresses: `server/tests/office/account.rs`.",
    ),
    meets(
        asvs("14.2.7", "What is old is deleted on a schedule."),
        "L3",
        "`server/src/housekeeping.rs`; `docs/SECURITY.md` lists every period. People who left the roster go after \
         `keep.people_days`, unless their account is in use. The audit stays: it names accounts by number.",
    ),
    nothing(asvs("14.2.8", "Files that people send lose their metadata."), "L3", "Nobody can send files."),
    departs(
        asvs("14.3.1", "When a session ends the browser forgets its data."),
        "L1",
        "Signing out sends `Clear-Site-Data` (`server/src/web/headers.rs`); but a page that stays open keeps what it \
         shows when its session ends by time.",
        "Pages are never stored (`no-store`) and show the username and the history at the most.",
    ),
    meets(asvs("14.3.2", "Browsers keep no copy."), "L2", "`no-store` on every page: `server/src/web/headers.rs`."),
    meets(
        asvs("14.3.3", "Storage of the browser holds no secret but the session's."),
        "L2",
        "There are cookies alone; what a refused form keeps for two minutes is sealed: \
         `server/tests/http/refusal.rs::the_cookie_of_a_refusal_cannot_be_forged_nor_shown_by_another_form`.",
    ),
];
