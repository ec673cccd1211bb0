use backboard::service::records::AuditEntry;

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
