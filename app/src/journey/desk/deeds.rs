//! What the buttons of the acts' pages do. Each act is an operation of its own, named as the act is.

use backboard::service::ports::Fault;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::request::{Caller, Done, caller};
use backboard::form::act::{ActForm, Ordered, account as account_of};
use backboard::form::staff::number;
use backboard::identity::Email;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::Declined;
use backboard::service::desk::acts::Order;
use backboard::staff::Act;

const ACCOUNT: &str = "/desk/account/";

/// Acts that take no more than an order.
macro_rules! plain {
    ($($name:ident $endpoint:literal $act:ident)+) => {
        $(
            #[server(prefix = "/api", endpoint = $endpoint, input = PostUrl)]
            pub async fn $name(
                #[server(default)] account: String,
                #[server(default)] version: String,
                #[server(default)] code: String,
                #[server(default)] reason: String,
            ) -> Result<Answer, Broken> {
                let caller = caller()?;
                let form = ActForm { account, version, reason, code };
                caller.answer(plainly(&caller, Act::$act, &form).await)
            }
        )+
    };
}

plain! {
    post_desk_send_link "desk/send-link" SendLink
    post_desk_send_temporary "desk/send-temporary" SendTemporary
    post_desk_show_temporary "desk/show-temporary" ShowTemporary
    post_desk_unlock "desk/unlock" Unlock
    post_desk_reactivate "desk/reactivate" Reactivate
    post_desk_end_sessions "desk/end-sessions" EndSessions
    post_desk_suspend "desk/suspend" Suspend
    post_desk_clear_question "desk/clear-question" ClearQuestion
    post_desk_mark_external "desk/mark-external" MarkExternal
    post_desk_split "desk/split" Split
}

async fn plainly(caller: &Caller, act: Act, form: &ActForm) -> Result<Done, Declined> {
    let ordered = ordered(caller, form).await?;
    let (portal, actor, order) = (&caller.portal, caller.actor()?, order(&ordered));
    match act {
        Act::SendLink => drop(portal.desk_send_link(actor, order).await?),
        Act::SendTemporary => drop(portal.desk_send_temporary(actor, order).await?),
        Act::ShowTemporary => {
            let shown = portal.desk_show_temporary(actor, order).await?;
            let text = format!("{}\n{}", shown.password.typed(), shown.expires.0);
            let once = portal.seal_once(actor, &text);
            return Ok(Done::to_within(ACCOUNT, ordered.account, "shown").with_once(&once));
        }
        Act::Unlock => portal.desk_unlock(actor, order).await?,
        Act::Reactivate => portal.desk_reactivate(actor, order).await?,
        Act::EndSessions => drop(portal.desk_end_sessions(actor, order).await?),
        Act::Suspend => portal.desk_suspend(actor, order).await?,
        Act::ClearQuestion => portal.desk_clear_question(actor, order).await?,
        Act::MarkExternal => portal.desk_mark_external(actor, order).await?,
        Act::Split => drop(portal.desk_split(actor, order).await?),
        other => return Err(Fault::Other(format!("{} takes more than an order", other.code())).into()),
    }
    Ok(Done::to_number(ACCOUNT, ordered.account).saved())
}

/// Reads an act's form. A code that stands in it is checked first, once everything else can be read: its try is taken
/// whatever comes of the act.
async fn ordered(caller: &Caller, form: &ActForm) -> Result<Ordered, Declined> {
    let ordered = form.read()?;
    if let Some(code) = &ordered.code {
        caller.portal.desk_enter_code(caller.actor()?, ordered.account, code).await?;
    }
    Ok(ordered)
}

fn order(ordered: &Ordered) -> Order<'_> {
    Order { account: ordered.account, version: ordered.version, reason: &ordered.reason }
}

/// Whose address: nobody's number is nobody.
fn person_of(text: &str) -> Result<i64, Problem> {
    number(text).map_err(|_| Problem::at(Field::Person, Refused::Missing))
}

/// Everything that is wrong is said at once.
fn all_of<T>(own: Result<T, Problem>, form: &ActForm) -> Result<T, Declined> {
    match (own, form.read()) {
        (Ok(own), Ok(_)) => Ok(own),
        (own, read) => Err(Declined::Problems(own.err().into_iter().chain(read.err().unwrap_or_default()).collect())),
    }
}

/// *Change the e-mail address*.
#[server(prefix = "/api", endpoint = "desk/change-email", input = PostUrl)]
pub async fn post_desk_change_email(
    #[server(default)] account: String,
    #[server(default)] version: String,
    #[server(default)] code: String,
    #[server(default)] person: String,
    #[server(default)] email: String,
    #[server(default)] reason: String,
) -> Result<Answer, Broken> {
    let caller = caller()?;
    let done = async {
        let person = person_of(&person);
        let email = Email::parse(&email).map_err(|refused| Problem::at(Field::Email, refused));
        let form = ActForm { account, version, reason, code };
        // Everything that is wrong is said at once, and before a try of the code is taken.
        let (person, email) = match (person, email, form.read()) {
            (Ok(person), Ok(email), Ok(_)) => (person, email),
            (person, email, form) => {
                let read = form.err().unwrap_or_default();
                let problems = person.err().into_iter().chain(email.err()).chain(read).collect();
                return Err(Declined::Problems(problems));
            }
        };
        let ordered = ordered(&caller, &form).await?;
        caller.portal.desk_change_email(caller.actor()?, order(&ordered), person, &email).await?;
        Ok(Done::to_number(ACCOUNT, ordered.account).saved())
    };
    caller.answer(done.await)
}

/// *Keep the old e-mail address*.
#[server(prefix = "/api", endpoint = "desk/keep-email", input = PostUrl)]
pub async fn post_desk_keep_email(
    #[server(default)] account: String,
    #[server(default)] version: String,
    #[server(default)] person: String,
    #[server(default)] reason: String,
) -> Result<Answer, Broken> {
    let caller = caller()?;
    let done = async {
        let form = ActForm { account, version, reason, code: String::new() };
        let person = all_of(person_of(&person), &form)?;
        let ordered = ordered(&caller, &form).await?;
        caller.portal.desk_keep_email(caller.actor()?, order(&ordered), person).await?;
        Ok(Done::to_number(ACCOUNT, ordered.account).saved())
    };
    caller.answer(done.await)
}

/// *Approve the new e-mail address*.
#[server(prefix = "/api", endpoint = "desk/approve-email", input = PostUrl)]
pub async fn post_desk_approve_email(
    #[server(default)] account: String,
    #[server(default)] version: String,
    #[server(default)] change: String,
    #[server(default)] reason: String,
) -> Result<Answer, Broken> {
    let caller = caller()?;
    let done = async {
        let form = ActForm { account, version, reason, code: String::new() };
        let missing = || Problem::at(Field::Change, Refused::Missing);
        all_of((!change.is_empty()).then_some(()).ok_or_else(missing), &form)?;
        let ordered = ordered(&caller, &form).await?;
        caller.portal.desk_approve_email(caller.actor()?, order(&ordered), &change).await?;
        Ok(Done::to_number(ACCOUNT, ordered.account).saved())
    };
    caller.answer(done.await)
}

/// *Look at both*: the account whose username was typed, beside this one.
#[server(prefix = "/api", endpoint = "desk/merge/find", input = PostUrl)]
pub async fn post_desk_merge_find(
    #[server(default)] account: String,
    #[server(default)] username: String,
) -> Result<Answer, Broken> {
    let caller = caller()?;
    let done = async {
        let account = account_of(&account)?;
        let other = caller.portal.desk_other(caller.actor()?, account, &username).await?;
        Ok(Done::to_pair(ACCOUNT, account, "/merge/", other))
    };
    caller.answer(done.await)
}

/// *Put another account into this one*.
#[server(prefix = "/api", endpoint = "desk/merge", input = PostUrl)]
pub async fn post_desk_merge(
    #[server(default)] account: String,
    #[server(default)] version: String,
    #[server(default)] other: String,
    #[server(default)] other_version: String,
    #[server(default)] reason: String,
) -> Result<Answer, Broken> {
    let caller = caller()?;
    let done = async {
        let form = ActForm { account, version, reason, code: String::new() };
        let other = account_of(&other)?;
        let other_version = number(&other_version).map_err(|_| Refused::AccountChanged)?;
        let ordered = ordered(&caller, &form).await?;
        caller.portal.desk_merge(caller.actor()?, order(&ordered), other, other_version).await?;
        Ok(Done::to_number(ACCOUNT, ordered.account).saved())
    };
    caller.answer(done.await)
}
