use backboard::link::Step;
use backboard::moment::Moment;
use backboard::service::desk::checks::CallerCode;
use backboard::service::desk::email_ports::EmailChange;
use backboard::service::desk::records::{Entry, NewMember, StaffLink, StaffSession};
use backboard::service::epoch::{Epoch, RESTORED, Void, Voided};
use backboard::service::records::{NewFlow, NewLink, NewMail, NewSession, NewTemporary, SessionKind};
use backboard::staff::{Role, StaffPurpose};

use super::{Bench, HOUR, NOW, digest, flow, link, together, yes};
use crate::seed::email;

/// A step of an authenticator.
const STEP: i64 = 60_000_001;

fn void() -> Void {
    Void { now: NOW, step: STEP, mails: vec!["reset-link", "temporary-password"] }
}

pub async fn a_new_store_is_in_its_first_epoch_and_no_copy(bench: Bench) {
    assert_eq!(bench.read().await.find_epoch().await.unwrap(), Epoch::FIRST);
}

pub async fn an_epoch_begins_after_the_one_that_is_named_and_once(bench: Bench) {
    let mut unit = bench.begin().await;
    assert!(unit.begin_epoch(&Epoch::FIRST, NOW).await.unwrap());
    assert!(!unit.begin_epoch(&Epoch::FIRST, NOW).await.unwrap());
    let second = Epoch { number: 2, since: NOW, source: None, copied: None };
    assert_eq!(unit.find_epoch().await.unwrap(), second);
    assert!(!unit.begin_epoch(&Epoch { since: NOW.plus(1), ..second }, NOW).await.unwrap());
    assert!(unit.begin_epoch(&second, NOW.plus(9)).await.unwrap());
    assert_eq!(unit.find_epoch().await.unwrap(), Epoch { number: 3, since: NOW.plus(9), source: None, copied: None });
}

pub async fn one_of_32_begins_the_epoch(bench: Bench) {
    let begun = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let begun = unit.begin_epoch(&Epoch::FIRST, NOW).await.unwrap();
        unit.save().await.unwrap();
        begun
    });
    assert_eq!(yes(&begun.await), 1);
}

pub async fn nothing_is_voided_where_nothing_is_outstanding(bench: Bench) {
    bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    assert_eq!(unit.void_outstanding(&void()).await.unwrap(), Voided::default());
}

pub async fn ways_in_of_people_are_void_and_dead_ones_stay_as_they_were(bench: Bench) {
    let ada = bench.account("ada.lovelace").await;
    let (live, spent, expired) = (link(1, ada), link(2, ada), NewLink { expires: NOW.plus(-1), ..link(3, ada) });
    let mut unit = bench.begin().await;
    for new in [&live, &spent, &expired] {
        unit.add_link(new).await.unwrap();
    }
    assert!(unit.spend_link("link-2", NOW.plus(-9)).await.unwrap());
    unit.add_flow(&flow(1)).await.unwrap();
    let further = NewFlow { step: Step::Password, link: Some("link-1".to_owned()), account: Some(ada), ..flow(2) };
    unit.add_flow(&further).await.unwrap();
    unit.add_session(&session(1, ada)).await.unwrap();
    unit.add_temporary(&temporary("works", ada, NOW.plus(HOUR))).await.unwrap();
    unit.add_temporary(&temporary("expired", ada, NOW)).await.unwrap();
    unit.add_job("job", b"sealed", NOW).await.unwrap();
    let code = CallerCode { session: digest(1), account: ada, code: digest(9), expires: NOW.plus(HOUR) };
    unit.save_caller_code(&code).await.unwrap();

    let voided = unit.void_outstanding(&void()).await.unwrap();
    let expected = Voided { sessions: 1, flows: 2, links: 1, temporaries: 1, jobs: 1, callers: 1, ..Voided::default() };
    assert_eq!(voided, expected);
    for (id, is_spent, is_superseded) in [("link-1", false, true), ("link-2", true, false), ("link-3", false, true)] {
        let fate = unit.find_link(id).await.unwrap().unwrap().fate;
        assert_eq!((fate.spent, fate.superseded), (is_spent, is_superseded), "{id}");
    }
    // Also one that waits in a mail is not brought back.
    assert!(!unit.renew_link("link-3", NOW.plus(HOUR), 3).await.unwrap());
    assert!(unit.find_flow(&digest(1)).await.unwrap().is_none());
    assert!(unit.find_session(&digest(1)).await.unwrap().is_none());
    assert_eq!(unit.find_temporary(ada, &digest(5), NOW.plus(-1)).await.unwrap().as_deref(), Some("expired"));
    assert!(unit.take_job(NOW, NOW.plus(9)).await.unwrap().is_none());
    assert!(!unit.has_caller_code(&digest(1), ada, NOW, 5).await.unwrap());
}

pub async fn mails_that_carry_a_way_in_are_given_up_and_others_wait_as_before(bench: Bench) {
    let mut unit = bench.begin().await;
    for (id, kind) in [("one", "reset-link"), ("two", "password-set"), ("three", "temporary-password")] {
        let mail = NewMail {
            id: id.to_owned(),
            recipient: email("ada@example.org"),
            account: None,
            kind: kind.to_owned(),
            sealed: b"sealed".to_vec(),
            due: NOW,
        };
        unit.add_mail(&mail).await.unwrap();
    }
    // In hand of a worker that is no more.
    assert!(unit.take_mail("three", NOW, NOW.plus(120)).await.unwrap().is_some());
    assert_eq!(unit.void_outstanding(&void()).await.unwrap(), Voided { mails: 2, ..Voided::default() });
    unit.save().await.unwrap();
    for id in ["one", "three"] {
        let row = bench.seed.mail_row(id).await.unwrap();
        assert_eq!((row.sealed, row.due, row.failed, row.why.as_str()), (None, None, Some(NOW), RESTORED), "{id}");
    }
    let due = bench.read().await.find_due_mails(NOW, 9).await.unwrap();
    assert_eq!(due, ["two"]);
}

pub async fn ways_in_of_staff_are_void_and_an_authenticators_codes_begin_anew(bench: Bench) {
    let mut unit = bench.begin().await;
    let mut members = Vec::new();
    for address in ["with@office.example", "later@office.example", "without@office.example"] {
        let new = NewMember {
            email: email(address),
            name: "Ada".to_owned(),
            role: Role::Helpdesk,
            admin_asked_by: None,
            created: NOW,
            invited_by: None,
        };
        members.push(unit.add_member(&new).await.unwrap());
    }
    let [with, later, without] = members[..] else { panic!("three members") };
    unit.save_second(with, Some((b"sealed", STEP - 9))).await.unwrap();
    unit.save_second(later, Some((b"sealed", STEP + 9))).await.unwrap();
    unit.save_recovery(with, &[digest(1), digest(2)], NOW).await.unwrap();
    assert!(unit.spend_recovery(with, &digest(1), NOW).await.unwrap());
    let (expires, created) = (NOW.plus(HOUR), NOW.plus(-9));
    let session = StaffSession { token: digest(3), staff: with, created, seen: created, expires };
    unit.add_staff_session(&session).await.unwrap();
    let entry = Entry { token: digest(4), staff: later, link: None, secret: None, tries: 0, expires };
    unit.add_entry(&entry).await.unwrap();
    let invitation = StaffLink {
        id: "invitation".to_owned(),
        token: digest(5),
        staff: without,
        purpose: StaffPurpose::Invitation,
        created,
        expires,
        spent: None,
    };
    unit.add_staff_link(&invitation).await.unwrap();

    let voided = unit.void_outstanding(&void()).await.unwrap();
    assert_eq!(voided, Voided { staff_sessions: 2, staff_links: 1, recovery_codes: 1, ..Voided::default() });
    assert!(unit.find_staff_session(&digest(3)).await.unwrap().is_none());
    assert!(unit.find_entry(&digest(4)).await.unwrap().is_none());
    assert_eq!(unit.find_staff_link(&digest(5)).await.unwrap().unwrap().spent, Some(NOW));
    assert_eq!(unit.count_recovery(with).await.unwrap(), 0);
    for (staff, step) in [(with, Some(STEP)), (later, Some(STEP + 9)), (without, None)] {
        assert_eq!(unit.find_member(staff).await.unwrap().unwrap().second_step, step);
    }
}

pub async fn a_new_address_that_waited_comes_into_use_no_more(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    let change = EmailChange {
        id: "change".to_owned(),
        account,
        person: 1,
        old: None,
        new: email("new@example.org"),
        asked: NOW.plus(-9),
        asked_by: 1,
        due: NOW,
        approved_by: None,
    };
    unit.add_email_change(&change).await.unwrap();
    assert_eq!(unit.void_outstanding(&void()).await.unwrap(), Voided { email_changes: 1, ..Voided::default() });
    assert!(unit.find_due_email_changes(NOW.plus(9), false, 9).await.unwrap().is_empty());
}

fn session(id: u8, account: i64) -> NewSession {
    let expires = NOW.plus(HOUR);
    NewSession { token: digest(id), kind: SessionKind::Full, temporary: false, account, created: NOW, expires }
}

fn temporary(id: &str, account: i64, expires: Moment) -> NewTemporary {
    NewTemporary {
        id: id.to_owned(),
        account,
        digest: digest(5),
        issued: NOW.plus(-HOUR),
        expires,
        issuer: "office".to_owned(),
        why: String::new(),
        mail: None,
    }
}
