use backboard::moment::Moment;
use backboard::service::outstanding::Backlog;
use backboard::service::records::NewMail;

use super::{Bench, NOW, audit_row};
use crate::seed::email;

pub async fn what_waits_is_counted_with_the_oldest_of_it(bench: Bench) {
    assert_eq!(bench.read().await.find_backlog().await.unwrap(), Backlog::default());
    let mut unit = bench.begin().await;
    for (id, at) in [("sent", -30), ("second", -10), ("oldest", -20), ("given up", -40)] {
        unit.add_mail(&mail(id, NOW.plus(at))).await.unwrap();
    }
    // One that was tried and waits for its next attempt is as old as before.
    unit.take_mail("oldest", NOW, NOW.plus(60)).await.unwrap().unwrap();
    unit.mail_retry("oldest", NOW.plus(900), "451").await.unwrap();
    unit.mail_sent("sent", NOW).await.unwrap();
    unit.mail_failed("given up", NOW, "550").await.unwrap();
    for due in [5, -5, 7] {
        unit.add_job("job", b"", NOW.plus(due)).await.unwrap();
    }
    for id in 1..=3 {
        unit.add_audit(&audit_row(id, "claimed", None)).await.unwrap();
    }
    unit.save().await.unwrap();
    let expected =
        Backlog { mails: 2, oldest_mail: Some(NOW.plus(-20)), jobs: 3, first_job: Some(NOW.plus(-5)), audit_rows: 3 };
    let mut unit = bench.read().await;
    assert_eq!(unit.find_backlog().await.unwrap(), expected);
    unit.find_step().await.unwrap();
}

fn mail(id: &str, due: Moment) -> NewMail {
    NewMail {
        id: id.to_owned(),
        recipient: email("ada@example.org"),
        account: None,
        kind: "usernames".to_owned(),
        sealed: b"sealed".to_vec(),
        due,
    }
}
