use backboard::moment::Moment;
use backboard::service::records::{NewMail, Posted};

use super::{Bench, NOW, together};
use crate::outbox::TakeOldest as _;
use crate::seed::{MailRow, email};

pub async fn a_mail_comes_back_as_it_was_queued(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.add_mail(&NewMail { account: Some(account), ..mail("a", NOW) }).await.unwrap();
    unit.save().await.unwrap();
    assert_eq!(bench.seed.mail_row("a").await.unwrap().account, Some(account));
    let taken = bench.begin().await.take_oldest_mail(NOW.plus(5), NOW.plus(65)).await.unwrap().unwrap();
    assert_eq!((taken.id.as_str(), taken.recipient.as_str()), ("a", "Ada+EMS@Example.org"));
    assert_eq!((taken.kind.as_str(), taken.sealed.as_slice()), ("claim-link", b"sealed".as_slice()));
    assert_eq!((taken.queued, taken.tries), (NOW, 1));
    bench.begin().await.add_mail(&NewMail { account: Some(account + 1), ..mail("b", NOW) }).await.unwrap_err();
}

pub async fn the_oldest_mail_that_is_due_comes_first(bench: Bench) {
    let mut unit = bench.begin().await;
    for (id, due) in [("second", -10), ("third", 0), ("first", -20), ("not yet", 1)] {
        unit.add_mail(&mail(id, NOW.plus(due))).await.unwrap();
    }
    for id in ["first", "second", "third"] {
        assert_eq!(unit.take_oldest_mail(NOW, NOW.plus(60)).await.unwrap().unwrap().id, id);
    }
    assert_eq!(unit.take_oldest_mail(NOW, NOW.plus(60)).await.unwrap(), None);
}

pub async fn so_many_mails_are_found_due_as_are_asked_for(bench: Bench) {
    let mut unit = bench.begin().await;
    for (id, due) in [("second", -10), ("third", 0), ("first", -20), ("not yet", 1)] {
        unit.add_mail(&mail(id, NOW.plus(due))).await.unwrap();
    }
    assert_eq!(unit.find_due_mails(NOW, 2).await.unwrap(), ["first", "second"]);
    assert_eq!(unit.find_due_mails(NOW, 9).await.unwrap(), ["first", "second", "third"]);
    // Any of them may be taken, and then it waits for nobody.
    assert_eq!(unit.take_mail("second", NOW, NOW.plus(60)).await.unwrap().unwrap().id, "second");
    assert_eq!(unit.find_due_mails(NOW, 9).await.unwrap(), ["first", "third"]);
    for id in ["second", "not yet", "unknown"] {
        assert_eq!(unit.take_mail(id, NOW, NOW.plus(60)).await.unwrap(), None, "{id}");
    }
}

pub async fn mails_of_one_second_go_out_as_they_were_queued(bench: Bench) {
    let ids = ["m", "z", "a", "k"];
    let mut unit = bench.begin().await;
    for id in ids {
        unit.add_mail(&mail(id, NOW)).await.unwrap();
    }
    for id in ids {
        assert_eq!(unit.take_oldest_mail(NOW, NOW.plus(60)).await.unwrap().unwrap().id, id);
    }
}

pub async fn a_leased_mail_is_not_seen_until_its_lease_is_over(bench: Bench) {
    queue(&bench, "a").await;
    let mut unit = bench.begin().await;
    assert_eq!(unit.take_oldest_mail(NOW, NOW.plus(60)).await.unwrap().unwrap().tries, 1);
    assert_eq!(unit.take_oldest_mail(NOW.plus(59), NOW.plus(119)).await.unwrap(), None);
    let again = unit.take_oldest_mail(NOW.plus(60), NOW.plus(120)).await.unwrap().unwrap();
    assert_eq!((again.id.as_str(), again.tries, again.queued), ("a", 2, NOW));
}

pub async fn parallel_senders_take_each_mail_once(bench: Bench) {
    let mut unit = bench.begin().await;
    for number in 0..20 {
        unit.add_mail(&mail(&number.to_string(), NOW)).await.unwrap();
    }
    unit.save().await.unwrap();
    // Each tries to take each: senders on several machines see the same mails.
    let taken = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let mut mine = Vec::new();
        for number in 0..20 {
            let mail = unit.take_mail(&number.to_string(), NOW, NOW.plus(60)).await.unwrap();
            mine.extend(mail.map(|mail| mail.id));
        }
        unit.save().await.unwrap();
        mine
    })
    .await;
    let mut taken: Vec<String> = taken.into_iter().flatten().collect();
    taken.sort_unstable_by_key(|id| id.parse::<u8>().unwrap());
    assert_eq!(taken, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
}

pub async fn a_sent_mail_is_forgotten_but_for_the_ledger(bench: Bench) {
    queue(&bench, "a").await;
    let mut unit = bench.begin().await;
    assert!(unit.take_oldest_mail(NOW, NOW.plus(60)).await.unwrap().is_some());
    unit.mail_sent("a", NOW.plus(2)).await.unwrap();
    assert_eq!(unit.take_oldest_mail(NOW.plus(600), NOW.plus(660)).await.unwrap(), None);
    unit.save().await.unwrap();
    let row = bench.seed.mail_row("a").await.unwrap();
    let sent = MailRow {
        account: None,
        sealed: None,
        due: None,
        sent: Some(NOW.plus(2)),
        failed: None,
        bounced: None,
        status: String::new(),
        why: String::new(),
    };
    assert_eq!(row, sent);
}

pub async fn a_mail_to_retry_waits_for_its_time(bench: Bench) {
    queue(&bench, "a").await;
    let mut unit = bench.begin().await;
    assert!(unit.take_oldest_mail(NOW, NOW.plus(60)).await.unwrap().is_some());
    unit.mail_retry("a", NOW.plus(300), "451 try later").await.unwrap();
    assert_eq!(unit.take_oldest_mail(NOW.plus(299), NOW.plus(359)).await.unwrap(), None);
    let again = unit.take_oldest_mail(NOW.plus(300), NOW.plus(360)).await.unwrap().unwrap();
    assert_eq!((again.tries, again.sealed.as_slice()), (2, b"sealed".as_slice()));
    unit.save().await.unwrap();
    assert_eq!(bench.seed.mail_row("a").await.unwrap().why, "451 try later");
}

pub async fn a_failed_mail_is_forgotten_with_the_reason_kept(bench: Bench) {
    queue(&bench, "a").await;
    let mut unit = bench.begin().await;
    unit.mail_failed("a", NOW.plus(2), "550 unknown").await.unwrap();
    assert_eq!(unit.take_oldest_mail(NOW.plus(600), NOW.plus(660)).await.unwrap(), None);
    unit.save().await.unwrap();
    let row = bench.seed.mail_row("a").await.unwrap();
    assert_eq!((row.sealed, row.due, row.sent), (None, None, None));
    assert_eq!((row.failed, row.why.as_str()), (Some(NOW.plus(2)), "550 unknown"));
}

pub async fn a_mail_ends_once(bench: Bench) {
    queue(&bench, "a").await;
    let mut unit = bench.begin().await;
    unit.mail_sent("a", NOW).await.unwrap();
    unit.mail_retry("a", NOW, "late").await.unwrap();
    unit.mail_failed("a", NOW.plus(1), "late").await.unwrap();
    unit.mail_sent("a", NOW.plus(2)).await.unwrap();
    assert_eq!(unit.take_oldest_mail(NOW.plus(60), NOW.plus(120)).await.unwrap(), None);
    unit.save().await.unwrap();
    let row = bench.seed.mail_row("a").await.unwrap();
    assert_eq!((row.sent, row.failed, row.why.as_str()), (Some(NOW), None, ""));
}

pub async fn no_two_mails_share_an_id(bench: Bench) {
    queue(&bench, "a").await;
    bench.begin().await.add_mail(&mail("a", NOW)).await.unwrap_err();
}

pub async fn a_mail_of_the_ledger_tells_its_account_and_kind(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    unit.add_mail(&NewMail { account: Some(account), ..mail("a", NOW) }).await.unwrap();
    unit.add_mail(&NewMail { kind: "reset-link".to_owned(), ..mail("b", NOW) }).await.unwrap();
    unit.mail_sent("a", NOW).await.unwrap();
    assert_eq!(unit.find_mail("a").await.unwrap(), posted(Some(account), "claim-link"));
    assert_eq!(unit.find_mail("b").await.unwrap(), posted(None, "reset-link"));
    assert_eq!(unit.find_mail("c").await.unwrap(), None);
}

pub async fn the_next_due_is_the_earliest_of_jobs_and_mails(bench: Bench) {
    let mut unit = bench.begin().await;
    assert_eq!(unit.next_due().await.unwrap(), None);
    unit.add_mail(&mail("a", NOW.plus(20))).await.unwrap();
    assert_eq!(unit.next_due().await.unwrap(), Some(NOW.plus(20)));
    unit.add_job("job", b"", NOW.plus(10)).await.unwrap();
    assert_eq!(unit.next_due().await.unwrap(), Some(NOW.plus(10)));
    unit.add_mail(&mail("b", NOW)).await.unwrap();
    assert_eq!(unit.next_due().await.unwrap(), Some(NOW));
    unit.mail_sent("b", NOW).await.unwrap();
    let job = unit.take_job(NOW.plus(10), NOW.plus(70)).await.unwrap().unwrap();
    assert_eq!(unit.next_due().await.unwrap(), Some(NOW.plus(20)));
    unit.mail_failed("a", NOW, "").await.unwrap();
    assert_eq!(unit.next_due().await.unwrap(), Some(NOW.plus(70)));
    assert!(unit.end_job(job.id).await.unwrap());
    assert_eq!(unit.next_due().await.unwrap(), None);
}

pub async fn purging_takes_mails_that_ended_before_the_moment(bench: Bench) {
    let mut unit = bench.begin().await;
    for id in ["a", "b", "c", "d", "waiting"] {
        unit.add_mail(&mail(id, NOW.plus(-100))).await.unwrap();
    }
    unit.mail_sent("a", NOW.plus(-1)).await.unwrap();
    unit.mail_failed("b", NOW.plus(-1), "").await.unwrap();
    unit.mail_sent("c", NOW).await.unwrap();
    unit.mail_failed("d", NOW, "").await.unwrap();
    assert_eq!(unit.purge_mail(NOW).await.unwrap(), 2);
    unit.save().await.unwrap();
    let mut left = Vec::new();
    for id in ["a", "b", "c", "d", "waiting"] {
        left.extend(bench.seed.mail_row(id).await.map(|_| id));
    }
    assert_eq!(left, ["c", "d", "waiting"]);
}

async fn queue(bench: &Bench, id: &str) {
    let mut unit = bench.begin().await;
    unit.add_mail(&mail(id, NOW)).await.unwrap();
    unit.save().await.unwrap();
}

pub async fn a_mail_comes_back_once_and_not_after_it_was_given_up(bench: Bench) {
    let mut unit = bench.begin().await;
    for id in ["sent", "waits", "failed"] {
        unit.add_mail(&mail(id, NOW)).await.unwrap();
    }
    unit.mail_sent("sent", NOW.plus(2)).await.unwrap();
    unit.mail_failed("failed", NOW.plus(2), "550 at RCPT").await.unwrap();
    assert!(unit.mail_bounced("sent", NOW.plus(60), "5.1.1").await.unwrap());
    assert!(!unit.mail_bounced("sent", NOW.plus(61), "5.2.2").await.unwrap(), "the same once more");
    // The answer to it was lost on the way, so it was to be sent again.
    assert!(unit.mail_bounced("waits", NOW.plus(60), "5.7.1").await.unwrap());
    for id in ["failed", "unknown"] {
        assert!(!unit.mail_bounced(id, NOW.plus(60), "5.1.1").await.unwrap(), "{id}");
    }
    assert!(unit.find_due_mails(NOW.plus(600), 9).await.unwrap().is_empty());
    unit.save().await.unwrap();
    let row = async |id: &str| bench.seed.mail_row(id).await.unwrap();
    let sent = row("sent").await;
    assert_eq!((sent.sent, sent.bounced, sent.status.as_str()), (Some(NOW.plus(2)), Some(NOW.plus(60)), "5.1.1"));
    let waits = row("waits").await;
    assert_eq!((waits.sent, waits.bounced, waits.sealed), (Some(NOW.plus(60)), Some(NOW.plus(60)), None));
    let failed = row("failed").await;
    assert_eq!((failed.failed, failed.bounced, failed.status.as_str()), (Some(NOW.plus(2)), None, ""));
}

fn mail(id: &str, due: Moment) -> NewMail {
    NewMail {
        id: id.to_owned(),
        recipient: email("Ada+EMS@Example.org"),
        account: None,
        kind: "claim-link".to_owned(),
        sealed: b"sealed".to_vec(),
        due,
    }
}

fn posted(account: Option<i64>, kind: &str) -> Option<Posted> {
    Some(Posted { account, recipient: email("Ada+EMS@Example.org"), kind: kind.to_owned(), queued: NOW })
}
