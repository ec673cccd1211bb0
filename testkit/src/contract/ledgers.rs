use backboard::audit::Row;
use backboard::moment::Moment;
use backboard::service::records::{Case, NewMail, NewSession, SessionKind};
use backboard::staff::Act;

use super::{Bench, HOUR, NOW, audit_row, digest, link};
use crate::seed::{LEVEL, NewPerson, certificate, email};

pub async fn everybody_of_an_account_stands_on_its_page(bench: Bench) {
    let (crew, other) = (bench.account("crew").await, bench.account("other").await);
    let ada = NewPerson {
        earlier_names: vec!["Byron".to_owned()],
        certificate: Some(certificate("E-100")),
        email: Some(email("ada@example.org")),
        products: vec!["eICS".to_owned()],
        ssn: Some(digest(1)),
        ..NewPerson::of(crew, "P-1")
    };
    let first = bench.seed.add_person(&ada).await;
    bench.seed.add_person(&NewPerson::of(other, "P-2")).await;
    let second = bench.seed.add_person(&NewPerson::of(crew, "P-3")).await;
    let people = bench.read().await.find_somebodies_of(crew).await.unwrap();
    let [one, two] = &people[..] else { panic!("{people:?}") };
    assert_eq!((one.id, two.id), (first, second));
    assert_eq!((one.last_name.as_str(), one.first_name.as_str(), one.suffix.as_str()), ("Lovelace", "Ada", ""));
    assert_eq!((one.earlier_names.as_slice(), one.products.as_slice()), (&*ada.earlier_names, &*ada.products));
    assert_eq!((one.certificate.as_deref(), one.level.as_str()), (Some("E100"), LEVEL));
    assert_eq!((one.email.as_ref(), one.roster_status), (ada.email.as_ref(), None));
    assert_eq!((two.email.as_ref(), two.certificate.as_ref()), (None, None));
}

pub async fn the_version_moves_with_what_others_did_and_not_with_who_looked(bench: Bench) {
    let ada = 7;
    let mut unit = bench.begin().await;
    assert_eq!(unit.find_version_of(ada).await.unwrap(), 0);
    let mut version = 0;
    let steps: Vec<(&str, &str, i64, bool)> = Act::ALL
        .iter()
        .map(|act| ("staff 3", act.code(), ada, !act.only_looks()))
        .chain([
            ("person", "signed-in", ada, false),
            ("person", "view", ada, false),
            ("worker", "mail-failed", ada, false),
            ("person", "frozen", ada, true),
            ("office", "reactivated", ada, true),
            ("import", "email-changed", ada, true),
            ("office", "suspended", 8, false),
        ])
        .collect();
    for (id, (actor, action, account, moves)) in (1..).zip(steps) {
        unit.add_audit(&Row { actor: actor.to_owned(), ..audit_row(id, action, Some(account)) }).await.unwrap();
        version = if moves { id } else { version };
        assert_eq!(unit.find_version_of(ada).await.unwrap(), version, "{actor} {action}");
    }
}

pub async fn who_did_what_lately_is_known(bench: Bench) {
    let ada = 7;
    let mut unit = bench.begin().await;
    let viewed = Row { actor: "staff 3".to_owned(), ..audit_row(1, Act::View.code(), Some(ada)) };
    unit.add_audit(&viewed).await.unwrap();
    let before = NOW.plus(-1);
    assert!(unit.has_done(ada, "staff 3", Act::View, before).await.unwrap());
    for (account, actor, act, after) in [
        (8, "staff 3", Act::View, before),
        (ada, "staff 31", Act::View, before),
        (ada, "staff 3", Act::Reveal, before),
        (ada, "staff 3", Act::View, NOW),
        (ada, "staff 3", Act::View, NOW.plus(1)),
    ] {
        assert!(!unit.has_done(account, actor, act, after).await.unwrap(), "{account} {actor} {act:?} {after:?}");
    }
}

pub async fn a_link_tells_what_became_of_it(bench: Bench) {
    let account = bench.account("ada").await;
    let mut unit = bench.begin().await;
    for (id, created) in [(1, 0), (2, 10), (3, 20), (4, 30)] {
        let new = link(id, account);
        unit.add_link(&backboard::service::records::NewLink { created: NOW.plus(created), ..new }).await.unwrap();
    }
    for (mail, sent) in [("sent", true), ("failed", false)] {
        unit.add_mail(&mail_to(mail, account, NOW)).await.unwrap();
        match sent {
            true => unit.mail_sent(mail, NOW.plus(5)).await.unwrap(),
            false => unit.mail_failed(mail, NOW.plus(6), "550 at RCPT").await.unwrap(),
        }
    }
    unit.link_mailed("link-1", "sent").await.unwrap();
    unit.link_mailed("link-2", "failed").await.unwrap();
    unit.link_mailed("link-3", "purged").await.unwrap();
    unit.link_opened("link-1", NOW.plus(60)).await.unwrap();
    unit.link_opened("link-1", NOW.plus(90)).await.unwrap();
    assert!(unit.spend_link("link-1", NOW.plus(120)).await.unwrap());
    unit.end_link("link-2", NOW.plus(130)).await.unwrap();
    unit.save().await.unwrap();

    let other = bench.account("other").await;
    let mut unit = bench.read().await;
    assert!(unit.find_links_of(other).await.unwrap().is_empty());
    let links = unit.find_links_of(account).await.unwrap();
    let [fourth, third, second, first] = &links[..] else { panic!("{links:?}") };
    let after = |seconds| Some(NOW.plus(seconds));
    assert_eq!((first.created, first.expires), (NOW, NOW.plus(HOUR)));
    assert_eq!((first.sent, first.failed), (after(5), None));
    assert_eq!((first.opened, first.spent, first.superseded), (after(60), after(120), None));
    assert_eq!((second.sent, second.failed, second.superseded), (None, after(6), after(130)));
    for link in [third, fourth] {
        assert_eq!((link.sent, link.failed, link.opened, link.spent, link.superseded), (None, None, None, None, None));
    }
}

pub async fn the_mails_of_an_account_come_newest_first_and_no_more_than_asked_for(bench: Bench) {
    let (account, other) = (bench.account("ada").await, bench.account("other").await);
    let mut unit = bench.begin().await;
    for (id, account) in [("one", account), ("hers", other), ("two", account), ("three", account)] {
        unit.add_mail(&mail_to(id, account, NOW)).await.unwrap();
    }
    unit.mail_retry("one", NOW.plus(60), "421 at MAIL").await.unwrap();
    unit.mail_sent("two", NOW.plus(5)).await.unwrap();
    unit.mail_failed("three", NOW.plus(6), "550 at RCPT").await.unwrap();
    let mails = unit.find_mails_of(account, 9).await.unwrap();
    let [three, two, one] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!([&*three.kind, &*two.kind, &*one.kind], ["kind-three", "kind-two", "kind-one"]);
    assert_eq!(three.recipient, email("three@example.org"));
    let ends: Vec<_> = mails.iter().map(|mail| (mail.queued, mail.sent, mail.failed, mail.why.as_str())).collect();
    assert_eq!(
        ends,
        [
            (NOW, None, Some(NOW.plus(6)), "550 at RCPT"),
            (NOW, Some(NOW.plus(5)), None, ""),
            (NOW, None, None, "421 at MAIL"),
        ]
    );
    assert_eq!(unit.find_mails_of(account, 2).await.unwrap(), [three.clone(), two.clone()]);
}

pub async fn only_sessions_that_still_last_are_counted(bench: Bench) {
    let (account, other) = (bench.account("ada").await, bench.account("other").await);
    let mut unit = bench.begin().await;
    for (token, account, created, expires) in
        [(1, account, 0, HOUR), (2, account, 0, 10), (3, other, 0, HOUR), (4, account, -HOUR, HOUR)]
    {
        let session = NewSession {
            token: digest(token),
            kind: SessionKind::Full,
            temporary: false,
            account,
            created: NOW.plus(created),
            expires: NOW.plus(expires),
        };
        unit.add_session(&session).await.unwrap();
    }
    let at = |seconds| (NOW.plus(seconds), NOW.plus(seconds - 1_800));
    for (seconds, open) in [(0, 2), (9, 2), (10, 1), (1_799, 1), (1_800, 0)] {
        let (now, seen) = at(seconds);
        assert_eq!(unit.count_sessions_of(account, now, seen).await.unwrap(), open, "after {seconds} s");
    }
}

pub async fn the_open_cases_of_one_account_come_oldest_first(bench: Bench) {
    let (account, other) = (bench.account("ada").await, bench.account("other").await);
    let case = |account, kind: &str, at| Case {
        account,
        kind: kind.to_owned(),
        detail: "reset-link".to_owned(),
        opened: NOW.plus(at),
    };
    let mut unit = bench.begin().await;
    let (late, early) = (case(account, "not-me", 9), case(account, "no-address", 1));
    for case in [&late, &early, &case(other, "not-me", 5)] {
        assert!(unit.open_case(case).await.unwrap());
    }
    assert_eq!(unit.find_cases_of(account).await.unwrap(), [early, late]);
    unit.close_cases(account, NOW.plus(10)).await.unwrap();
    assert!(unit.find_cases_of(account).await.unwrap().is_empty());
}

pub async fn the_history_is_paged_by_number(bench: Bench) {
    let ada = 7;
    let mut unit = bench.begin().await;
    for id in 1..=5 {
        let account = if id == 3 { 8 } else { ada };
        // The clock was set back: by number all the same.
        let at = NOW.plus(-id);
        unit.add_audit(&Row { at, ..audit_row(id, &format!("action-{id}"), Some(account)) }).await.unwrap();
    }
    let ids = |events: Vec<backboard::service::desk::seen::Event>| -> Vec<i64> {
        events.iter().map(|event| event.id).collect()
    };
    assert_eq!(ids(unit.find_events_of(ada, i64::MAX, 2).await.unwrap()), [5, 4]);
    assert_eq!(ids(unit.find_events_of(ada, 4, 9).await.unwrap()), [2, 1]);
    assert!(unit.find_events_of(ada, -1, 9).await.unwrap().is_empty());
    let newest = unit.find_events_of(ada, i64::MAX, 1).await.unwrap();
    let event = newest.first().unwrap();
    assert_eq!((event.at, event.actor.as_str()), (NOW.plus(-5), "worker"));
    assert_eq!((event.action.as_str(), event.detail.as_str()), ("action-5", "detail of action-5"));
}

fn mail_to(id: &str, account: i64, due: Moment) -> NewMail {
    NewMail {
        id: id.to_owned(),
        recipient: email(&format!("{id}@example.org")),
        account: Some(account),
        kind: format!("kind-{id}"),
        sealed: b"sealed".to_vec(),
        due,
    }
}
