//! Another address waits, everybody is told, and the old one can stop it.

use backboard::identity::Email;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::ports::Clock as _;
use backboard::staff::CALLER_SECONDS;
use testkit::steps::{problems, why};

use backboard::service::desk::email_ports::EmailChange;

use super::*;

const WAIT: i64 = 72 * 60 * 60;
const SECOND: &str = "[policy]\npreset = \"bridge\"\n[desk]\nemail_second = true\nemail_wait_hours = 2\n";

fn new() -> Email {
    email("ada@new.example")
}

async fn person_of(portal: &TestPortal, account: i64) -> i64 {
    portal.unit().await.find_people_of(account).await.unwrap()[0].id
}

async fn on_file(portal: &TestPortal, account: i64) -> Option<Email> {
    portal.unit().await.find_people_of(account).await.unwrap()[0].email.clone()
}

async fn waiting(portal: &TestPortal, account: i64) -> Vec<EmailChange> {
    portal.unit().await.find_email_changes_of(account).await.unwrap()
}

async fn change(
    portal: &TestPortal,
    actor: &Actor,
    account: i64,
    new: &Email,
) -> Result<backboard::moment::Moment, Declined> {
    let reason = reason();
    let order = Order { account, version: version(portal, account).await, reason: &reason };
    let person = person_of(portal, account).await;
    portal.portal.desk_change_email(actor, order, person, new).await
}

async fn keep(portal: &TestPortal, actor: &Actor, account: i64) -> Result<(), Declined> {
    let reason = reason();
    let order = Order { account, version: version(portal, account).await, reason: &reason };
    portal.portal.desk_keep_email(actor, order, person_of(portal, account).await).await
}

async fn approve(portal: &TestPortal, actor: &Actor, account: i64, change: &str) -> Result<(), Declined> {
    let reason = reason();
    let order = Order { account, version: version(portal, account).await, reason: &reason };
    portal.portal.desk_approve_email(actor, order, change).await
}

fn letters(received: &[Received]) -> Vec<String> {
    received.iter().map(|mail| format!("{} {}", mail.to.as_str(), mail.message.kind())).collect()
}

#[tokio::test]
async fn mail_goes_to_the_old_address_until_the_wait_is_over_and_then_to_the_new_one() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    check(&portal, &actor, account).await;
    let due = change(&portal, &actor, account, &new()).await.unwrap();
    assert_eq!(due, portal.clock.now().plus(WAIT));
    assert_eq!(letters(&portal.deliver().await), ["ada@example.org email-asked", "ada@new.example email-waits"]);

    portal.clock.pass(WAIT - 1);
    portal.portal.settle_emails().await.unwrap();
    portal.ask_reset("ada.lovelace").await.unwrap();
    let received = portal.deliver().await;
    assert_eq!(letters(&received), ["ada@example.org reset-link"]);
    let (link, _) = received[0].reset_link();
    // Nobody finds the account by an address that still waits.
    portal.ask_reset("ada@new.example").await.unwrap();
    assert!(portal.deliver().await.is_empty());

    let before = version(&portal, account).await;
    portal.clock.pass(1);
    assert!(!portal.portal.settle_emails().await.unwrap());
    assert_eq!(on_file(&portal, account).await, Some(new()));
    assert_eq!(letters(&portal.deliver().await), ["ada@example.org email-replaced", "ada@new.example email-now"]);
    assert_eq!(why(portal.portal.link(&link).await), [Refused::LinkSuperseded]);
    assert_ne!(version(&portal, account).await, before, "a page from before is old");
    portal.portal.settle_emails().await.unwrap();
    assert!(portal.deliver().await.is_empty());
    let actions: Vec<String> = portal.actions().await;
    assert_eq!(actions.iter().filter(|action| *action == "email-moved").count(), 1);
    portal.ask_reset("ada.lovelace").await.unwrap();
    assert_eq!(letters(&portal.deliver().await), ["ada@new.example reset-link"]);
}

#[tokio::test]
async fn this_was_not_me_stops_it_and_closes_the_account() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    check(&portal, &actor, account).await;
    change(&portal, &actor, account, &new()).await.unwrap();
    let received = portal.deliver().await;
    let waits = portal.portal.not_me_token(&received[1].id);
    // Who reads the new mailbox has no say in it.
    portal.portal.freeze(&TestPortal::visitor(9), &waits).await.unwrap_err();
    let token = portal.portal.not_me_token(&received[0].id);
    portal.portal.freeze(&TestPortal::visitor(9), &token).await.unwrap();
    portal.clock.pass(WAIT);
    portal.portal.settle_emails().await.unwrap();
    assert_eq!(on_file(&portal, account).await, Some(email("ada@example.org")));
    assert!(waiting(&portal, account).await.is_empty());
    // And no other one is taken in before a supervisor has looked.
    check(&portal, &actor, account).await;
    assert_eq!(why(change(&portal, &actor, account, &new()).await), [Refused::ClosedFrozen]);
}

#[tokio::test]
async fn where_a_second_member_is_asked_for_nothing_moves_without_one() {
    let (portal, account) = settled(SECOND).await;
    let (one, two) = (member(&portal, Role::Supervisor).await, member(&portal, Role::Supervisor).await);
    let helper = member(&portal, Role::Helpdesk).await;
    check(&portal, &one, account).await;
    change(&portal, &one, account, &new()).await.unwrap();
    portal.clock.pass(10 * 60 * 60);
    portal.portal.settle_emails().await.unwrap();
    assert_eq!(on_file(&portal, account).await, Some(email("ada@example.org")));
    let id = waiting(&portal, account).await[0].id.clone();
    assert_eq!(why(approve(&portal, &one, account, &id).await), [Refused::ApprovalOwn]);
    assert_eq!(why(approve(&portal, &helper, account, &id).await), [Refused::NotAllowed]);
    assert_eq!(why(approve(&portal, &two, account, "other").await), [Refused::NothingToDo]);
    portal.deliver().await;
    approve(&portal, &two, account, &id).await.unwrap();
    assert_eq!(letters(&portal.deliver().await), ["ada@example.org office-email-approved"]);
    assert_eq!(why(approve(&portal, &two, account, &id).await), [Refused::NothingToDo]);
    portal.portal.settle_emails().await.unwrap();
    assert_eq!(on_file(&portal, account).await, Some(new()));
}

#[tokio::test]
async fn where_nobody_has_to_approve_nobody_can() {
    let (portal, account) = settled(PLAIN).await;
    let (one, two) = (member(&portal, Role::Supervisor).await, member(&portal, Role::Supervisor).await);
    check(&portal, &one, account).await;
    change(&portal, &one, account, &new()).await.unwrap();
    let id = waiting(&portal, account).await[0].id.clone();
    assert_eq!(why(approve(&portal, &two, account, &id).await), [Refused::NothingToDo]);
}

#[tokio::test]
async fn another_change_takes_its_place_and_the_desk_takes_it_back() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    check(&portal, &actor, account).await;
    let same = email("ada@example.org");
    let already = [Problem::at(Field::Email, Refused::EmailSame)];
    assert_eq!(problems(change(&portal, &actor, account, &same).await), already);
    assert_eq!(why(keep(&portal, &actor, account).await), [Refused::NothingToDo]);
    change(&portal, &actor, account, &new()).await.unwrap();
    change(&portal, &actor, account, &email("ada@third.example")).await.unwrap();
    portal.deliver().await;
    // Whoever hears that it was nobody's wish stops it without asking who calls.
    let colleague = member(&portal, Role::Helpdesk).await;
    keep(&portal, &colleague, account).await.unwrap();
    assert_eq!(why(keep(&portal, &actor, account).await), [Refused::NothingToDo]);
    assert_eq!(letters(&portal.deliver().await), ["ada@example.org office-email-kept"]);
    portal.clock.pass(WAIT);
    portal.portal.settle_emails().await.unwrap();
    assert_eq!(on_file(&portal, account).await, Some(same));
    assert_eq!(rows(&portal).await.len(), 3);
}

#[tokio::test]
async fn a_first_address_on_facts_alone_takes_a_supervisor() {
    let (portal, account) = settle(PLAIN, Resident { email: None, ..ada() }).await;
    let (helper, supervisor) = (member(&portal, Role::Helpdesk).await, member(&portal, Role::Supervisor).await);
    assert_eq!(why(change(&portal, &helper, account, &new()).await), [Refused::CallerUnchecked]);
    for actor in [&helper, &supervisor] {
        let heard = heard(&portal, ("2", "29", "1984"), "EMT-1001");
        portal.portal.desk_check_facts(actor, account, &heard).await.unwrap();
    }
    assert_eq!(why(change(&portal, &helper, account, &new()).await), [Refused::CallerWeak]);
    change(&portal, &supervisor, account, &new()).await.unwrap();
    assert_eq!(letters(&portal.deliver().await), ["ada@new.example email-waits"]);
    portal.clock.pass(WAIT);
    portal.portal.settle_emails().await.unwrap();
    assert_eq!(letters(&portal.deliver().await), ["ada@new.example email-now"]);
    assert_eq!(on_file(&portal, account).await, Some(new()));
}

#[tokio::test]
async fn an_address_is_one_of_a_person_of_this_account() {
    let (portal, account) = settled(PLAIN).await;
    let other = portal.settle(Resident { username: "grace", email: Some("g@example.org"), ssn: None, ..ada() }).await;
    let actor = member(&portal, Role::Helpdesk).await;
    check(&portal, &actor, account).await;
    let reason = reason();
    let order = Order { account, version: version(&portal, account).await, reason: &reason };
    let stranger = person_of(&portal, other).await;
    let told = portal.portal.desk_change_email(&actor, order, stranger, &new()).await;
    assert_eq!(why(told), [Refused::AccountGone]);
    portal.clock.pass(CALLER_SECONDS);
    assert_eq!(why(change(&portal, &actor, account, &new()).await), [Refused::CallerUnchecked]);
}
