//! Who is on the telephone?

use backboard::form::caller::HeardForm;
use backboard::link::Code;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::desk::caller::{CHECKS, CODES, FACTS};
use backboard::service::ports::Clock as _;
use backboard::staff::{CALLER_CODE_SECONDS, CALLER_SECONDS, CALLER_TRIES, CallerCheck, Role};
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{other_than, problems, wait, why};

use super::*;

const BORN: (&str, &str, &str) = ("2", "29", "1984");

#[tokio::test]
async fn a_code_read_back_is_worth_a_quarter_of_an_hour_for_this_account_and_session() {
    let (portal, account) = settled(PLAIN).await;
    let other = portal.settle(Resident { username: "grace", email: Some("g@example.org"), ssn: None, ..ada() }).await;
    let (one, two) = (member(&portal, Role::Helpdesk).await, member(&portal, Role::Helpdesk).await);
    check(&portal, &one, account).await;
    let passed = portal.portal.desk_calling(&one, account).await.unwrap().passed.unwrap();
    assert_eq!((passed.by, passed.at), (CallerCheck::Code, portal.clock.now()));
    assert_eq!(portal.portal.desk_calling(&one, other).await.unwrap().passed, None);
    assert_eq!(portal.portal.desk_calling(&two, account).await.unwrap().passed, None);
    portal.clock.pass(CALLER_SECONDS - 1);
    assert!(portal.portal.desk_calling(&one, account).await.unwrap().passed.is_some());
    portal.clock.pass(1);
    assert_eq!(portal.portal.desk_calling(&one, account).await.unwrap().passed, None);
    assert_eq!(why(act(&portal, &one, Act::SendTemporary, account).await), [Refused::CallerUnchecked]);
}

#[tokio::test]
async fn a_code_is_one_of_its_account_and_its_session_alone() {
    let (portal, account) = settled(PLAIN).await;
    let other = portal.settle(Resident { username: "grace", email: Some("g@example.org"), ssn: None, ..ada() }).await;
    let (one, two) = (member(&portal, Role::Helpdesk).await, member(&portal, Role::Helpdesk).await);
    portal.portal.desk_mail_code(&one, account).await.unwrap();
    let mailed = code(&portal.deliver().await);
    portal.portal.desk_mail_code(&two, account).await.unwrap();
    portal.portal.desk_mail_code(&one, other).await.unwrap();
    portal.deliver().await;
    let wrong = |refused| [Problem::at(Field::Code, refused)];
    assert_eq!(problems(portal.portal.desk_enter_code(&two, account, &mailed).await), wrong(Refused::CallerWrong));
    assert_eq!(problems(portal.portal.desk_enter_code(&one, other, &mailed).await), wrong(Refused::CallerWrong));
    portal.portal.desk_enter_code(&one, account, &mailed).await.unwrap();
    // Read back once, it is used up.
    assert_eq!(problems(portal.portal.desk_enter_code(&one, account, &mailed).await), wrong(Refused::CallerOver));
}

#[tokio::test]
async fn five_wrong_codes_end_it_and_so_do_ten_minutes() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    assert_eq!(why(portal.portal.desk_enter_code(&actor, account, &Code::from_random(1)).await), [Refused::CallerOver]);
    portal.portal.desk_mail_code(&actor, account).await.unwrap();
    let mailed = code(&portal.deliver().await);
    for left in (0..CALLER_TRIES).rev() {
        let refused = if left == 0 { Refused::CallerOver } else { Refused::CallerWrong };
        assert_eq!(why(portal.portal.desk_enter_code(&actor, account, &other_than(&mailed)).await), [refused]);
    }
    assert_eq!(why(portal.portal.desk_enter_code(&actor, account, &mailed).await), [Refused::CallerOver]);
    portal.portal.desk_mail_code(&actor, account).await.unwrap();
    let mailed = code(&portal.deliver().await);
    portal.clock.pass(CALLER_CODE_SECONDS);
    assert_eq!(why(portal.portal.desk_enter_code(&actor, account, &mailed).await), [Refused::CallerOver]);
    assert_eq!(portal.portal.desk_calling(&actor, account).await.unwrap().passed, None);
}

#[tokio::test]
async fn the_code_goes_to_every_address_on_file_and_lies_nowhere_readable() {
    let (portal, account) = settle(PLAIN, Resident { shared: true, ..ada() }).await;
    portal.join(account, Resident { email: Some("grace@example.org"), ssn: None, ..ada() }).await;
    portal.join(account, Resident { email: None, ssn: None, ..ada() }).await;
    let actor = member(&portal, Role::Helpdesk).await;
    assert_eq!(portal.portal.desk_mail_code(&actor, account).await.unwrap(), 2);
    let received = portal.deliver().await;
    let to: Vec<&str> = received.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["ada@example.org", "grace@example.org"]);
    let mailed = code(&received);
    let rows = portal.audit_rows().await;
    assert!(rows.iter().all(|row| !row.detail.contains(mailed.as_str())), "{rows:?}");
}

#[tokio::test]
async fn facts_have_to_be_those_of_one_person_and_nobody_learns_which_was_wrong() {
    let (portal, account) = settle(PLAIN, Resident { shared: true, ..ada() }).await;
    let joined = Resident { born: "1990-01-02", certificate: Some("EMT-2002"), email: None, ssn: None, ..ada() };
    portal.join(account, joined).await;
    let actor = member(&portal, Role::Helpdesk).await;
    for (born, certificate) in [(("2", "28", "1984"), "EMT-1001"), (BORN, "EMT-1002"), (BORN, "EMT-2002")] {
        let heard = heard(&portal, born, certificate);
        assert_eq!(
            problems(portal.portal.desk_check_facts(&actor, account, &heard).await),
            [Problem::form(Refused::FactsWrong)]
        );
    }
    assert_eq!(portal.portal.desk_calling(&actor, account).await.unwrap().passed, None);
    let heard = heard(&portal, BORN, "emt 1001");
    portal.portal.desk_check_facts(&actor, account, &heard).await.unwrap();
    assert_eq!(portal.portal.desk_calling(&actor, account).await.unwrap().passed.unwrap().by, CallerCheck::Facts);
    let details: Vec<String> = portal.audit_rows().await.into_iter().map(|row| row.detail).collect();
    assert_eq!(details, ["facts-wrong", "facts-wrong", "facts-wrong", "facts-right date-of-birth+certificate-number"]);
}

#[tokio::test]
async fn a_code_read_back_is_not_weakened_by_facts() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    check(&portal, &actor, account).await;
    portal.portal.desk_check_facts(&actor, account, &heard(&portal, BORN, "EMT-1001")).await.unwrap();
    assert_eq!(portal.portal.desk_calling(&actor, account).await.unwrap().passed.unwrap().by, CallerCheck::Code);
}

#[tokio::test]
async fn one_fact_or_one_that_nobody_asks_for_proves_nothing() {
    let (portal, _) = settled(PLAIN).await;
    let agency = &portal.portal.agency;
    let today = portal.clock.now().day();
    let one = HeardForm { certificate: "EMT-1001".to_owned(), ..HeardForm::default() };
    let read = |form: &HeardForm| form.read(&agency.desk.facts, agency.date_order, today).map(drop).unwrap_err();
    assert_eq!(read(&HeardForm::default()), [Problem::form(Refused::FactsTooFew)]);
    assert_eq!(read(&one), [Problem::form(Refused::FactsTooFew)]);
    // The level is not among what this office asks for.
    let unasked = HeardForm { certification_level: "Paramedic".to_owned(), ..one.clone() };
    assert_eq!(read(&unasked), [Problem::form(Refused::FactsTooFew)]);
    let off = unasked.read(&[], agency.date_order, today).map(drop).unwrap_err();
    assert_eq!(off, [Problem::form(Refused::FactsOff)]);
}

#[tokio::test]
async fn facts_alone_show_no_temporary_password_unless_a_supervisor_answers_for_it() {
    let (portal, account) = settle(PLAIN, Resident { email: None, ..ada() }).await;
    let (helper, supervisor) = (member(&portal, Role::Helpdesk).await, member(&portal, Role::Supervisor).await);
    for actor in [&helper, &supervisor] {
        assert_eq!(why(portal.portal.desk_mail_code(actor, account).await), [Refused::NoAddress]);
        portal.portal.desk_check_facts(actor, account, &heard(&portal, BORN, "EMT-1001")).await.unwrap();
    }
    assert_eq!(why(act(&portal, &helper, Act::ShowTemporary, account).await), [Refused::CallerWeak]);
    act(&portal, &supervisor, Act::ShowTemporary, account).await.unwrap();
    let rows = rows(&portal).await;
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert!(row.detail.starts_with(&format!("caller=facts@{}", portal.clock.now().0)), "{row:?}");
}

#[tokio::test]
async fn codes_and_facts_are_limited_for_each_account_and_each_member() {
    let (portal, account) = settled(PLAIN).await;
    let mut asked = 0;
    let actor = member(&portal, Role::Helpdesk).await;
    for _ in 0..CODES.burst {
        portal.portal.desk_mail_code(&actor, account).await.unwrap();
        asked += 1;
    }
    let second = member(&portal, Role::Helpdesk).await;
    for who in [&actor, &second] {
        assert!(wait(portal.portal.desk_mail_code(who, account).await) > 0);
    }
    let wrong = heard(&portal, BORN, "EMT-9999");
    for _ in 0..FACTS.burst {
        assert_eq!(why(portal.portal.desk_check_facts(&actor, account, &wrong).await), [Refused::FactsWrong]);
        asked += 1;
    }
    // Also the right ones: a try tells nothing more.
    let right = heard(&portal, BORN, "EMT-1001");
    assert!(wait(portal.portal.desk_check_facts(&second, account, &right).await) > 0);

    let mut number = 0;
    while asked < CHECKS.burst {
        number += 1;
        let name: &'static str = Box::leak(format!("user{number}").into_boxed_str());
        let fresh = portal.settle(Resident { username: name, ssn: None, ..ada() }).await;
        portal.portal.desk_mail_code(&actor, fresh).await.unwrap();
        asked += 1;
    }
    let fresh = portal.settle(Resident { username: "one.more", ssn: None, ..ada() }).await;
    assert!(wait(portal.portal.desk_mail_code(&actor, fresh).await) > 0);
    portal.portal.desk_mail_code(&second, fresh).await.unwrap();
}

#[tokio::test]
async fn this_was_not_me_ends_the_call() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Supervisor).await;
    portal.portal.desk_mail_code(&actor, account).await.unwrap();
    let received = portal.deliver().await;
    portal.portal.desk_enter_code(&actor, account, &code(&received)).await.unwrap();
    portal.portal.desk_mail_code(&actor, account).await.unwrap();
    let second = code(&portal.deliver().await);
    let token = portal.portal.not_me_token(&received[0].id);
    portal.portal.freeze(&TestPortal::visitor(9), &token).await.unwrap();
    assert_eq!(portal.portal.desk_calling(&actor, account).await.unwrap().passed, None);
    assert_eq!(why(portal.portal.desk_enter_code(&actor, account, &second).await), [Refused::CallerOver]);
    assert_eq!(why(act(&portal, &actor, Act::Reactivate, account).await), [Refused::CallerUnchecked]);
}

#[tokio::test]
async fn checking_a_caller_changes_nothing_under_a_colleagues_hands() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    let before = version(&portal, account).await;
    check(&portal, &actor, account).await;
    assert_eq!(version(&portal, account).await, before);
}
