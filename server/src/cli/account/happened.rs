//! What the audit wrote down about an account, in the office's words.

use backboard::service::records::Happened;

/// One line of the history.
pub fn sentence(happened: &Happened) -> String {
    let detail = happened.detail.as_str();
    let plain = match happened.action.as_str() {
        "claim-mailed" => return with("asked to claim it; mailed", &spaced(detail)),
        "claim-no-email" => "asked to claim it; no address on file",
        "claim-link-opened" => "opened the link to claim it",
        "claim-code-right" => "entered the code to claim it",
        "claimed" => "claimed it and set the first password",
        "signed-in" => "signed in",
        "grace-used" => "signed in once more with the expired password",
        "temporary-used" => "signed in with a temporary password",
        "sign-in-refused" => return with("sign-in refused", refusal(detail)),
        "signed-out" => "signed out",
        "signed-out-everywhere" => "signed out everywhere",
        "sessions-ended" => return format!("signed out everywhere by {}", who(&happened.actor)),
        "reset-mailed" => return with("asked for a new password; mailed", &spaced(detail)),
        "reset-capped" => "asked for a new password too often; not mailed",
        "reset-link-opened" => "opened the link to reset the password",
        "reset-code-right" => "entered the code to reset the password",
        "answer-wrong" => "wrong answer to the challenge question",
        "answer-right" => "right answer to the challenge question",
        "password-reset" => "reset the password",
        "password-changed" if detail == "change-only" => "changed the password after a temporary or expired one",
        "password-changed" => "changed the password",
        "password-again-wrong" => "typed the present password wrong",
        "temporary-issued" => return format!("temporary password issued by {}", issuer(&happened.actor, detail)),
        "question-set" => "set the challenge question",
        "question-confirmed" => "gave the challenge answer again",
        "reminded" if detail == "0" => "told by mail that the password has expired",
        "reminded" => return format!("reminded by mail; the password has {detail} day(s) left"),
        "frozen" => return with("pressed This wasn't me; stopped", &spaced(detail)),
        "suspended" => return format!("suspended by {}; it was {detail}", who(&happened.actor)),
        "reactivated" => return format!("opened again by {}; it was {detail}", who(&happened.actor)),
        "state-changed" => return with("the roster changed its state", detail),
        "email-changed" => return with("the roster changed a mail address", detail),
        "email-moved" => "the address that the desk took in came into use",
        "account-shared" => return with("the roster put one more person on it", detail),
        "person-forgotten" if detail == "shared" => "one of its people left the roster long ago and was forgotten",
        "view" => return format!("looked at by {}", who(&happened.actor)),
        "reveal" => return with(&format!("address shown to {}", who(&happened.actor)), &checked(detail)),
        "audit" => return with(&format!("looked up in the audit by {}", who(&happened.actor)), detail),
        "export-audit" => return with(&format!("rows of it taken away by {}", who(&happened.actor)), detail),
        "check-caller" => return format!("caller checked by {}: {}", who(&happened.actor), spaced(detail)),
        "send-link" | "send-temporary" | "show-temporary" | "unlock" | "end-sessions" | "suspend" | "reactivate"
        | "clear-question" | "mark-external" | "change-email" | "approve-email" | "split" | "merge" => {
            return with(&format!("{} by {}", spaced(&happened.action), who(&happened.actor)), &checked(detail));
        }
        "mail-failed" => return with("a mail was given up", detail),
        "mail-bounced" => return with("a mail came back", detail),
        "dead-mail-done" | "dead-mail-undo" => {
            return with(&format!("{} by {}", spaced(&happened.action), who(&happened.actor)), &checked(detail));
        }
        // Whatever a later version writes down can still be read.
        other => return with(&spaced(other), detail),
    };
    plain.to_owned()
}

/// Who issued a temporary password, and why.
pub fn issuer(by: &str, why: &str) -> String {
    with(&who(by), &spaced(why))
}

fn who(actor: &str) -> String {
    match actor {
        "person" => "the portal".to_owned(),
        "office" => "the office".to_owned(),
        "import" | "worker" => format!("the {actor}"),
        staff => staff.to_owned(),
    }
}

fn refusal(detail: &str) -> &str {
    match detail {
        "wrong" => "wrong password",
        "password-expired" => "the password has expired",
        "account-inactive" => "the account is inactive",
        "account-suspended" => "the account is suspended",
        "account-external" => "the password is kept elsewhere",
        "account-frozen" => "after This wasn't me",
        "sign-in-wrong" => "nobody has claimed it",
        other => other,
    }
}

/// What a row of the desk says, without the mark of its reason, which is nothing to read.
fn checked(detail: &str) -> String {
    let parts = detail.split(' ').filter(|part| !part.starts_with("reason="));
    let plain = parts.map(|part| match part.strip_prefix("caller=") {
        Some(check) => format!("caller checked by {}", check.split('@').next().unwrap_or_default()),
        None => spaced(part),
    });
    plain.collect::<Vec<_>>().join(", ")
}

fn with(said: &str, detail: &str) -> String {
    if detail.is_empty() { said.to_owned() } else { format!("{said} ({detail})") }
}

fn spaced(code: &str) -> String {
    code.replace('-', " ")
}
