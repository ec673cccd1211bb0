//! What of a roster may be written down outside the store.

use crate::identity::Email;

/// A cell that no spreadsheet takes for a formula: an apostrophe goes before `=`, `+`, `-`, `@`, and
/// control characters become spaces.
#[must_use]
pub fn formula_safe(cell: &str) -> String {
    let plain: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let begins = plain.trim_start().chars().next();
    if begins.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')) {
        format!("'{plain}")
    } else {
        plain
    }
}

/// Whether nine digits stand in a row somewhere, whatever marks part them: an SSN in a wrong column.
#[must_use]
pub fn may_hold_ssn(cell: &str) -> bool {
    let mut digits = 0;
    for c in cell.chars() {
        if c.is_numeric() {
            digits += 1;
        } else if c.is_alphabetic() {
            digits = 0;
        }
        if digits == 9 {
            return true;
        }
    }
    false
}

/// An address of which only the first character and the domain are shown.
#[must_use]
pub fn masked(email: &Email) -> String {
    let (local, domain) = email.as_str().split_once('@').unwrap_or_default();
    format!("{}…@{domain}", local.chars().next().unwrap_or('…'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_safe_cell_begins_like_a_formula(cell in any::<String>()) {
            let safe = formula_safe(&cell);
            prop_assert!(!safe.trim_start().starts_with(['=', '+', '-', '@']));
            prop_assert!(!safe.chars().any(char::is_control));
        }

        #[test]
        fn an_ssn_is_seen_in_any_company(before in "[a-z ]{0,9}", a in 0_u32..1000, b in 0_u32..100, c in 0_u32..10_000,
                                          mark in "[-. /]{0,2}", after in "[a-z ]{0,9}") {
            let cell = format!("{before}{a:03}{mark}{b:02}{mark}{c:04}{after}");
            prop_assert!(may_hold_ssn(&cell));
        }

        #[test]
        fn a_mask_shows_one_character_before_the_at(local in "[a-z][a-z0-9]{1,20}") {
            let email = Email::parse(&format!("{local}@example.org")).unwrap();
            prop_assert_eq!(masked(&email), format!("{}…@example.org", &local[..1]));
        }
    }

    #[test]
    fn dates_and_years_are_no_ssn() {
        assert!(!may_hold_ssn("1984-02-29"));
        assert!(!may_hold_ssn("P-000017"));
    }
}
