//! *This wasn't me*: opening it changes nothing, its button stops what somebody else has begun.

use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::journey::missing::{dead, missing};
use crate::site::{say, site};
use crate::ui::contact::help_box;
use crate::ui::form::form;
use crate::ui::frame::{card, lead, more, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::visit::{Page, visit};
use crate::words;

#[must_use]
pub fn not_me() -> AnyView {
    match visit().page {
        Page::NotMe { token, username, all, done } => {
            let stops = if all { words::NOT_ME_STOPS_ALL } else { words::NOT_ME_STOPS_RESETS };
            let mut content =
                vec![lead(site().fill(words::NOT_ME_LEAD, &[("username", &username)])), text("p", "", say(stops))];
            if done {
                content.push(notice("info", vec![notice_text(say(words::NOT_ME_ALREADY))]));
                content.push(more("/sign-in", say(words::CLAIM_BACK_TO_SIGN_IN)));
            } else {
                let token = el("input").attr("type", "hidden").attr("name", "token").attr("value", token);
                content.push(form("/api/not-me/freeze", say(words::NOT_ME_BUTTON), |_| vec![token.view()]));
                content.push(more("/sign-in", say(words::NOT_ME_LEAVE)));
            }
            row(vec![card(say(words::NOT_ME_HEADING), content), help_box()])
        }
        Page::Dead { refused, purpose } => dead(refused, purpose),
        _ => missing(),
    }
}

/// It is stopped.
#[must_use]
pub fn not_me_done() -> AnyView {
    let content = vec![
        lead(say(words::NOT_ME_DONE_LEAD)),
        text("p", "", say(words::NOT_ME_DONE_NEXT)),
        more("/sign-in", say(words::CLAIM_BACK_TO_SIGN_IN)),
    ];
    row(vec![card(say(words::NOT_ME_DONE_HEADING), content), help_box()])
}

/// The button.
#[server(prefix = "/api", endpoint = "not-me/freeze", input = PostUrl)]
pub async fn post_not_me_freeze(#[server(default)] token: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        caller.portal.freeze(&caller.visitor, &token).await?;
        Ok(Done::to("/not-me/done"))
    };
    caller.answer(done.await)
}
