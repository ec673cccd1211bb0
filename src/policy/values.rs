//! The values, each with its rules. A value that comes to the policy and not here does not compile.

use super::{Explained, Hashing, Stands, Verdict, rules, verdict};
use crate::link::{CODE_DIGITS, CODE_TRIES, LINK_SECONDS, LINKS_LIVE};
use crate::password::PasswordPolicy;
use crate::service::session::{ABSOLUTE_SECONDS, IDLE_SECONDS};
use crate::service::sign_in::BY_NAME;

const SHORT: &str = "A few tries, then long waits, for each username; the blocklist; and a costly hash under a key \
    that lies outside the database.";
const LONG: &str = "A longer password is refused in words and never cut off. Signing in takes up to 128 characters, \
    so the value can be raised on any day.";
const COMPOSED: &str = "The blocklist refuses what such rules lead to, like Welcome1! and Welcome2!. The list of what is \
    asked stands beside the field and is the one the server checks.";
const UNLISTED: &str = "None. Turn it on.";
const AGING: &str =
    "The blocklist refuses what a fixed day leads to: a word, a season or a month with a number that goes up.";
const TRIES: &str = "A day has at most 125 tries on a username, and most passwords people think of \
    first are on the blocklist. Nobody can lock an owner out for good, which a hard stop would allow.";

pub fn of_profile(policy: &PasswordPolicy, preset: &PasswordPolicy) -> Vec<Explained> {
    let PasswordPolicy { shortest, longest, uppercase, lowercase, digit, special, blocklist, expires_days } = policy;
    let explained = |name, value: String, was: String, verdicts| Explained { name, own: value != was, value, verdicts };
    let composed = |asked: bool| {
        vec![verdict(&rules::NIST_COMPOSITION, !asked, COMPOSED), verdict(&rules::ASVS_COMPOSITION, !asked, COMPOSED)]
    };
    vec![
        explained(
            "shortest",
            characters(*shortest),
            characters(preset.shortest),
            vec![
                verdict(&rules::NIST_SHORTEST, *shortest >= 15, SHORT),
                verdict(&rules::ASVS_SHORTEST, *shortest >= 8, SHORT),
            ],
        ),
        explained(
            "longest",
            characters(*longest),
            characters(preset.longest),
            vec![
                verdict(&rules::NIST_LONGEST, *longest >= 64, LONG),
                verdict(&rules::ASVS_LONGEST, *longest >= 64, LONG),
            ],
        ),
        explained("uppercase", asked(*uppercase), asked(preset.uppercase), composed(*uppercase)),
        explained("lowercase", asked(*lowercase), asked(preset.lowercase), composed(*lowercase)),
        explained("digit", asked(*digit), asked(preset.digit), composed(*digit)),
        explained("special", one_of(special), one_of(&preset.special), composed(!special.is_empty())),
        explained(
            "blocklist",
            switch(*blocklist),
            switch(preset.blocklist),
            vec![
                verdict(&rules::NIST_BLOCKLIST, *blocklist, UNLISTED),
                verdict(&rules::ASVS_BLOCKLIST, *blocklist, UNLISTED),
                verdict(&rules::ASVS_OWN_WORDS, *blocklist, UNLISTED),
            ],
        ),
        explained(
            "expires_days",
            days(*expires_days),
            days(preset.expires_days),
            vec![
                verdict(&rules::NIST_EXPIRY, *expires_days == 0, AGING),
                verdict(&rules::ASVS_EXPIRY, *expires_days == 0, AGING),
            ],
        ),
    ]
}

pub fn fixed(hashing: Hashing) -> Vec<Explained> {
    let Hashing { kibibytes, passes, lanes } = hashing;
    let line = |name, value, verdicts| Explained { name, value, own: false, verdicts };
    let meets = |rule| Verdict { rule, stands: Stands::Meets };
    vec![
        line(
            "hashing",
            format!("Argon2id, {} MiB, {passes} passes, {lanes} lane, salt and key", kibibytes / 1024),
            vec![meets(&rules::NIST_HASHING), meets(&rules::ASVS_HASHING)],
        ),
        line(
            "mailed link",
            format!("works {}", minutes(LINK_SECONDS)),
            vec![meets(&rules::NIST_LINK), meets(&rules::ASVS_LINK)],
        ),
        line(
            "links at once",
            format!("{LINKS_LIVE} of an account; the first use ends them all"),
            vec![meets(&rules::ASVS_RESET)],
        ),
        line(
            "mailed code",
            format!("{CODE_DIGITS} digits, {CODE_TRIES} tries, in the browser that asked"),
            vec![meets(&rules::NIST_CODE), meets(&rules::ASVS_CODE_BOUND), meets(&rules::ASVS_CODE_TRIES)],
        ),
        line(
            "sign-in tries",
            format!("{} on a username at once, then one every {}", BY_NAME.burst, minutes(BY_NAME.every.into())),
            vec![Verdict { rule: &rules::NIST_TRIES, stands: Stands::Departs(TRIES) }, meets(&rules::ASVS_TRIES)],
        ),
        line(
            "idle session",
            format!("ends after {}", minutes(IDLE_SECONDS)),
            vec![meets(&rules::NIST_IDLE), meets(&rules::ASVS_IDLE)],
        ),
        line(
            "any session",
            format!("ends after {} hours", ABSOLUTE_SECONDS / 3_600),
            vec![meets(&rules::NIST_ABSOLUTE), meets(&rules::ASVS_ABSOLUTE)],
        ),
    ]
}

fn characters(count: u32) -> String {
    format!("{count} characters")
}

fn asked(asked: bool) -> String {
    if asked { "at least one" } else { "not asked" }.to_owned()
}

fn one_of(special: &str) -> String {
    if special.is_empty() { asked(false) } else { format!("at least one of {special}") }
}

fn switch(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn days(days: u32) -> String {
    if days == 0 { "never".to_owned() } else { format!("after {days} days") }
}

fn minutes(seconds: i64) -> String {
    format!("{} minutes", seconds / 60)
}
