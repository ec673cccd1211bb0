//! Challenge answers: how they are compared, and which will not do.

use backboard::challenge::{Answer, SHORTEST_ANSWER};
use backboard::password::LONGEST_TYPED;
use backboard::refused::Refused;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

const QUESTION: &str = "What was the name of the first station you worked at?";
const APOSTROPHES: [&str; 6] = ["'", "’", "‘", "ʼ", "`", "´"];
const GAPS: [&str; 9] = [" ", "  ", "   ", "-", "‐", "–", " - ", ", ", "\u{a0}"];

fn parse(text: &str) -> Answer {
    Answer::parse(text).unwrap_or_else(|refused| panic!("{text:?}: {refused:?}"))
}

fn check(text: &str) -> Result<(), Refused> {
    parse(text).check(QUESTION, "ada.lovelace", "Kestrel&42rows")
}

/// Words as people write them, with accents and digits.
fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[A-Za-z0-9À-ÖØ-öø-žΑ-ΡΣ-Ωα-ωА-яЁё]{1,10}", 1..5)
}

/// The same text as a keyboard for East Asian languages gives it.
fn full_width(text: &str) -> String {
    let wide = |c: char| if c == ' ' { Some('\u{3000}') } else { char::from_u32(u32::from(c) + 0xFEE0) };
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { wide(c).unwrap_or(c) } else { c }).collect()
}

proptest! {
    #[test]
    fn case_does_not_count(words in words()) {
        let text = words.join(" ");
        prop_assert_eq!(parse(&text), parse(&text.to_uppercase()));
        prop_assert_eq!(parse(&text), parse(&text.to_lowercase()));
    }

    #[test]
    fn accents_do_not_count_however_they_are_encoded(words in words()) {
        let text = words.join(" ");
        prop_assert_eq!(parse(&text), parse(&text.nfc().collect::<String>()));
        prop_assert_eq!(parse(&text), parse(&text.nfd().collect::<String>()));
        let bare: String = text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect();
        prop_assert_eq!(parse(&text), parse(&bare));
    }

    #[test]
    fn full_width_letters_are_the_same_letters(words in words()) {
        let text = words.join(" ");
        prop_assert_eq!(parse(&text), parse(&full_width(&text)));
    }

    #[test]
    fn spaces_hyphens_quotes_and_full_stops_do_not_count(
        words in words(), gap in prop::sample::select(GAPS.to_vec()), apostrophe in prop::sample::select(APOSTROPHES.to_vec()),
        before in "[ “”\"]{0,3}", after in "[ .!?“”…]{0,3}[\r\n]{0,2}"
    ) {
        let plain = parse(&words.join(" "));
        prop_assert_eq!(&plain, &parse(&words.concat()));
        prop_assert_eq!(&plain, &parse(&format!("{before}{}{after}", words.join(gap))));
        prop_assert_eq!(&plain, &parse(&format!("{}.", words.join(apostrophe))));
    }

    #[test]
    fn answers_that_differ_in_one_letter_or_digit_are_two_answers(
        text in "[a-z0-9]{1,30}", place in 0_usize..30, other in "[a-z0-9]", gap in prop::sample::select(GAPS.to_vec())
    ) {
        let place = place % text.len();
        let (before, after) = text.split_at(place);
        let changed = format!("{before}{other}{}", &after[1..]);
        prop_assert_eq!(parse(&text) == parse(&changed), text == changed);
        // One letter more or less, in any other writing.
        let longer = format!("{before}{gap}{}{}.", other.to_uppercase(), after.to_uppercase());
        prop_assert_ne!(parse(&text), parse(&longer));
    }

    #[test]
    fn comparing_what_was_normalised_changes_nothing(text in any::<String>()) {
        if let Ok(answer) = Answer::parse(&text) {
            let secret = answer.secret().unwrap();
            if secret.typed().chars().count() <= 100 {
                prop_assert_eq!(parse(secret.typed()), answer);
            }
        }
    }

    #[test]
    fn what_is_taken_as_an_answer_can_be_hashed(text in "[ßﷺﬃA-Zㅤ½Ⅷ㎢ ]{0,100}") {
        match Answer::parse(&text) {
            Ok(answer) => {
                let secret = answer.secret().unwrap();
                prop_assert!((1..=LONGEST_TYPED).contains(&secret.typed().chars().count()));
                prop_assert!(secret.typed().chars().all(char::is_alphanumeric));
            }
            Err(refused) => prop_assert!(matches!(refused, Refused::Missing | Refused::TooLong)),
        }
    }

    #[test]
    fn arbitrary_text_never_panics_and_debug_says_nothing(text in any::<String>(), question in any::<String>(), username in any::<String>(), password in any::<String>()) {
        if let Ok(answer) = Answer::parse(&text) {
            let _ = answer.check(&question, &username, &password);
            prop_assert_eq!(format!("{answer:?}"), "Answer(…)");
        }
    }

    #[test]
    fn an_answer_of_two_unusual_words_will_do(one in "[bcdfghjklmnpqrtvwxz]{4,12}", gap in prop::sample::select(GAPS.to_vec()), other in "[aeiou][bcdfgklmnprtvz]{3,9}[0-9]{0,3}") {
        prop_assert_eq!(check(&format!("{one}{gap}{other}")), Ok(()));
    }

    #[test]
    fn an_answer_shorter_than_three_letters_and_digits_is_too_short(text in "[a-z0-9]{1,2}", mark in "[ .,'’-]{0,5}") {
        prop_assert_eq!(check(&format!("{mark}{text}{mark}")), Err(Refused::AnswerTooShort));
        prop_assert!(text.len() < SHORTEST_ANSWER);
    }

    #[test]
    fn a_number_alone_or_one_letter_again_and_again_is_trivial(number in "[0-9٠-٩]{3,12}", letter in "[a-zé]", times in 3_usize..20) {
        prop_assert_eq!(check(&number), Err(Refused::AnswerTrivial));
        prop_assert_eq!(check(&letter.repeat(times)), Err(Refused::AnswerTrivial));
        prop_assert_eq!(check(&format!("{letter}{number}")), Err(Refused::AnswerTrivial));
    }

    #[test]
    fn what_anybody_would_try_first_is_trivial_in_any_writing_and_with_any_number(
        word in prop::sample::select(vec!["I don’t know", "PASSWORD", "Fluffy.", "q w e r t y", "No sé", "Contraseña", "José", "Mom!", "Main St.", "Engine", "Chest-Pain", "none"]),
        number in "[0-9]{0,4}", upper: bool
    ) {
        let word = if upper { word.to_uppercase() } else { word.to_owned() };
        prop_assert_eq!(check(&format!("{word} {number}")), Err(Refused::AnswerTrivial));
        prop_assert_eq!(check(&format!("{number}{word}")), Err(Refused::AnswerTrivial));
    }

    #[test]
    fn a_row_along_the_alphabet_is_trivial(from in 0_u8..22, length in 4_u8..9) {
        let row: String = (from..(from + length).min(26)).map(|letter| char::from(b'a' + letter)).collect();
        prop_assert_eq!(check(&row), Err(Refused::AnswerTrivial));
    }

    #[test]
    fn words_of_the_question_are_refused_in_any_number_and_case(first in 0_usize..11, count in 2_usize..6, number in "[0-9]{0,3}") {
        let words: Vec<&str> = QUESTION.split(' ').collect();
        let some = words[first.min(words.len() - 2)..].iter().take(count).copied().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(check(&format!("{} {number}", some.to_uppercase())), Err(Refused::AnswerInQuestion));
        prop_assert_eq!(check(&format!("so {QUESTION} this one")), Err(Refused::AnswerInQuestion));
    }

    #[test]
    fn the_username_and_the_password_are_refused_in_any_part(before in "[bcdgkz]{0,5}", after in "[bcdgkz]{0,5}", upper: bool) {
        let write = |text: &str| if upper { text.to_uppercase() } else { text.to_owned() };
        for name in ["ada.lovelace", "Ada Lovelace"] {
            prop_assert_eq!(check(&write(&format!("{before}{name}{after}"))), Err(Refused::AnswerHasUsername));
        }
        prop_assert_eq!(check(&write(&format!("{before}kestrel 42 rows{after}"))), Err(Refused::AnswerHasPassword));
    }
}

#[test]
fn the_published_examples_hold() {
    assert_eq!(parse("St. John’s"), parse("st johns"));
    for (text, refused) in [
        ("Al", Refused::AnswerTooShort),
        ("王", Refused::AnswerTooShort),
        ("aaaa", Refused::AnswerTrivial),
        ("1998", Refused::AnswerTrivial),
        ("b52", Refused::AnswerTrivial),
        ("abcdef", Refused::AnswerTrivial),
        ("fluffy", Refused::AnswerTrivial),
        ("Engine 7", Refused::AnswerTrivial),
        ("The first.", Refused::AnswerInQuestion),
        ("You worked 12", Refused::AnswerInQuestion),
        ("Worke", Refused::AnswerInQuestion),
        ("Lovelace", Refused::AnswerHasUsername),
        ("Kestrel", Refused::AnswerHasPassword),
    ] {
        assert_eq!(check(text), Err(refused), "{text}");
    }
    for text in ["jsmith", "JSmith the second", "example.org"] {
        let refused = parse(text).check(QUESTION, "jsmith@example.org", "Kestrel&42rows");
        assert_eq!(refused, Err(Refused::AnswerHasUsername), "{text}");
    }
    assert_eq!(parse("Zoë").check(QUESTION, "zoe", "Kestrel&42rows"), Err(Refused::AnswerHasUsername));
    for (text, refused) in [
        ("", Refused::Missing),
        (" . - ’ ", Refused::Missing),
        ("🐕🐕🐕", Refused::Missing),
        ("a\0b", Refused::Unreadable),
        ("caf\u{FFFD}", Refused::Unreadable),
    ] {
        assert_eq!(Answer::parse(text), Err(refused), "{text:?}");
    }
    assert_eq!(Answer::parse(&"x".repeat(101)), Err(Refused::TooLong));
    assert_eq!(Answer::parse(&"ß".repeat(100)), Err(Refused::TooLong));
    assert!(Answer::parse(&"x".repeat(100)).is_ok());
}

#[test]
fn ordinary_answers_will_do_even_where_their_letters_stand_inside_the_question() {
    for text in ["Stu", "Hen", "Anaïs", "Mrs. Abernathy", "Kestrel Lane 4"] {
        assert_eq!(parse(text).check(QUESTION, "g.hopper", "Trombone&rows7"), Ok(()), "{text}");
    }
    // "wasthename": the letters of two words of the question that are no words of it.
    assert_eq!(parse("Thena").check(QUESTION, "g.hopper", "Trombone&rows7"), Ok(()));
    // A name of three letters may stand in a password or a username of more.
    assert_eq!(parse("Kes").check(QUESTION, "ada.lovelace", "Kestrel&42rows"), Ok(()));
}
