//! A member's own page: the password, and new recovery codes.

use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::entry::whose;
use super::frame::{back, saved};
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::new_password::new_password;
use crate::ui::node::{el, row, text};
use crate::words;

/// How a member stands.
#[derive(Clone, Debug)]
pub struct Own {
    pub email: String,
    /// Recovery codes that are left.
    pub left: u32,
}

#[must_use]
pub fn own(own: Own) -> AnyView {
    let change = form("/api/desk/password/change", say(words::STAFF_OWN_PASSWORD_BUTTON), |state| {
        vec![
            whose(&own.email),
            text_field(state, &[Field::CurrentPassword], Kind::secret("current-password")),
            new_password(state, own.email.clone(), [words::STAFF_INVITED_FIRST, words::FIELD_PASSWORD_AGAIN]),
        ]
    });
    let left = site().fill(words::STAFF_OWN_LEFT, &[("count", &own.left.to_string())]);
    let lead_to = el("p").class("bb-buttons").child(
        el("a")
            .class("usa-button usa-button--outline")
            .attr("href", "/desk/recovery")
            .text(say(words::STAFF_OWN_RECOVERY_BUTTON))
            .view(),
    );
    let mut content: Vec<AnyView> =
        saved(&[("/api/desk/password/change", words::STAFF_OWN_SAVED)]).into_iter().collect();
    content.extend([
        lead(own.email.clone()),
        text("h2", "bb-card__second", say(words::STAFF_OWN_RECOVERY)),
        text("p", "", left),
        lead_to.view(),
        text("h2", "bb-card__second", say(words::STAFF_OWN_PASSWORD)),
        change,
    ]);
    card(say(words::STAFF_OWN_TITLE), content)
}

/// The codes at the first look, and at every other the way to new ones.
#[must_use]
pub fn recovery(codes: Option<Vec<String>>) -> AnyView {
    let content = match codes {
        Some(codes) => {
            let lines = codes.into_iter().map(|code| el("li").child(text("code", "", code)).view());
            vec![
                lead(say(words::STAFF_RECOVERY_LEAD)),
                el("ul").class("bb-recovery").id("recovery").all(lines).view(),
                notice("warning", vec![notice_text(say(words::STAFF_RECOVERY_ONCE))]),
                super::frame::more("/desk".to_owned(), say(words::STAFF_RECOVERY_KEPT)),
            ]
        }
        None => {
            let renew = form("/api/desk/recovery", say(words::STAFF_RECOVERY_BUTTON), |state| {
                vec![text_field(state, &[Field::CurrentPassword], Kind::secret("current-password"))]
            });
            vec![lead(say(words::STAFF_RECOVERY_RENEW)), renew, back()]
        }
    };
    row(vec![card(say(words::STAFF_RECOVERY_TITLE), content)])
}

/// *Change password*.
#[server(prefix = "/api", endpoint = "desk/password/change", input = PostUrl)]
pub async fn post_desk_password_change(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let form = backboard::form::claim::PasswordForm { password, password_again };
        let session = caller.portal.staff_change_password(caller.actor()?, &current_password, &form).await?;
        Ok(Done::to("/desk/own").with_desk(&session).saved())
    };
    caller.answer(done.await)
}

/// *New recovery codes*.
#[server(prefix = "/api", endpoint = "desk/recovery", input = PostUrl)]
pub async fn post_desk_recovery(#[server(default)] current_password: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let once = caller.portal.staff_renew_recovery(caller.actor()?, &current_password).await?;
        Ok(Done::to("/desk/recovery").with_once(&once))
    };
    caller.answer(done.await)
}
