//! Dates of birth: month, day and year on a line each; a whole date may stand in any of them.

use backboard::identity::{DateOfBirth, DateOrder};
use backboard::moment::Day;
use backboard::refused::Field;

use crate::{is_readable, lines, today};

pub fn check(data: &[u8]) {
    let Some([month, day, year]) = lines(data) else { return };
    for order in [DateOrder::MonthDayYear, DateOrder::DayMonthYear] {
        match DateOfBirth::parse(month, day, year, order, today()) {
            Ok(born) => {
                assert!([month, day, year].into_iter().all(is_readable), "unreadable text passed: {data:?}");
                holds(born);
            }
            Err(problems) => {
                assert!(!problems.is_empty(), "refused without a reason");
                for field in [Field::BirthMonth, Field::BirthDay, Field::BirthYear] {
                    assert!(problems.iter().filter(|problem| problem.field == field).count() <= 1, "{problems:?}");
                }
                let own = [Field::BirthMonth, Field::BirthDay, Field::BirthYear];
                assert!(problems.iter().all(|problem| own.contains(&problem.field)), "{problems:?}");
            }
        }
    }
    if let Ok(born) = DateOfBirth::parse_iso(month, today()) {
        assert_eq!(born.to_string(), month.trim(), "the roster's form was read loosely");
        holds(born);
    }
}

/// A date between 1900 and today that every way of writing it leads back to.
fn holds(born: DateOfBirth) {
    let Day { year, month, day } = born.day();
    assert!((1900..=2026).contains(&year) && born.day() <= today() && Day::new(year, month, day) == Some(born.day()));
    assert_eq!(DateOfBirth::parse_iso(&born.to_string(), today()), Ok(born));
    let (month, day, year) = (month.to_string(), day.to_string(), year.to_string());
    for order in [DateOrder::MonthDayYear, DateOrder::DayMonthYear] {
        assert_eq!(DateOfBirth::parse(&month, &day, &year, order, today()), Ok(born));
        let written = match order {
            DateOrder::MonthDayYear => format!("{month}/{day}/{year}"),
            DateOrder::DayMonthYear => format!("{day}.{month}.{year}"),
        };
        for pasted in [born.to_string(), written] {
            assert_eq!(DateOfBirth::parse(&pasted, "", "", order, today()), Ok(born), "{pasted}");
            assert_eq!(DateOfBirth::parse("", &pasted, " ", order, today()), Ok(born), "{pasted}");
            assert_eq!(DateOfBirth::parse("", "", &pasted, order, today()), Ok(born), "{pasted}");
        }
    }
}
