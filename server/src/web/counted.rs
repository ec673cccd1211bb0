//! Counts what became of operations, once they are answered: who is told no, and for what, costs a metric and no row.

use app::request::Caller;
use backboard::refused::Problem;
use backboard::service::records::SessionKind;

use super::operations::operation_at;
use crate::metrics::{SignInOutcome, Who, metrics};

/// Counts an operation that was refused, and how a sign-in ended.
pub fn count(caller: &Caller) {
    let problems = caller.refused.get().map(Vec::as_slice).unwrap_or_default();
    count_refused(caller, problems);
    let done = match (operation_at(&caller.action).map(|operation| operation.name.as_str()), caller.began.get()) {
        (Some("signin"), Some(SessionKind::ChangeOnly)) => (Who::Personnel, SignInOutcome::ChangeOnly),
        (Some("signin"), _) => (Who::Personnel, SignInOutcome::SignedIn),
        (Some("desk.signin"), _) => (Who::Staff, SignInOutcome::SecondAsked),
        (Some("desk.second"), _) => (Who::Staff, SignInOutcome::SignedIn),
        _ => return,
    };
    let refused = problems.first().map(|problem| SignInOutcome::of(problem.refused));
    metrics().requests.sign_in(done.0, refused.unwrap_or(done.1));
}

/// Counts what an operation was refused for; nothing where there are no problems.
pub fn count_refused(caller: &Caller, problems: &[Problem]) {
    if let Some(operation) = operation_at(&caller.action) {
        metrics().requests.refuse(&operation.name, problems);
    }
}
