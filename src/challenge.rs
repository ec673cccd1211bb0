//! The challenge question: a second thing to know, asked after the mailed link and never instead of it.
//!
//! A knowledge question is weak: NIST SP 800-63B-4 section 3.1.1.2 (item 8) forbids to ask one when a password is
//! chosen, and none of its authenticators (section 3.1) is of that kind. It is here because systems in use ask it; it
//! only ever adds to the proof of the mailbox. The questions are a list, so that they can be asked in every language,
//! and ask for what stands in no public record.
//!
//! Answers are compared without case, accents, spaces and punctuation: `St. John’s` = `st johns`. A new one will not
//! do when it is what anybody would try first:
//!
//! | it is | for example | said as |
//! |---|---|---|
//! | fewer than three letters and digits | `Al` | too short |
//! | one character or digits alone, or with each other | `aaaa`, `1998`, `b52` | trivial |
//! | a row along the alphabet | `abcdef` | trivial |
//! | on a short list, with any digits around it | `fluffy`, `Engine 7` | trivial |
//! | words of the question, with any digits around them, or the whole of it in a longer one | `Station 12` | in the question |
//! | the username or the part before its `@`, or has or is a part of it | `lovelace` of `ada.lovelace` | has the username |
//! | the password, or has or is a part of it | | has the password |

use serde::{Deserialize, Serialize};

#[cfg(feature = "service")]
use crate::identity::{fold, is_apostrophe, readable};
#[cfg(feature = "service")]
use crate::password::{LONGEST_TYPED, Password};
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

/// Parts of a username or password that have fewer letters and digits stand in too many answers.
#[cfg(feature = "service")]
const SHORTEST_PART: usize = 4;
/// A row along the alphabet that is shorter may be a name: `Stu`.
#[cfg(feature = "service")]
const SHORTEST_ROW: usize = 4;

/// What anybody would try first, as compared: no answer at all, the keyboard, and the most common answers to the
/// questions of the list, in English and Spanish.
#[cfg(feature = "service")]
const TRIVIAL: &str = "
    abc answer anything asdf asdfg asdfgh dontknow dontremember forgot hello idk idontknow idontremember mystreet
    noanswer nobody none nothing password qwer qwert qwerty secret somebody someone something test testing unknown
    whatever yes
    hola nada nadie ninguna ninguno nolose nose nomeacuerdo prueba respuesta secreto contrasena
    ambulance ems emt engine fire hospital hq headquarters medic paramedic rescue station unit ambulancia bomberos
    cardiacarrest chestpain fall mva mvc
    alex amy ann anna ben bob chris dan dave david james jane jen jim joe john josh kim mary matt mike nick sam sarah
    steve tom johnsmith smith jones brown johnson williams jose juan maria luis carlos ana
    boyfriend girlfriend husband wife mom mother dad father mama papa madre padre
    novio novia esposo esposa
    bella buddy charlie coco daisy fido fluffy ginger lady lucky lucy max molly oreo patches peanut princess rex rocky
    rover sadie shadow smokey spot tiger toby cat dog fish perro gato
    canela firulais luna manchas pelusa princesa toto
    elm elmstreet first firststreet main mainst mainstreet maple maplestreet oak oakstreet park pine second washington
    calleprincipal centro hidalgo juarez
    acdc aerosmith beatles eagles kiss metallica nsync thebeatles
    baseball blue football green jesus love pizza red azul rojo verde amor
";

/// An answer as it is compared. Its `Debug` says nothing.
#[cfg(feature = "service")]
#[derive(Clone, PartialEq, Eq)]
pub struct Answer(String);

#[cfg(feature = "service")]
impl Answer {
    /// # Errors
    /// [`Refused::Missing`] when nothing that counts was typed, [`Refused::TooLong`] above 100 characters or where
    /// letters written out make it longer than a password may be, or [`Refused::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = readable(text)?;
        if text.chars().count() > LONGEST_ANSWER {
            return Err(Refused::TooLong);
        }
        let kept = normalised(text);
        if kept.chars().count() > LONGEST_TYPED {
            return Err(Refused::TooLong);
        }
        if kept.is_empty() { Err(Refused::Missing) } else { Ok(Self(kept)) }
    }

    /// As it is hashed: like a password.
    ///
    /// # Errors
    /// None that an answer which was parsed can bring.
    pub fn secret(&self) -> Result<Password, Refused> {
        Password::parse(&self.0).map_err(|_| Refused::TooLong)
    }

    /// Whether it will do as a new answer to the question that reads `question`.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self, question: &str, username: &str, password: &str) -> Result<(), Refused> {
        let answer = self.0.as_str();
        if answer.chars().count() < SHORTEST_ANSWER {
            return Err(Refused::AnswerTooShort);
        }
        // A number beside a word that everybody knows adds next to nothing.
        let word = answer.trim_matches(char::is_numeric);
        if is_trivial(answer) || TRIVIAL.split_whitespace().any(|known| known == word) {
            return Err(Refused::AnswerTrivial);
        }
        if is_of(word, question) || shares(answer, &normalised(question), false) {
            return Err(Refused::AnswerInQuestion);
        }
        let name = username.split('@').next().unwrap_or_default();
        if [username, name].iter().any(|name| shares(answer, &normalised(name), true)) {
            return Err(Refused::AnswerHasUsername);
        }
        if shares(answer, &normalised(password), true) {
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

/// One character or digits alone, or with each other; or a row along the alphabet.
#[cfg(feature = "service")]
fn is_trivial(answer: &str) -> bool {
    let first = answer.chars().next();
    let steps = || answer.chars().zip(answer.chars().skip(1));
    answer.chars().all(|c| Some(c) == first || c.is_numeric())
        || answer.chars().count() >= SHORTEST_ROW && steps().all(|(c, next)| u32::from(next) == u32::from(c) + 1)
}

/// Whether `answer` is one word of the question or several in a row, the last perhaps cut off.
#[cfg(feature = "service")]
fn is_of(answer: &str, question: &str) -> bool {
    let words: Vec<String> = question.split_whitespace().map(normalised).collect();
    (0..words.len()).any(|first| {
        let mut rest = answer;
        for word in words.iter().skip(first) {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return true,
                Some(left) => rest = left,
                None => return rest.chars().count() >= SHORTEST_PART && word.starts_with(rest),
            }
        }
        false
    })
}

/// Whether the answer is `other`, has it inside, or (where `parts` count) is a part of it.
#[cfg(feature = "service")]
fn shares(answer: &str, other: &str, parts: bool) -> bool {
    let has = |text: &str, part: &str| part.chars().count() >= SHORTEST_PART && text.contains(part);
    answer == other || has(answer, other) || parts && has(other, answer)
}

/// Letters and digits alone, without case and accents. Some apostrophes count as letters elsewhere.
#[cfg(feature = "service")]
fn normalised(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric() && !is_apostrophe(*c)).collect()
}
