//! What the desk does to accounts, with the clock in the test's hand.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod acts;
mod caller;
mod email;
mod offers;
mod orders;
mod people;

use backboard::account::AccountState;
use backboard::audit::Row;
use backboard::form::caller::{Heard, HeardForm};
use backboard::link::Code;
use backboard::service::Declined;
use backboard::service::desk::Actor;
use backboard::service::desk::acts::Order;
use backboard::service::desk::records::{NewMember, Rights, StaffSession};
use backboard::service::mail::Message;
use backboard::service::ports::Clock as _;
use backboard::staff::{Act, Reason, Role, StaffState};
use testkit::fakes::{Received, Resident, TestPortal};
use testkit::seed::email;

const PASSWORD: &str = "twelve calm helicopters";
const ANSWER: &str = "Rover the Second";
const PLAIN: &str = "[policy]\npreset = \"bridge\"\n[policy.challenge]\nasking = \"optional\"\n";
const REQUIRED: &str = "[policy]\npreset = \"bridge\"\n[policy.challenge]\nasking = \"required\"\n";

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(PASSWORD), ..Resident::default() }
}

/// A portal with links, and Ada on its roster.
async fn settled(rules: &str) -> (TestPortal, i64) {
    settle(rules, ada()).await
}

async fn settle(rules: &str, resident: Resident) -> (TestPortal, i64) {
    let mut portal = TestPortal::under(rules);
    let inner = std::sync::Arc::get_mut(&mut portal.portal).unwrap();
    inner.agency.journeys.push(backboard::agency::Journey::Reset);
    let account = portal.settle(resident).await;
    (portal, account)
}

/// A member of staff who has signed in.
async fn member(portal: &TestPortal, role: Role) -> Actor {
    let now = portal.clock.now();
    let mut unit = portal.portal.store.begin().await.unwrap();
    let number = unit.find_members().await.unwrap().len() + 1;
    let new = NewMember {
        email: email(&format!("staff{number}@office.example")),
        name: format!("Member {number}"),
        role,
        admin_asked_by: None,
        created: now,
        invited_by: None,
    };
    let staff = unit.add_member(&new).await.unwrap();
    let rights = Rights { role, state: StaffState::Active, may_show: true, admin_asked_by: None };
    unit.save_rights(staff, rights).await.unwrap();
    let session = [number as u8; 32];
    let row = StaffSession { token: session, staff, created: now, seen: now, expires: now.plus(8 * 60 * 60) };
    unit.add_staff_session(&row).await.unwrap();
    unit.save().await.unwrap();
    Actor { staff, role, may_show: true, session }
}

fn reason() -> Reason {
    Reason::parse("lost her phone on a call").unwrap()
}

async fn version(portal: &TestPortal, account: i64) -> i64 {
    portal.portal.store.read().await.unwrap().find_version_of(account).await.unwrap()
}

/// The caller reads back what was mailed.
async fn check(portal: &TestPortal, actor: &Actor, account: i64) {
    portal.portal.desk_mail_code(actor, account).await.unwrap();
    let code = code(&portal.deliver().await);
    portal.portal.desk_enter_code(actor, account, &code).await.unwrap();
}

fn code(received: &[Received]) -> Code {
    match received.iter().find_map(|mail| match &mail.message {
        Message::CallerCode { code, .. } => Some(code.clone()),
        _ => None,
    }) {
        Some(code) => code,
        None => panic!("no code: {received:?}"),
    }
}

fn heard(portal: &TestPortal, born: (&str, &str, &str), certificate: &str) -> Heard {
    let (month, day, year) = born;
    let form = HeardForm {
        birth_month: month.to_owned(),
        birth_day: day.to_owned(),
        birth_year: year.to_owned(),
        certificate: certificate.to_owned(),
        certification_level: String::new(),
    };
    let agency = &portal.portal.agency;
    form.read(&agency.desk.facts, agency.date_order, portal.clock.now().day()).unwrap()
}

/// Every act that takes no more than an order.
const PLAIN_ACTS: [Act; 9] = [
    Act::SendLink,
    Act::SendTemporary,
    Act::ShowTemporary,
    Act::Unlock,
    Act::EndSessions,
    Act::Suspend,
    Act::Reactivate,
    Act::ClearQuestion,
    Act::MarkExternal,
];

/// Does one of them at a version.
async fn act_at(portal: &TestPortal, actor: &Actor, act: Act, account: i64, version: i64) -> Result<(), Declined> {
    let reason = reason();
    let order = Order { account, version, reason: &reason };
    let portal = &portal.portal;
    match act {
        Act::SendLink => portal.desk_send_link(actor, order).await.map(drop),
        Act::SendTemporary => portal.desk_send_temporary(actor, order).await.map(drop),
        Act::ShowTemporary => portal.desk_show_temporary(actor, order).await.map(drop),
        Act::Unlock => portal.desk_unlock(actor, order).await,
        Act::EndSessions => portal.desk_end_sessions(actor, order).await.map(drop),
        Act::Suspend => portal.desk_suspend(actor, order).await,
        Act::Reactivate => portal.desk_reactivate(actor, order).await,
        Act::ClearQuestion => portal.desk_clear_question(actor, order).await,
        Act::MarkExternal => portal.desk_mark_external(actor, order).await,
        other => panic!("{other:?} takes more than an order"),
    }
}

async fn act(portal: &TestPortal, actor: &Actor, act: Act, account: i64) -> Result<(), Declined> {
    let version = version(portal, account).await;
    act_at(portal, actor, act, account, version).await
}

/// What the audit says of acts, without the checks of callers.
async fn rows(portal: &TestPortal) -> Vec<Row> {
    let rows = portal.audit_rows().await.into_iter();
    rows.filter(|row| row.actor.starts_with("staff ") && row.action != Act::CheckCaller.code()).collect()
}
