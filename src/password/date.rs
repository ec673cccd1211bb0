//! Passwords that are a date: `19840229`, `29.02.1984`, `022984!!`, a birthday and a wedding day.

use crate::moment::Day;

/// Years people have birthdays in.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2099;
/// A row of more dates than this is a number like any other.
const MOST_DATES: usize = 3;

/// Whether the password has no letters and its digits are one to three dates or years, with any marks around
/// and between them.
pub fn is_date(typed: &str) -> bool {
    if typed.chars().any(char::is_alphabetic) {
        return false;
    }
    let digits: Vec<u32> = typed.chars().filter_map(|c| c.to_digit(10)).collect();
    !digits.is_empty() && are_dates(&digits, MOST_DATES)
}

fn are_dates(digits: &[u32], most: usize) -> bool {
    digits.is_empty()
        || most > 0
            && [8, 6, 4].into_iter().any(|length| {
                digits.split_at_checked(length).is_some_and(|(one, rest)| is_one(one) && are_dates(rest, most - 1))
            })
}

/// A year, or year, month and day in any of the orders people write, the year with two digits or four.
fn is_one(digits: &[u32]) -> bool {
    let number = |from: usize, length: usize| {
        digits.iter().skip(from).take(length).fold(0_u32, |number, digit| number * 10 + digit)
    };
    let is_day = |year: u32, month: u32, day: u32| {
        let month = u8::try_from(month).unwrap_or_default();
        let day = u8::try_from(day).unwrap_or_default();
        i32::try_from(year).is_ok_and(|year| Day::new(year, month, day).is_some())
    };
    match digits.len() {
        4 => YEARS.contains(&number(0, 4)),
        // Of 1900 and 2000 the latter has the leap day, and nobody writes the century.
        6 => {
            is_day(2000 + number(0, 2), number(2, 2), number(4, 2))
                || is_day(2000 + number(4, 2), number(0, 2), number(2, 2))
                || is_day(2000 + number(4, 2), number(2, 2), number(0, 2))
        }
        8 => {
            let (first, last) = (number(0, 4), number(4, 4));
            YEARS.contains(&first) && is_day(first, number(4, 2), number(6, 2))
                || YEARS.contains(&last)
                    && (is_day(last, number(0, 2), number(2, 2)) || is_day(last, number(2, 2), number(0, 2)))
        }
        _ => false,
    }
}
