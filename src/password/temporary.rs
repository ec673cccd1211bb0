//! Temporary passwords: random, and easy to read, to copy and to say.
//!
//! Nothing in one looks like something else (no `I l 1`, no `O 0 o`), and without vowels no words come up. Where the
//! policy has room it is three groups or more of four or five letters, with digits and the policy's own marks
//! between them; capitals are in it only where they are asked for.
//!
//! | policy | for example | bits |
//! |---|---|---|
//! | `legacy-state` | `KdmW7tqHr&xnBp` | 69 |
//! | `modern`, `bridge` | `kdmwr7tqhrb4xnbpg` | 70 |
//! | 12 characters and all four kinds | `Kd7m&WtqH4rx` | 68 |
//!
//! Whatever the policy, there are 64 bits or more where it takes 12 characters.

use super::{LONGEST_TYPED, Password, PasswordPolicy};

/// What a random secret has to have, and one bit more: draws that the policy refuses are drawn again.
const FEWEST_BITS: f64 = 65.0;
const UPPERCASE: &str = "BCDFGHJKLMNPQRSTVWXYZ";
const LOWERCASE: &str = "bcdfghjkmnpqrstvwxyz";
const DIGITS: &str = "23456789";
/// Marks that every mail program shows and copies as they are, and that have a name everybody knows.
const PLAIN_MARKS: &str = "!@#$%&*+=?";
/// A policy that has no room refuses many draws for a missing class. More tries than this find nothing better.
const MOST_DRAWS: usize = 64;

/// A random temporary password inside `policy`. `fill` fills a slice with random bytes.
#[must_use]
pub fn temporary(policy: &PasswordPolicy, fill: &mut dyn FnMut(&mut [u8])) -> Password {
    let kinds = Kinds::of(policy);
    let places = kinds.grouped(policy).unwrap_or_else(|| kinds.dense(policy));
    for _ in 0..MOST_DRAWS {
        let password = Password(places.iter().map(|from| draw(from, fill)).collect());
        if policy.check(&password, "").is_ok() {
            return password;
        }
    }
    // Where few characters have to be of many kinds, luck may not find them: then each kind has its place.
    let asked = kinds.asked(policy);
    let others = places.iter().skip(asked.len()).map(Vec::as_slice);
    Password(asked.into_iter().chain(others).take(places.len()).map(|from| draw(from, fill)).collect())
}

/// The characters to draw from.
struct Kinds {
    uppercase: Vec<char>,
    lowercase: Vec<char>,
    /// What groups are made of: capitals only where they are asked for.
    letters: Vec<char>,
    digits: Vec<char>,
    marks: Vec<char>,
}

impl Kinds {
    fn of(policy: &PasswordPolicy) -> Self {
        let (uppercase, lowercase) = (chars(UPPERCASE), chars(LOWERCASE));
        let letters = match (policy.uppercase, policy.lowercase) {
            (true, true) => [uppercase.as_slice(), &lowercase].concat(),
            (true, false) => uppercase.clone(),
            (false, _) => lowercase.clone(),
        };
        Self { uppercase, lowercase, letters, digits: chars(DIGITS), marks: marks(&policy.special) }
    }

    /// One set for each place: groups of letters, and between them digits and marks by turns. None when the policy
    /// has no room for groups that are random enough.
    fn grouped(&self, policy: &PasswordPolicy) -> Option<Vec<Vec<char>>> {
        let between = if self.marks.is_empty() { &self.digits } else { &self.marks };
        let shapes = (3..=LONGEST_TYPED / 5).flat_map(|groups| [(groups, 4), (groups, 5)]);
        let fitting = shapes.filter(|(groups, size)| takes(policy, groups * (size + 1) - 1));
        let mut shaped = fitting.map(|(groups, size)| {
            let mut places = Vec::new();
            for group in 0..groups {
                if group > 0 {
                    places.push(if group % 2 == 1 { self.digits.clone() } else { between.clone() });
                }
                places.extend(std::iter::repeat_n(self.letters.clone(), size));
            }
            places
        });
        shaped.find(|places| bits(places) >= FEWEST_BITS)
    }

    /// Anything at every place: as short as it can be while it is random enough.
    fn dense(&self, policy: &PasswordPolicy) -> Vec<Vec<char>> {
        let any = [self.uppercase.as_slice(), &self.lowercase, &self.digits, &self.marks].concat();
        let least = (policy.shortest as usize).max(1);
        let most = (policy.longest as usize).clamp(1, LONGEST_TYPED);
        let mut places = vec![any.clone(); least.min(most)];
        while bits(&places) < FEWEST_BITS && places.len() < most {
            places.push(any.clone());
        }
        places
    }

    /// One set for each kind that the policy asks for.
    fn asked(&self, policy: &PasswordPolicy) -> Vec<&[char]> {
        let kinds = [
            (policy.uppercase, &self.uppercase),
            (policy.lowercase, &self.lowercase),
            (policy.digit, &self.digits),
            (!self.marks.is_empty(), &self.marks),
        ];
        kinds.into_iter().filter(|(asked, _)| *asked).map(|(_, kind)| kind.as_slice()).collect()
    }
}

/// The marks to draw from, each once: the plain ones of the policy, or whatever it has.
fn marks(special: &str) -> Vec<char> {
    let mut marks: Vec<char> = special.chars().filter(|c| PLAIN_MARKS.contains(*c)).collect();
    if marks.is_empty() {
        marks = special.chars().filter(|c| !c.is_whitespace()).collect();
    }
    if marks.is_empty() {
        marks = special.chars().collect();
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

const fn takes(policy: &PasswordPolicy, length: usize) -> bool {
    policy.shortest as usize <= length && length <= policy.longest as usize && length <= LONGEST_TYPED
}

fn bits(places: &[Vec<char>]) -> f64 {
    places.iter().map(|from| f64::from(u32::try_from(from.len()).unwrap_or(u32::MAX)).log2()).sum()
}

/// One of them. Taken from the upper half of a product, so no character is likelier than another by more than
/// one part in 2⁵⁰, and nothing has to be drawn twice.
fn draw(from: &[char], fill: &mut dyn FnMut(&mut [u8])) -> char {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    let place = (u128::from(u64::from_le_bytes(bytes)) * from.len() as u128) >> 64;
    usize::try_from(place).ok().and_then(|place| from.get(place)).copied().unwrap_or('x')
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}
