//! The desk: what its search box is given, then why something is done, then a member's name.

use backboard::roster::may_hold_ssn;
use backboard::staff::{Lookup, REASON_LONGEST, REASON_SHORTEST, Reason, TERM_LONGEST, Term, staff_name};

use crate::{is_readable, lines};

pub fn check(data: &[u8]) {
    let Some([term, reason, name]) = lines(data) else { return };
    if let Ok(term) = Term::parse(term) {
        let text = term.as_str();
        assert!(text.trim() == text && text.chars().count() <= TERM_LONGEST && is_readable(text), "{text:?}");
        assert!(!may_hold_ssn(text), "an SSN is looked for");
        assert_eq!(Term::parse(text).map(|again| again.lookups() == term.lookups()), Ok(true), "{text:?}");
        assert!(!term.lookups().is_empty() && !term.kinds().is_empty(), "{text:?} is looked for nowhere");
        for lookup in term.lookups() {
            let bounds = match lookup {
                Lookup::Name { last, first } => vec![last, first],
                Lookup::Username(bounds) | Lookup::Certificate(bounds) | Lookup::Email(bounds) => vec![bounds],
            };
            // Of a name one half may be open; nothing finds everybody.
            assert!(bounds.iter().any(|bounds| !bounds.from.is_empty()), "{text:?} finds everybody");
            assert!(bounds.iter().all(|bounds| bounds.from < bounds.below), "{text:?}: nothing lies between");
        }
        if let Ok(normal) = Term::parse(&term.normal()) {
            assert_eq!(normal.normal(), term.normal(), "normalised twice, {text:?} differs");
        }
    }
    if let Ok(reason) = Reason::parse(reason) {
        let text = reason.as_str();
        assert!((REASON_SHORTEST..=REASON_LONGEST).contains(&text.chars().count()), "{text:?}");
        assert!(!text.contains(char::is_control) && !may_hold_ssn(text), "{text:?}");
        assert!(Reason::parse(text) == Ok(reason.clone()), "{text:?}");
    }
    if let Ok(name) = staff_name(name) {
        assert!(!name.is_empty() && !name.contains(char::is_control), "{name:?}");
        assert_eq!(staff_name(&name), Ok(name.clone()));
    }
}
