//! Refusals that are written down, and how many of them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::refused::{Field, Problem, Refused};
use backboard::service::audit::Whose;
use testkit::fakes::TestPortal;

async fn refuse(portal: &TestPortal, number: u8, operation: &str, problems: &[Problem]) {
    portal.portal.refused(&TestPortal::visitor(number), operation, Whose::Account(Some(7)), problems).await.unwrap();
}

#[tokio::test]
async fn a_refusal_is_written_down_with_its_operation_and_reason() {
    let portal = TestPortal::default();
    let unreadable = Problem::at(Field::Code, Refused::Unreadable);
    refuse(&portal, 1, "claim.code", &[unreadable, Problem::at(Field::Code, Refused::CodeWrong)]).await;
    refuse(&portal, 1, "reset.start", &[Problem::form(Refused::LinkSpent)]).await;
    let rows = portal.audit_rows().await;
    let said: Vec<_> = rows.iter().map(|row| (row.action.as_str(), row.account, row.detail.as_str())).collect();
    assert_eq!(said, [("refused", Some(7), "claim.code code-wrong"), ("refused", Some(7), "reset.start link-spent")]);
}

#[tokio::test]
async fn what_was_typed_wrong_is_no_refusal_and_what_a_use_case_has_written_is_not_written_twice() {
    let portal = TestPortal::default();
    for refused in [
        Refused::Missing,
        Refused::PasswordTooShort,
        Refused::DateImpossible,
        Refused::RobotUnchecked,
        Refused::SignInWrong,
        Refused::AnswerWrong,
        Refused::PasswordNotYours,
        Refused::Busy,
    ] {
        refuse(&portal, 1, "signin", &[Problem::form(refused)]).await;
    }
    assert!(portal.audit_rows().await.is_empty());
}

#[tokio::test]
async fn a_subnet_cannot_fill_the_audit_and_keeps_nobody_else_out_of_it() {
    let portal = TestPortal::default();
    for _ in 0..200 {
        refuse(&portal, 1, "signin", &[Problem::wait(60)]).await;
        refuse(&portal, 2, "signin", &[Problem::wait(60)]).await;
    }
    assert_eq!(portal.audit_rows().await.len(), 5, "five of one subnet at once");
    refuse(&portal, 1, "reset.request", &[Problem::wait(60)]).await;
    refuse(&portal, 1, "signin", &[Problem::form(Refused::PageOld)]).await;
    assert_eq!(portal.audit_rows().await.len(), 7, "another operation or reason is told");
    let elsewhere = backboard::service::Visitor { address: [198, 51, 100, 7].into(), ..TestPortal::visitor(1) };
    portal.portal.refused(&elsewhere, "signin", Whose::Account(None), &[Problem::wait(60)]).await.unwrap();
    assert_eq!(portal.audit_rows().await.len(), 8, "another subnet is told");
    portal.clock.pass(60 * 60);
    for _ in 0..200 {
        refuse(&portal, 1, "signin", &[Problem::wait(60)]).await;
    }
    assert_eq!(portal.audit_rows().await.len(), 13);
}

#[tokio::test]
async fn however_many_subnets_there_are_the_audit_grows_by_two_thousand_an_hour() {
    let portal = TestPortal::default();
    for number in 0..2_100_u32 {
        let [_, b, c, d] = number.to_be_bytes();
        let visitor = backboard::service::Visitor { address: [10, c, d, b].into(), ..TestPortal::visitor(1) };
        portal.portal.refused(&visitor, "signin", Whose::Account(None), &[Problem::wait(60)]).await.unwrap();
    }
    assert_eq!(portal.audit_rows().await.len(), 2_000);
}
