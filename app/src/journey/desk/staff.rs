//! *Staff*: who works at the desk, and what admins decide about them.

use backboard::refused::Field;
use backboard::staff::{Role, StaffState};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::frame::{more, role_word, saved};
use super::hidden;
use super::parts::table;
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::choice::choice;
use crate::ui::field::{Kind, text_field};
use crate::ui::form::{FormState, form};
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::words::{self, Word};

/// A member as the page shows them.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: i64,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub state: StaffState,
    pub may_show: bool,
    /// The name of the admin who asks that this member becomes one.
    pub asked_by: Option<String>,
    /// Whoever looks asked.
    pub asked_here: bool,
    /// Whoever looks is this member.
    pub own: bool,
}

#[must_use]
pub fn list(rows: Vec<Row>) -> AnyView {
    let heads = [words::DESK_FIELD_STAFF_NAME, words::FIELD_EMAIL, words::DESK_FIELD_ROLE, words::STAFF_LIST_STATE];
    let table = table(words::STAFF_LIST_TITLE, &heads, rows.into_iter().map(line).collect());
    let invite = form("/api/desk/staff/invite", say(words::STAFF_INVITE_BUTTON), |state| {
        vec![
            text_field(state, &[Field::StaffName], Kind::text("off")),
            text_field(state, &[Field::Email], Kind { inputmode: "email", ..Kind::text("off") }),
            roles(state),
            text("p", "usa-hint", say(words::STAFF_INVITE_ADMIN)),
        ]
    });
    let mut content: Vec<AnyView> =
        saved(&[("/api/desk/staff/invite", words::STAFF_INVITE_SAVED)]).into_iter().collect();
    content.extend([table, text("h2", "bb-card__second", say(words::STAFF_INVITE_TITLE)), invite]);
    card(say(words::STAFF_LIST_TITLE), content)
}

fn line(row: Row) -> Vec<AnyView> {
    let name = el("a").attr("href", format!("/desk/staff/{}", row.id)).text(row.name.clone());
    let mut state = say(state_word(row.state));
    if row.asked_by.is_some() {
        state = format!("{state}, {}", say(words::STAFF_LIST_ASKED));
    }
    vec![name.view(), row.email.into_any(), say(role_word(row.role)).into_any(), state.into_any()]
}

fn roles(state: FormState) -> AnyView {
    let all = Role::ALL.iter().map(|role| (role.code().to_owned(), say(role_word(*role))));
    choice(state, &[Field::Role], say(words::STAFF_INVITE_CHOOSE), all.collect())
}

/// What may be decided about a member, each a form of its own.
#[must_use]
pub fn member(row_of: Row) -> AnyView {
    let id = row_of.id.to_string();
    let press = |action: &'static str, word: Word, fields: Vec<AnyView>| {
        let id = id.clone();
        form(action, say(word), move |_| {
            let mut all = vec![hidden("staff", id)];
            all.extend(fields);
            all
        })
    };
    let facts = [
        (words::FIELD_EMAIL, row_of.email.clone()),
        (words::DESK_FIELD_ROLE, say(role_word(row_of.role))),
        (words::STAFF_LIST_STATE, say(state_word(row_of.state))),
        (
            words::STAFF_MEMBER_SHOWS,
            say(if row_of.may_show { words::STAFF_MEMBER_YES } else { words::STAFF_MEMBER_NO }),
        ),
    ];
    let facts = facts.map(|(word, fact)| el("div").child(text("dt", "", say(word))).child(text("dd", "", fact)).view());
    let mut content = vec![lead(row_of.name.clone())];
    content.extend(saved(&SAVED));
    content.push(el("dl").class("bb-facts").all(facts).view());
    if row_of.own {
        content.push(notice("info", vec![notice_text(say(words::DESK_PROBLEM_STAFF_SELF))]));
        content.push(more("/desk/staff".to_owned(), say(words::STAFF_MEMBER_BACK)));
        return card(say(words::STAFF_MEMBER_TITLE), content);
    }
    let mut acts = Vec::new();
    if let Some(asker) = &row_of.asked_by {
        let asked = site().fill(words::STAFF_MEMBER_ASKED, &[("name", asker)]);
        content.push(notice("warning", vec![notice_text(asked)]));
        if !row_of.asked_here {
            acts.push(press("/api/desk/staff/approve-admin", words::STAFF_MEMBER_APPROVE, Vec::new()));
        }
        acts.push(press("/api/desk/staff/refuse-admin", words::STAFF_MEMBER_REFUSE, Vec::new()));
    }
    if row_of.state == StaffState::Invited {
        acts.push(press("/api/desk/staff/resend", words::STAFF_MEMBER_RESEND, Vec::new()));
    }
    let (show, word) = match row_of.may_show {
        false => ("yes", words::STAFF_MEMBER_SHOW),
        true => ("no", words::STAFF_MEMBER_NO_SHOW),
    };
    acts.push(press("/api/desk/staff/may-show", word, vec![hidden("may_show", show)]));
    if row_of.state == StaffState::Active {
        acts.push(press("/api/desk/staff/reset-second", words::STAFF_MEMBER_RESET, Vec::new()));
    }
    acts.push(match row_of.state {
        StaffState::Suspended => press("/api/desk/staff/reactivate", words::STAFF_MEMBER_REACTIVATE, Vec::new()),
        _ => press("/api/desk/staff/suspend", words::STAFF_MEMBER_SUSPEND, Vec::new()),
    });
    let number = row_of.id.to_string();
    let role = form("/api/desk/staff/role", say(words::STAFF_MEMBER_ROLE), move |state| {
        vec![hidden("staff", number), roles(state), text("p", "usa-hint", say(words::STAFF_INVITE_ADMIN))]
    });
    content.push(text("h2", "bb-card__second", say(words::STAFF_MEMBER_ACTS)));
    content.push(el("div").class("bb-desk-acts").all(acts).view());
    content.push(text("h2", "bb-card__second", say(words::STAFF_MEMBER_ROLE)));
    content.push(role);
    content.push(more("/desk/staff".to_owned(), say(words::STAFF_MEMBER_BACK)));
    row(vec![card(say(words::STAFF_MEMBER_TITLE), content)])
}

/// What each act says when it is done.
const SAVED: [(&str, Word); 8] = [
    ("/api/desk/staff/resend", words::STAFF_INVITE_SAVED),
    ("/api/desk/staff/role", words::STAFF_MEMBER_SAVED),
    ("/api/desk/staff/approve-admin", words::STAFF_MEMBER_SAVED),
    ("/api/desk/staff/refuse-admin", words::STAFF_MEMBER_SAVED),
    ("/api/desk/staff/may-show", words::STAFF_MEMBER_SAVED),
    ("/api/desk/staff/suspend", words::STAFF_MEMBER_SAVED),
    ("/api/desk/staff/reactivate", words::STAFF_MEMBER_SAVED),
    ("/api/desk/staff/reset-second", words::STAFF_MEMBER_RESET_SAVED),
];

const fn state_word(state: StaffState) -> Word {
    match state {
        StaffState::Invited => words::STAFF_STATE_INVITED,
        StaffState::Active => words::STAFF_STATE_ACTIVE,
        StaffState::Suspended => words::STAFF_STATE_SUSPENDED,
    }
}

/// *Invite*.
#[server(prefix = "/api", endpoint = "desk/staff/invite", input = PostUrl)]
pub async fn post_desk_staff_invite(
    #[server(default)] email: String,
    #[server(default)] staff_name: String,
    #[server(default)] role: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::service::desk::staff::By;
    let caller = caller()?;
    let done = async {
        let invitation = backboard::form::staff::InviteForm { email, staff_name, role }.read()?;
        caller.portal.staff_invite(By::Staff(caller.actor()?), &invitation).await?;
        Ok(Done::to("/desk/staff").saved())
    };
    caller.answer(done.await)
}

/// *Send the invitation again*.
#[server(prefix = "/api", endpoint = "desk/staff/resend", input = PostUrl)]
pub async fn post_desk_staff_resend(#[server(default)] staff: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::service::desk::staff::By;
    let caller = caller()?;
    let done = async {
        let staff = backboard::form::staff::number(&staff)?;
        caller.portal.staff_resend(By::Staff(caller.actor()?), staff).await?;
        Ok(Done::to_number("/desk/staff/", staff).saved())
    };
    caller.answer(done.await)
}

/// *Take the authenticator away*.
#[server(prefix = "/api", endpoint = "desk/staff/reset-second", input = PostUrl)]
pub async fn post_desk_staff_reset_second(#[server(default)] staff: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::service::desk::staff::By;
    let caller = caller()?;
    let done = async {
        let staff = backboard::form::staff::number(&staff)?;
        caller.portal.staff_reset_second(By::Staff(caller.actor()?), staff).await?;
        Ok(Done::to_number("/desk/staff/", staff).saved())
    };
    caller.answer(done.await)
}

/// *Change role*.
#[server(prefix = "/api", endpoint = "desk/staff/role", input = PostUrl)]
pub async fn post_desk_staff_role(
    #[server(default)] staff: String,
    #[server(default)] role: String,
) -> Result<Answer, Broken> {
    use crate::request::caller;
    use backboard::refused::{Field, Problem};
    use backboard::service::desk::staff::Decision;
    let caller = caller()?;
    let role = backboard::form::staff::role(&role).map_err(|refused| Problem::at(Field::Role, refused).into());
    let done = decided(&caller, &staff, role.map(Decision::Role)).await;
    caller.answer(done)
}

#[server(prefix = "/api", endpoint = "desk/staff/approve-admin", input = PostUrl)]
pub async fn post_desk_staff_approve_admin(#[server(default)] staff: String) -> Result<Answer, Broken> {
    let caller = crate::request::caller()?;
    let decision = backboard::service::desk::staff::Decision::ApproveAdmin;
    caller.answer(decided(&caller, &staff, Ok(decision)).await)
}

#[server(prefix = "/api", endpoint = "desk/staff/refuse-admin", input = PostUrl)]
pub async fn post_desk_staff_refuse_admin(#[server(default)] staff: String) -> Result<Answer, Broken> {
    let caller = crate::request::caller()?;
    let decision = backboard::service::desk::staff::Decision::RefuseAdmin;
    caller.answer(decided(&caller, &staff, Ok(decision)).await)
}

/// Whether a member may show temporary passwords: `yes`, and no for everything else.
#[server(prefix = "/api", endpoint = "desk/staff/may-show", input = PostUrl)]
pub async fn post_desk_staff_may_show(
    #[server(default)] staff: String,
    #[server(default)] may_show: String,
) -> Result<Answer, Broken> {
    let caller = crate::request::caller()?;
    let decision = backboard::service::desk::staff::Decision::MayShow(may_show == "yes");
    caller.answer(decided(&caller, &staff, Ok(decision)).await)
}

#[server(prefix = "/api", endpoint = "desk/staff/suspend", input = PostUrl)]
pub async fn post_desk_staff_suspend(#[server(default)] staff: String) -> Result<Answer, Broken> {
    let caller = crate::request::caller()?;
    let decision = backboard::service::desk::staff::Decision::Suspend;
    caller.answer(decided(&caller, &staff, Ok(decision)).await)
}

#[server(prefix = "/api", endpoint = "desk/staff/reactivate", input = PostUrl)]
pub async fn post_desk_staff_reactivate(#[server(default)] staff: String) -> Result<Answer, Broken> {
    let caller = crate::request::caller()?;
    let decision = backboard::service::desk::staff::Decision::Reactivate;
    caller.answer(decided(&caller, &staff, Ok(decision)).await)
}

/// One decision about the member whose number was posted.
async fn decided(
    caller: &crate::request::Caller,
    staff: &str,
    decision: Result<backboard::service::desk::staff::Decision, backboard::service::Declined>,
) -> Result<crate::request::Done, backboard::service::Declined> {
    use backboard::service::desk::staff::By;
    let staff = backboard::form::staff::number(staff)?;
    caller.portal.staff_decide(By::Staff(caller.actor()?), staff, decision?).await?;
    Ok(crate::request::Done::to_number("/desk/staff/", staff).saved())
}
