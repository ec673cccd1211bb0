//! The values, each with its rules. A value that comes to the policy and not here does not compile.

use super::{Explained, Hashing, Stands, Verdict, rules, verdict};
use crate::agency::{ChallengePolicy, Policy, Rule, TemporaryPolicy};
use crate::challenge::Asking;
use crate::expiry::REMINDER_DAYS;
use crate::link::{ANSWER_TRIES, CODE_DIGITS, CODE_TRIES, LINK_SECONDS, LINKS_LIVE};
use crate::password::PasswordPolicy;
use crate::service::reset::ANSWERS_BY_ACCOUNT;
use crate::service::session::{ABSOLUTE_SECONDS, IDLE_SECONDS};
use crate::service::sign_in::BY_NAME;

const SHORT: &str = "A few tries, then long waits, for each username; the blocklist; and a costly hash under a key \
    that lies outside the database.";
const LONG: &str = "A longer password is refused in words and never cut off. Signing in takes up to 128 characters, \
    so the value can be raised on any day.";
const COMPOSED: &str = "The blocklist refuses what such rules lead to, like Welcome1! and Welcome2!. The list of what is \
    asked stands beside the field and is the one the server checks.";
const UNLISTED: &str = "Only the limit of 125 tries a day on a username stands between a common password and a guesser. \
    Turn the list on.";
const AGING: &str =
    "The blocklist refuses what a fixed day leads to: a word, a season or a month with a number that goes up.";
const LATE: &str = "One sign-in after the end, counted by one statement of the database. Its session reaches Change \
    Password and Sign Out alone, and four reminders have told of the day before.";
const TRIES: &str = "A day has at most 125 tries on a username by all strangers together, and as many by all browsers that \
    have signed in with its present password. Most passwords that people think of first are on the blocklist. Nobody can \
    lock an owner out for good, which a hard stop would allow.";

const QUESTION: &str = "The question only adds to the mailed link, is never shown before it, and alone opens nothing. A \
    link takes 5 answers and an account 10 a day. Answers are hashed like passwords, and those that anybody would try \
    are refused.";
const LONG_MAILED: &str = "Longer than a day, because people find the mail late. It signs in only to change the \
    password, is too random to be guessed, and the first change ends every mailed password of the account.";
const DIGESTED: &str = "A digest under a key that lies outside the database: without the key a copy of the database \
    gives no way to try one, and 64 random bits are too many to try at sign-in before the days are over.";
const SLOW_MAIL: &str = "Mail is often later than that. The code has 8 digits and 5 tries, works only in the browser \
    that asked, and dies with the link beside it. NIST SP 800-63B-4 4.2.1.2 gives a mailed code 24 hours.";
const SLOW_LINK: &str = "Mail is often later than that. The link holds 256 random bits, opens nothing before its button is \
    pressed, and ends with the next password. NIST SP 800-63B-4 4.2.1.2 gives a mailed link 24 hours.";

// The numbers that the sentences above say.
const _: () = assert!(ANSWER_TRIES == 5 && ANSWERS_BY_ACCOUNT.burst == 10);
const _: () = assert!(CODE_DIGITS == 8 && CODE_TRIES == 5);
const _: () = assert!(REMINDER_DAYS.len() == 4);

pub fn of_profile(policy: &Policy) -> Vec<Explained> {
    let Policy { preset, base: _, password, challenge, temporary, products: _ } = policy;
    let was = preset.password();
    let PasswordPolicy { shortest, longest, uppercase, lowercase, digit, special, blocklist, expires_days } = password;
    let explained = |name, rule, value: String, was: String, verdicts| {
        let asking = policy.products.iter().filter(|product| policy.asks(rule, product));
        let asked_by = asking.map(|product| product.name.clone()).collect();
        Explained { name, own: value != was, asked_by, value, verdicts }
    };
    let composed = |asked: bool| {
        vec![verdict(&rules::NIST_COMPOSITION, !asked, COMPOSED), verdict(&rules::ASVS_COMPOSITION, !asked, COMPOSED)]
    };
    vec![
        explained(
            "shortest",
            Rule::Shortest,
            characters(*shortest),
            characters(was.shortest),
            vec![
                verdict(&rules::NIST_SHORTEST, *shortest >= 15, SHORT),
                verdict(&rules::ASVS_SHORTEST, *shortest >= 8, SHORT),
            ],
        ),
        explained(
            "longest",
            Rule::Longest,
            characters(*longest),
            characters(was.longest),
            vec![
                verdict(&rules::NIST_LONGEST, *longest >= 64, LONG),
                verdict(&rules::ASVS_LONGEST, *longest >= 64, LONG),
            ],
        ),
        explained("uppercase", Rule::Uppercase, asked(*uppercase), asked(was.uppercase), composed(*uppercase)),
        explained("lowercase", Rule::Lowercase, asked(*lowercase), asked(was.lowercase), composed(*lowercase)),
        explained("digit", Rule::Digit, asked(*digit), asked(was.digit), composed(*digit)),
        explained("special", Rule::Special, one_of(special), one_of(&was.special), composed(!special.is_empty())),
        explained(
            "blocklist",
            Rule::Blocklist,
            switch(*blocklist),
            switch(was.blocklist),
            vec![
                verdict(&rules::NIST_BLOCKLIST, *blocklist, UNLISTED),
                verdict(&rules::ASVS_BLOCKLIST, *blocklist, UNLISTED),
                verdict(&rules::ASVS_OWN_WORDS, *blocklist, UNLISTED),
            ],
        ),
        explained(
            "expires_days",
            Rule::ExpiresDays,
            days(*expires_days),
            days(was.expires_days),
            vec![
                verdict(&rules::NIST_EXPIRY, *expires_days == 0, AGING),
                verdict(&rules::ASVS_EXPIRY, *expires_days == 0, AGING),
                verdict(&rules::NIST_EXPIRED, *expires_days == 0, LATE),
            ],
        ),
        of_challenge(*challenge),
        of_temporary(*temporary, preset.temporary()),
    ]
}

fn of_challenge(challenge: ChallengePolicy) -> Explained {
    let ChallengePolicy { asking, confirm_days } = challenge;
    let again = if confirm_days == 0 {
        String::new()
    } else {
        format!("; the answer is given again at sign-in every {confirm_days} days")
    };
    let value = match asking {
        Asking::Off => "no question".to_owned(),
        Asking::Optional => format!("asked of those who have set a question{again}"),
        Asking::Required => format!("asked of everyone; without a question the office helps{again}"),
    };
    let off = asking == Asking::Off;
    Explained {
        name: "challenge",
        value,
        own: !off,
        asked_by: Vec::new(),
        verdicts: vec![verdict(&rules::NIST_QUESTION, off, QUESTION), verdict(&rules::ASVS_QUESTION, off, QUESTION)],
    }
}

fn of_temporary(temporary: TemporaryPolicy, preset: TemporaryPolicy) -> Explained {
    let TemporaryPolicy { hours } = temporary;
    Explained {
        name: "temporary",
        value: format!("a mailed password works {hours} hours"),
        own: temporary != preset,
        asked_by: Vec::new(),
        verdicts: vec![
            verdict(&rules::NIST_LINK, hours <= 24, LONG_MAILED),
            verdict(&rules::ASVS_MADE, hours <= 24, LONG_MAILED),
        ],
    }
}

pub fn fixed(hashing: Hashing) -> Vec<Explained> {
    let Hashing { kibibytes, passes, lanes } = hashing;
    let line = |name, value, verdicts| Explained { name, value, own: false, asked_by: Vec::new(), verdicts };
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
            vec![
                meets(&rules::NIST_LINK),
                meets(&rules::ASVS_LINK),
                Verdict { rule: &rules::ASVS_CODE_LIFE, stands: Stands::Departs(SLOW_LINK) },
            ],
        ),
        line(
            "links at once",
            format!("{LINKS_LIVE} of an account; the first use ends them all"),
            vec![meets(&rules::ASVS_RESET)],
        ),
        line(
            "mailed code",
            format!("{CODE_DIGITS} digits, {CODE_TRIES} tries, in the browser that asked"),
            vec![
                meets(&rules::NIST_CODE),
                meets(&rules::ASVS_CODE_BOUND),
                meets(&rules::ASVS_CODE_TRIES),
                Verdict { rule: &rules::ASVS_CODE_LIFE, stands: Stands::Departs(SLOW_MAIL) },
            ],
        ),
        line(
            "mailed password",
            "64 random bits or more where 12 characters fit; each one works until the password is changed; kept as a \
             keyed digest"
                .to_owned(),
            vec![
                meets(&rules::NIST_CODE),
                Verdict { rule: &rules::NIST_HASHING, stands: Stands::Departs(DIGESTED) },
                Verdict { rule: &rules::ASVS_MADE_STORED, stands: Stands::Departs(DIGESTED) },
            ],
        ),
        line(
            "change-only",
            "a session begun with a mailed or an expired password reaches Change Password and Sign Out alone"
                .to_owned(),
            vec![meets(&rules::ASVS_MADE_LASTS), meets(&rules::ASVS_CHANGE)],
        ),
        line(
            "late sign-in",
            "one after the password's days are over, change-only".to_owned(),
            vec![meets(&rules::ASVS_WAYS)],
        ),
        line(
            "reminders",
            format!("{} before the password's days are over", reminders()),
            vec![meets(&rules::ASVS_REMINDED)],
        ),
        line(
            "notices",
            "every change is told to every address on file, with a way to stop it".to_owned(),
            vec![meets(&rules::NIST_TOLD), meets(&rules::ASVS_TOLD)],
        ),
        line(
            "sign-in tries",
            format!(
                "{} on a username at once, then one every {}; known browsers have as many of their own",
                BY_NAME.burst,
                minutes(BY_NAME.every.into())
            ),
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

/// `14, 7, 3 and 1 days`.
fn reminders() -> String {
    let days: Vec<String> = REMINDER_DAYS.iter().map(ToString::to_string).collect();
    let (last, others) = days.split_last().map_or(("", [].as_slice()), |(last, others)| (last, others));
    format!("{} and {last} days", others.join(", "))
}

fn minutes(seconds: i64) -> String {
    format!("{} minutes", seconds / 60)
}
