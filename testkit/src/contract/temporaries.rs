use backboard::service::ports::UnitOfWork;
use backboard::service::records::{NewMail, NewTemporary, Temporary};

use super::{Bench, HOUR, NOW, digest, together};
use crate::seed::email;

pub async fn a_temporary_password_is_found_by_account_and_digest(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    issue(&bench, &[temporary(1, ada), temporary(2, grace)]).await;
    let mut unit = bench.read().await;
    assert_eq!(unit.find_temporary(ada, &digest(1), NOW).await.unwrap().as_deref(), Some("temporary-1"));
    assert_eq!(unit.find_temporary(grace, &digest(2), NOW).await.unwrap().as_deref(), Some("temporary-2"));
    assert_eq!(unit.find_temporary(ada, &digest(2), NOW).await.unwrap(), None);
    assert_eq!(unit.find_temporary(grace, &digest(1), NOW).await.unwrap(), None);
    assert_eq!(unit.find_temporary(ada, &digest(3), NOW).await.unwrap(), None);
}

pub async fn a_temporary_password_works_until_its_last_second(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    issue(&bench, &[temporary(1, account)]).await;
    let mut unit = bench.read().await;
    for (at, works) in [(0, true), (HOUR - 1, true), (HOUR, false), (HOUR + 1, false)] {
        let found = unit.find_temporary(account, &digest(1), NOW.plus(at)).await.unwrap();
        assert_eq!(found.is_some(), works, "{at}");
    }
}

pub async fn several_temporary_passwords_work_in_any_order_and_again(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    issue(&bench, &[temporary(1, account), temporary(2, account), temporary(3, account)]).await;
    for id in [3, 1, 3, 2, 1] {
        let mut unit = bench.begin().await;
        let found = unit.find_temporary(account, &digest(id), NOW).await.unwrap();
        assert_eq!(found, Some(format!("temporary-{id}")));
        unit.temporary_used(&format!("temporary-{id}"), NOW).await.unwrap();
        unit.save().await.unwrap();
    }
}

pub async fn all_temporary_passwords_of_an_account_end_together(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let expired = NewTemporary { expires: NOW, ..temporary(3, ada) };
    issue(&bench, &[temporary(1, ada), temporary(2, ada), expired, temporary(4, grace)]).await;
    let mut unit = bench.begin().await;
    assert_eq!(unit.end_temporaries(ada, NOW.plus(5)).await.unwrap(), 3);
    assert_eq!(unit.end_temporaries(ada, NOW.plus(6)).await.unwrap(), 0);
    unit.save().await.unwrap();

    let mut unit = bench.read().await;
    for id in 1..=3 {
        assert_eq!(unit.find_temporary(ada, &digest(id), NOW.plus(-1)).await.unwrap(), None);
    }
    assert!(unit.find_temporary(grace, &digest(4), NOW).await.unwrap().is_some());
    let ended: Vec<_> = unit.find_temporaries_of(ada).await.unwrap().into_iter().map(|row| row.ended).collect();
    assert_eq!(ended, [Some(NOW.plus(5)); 3]);
    assert_eq!(unit.find_temporaries_of(grace).await.unwrap().first().unwrap().ended, None);
}

pub async fn one_of_32_ends_the_temporary_passwords(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    issue(&bench, &[temporary(1, account), temporary(2, account)]).await;
    let mut ended = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let ended = unit.end_temporaries(account, NOW).await.unwrap();
        unit.save().await.unwrap();
        ended
    })
    .await;
    ended.retain(|number| *number > 0);
    assert_eq!(ended, [2]);
}

pub async fn the_first_use_of_a_temporary_password_is_the_one_kept(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    issue(&bench, &[temporary(1, account), temporary(2, account)]).await;
    let mut unit = bench.begin().await;
    for at in [10, 5, 20] {
        unit.temporary_used("temporary-2", NOW.plus(at)).await.unwrap();
    }
    let ledger = unit.find_temporaries_of(account).await.unwrap();
    let used: Vec<_> = ledger.iter().map(|row| (row.id.as_str(), row.used)).collect();
    assert_eq!(used, [("temporary-2", Some(NOW.plus(10))), ("temporary-1", None)]);
}

pub async fn the_ledger_comes_newest_first_with_what_became_of_each_mail(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let carried = |id, issued, mail: &str| NewTemporary {
        issued: NOW.plus(issued),
        mail: Some(mail.to_owned()),
        ..temporary(id, ada)
    };
    let mut unit = bench.begin().await;
    for mail in ["sent", "failed", "waiting"] {
        unit.add_mail(&letter(mail, ada)).await.unwrap();
    }
    // Not in the order of their age, and the ids not in that of their times.
    let by_telephone = NewTemporary {
        issued: NOW.plus(5),
        issuer: "office".to_owned(),
        why: "telephone".to_owned(),
        mail: None,
        ..temporary(9, ada)
    };
    for new in [
        &carried(3, 10, "failed"),
        &by_telephone,
        &carried(2, 30, "waiting"),
        &carried(4, 20, "sent"),
        &carried(1, 30, "purged"),
        &temporary(5, grace),
    ] {
        unit.add_temporary(new).await.unwrap();
    }
    unit.mail_sent("sent", NOW.plus(21)).await.unwrap();
    unit.mail_failed("failed", NOW.plus(11), "550 unknown").await.unwrap();
    unit.save().await.unwrap();

    let row = |id: u8, issued| Temporary {
        id: format!("temporary-{id}"),
        issued: NOW.plus(issued),
        expires: NOW.plus(HOUR),
        issuer: "person".to_owned(),
        why: "forgot-password".to_owned(),
        sent: None,
        failed: None,
        used: None,
        ended: None,
    };
    let ledger = [
        row(2, 30),
        row(1, 30),
        Temporary { sent: Some(NOW.plus(21)), ..row(4, 20) },
        Temporary { failed: Some(NOW.plus(11)), ..row(3, 10) },
        Temporary { issuer: "office".to_owned(), why: "telephone".to_owned(), ..row(9, 5) },
    ];
    assert_eq!(bench.read().await.find_temporaries_of(ada).await.unwrap(), ledger);
}

pub async fn no_two_temporary_passwords_share_an_id(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    issue(&bench, &[temporary(1, account)]).await;
    let same = NewTemporary { digest: digest(2), ..temporary(1, account) };
    bench.begin().await.add_temporary(&same).await.unwrap_err();
}

pub async fn a_temporary_password_for_no_account_is_a_fault(bench: Bench) {
    bench.begin().await.add_temporary(&temporary(1, 7)).await.unwrap_err();
}

pub async fn purging_takes_temporary_passwords_that_expired_before_the_moment(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    for (id, expires) in [(1, NOW.plus(-1)), (2, NOW), (3, NOW.plus(1))] {
        add(&mut *unit, &[NewTemporary { expires, ..temporary(id, account) }]).await;
    }
    assert_eq!(unit.purge_temporaries(NOW).await.unwrap(), 1);
    assert_eq!(unit.purge_temporaries(NOW).await.unwrap(), 0);
    let left: Vec<_> = unit.find_temporaries_of(account).await.unwrap().into_iter().map(|row| row.expires).collect();
    assert_eq!(left, [NOW.plus(1), NOW]);
}

async fn issue(bench: &Bench, temporaries: &[NewTemporary]) {
    let mut unit = bench.begin().await;
    add(&mut *unit, temporaries).await;
    unit.save().await.unwrap();
}

async fn add(unit: &mut dyn UnitOfWork, temporaries: &[NewTemporary]) {
    for temporary in temporaries {
        unit.add_temporary(temporary).await.unwrap();
    }
}

fn temporary(id: u8, account: i64) -> NewTemporary {
    NewTemporary {
        id: format!("temporary-{id}"),
        account,
        digest: digest(id),
        issued: NOW,
        expires: NOW.plus(HOUR),
        issuer: "person".to_owned(),
        why: "forgot-password".to_owned(),
        mail: None,
    }
}

fn letter(id: &str, account: i64) -> NewMail {
    NewMail {
        id: id.to_owned(),
        recipient: email("ada@example.org"),
        account: Some(account),
        kind: "temporary-password".to_owned(),
        sealed: b"sealed".to_vec(),
        due: NOW,
    }
}
