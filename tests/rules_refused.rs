//! Codes: what pages, locale files and the wire agree on.

use std::collections::HashSet;

use backboard::account::AccountState;
use backboard::link::{Purpose, Step};
use backboard::refused::{Field, Problem, Refused};
use backboard::roster::Column;
use proptest::prelude::*;

/// Every code of an enum is its own, reads back, and is what serde writes.
macro_rules! holds_its_codes {
    ($($test:ident $of:ty),+) => {$(
        #[test]
        fn $test() {
            let codes: HashSet<&str> = <$of>::ALL.iter().map(|member| member.code()).collect();
            assert_eq!(codes.len(), <$of>::ALL.len());
            for member in <$of>::ALL {
                assert_eq!(<$of>::from_code(member.code()), Some(*member));
                let json = serde_json::to_string(member).unwrap();
                assert_eq!(json, format!("\"{}\"", member.code()));
                assert_eq!(serde_json::from_str::<$of>(&json).unwrap(), *member);
                assert!(member.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)));
            }
        }
    )+};
}

holds_its_codes!(
    every_reason_has_a_code_of_its_own Refused,
    every_field_has_a_name_of_its_own Field,
    every_account_state_has_a_code_of_its_own AccountState,
    every_purpose_has_a_code_of_its_own Purpose,
    every_step_has_a_code_of_its_own Step,
    every_roster_column_has_a_name_of_its_own Column
);

proptest! {
    #[test]
    fn what_a_stranger_forges_is_no_code(text in "[ -~]{0,40}") {
        let known = Refused::ALL.iter().any(|refused| refused.code() == text);
        prop_assert_eq!(Refused::from_code(&text).is_some(), known);
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(serde_json::from_str::<Refused>(&json).is_ok(), known);
    }

    #[test]
    fn a_problem_comes_back_from_the_wire_as_it_went(field in 0..Field::ALL.len(), refused in 0..Refused::ALL.len(), wait in any::<Option<u32>>()) {
        let problem = Problem { field: Field::ALL[field], refused: Refused::ALL[refused], wait };
        let json = serde_json::to_string(&problem).unwrap();
        prop_assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
    }
}

#[test]
fn no_secret_may_be_kept_in_a_form() {
    for field in [Field::Ssn, Field::Password, Field::PasswordAgain, Field::Code] {
        assert!(!field.may_be_kept());
    }
    assert!(Field::LastName.may_be_kept());
}
