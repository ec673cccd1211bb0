//! The challenge question: a second thing to know, asked after the mailed link and never instead of it.
//!
//! A knowledge question is weak, and NIST SP 800-63B-4 section 3.1.1.2 forbids it as a way to authenticate. It is here
//! because systems in use ask it; it only ever adds to the proof of the mailbox. The questions are a list, so that
//! they can be asked in every language, and ask for what stands in no public record.
//!
//! Answers are compared without case, accents, spaces and punctuation: `St. John’s` = `st johns`.

use serde::{Deserialize, Serialize};

#[cfg(feature = "service")]
use crate::identity::{fold, is_apostrophe, readable};
#[cfg(feature = "service")]
use crate::password::Password;
#[cfg(feature = "service")]
use crate::refused::Refused;
use crate::refused::codes;

codes! {
    /// The questions there are. The sentences stand in `locales/`; a profile may put its own in their place.
    Question {
        FirstPartner = "first-partner",
        FirstStation = "first-station",
        FirstCall = "first-call",
        ChildhoodFriend = "childhood-friend",
        ChildhoodStreet = "childhood-street",
        FavoriteTeacher = "favorite-teacher",
        FirstPet = "first-pet",
        FirstConcert = "first-concert",
    }
}

/// Whether a profile asks a challenge question before a password is reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asking {
    /// Without one there is no link: the mail says whom to contact.
    Required,
    /// Asked of those who have set one.
    Optional,
    #[default]
    Off,
}

/// Fewest letters and digits of a new answer.
#[cfg(feature = "service")]
pub const SHORTEST_ANSWER: usize = 3;
/// Most characters of an answer as typed.
#[cfg(feature = "service")]
const LONGEST_ANSWER: usize = 100;

/// What anybody would try first, as compared.
#[cfg(feature = "service")]
const TRIVIAL: [&str; 48] = [
    "abc",
    "abcd",
    "answer",
    "anything",
    "asdf",
    "asdfgh",
    "baseball",
    "blue",
    "cat",
    "dog",
    "dontknow",
    "dontremember",
    "ems",
    "emt",
    "fido",
    "fluffy",
    "football",
    "forgot",
    "green",
    "hello",
    "idk",
    "idontknow",
    "jesus",
    "john",
    "love",
    "mary",
    "max",
    "medic",
    "mom",
    "mother",
    "mystreet",
    "nobody",
    "none",
    "nothing",
    "paramedic",
    "password",
    "pizza",
    "qwerty",
    "red",
    "secret",
    "smith",
    "somebody",
    "something",
    "test",
    "testing",
    "unknown",
    "whatever",
    "yes",
];

/// An answer as it is compared. Its `Debug` says nothing.
#[cfg(feature = "service")]
#[derive(Clone, PartialEq, Eq)]
pub struct Answer(String);

#[cfg(feature = "service")]
impl Answer {
    /// # Errors
    /// [`Refused::Missing`] when nothing that counts was typed, [`Refused::TooLong`] above 100 characters, or
    /// [`Refused::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = readable(text)?;
        if text.chars().count() > LONGEST_ANSWER {
            return Err(Refused::TooLong);
        }
        let kept = normalised(text);
        if kept.is_empty() { Err(Refused::Missing) } else { Ok(Self(kept)) }
    }

    /// As it is hashed: like a password.
    ///
    /// # Errors
    /// [`Refused::TooLong`] where letters written out make it longer than a password may be.
    pub fn secret(&self) -> Result<Password, Refused> {
        Password::parse(&self.0).map_err(|_| Refused::TooLong)
    }

    /// Whether it will do as a new answer to the question that reads `question`.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self, question: &str, username: &str, password: &str) -> Result<(), Refused> {
        let has = |text: &str, other: &str| other.chars().count() >= 4 && text.contains(other);
        let (question, username, password) = (normalised(question), normalised(username), normalised(password));
        let answer = self.0.as_str();
        let first = answer.chars().next();
        if answer.chars().count() < SHORTEST_ANSWER {
            return Err(Refused::AnswerTooShort);
        }
        if answer.chars().all(|c| Some(c) == first || c.is_ascii_digit()) || TRIVIAL.contains(&answer) {
            return Err(Refused::AnswerTrivial);
        }
        if question.contains(answer) || has(answer, &question) {
            return Err(Refused::AnswerInQuestion);
        }
        if has(answer, &username) || has(&username, answer) {
            return Err(Refused::AnswerHasUsername);
        }
        if has(answer, &password) || has(&password, answer) {
            return Err(Refused::AnswerHasPassword);
        }
        Ok(())
    }
}

#[cfg(feature = "service")]
impl std::fmt::Debug for Answer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Answer(…)")
    }
}

/// Letters and digits alone, without case and accents. Some apostrophes count as letters elsewhere.
#[cfg(feature = "service")]
fn normalised(text: &str) -> String {
    let joined: String = text.chars().filter(|c| !is_apostrophe(*c)).collect();
    fold(&joined).chars().filter(|c| c.is_alphanumeric() && !is_apostrophe(*c)).collect()
}
