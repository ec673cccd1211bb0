use backboard::service::records::Happened;

use super::{Bench, NOW, audit_row};

pub async fn the_rows_of_the_audit_come_back_as_written_and_in_order(bench: Bench) {
    let rows = [audit_row(1, "first", Some(7)), audit_row(2, "second", None), audit_row(3, "third", Some(7))];
    let mut unit = bench.begin().await;
    assert_eq!(unit.find_newest_audit().await.unwrap(), None);
    for row in &rows {
        unit.add_audit(row).await.unwrap();
        assert_eq!(unit.find_newest_audit().await.unwrap().as_ref(), Some(row));
    }
    unit.save().await.unwrap();

    let mut unit = bench.read().await;
    assert_eq!(unit.find_audit_after(0, 9).await.unwrap(), rows);
    assert_eq!(unit.find_audit_after(0, 2).await.unwrap(), rows[..2]);
    assert_eq!(unit.find_audit_after(2, 9).await.unwrap(), rows[2..]);
    assert!(unit.find_audit_after(3, 9).await.unwrap().is_empty());
}

pub async fn what_happened_to_one_account_comes_newest_first_and_no_more_than_asked_for(bench: Bench) {
    let (ada, grace) = (7, 8);
    let mut unit = bench.begin().await;
    // The clock was set back before the last.
    let written = [
        ("first", Some(ada), 0),
        ("hers", Some(grace), 1),
        ("second", Some(ada), 9),
        ("nobody's", None, 9),
        ("third", Some(ada), 5),
    ];
    for (id, (action, account, at)) in (1..).zip(written) {
        let row = audit_row(id, action, account);
        unit.add_audit(&backboard::audit::Row { at: NOW.plus(at), ..row }).await.unwrap();
    }
    unit.save().await.unwrap();

    let happened = |action: &str, at| Happened {
        at: NOW.plus(at),
        action: action.to_owned(),
        actor: "worker".to_owned(),
        detail: format!("detail of {action}"),
    };
    let mut unit = bench.read().await;
    let newest = [happened("third", 5), happened("second", 9), happened("first", 0)];
    assert_eq!(unit.find_audit_of(ada, 50).await.unwrap(), newest);
    assert_eq!(unit.find_audit_of(ada, 2).await.unwrap(), newest[..2]);
    assert_eq!(unit.find_audit_of(grace, 50).await.unwrap(), [happened("hers", 1)]);
    assert!(unit.find_audit_of(9, 50).await.unwrap().is_empty());
}
