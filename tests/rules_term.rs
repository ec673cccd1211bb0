//! What the desk's search box takes, and whom it may find.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::identity::searched;
use backboard::refused::Refused;
use backboard::staff::{Kind, Lookup, Term};
use proptest::prelude::*;

/// Somebody of the roster, by what the search compares.
struct Somebody {
    last: &'static str,
    earlier: &'static [&'static str],
    first: &'static str,
    username: &'static str,
    certificate: &'static str,
    email: &'static str,
}

const ADA: Somebody = Somebody {
    last: "Lovelace Jr.",
    earlier: &["Byron"],
    first: "Ada Augusta",
    username: "acl1815",
    certificate: "EMT1001",
    email: "countess@example.org",
};

impl Somebody {
    fn is_found_by(&self, typed: &str) -> bool {
        let names = searched(self.last, self.earlier.iter().copied(), self.first);
        Term::parse(typed).unwrap().lookups().iter().any(|lookup| match lookup {
            Lookup::Name { last, first } => names.iter().any(|(key, given)| last.hold(key) && first.hold(given)),
            Lookup::Username(keys) => keys.hold(self.username),
            Lookup::Certificate(keys) => keys.hold(self.certificate),
            Lookup::Email(keys) => keys.hold(self.email),
        })
    }
}

#[test]
fn a_person_is_found_by_every_form_of_the_name() {
    for typed in [
        "Lovelace",
        "LOVELACE",
        "love",
        "lo",
        "Lovelace Jr",
        "ada lovelace",
        "Ada Augusta Lovelace",
        "A. Lovelace",
        "Lovelace Ada",
        "Lovelace, Ada",
        "lovelace,ada",
        "Lovelace, Ada Jr.",
        "Lovelace,",
        "Lóvelace",
        "Ada Love",
        "Byron",
        "Ada Byron",
        "  ada\tlovelace ",
    ] {
        assert!(ADA.is_found_by(typed), "{typed}");
    }
    for typed in
        ["Lovelady", "Grace Lovelace", "Lovelace, Grace", "velace", "Ada", "Ada Lovelace Hopper", "%love%", "l%e"]
    {
        assert_eq!(ADA.is_found_by(typed), typed == "%love%", "{typed}");
    }
    let other = |last, first| Somebody { last, earlier: &[], first, ..ADA };
    let brien = other("O’Brien", "Zoë");
    assert!(
        ["O'Brien", "OBrien", "o brien", "O´Brien", "obri", "zoe obrien", "O’BRIEN, ZOË"]
            .map(|typed| brien.is_found_by(typed))
            .iter()
            .all(|found| *found)
    );
    let cruz = other("de la Cruz-García", "María José");
    for typed in [
        "de la Cruz",
        "delacruz",
        "Cruz",
        "Garcia",
        "Cruz García",
        "Maria Garcia",
        "María José de la Cruz",
        "de la Cruz García, María",
    ] {
        // Each part alone, or the whole from its beginning; the middle alone is none.
        assert_eq!(cruz.is_found_by(typed), typed != "Cruz García", "{typed}");
    }
    let o = other("O", "Sandra");
    assert!(o.is_found_by("Sandra O") && o.is_found_by("O, Sandra") && o.is_found_by("O Sandra"));
    assert!(!brien.is_found_by("O Zoe"), "one letter is a whole name");
}

#[test]
fn a_person_is_found_by_username_address_and_certificate() {
    for typed in
        ["ACL1815", "acl", "countess@example.org", "COUNTESS@", "countess", "EMT-1001", "emt 100", "#EMT1001", "emt1"]
    {
        assert!(ADA.is_found_by(typed), "{typed}");
    }
    // Letters alone begin everybody's certificate.
    for typed in ["EMT", "815", "@example.org", "1001", "_cl1815", "acl_815", "acl%"] {
        assert!(!ADA.is_found_by(typed), "{typed}");
    }
}

#[test]
fn what_finds_half_the_state_is_refused() {
    let refused = |typed: &str| Term::parse(typed).unwrap_err();
    assert_eq!(refused(""), Refused::Missing);
    assert_eq!(refused(" \t "), Refused::Missing);
    for typed in ["a", "%", "_", "%%%%", "__", "a%", "'a'", "*", "\u{301}a", "é", "@@@"] {
        assert_eq!(refused(typed), Refused::TermTooShort, "{typed}");
    }
    assert_eq!(refused(&"a".repeat(1_000)), Refused::TooLong);
    assert_eq!(refused("ada\0lovelace"), Refused::Unreadable);
    assert_eq!(refused("ada\u{FFFD}"), Refused::Unreadable);
}

#[test]
fn an_ssn_is_refused_however_it_is_written() {
    for typed in [
        "900-12-3456",
        "900123456",
        "900 12 3456",
        "Lovelace 900-12-3456",
        "9 0 0 1 2 3 4 5 6",
        "٩٠٠١٢٣٤٥٦",
        "９００-１２-３４５６",
        "900–12–3456",
        "900/12/3456",
        "900-12-3456,",
    ] {
        assert_eq!(Term::parse(typed).unwrap_err(), Refused::TermSsn, "{typed}");
    }
    assert!(Term::parse("90012345").is_ok());
}

#[test]
fn two_spellings_of_one_term_share_their_normal_form() {
    let normal = |typed: &str| Term::parse(typed).unwrap().normal();
    assert_eq!(normal("Lovelace, Ada"), normal("ada  LOVELACE"));
    assert_eq!(normal("O’Brien"), normal("obrien"));
    assert_eq!(normal("EMT-1001"), normal("emt1001"));
    assert_ne!(normal("Lovelace"), normal("Love lace"));
}

#[test]
fn the_kinds_say_what_was_looked_through() {
    let kinds = |typed: &str| Term::parse(typed).unwrap().kinds();
    assert_eq!(kinds("ada lovelace"), [Kind::Name, Kind::Certificate]);
    assert_eq!(kinds("ada@example.org"), [Kind::Username, Kind::Email]);
    assert_eq!(kinds("O'Brien, Zoe"), [Kind::Name]);
    assert_eq!(kinds("4711"), [Kind::Username, Kind::Certificate, Kind::Email]);
}

#[test]
fn nothing_shows_what_was_typed() {
    let term = Term::parse("lovelace").unwrap();
    assert!(!format!("{term:?} {:?}", term.lookups()).to_lowercase().contains("lovelace"));
}

proptest! {
    #[test]
    fn whatever_is_typed_gives_a_few_lookups_that_do_not_cover_everybody(typed in ".{0,300}") {
        if let Ok(term) = Term::parse(&typed) {
            prop_assert!(term.lookups().len() <= 17, "{}", term.lookups().len());
            for lookup in term.lookups() {
                let (Lookup::Name { last: keys, .. } | Lookup::Username(keys) | Lookup::Certificate(keys) | Lookup::Email(keys)) = lookup;
                prop_assert!(!keys.from.is_empty());
                prop_assert!(keys.from < keys.below && keys.hold(&keys.from));
            }
            prop_assert_eq!(Term::parse(term.as_str()).unwrap(), term);
        }
    }

    #[test]
    fn everybody_is_found_by_their_last_name_as_it_is_written(last in "[A-Za-zÀ-ž' -]{2,40}", first in "[A-Za-zÀ-ž]{1,12}") {
        let keys = searched(&last, [], &first);
        for typed in [last.clone(), format!("{first} {last}"), format!("{last}, {first}")] {
            let Ok(term) = Term::parse(&typed) else { continue };
            if backboard::identity::name_words(&last).concat().chars().count() < 2 { continue }
            let found = term.lookups().iter().any(|lookup| matches!(lookup, Lookup::Name { last, first }
                if keys.iter().any(|(key, given)| last.hold(key) && first.hold(given))));
            // Seven words and more are taken as one name; a given name of a suffix's letters is none.
            let words = backboard::identity::name_words(&typed).len();
            prop_assert!(found || words > 6 || keys.is_empty(), "{typed}");
        }
    }
}
