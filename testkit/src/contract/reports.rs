use backboard::account::AccountState;
use backboard::audit::Row;
use backboard::expiry::{DAY, Schedule};
use backboard::link::Purpose;
use backboard::moment::Moment;
use backboard::report::{Span, WEEK};
use backboard::service::desk::report_ports::{ImportRun, Reject, Wanted, WantedActor};
use backboard::service::records::{NewLink, NewMail, NewTemporary};
use backboard::service::roster::Imported;

use super::{Bench, HOUR, NOW, audit_row, digest, link};
use crate::seed::{NewAccount, email};

/// Four weeks, of which the last is that of [`NOW`].
fn weeks() -> Span {
    Span::weeks_until(NOW, 4)
}

/// Number, actor, action, moment, detail and account.
type Told<'a> = (i64, &'a str, &'a str, Moment, &'a str, Option<i64>);

async fn happened(bench: &Bench, rows: &[Told<'_>]) {
    let mut unit = bench.begin().await;
    for (id, actor, action, at, detail, account) in rows {
        let row = audit_row(*id, action, *account);
        let row = Row { at: *at, actor: (*actor).to_owned(), detail: (*detail).to_owned(), ..row };
        unit.add_audit(&row).await.unwrap();
    }
    unit.save().await.unwrap();
}

pub async fn actions_are_counted_by_the_week_they_happened_in(bench: Bench) {
    let span = weeks();
    let (first, last) = (span.from, span.end().plus(-1));
    happened(
        &bench,
        &[
            (1, "person", "claimed", first.plus(-1), "", None),
            (2, "person", "claimed", first, "", None),
            (3, "person", "claim-asked", first, "", None),
            (4, "person", "claimed", first.plus(WEEK - 1), "", None),
            (5, "person", "claimed", first.plus(WEEK), "", None),
            (6, "person", "claimed", last, "", None),
            (7, "person", "claimed", span.end(), "", None),
        ],
    )
    .await;
    let mut unit = bench.read().await;
    assert_eq!(unit.count_done("claimed", span).await.unwrap(), [(0, 2), (1, 1), (3, 1)]);
    assert_eq!(unit.count_done("claim-asked", span).await.unwrap(), [(0, 1)]);
    assert!(unit.count_done("nothing", span).await.unwrap().is_empty());
    assert_eq!(unit.find_audit_start().await.unwrap(), Some(first.plus(-1)));
}

pub async fn refusals_are_counted_by_what_they_say(bench: Bench) {
    let span = weeks();
    happened(
        &bench,
        &[
            (1, "person", "refused", span.from, "signin too-many-tries", None),
            (2, "person", "refused", span.from.plus(9), "signin too-many-tries", None),
            (3, "person", "refused", span.from, "reset.code code-wrong", None),
            (4, "person", "sign-in-refused", span.from, "wrong", None),
            (5, "person", "refused", span.from.plus(-1), "signin too-many-tries", None),
        ],
    )
    .await;
    let mut unit = bench.read().await;
    for (begins, expected) in [
        ("", &[(0, "reset.code code-wrong", 1), (0, "signin too-many-tries", 2)][..]),
        ("reset.", &[(0, "reset.code code-wrong", 1)]),
        ("%", &[]),
    ] {
        let counted = unit.count_refused(begins, span).await.unwrap();
        let counted: Vec<_> = counted.iter().map(|(place, said, count)| (*place, said.as_str(), *count)).collect();
        assert_eq!(counted, expected, "{begins}");
    }
}

pub async fn links_that_expired_unused_are_counted_before_and_after_they_are_purged(bench: Bench) {
    let account = bench.account("ada").await;
    let span = Span::days_until(NOW, 9);
    let day = span.start(4);
    let mut unit = bench.begin().await;
    let links = [
        (1, Purpose::Reset, day.plus(HOUR)),
        (2, Purpose::Reset, day.plus(2 * HOUR)),
        (3, Purpose::Reset, day.plus(DAY)),
        (4, Purpose::Reset, day.plus(HOUR)),
        (5, Purpose::Reset, day.plus(HOUR)),
        (6, Purpose::Claim, day.plus(HOUR)),
        (7, Purpose::Reset, NOW),
    ];
    for (id, purpose, expires) in links {
        let created = expires.plus(-HOUR);
        unit.add_link(&NewLink { purpose, created, expires, ..link(id, account) }).await.unwrap();
    }
    assert!(unit.spend_link("link-4", day).await.unwrap());
    unit.end_link("link-5", day).await.unwrap();
    unit.save().await.unwrap();
    for purged_before in [Moment(0), day.plus(HOUR), day.plus(HOUR + 1), day.plus(DAY), NOW, NOW] {
        let mut unit = bench.begin().await;
        unit.purge_links(purged_before).await.unwrap();
        let resets = unit.count_expired_links(Purpose::Reset, span, NOW).await.unwrap();
        assert_eq!(resets, [(4, 2), (5, 1)], "purged before {purged_before:?}");
        assert_eq!(unit.count_expired_links(Purpose::Claim, span, NOW).await.unwrap(), [(4, 1)]);
        unit.save().await.unwrap();
    }
    let mut unit = bench.read().await;
    let weeks = unit.count_expired_links(Purpose::Reset, weeks(), NOW.plus(1)).await.unwrap();
    assert_eq!(weeks.iter().map(|(_, count)| count).sum::<u64>(), 4, "{weeks:?}");
}

pub async fn mails_are_counted_by_how_long_they_took(bench: Bench) {
    let span = Span::days_until(NOW, 3);
    let mut unit = bench.begin().await;
    let mails = [
        ("quick", 0, Some(4)),
        ("quick-too", 10, Some(14)),
        ("slow", 0, Some(4_000)),
        ("failed", 0, None),
        ("waits", 0, Some(-1)),
        ("early", -DAY, Some(5 - DAY)),
    ];
    for (id, queued, sent) in mails {
        let mail = NewMail {
            id: id.to_owned(),
            recipient: email("ada@example.org"),
            account: None,
            kind: "reset-link".to_owned(),
            sealed: Vec::new(),
            due: span.start(2).plus(queued),
        };
        unit.add_mail(&mail).await.unwrap();
        match sent {
            Some(-1) => {}
            Some(sent) => unit.mail_sent(id, span.start(2).plus(sent)).await.unwrap(),
            None => unit.mail_failed(id, span.start(2).plus(9), "550 at RCPT").await.unwrap(),
        }
    }
    let mut counted = unit.count_delays(span).await.unwrap();
    // Where those that were given up stand among the others says nothing.
    counted.sort_unstable();
    assert_eq!(counted, [(1, Some(5), 1), (2, None, 1), (2, Some(4), 2), (2, Some(4_000), 1)]);
}

pub async fn passwords_are_counted_by_when_they_expire_and_only_of_active_accounts(bench: Bench) {
    let span = Span::weeks_from(NOW, 2);
    let active = |name: &str, expires| NewAccount {
        state: AccountState::Active,
        schedule: Schedule { expires: Some(expires), remind: None },
        ..NewAccount::unclaimed(name)
    };
    for account in [
        active("past", span.from.plus(-1)),
        active("first", span.from),
        active("second", span.end().plus(-1)),
        active("far", span.end()),
        NewAccount { schedule: Schedule::NEVER, ..active("never", NOW) },
        NewAccount { state: AccountState::Suspended, ..active("closed", span.from) },
    ] {
        bench.seed.add_account(&account).await;
    }
    assert_eq!(bench.read().await.count_expiring(span).await.unwrap(), [(0, 1), (1, 1)]);
}

pub async fn unused_temporary_passwords_come_newest_first_a_page_at_a_time(bench: Bench) {
    let account = bench.account("ada").await;
    let mut unit = bench.begin().await;
    for (number, (id, issued)) in (1..).zip([("a", 0), ("b", 5), ("c", 5), ("d", 9), ("used", 3), ("young", 10)]) {
        let temporary = NewTemporary {
            id: id.to_owned(),
            account,
            digest: digest(number),
            issued: NOW.plus(issued),
            expires: NOW.plus(HOUR),
            issuer: "staff 3".to_owned(),
            why: "asked-the-office".to_owned(),
            mail: None,
        };
        unit.add_temporary(&temporary).await.unwrap();
    }
    unit.temporary_used("used", NOW.plus(20)).await.unwrap();
    let before = NOW.plus(10);
    let first = unit.find_unused(before, None, 2).await.unwrap();
    let ids = |rows: &[backboard::service::desk::report_ports::Unused]| -> Vec<String> {
        rows.iter().map(|row| row.id.clone()).collect()
    };
    assert_eq!(ids(&first), ["d", "c"]);
    let [row, second] = &first[..] else { panic!("{first:?}") };
    let last = (second.issued, second.id.clone());
    assert_eq!(ids(&unit.find_unused(before, Some(&last), 9).await.unwrap()), ["b", "a"]);
    assert_eq!((row.account, row.username.as_str(), row.issuer.as_str()), (account, "ada", "staff 3"));
    assert_eq!((row.issued, row.expires, row.why.as_str()), (NOW.plus(9), NOW.plus(HOUR), "asked-the-office"));
    unit.end_temporaries(account, NOW).await.unwrap();
    assert!(unit.find_unused(before, None, 9).await.unwrap().is_empty());
}

pub async fn an_import_is_kept_with_its_rejects_until_it_is_purged(bench: Bench) {
    let imported = Imported { added: 1, changed: 2, unchanged: 3, rejected: 4, warned: 5 };
    let reject = |line, reason: &str| Reject { line, reason: reason.to_owned() };
    let rejects: Vec<Reject> =
        (2..700).rev().map(|line| reject(line, "status is none of …")).chain([reject(1, "is twice")]).collect();
    let run = ImportRun {
        began: NOW,
        ended: NOW.plus(9),
        by: "office".to_owned(),
        file: "roster.csv".to_owned(),
        imported,
        whole: false,
        rejects,
    };
    let later = ImportRun { began: NOW.plus(60), ended: NOW.plus(61), whole: true, rejects: Vec::new(), ..run.clone() };
    let mut unit = bench.begin().await;
    let first = unit.keep_import(&run).await.unwrap();
    let second = unit.keep_import(&later).await.unwrap();
    assert!(second > first);
    let kept = unit.find_import(first).await.unwrap().unwrap();
    assert_eq!((kept.id, kept.began, kept.ended, kept.whole), (first, run.began, run.ended, false));
    assert_eq!((kept.by.as_str(), kept.file.as_str(), kept.imported), ("office", "roster.csv", imported));
    let runs: Vec<i64> = unit.find_imports(i64::MAX, 9).await.unwrap().iter().map(|run| run.id).collect();
    assert_eq!(runs, [second, first]);
    assert_eq!(unit.find_imports(i64::MAX, 1).await.unwrap().len(), 1);
    assert_eq!(unit.find_imports(second, 9).await.unwrap(), [kept]);
    let rejects = unit.find_rejects(first).await.unwrap();
    assert_eq!((rejects.len(), rejects.first()), (699, Some(&reject(1, "is twice"))));
    assert!(rejects.is_sorted_by_key(|reject| reject.line), "{rejects:?}");
    assert!(unit.find_rejects(second).await.unwrap().is_empty());
    assert_eq!(unit.purge_imports(NOW.plus(9)).await.unwrap(), 0);
    assert_eq!(unit.purge_imports(NOW.plus(10)).await.unwrap(), 1);
    assert_eq!(unit.find_import(first).await.unwrap(), None);
    assert!(unit.find_rejects(first).await.unwrap().is_empty());
    assert!(unit.find_import(second).await.unwrap().is_some());
}

pub async fn rows_of_the_audit_are_found_by_each_part_of_a_filter(bench: Bench) {
    let (ada, grace) = (Some(7), Some(8));
    happened(
        &bench,
        &[
            (1, "person", "signed-in", NOW, "", ada),
            (2, "staff 3", "view", NOW.plus(10), "", ada),
            (3, "staff 31", "view", NOW.plus(20), "", grace),
            (4, "worker", "reminded", NOW.plus(30), "", grace),
            (5, "staff 3", "search", NOW.plus(40), "", None),
        ],
    )
    .await;
    let text = |text: &str| Some(text.to_owned());
    let named = |name: &str| Some(WantedActor::Named(name.to_owned()));
    let all = Wanted::default();
    let mut unit = bench.read().await;
    for (wanted, found) in [
        (all.clone(), &[5, 4, 3, 2, 1][..]),
        (Wanted { action: text("view"), ..all.clone() }, &[3, 2]),
        (Wanted { actor: named("staff 3"), ..all.clone() }, &[5, 2]),
        (Wanted { actor: named("worker"), ..all.clone() }, &[4]),
        (Wanted { actor: Some(WantedActor::Staff), ..all.clone() }, &[5, 3, 2]),
        (Wanted { account: ada, ..all.clone() }, &[2, 1]),
        (Wanted { from: Some(NOW.plus(20)), ..all.clone() }, &[5, 4, 3]),
        (Wanted { until: Some(NOW.plus(20)), ..all.clone() }, &[2, 1]),
        (Wanted { account: grace, actor: Some(WantedActor::Staff), action: text("view"), ..all.clone() }, &[3]),
        (Wanted { action: text("nothing"), ..all.clone() }, &[]),
    ] {
        let mut ids: Vec<i64> = Vec::new();
        for row in unit.find_audit_where(&wanted, 0, i64::MAX, true, 9).await.unwrap() {
            ids.push(row.id);
        }
        assert_eq!(ids, found, "{wanted:?}");
        let oldest_first = unit.find_audit_where(&wanted, 0, i64::MAX, false, 9).await.unwrap();
        assert!(oldest_first.iter().map(|row| row.id).eq(found.iter().rev().copied()), "{wanted:?}");
    }
    let between = unit.find_audit_where(&all, 1, 4, true, 9).await.unwrap();
    assert!(between.iter().map(|row| row.id).eq([3, 2]), "{between:?}");
    assert_eq!(unit.find_audit_where(&all, 0, i64::MAX, true, 2).await.unwrap().len(), 2);
    assert_eq!(unit.find_audit_before(3).await.unwrap().map(|row| row.id), Some(2));
    assert_eq!(unit.find_audit_before(1).await.unwrap(), None);
    for (from, until, found) in [
        (NOW, NOW.plus(99), (Some(1), Some(5))),
        (NOW.plus(11), NOW.plus(30), (Some(3), Some(3))),
        (NOW.plus(99), NOW, (None, None)),
    ] {
        assert_eq!(unit.find_audit_between(from, until).await.unwrap(), found, "{from:?} {until:?}");
    }
}
