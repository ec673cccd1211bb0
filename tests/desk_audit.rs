//! Looking through the audit at the desk, and taking it away.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::account::AccountState;
use backboard::audit::{Flaw, Row};
use backboard::moment::Moment;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::desk::Actor;
use backboard::service::desk::audit::{AuditPage, ROWS, Typed, WINDOW};
use backboard::service::desk::reason::Why;
use backboard::service::desk::reports::FILES;
use backboard::service::ports::Clock as _;
use backboard::staff::{Act, Role};
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{problems, why};

const PASSWORD: &str = "twelve calm helicopters";
const PLAIN: &str = "[policy]\npreset = \"bridge\"\n";

fn of(role: Role, staff: i64) -> Actor {
    Actor { staff, role, may_show: false, session: [staff as u8; 32] }
}

fn sam() -> Actor {
    of(Role::Supervisor, 4)
}

fn anna() -> Actor {
    of(Role::Admin, 5)
}

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::under(PLAIN);
    let ada = Resident { state: AccountState::Active, password: Some(PASSWORD), ..Resident::default() };
    let account = portal.settle(ada).await;
    (portal, account)
}

/// What a filter finds, newest first.
async fn found(portal: &TestPortal, typed: Typed<'_>) -> AuditPage {
    let handle = portal.portal.desk_audit_filter(&sam(), typed).await.unwrap();
    portal.portal.desk_audit(&sam(), Some(&handle), None).await.unwrap()
}

fn actions(page: &AuditPage) -> Vec<&str> {
    page.rows.iter().map(|told| told.row.action.as_str()).collect()
}

async fn exported(portal: &TestPortal, typed: Typed<'_>) -> Vec<(Row, Option<Why>)> {
    let handle = portal.portal.desk_audit_filter(&anna(), typed).await.unwrap();
    let mut export = portal.portal.desk_export(&anna(), Some(&handle)).await.unwrap();
    let mut rows = Vec::new();
    while let Some(batch) = portal.portal.desk_export_rows(&mut export).await.unwrap() {
        assert!(!batch.is_empty());
        rows.extend(batch);
    }
    rows
}

#[tokio::test]
async fn a_look_is_a_row_once_a_quarter_of_an_hour_and_an_export_is_one_each_time() {
    let (portal, account) = settled().await;
    let looks = async || {
        let rows = portal.audit_rows().await;
        let of = |act: Act| rows.iter().filter(|row| row.action == act.code()).count();
        (of(Act::Audit), of(Act::ExportAudit))
    };
    for (act, passed, expected) in [(0, 0, (1, 0)), (0, 10, (1, 0)), (1, 0, (2, 0)), (0, 15 * 60, (3, 0))] {
        portal.clock.pass(passed);
        match act {
            0 => drop(portal.portal.desk_audit(&sam(), None, None).await.unwrap()),
            _ => drop(found(&portal, Typed { account: "ada.lovelace", ..Typed::default() }).await),
        }
        assert_eq!(looks().await, expected);
    }
    // Who is looked up has it in their own history; what was asked for are codes and days.
    let rows = portal.audit_rows().await;
    assert_eq!(rows.iter().filter(|row| row.action == "audit" && row.account == Some(account)).count(), 1);
    found(&portal, Typed { action: "signed-in", actor: "staff 4", from: "2027-01-01", ..Typed::default() }).await;
    let last = portal.audit_rows().await.pop().unwrap();
    assert_eq!((last.actor.as_str(), last.account), ("staff 4", None));
    assert_eq!(last.detail, "action=signed-in actor=staff-4 from=2027-01-01");
    for number in 1..=2 {
        exported(&portal, Typed::default()).await;
        assert_eq!(looks().await, (4, number));
    }
}

#[tokio::test]
async fn each_part_of_the_filter_narrows_and_an_account_is_named_by_username_or_number() {
    let (portal, account) = settled().await;
    portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    portal.clock.pass(86_400);
    let today = portal.clock.now().day().to_string();
    portal.portal.desk_person(&sam(), account, None).await.unwrap();
    let number = account.to_string();
    for (typed, expected) in [
        (Typed { account: "Ada.Lovelace", from: &today, ..Typed::default() }, &["audit", "view"][..]),
        (Typed { account: &number, action: "signed-in", ..Typed::default() }, &["signed-in"]),
        (Typed { actor: "person", ..Typed::default() }, &["signed-in"]),
        (Typed { actor: "staff", action: "view", ..Typed::default() }, &["view"]),
        (Typed { actor: "staff 4", action: "view", ..Typed::default() }, &["view"]),
        (Typed { actor: "staff 5", ..Typed::default() }, &[]),
        (Typed { action: "view", to: "2027-01-15", ..Typed::default() }, &[]),
        (Typed { action: "view", from: &today, to: &today, ..Typed::default() }, &["view"]),
        (Typed { action: "no-such-thing", ..Typed::default() }, &[]),
    ] {
        let page = found(&portal, typed).await;
        assert_eq!(actions(&page), expected, "{typed:?}");
        assert!(page.older.is_none() && page.rows.iter().all(|told| told.flaw.is_none()), "{page:?}");
    }
    let page = found(&portal, Typed { account: &number, ..Typed::default() }).await;
    assert_eq!(page.username.as_deref(), Some("ada.lovelace"));
    assert!(page.rows.iter().all(|told| told.username.as_deref() == Some("ada.lovelace")));
}

#[tokio::test]
async fn days_that_are_none_and_accounts_that_are_nobodys_are_refused_at_their_fields() {
    let (portal, _) = settled().await;
    let refused = async |typed: Typed<'_>| problems(portal.portal.desk_audit_filter(&sam(), typed).await);
    for day in
        ["2026-02-29", "2026-13-01", "26-01-01", "yesterday", "2026-1-1", "2026-01-01-01", "+026-01-01", "0x26-01-01"]
    {
        assert_eq!(
            refused(Typed { from: day, ..Typed::default() }).await,
            [Problem::at(Field::From, Refused::DayUnusable)],
            "{day}"
        );
    }
    let reversed = Typed { from: "2026-02-02", to: "2026-02-01", ..Typed::default() };
    assert_eq!(refused(reversed).await, [Problem::at(Field::To, Refused::DaysReversed)]);
    for account in ["nobody", "0", "-1", "99", "99999999999999999999", "ada lovelace"] {
        let unknown = Typed { account, to: "x", ..Typed::default() };
        let both = [Problem::at(Field::To, Refused::DayUnusable), Problem::at(Field::Account, Refused::AccountUnknown)];
        assert_eq!(refused(unknown).await, both, "{account}");
    }
    let long = "a".repeat(61);
    let long = Typed { action: &long, actor: &long, ..Typed::default() };
    let both = [Problem::at(Field::Action, Refused::TooLong), Problem::at(Field::Actor, Refused::TooLong)];
    assert_eq!(refused(long).await, both);
}

#[tokio::test]
async fn the_audit_is_for_supervisors_and_its_file_for_admins_and_a_filter_for_its_session() {
    let (portal, _) = settled().await;
    let handle = portal.portal.desk_audit_filter(&sam(), Typed::default()).await.unwrap();
    let helper = of(Role::Helpdesk, 3);
    let not_allowed = [Refused::NotAllowed];
    assert_eq!(why(portal.portal.desk_audit(&helper, None, None).await), not_allowed);
    assert_eq!(why(portal.portal.desk_audit_filter(&helper, Typed::default()).await), not_allowed);
    assert_eq!(why(portal.portal.desk_export(&helper, None).await), not_allowed);
    assert_eq!(why(portal.portal.desk_export(&sam(), None).await), not_allowed);
    for handle in [handle.as_str(), "", "AAAA", "x"] {
        assert_eq!(why(portal.portal.desk_audit(&anna(), Some(handle), None).await), [Refused::SearchOver], "{handle}");
        assert_eq!(why(portal.portal.desk_export(&anna(), Some(handle)).await), [Refused::SearchOver], "{handle}");
    }
    assert!(portal.audit_rows().await.iter().all(|row| row.actor == "person"), "nobody has seen anything");
    for _ in 0..FILES.burst {
        portal.portal.desk_export(&anna(), None).await.unwrap();
    }
    assert_eq!(why(portal.portal.desk_export(&anna(), None).await), [Refused::TooManyTries]);
}

#[tokio::test]
async fn pages_go_on_below_the_last_row_until_all_were_seen_once() {
    let (portal, account) = settled().await;
    let mut work = portal.unit().await;
    for number in 0..2 * ROWS + 10 {
        portal.portal.audit_by(&mut *work, "worker", "reminded", Some(account), &number.to_string()).await.unwrap();
    }
    work.save().await.unwrap();
    let handle =
        portal.portal.desk_audit_filter(&sam(), Typed { action: "reminded", ..Typed::default() }).await.unwrap();
    let (mut below, mut seen) = (None, Vec::new());
    loop {
        let page = portal.portal.desk_audit(&sam(), Some(&handle), below).await.unwrap();
        assert!(page.rows.len() <= ROWS && !page.stopped, "{page:?}");
        seen.extend(page.rows.iter().map(|told| told.row.detail.parse::<usize>().unwrap()));
        below = page.older;
        if below.is_none() {
            break;
        }
    }
    assert!(seen.iter().rev().copied().eq(0..2 * ROWS + 10), "{seen:?}");
    for below in [i64::MIN, -1, 0, 1] {
        let page = portal.portal.desk_audit(&sam(), None, Some(below)).await.unwrap();
        assert!(page.rows.is_empty() && page.older.is_none(), "{below}: {page:?}");
    }
    assert_eq!(exported(&portal, Typed { action: "reminded", ..Typed::default() }).await.len(), 2 * ROWS + 10);
}

#[tokio::test]
async fn a_page_looks_through_so_many_rows_and_says_where_it_stopped() {
    let (portal, _) = settled().await;
    let mut work = portal.unit().await;
    for id in 1..=WINDOW + 5 {
        let action = if id == 3 { "frozen" } else { "signed-in" };
        let row = Row {
            id,
            at: Moment(1_800_000_000),
            actor: "person".to_owned(),
            action: action.to_owned(),
            account: None,
            detail: String::new(),
            tie: None,
        };
        work.add_audit(&row).await.unwrap();
    }
    work.save().await.unwrap();
    let handle = portal.portal.desk_audit_filter(&sam(), Typed { action: "frozen", ..Typed::default() }).await.unwrap();
    let first = portal.portal.desk_audit(&sam(), Some(&handle), None).await.unwrap();
    assert!(first.stopped && first.rows.is_empty(), "{:?}", first.older);
    let second = portal.portal.desk_audit(&sam(), Some(&handle), first.older).await.unwrap();
    assert_eq!((actions(&second), second.older, second.stopped), (vec!["frozen"], None, false));
    assert_eq!(exported(&portal, Typed { action: "frozen", ..Typed::default() }).await.len(), 1);
}

#[tokio::test]
async fn a_reason_stands_beside_its_row_until_somebody_changes_it_or_its_account_is_forgotten() {
    let (portal, account) = settled().await;
    portal.portal.desk_reveal(&sam(), account, "caller spells it out").await.unwrap();
    let said = [Some(Why::Words("caller spells it out".to_owned()))];
    let page = found(&portal, Typed { action: "reveal", ..Typed::default() }).await;
    assert_eq!(page.rows.iter().map(|told| told.why.clone()).collect::<Vec<_>>(), said);
    let rows = exported(&portal, Typed { action: "reveal", ..Typed::default() }).await;
    assert_eq!(rows.iter().map(|(_, why)| why.clone()).collect::<Vec<_>>(), said);
    let mut work = portal.unit().await;
    work.forget_account(account, portal.clock.now()).await.unwrap();
    work.save().await.unwrap();
    // The number still finds what happened, and nobody is named.
    let number = account.to_string();
    let page = found(&portal, Typed { account: &number, action: "reveal", ..Typed::default() }).await;
    let [told] = &page.rows[..] else { panic!("{page:?}") };
    assert_eq!((told.why.clone(), told.username.as_ref(), page.username.as_ref()), (Some(Why::Gone), None, None));
}

#[tokio::test]
async fn a_row_that_does_not_follow_is_named() {
    let (portal, account) = settled().await;
    portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    assert!(found(&portal, Typed::default()).await.rows.iter().all(|told| told.flaw.is_none()));
    let mut work = portal.unit().await;
    let newest = work.find_newest_audit().await.unwrap().unwrap();
    // Somebody without the keys puts a row in, under a digest of another one.
    let forged = Row { id: newest.id + 1, account: Some(account), ..newest.clone() };
    let far = Row { id: newest.id + 5, ..newest.clone() };
    let bare = Row { id: far.id + 1, tie: None, ..newest.clone() };
    let after = Row { id: far.id + 2, tie: None, ..newest.clone() };
    for row in [&forged, &far, &bare, &after] {
        work.add_audit(row).await.unwrap();
    }
    work.save().await.unwrap();
    let page = portal.portal.desk_audit(&sam(), None, None).await.unwrap();
    let flaws: Vec<_> = page.rows.iter().filter_map(|told| Some((told.row.id, told.flaw?))).collect();
    let untied = [(after.id, Flaw::Untied), (bare.id, Flaw::Untied)];
    assert_eq!(flaws, [untied, [(far.id, Flaw::Gap), (forged.id, Flaw::Changed)]].concat());
}
