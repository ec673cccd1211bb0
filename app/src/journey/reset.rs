//! Forgot password: *Reset Your Password*, the mail is on its way, *Password Challenge*, *Set Up Password*, done.

use backboard::agency::{Asks, Mails};
use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::journey::claim::{code_form, identity_fields};
use crate::journey::missing::{dead, missing};
use crate::journey::security::asked;
use crate::site::{say, site};
use crate::ui::contact::{help_box, sender_line};
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead, link, more};
use crate::ui::new_password::new_password;
use crate::ui::node::{el, row, text};
use crate::ui::robot::robot;
use crate::ui::steps::steps;
use crate::ui::whose::{also, whose};
use crate::visit::{Page, visit};
use crate::words::{self, Word};

const STEPS: &[Word] = &[words::RESET_STEP_ASK, words::RESET_STEP_MAIL, words::RESET_STEP_PASSWORD];

/// *forgot password?*
#[must_use]
pub fn forgot_password() -> AnyView {
    const LOGIN: Kind = Kind::text("username").hint(words::RESET_LOGIN_HINT);
    let button = say(words::RESET_BUTTON);
    let (sentence, ask) = match site().agency().recovery.asks {
        Asks::Login => (
            words::RESET_LEAD,
            form("/api/reset/request", button, |state| vec![text_field(state, &[Field::Login], LOGIN), robot(state)]),
        ),
        Asks::Identity => (words::RESET_IDENTITY_LEAD, form("/api/reset/identity", button, identity_fields)),
    };
    let mut content = vec![steps(STEPS, 0), lead(say(sentence)), ask];
    if site().agency().recovery.mails == Mails::Link {
        content.push(more("/code", say(words::CLAIM_HAVE_CODE)));
    }
    if let Some(forgot) = crate::journey::sign_in::forgot_username_page() {
        content.push(more(forgot, say(words::RESET_FORGOT_USERNAME)));
    }
    content.push(more("/sign-in", say(words::CLAIM_BACK_TO_SIGN_IN)));
    row(vec![card(say(words::RESET_HEADING), content), help_box()])
}

/// The same page whatever was typed.
#[must_use]
pub fn reset_sent() -> AnyView {
    let site = site();
    let by_link = site.agency().recovery.mails == Mails::Link;
    let how = if by_link { words::RESET_SENT_HOW_LONG } else { words::RESET_SENT_TEMPORARY };
    let hints = el("ul")
        .class("usa-list")
        .child(text("li", "", say(words::CLAIM_SENT_WHERE)))
        .child(sender_line())
        .child(text("li", "", say(how)))
        .child(text("li", "", say(words::RESET_SENT_NOTHING)));
    let mut content = vec![steps(STEPS, 1), lead(say(words::RESET_SENT_LEAD)), hints.view()];
    if by_link {
        content.push(text("h2", "bb-card__second", say(words::CLAIM_CODE_HEADING)));
        content.push(code_form("/api/reset/code"));
    } else {
        let button = link("usa-button", "/sign-in", say(words::COMMON_TO_SIGN_IN));
        content.push(el("p").class("bb-buttons").child(button).view());
    }
    content.push(more("/forgot-password", say(words::RESET_SENT_AGAIN)));
    row(vec![card(say(words::CLAIM_SENT_HEADING), content), help_box()])
}

/// *Password Challenge*.
#[must_use]
pub fn challenge() -> AnyView {
    match visit().page {
        Page::Challenge { question } => {
            let ask =
                form("/api/reset/answer", say(words::RESET_CHALLENGE_BUTTON), |state| vec![asked(state, question)]);
            let forgotten = text("p", "usa-hint", say(words::RESET_CHALLENGE_FORGOTTEN));
            let content = vec![steps(STEPS, 2), lead(say(words::RESET_CHALLENGE_LEAD)), ask, forgotten];
            row(vec![card(say(words::RESET_CHALLENGE_HEADING), content), help_box()])
        }
        Page::Dead { refused, purpose } => dead(refused, purpose),
        _ => missing(),
    }
}

/// *Set Up Password*.
#[must_use]
pub fn reset_password() -> AnyView {
    match visit().page {
        Page::Choosing { username, shared, products } => {
            let mut content = vec![steps(STEPS, 2)];
            content.extend(also(shared, &products));
            content.push(form("/api/reset/password", say(words::RESET_SET_BUTTON), |state| {
                let labels = [words::RESET_SET_FIRST, words::RESET_SET_SECOND];
                vec![whose(username.clone(), words::RESET_SET_USERNAME_HINT), new_password(state, username, labels)]
            }));
            row(vec![card(say(words::RESET_SET_HEADING), content), help_box()])
        }
        Page::Dead { refused, purpose } => dead(refused, purpose),
        _ => missing(),
    }
}

/// The password was reset; signing in is the next thing.
#[must_use]
pub fn reset_done() -> AnyView {
    let button = link("usa-button", "/sign-in", say(words::COMMON_TO_SIGN_IN));
    let content = vec![lead(say(words::RESET_DONE_LEAD)), el("p").class("bb-buttons").child(button).view()];
    row(vec![card(say(words::RESET_DONE_HEADING), content), help_box()])
}

/// *Email or Username*, **Continue**.
#[server(prefix = "/api", endpoint = "reset/request", input = PostUrl)]
pub async fn post_reset_request(
    #[server(default)] login: String,
    #[server(default)] robot: String,
    #[server(default)] captcha: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let login = backboard::form::reset::ResetForm { login, robot }.read()?;
        let browser = caller.portal.reset_request(&caller.visitor, &login, &captcha).await?;
        Ok(Done::to("/forgot-password/sent").with_browser(&browser))
    };
    caller.answer(done.await)
}

/// The same, by identity.
#[server(prefix = "/api", endpoint = "reset/identity", input = PostUrl)]
pub async fn post_reset_identity(
    #[server(default)] birth_month: String,
    #[server(default)] birth_day: String,
    #[server(default)] birth_year: String,
    #[server(default)] last_name: String,
    #[server(default)] ssn: String,
    #[server(default)] certificate: String,
    #[server(default)] robot: String,
    #[server(default)] captcha: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let form =
        backboard::form::claim::LookupForm { birth_month, birth_day, birth_year, last_name, ssn, certificate, robot };
    let done = async {
        let lookup = form.read(caller.portal.agency.date_order, caller.portal.now().day())?;
        let browser = caller.portal.reset_by_identity(&caller.visitor, &lookup, &captcha).await?;
        Ok(Done::to("/forgot-password/sent").with_browser(&browser))
    };
    caller.answer(done.await)
}

/// The typed code.
#[server(prefix = "/api", endpoint = "reset/code", input = PostUrl)]
pub async fn post_reset_code(#[server(default)] code: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let code = backboard::form::claim::CodeForm { code }.read()?;
        let step = caller.portal.reset_code(&caller.visitor, caller.browser.as_ref(), &code).await?;
        Ok(Done::to(page_of(step)))
    };
    caller.answer(done.await)
}

/// The button of the link page.
#[server(prefix = "/api", endpoint = "reset/start", input = PostUrl)]
pub async fn post_reset_start(#[server(default)] token: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let started = caller.portal.reset_start(&caller.visitor, &token).await?;
        Ok(Done::to(page_of(started.step)).with_browser(&started.browser))
    };
    caller.answer(done.await)
}

/// *Password Challenge*, **Submit**.
#[server(prefix = "/api", endpoint = "reset/answer", input = PostUrl)]
pub async fn post_reset_answer(#[server(default)] answer: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let answer = backboard::form::reset::AnswerForm { answer }.read()?;
        caller.portal.reset_answer(caller.browser.as_ref(), &answer).await?;
        Ok(Done::to("/reset/password"))
    };
    caller.answer(done.await)
}

/// *Set Up Password*, **Submit**: does not sign in.
#[server(prefix = "/api", endpoint = "reset/password", input = PostUrl)]
pub async fn post_reset_password(
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let form = backboard::form::claim::PasswordForm { password, password_again };
        let known = caller.portal.reset_password(&caller.visitor, caller.browser.as_ref(), &form).await?;
        Ok(Done::to("/reset/done").with_known(&known).without_browser())
    };
    caller.answer(done.await)
}

/// Where a step is done.
#[cfg(feature = "ssr")]
const fn page_of(step: backboard::link::Step) -> &'static str {
    match step {
        backboard::link::Step::Challenge => "/reset/challenge",
        _ => "/reset/password",
    }
}
