use backboard::service::records::{AuditEntry, Happened};

use super::{Bench, NOW};
use crate::seed::AuditRow;

pub async fn an_entry_comes_back_as_written_and_in_order(bench: Bench) {
    let mut unit = bench.begin().await;
    for (action, account) in [("first", Some(7)), ("second", None)] {
        let entry =
            AuditEntry { at: NOW, action, account, actor: "worker".to_owned(), detail: format!("detail of {action}") };
        unit.add_audit(&entry).await.unwrap();
    }
    unit.save().await.unwrap();
    let row = |action: &str, account| AuditRow {
        at: NOW,
        actor: "worker".to_owned(),
        action: action.to_owned(),
        account,
        detail: format!("detail of {action}"),
    };
    assert_eq!(bench.seed.audit_rows().await, [row("first", Some(7)), row("second", None)]);
}

pub async fn what_happened_to_one_account_comes_newest_first_and_no_more_than_asked_for(bench: Bench) {
    let (ada, grace) = (7, 8);
    let mut unit = bench.begin().await;
    // The clock was set back before the third.
    let written = [("first", Some(ada), 0), ("hers", Some(grace), 1), ("second", Some(ada), 9), ("nobody's", None, 9)];
    for (action, account, at) in written.into_iter().chain([("third", Some(ada), 5)]) {
        let entry = AuditEntry {
            at: NOW.plus(at),
            action,
            account,
            actor: "office".to_owned(),
            detail: format!("detail of {action}"),
        };
        unit.add_audit(&entry).await.unwrap();
    }
    unit.save().await.unwrap();

    let happened = |action: &str, at| Happened {
        at: NOW.plus(at),
        action: action.to_owned(),
        actor: "office".to_owned(),
        detail: format!("detail of {action}"),
    };
    let mut unit = bench.read().await;
    let newest = [happened("third", 5), happened("second", 9), happened("first", 0)];
    assert_eq!(unit.find_audit_of(ada, 50).await.unwrap(), newest);
    assert_eq!(unit.find_audit_of(ada, 2).await.unwrap(), newest[..2]);
    assert_eq!(unit.find_audit_of(grace, 50).await.unwrap(), [happened("hers", 1)]);
    assert!(unit.find_audit_of(9, 50).await.unwrap().is_empty());
}
