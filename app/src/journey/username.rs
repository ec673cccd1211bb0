//! Forgot username: *E-mail address*, and the page that says where to look. Usernames are never on screen.

use backboard::agency::Journey;
use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::contact::{help_box, sender_line};
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead, link, more};
use crate::ui::node::{el, row, text};
use crate::ui::robot::robot;
use crate::words;

/// *forgot username?*
#[must_use]
pub fn forgot_username() -> AnyView {
    const EMAIL: Kind = Kind { inputmode: "email", ..Kind::text("email") }.hint(words::USERNAME_EMAIL_HINT);
    let ask = form("/api/username/request", say(words::USERNAME_BUTTON), |state| {
        vec![text_field(state, &[Field::Email], EMAIL), robot(state)]
    });
    let mut content = vec![lead(say(words::USERNAME_LEAD)), ask];
    if site().agency().has(Journey::Claim) {
        content.push(more("/claim", say(words::USERNAME_BY_IDENTITY)));
    }
    content.push(more("/sign-in", say(words::CLAIM_BACK_TO_SIGN_IN)));
    row(vec![card(say(words::USERNAME_HEADING), content), help_box()])
}

/// The same page whatever was typed.
#[must_use]
pub fn username_sent() -> AnyView {
    let hints = el("ul")
        .class("usa-list")
        .child(text("li", "", say(words::USERNAME_SENT_WHAT)))
        .child(sender_line())
        .child(text("li", "", say(words::USERNAME_SENT_NOTHING)));
    let by_identity = site()
        .agency()
        .has(Journey::Claim)
        .then(|| link("usa-button usa-button--outline", "/claim", say(words::USERNAME_BY_IDENTITY)));
    let ways = el("p")
        .class("bb-buttons")
        .child(link("usa-button", "/sign-in", say(words::COMMON_TO_SIGN_IN)))
        .maybe(by_identity);
    let content = vec![lead(say(words::USERNAME_SENT_LEAD)), hints.view(), ways.view()];
    row(vec![card(say(words::CLAIM_SENT_HEADING), content), help_box()])
}

/// *forgot username?*, sent.
#[server(prefix = "/api", endpoint = "username/request", input = PostUrl)]
pub async fn post_username_request(
    #[server(default)] email: String,
    #[server(default)] robot: String,
    #[server(default)] captcha: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let email = backboard::form::username::UsernameForm { email, robot }.read()?;
        caller.portal.username_request(&caller.visitor, &email, &captcha).await?;
        Ok(Done::to("/forgot-username/sent"))
    };
    caller.answer(done.await)
}
