//! *Change Password*: after a temporary or expired password, and whenever somebody wants another.

use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::journey::missing::missing;
use crate::site::say;
use crate::ui::contact::help_box;
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, link, more, notice, notice_text};
use crate::ui::new_password::new_password;
use crate::ui::node::{el, row, text};
use crate::ui::whose::{also, whose};
use crate::visit::{Page, visit};
use crate::words;

const ACTION: &str = "/api/password/change";

#[must_use]
pub fn change_password() -> AnyView {
    let visit = visit();
    let (Page::Change { temporary, shared, products }, Some(signed_in)) = (visit.page, visit.signed_in) else {
        return missing();
    };
    let mut content = Vec::new();
    if visit.saved.as_deref() == Some(ACTION) {
        content.push(notice(
            "success",
            vec![
                text("h2", "usa-alert__heading", say(words::CHANGE_SAVED_TITLE)),
                notice_text(say(words::CHANGE_SAVED_TEXT)),
            ],
        ));
        let home = link("usa-button", "/home", say(words::CHANGE_HOME));
        content.push(el("p").class("bb-buttons").child(home).view());
        return row(vec![card(say(words::CHANGE_HEADING), content), help_box()]);
    }
    if signed_in.change_only {
        content.push(notice("warning", vec![notice_text(say(words::CHANGE_EXPIRED))]));
    }
    content.extend(also(shared, &products));
    content.push(form(ACTION, say(words::CHANGE_BUTTON), |state| {
        let current = Kind::secret("current-password");
        let current = if temporary {
            let labelled = current.label(words::CHANGE_TEMPORARY).hint(words::CHANGE_TEMPORARY_HINT);
            labelled.show(words::CHANGE_SHOW_TEMPORARY)
        } else {
            current.label(words::CHANGE_CURRENT).show(words::CHANGE_SHOW_CURRENT)
        };
        let labels = [words::CHANGE_FIRST, words::CHANGE_SECOND];
        vec![
            whose(signed_in.username.clone(), words::RESET_SET_USERNAME_HINT),
            text_field(state, &[Field::CurrentPassword], current),
            new_password(state, signed_in.username, labels),
        ]
    }));
    if signed_in.change_only {
        let cut_off = if temporary { words::CHANGE_CUT_OFF } else { words::CHANGE_CUT_OFF_EXPIRED };
        content.push(text("p", "usa-hint", say(cut_off)));
        content.push(form("/api/sign-in/out", say(words::CHANGE_SIGN_OUT), |_| Vec::new()));
    } else {
        content.push(more("/home", say(words::CHANGE_HOME)));
    }
    row(vec![card(say(words::CHANGE_HEADING), content), help_box()])
}

/// **Save Password**: stays on the page, which says that it is saved.
#[server(prefix = "/api", endpoint = "password/change", input = PostUrl)]
pub async fn post_password_change(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let session = caller.session()?;
        let form = backboard::form::password::ChangeForm { current_password, password, password_again };
        let begun = caller.portal.change_password(&caller.visitor, session, &form).await?;
        Ok(Done::to("/change-password").with_session(&begun.session).with_known(&begun.known).saved())
    };
    caller.answer(done.await)
}
