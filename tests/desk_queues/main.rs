//! Who gets no mail, and which accounts were stopped, as the desk's queues show them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod steps;

use backboard::account::{AccountState, Frozen};
use backboard::expiry::DAY;
use backboard::refused::{Field, Refused};
use backboard::service::bounce::{Action, Outcome, Report, Status, Taken};
use backboard::service::desk::Actor;
use backboard::service::desk::acts::ACTS;
use backboard::service::desk::person::Trouble;
use backboard::service::desk::queue_ports::{NoMail, UnreachedFate};
use backboard::service::desk::queues::{DeadMail, UNDO_SECONDS, Why};
use backboard::service::desk::records::{NewMember, Rights, StaffSession};
use backboard::service::mail::Message;
use backboard::service::ports::Clock as _;
use backboard::service::records::Mail;
use backboard::staff::{Act, Reason, Role, StaffState};
use testkit::fakes::{Resident, TestPortal};
use testkit::outbox::{TakeOldest as _, ask};
use testkit::seed::email;
use testkit::steps::{problems, proof, why};

const PASSWORD: &str = "twelve calm helicopters";

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(PASSWORD), ..Resident::default() }
}

fn silent() -> Resident {
    Resident { email: None, ..ada() }
}

/// A member of staff who has signed in.
async fn member(portal: &TestPortal, role: Role) -> Actor {
    let now = portal.clock.now();
    let mut unit = portal.unit().await;
    let number = unit.find_members().await.unwrap().len() + 1;
    let address = email(&format!("staff{number}@office.example"));
    let name = format!("Member {number}");
    let new = NewMember { email: address, name, role, admin_asked_by: None, created: now, invited_by: None };
    let staff = unit.add_member(&new).await.unwrap();
    let rights = Rights { role, state: StaffState::Active, may_show: false, admin_asked_by: None };
    unit.save_rights(staff, rights).await.unwrap();
    let session = [number as u8; 32];
    let row = StaffSession { token: session, staff, created: now, seen: now, expires: now.plus(365 * DAY) };
    unit.add_staff_session(&row).await.unwrap();
    unit.save().await.unwrap();
    Actor { staff, role, may_show: false, session }
}

async fn settled(resident: Resident) -> (TestPortal, i64, Actor) {
    let portal = TestPortal::default();
    let account = portal.settle(resident).await;
    let helper = member(&portal, Role::Helpdesk).await;
    (portal, account, helper)
}

fn reason() -> Reason {
    Reason::parse("called, and found the new address").unwrap()
}

async fn queue(portal: &TestPortal, actor: &Actor) -> Vec<DeadMail> {
    let page = portal.portal.desk_dead_mail(actor, "").await.unwrap();
    let waiting = portal.portal.desk_waiting(actor).await.unwrap();
    assert_eq!((page.total, waiting.dead_mail), (page.lines.len() as u64, page.lines.len() as u64));
    page.lines
}

/// Sends the oldest mail that is due.
async fn sent(portal: &TestPortal) -> Mail {
    let now = portal.clock.now();
    let mut unit = portal.unit().await;
    let mail = unit.take_oldest_mail(now, now.plus(60)).await.unwrap().unwrap();
    unit.mail_sent(&mail.id, now).await.unwrap();
    unit.save().await.unwrap();
    mail
}

async fn came_back(portal: &TestPortal, mail: &Mail) -> Taken {
    let outcome = Outcome {
        recipients: vec![mail.recipient.clone()],
        action: Action::Failed,
        status: Status::parse("5.1.1").unwrap(),
    };
    let report = Report { mails: vec![mail.id.clone()], outcomes: vec![outcome] };
    portal.portal.bounce(&report).await.unwrap()
}

async fn move_to(portal: &TestPortal, person: i64, to: &str) {
    let mut unit = portal.unit().await;
    assert!(unit.save_email(person, &email(to)).await.unwrap());
    unit.save().await.unwrap();
}

#[tokio::test]
async fn who_asks_and_has_no_address_waits_however_they_asked() {
    for way in ["claim", "reset"] {
        let state = if way == "claim" { AccountState::Unclaimed } else { AccountState::Active };
        let (portal, account, helper) = settled(Resident { state, password: None, ..silent() }).await;
        for times in 1..=2 {
            match way {
                "claim" => ask(&portal, times as u8).await,
                _ => drop(portal.ask_reset("ada.lovelace").await.unwrap()),
            }
            assert!(
                queue(&portal, &helper).await.len() as u32 == times - 1,
                "{way}: the page that asked knows nothing"
            );
            portal.work_off().await;
            let [entry] = &queue(&portal, &helper).await[..] else { panic!("{way}") };
            assert_eq!((entry.account, entry.why.clone(), entry.times), (account, Why::NoAddress, times), "{way}");
            assert_eq!((entry.address.as_deref(), entry.username.as_str()), (None, "ada.lovelace"));
            assert_eq!(entry.last, portal.clock.now());
            portal.clock.pass(60);
        }
        // Waiting alone takes nobody off: nothing can arrive where nothing is sent.
        portal.clock.pass(30 * DAY);
        portal.portal.settle_dead_mail(90 * DAY).await.unwrap();
        let [entry] = &queue(&portal, &helper).await[..] else { panic!("{way}") };
        assert_eq!(entry.last.since(entry.first), 60);
        move_to(&portal, 1, "ada@example.org").await;
        assert!(queue(&portal, &helper).await.is_empty(), "{way}: there is an address at last");
    }
}

#[tokio::test]
async fn everybody_of_a_shared_account_without_addresses_waits_and_nobody_where_one_is_mailed() {
    let (portal, account, helper) = settled(Resident { shared: true, ..silent() }).await;
    portal.join(account, Resident { ssn: None, certificate: None, last_name: "Hopper", ..silent() }).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    let mut names: Vec<_> = queue(&portal, &helper).await.into_iter().map(|entry| entry.last_name).collect();
    names.sort();
    assert_eq!(names, ["Hopper", "Lovelace"]);

    let (portal, account, helper) = settled(Resident { shared: true, ..ada() }).await;
    portal.join(account, Resident { ssn: None, certificate: None, last_name: "Hopper", ..silent() }).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    assert_eq!(portal.deliver().await.len(), 1);
    assert!(queue(&portal, &helper).await.is_empty());
}

#[tokio::test]
async fn a_mail_that_comes_back_is_seen_on_the_page_of_the_account_and_in_the_queue() {
    let (portal, account, helper) = settled(ada()).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    let mail = sent(&portal).await;
    portal.clock.pass(300);
    assert_eq!(came_back(&portal, &mail).await, Taken::Bounced);
    assert_eq!(came_back(&portal, &mail).await, Taken::Known);
    let now = portal.clock.now();
    let [entry] = &queue(&portal, &helper).await[..] else { panic!("not one") };
    assert_eq!((entry.account, entry.why.clone(), entry.times), (account, Why::Bounced("5.1.1".to_owned()), 1));
    assert_eq!((entry.address.as_deref(), entry.last), (Some("a…@example.org"), now));
    let dossier = portal.portal.desk_person(&helper, account, None).await.unwrap();
    assert_eq!(dossier.mails[0].bounced, Some((now, "5.1.1".to_owned())));
    assert_eq!(dossier.links[0].failed, Some(now));
    let event = dossier.history.iter().find(|event| event.action == "mail-bounced").unwrap();
    assert_eq!((event.actor.as_str(), event.detail.as_str()), ("worker", "reset-link 5.1.1"));
    // It stops no mail and no link: who sent the report may have lied about their own address.
    portal.ask_reset("ada.lovelace").await.unwrap();
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn usernames_that_come_back_name_everybody_on_the_address_that_is_still_theirs() {
    let (portal, _, helper) = settled(ada()).await;
    let other = Resident {
        username: "grace.hopper",
        last_name: "Hopper",
        ssn: None,
        certificate: None,
        email: Some("ADA@example.org"),
        ..ada()
    };
    portal.settle(other).await;
    let visitor = TestPortal::visitor(1);
    portal.portal.username_request(&visitor, &email("ada@example.org"), &proof()).await.unwrap();
    portal.work_off().await;
    let (one, two) = (sent(&portal).await, sent(&portal).await);
    assert_ne!(one.recipient, two.recipient);
    assert_eq!(came_back(&portal, &one).await, Taken::Bounced);
    assert_eq!(queue(&portal, &helper).await.len(), 1);
    // The other's address has changed since.
    let second = if two.recipient == email("ADA@example.org") { 2 } else { 1 };
    move_to(&portal, second, "elsewhere@example.org").await;
    assert_eq!(came_back(&portal, &two).await, Taken::Bounced);
    assert_eq!(queue(&portal, &helper).await.len(), 1);
}

#[tokio::test]
async fn an_entry_is_taken_off_with_a_reason_and_put_back_and_neither_twice() {
    let (portal, account, helper) = settled(silent()).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    let id = queue(&portal, &helper).await[0].id;
    let version = portal.unit().await.find_version_of(account).await.unwrap();
    let other = member(&portal, Role::Supervisor).await;
    let desk = &portal.portal;

    desk.desk_take_off(&helper, id, &reason()).await.unwrap();
    assert_eq!(why(desk.desk_take_off(&other, id, &reason()).await), [Refused::NothingToDo]);
    assert!(queue(&portal, &helper).await.is_empty());
    let done = desk.desk_dead_mail_done(&other).await.unwrap();
    let ended = (portal.clock.now(), helper.name(), UnreachedFate::Done);
    assert_eq!(done[0].ended, Some(ended.clone()));
    assert_eq!(desk.desk_dead_mail_entry(&other, id).await.unwrap().ended, Some(ended));
    let rows = portal.audit_rows().await;
    let row = rows.iter().find(|row| row.action == "dead-mail-done").unwrap();
    assert_eq!((row.actor.as_str(), row.account), (&*helper.name(), Some(account)));
    assert!(row.detail.starts_with("no-address reason=") && !row.detail.contains("called"), "{}", row.detail);
    let kept = desk.desk_reason(&helper, &row.detail).await.unwrap();
    assert!(matches!(kept, Some(backboard::service::desk::reason::Why::Words(words)) if words == reason().as_str()));

    desk.desk_put_back(&other, id).await.unwrap();
    assert_eq!(why(desk.desk_put_back(&helper, id).await), [Refused::NothingToDo]);
    assert_eq!(queue(&portal, &helper).await.len(), 1);
    assert!(desk.desk_dead_mail_done(&helper).await.unwrap().is_empty());
    assert_eq!(portal.audit_rows().await.iter().filter(|row| row.action == "dead-mail-undo").count(), 1);
    // A colleague's open page of the account is as good as before.
    assert_eq!(portal.unit().await.find_version_of(account).await.unwrap(), version);

    desk.desk_take_off(&helper, id, &reason()).await.unwrap();
    move_to(&portal, 1, "ada@example.org").await;
    assert_eq!(why(desk.desk_put_back(&helper, id).await), [Refused::NothingToDo], "there is an address by now");
    assert!(desk.desk_dead_mail_entry(&helper, id).await.unwrap().ended.is_some());
    portal.clock.pass(UNDO_SECONDS);
    assert!(desk.desk_dead_mail_done(&helper).await.unwrap().is_empty(), "listed for a day");
    for nobody in [id + 1, 0, -1] {
        assert_eq!(why(desk.desk_take_off(&helper, nobody, &reason()).await), [Refused::AccountGone]);
        assert_eq!(why(desk.desk_put_back(&helper, nobody).await), [Refused::AccountGone]);
        assert_eq!(why(desk.desk_dead_mail_entry(&helper, nobody).await), [Refused::AccountGone]);
    }
}

#[tokio::test]
async fn two_members_who_take_the_same_off_at_once_do_it_once() {
    let (portal, _, helper) = settled(silent()).await;
    let other = member(&portal, Role::Helpdesk).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    let id = queue(&portal, &helper).await[0].id;
    let reason = reason();
    let (one, two) = tokio::join!(
        portal.portal.desk_take_off(&helper, id, &reason),
        portal.portal.desk_take_off(&other, id, &reason),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    assert_eq!(portal.audit_rows().await.iter().filter(|row| row.action == "dead-mail-done").count(), 1);
}

#[tokio::test]
async fn taking_off_asks_for_the_right_as_it_is_now_and_is_limited() {
    let (portal, _, helper) = settled(silent()).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    let id = queue(&portal, &helper).await[0].id;
    let desk = &portal.portal;
    let gone = member(&portal, Role::Helpdesk).await;
    let mut unit = portal.unit().await;
    unit.end_staff_sessions_of(gone.staff).await.unwrap();
    unit.save().await.unwrap();
    assert_eq!(why(desk.desk_take_off(&gone, id, &reason()).await), [Refused::SessionOver]);
    // As if the member had taken off so many before.
    let mut unit = portal.unit().await;
    let key = format!("desk.{}:staff:{}", Act::DeadMailDone.code(), helper.staff);
    while unit.take_budget(&key, ACTS, portal.clock.now()).await.unwrap().is_ok() {}
    unit.save().await.unwrap();
    let refused = problems(desk.desk_take_off(&helper, id, &reason()).await);
    assert_eq!((refused[0].field, refused[0].refused), (Field::Form, Refused::TooManyTries));
    let other = member(&portal, Role::Helpdesk).await;
    desk.desk_take_off(&other, id, &reason()).await.unwrap();
}

#[tokio::test]
async fn a_mail_given_up_says_in_the_queue_what_kept_it() {
    for (said, kept) in [("550 at RCPT", Trouble::Address), ("too old", Trouble::TooOld), ("expired", Trouble::Useless)]
    {
        let (portal, _, helper) = settled(ada()).await;
        portal.ask_reset("ada.lovelace").await.unwrap();
        portal.work_off().await;
        let mail = sent(&portal).await;
        let mut unit = portal.unit().await;
        let posted = unit.find_mail(&mail.id).await.unwrap().unwrap();
        portal.portal.unreached(&mut *unit, &posted, NoMail::Failed, said).await.unwrap();
        unit.save().await.unwrap();
        assert_eq!(queue(&portal, &helper).await[0].why, Why::Failed(kept));
    }
}

#[tokio::test]
async fn stopped_accounts_wait_the_longest_first_until_a_supervisor_opens_them() {
    let (portal, account, helper) = settled(ada()).await;
    let grace = Resident {
        username: "grace.hopper",
        last_name: "Hopper",
        ssn: None,
        certificate: None,
        email: Some("grace@example.org"),
        ..ada()
    };
    let grace = portal.settle(grace).await;
    let stop = async |login: &str| {
        portal.ask_reset(login).await.unwrap();
        let mail = portal.deliver().await.pop().unwrap();
        let token = portal.portal.not_me_token(&mail.id);
        portal.portal.freeze(&TestPortal::visitor(9), &token).await.unwrap();
        portal.deliver().await;
        portal.clock.pass(60);
    };
    let since = portal.clock.now();
    stop("grace.hopper").await;
    stop("ada.lovelace").await;
    let page = portal.portal.desk_frozen(&helper, "").await.unwrap();
    let accounts: Vec<i64> = page.lines.iter().map(|line| line.account).collect();
    assert_eq!((accounts, page.total, page.pages), (vec![grace, account], 2, 1));
    let line = &page.lines[0];
    assert_eq!((line.username.as_str(), line.since, line.mail.as_str()), ("grace.hopper", since, "reset-link"));
    assert_eq!(line.people, [("Ada".to_owned(), "Hopper".to_owned(), String::new())]);
    assert_eq!(line.stops, Some(Frozen::Resets));
    assert_eq!(portal.portal.desk_waiting(&helper).await.unwrap().frozen, 2);
    let username = portal.account(grace).await.username;
    portal.portal.office_reactivate(&username).await.unwrap();
    let page = portal.portal.desk_frozen(&helper, "").await.unwrap();
    assert_eq!(page.lines.iter().map(|line| line.account).collect::<Vec<_>>(), [account]);
}

#[tokio::test]
async fn queues_are_read_in_pages_of_twenty() {
    let (portal, _, helper) = settled(ada()).await;
    for number in 0..45_u8 {
        let username: &'static str = format!("medic{number}").leak();
        let one = Resident { username, ssn: None, certificate: None, ..silent() };
        portal.settle(one).await;
        portal.ask_reset(username).await.unwrap();
        portal.work_off().await;
        // No limit hides an answer.
        portal.clock.pass(10 * 60);
    }
    let desk = &portal.portal;
    for (typed, page, lines, first) in [
        ("", 1, 20, "medic44"),
        ("1", 1, 20, "medic44"),
        ("2", 2, 20, "medic24"),
        ("3", 3, 5, "medic4"),
        ("4", 3, 5, "medic4"),
        ("999999999999999999999999", 3, 5, "medic4"),
        ("0", 1, 20, "medic44"),
        ("-1", 1, 20, "medic44"),
    ] {
        let found = desk.desk_dead_mail(&helper, typed).await.unwrap();
        assert_eq!((found.page, found.pages, found.total, found.lines.len()), (page, 3, 45, lines), "{typed}");
        assert_eq!(found.lines[0].username.as_str(), first, "{typed}");
    }
    let empty = desk.desk_frozen(&helper, "7").await.unwrap();
    assert_eq!((empty.page, empty.pages, empty.total, empty.lines.len()), (1, 1, 0, 0));
}

/// The kinds whose mails somebody waits for are those that anybody can ask for.
#[test]
fn every_kind_that_answers_is_a_kind_of_mail() {
    for kind in ["claim-link", "reset-link", "usernames", "temporary-password", "caller-code"] {
        assert!(Message::answers(kind), "{kind}");
    }
    for kind in ["password-set", "password-expires", "email-now", "office-suspended", "staff-invitation", ""] {
        assert!(!Message::answers(kind), "{kind}");
    }
}
