//! Dates: days of the calendar, dates of birth as people type and paste them, moments.

use backboard::identity::{DateOfBirth, DateOrder, split_pasted};
use backboard::moment::{Day, Moment};
use backboard::refused::{Field, Refused};
use proptest::prelude::*;

const TODAY: Day = Day { year: 2026, month: 11, day: 21 };

/// The day after, by the rule everybody learns at school.
fn after(day: Day) -> Day {
    let leap = day.year % 400 == 0 || (day.year % 4 == 0 && day.year % 100 != 0);
    let length = match day.month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    match (day.day == length, day.month) {
        (false, _) => Day { day: day.day + 1, ..day },
        (true, 12) => Day { year: day.year + 1, month: 1, day: 1 },
        (true, month) => Day { month: month + 1, day: 1, ..day },
    }
}

#[test]
fn every_second_of_two_centuries_lies_on_the_day_a_calendar_shows() {
    let mut day = Day { year: 1900, month: 1, day: 1 };
    // 25,567 days lie between 1900 and 1970.
    for number in -25_567_i64..60_000 {
        for second in [0, 1, 43_200, 86_399] {
            assert_eq!(Moment(number * 86_400 + second).day(), day);
        }
        let next = after(day);
        assert!(next > day);
        day = next;
    }
    assert_eq!(Moment(0).day().to_string(), "1970-01-01");
    assert_eq!(Moment(951_782_400).day().to_string(), "2000-02-29");
}

#[test]
fn every_day_since_1900_is_read_in_three_fields_in_iso_form_and_pasted() {
    let mut day = Day { year: 1900, month: 1, day: 1 };
    while day <= TODAY {
        let Day { year, month, day: date } = day;
        let (y, m, d) = (year.to_string(), month.to_string(), date.to_string());
        let read = |m: &str, d: &str, y: &str, order| DateOfBirth::parse(m, d, y, order, TODAY).map(DateOfBirth::day);
        for order in [DateOrder::MonthDayYear, DateOrder::DayMonthYear] {
            assert_eq!(read(&m, &d, &y, order), Ok(day));
            assert_eq!(read(&format!("{month:02}"), &format!(" {date:02} "), &y, order), Ok(day));
            assert_eq!(read(&day.to_string(), "", "", order), Ok(day));
            assert_eq!(read("", &format!("{year}/{month}/{date}"), " ", order), Ok(day));
        }
        assert_eq!(read("", "", &format!("{m}/{d}/{y}"), DateOrder::MonthDayYear), Ok(day));
        assert_eq!(read(&format!("{d}.{m}.{y}"), "", "", DateOrder::DayMonthYear), Ok(day));
        assert_eq!(DateOfBirth::parse_iso(&day.to_string(), TODAY).map(DateOfBirth::day), Ok(day));
        day = after(day);
    }
}

#[test]
fn days_that_no_calendar_has_are_refused_at_the_day() {
    for year in 1900..=2026 {
        for (month, date) in [(2, 30), (2, 31), (4, 31), (6, 31), (9, 31), (11, 31), (2, 29)] {
            if Day::new(year, month, date).is_some() {
                continue;
            }
            let order = DateOrder::MonthDayYear;
            let wrong = DateOfBirth::parse(&month.to_string(), &date.to_string(), &year.to_string(), order, TODAY);
            let problems = wrong.unwrap_err();
            assert_eq!((problems[0].field, problems[0].refused), (Field::BirthDay, Refused::DateImpossible));
        }
    }
    assert!(Day::new(1900, 2, 29).is_none() && Day::new(2000, 2, 29).is_some());
}

#[test]
fn the_ends_of_what_is_believed_are_exact() {
    let iso = |text: &str| DateOfBirth::parse_iso(text, TODAY);
    assert!(iso("1900-01-01").is_ok() && iso("2026-11-21").is_ok());
    assert_eq!(iso("1899-12-31"), Err(Refused::DateTooLongAgo));
    assert_eq!(iso("2026-11-22"), Err(Refused::DateFuture));
    assert_eq!(iso("84-02-29"), Err(Refused::DateNotNumbers));
    assert_eq!(iso("١٩٨٤-02-29"), Err(Refused::DateNotNumbers));
    assert_eq!(iso(""), Err(Refused::Missing));
}

#[test]
fn each_wrong_field_is_named() {
    let problems = DateOfBirth::parse("13", "0", "84", DateOrder::MonthDayYear, TODAY).unwrap_err();
    let found: Vec<(Field, Refused)> = problems.iter().map(|problem| (problem.field, problem.refused)).collect();
    let asked = [
        (Field::BirthMonth, Refused::DateMonth),
        (Field::BirthDay, Refused::DateDay),
        (Field::BirthYear, Refused::DateYear),
    ];
    assert_eq!(found, asked);
}

#[test]
fn control_characters_part_no_date_and_the_roster_takes_digits_alone() {
    let unreadable = |text| DateOfBirth::parse(text, "", "", DateOrder::MonthDayYear, TODAY).unwrap_err()[0].refused;
    assert_eq!(unreadable("1984\u{b}02\u{b}29"), Refused::Unreadable);
    let beside = DateOfBirth::parse("02/29/1984", "\u{b}", "", DateOrder::MonthDayYear, TODAY);
    assert!(beside.unwrap_err().iter().any(|problem| problem.refused == Refused::Unreadable));
    assert!(DateOfBirth::parse("02\t29\t1984", "", "", DateOrder::MonthDayYear, TODAY).is_ok());
    for loose in ["1984- 2- 9", "1984-02-9 ", "1984-+2-09"] {
        assert_eq!(DateOfBirth::parse_iso(loose, TODAY), Err(Refused::DateNotNumbers), "{loose}");
    }
}

proptest! {
    #[test]
    fn the_agencys_order_decides_an_ambiguous_date(one in 1_u8..=12, other in 1_u8..=12, year in 1900_i32..2026) {
        let text = format!("{one:02}/{other:02}/{year}");
        let read = |order| DateOfBirth::parse(&text, "", "", order, TODAY).unwrap().day();
        prop_assert_eq!(read(DateOrder::MonthDayYear), Day::new(year, one, other).unwrap());
        prop_assert_eq!(read(DateOrder::DayMonthYear), Day::new(year, other, one).unwrap());
    }

    #[test]
    fn arbitrary_text_never_panics_and_only_days_come_out(
        month in any::<String>(), day in any::<String>(), year in any::<String>()
    ) {
        for order in [DateOrder::MonthDayYear, DateOrder::DayMonthYear] {
            let _ = split_pasted(&month, order);
            match DateOfBirth::parse(&month, &day, &year, order, TODAY) {
                Ok(born) => prop_assert!(born.day() <= TODAY && born.day().year >= 1900),
                Err(problems) => prop_assert!(!problems.is_empty()),
            }
            let _ = DateOfBirth::parse_iso(&month, TODAY);
        }
    }

    #[test]
    fn text_like_a_date_never_panics_and_reads_back_as_itself(text in "[0-9]{0,5}[-/. –]?[0-9]{0,5}[-/. –]?[0-9]{0,5}") {
        if let Ok(born) = DateOfBirth::parse(&text, "", "", DateOrder::MonthDayYear, TODAY) {
            prop_assert_eq!(DateOfBirth::parse_iso(&born.to_string(), TODAY), Ok(born));
        }
    }

    #[test]
    fn no_moment_panics(seconds in any::<i64>(), more in any::<i64>()) {
        let moment = Moment(seconds).plus(more);
        let _ = (moment.day(), moment.since(Moment(seconds)), Moment(seconds).since(moment));
        prop_assert!((1..=12).contains(&moment.day().month));
    }
}
