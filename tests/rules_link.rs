//! Links and codes.

use backboard::link::{CODE_DIGITS, Code, LinkFate};
use backboard::moment::Moment;
use backboard::refused::Refused;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_dead_link_says_the_most_telling_reason(expires in -100_i64..100, now in -100_i64..100, spent: bool, superseded: bool) {
        let fate = LinkFate { expires: Moment(expires), spent, superseded };
        let asked = if spent {
            Err(Refused::LinkSpent)
        } else if superseded {
            Err(Refused::LinkSuperseded)
        } else if now >= expires {
            Err(Refused::LinkExpired)
        } else {
            Ok(())
        };
        prop_assert_eq!(fate.live(Moment(now)), asked);
    }

    #[test]
    fn a_code_is_read_as_it_is_written_in_the_mail(bits in any::<u64>()) {
        let code = Code::from_random(bits);
        prop_assert_eq!(code.as_str().len(), CODE_DIGITS);
        prop_assert_eq!(Code::parse(&code.grouped()).unwrap(), code.clone());
        prop_assert_eq!(Code::parse(&format!(" {} ", code.grouped().replace(' ', "–"))).unwrap(), code.clone());
        let shown = format!("{code:?}");
        prop_assert!(!shown.contains(|c: char| c.is_ascii_digit()));
    }

    #[test]
    fn only_eight_ascii_digits_are_a_code(text in any::<String>()) {
        match Code::parse(&text) {
            Ok(code) => prop_assert!(code.as_str().len() == 8 && code.as_str().bytes().all(|byte| byte.is_ascii_digit())),
            Err(refused) => prop_assert!(matches!(refused, Refused::Missing | Refused::CodeDigits)),
        }
    }
}

#[test]
fn a_link_works_until_the_second_before_its_end() {
    let fate = LinkFate { expires: Moment(3_600), spent: false, superseded: false };
    assert_eq!(fate.live(Moment(3_599)), Ok(()));
    assert_eq!(fate.live(Moment(3_600)), Err(Refused::LinkExpired));
    assert_eq!(Code::parse("1234567"), Err(Refused::CodeDigits));
    assert_eq!(Code::parse("١٢٣٤٥٦٧٨"), Err(Refused::CodeDigits));
    assert_eq!(Code::parse(" - "), Err(Refused::Missing));
}
