//! Dates of birth: three numbers in labelled fields, or a whole date pasted into any one of them.

use serde::{Deserialize, Serialize};

use super::{is_gap, readable};
use crate::moment::Day;
use crate::refused::{Field, Problem, Problems, Refused};

/// The earliest year of birth that is believed.
const EARLIEST: i32 = 1900;

/// The order in which an agency shows the three fields and reads `03/04/1984`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    #[default]
    MonthDayYear,
    DayMonthYear,
}

/// A date of birth between 1900 and today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateOfBirth(Day);

impl DateOfBirth {
    /// Reads the three fields. A whole date in one field, the others empty, counts as three.
    ///
    /// # Errors
    /// One problem for each field that is wrong, so that the page can say which.
    pub fn parse(month: &str, day: &str, year: &str, order: DateOrder, today: Day) -> Result<Self, Problems> {
        if let Some((month, day, year)) = pasted(month, day, year, order) {
            return Self::parse_fields(&month, &day, &year, today);
        }
        Self::parse_fields(month, day, year, today)
    }

    /// A date of the roster: `1984-02-29`.
    ///
    /// # Errors
    /// [`Refused::Missing`], [`Refused::DateNotNumbers`], [`Refused::DateImpossible`],
    /// [`Refused::DateFuture`] or [`Refused::DateTooLongAgo`].
    pub fn parse_iso(text: &str, today: Day) -> Result<Self, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refused::DateNotNumbers);
        };
        let is_number = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) || !is_number(day, 2) {
            return Err(Refused::DateNotNumbers);
        }
        Self::parse_fields(month, day, year, today)
            .map_err(|problems| problems.first().map_or(Refused::DateImpossible, |problem| problem.refused))
    }

    #[must_use]
    pub const fn day(self) -> Day {
        self.0
    }

    fn parse_fields(month: &str, day: &str, year: &str, today: Day) -> Result<Self, Problems> {
        let month = number(month, 2, Refused::DateMonth)
            .and_then(|n| if (1..=12).contains(&n) { Ok(n) } else { Err(Refused::DateMonth) });
        let day = number(day, 2, Refused::DateDay)
            .and_then(|n| if (1..=31).contains(&n) { Ok(n) } else { Err(Refused::DateDay) });
        let year =
            number(year, 4, Refused::DateYear).and_then(|n| if n >= 1000 { Ok(n) } else { Err(Refused::DateYear) });
        let (month, day, year) = match (month, day, year) {
            (Ok(month), Ok(day), Ok(year)) => (month, day, year),
            (month, day, year) => {
                let mut problems = Vec::new();
                for (field, part) in [(Field::BirthMonth, month), (Field::BirthDay, day), (Field::BirthYear, year)] {
                    if let Err(refused) = part {
                        problems.push(Problem::at(field, refused));
                    }
                }
                return Err(problems);
            }
        };
        // The three numbers fit their types: month ≤ 12, day ≤ 31, year ≤ 9999.
        let day = Day::new(i32::from(year), month.to_le_bytes()[0], day.to_le_bytes()[0])
            .ok_or_else(|| vec![Problem::at(Field::BirthDay, Refused::DateImpossible)])?;
        if day > today {
            return Err(vec![Problem::at(Field::BirthYear, Refused::DateFuture)]);
        }
        if day.year < EARLIEST {
            return Err(vec![Problem::at(Field::BirthYear, Refused::DateTooLongAgo)]);
        }
        Ok(Self(day))
    }
}

impl std::fmt::Display for DateOfBirth {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// Splits a whole date that was pasted into one of the fields: `1984-02-29`, `02/29/1984`,
/// `2.29.1984`, `02 29 1984`. With the year first it is ISO, else it has the agency's order.
#[must_use]
pub fn split_pasted(text: &str, order: DateOrder) -> Option<(String, String, String)> {
    let parts: Vec<&str> = text
        .split(|c: char| matches!(c, '/' | '.' | '-') || is_gap(c) || matches!(c, '\u{2010}'..='\u{2015}'))
        .filter(|part| !part.is_empty())
        .collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let owned = |month: &str, day: &str, year: &str| Some((month.to_owned(), day.to_owned(), year.to_owned()));
    if !parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    match (first.len(), order) {
        (4, _) => owned(second, third, first),
        (1 | 2, DateOrder::MonthDayYear) => owned(first, second, third),
        (1 | 2, DateOrder::DayMonthYear) => owned(second, first, third),
        _ => None,
    }
}

fn pasted(month: &str, day: &str, year: &str, order: DateOrder) -> Option<(String, String, String)> {
    let mut filled = [month, day, year].into_iter().filter(|part| !part.chars().all(is_gap));
    match (filled.next(), filled.next()) {
        (Some(only), None) => split_pasted(only, order),
        _ => None,
    }
}

/// ASCII digits only: a date in other digits gets a helpful sentence, not a guess.
fn number(text: &str, longest: usize, wrong: Refused) -> Result<u16, Refused> {
    let text = readable(text)?.trim();
    if text.is_empty() {
        return Err(Refused::Missing);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refused::DateNotNumbers);
    }
    if text.len() > longest {
        return Err(wrong);
    }
    text.parse().map_err(|_| wrong)
}
