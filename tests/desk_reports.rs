//! The desk's reports, made of what really happened.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::account::{AccountState, Username};
use backboard::expiry::DAY;
use backboard::refused::Refused;
use backboard::report::{Report, WEEK};
use backboard::service::desk::Actor;
use backboard::service::desk::report_ports::{ImportRun, Reject};
use backboard::service::desk::reports::{DAYS, FILES, Figures, PER_PAGE, UNUSED_DAYS, WEEKS, WEEKS_AHEAD};
use backboard::service::ports::Clock as _;
use backboard::service::roster::Imported;
use backboard::staff::Role;
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::why;

const PASSWORD: &str = "twelve calm helicopters";
const PLAIN: &str = "[policy]\npreset = \"bridge\"\n";

fn of(role: Role) -> Actor {
    Actor { staff: 3, role, may_show: false, session: [3; 32] }
}

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::under(PLAIN);
    let ada = Resident { state: AccountState::Active, password: Some(PASSWORD), ..Resident::default() };
    let account = portal.settle(ada).await;
    (portal, account)
}

async fn report(portal: &TestPortal, report: Report) -> Figures {
    portal.portal.desk_figures(&of(Role::Helpdesk), report).await.unwrap()
}

/// The values of a series that are neither nothing nor unknown, by their places.
fn values(figures: &Figures, what: &str) -> Vec<(usize, u64)> {
    let series = figures.series.iter().find(|series| series.what == what).unwrap_or_else(|| panic!("{what}"));
    let known = series.values.iter().enumerate().filter_map(|(place, value)| Some((place, (*value)?)));
    known.filter(|(_, value)| *value > 0).collect()
}

#[tokio::test]
async fn nothing_has_happened_in_an_empty_portal() {
    let portal = TestPortal::under(PLAIN);
    for report_of in Report::ALL {
        if Role::Helpdesk.may(report_of.act()) {
            assert!(report(&portal, *report_of).await.is_empty(), "{report_of:?}");
        }
    }
    let supervisor = of(Role::Supervisor);
    assert!(portal.portal.desk_unused(&supervisor, None).await.unwrap().rows.is_empty());
    assert!(portal.portal.desk_imports(&supervisor, None).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn a_reset_shows_in_the_week_in_which_each_step_was_taken() {
    let (portal, _) = settled().await;
    let last = WEEKS - 1;
    // One goes unused and expires; its link is counted before and after it is purged.
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.deliver().await;
    portal.ask_reset("nobody.at.all").await.unwrap();
    portal.work_off().await;
    portal.clock.pass(WEEK);
    for purged in [false, true] {
        if purged {
            let mut work = portal.unit().await;
            work.purge_flows(portal.clock.now()).await.unwrap();
            assert_eq!(work.purge_links(portal.clock.now()).await.unwrap(), 1);
            work.save().await.unwrap();
        }
        let resets = report(&portal, Report::Resets).await;
        assert_eq!(values(&resets, "asked"), [(last - 1, 2)], "purged: {purged}");
        assert_eq!(values(&resets, "mailed"), [(last - 1, 1)]);
        assert_eq!(values(&resets, "expired"), [(last - 1, 1)], "purged: {purged}");
    }
    let browser = portal.ask_reset("ada.lovelace").await.unwrap();
    let (_, code) = portal.deliver().await.remove(0).reset_link();
    portal.type_reset_code(&browser, &code).await.unwrap();
    portal.set_up(&browser, "eleven quiet ambulances").await.unwrap();
    let resets = report(&portal, Report::Resets).await;
    assert_eq!(values(&resets, "asked"), [(last - 1, 2), (last, 1)]);
    for what in ["opened", "used"] {
        assert_eq!(values(&resets, what), [(last, 1)], "{what}");
    }
    assert!(values(&resets, "refused").is_empty());
    assert_eq!(resets.since.map(|since| since.day()), Some(portal.clock.now().plus(-WEEK).day()));
    // Half a year later it lies outside.
    portal.clock.pass(WEEKS as i64 * WEEK);
    assert!(report(&portal, Report::Resets).await.is_empty());
}

#[tokio::test]
async fn mails_tell_how_long_they_waited_and_refusals_their_kind() {
    let (portal, _) = settled().await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    portal.clock.pass(90);
    assert_eq!(portal.deliver().await.len(), 1);
    let mails = report(&portal, Report::Mails).await;
    let today = DAYS - 1;
    for (what, value) in [("median", 90), ("p95", 90), ("sent", 1)] {
        assert_eq!(values(&mails, what), [(today, value)], "{what}");
    }
    assert!(values(&mails, "failed").is_empty());
    assert_eq!(mails.series.first().unwrap().values.first(), Some(&None), "a day without mails has no median");

    for _ in 0..3 {
        portal.sign_in("ada.lovelace", "wrong wrong wrong").await.unwrap_err();
    }
    let refused = report(&portal, Report::Refused).await;
    assert_eq!(values(&refused, "sign-in"), [(today, 3)]);
    assert!(values(&refused, "limit").is_empty());
}

#[tokio::test]
async fn passwords_are_counted_by_the_week_in_which_their_days_are_over() {
    let (portal, _) = settled().await;
    let expires = portal.portal.agency.policy.password.expires_days;
    let expiring = report(&portal, Report::Expiring).await;
    let at = portal.clock.now().plus(i64::from(expires) * DAY);
    let place = expiring.span.place(at);
    assert!(place.is_some_and(|place| place < WEEKS_AHEAD), "{expires} days");
    assert_eq!(values(&expiring, "expiring"), [(place.unwrap(), 1)]);
}

#[tokio::test]
async fn temporary_passwords_are_listed_after_seven_days_until_they_are_used_or_ended() {
    let (portal, account) = settled().await;
    let supervisor = of(Role::Supervisor);
    portal.portal.office_temporary_password(&Username::parse("ada.lovelace").unwrap()).await.unwrap();
    let issued = portal.clock.now();
    portal.clock.pass(UNUSED_DAYS * DAY);
    assert!(portal.portal.desk_unused(&supervisor, None).await.unwrap().rows.is_empty());
    portal.clock.pass(1);
    let page = portal.portal.desk_unused(&supervisor, None).await.unwrap();
    let [unused] = &page.rows[..] else { panic!("{page:?}") };
    assert_eq!((unused.account, unused.username.as_str(), unused.issued), (account, "ada.lovelace", issued));
    assert_eq!((unused.issuer.as_str(), page.older.as_ref()), ("office", None));
    let mut work = portal.unit().await;
    work.end_temporaries(account, portal.clock.now()).await.unwrap();
    work.save().await.unwrap();
    assert!(portal.portal.desk_unused(&supervisor, None).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn lists_are_paged_written_down_and_taken_away_so_many_times() {
    let portal = TestPortal::under(PLAIN);
    let supervisor = of(Role::Supervisor);
    let mut work = portal.unit().await;
    for number in 0..2 * PER_PAGE + 1 {
        let run = ImportRun {
            began: portal.clock.now(),
            ended: portal.clock.now(),
            by: "office".to_owned(),
            file: format!("{number}.csv"),
            imported: Imported::default(),
            whole: true,
            rejects: vec![Reject { line: 2, reason: "status is none".to_owned() }],
        };
        work.keep_import(&run).await.unwrap();
    }
    work.save().await.unwrap();
    let (mut below, mut seen) = (None, Vec::new());
    loop {
        let page = portal.portal.desk_imports(&supervisor, below).await.unwrap();
        seen.extend(page.rows.iter().map(|run| run.file.clone()));
        below = page.older;
        if below.is_none() {
            break;
        }
    }
    let all: Vec<String> = (0..2 * PER_PAGE + 1).rev().map(|number| format!("{number}.csv")).collect();
    assert_eq!(seen, all);
    let rows = portal.audit_rows().await;
    let looks: Vec<_> = rows.iter().map(|row| (&*row.actor, &*row.action, &*row.detail)).collect();
    assert_eq!(looks, [("staff 3", "report-lists", "imports")], "one for a quarter of an hour");
    let (run, rejects) = portal.portal.desk_import_run(&supervisor, 1).await.unwrap();
    assert_eq!((run.file.as_str(), rejects.len()), ("0.csv", 1));
    assert_eq!(why(portal.portal.desk_import_run(&supervisor, 999).await), [Refused::AccountGone]);

    for number in 0..FILES.burst {
        match number % 3 {
            0 => drop(portal.portal.desk_imports_file(&supervisor).await.unwrap()),
            1 => drop(portal.portal.desk_unused_file(&supervisor).await.unwrap()),
            _ => drop(portal.portal.desk_rejects_file(&supervisor, 1).await.unwrap()),
        }
    }
    assert_eq!(portal.audit_rows().await.len(), 1 + FILES.burst as usize);
    assert_eq!(why(portal.portal.desk_unused_file(&supervisor).await), [Refused::TooManyTries]);
    for refused in [
        why(portal.portal.desk_unused(&of(Role::Helpdesk), None).await),
        why(portal.portal.desk_unused_file(&of(Role::Helpdesk)).await),
        why(portal.portal.desk_imports(&of(Role::Helpdesk), None).await),
        why(portal.portal.desk_imports_file(&of(Role::Helpdesk)).await),
        why(portal.portal.desk_import_run(&of(Role::Helpdesk), 1).await),
        why(portal.portal.desk_rejects_file(&of(Role::Helpdesk), 1).await),
    ] {
        assert_eq!(refused, [Refused::NotAllowed]);
    }
}
