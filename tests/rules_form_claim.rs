//! The forms of the claim.

use backboard::form::claim::{LookupForm, Number, PasswordForm};
use backboard::identity::DateOrder;
use backboard::moment::Day;
use backboard::password::Preset;
use backboard::refused::{Field, Refused};
use proptest::prelude::*;

const TODAY: Day = Day { year: 2026, month: 11, day: 21 };

fn good() -> LookupForm {
    LookupForm {
        birth_month: "2".to_owned(),
        birth_day: "29".to_owned(),
        birth_year: "1984".to_owned(),
        last_name: "Lovelace".to_owned(),
        ssn: "900-12-3456".to_owned(),
        certificate: String::new(),
        robot: "on".to_owned(),
    }
}

fn problems(form: &LookupForm) -> Vec<(Field, Refused)> {
    let problems = form.read(DateOrder::MonthDayYear, TODAY).err().unwrap_or_default();
    problems.iter().map(|problem| (problem.field, problem.refused)).collect()
}

proptest! {
    #[test]
    fn every_wrong_field_is_named_and_no_other(wrong in any::<[bool; 6]>()) {
        let mut form = good();
        let mut asked = Vec::new();
        let fields: [(&mut String, &str, Field, Refused); 6] = [
            (&mut form.birth_month, "13", Field::BirthMonth, Refused::DateMonth),
            (&mut form.birth_day, "x", Field::BirthDay, Refused::DateNotNumbers),
            (&mut form.birth_year, "84", Field::BirthYear, Refused::DateYear),
            (&mut form.last_name, "7", Field::LastName, Refused::NameUnusable),
            (&mut form.ssn, "12", Field::Ssn, Refused::SsnNineDigits),
            (&mut form.robot, "", Field::Robot, Refused::RobotUnchecked),
        ];
        for ((field, bad, at, refused), wrong) in fields.into_iter().zip(wrong) {
            if wrong {
                *field = bad.to_owned();
                asked.push((at, refused));
            }
        }
        prop_assert_eq!(problems(&form), asked);
    }

    #[test]
    fn arbitrary_forms_never_panic_and_never_pass_with_a_problem(cells in any::<[String; 7]>()) {
        let [birth_month, birth_day, birth_year, last_name, ssn, certificate, robot] = cells;
        let form = LookupForm { birth_month, birth_day, birth_year, last_name, ssn, certificate, robot };
        if let Err(problems) = form.read(DateOrder::DayMonthYear, TODAY) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn a_password_is_taken_only_when_typed_twice_alike(typed in "[b-z]{4}[0-9][b-z]{10,20}", again in prop::option::of("[b-z0-9]{0,25}")) {
        let form = PasswordForm { password: typed.clone(), password_again: again.clone().unwrap_or_else(|| typed.clone()) };
        let read = form.read(&Preset::Bridge.password(), "ada");
        match again {
            Some(again) if again != typed => {
                let refused = if again.is_empty() { Refused::Missing } else { Refused::PasswordsDiffer };
                let problems = read.unwrap_err();
                prop_assert!(problems.iter().any(|problem| (problem.field, problem.refused) == (Field::PasswordAgain, refused)));
            }
            _ => {
                let password = read.unwrap();
                prop_assert_eq!(password.typed(), typed);
            }
        }
    }
}

#[test]
fn the_ssn_or_the_certificate_number_finds_a_record_and_the_ssn_goes_first() {
    let number = |ssn: &str, certificate: &str| {
        let form = LookupForm { ssn: ssn.to_owned(), certificate: certificate.to_owned(), ..good() };
        form.read(DateOrder::MonthDayYear, TODAY).map(|lookup| lookup.number)
    };
    assert!(matches!(number("900-12-3456", ""), Ok(Number::Ssn(_))));
    assert!(matches!(number(" ", "E 100"), Ok(Number::Certificate(_))));
    assert!(matches!(number("900-12-3456", "E100"), Ok(Number::Ssn(_))));
    let problem = number("", " ").unwrap_err();
    assert_eq!((problem[0].field, problem[0].refused), (Field::Ssn, Refused::IdentifierMissing));
    let problem = number("", "?").unwrap_err();
    assert_eq!((problem[0].field, problem[0].refused), (Field::Certificate, Refused::CertificateUnusable));
}
