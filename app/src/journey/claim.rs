//! Claim: *Find Username*, the mail is on its way, the typed code, *Create a password*.

use backboard::link::Purpose;
use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::journey::missing::{dead, missing};
use crate::site::say;
use crate::ui::contact::{help_box, sender_line};
use crate::ui::field::{Kind, birth_fields, text_field};
use crate::ui::form::{FormState, form};
use crate::ui::frame::{card, lead, more};
use crate::ui::new_password::new_password;
use crate::ui::node::{el, row, text};
use crate::ui::robot::robot;
use crate::ui::steps::steps;
use crate::ui::whose::{also, whose};
use crate::visit::{Page, visit};
use crate::words::{self, Word};

const STEPS: &[Word] = &[words::CLAIM_STEP_LOOKUP, words::CLAIM_STEP_MAIL, words::CLAIM_STEP_PASSWORD];

/// *Find Username*.
#[must_use]
pub fn claim() -> AnyView {
    let lookup = form("/api/claim/lookup", say(words::CLAIM_LOOKUP_BUTTON), identity_fields);
    row(vec![
        card(
            say(words::CLAIM_HEADING),
            vec![
                steps(STEPS, 0),
                lead(say(words::CLAIM_LEAD)),
                lookup,
                more("/code", say(words::CLAIM_HAVE_CODE)),
                more("/sign-in", say(words::CLAIM_BACK_TO_SIGN_IN)),
            ],
        ),
        help_box(),
    ])
}

/// Date of birth, last name, number, *I'm not a robot*.
#[must_use]
pub fn identity_fields(state: FormState) -> Vec<AnyView> {
    const LAST_NAME: Kind = Kind::text("family-name").hint(words::CLAIM_LAST_NAME_HINT);
    const SSN: Kind = Kind { inputmode: "numeric", ..Kind::secret("off") }
        .hint(words::CLAIM_SSN_NOTICE)
        .show(words::FIELD_SHOW_SSN)
        .width("bb-input-medium");
    vec![
        birth_fields(state, true),
        text_field(state, &[Field::LastName], LAST_NAME),
        text_field(state, &[Field::Ssn], SSN),
        alternative(state),
        robot(state),
    ]
}

/// The certificate number in place of the SSN. Open when something was typed there or is wrong there: a
/// problem inside a closed part would not be seen.
fn alternative(state: FormState) -> AnyView {
    const KIND: Kind = Kind::text("off").hint(words::CLAIM_CERTIFICATE_HINT).width("bb-input-medium");
    let kept = !state.kept(Field::Certificate).is_empty();
    el("details")
        .class("bb-alternative")
        .live("open", move || (kept || state.is_wrong(Field::Certificate)).then(String::new))
        .child(text("summary", "", say(words::CLAIM_ALTERNATIVE)))
        .child(text_field(state, &[Field::Certificate], KIND))
        .view()
}

/// The same page whoever was looked up.
#[must_use]
pub fn claim_sent() -> AnyView {
    let hints = el("ul")
        .class("usa-list")
        .child(text("li", "", say(words::CLAIM_SENT_WHERE)))
        .child(sender_line())
        .child(text("li", "", say(words::CLAIM_SENT_HOW_LONG)))
        .child(text("li", "", say(words::CLAIM_SENT_NOTHING)));
    row(vec![
        card(
            say(words::CLAIM_SENT_HEADING),
            vec![
                steps(STEPS, 1),
                lead(say(words::CLAIM_SENT_LEAD)),
                hints.view(),
                text("h2", "bb-card__second", say(words::CLAIM_CODE_HEADING)),
                code_form("/api/claim/code"),
                more("/claim", say(words::CLAIM_SENT_AGAIN)),
            ],
        ),
        help_box(),
    ])
}

/// The typed code, on a page of its own, of whichever journey this browser began.
#[must_use]
pub fn typed_code() -> AnyView {
    let (action, again, words) = match visit().page {
        Page::Code { purpose: Purpose::Reset } => ("/api/reset/code", "/forgot-password", words::RESET_SENT_AGAIN),
        _ => ("/api/claim/code", "/claim", words::CLAIM_SENT_AGAIN),
    };
    row(vec![card(say(words::CLAIM_CODE_TITLE), vec![code_form(action), more(again, say(words))]), help_box()])
}

/// The code of a mail, posted to its journey.
#[must_use]
pub fn code_form(action: &'static str) -> AnyView {
    const CODE: Kind = Kind::digits("one-time-code").hint(words::CLAIM_CODE_HINT).width("bb-input-medium");
    form(action, say(words::CLAIM_CODE_BUTTON), |state| vec![text_field(state, &[Field::Code], CODE)])
}

/// *Create a password*.
#[must_use]
pub fn claim_password() -> AnyView {
    match visit().page {
        Page::Choosing { username, shared, products } => choose(username, shared, &products),
        Page::Dead { refused, purpose } => dead(refused, purpose),
        _ => missing(),
    }
}

fn choose(username: String, shared: bool, products: &[String]) -> AnyView {
    let mut content = vec![steps(STEPS, 2)];
    content.extend(also(shared, products));
    content.push(form("/api/claim/password", say(words::CLAIM_PASSWORD_BUTTON), |state| {
        let labels = [words::FIELD_PASSWORD, words::FIELD_PASSWORD_AGAIN];
        vec![whose(username.clone(), words::CLAIM_PASSWORD_USERNAME_HINT), new_password(state, username, labels)]
    }));
    row(vec![card(say(words::CLAIM_PASSWORD_HEADING), content), help_box()])
}

/// *Lookup*.
#[server(prefix = "/api", endpoint = "claim/lookup", input = PostUrl)]
pub async fn post_claim_lookup(
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
        let browser = caller.portal.claim_lookup(&caller.visitor, &lookup, &captcha).await?;
        Ok(Done::to("/claim/sent").with_browser(&browser))
    };
    caller.answer(done.await)
}

/// The typed code.
#[server(prefix = "/api", endpoint = "claim/code", input = PostUrl)]
pub async fn post_claim_code(#[server(default)] code: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let code = backboard::form::claim::CodeForm { code }.read()?;
        caller.portal.claim_code(&caller.visitor, caller.browser.as_ref(), &code).await?;
        Ok(Done::to("/claim/password"))
    };
    caller.answer(done.await)
}

/// The button of the link page.
#[server(prefix = "/api", endpoint = "claim/start", input = PostUrl)]
pub async fn post_claim_start(#[server(default)] token: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let started = caller.portal.claim_start(&caller.visitor, &token).await?;
        Ok(Done::to("/claim/password").with_browser(&started.browser))
    };
    caller.answer(done.await)
}

/// *Create a password*, **Submit**: signs in.
#[server(prefix = "/api", endpoint = "claim/password", input = PostUrl)]
pub async fn post_claim_password(
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let form = backboard::form::claim::PasswordForm { password, password_again };
        let claimed = caller
            .portal
            .claim_password(&caller.visitor, caller.browser.as_ref(), &form, caller.session_token.as_ref())
            .await?;
        Ok(Done::to("/home").with_session(&claimed.session).with_known(&claimed.known).without_browser())
    };
    caller.answer(done.await)
}
