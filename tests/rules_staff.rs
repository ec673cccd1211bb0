//! Roles, acts and reasons of the desk.

use backboard::refused::Refused;
use backboard::service::desk::Actor;
use backboard::staff::{Act, REASON_LONGEST, REASON_SHORTEST, Reason, Role};
use proptest::prelude::*;

#[test]
fn a_higher_role_may_all_that_a_lower_one_may() {
    for act in Act::ALL {
        let may: Vec<bool> = Role::ALL.iter().map(|role| role.may(*act)).collect();
        assert!(may.is_sorted(), "{act:?}: {may:?}");
        assert!(may.last().unwrap(), "an admin may {act:?}");
    }
    assert!(Act::ALL.iter().any(|act| !Role::Helpdesk.may(*act)));
}

#[test]
fn showing_a_temporary_password_needs_a_right_besides_the_role() {
    let actor = |role, may_show| Actor { staff: 1, role, may_show, session: [0; 32] };
    for role in Role::ALL {
        assert!(actor(*role, false).may(Act::ShowTemporary).is_err(), "{role:?}");
        assert!(actor(*role, true).may(Act::ShowTemporary).is_ok(), "{role:?}");
        assert!(actor(*role, false).may(Act::SendTemporary).is_ok(), "{role:?}");
    }
}

#[test]
fn stopping_somebody_never_waits_for_a_check() {
    for act in [Act::Suspend, Act::EndSessions, Act::SendLink, Act::KeepEmail] {
        assert!(!act.needs_caller(), "{act:?}");
        assert!(Role::Helpdesk.may(act), "{act:?}");
    }
}

#[test]
fn a_reason_is_words_on_one_line() {
    assert_eq!(Reason::parse("  lost\r\n\tphone ").unwrap().as_str(), "lost phone");
    for blank in ["", "    ", "\n\n\n\n\n\n", "a  b", "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}"] {
        assert_eq!(Reason::parse(blank).unwrap_err(), Refused::ReasonTooShort, "{blank:?}");
    }
    assert_eq!(Reason::parse("lost\u{1b}[2J phone").unwrap_err(), Refused::Unreadable);
    for ssn in ["her SSN is 900-01-0001", "900 01 0001", "no. 900010001"] {
        assert_eq!(Reason::parse(ssn).unwrap_err(), Refused::ReasonSsn, "{ssn:?}");
    }
    assert!(Reason::parse("certificate EMT-1001 of 2026-11-20").is_ok());
    assert_eq!(format!("{:?}", Reason::parse("lost phone").unwrap()), "Reason");
}

proptest! {
    #[test]
    fn a_reason_has_its_length_and_no_control_characters(text in ".{0,600}") {
        if let Ok(reason) = Reason::parse(&text) {
            let length = reason.as_str().chars().count();
            prop_assert!((REASON_SHORTEST..=REASON_LONGEST).contains(&length));
            prop_assert!(!reason.as_str().chars().any(char::is_control));
            prop_assert_eq!(Reason::parse(reason.as_str()).unwrap(), reason);
        }
    }
}
