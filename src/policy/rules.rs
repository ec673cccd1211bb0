//! The requirements, as far as a value of the policy touches them.

use super::{Rule, Source};

pub(super) const fn nist(place: &'static str, asks: &'static str) -> Rule {
    Rule { source: Source::Nist, place, asks }
}

pub(super) const fn asvs(place: &'static str, asks: &'static str) -> Rule {
    Rule { source: Source::Asvs, place, asks }
}

pub const NIST_SHORTEST: Rule = nist("3.1.1.2 (1)", "A password that is the only factor has at least 15 characters.");
pub const ASVS_SHORTEST: Rule = asvs("6.2.1", "A password has at least 8 characters; 15 are recommended.");
pub const NIST_LONGEST: Rule = nist("3.1.1.2 (2)", "A password may have at least 64 characters.");
pub const ASVS_LONGEST: Rule = asvs("6.2.9", "A password may have at least 64 characters.");
pub const NIST_COMPOSITION: Rule = nist("3.1.1.2 (5)", "No mixture of kinds of characters is asked for.");
pub const ASVS_COMPOSITION: Rule = asvs("6.2.5", "Any mixture of characters will do; no kind is asked for.");
pub const NIST_BLOCKLIST: Rule =
    nist("3.1.1.2, blocklist", "A new password is compared with a list of common, expected or leaked ones.");
pub const ASVS_BLOCKLIST: Rule =
    asvs("6.2.4", "A new password is compared with at least the 3,000 most common ones that meet the policy.");
pub const ASVS_OWN_WORDS: Rule =
    asvs("6.2.11", "Words of the place, such as the names of the agency and its systems, are refused too.");
pub const NIST_EXPIRY: Rule =
    nist("3.1.1.2 (6)", "Nobody has to change a password for its age, only when it may be known to others.");
pub const ASVS_EXPIRY: Rule =
    asvs("6.2.10", "A password stays valid until it is known to others or its owner changes it.");
pub const NIST_QUESTION: Rule = nist("3.1.1.2 (8)", "Nobody is asked to set up or answer a security question.");
pub const ASVS_QUESTION: Rule = asvs("6.4.2", "There are no secret questions and no hints.");
pub const NIST_HASHING: Rule =
    nist("3.1.1.2, storage", "Passwords are stored salted, under a hash that is costly to compute.");
pub const ASVS_HASHING: Rule =
    asvs("11.4.2", "Passwords are stored under an approved and costly key derivation, with current parameters.");
pub const NIST_LINK: Rule = nist("4.2.1.2", "A recovery code that is mailed works for 24 hours at most.");
pub const ASVS_LINK: Rule = asvs("6.4.1", "Whatever starts an account is random and dies soon, or with its first use.");
pub const ASVS_MADE: Rule = asvs(
    "6.4.1",
    "A password that the system makes is random, inside the policy, and dies soon or with its first use.",
);
pub const ASVS_MADE_LASTS: Rule = asvs("6.4.1", "A password that the system makes does not become the lasting one.");
pub const ASVS_MADE_STORED: Rule =
    asvs("6.5.2", "A secret of fewer than 112 random bits is stored salted, under a password hash.");
pub const ASVS_CHANGE: Rule = asvs("6.2.3", "A change asks for the present password and for the new one.");
pub const ASVS_WAYS: Rule = asvs("6.3.4", "Every way to sign in is written down and as strong as the others.");
pub const ASVS_REMINDED: Rule = asvs("6.4.5", "Who has to renew a password is told early enough, if need be again.");
pub const NIST_TOLD: Rule = nist("4.2.3", "People are told when their account was recovered.");
pub const NIST_EXPIRED: Rule = nist("4.4", "What has expired is not used to sign in any more.");
pub const ASVS_TOLD: Rule = asvs("6.3.7", "People are told when a way to sign in was changed.");
pub const ASVS_RESET: Rule = asvs("6.4.3", "A forgotten password is replaced by a safe process.");
pub const NIST_CODE: Rule = nist("4.2.1.2", "A recovery code has at least six random digits, and tries are limited.");
pub const ASVS_CODE_BOUND: Rule = asvs("6.6.2", "A code is good only for the request that asked for it.");
pub const ASVS_CODE_LIFE: Rule = asvs("6.5.5", "A code or link that is sent another way works for 10 minutes at most.");
pub const ASVS_CODE_TRIES: Rule = asvs("6.6.3", "Guessing a code is stopped by a limit.");
pub const NIST_TRIES: Rule = nist("3.2.2", "After 100 wrong tries in a row an account takes no more tries.");
pub const ASVS_TRIES: Rule = asvs("6.3.1", "Guessing passwords is slowed down, as the documentation says.");
pub const NIST_IDLE: Rule = nist("2.1.3", "At this level of assurance no end of an idle session is asked for.");
pub const ASVS_IDLE: Rule = asvs("7.3.1", "A session without requests ends, as the documentation says.");
pub const NIST_ABSOLUTE: Rule = nist("2.1.3", "A session ends 30 days after sign-in at the latest.");
pub const ASVS_ABSOLUTE: Rule = asvs("7.3.2", "A session ends after a longest time, as the documentation says.");
