//! Sign in and sign out.

use backboard::agency::{Asks, Journey};
use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::contact::help_box;
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, link, more, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::visit::visit;
use crate::words;

/// Where *Sign out everywhere* is posted.
pub const EVERYWHERE: &str = "/api/sign-in/everywhere";

#[must_use]
pub fn sign_in() -> AnyView {
    const PASSWORD: Kind = Kind::secret("current-password").show(words::FIELD_SHOW_PASSWORD);
    let login = form("/api/sign-in/password", say(words::SIGN_IN_BUTTON), |state| {
        vec![
            text_field(state, &[Field::Username], Kind::text("username")),
            text_field(state, &[Field::Password], PASSWORD),
        ]
    });
    let everywhere = visit().saved.as_deref() == Some(EVERYWHERE);
    let mut content = Vec::new();
    content.extend(everywhere.then(|| notice("success", vec![notice_text(say(words::SIGN_IN_EVERYWHERE))])));
    content.push(login);
    if let Some(page) = forgot_username_page() {
        content.push(more(page, say(words::SIGN_IN_FORGOT_USERNAME)));
    }
    if site().agency().has(Journey::Reset) {
        content.push(more("/forgot-password", say(words::SIGN_IN_FORGOT_PASSWORD)));
    }
    let mut page = Vec::new();
    if site().agency().has(Journey::Claim) {
        content.push(link(
            "usa-button usa-button--outline bb-form__button",
            "/claim",
            say(words::SIGN_IN_CREATE_BUTTON),
        ));
        content.push(text("p", "usa-hint", say(words::SIGN_IN_CREATE_HINT)));
        page.push(claim_offer());
    }
    page.push(card(say(words::SIGN_IN_HEADING), content));
    page.push(help_box());
    row(page)
}

/// Where a forgotten username is found: by the address on file, or, where the agency asks for it, by identity.
#[must_use]
pub fn forgot_username_page() -> Option<&'static str> {
    let site = site();
    let agency = site.agency();
    match agency.recovery.asks {
        Asks::Identity if agency.has(Journey::Claim) => Some("/claim"),
        _ => agency.has(Journey::Username).then_some("/forgot-username"),
    }
}

/// *Claim Your Account/Find Username*, **YES**.
fn claim_offer() -> AnyView {
    let heading = el("h2").id("claim-offer").class("bb-claim-offer__heading").text(say(words::SIGN_IN_CLAIM_HEADING));
    let yes = el("a")
        .class("usa-button bb-yes")
        .attr("href", "/claim")
        .text(format!("{} ", say(words::SIGN_IN_CLAIM_BUTTON)))
        .child(text("span", "usa-sr-only", say(words::SIGN_IN_CLAIM_HEADING)));
    el("section")
        .class("bb-claim-offer")
        .attr("aria-labelledby", "claim-offer")
        .child(el("div").child(heading.view()).child(text("p", "", say(words::SIGN_IN_CLAIM_TEXT))).view())
        .child(yes.view())
        .view()
}

/// *Login*.
#[server(prefix = "/api", endpoint = "sign-in/password", input = PostUrl)]
pub async fn post_sign_in(
    #[server(default)] username: String,
    #[server(default)] password: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::service::records::SessionKind;
    let caller = caller()?;
    let done = async {
        let form = backboard::form::sign_in::SignInForm { username, password }.read()?;
        let signed_in = caller.portal.sign_in(&caller.visitor, &form, caller.session_token.as_ref()).await?;
        let _ = caller.began.set(signed_in.kind);
        let to = match signed_in.kind {
            SessionKind::ChangeOnly => "/change-password",
            SessionKind::Full if signed_in.ask_question => "/security/question",
            SessionKind::Full => "/home",
        };
        Ok(Done::to(to).with_session(&signed_in.session).with_known(&signed_in.known))
    };
    caller.answer(done.await)
}

/// *Stay signed in*: the guards have found the session and written down that it was used. Says for how many seconds it goes
/// on.
#[server(prefix = "/api", endpoint = "sign-in/stay", input = PostUrl)]
pub async fn post_stay() -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    if caller.wants_page {
        return caller.answer(Ok(Done::to("/home")));
    }
    caller.answer_text(caller.session().map(|session| caller.portal.session_left(session).to_string()))
}

/// *Sign out*.
#[server(prefix = "/api", endpoint = "sign-in/out", input = PostUrl)]
pub async fn post_sign_out() -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        if let Some(session) = &caller.session {
            caller.portal.sign_out(session).await?;
        }
        Ok(Done::to("/sign-in").without_session())
    };
    caller.answer(done.await)
}

/// *Sign out everywhere*.
#[server(prefix = "/api", endpoint = "sign-in/everywhere", input = PostUrl)]
pub async fn post_sign_out_everywhere() -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        caller.portal.sign_out_everywhere(caller.session()?).await?;
        Ok(Done::to("/sign-in").without_session().saved())
    };
    caller.answer(done.await)
}
